"""The guided check: the call's own questions as a form, and the verdict of its rules as a card. It decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, urlencode

from corpus.call import Call, Field, holds
from corpus.passages import Language

from ..judge import judge, next_question
from ..stated import state
from ..verify import shortest_support
from ..vocabulary import Citation, Criterion, Reading, Situation, Understood, Verdict
from .engine import Engine
from .pages import ADDRESSES
from .reply import Choice, Correction, describe_source, say_date
from .templates import render
from .texts import TEXTS, say
from .typography import in_full, typed

Values = Mapping[str, str]


def read_values(body: bytes | str, call: Call) -> dict[str, str]:
    """The answers of a form, those that the call knows and that make sense together."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    try:
        given = dict(parse_qsl(text, max_num_fields=64))
    except ValueError:
        return {}
    values: dict[str, str] = {}
    for field in call.fields:
        value = given.get(field.id)
        if value in {known.id for known in field.values} and holds(field.only, values):
            values[field.id] = str(value)
    return values


def situation_of(values: Values) -> Situation:
    """The answers as a situation; the proof of each is the answer itself."""
    return Situation({name: Reading(value, value) for name, value in values.items()})


def capital(text: str) -> str:
    """The text with a capital letter."""
    return text[:1].upper() + text[1:]


def enumerate_names(names: Sequence[str], language: Language) -> str:
    """The names as a sentence says them: « organisme candidat, intelligence artificielle et maturité »."""
    said = [name if name[1:2].isupper() else name[:1].lower() + name[1:] for name in names]
    return say("and", language).join(part for part in (", ".join(said[:-1]), *said[-1:]) if part)


def describe_field(field: Field, values: Values, language: Language) -> dict[str, object]:
    """A question as the form shows it."""
    only = [{"field": name, "values": list(allowed)} for name, allowed in field.only.items()]
    return {
        "id": field.id,
        "question": field.question[language],
        "help": field.help[language] if field.help else "",
        "only": only,
        "asked": holds(field.only, values),
        "choices": [
            {"id": value.id, "label": capital(value.label[language]), "chosen": values.get(field.id) == value.id}
            for value in field.values
        ],
        "unsaid": field.id not in values,
    }


def tell_situation(values: Values, call: Call, language: Language) -> str:
    """The answers as a message to the chat, in the words of the call: « Avancement : pas encore en service. »"""
    said = [state(field, field.value(values[field.id]), language) for field in call.fields if field.id in values]
    return " ".join([say("check_message_before", language), *said, say("check_message_after", language)])


def corrections(call: Call, understood: Sequence[Understood], language: Language) -> dict[str, Correction]:
    """For each thing understood, what the person may choose instead, and the message that says so."""
    question = say("check_message_after", language)
    offered = {}
    for label in understood:
        field = next((one for one in call.fields if one.id == label.field), None)
        if field is None:
            continue
        choices = tuple(
            Choice(
                capital(value.label[language]),
                f"{state(field, value, language)} {question}",
                value.id == label.value,
            )
            for value in field.values
        )
        offered[field.id] = Correction(field.question[language], choices)
    return offered


def link_to_check(understood: Sequence[Understood], address: str) -> str:
    """The guided check with what was understood already chosen; the fragment never reaches a server."""
    return f"{address}#{urlencode({label.field: label.value for label in understood})}" if understood else ""


@dataclass(frozen=True)
class Check:
    """Judges the answers with the call's rules, and words the card."""

    engine: Engine

    @property
    def call(self) -> Call:
        return self.engine.assistant.call

    def form(self, values: Values, language: Language) -> list[dict[str, object]]:
        """The questions, in the order of the call."""
        return [describe_field(field, values, language) for field in self.call.fields]

    def card(self, values: Values, language: Language, *, document: bool = False) -> str:
        """The verdict as HTML; `document` is the version to keep, with every source open."""
        said = self.describe(values, language)
        return render("check_card.html", language, **said, links=ADDRESSES[language], document=document)

    def describe(self, values: Values, language: Language) -> dict[str, object]:
        """Everything that the card says."""
        day, situation = self.engine.today(), situation_of(values)
        verdict = judge(situation, self.call, on=day)
        asked = next_question(situation, self.call)
        return {
            "started": bool(values),
            "status": verdict.status,
            "sentence": self.sentence(verdict, language),
            "window": self.engine.notice(language) if verdict.window != "open" else "",
            "not_priority": verdict.not_priority,
            "criteria": [self.describe_criterion(criterion, values, language) for criterion in verdict.criteria],
            "next": {"field": asked, "question": self.call.field(asked).question[language]} if asked else None,
            "message": tell_situation(values, self.call, language),
            "day": in_full(day, language),
            "version": say_date(self.call.version, language),
            "answers": [
                {
                    "question": field.question[language],
                    "answer": capital(field.value(values[field.id]).label[language]),
                }
                for field in self.call.fields
                if field.id in values
            ],
            "contact": self.call.contact[language],
        }

    def sentence(self, verdict: Verdict, language: Language) -> str:
        """The verdict in plain words, naming the conditions that decide, or what stays open beside a yes."""
        deciding = {
            "eligible": list(verdict.missing),
            "not_eligible": [c.id for c in verdict.criteria if c.status == "not_met"],
            "not_settled": [c.id for c in verdict.criteria if c.status == "not_settled"],
            "depends": list(verdict.missing),
        }[verdict.status]
        names = [self.call.criterion(identifier).name[language] for identifier in deciding]
        key = "check_eligible_open" if verdict.status == "eligible" and names else f"check_{verdict.status}"
        if len(names) > 1 and f"{key}_many" in TEXTS:
            key = f"{key}_many"
        return say(key, language, names=enumerate_names(names, language))

    def describe_criterion(self, criterion: Criterion, values: Values, language: Language) -> dict[str, object]:
        """A condition: its state, the reason with what the rules add to it and what is supposed, and the sources that say it."""
        rules = self.call.criterion(criterion.id)
        because = criterion.because.get(language, "")
        caveats = {one.text[language]: one.fact for one in rules.caveats_for(values)}
        caveats.pop(because, None)
        is_answered = any(field.id in values for field in rules.fields)
        told = "met_anyway" if criterion.status == "met" and not is_answered else criterion.status
        supposed = [
            say("check_supposed", language, stated=state(field, field.value(field.presumed), language))
            for field in rules.fields
            if field.presumed and field.id not in values and is_answered and criterion.status != "unknown"
        ]
        cited = [self.citation(fact, language) for fact in criterion.fact_ids]
        cited += [self.citation(fact, language, carrying=text) for text, fact in caveats.items()]
        sources: dict[object, dict[str, object]] = {}
        for citation in cited:
            if citation is not None:
                source = describe_source(0, citation, language)
                sources.setdefault(source["title"], source)
        return {
            "id": criterion.id,
            "name": rules.name[language],
            "status": criterion.status,
            "state": say(f"criterion_{told}", language),
            "because": typed(because),
            "added": [typed(text) for text in (*caveats, *supposed)],
            "sources": list(sources.values()),
        }

    def citation(self, fact: str, language: Language, *, carrying: str = "") -> Citation | None:
        """The passage that states a fact, quoted whole, or by the sentences that carry a text."""
        passage = self.engine.passage_stating(fact, language)
        if passage is None:
            return None
        return Citation(passage, shortest_support(carrying, passage) if carrying else passage.text.strip())


def document_name(day: date, language: Language) -> str:
    """The name of the file to keep."""
    return f"{'eligibilite' if language == 'fr' else 'eligibility'}-{day.isoformat()}.html"
