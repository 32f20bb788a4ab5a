"""The real corpus: every fact stated once, in both languages, with its sources, its questions and its typography.

Each check is a function from the corpus to what is wrong in it; each is shown to fail on a copy that was spoilt.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
import yaml

from assistant.compare import values
from corpus.call import Call, load_call
from corpus.passages import Passage
from corpus.sentences import sentences
from corpus.sources import Source, load_sources
from corpus.words import fold
from ingest.read import read_corpus
from ingest.restatements import LeadsBySection

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "corpus"
LANGUAGES = ("fr", "en")
FEWEST_QUESTIONS = {"fr": 6, "en": 4}


@dataclass(frozen=True)
class Corpus:
    """All that the checks look at. `addresses` maps a verified fact to the addresses that support it."""

    passages: tuple[Passage, ...]
    addresses: Mapping[str, list[str]]
    call: Call
    sources: tuple[Source, ...]

    def in_language(self, language: str) -> list[Passage]:
        return [passage for passage in self.passages if passage.language == language]

    def twins(self) -> Iterator[tuple[Passage, Passage]]:
        english = {passage.section_id: passage for passage in self.in_language("en")}
        for french in self.in_language("fr"):
            if french.section_id in english:
                yield french, english[french.section_id]


Check = Callable[[Corpus], list[str]]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus(
        tuple(passage for document in read_corpus(FOLDER) for passage in document.passages),
        yaml.safe_load((ROOT / "tests" / "cases" / "fact_addresses.yaml").read_text(encoding="utf-8")),
        load_call(FOLDER / "call.yaml"),
        tuple(load_sources(FOLDER / "sources.yaml").values()),
    )


# --- the checks -----------------------------------------------------------------------------------------------------------


def facts_missing(corpus: Corpus) -> list[str]:
    return [
        f"{fact} is not stated in {language}"
        for language in LANGUAGES
        for fact in sorted(corpus.addresses.keys() - {f for p in corpus.in_language(language) for f in p.fact_ids})
    ]


def facts_stated_twice(corpus: Corpus) -> list[str]:
    return [
        f"{fact} is stated {times} times in {language}"
        for language in LANGUAGES
        for fact, times in Counter(f for p in corpus.in_language(language) for f in p.fact_ids).items()
        if times > 1
    ]


def facts_that_nobody_verified(corpus: Corpus) -> list[str]:
    return [f"{p.id} states {fact}" for p in corpus.passages for fact in p.fact_ids if fact not in corpus.addresses]


def sections_without_reference(corpus: Corpus) -> list[str]:
    return [
        passage.id
        for passage in corpus.passages
        if not any(r.url and r.title and r.publisher for r in passage.references)
    ]


def addresses_that_no_fact_has(corpus: Corpus) -> list[str]:
    return [
        f"{passage.id} points to {reference.url}"
        for passage in corpus.passages
        for reference in passage.references
        if not any(reference.url in corpus.addresses.get(fact, ()) for fact in passage.fact_ids)
    ]


def facts_without_an_address(corpus: Corpus) -> list[str]:
    """A section may state several facts: each needs one of its own addresses there."""
    return [
        f"{passage.id} gives no address of {fact}"
        for passage in corpus.passages
        for fact in passage.fact_ids
        if not {reference.url for reference in passage.references} & set(corpus.addresses.get(fact, ()))
    ]


def sections_without_twin(corpus: Corpus) -> list[str]:
    french, english = ({p.section_id for p in corpus.in_language(language)} for language in LANGUAGES)
    return [f"{section} has no twin" for section in sorted(french ^ english)]


def twins_in_another_place(corpus: Corpus) -> list[str]:
    return [
        f"{french.id}: {french.file} and {english.file}"
        for french, english in corpus.twins()
        if Path(french.file).name != Path(english.file).name
    ]


def twins_with_other_data(corpus: Corpus) -> list[str]:
    def data(passage: Passage) -> dict[str, object]:
        return {
            "facts": passage.fact_ids,
            "confidence": passage.confidence,
            "not_stated": passage.is_not_stated,
            "only_when": passage.only_when,
            "details": passage.details,
            "valid_from": passage.valid_from,
            "valid_until": passage.valid_until,
            "concerns_applying": passage.concerns_applying,
            "references": [reference.url for reference in passage.references],
            "has_note": bool(passage.note),
        }

    return [
        f"{french.section_id}: {name} differs"
        for french, english in corpus.twins()
        for name, value in data(french).items()
        if value != data(english)[name]
    ]


def twins_with_other_values(corpus: Corpus) -> list[str]:
    found = []
    for french, english in corpus.twins():
        for part in ("title", "text", "note"):
            if differing := values_that_differ(getattr(french, part), getattr(english, part)):
                found.append(f"{french.section_id}, {part}: {', '.join(sorted(differing))}")
    return found


def values_that_differ(french: str, english: str) -> set[str]:
    """Numbers and months of one text only. One, two and three in words may be said on one side only (« les deux », “both”)."""
    in_french, in_english = values(french), values(english)
    if "quinzaine" in french:
        in_french.add("15")
    if re.search(r"\b(?:the|of|in|since) May\b", english):
        in_english.add("month5")  # read as a month only beside a number, for it is a verb too
    in_figures = {value for text in (french, english) for value in values(re.sub(r"[^\W\d]+", " x ", text))}
    more, less = in_french - in_english, in_english - in_french
    if more and less:
        return more | less
    return {value for value in more | less if value in in_figures or value not in ("1", "2", "3")}


_TYPOGRAPHY = {
    "no-break space before ; ! ? »": re.compile(r"(?<![\u00a0\u202f!?])[;!?»]"),
    "no-break space before :": re.compile(r"(?<![\u00a0\u202f]):(?!//)(?!\d\d\b)"),
    "no-break space after «": re.compile(r"«(?![\u00a0\u202f])"),
    "no-break space before % and €": re.compile(r"\d ?[%€]"),
    "curly apostrophe": re.compile(r"'"),
    "French quotation marks": re.compile(r'["“”]'),
    "ellipsis in one character": re.compile(r"\.\.\."),
    "no space before , or .": re.compile(r"[\s\u00a0\u202f][,.](?=\s|$)"),
    "no double space": re.compile(r"(?<=\S) {2,}(?=\S)"),
}


def french_typography(corpus: Corpus) -> list[str]:
    return [
        f"{passage.id}, {part}: {rule}: …{text[max(0, match.start() - 20) : match.end() + 5]}"
        for passage in corpus.in_language("fr")
        for part, text in (("title", passage.title), ("text", passage.text), ("note", passage.note), ("file", passage.heading_path[0]))
        for rule, pattern in _TYPOGRAPHY.items()
        for match in pattern.finditer(text)
    ]  # fmt: skip


def sections_with_few_questions(corpus: Corpus) -> list[str]:
    return [
        f"{passage.id} has {count} different questions"
        for passage in corpus.passages
        if (count := len({fold(question).strip(" ?.!") for question in passage.questions}))
        < FEWEST_QUESTIONS[passage.language]
    ]


def questions_that_repeat_the_statement(corpus: Corpus) -> list[str]:
    return [
        f"{passage.id}: {question}"
        for passage in corpus.passages
        for question in passage.questions
        if question.strip().casefold() == passage.text.casefold()
    ]


def silences_missing(corpus: Corpus) -> list[str]:
    known = {fact for fact in corpus.addresses if fact.startswith("not-stated")}
    found = [] if known else ["no fact says what the sources do not settle"]
    for language in LANGUAGES:
        silent = {
            fact for passage in corpus.in_language(language) if passage.is_not_stated for fact in passage.fact_ids
        }
        found += [f"{fact} is in no section marked not_stated in {language}" for fact in sorted(known - silent)]
    return found


_POINTS_BACK = {
    "fr": r"(?:il(?! (?:ne )?(?:faut|y a)\b)|elle|ils|elles|s'ils?|s'elles?|celui|celle|ceux|celles|cela|ce|cet|cette|ces|c'est|s'y|leurs?|son|sa|ses|on|"
    r"la meme|le meme|les memes|les deux|a defaut|sinon|mais|et)(?= )",
    "en": r"(?:it|they|he|she|its|their|this|that|these|those|such|the same|both|neither|the latter|otherwise|but|and|one|if it|if they)(?= )",
}
_LINKS = {
    "fr": r"aussi|egalement|en outre|toutefois|cependant|donc|en revanche|par ailleurs|une telle|un tel",
    "en": r"also|too|moreover|however|therefore|by contrast|besides",
}
_LEANS = {
    language: re.compile(
        rf"^{_POINTS_BACK[language]}|^(?:\S+ ){{1,4}}(?:il(?! (?:faut|y a)\b)|elle|ils|elles|cela|it|they|this) |\b(?:{_LINKS[language]})\b"
    )
    for language in LANGUAGES
}


def sentences_that_lean_on_another(corpus: Corpus) -> list[str]:
    """Whichever sentence of a section answers is read first: each is clear without the one before it. That nothing says it always comes first."""
    return [
        f"{passage.id}: {sentence}"
        for passage in corpus.passages
        if not passage.is_not_stated
        for sentence in sentences(passage.text)[1:]
        if _LEANS[passage.language].search(fold(sentence))
    ]


def facts_of_the_call_missing(corpus: Corpus) -> list[str]:
    stated = {fact for passage in corpus.passages for fact in passage.fact_ids}
    return [f"call.yaml rests on {fact}, which no section states" for fact in sorted(corpus.call.fact_ids - stated)]


def details_missing(corpus: Corpus) -> list[str]:
    sections = {passage.section_id for passage in corpus.passages}
    return [
        f"{p.id} has the detail {d}, which is no section"
        for p in corpus.passages
        for d in (*p.details, *p.others)
        if d not in sections
    ]


def dates_of_the_call_elsewhere(corpus: Corpus) -> list[str]:
    """The dates that banner and rules use are those that the sections state."""
    dates, facts = corpus.call.dates, corpus.call.dates.facts
    return [
        f"{passage.id} does not say {day.isoformat()}"
        for fact, day in ((facts.opens, dates.opens), (facts.closes, dates.closes), (facts.results, dates.results))
        for passage in corpus.passages
        if fact in passage.fact_ids and not {str(day.day), f"month{day.month}", str(day.year)} <= values(passage.text)
    ]


def sources_listed_twice(corpus: Corpus) -> list[str]:
    counted = Counter(source.url for source in corpus.sources)
    return [url for url, times in counted.items() if times > 1]


def sources_that_nothing_cites(corpus: Corpus) -> list[str]:
    cited = {reference.url for passage in corpus.passages for reference in passage.references}
    return [source.id for source in corpus.sources if source.url not in cited]


# --- each check, on the corpus and on a spoilt copy -----------------------------------------------------------------------


def spoilt(corpus: Corpus, passage_id: str, **changes: object) -> Corpus:
    """A copy in which one passage was changed."""
    return replace(
        corpus, passages=tuple(replace(p, **changes) if p.id == passage_id else p for p in corpus.passages)  # type: ignore[arg-type]
    )  # fmt: skip


def passage_in(corpus: Corpus, passage_id: str) -> Passage:
    return next(passage for passage in corpus.passages if passage.id == passage_id)


def without(corpus: Corpus, passage_id: str) -> Corpus:
    return replace(corpus, passages=tuple(p for p in corpus.passages if p.id != passage_id))


def rewritten(passage_id: str, part: str, old: str, new: str) -> Callable[[Corpus], Corpus]:
    def spoil(corpus: Corpus) -> Corpus:
        before = getattr(passage_in(corpus, passage_id), part)
        assert old in before, f"the example is stale: {passage_id} no longer holds {old!r}"
        return spoilt(corpus, passage_id, **{part: before.replace(old, new)})

    return spoil


DEADLINE = "call-deadline"
CHECKS: list[tuple[Check, str, Callable[[Corpus], Corpus]]] = [
    (facts_missing, "a section removed", lambda c: without(c, f"{DEADLINE}/fr")),
    (facts_missing, "a fact left out", lambda c: spoilt(c, f"{DEADLINE}/en", fact_ids=())),
    (facts_stated_twice, "a fact in two sections", lambda c: spoilt(c, "call-closed/fr", fact_ids=("call-closed", DEADLINE))),
    (facts_that_nobody_verified, "an invented fact", lambda c: spoilt(c, f"{DEADLINE}/fr", fact_ids=(DEADLINE, "invented"))),
    (sections_without_reference, "no reference", lambda c: spoilt(c, f"{DEADLINE}/fr", references=())),
    (addresses_that_no_fact_has, "an address of another fact", lambda c: spoilt(c, f"{DEADLINE}/fr", references=(replace(c.passages[0].references[0], url="https://elsewhere.example"),))),
    (facts_without_an_address, "a fact without its address", lambda c: spoilt(c, f"{DEADLINE}/fr", references=())),
    (sections_without_twin, "no English twin", lambda c: without(c, f"{DEADLINE}/en")),
    (sections_without_twin, "no French twin", lambda c: without(c, f"{DEADLINE}/fr")),
    (twins_in_another_place, "a twin in another file", lambda c: spoilt(c, f"{DEADLINE}/en", file="en/other.md")),
    (twins_with_other_data, "another confidence", lambda c: spoilt(c, f"{DEADLINE}/en", confidence="low")),
    (twins_with_other_data, "a reference less", lambda c: spoilt(c, f"{DEADLINE}/en", references=passage_in(c, f"{DEADLINE}/en").references[1:])),
    (twins_with_other_values, "another day", rewritten(f"{DEADLINE}/en", "text", "30 September", "31 September")),
    (twins_with_other_values, "another month", rewritten(f"{DEADLINE}/fr", "text", "septembre", "octobre")),
    (twins_with_other_values, "another number in words", rewritten("number-selected/en", "text", "Four projects", "Five projects")),
    (twins_with_other_values, "a number left out", rewritten(f"{DEADLINE}/en", "text", " 2023", "")),
    (french_typography, "a plain space before :", rewritten("eligibility-public-bodies/fr", "text", "\u00a0:", " :")),
    (french_typography, "a straight apostrophe", rewritten(f"{DEADLINE}/fr", "text", "l’appel", "l'appel")),
    (french_typography, "a plain space after «", rewritten(f"{DEADLINE}/fr", "text", "«\u00a0", "« ")),
    (french_typography, "a plain space before »", rewritten(f"{DEADLINE}/fr", "text", "\u00a0»", " »")),
    (french_typography, "a title with a plain space before ?", rewritten("call-closed/fr", "title", "\u00a0?", " ?")),
    (sections_with_few_questions, "five French questions", lambda c: spoilt(c, f"{DEADLINE}/fr", questions=passage_in(c, f"{DEADLINE}/fr").questions[:5])),
    (sections_with_few_questions, "the same question six times", lambda c: spoilt(c, f"{DEADLINE}/fr", questions=("Quand ?", "quand", "QUAND ?", "Quand !", "quand ?", "Quand."))),
    (sections_with_few_questions, "three English questions", lambda c: spoilt(c, f"{DEADLINE}/en", questions=passage_in(c, f"{DEADLINE}/en").questions[:3])),
    (questions_that_repeat_the_statement, "the statement as a question", lambda c: spoilt(c, f"{DEADLINE}/fr", questions=(passage_in(c, f"{DEADLINE}/fr").text,))),
    (sentences_that_lean_on_another, "a pronoun for what was named before", rewritten("selection-committee-2023/fr", "text", "La décision finale a", "Elle a")),
    (sentences_that_lean_on_another, "a pronoun after where it holds", rewritten("registre/en", "text", "the record of processing may", "it may")),
    (sentences_that_lean_on_another, "a word that links", rewritten("call-closed/fr", "text", "ne peut plus être", "ne peut donc plus être")),
    (silences_missing, "a silence shown as an answer", lambda c: spoilt(c, "not-stated-individuals/fr", is_not_stated=False)),
    (facts_of_the_call_missing, "a rule without its section", lambda c: without(without(c, "project-maturity/fr"), "project-maturity/en")),
    (details_missing, "a detail that is no section", lambda c: spoilt(c, "number-selected/fr", details=("nobody",))),
    (dates_of_the_call_elsewhere, "another deadline in the rules", lambda c: replace(c, call=c.call.model_copy(update={"dates": c.call.dates.model_copy(update={"closes": c.call.dates.results})}))),
    (sources_listed_twice, "a source listed twice", lambda c: replace(c, sources=(*c.sources, c.sources[0].model_copy(update={"id": "other"})))),
    (sources_that_nothing_cites, "a source that nothing cites", lambda c: replace(c, sources=(*c.sources, c.sources[0].model_copy(update={"url": "https://nobody.example"})))),
]  # fmt: skip


@pytest.fixture(scope="module")
def wrong_already(corpus: Corpus) -> Callable[[Check], list[str]]:
    """What each check finds before anything is spoilt, looked for once."""
    return cache(lambda check: check(corpus))


@pytest.mark.parametrize(
    "check", list(dict.fromkeys(check for check, _, _ in CHECKS)), ids=lambda check: check.__name__
)
def test_the_corpus_has_nothing_to_correct(check, wrong_already):
    assert wrong_already(check) == []


@pytest.mark.parametrize(
    ("check", "spoil"), [pytest.param(check, spoil, id=f"{check.__name__}-{name}") for check, name, spoil in CHECKS]
)
def test_each_check_fails_on_a_spoilt_copy(check, spoil, corpus, wrong_already):
    assert set(check(spoil(corpus))) - set(wrong_already(check))


@pytest.mark.parametrize(
    ("french", "english", "differ"),
    [
        pytest.param("les deux s’appliquent", "both apply", set(), id="a number in words on one side"),
        pytest.param("un seul suffit", "one is enough", set(), id="one in words on one side"),
        pytest.param("trois mois", "three months", set(), id="the same number in words"),
        pytest.param("trois mois", "3 months", set(), id="in words and in figures"),
        pytest.param("trois mois", "four months", {"3", "4"}, id="another number in words"),
        pytest.param("le 3 mai 2023", "on 3 June 2023", {"month5", "month6"}, id="another month"),
        pytest.param("20 000 000 euros", "20,000,000 euros", set(), id="thousands"),
        pytest.param("4,5 %", "4.5%", set(), id="decimals"),
        pytest.param("jusqu’au 30", "until then", {"30"}, id="a figure on one side"),
    ],
)
def test_values_of_twins_are_compared_by_what_they_mean(french, english, differ):
    assert values_that_differ(french, english) == differ


# --- the files ------------------------------------------------------------------------------------------------------------


def files_out_of_step(folder: Path) -> list[str]:
    """Files without a twin, twins whose sections come in another order, and questions for sections that do not exist."""
    found = []
    french, english = ({path.name for path in (folder / "texts" / language).glob("*.md")} for language in LANGUAGES)
    found += [f"{name} is in one language only" for name in sorted(french ^ english)]
    order: dict[str, list[int]] = {"fr": [], "en": []}
    for name in sorted(french & english):
        heads, sections = [], []
        for language in LANGUAGES:
            text = (folder / "texts" / language / name).read_text(encoding="utf-8")
            front = yaml.safe_load(text.split("---\n")[1])
            if front["language"] != language:
                found.append(f"{language}/{name} says that its language is {front['language']}")
            heads.append((front["order"], front.get("concerns_applying", False)))
            order[language].append(front["order"])
            sections.append(re.findall(r"^## .*\{#([a-z0-9-]+)\}", text, re.MULTILINE))
        if heads[0] != heads[1]:
            found.append(f"{name}: the front matter differs between the twins")
        if sections[0] != sections[1]:
            found.append(f"{name}: the sections come in another order, or differ")
        leads = folder / "questions" / name.replace(".md", ".yaml")
        asked = LeadsBySection.model_validate(yaml.safe_load(leads.read_text(encoding="utf-8"))).sections
        found += [f"{leads.name}: no section is called {section}" for section in asked if section not in sections[0]]
    found += [
        f"{language}: two files have the same place"
        for language in LANGUAGES
        if len(set(order[language])) < len(order[language])
    ]
    return found


def test_files_come_in_pairs_that_keep_step():
    assert files_out_of_step(FOLDER) == []


def _append(path: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / path).write_text(
        (folder / path).read_text(encoding="utf-8") + text, encoding="utf-8"
    )


def _replace(path: str, old: str, new: str) -> Callable[[Path], object]:
    return lambda folder: (folder / path).write_text(
        (folder / path).read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8"
    )


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda folder: (folder / "texts/en/rgpd.md").unlink(), id="a file without its twin"),
        pytest.param(_replace("texts/en/rgpd.md", "order: 3", "order: 4"), id="another order"),
        pytest.param(_replace("texts/fr/rgpd.md", "language: fr", "language: en"), id="the language of another folder"),
        pytest.param(_replace("texts/en/rgpd.md", "{#breach}", "{#leak}"), id="another anchor"),
        pytest.param(_replace("questions/rgpd.yaml", "  breach:", "  leak:"), id="questions for no section"),
    ],
)
def test_files_that_lose_step_are_noticed(spoil, corpus_folder, tmp_path):
    shutil.copytree(corpus_folder, tmp_path / "copy")
    assert files_out_of_step(tmp_path / "copy") == []
    spoil(tmp_path / "copy")
    assert files_out_of_step(tmp_path / "copy")


def test_every_passage_is_found_again_in_its_file(corpus):
    texts = {
        file: (FOLDER / file).read_text(encoding="utf-8") for file in {passage.file for passage in corpus.passages}
    }
    assert all(texts[passage.file][passage.start : passage.end] == passage.text for passage in corpus.passages)


def test_no_question_leads_to_two_sections(corpus):
    leads: dict[str, set[str]] = {}
    for passage in corpus.passages:
        for question in passage.questions:
            leads.setdefault(fold(question).strip(" ?.!"), set()).add(passage.section_id)
    assert {question: sorted(sections) for question, sections in leads.items() if len(sections) > 1} == {}


def test_no_question_is_both_answered_and_beside(corpus):
    asked = {fold(question).strip(" ?.!"): passage.id for passage in corpus.passages for question in passage.questions}
    both = [
        (asked[fold(text).strip(" ?.!")], p.id, text)
        for p in corpus.passages
        for text in p.beside
        if fold(text).strip(" ?.!") in asked
    ]
    assert both == []
