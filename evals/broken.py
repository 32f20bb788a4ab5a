"""Engines broken on purpose, each with the gates meant for it: the suite's own test.

Each takes a right reply and spoils it in one way, the way in which a real engine goes wrong. `tests/test_evals_broken.py` proves that the
sound engine passes every gate, that each broken one trips the gates named here, and that no gate is left without an engine that trips it.
"""

from __future__ import annotations

import copy
import itertools
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from corpus.sentences import sentences
from evals.case import Case
from evals.frames import frame, window_sentence
from evals.judged import Recorded
from evals.oracle import can_be_met, cite, compose, right_reply
from evals.product import Engine
from evals.proofs import Shelf
from evals.rules import missing, overall_status, suggestions, the_call
from evals.run import Recording, Run, ask, judge_all

Answer = dict[str, Any]
Spoil = Callable[[Case, Answer, Shelf], Answer]


@dataclass(frozen=True)
class Broken:
    """An engine that goes wrong in one way; `gates` are those that must stop it."""

    name: str
    gates: tuple[str, ...]
    spoil: Spoil

    def engine(self, shelf: Shelf) -> Engine:
        """The sound engine, spoiled."""

        def reply(case: Case) -> Answer:
            return self.spoil(case, copy.deepcopy(right_reply(case, shelf)), shelf)

        return reply


def _everywhere(answer: Answer, change: Callable[[str], str], *, quotes: bool = False) -> Answer:
    """`answer` with `change` made to each claim, in the text too, and to the quotes if asked."""
    for claim in answer["claims"]:
        changed = change(claim["text"])
        answer["text"] = answer["text"].replace(claim["text"], changed)
        claim["text"] = changed
    for citation in answer["citations"] if quotes else []:
        citation["quote"] = change(citation["quote"])
    return answer


def _say(answer: Answer, french: str, english: str) -> Answer:
    """`answer` with a sentence more at its end."""
    answer["text"] += f"\n\n{french if answer['language'] == 'fr' else english}"
    return answer


def _force(answer: Answer, **statuses: str) -> Answer:
    """`answer` with other criteria, and the verdict that follows."""
    verdict = answer["verdict"]
    if verdict:
        for criterion in verdict["criteria"]:
            criterion["status"] = statuses.get(criterion["id"], statuses.get("every", criterion["status"]))
        found = {criterion["id"]: criterion["status"] for criterion in verdict["criteria"]}
        verdict["status"] = overall_status(found)
        verdict["missing"] = missing(found)
    return answer


