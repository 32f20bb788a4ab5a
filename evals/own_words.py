"""What every reply owes in its own voice: nothing said that is neither a claim nor a frame of the product, claims that are statements of
the corpus, and a verdict told as the rules make it. Reply + indexed passages → tallies, each with its reasons. Pure.

Each is a demand on the product's own writer, which says sentences of the corpus to the letter; that is what makes them strict.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from assistant.wording import CNIL_SITE, in_full, pinpoint_in
from corpus.passages import Language
from corpus.words import fold
from evals import rules, wording
from evals.case import Case
from evals.frames import Frame, Spoken, spoken, window_sentence, window_sentences
from evals.proofs import Indexed, Shelf, Tally
from evals.reply import Claim, Reply, Verdict

_KIND_SAYS = {"refusal": "OFF_TOPIC", "abstention": "NOT_STATED", "smalltalk": "SMALLTALK"}
"""What a reply of a kind says, and no other: the frame that makes it one."""
_HEADLINES = {
    "VERDICT.eligible": "eligible",
    "VERDICT.not_eligible": "not_eligible",
    "GENERAL.not_met": "not_eligible",
    "VERDICT.depends": "depends",
    "DEPENDS_ON_MANY": "depends",
    "GENERAL.unknown": "depends",
    "GENERAL.met": "depends",
    "POINT_MET": "depends",
    "VERDICT.not_settled": "not_settled",
    "GENERAL.not_settled": "not_settled",
}
"""The verdict that each headline of the product says."""
_WORD = re.compile(r"\w+")
_ADDRESS = re.compile(
    r"\]\(([^)\s]*)\)|((?:https?|ftp|data|javascript|mailto|file|tel)\s*:[^\s)\]»”]+)|(\bwww\.[\w.-]+)|([\w.+-]+@[\w-]+\.\w[\w.]*)",
    re.IGNORECASE,
)

_HINTS = ("](", "://", "@", "www.", "data:", "javascript", "mailto", "file:", "tel:")
"""What an address cannot do without: looking for it is quicker than for the address."""


def own_words(case: Case, reply: Reply, shelf: Shelf) -> tuple[Tally, ...]:
    """Every tally of `reply`; those that compare with the index are empty when `shelf` is."""
    said = spoken(reply)
    return (
        _owned(case, reply, said, shelf),
        _unmarked(said),
        _stated(reply, shelf),
        _headline(reply, said),
        _window(reply, shelf),
        _disclaimer(reply, said),
        _asked(reply, said),
        _understood(reply),
        _reasons(reply),
        _addresses(reply, shelf),
        _used(reply),
        _repeated(reply),
        _follow_ups(reply),
    )


def _owned(case: Case, reply: Reply, said: Spoken, shelf: Shelf) -> Tally:
    """Nothing but claims and frames is said, the frames with words that were theirs to say, and those of this kind of reply."""
    bad = [f"says what is neither cited nor its own: « {_short(stray)} »" for stray in said.strays]
    for frame in said.frames:
        bad += [
            f"fills « {slot} » with what it was not given: « {_short(words)} »"
            for slot, words in frame.slots.items()
            if not _may_fill(slot, words, frame, case, reply, shelf)
        ]
    for kind, name in _KIND_SAYS.items():
        told = any(frame.name.split(".")[0] == name for frame in said.frames)
        if told != (reply.kind == kind):
            bad.append(f"is of kind {reply.kind}, and {'says' if told else 'does not say'} {name}")
    if reply.kind in ("refusal", "smalltalk") and reply.claims:
        bad.append(f"states something in a reply of kind {reply.kind}")
    return _all_or_nothing("owned", bad)


def _unmarked(said: Spoken) -> Tally:
    """No sentence that is neither a claim nor a frame states a number or a date; titles between « » aside, they are no statement."""
    shown = [re.sub(r"\"[^\"]*\"|\([^()]*\)|\[[^\]]*\]", " ", fold(stray)) for stray in said.strays]
    bad = [f"states a value without a source: « {_short(part)} »" for part in shown if wording.values(part)]
    return _all_or_nothing("unmarked", bad)


def _may_fill(slot: str, text: str, frame: Frame, case: Case, reply: Reply, shelf: Shelf) -> bool:
    if slot == "words":
        written = " ".join(case.turns)
        return set(_WORD.findall(fold(text))) <= set(_WORD.findall(f"{fold(written)} {written.casefold()}"))
    if slot in ("points", "grounds"):
        return True  # the headline looks at them
    if not shelf:
        return True
    cited = [shelf[citation.passage_id] for citation in reply.citations if citation.passage_id in shelf]
    if slot == "titles":
        titles = re.findall(r"[«“]\s*(.+?)\s*[»”]", text)
        known = [" ".join(p.title.split()) for p in shelf.values() if p.language == reply.language]
        return all(any(title.startswith(one) for title in known) for one in titles)
    if slot == "pinpoints":
        return any(_pinpoints(passage, reply.language) == text for passage in cited)
    days = {day for passage in cited for day in passage.in_force}
    return any(in_full(date.fromisoformat(day), reply.language) == text for day in days)


def _pinpoints(passage: Indexed, language: Language) -> str:
    found = dict.fromkeys(reference.pinpoint for reference in passage.references if reference.pinpoint)
    return " ".join(pinpoint_in(language, " ; ".join(found)).split())


def _stated(reply: Reply, shelf: Shelf) -> Tally:
    """Each claim is a sentence of a passage that it cites, one that the call's file takes from it, or the state of the window."""
    if not shelf or reply.engine != "extractive":
        return Tally("stated", 0, 0)
    bad = [
        f"is no statement of what it cites: « {_short(claim.text)} »"
        for claim in reply.claims
        if not _is_statement(claim, reply, shelf)
    ]
    return Tally("stated", len(reply.claims) - len(bad), len(reply.claims), tuple(bad))


def _is_statement(claim: Claim, reply: Reply, shelf: Shelf) -> bool:
    cited = [shelf[citation.passage_id] for citation in reply.cited_by(claim) if citation.passage_id in shelf]
    if any(claim.text in passage.sentences for passage in cited):
        return True
    facts = rules.statements(reply.language).get(claim.text, frozenset())
    return any(facts & set(passage.fact_ids) for passage in cited) or claim.text in window_sentences(reply.language)


def _headline(reply: Reply, said: Spoken) -> Tally:
    """A verdict is told by one headline, that of its status, with the points that are not known or what was understood that decides; nothing
    else tells any."""
    told = [frame for frame in said.frames if frame.name in _HEADLINES]
    if reply.verdict is None:
        return Tally("headline", 0, len(told), ("says a verdict, and holds none",)) if told else Tally("headline", 0, 0)
    status = reply.verdict.status
    bad = [
        f"the text says {_HEADLINES[one.name]}, the verdict is {status}"
        for one in told
        if _HEADLINES[one.name] != status
    ]
    if len(told) != 1:
        bad.append(f"the text says the verdict {len(told)} times")
    bad += [
        f"the text names points that are not those unknown: {one.slots['points']}"
        for one in told
        if not _names_points(one, reply)
    ]
    bad += [
        f"the text rests the verdict on other grounds than what was understood: {one.slots['grounds']}"
        for one in told
        if not _names_grounds(one, reply)
    ]
    return _all_or_nothing("headline", bad)


def _names_points(frame: Frame, reply: Reply) -> bool:
    if "points" not in frame.slots or reply.verdict is None:
        return True
    unknown = [
        {" ".join(field.topic.both()[reply.language].split()) for field in criterion.fields}
        for criterion in rules.the_call().criteria
        if criterion.excludes and reply.verdict.criterion(criterion.id) == "unknown"
    ]
    named = frame.slots["points"].split(", ")
    return len(named) == len(unknown) and all(one in topics for one, topics in zip(named, unknown, strict=True))


def _names_grounds(frame: Frame, reply: Reply) -> bool:
    verdict = reply.verdict
    if "grounds" not in frame.slots or verdict is None or _HEADLINES[frame.name] != verdict.status:
        return True  # another headline than the verdict's is told apart
    statuses = {criterion.id: criterion.status for criterion in verdict.criteria}
    labelled = [one for one in reply.understood if rules.is_label(one.label, one.field, one.value, reply.language)]
    known = {one.field: one.value for one in labelled}
    return frame.slots["grounds"] == " ".join(rules.grounds(verdict.status, statuses, known, reply.language).split())


def _window(reply: Reply, shelf: Shelf) -> Tally:
    """The window of a verdict is that of its day and is told; no reply tells another, nor cites what holds in another only."""
    now, due = rules.window_on(reply.as_of), window_sentence(reply.language, reply.as_of)
    told = [claim.text for claim in reply.claims if claim.text in window_sentences(reply.language)]
    bad = [f"on {reply.as_of} the call is {now}, the text says « {_short(text)} »" for text in told if text != due]
    if reply.verdict and reply.verdict.window != now:
        bad.append(f"on {reply.as_of} the call is {now}, the verdict says {reply.verdict.window}")
    if reply.verdict and due and due not in told:
        bad.append(f"on {reply.as_of} the call is {now}, and the text does not say it")
    cited = (shelf.get(citation.passage_id) for citation in reply.citations)
    bad += [
        f"'{p.id}' holds when the call is {p.only_when}, it is {now}"
        for p in cited
        if p and p.only_when not in (None, now)
    ]
    return _all_or_nothing("window", bad)


def _disclaimer(reply: Reply, said: Spoken) -> Tally:
    """Every verdict says that it does not bind the CNIL, as the last thing."""
    if reply.verdict is None:
        return Tally("disclaimer", 0, 0)
    ends_so = bool(said.frames) and said.frames[-1].name == "INDICATION"
    return _all_or_nothing("disclaimer", [] if ends_so else ["does not end by saying that it does not bind the CNIL"])