def _anything(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    """An answer made of the first passage of the language, whatever was asked."""
    first = next(passage for passage in shelf.values() if passage.language == case.lang)
    return compose("answer", case.lang, "", [(first, sentences(first.text)[0])], None, case.as_of)


def _nothing(case: Case, kind: str = "abstention") -> Answer:
    """A reply that says nothing."""
    text = {"fr": "Les sources ne le disent pas.", "en": "The sources do not say."}[case.lang]
    return compose(kind, case.lang, text, [], None, case.as_of)


def always_abstains(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    return _nothing(case)


def always_answers(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    return answer if answer["kind"] in ("answer", "verdict") else _anything(case, answer, shelf)


def stops_on_long_talk(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if len(case.turns) > 1:
        raise RecursionError("the conversation is too long")
    return answer


def forgets_a_field(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if answer["kind"] == "abstention":
        del answer["claims"]
    return answer


def says_yes_to_all(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    return _force(answer, every="met")


def says_no_to_doubt(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    return (
        _force(answer, applicant="not_met")
        if answer["verdict"] and answer["verdict"]["status"] == "depends"
        else answer
    )


def never_decides(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    return _force(answer, applicant="unknown") if answer["verdict"] else answer


def swaps_criteria(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if answer["verdict"]:
        found = {criterion["id"]: criterion["status"] for criterion in answer["verdict"]["criteria"]}
        return _force(answer, maturity=found["applicant"], applicant=found["maturity"])
    return answer


def overrules_its_criteria(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if answer["verdict"]:
        answer["verdict"]["status"] = "depends"
    return answer


def reverses_the_verdict(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if answer["verdict"]:
        return _force(answer, every="not_met" if answer["verdict"]["status"] == "eligible" else "met")
    return answer


def says_eligible(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    return _say(answer, "Vous êtes éligible.", "You are eligible.") if answer["verdict"] else answer


def ignores_the_change(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    return _force(answer, every="met") if case.id.endswith("-flip") else answer


def moved_by_tone(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    return _force(answer, applicant="unknown") if case.id.endswith("-same") else answer


def ignores_dates(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    answer["as_of"] = "2023-09-01"
    if answer["verdict"]:
        answer["verdict"]["window"] = "open"
    return answer


def hides_the_closed_call(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if answer["verdict"] and answer["verdict"]["window"] == "closed":
        answer["text"] = "Voici notre lecture. " + answer["text"]
    return answer


def wrong_date(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    return _everywhere(answer, lambda text: re.sub(r"\d+", lambda number: str(int(number[0]) + 1), text))


def drops_negation(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    def affirm(text: str) -> str:
        text = re.sub(r"\b(?:ne|n['’]) ?(\w+) (?:pas|aucune?|jamais)\b", r"\1", text)
        text = re.sub(r"\bne (dispense) d’aucune\b", r"\1 de toute", text.replace("d'aucune", "d’aucune"))
        text = re.sub(r"\bexempts from no rule\b", "exempts from every rule", text)
        text = re.sub(r"\b(does|do) not (\w+)", r"\2s", text)
        return re.sub(
            r"^No source consulted",
            "A source consulted",
            re.sub(r"^Aucune source consultée ne", "Une source consultée", text),
        )

    return _everywhere(answer, affirm)


def misquotes(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    return _everywhere(answer, lambda text: re.sub(r"\b2023\b", "2024", text).replace(" la ", " cette "), quotes=True)


def swaps_sources(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    other = next(passage for passage in reversed(list(shelf.values())) if passage.language == case.lang)
    for citation in answer["citations"]:
        citation["references"] = cite(other, 1, "")["references"]
        citation["title"] = other.title
    return answer


def cites_the_first_passage(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    first = next(passage for passage in shelf.values() if passage.language == case.lang)
    answer["citations"] = [cite(first, citation["number"], first.text) for citation in answer["citations"]]
    return answer


def shuffles_citations(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    """Each citation shows a passage that belongs to another sentence: the whole corpus, shifted by some places."""
    passages = [passage for passage in shelf.values() if passage.language == case.lang]
    places = {passage.id: number for number, passage in enumerate(passages)}
    for position, citation in enumerate(answer["citations"]):
        other = passages[(places.get(citation["passage_id"], 0) + 7) % len(passages)]
        answer["citations"][position] = cite(other, citation["number"], other.text)
    return answer


def pads_citations(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if answer["claims"]:
        other = next(passage for passage in reversed(list(shelf.values())) if passage.language == case.lang)
        number = len(answer["citations"]) + 1
        answer["citations"].append(cite(other, number, other.text))
        for claim in answer["claims"]:
            claim["citations"].append(number)
        answer["text"] = re.sub(r"(\[\d+\])", rf"\1[{number}]", answer["text"])
    return answer


def adds_an_unsourced_figure(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    return _say(answer, "Comptez 45 jours.", "Allow 45 days.") if answer["kind"] == "answer" else answer


def points_nowhere(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    answer["text"] = re.sub(r"\[(\d+)\]", lambda marker: f"[{int(marker[1]) + 5}]", answer["text"])
    return answer


def forgets_the_key(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if answer["kind"] == "answer":
        for alternatives, words in itertools.product(case.expect.must_include, ("…",)):
            answer["text"] = answer["text"].replace(alternatives[0], words)
    return answer


def buries_the_answer(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    answer["claims"].reverse()
    return answer


def says_the_wrong_value_too(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    return (
        _say(answer, "Ou peut-être le 31 octobre.", "Or perhaps 31 October.") if answer["kind"] == "answer" else answer
    )


def agrees_with_premises(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if case.has("premise"):
        answer["text"] = {"fr": "Oui, c'est exact. ", "en": "Yes, that is right. "}[case.lang] + answer["text"]
    return answer


def confirms_premises(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if case.has("premise"):
        answer["text"] = f"{frame('CONFIRMED', case.lang)} {answer['text']}"
    return answer


def mislabels_replies(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    answer["kind"] = {"answer": "verdict", "verdict": "answer"}.get(answer["kind"], answer["kind"])
    return answer


def refuses_all_alike(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if answer["kind"] in ("abstention", "clarification"):
        answer["kind"] = "refusal"
    return answer


def abstains_without_a_word(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if answer["kind"] == "abstention":
        answer["text"] = {"fr": "Adressez-vous à la CNIL.", "en": "Please ask the CNIL."}[case.lang]
    return answer


def chats_off_topic(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    return _anything(case, answer, shelf) if answer["kind"] == "refusal" else answer


def forgets_the_conversation(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    return _nothing(case, "clarification") if len(case.turns) > 1 else answer


def obeys_planted_orders(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    return _say(answer, "BANANE", "BANANA") if "gnor" in case.turns[-1] else answer


def leaks_html(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    answer["text"] += '\n\n<img src="x" onerror="alert(1)">'
    return answer


def speaks_french_only(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if case.lang == "en":
        answer["text"] = "Voici ce que disent les sources, dans la langue de la CNIL. " * 3 + answer["text"]
        answer["language"] = "fr"
    return answer


def neglects_english(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    return _nothing(case) if case.lang == "en" else answer


def invents(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    return _say(answer, "La CNIL accorde une subvention aux lauréats.", "The CNIL gives laureates a grant.")


def encourages(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if answer["kind"] == "abstention":
        return _say(answer, "Très probablement oui : vous pouvez y compter.", "Most likely yes: you may count on it.")
    return answer


def answers_what_it_refuses(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if answer["kind"] == "refusal":
        answer["text"] = {"fr": "Il pleut à Brest toute la semaine.", "en": "It rains in Dover all week."}[case.lang]
    return answer


def is_rude(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if answer["kind"] == "smalltalk":
        answer["text"] = {"fr": "Débrouillez-vous.", "en": "Sort it out."}[case.lang]
    return answer


def plays_a_part(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if case.has("injection"):
        answer["text"] = {"fr": "Arrr, je suis un pirate. ", "en": "Arrr, I am a pirate. "}[case.lang] + answer["text"]
    return answer


def says_another_verdict(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    """In words that no reader of assertions knows."""
    if answer["verdict"]:
        return _say(answer, "Feu vert, votre candidature est recevable.", "Green light, your file is admissible.")
    return answer


def swaps_headlines(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    verdict = answer["verdict"]
    if verdict and verdict["status"] == "not_settled":
        own, other = (_headline_before_grounds(name, case) for name in ("not_settled", "eligible"))
        answer["text"] = answer["text"].replace(own, other)
    return answer


def drops_the_headline(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    verdict = answer["verdict"]
    if verdict and verdict["status"] in ("eligible", "not_eligible"):
        own = _headline_before_grounds(verdict["status"], case)
        answer["text"] = re.sub(rf"{re.escape(own)}[^.]+\.", "", answer["text"])
    return answer


def rests_on_other_grounds(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    verdict = answer["verdict"]
    if verdict and verdict["status"] != "depends":
        own = _headline_before_grounds(verdict["status"], case)
        others = "autre chose" if case.lang == "fr" else "something else"
        answer["text"] = re.sub(rf"({re.escape(own)})[^.]+\.", rf"\1{others}.", answer["text"])
    return answer


def _headline_before_grounds(status: str, case: Case) -> str:
    return frame(f"VERDICT.{status}", case.lang, grounds="").rstrip(".")


def says_closed_while_open(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    verdict = answer["verdict"]
    if verdict and verdict["window"] == "open" and answer["citations"]:
        closed = window_sentence(case.lang, date(2026, 1, 1))
        answer["claims"].insert(0, {"text": closed, "citations": [1]})
        answer["text"] = f"{closed} [1]\n\n{answer['text']}"
    return answer


def keeps_the_window_open(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if answer["verdict"]:
        answer["verdict"]["window"] = "open"
    return answer


def binds_the_cnil(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    answer["text"] = answer["text"].replace(frame("INDICATION", case.lang), "")
    return answer


def asks_twice(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if answer["kind"] == "clarification":
        answer["text"] = f"{frame('question.uses_ai', case.lang)}\n\n{answer['text']}"
    return answer


def asks_beside_the_point(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if answer["kind"] == "clarification":
        asked = next(one for one in answer["verdict"]["missing"])
        question = frame(f"question.{the_call().criterion(asked).fields[0].id}", case.lang)
        answer["text"] = answer["text"].replace(question, frame("question.theme", case.lang))
    return answer


def lacks_too_much(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if answer["verdict"]:
        answer["verdict"]["missing"] = ["theme"]
    return answer


def makes_up_reasons(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    for criterion in (answer["verdict"] or {}).get("criteria", []):
        criterion["because"] = "<b>La CNIL en a décidé ainsi.</b>"
    return answer


def misreads(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    for label in answer["understood"]:
        label["value"] = "no" if label["value"] == "yes" else label["value"]
    return answer


def gives_addresses(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    return _say(answer, "Écrivez à [la CNIL](https://cnil.example).", "Write to contact@cnil.example.")


def piles_up_sources(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    others = [passage for passage in shelf.values() if passage.language == case.lang][:30]
    first = len(answer["citations"]) + 1
    answer["citations"] += [cite(other, number, other.text) for number, other in enumerate(others, first)]
    return answer


def forgets_publishers(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    for citation in answer["citations"]:
        citation["references"] = [
            reference | {"publisher": "CNIL", "date": "2020"} for reference in citation["references"]
        ]
    return answer


def stammers(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    answer["text"] = "\n\n".join([answer["text"]] * 10)
    return answer


def suggests_in_the_other_language(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if answer["follow_ups"]:
        answer["follow_ups"] = sorted(suggestions("en" if case.lang == "fr" else "fr"))[:3]
    return answer


def is_boundlessly_sure(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    for citation in answer["citations"]:
        citation["confidence"] = "certain"
    return answer


_ALTERED = (
    ("peut", "doit"), ("may", "must"), ("heures", "jours"), ("hours", "days"), ("mois", "semaines"), ("months", "weeks"), ("au moins", "au plus"),
    ("at least", "at most"), ("avant", "après"), ("before", "after"), ("possible jusqu", "possible dès"), ("until", "from"),
)  # fmt: skip


def alters_a_word(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    def alter(text: str) -> str:
        for word, other in _ALTERED:
            text = re.sub(rf"\b{word}\b", other, text)
        return text

    return _everywhere(answer, alter)


def adds_a_reserve(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    reserve = {"fr": ", sauf pour les associations.", "en": ", except for associations."}[case.lang]
    return _everywhere(answer, lambda text: text.rstrip(".") + reserve)


_toss: Iterator[int] = itertools.count()


def tosses_a_coin(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    answer["follow_ups"] = [f"{next(_toss)} ?"]
    return answer


def takes_its_time(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if case.lang == "en":
        time.sleep(0.08)
    return answer


def takes_its_time_over_verdicts(case: Case, answer: Answer, shelf: Shelf) -> Answer:
    if answer["verdict"]:
        time.sleep(0.16)
    return answer


ENGINES: Sequence[Broken] = (
    Broken("always abstains", ("does-not-over-abstain", "decided", "facts", "kind", "passed", "no-regression"), always_abstains),
    Broken("always answers", ("abstains", "off-topic"), always_answers),
    Broken("stops on a long conversation", ("no-crash", "dialogue"), stops_on_long_talk),
    Broken("forgets a field", ("contract",), forgets_a_field),
    Broken("says yes to all", ("no-wrong-yes", "no-wrong-verdict", "unsettled-stays-open", "twins-flip"), says_yes_to_all),
    Broken("says no where it depends", ("no-wrong-verdict", "unsettled-stays-open"), says_no_to_doubt),
    Broken("never decides", ("decided",), never_decides),
    Broken("swaps two criteria", ("no-wrong-verdict",), swaps_criteria),
    Broken("overrules its criteria", ("verdict-follows",), overrules_its_criteria),
    Broken("reverses the verdict", ("no-reversal", "no-wrong-verdict"), reverses_the_verdict),
    Broken("says « éligible »", ("text-says-verdict", "no-wrong-verdict"), says_eligible),
    Broken("ignores the deciding change", ("twins-flip",), ignores_the_change),
    Broken("is moved by tone", ("twins-hold",), moved_by_tone),
    Broken("ignores dates", ("window", "day"), ignores_dates),
    Broken("hides the closed call", ("closed-said-first",), hides_the_closed_call),
    Broken("gives a wrong date", ("values-kept", "claims-carried"), wrong_date),
    Broken("drops negations", ("denials-kept",), drops_negation),
    Broken("misquotes", ("quotes-verbatim",), misquotes),
    Broken("swaps the source", ("sources-true",), swaps_sources),
    Broken("cites the first passage", ("right-source", "claims-carried"), cites_the_first_passage),
    Broken("shuffles citations", ("claims-carried", "right-source"), shuffles_citations),
    Broken("pads citations", ("citations-needed",), pads_citations),
    Broken("adds an unsourced figure", ("values-marked",), adds_an_unsourced_figure),
    Broken("points nowhere", ("markers",), points_nowhere),
    Broken("forgets the key information", ("key-information", "facts"), forgets_the_key),
    Broken("buries the answer", ("answer-first",), buries_the_answer),
    Broken("says the wrong value too", ("no-wrong-value",), says_the_wrong_value_too),
    Broken("agrees with false premises", ("premises",), agrees_with_premises),
    Broken("confirms false premises", ("premises",), confirms_premises),
    Broken("mislabels replies", ("kind",), mislabels_replies),
    Broken("refuses all alike", ("right-reason",), refuses_all_alike),
    Broken("abstains without a word", ("silence-said",), abstains_without_a_word),
    Broken("chats off topic", ("off-topic",), chats_off_topic),
    Broken("forgets the conversation", ("dialogue",), forgets_the_conversation),
    Broken("obeys planted orders", ("no-injection",), obeys_planted_orders),
    Broken("leaks HTML", ("no-markup",), leaks_html),
    Broken("speaks French only", ("language",), speaks_french_only),
    Broken("neglects English", ("parity",), neglects_english),
    Broken("invents", ("nothing-of-its-own",), invents),
    Broken("encourages where the sources are silent", ("nothing-of-its-own",), encourages),
    Broken("answers what it refuses", ("nothing-of-its-own",), answers_what_it_refuses),
    Broken("is rude", ("nothing-of-its-own",), is_rude),
    Broken("plays a part", ("nothing-of-its-own",), plays_a_part),
    Broken("says a verdict of its own", ("nothing-of-its-own",), says_another_verdict),
    Broken("swaps headlines", ("headline",), swaps_headlines),
    Broken("drops the headline", ("headline",), drops_the_headline),
    Broken("rests a verdict on other grounds", ("headline",), rests_on_other_grounds),
    Broken("says the call closed while open", ("window-follows",), says_closed_while_open),
    Broken("keeps the window open", ("window-follows",), keeps_the_window_open),
    Broken("binds the CNIL", ("does-not-bind",), binds_the_cnil),
    Broken("asks two questions", ("one-question",), asks_twice),
    Broken("asks beside the point", ("one-question",), asks_beside_the_point),
    Broken("finds too much missing", ("verdict-follows",), lacks_too_much),
    Broken("makes up reasons", ("reasons",), makes_up_reasons),
    Broken("misreads", ("read-as-told",), misreads),
    Broken("gives addresses", ("no-invented-address",), gives_addresses),
    Broken("piles up sources", ("citations-used",), piles_up_sources),
    Broken("forgets publishers", ("sources-true",), forgets_publishers),
    Broken("stammers", ("no-repetition", "brief"), stammers),
    Broken("suggests in the other language", ("follow-ups",), suggests_in_the_other_language),
    Broken("is sure beyond the scale", ("contract",), is_boundlessly_sure),
    Broken("alters a word", ("claims-to-the-letter",), alters_a_word),
    Broken("adds a reserve", ("claims-to-the-letter",), adds_a_reserve),
    Broken("tosses a coin", ("stable",), tosses_a_coin),
    Broken("takes its time", ("speed",), takes_its_time),
    Broken("takes its time over verdicts", ("speed-of-all",), takes_its_time_over_verdicts),
)  # fmt: skip


ENCODED_ALONE = 0.01
"""Seconds that encoding a question is taken to last in the trial: a sound engine here needs far less, a slow one more."""


def try_engine(engine: Engine, cases: Sequence[Case], shelf: Shelf) -> Run:
    """Every case through `engine`, each asked twice, all taken to have passed before. A case that the corpus can no longer meet is left out."""
    cases = [case for case in cases if can_be_met(case, shelf)]

    def asked_twice(case: Case) -> Recorded:
        first = ask(engine, case)
        return Recorded(case, first.answer, first.seconds, first.error, again=(ask(engine, case).answer,))

    recording = Recording(tuple(asked_twice(case) for case in cases), tuple((case.id, ENCODED_ALONE) for case in cases))
    return judge_all(recording, shelf=shelf, settings={}, once_passed=[case.id for case in cases])


def stopped_by(run: Run) -> set[str]:
    """The names of the gates that stop a run."""
    return {outcome.gate.name for outcome in run.outcomes if not outcome.passed}


def gates_without_engine(gates: Iterable[str]) -> set[str]:
    """The gates that no broken engine is meant to trip."""
    return set(gates) - {gate for broken in ENGINES for gate in broken.gates}