def _asked(reply: Reply, said: Spoken) -> Tally:
    """A clarification asks one question, about what is missing; a verdict asks one at most, and no other reply asks."""
    asked = said.named("question.")
    if not asked and reply.kind != "clarification":
        return Tally("asked", 0, 0)
    bad = [] if len(asked) == 1 else [f"asks {len(asked)} questions"]
    missing = set(reply.verdict.missing) if reply.verdict else set()
    known = {one.field for one in reply.understood}
    for frame in asked:
        field = rules.the_call().field(frame.name.partition(".")[2])
        if rules.the_call().criterion_of(field).id not in missing:
            bad.append(f"asks for « {field.id} », which settles nothing")
        if field.id in known:
            bad.append(f"asks for « {field.id} », which it understood")
    return _all_or_nothing("asked", bad)


def _understood(reply: Reply) -> Tally:
    """The criteria are what the rules make of what was understood, and each label says its value. Not measured where a reply does not tell it."""
    # The contract's object does not carry it: only what tells it, be it that nothing was understood, is held to it.
    if reply.verdict is None or "understood" not in reply.model_fields_set:
        return Tally("understood", 0, 0)
    bad = [
        f"« {one.label} » does not say {one.field} = {one.value}"
        for one in reply.understood
        if not rules.is_label(one.label, one.field, one.value, reply.language)
    ]
    follows = rules.statuses_of({one.field: one.value for one in reply.understood})
    bad += [
        f"what was understood makes {criterion.id} {follows.get(criterion.id)}, the verdict says {criterion.status}"
        for criterion in reply.verdict.criteria
        if follows.get(criterion.id) != criterion.status
    ]
    return _all_or_nothing("understood", bad)


def _reasons(reply: Reply) -> Tally:
    """The reason of each criterion is one that the call's file gives for its status, under citations that state a fact of it."""
    if reply.verdict is None:
        return Tally("reasons", 0, 0)
    bad = list(_bad_reasons(reply, reply.verdict))
    total = len(reply.verdict.criteria)
    return Tally("reasons", max(total - len(bad), 0), total, tuple(bad))


def _bad_reasons(reply: Reply, verdict: Verdict) -> Iterator[str]:
    by_number = {citation.number: citation for citation in reply.citations}
    for criterion in verdict.criteria:
        facts = rules.reasons(criterion.id, criterion.status, reply.language).get(criterion.because)
        if facts is None:
            yield f"no rule says this of {criterion.id} {criterion.status}: « {_short(criterion.because)} »"
        elif not criterion.citations or any(
            number not in by_number or not facts & set(by_number[number].fact_ids) for number in criterion.citations
        ):
            yield f"{criterion.id} cites what does not state its reason: {criterion.citations}"


def _addresses(reply: Reply, shelf: Shelf) -> Tally:
    """Every address shown is one of the sources, or the site that the product names."""
    shown = [
        reply.text,
        *(claim.text for claim in reply.claims),
        *reply.follow_ups,
        *(one.label for one in reply.understood),
    ]
    shown += [criterion.because for criterion in (reply.verdict.criteria if reply.verdict else [])]
    found = [address for text in shown for address in _addresses_in(text)]
    if not found:
        return Tally("addresses", 1, 1)
    cited = [shelf[citation.passage_id] for citation in reply.citations if citation.passage_id in shelf]
    known = {CNIL_SITE, *(reference.url for passage in cited for reference in passage.references)}
    known |= {address for passage in cited for address in _addresses_in(passage.text)}
    return _all_or_nothing(
        "addresses", [f"shows an address of no source: {_short(one)}" for one in found if one not in known]
    )


def _addresses_in(text: str) -> list[str]:
    small = text.lower()
    if not any(hint in small for hint in _HINTS):
        return []
    return ["".join(groups).rstrip(".,;") for groups in _ADDRESS.findall(text)]


def _used(reply: Reply) -> Tally:
    """Something leads to each citation: the text, a claim or a criterion."""
    used = reply.numbers_used
    bad = [f"nothing leads to [{citation.number}]" for citation in reply.citations if citation.number not in used]
    return Tally("used", len(reply.citations) - len(bad), len(reply.citations), tuple(bad))


def _repeated(reply: Reply) -> Tally:
    """No sentence is said twice."""
    said = wording.sentences(wording.plain(reply.text))
    return _all_or_nothing(
        "repeated", [f"says twice « {_short(one)} »" for one in dict.fromkeys(said) if said.count(one) > 1]
    )


def _follow_ups(reply: Reply) -> Tally:
    """What is suggested next is a question that the corpus lists, in the language of the reply, each once."""
    known = rules.suggestions(reply.language)
    bad = [
        f"suggests what is not listed in '{reply.language}': « {_short(one)} »"
        for one in reply.follow_ups
        if one not in known
    ]
    if len(set(reply.follow_ups)) < len(reply.follow_ups):
        bad.append("suggests the same twice")
    return Tally("follow_ups", max(len(reply.follow_ups) - len(bad), 0), len(reply.follow_ups), tuple(bad))


def _all_or_nothing(name: str, bad: Iterable[str]) -> Tally:
    reasons = tuple(bad)
    return Tally(name, 0 if reasons else 1, 1, reasons)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 90 else flat[:89] + "…"
