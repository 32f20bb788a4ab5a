"""The rules as data: what is right is read, what is wrong is named with its line."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from corpus.call import load_call
from corpus.errors import ExplainedError

ROOT = Path(__file__).resolve().parent.parent
CALL_FILE = ROOT / "corpus" / "call.yaml"
CALL = load_call(CALL_FILE)
TEXTS = ROOT / "corpus" / "texts"
SPACES = str.maketrans({"’": "'", "\u00a0": " ", "\u202f": " "})


def stated_facts(language):
    """The statement of each fact in the corpus texts: the paragraph of its section."""
    facts = {}
    for path in (TEXTS / language).glob("*.md"):
        for section in re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
            body = section.partition("\n")[2].partition("```yaml")
            for fact in (yaml.safe_load(body[2].partition("```")[0]) or {}).get("facts", []) if body[1] else []:
                facts[fact] = " ".join(body[0].split()).translate(SPACES)
    return facts


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_fact_of_the_rules_is_stated_by_a_section(language):
    stated = stated_facts(language)
    assert {fact for fact in CALL.fact_ids if fact not in stated} == set()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_reason_is_the_words_of_the_section_of_its_first_fact(language):
    """To the letter, up to where its last sentence ends or is cut: « Tous les organismes publics peuvent candidater »."""
    stated = stated_facts(language)
    reasons = [(row.facts[0], row.reason[language]) for c in CALL.criteria for row in (*c.rows, *c.unknown)]
    reasons += [(caveat.fact, caveat.text[language]) for c in CALL.criteria for caveat in c.caveats]
    reasons += [(one.fact, one.text[language]) for one in CALL.raised]
    for fact, reason in reasons:
        assert reason.translate(SPACES).removesuffix(".") in stated[fact], fact


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("On nous dit trop petits, sans IA générative.", {"not-stated-startups-size", "project-generative-ai-not-required"}),
        ("Is it true that only generative AI counts?", {"project-generative-ai-not-required"}),
        ("Une IA générative pour la taille des arbres.", set()),
    ],
)  # fmt: skip
def test_what_is_brought_up_and_decides_nothing_is_heard(text, facts):
    assert {one.fact for one in CALL.raised_in(text)} == facts


@pytest.mark.parametrize(
    ("day", "window"),
    [
        (date(2023, 7, 20), "not_open_yet"),
        (date(2023, 7, 21), "open"),
        (date(2023, 9, 30), "open"),
        (date(2023, 10, 1), "closed"),
        (date(2026, 1, 1), "closed"),
    ],
)
def test_the_window_holds_its_bounds(day, window):
    assert CALL.window(day) == window


def test_french_texts_have_their_no_break_spaces():
    assert re.findall(r'fr: "[^"]*[^\u00a0]\s?[?!;»]', CALL_FILE.read_text(encoding="utf-8")) == [] or all(
        "\u00a0" in found for found in re.findall(r'fr: "[^"]* [?!;:»]', CALL_FILE.read_text(encoding="utf-8"))
    )


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        pytest.param("closes: 2023-09-30", "closes: 2023-13-30", "does not exist", id="a date that does not exist"),
        pytest.param("closes: 2023-09-30", "closes: 2022-09-30", "follow one another", id="dates in disorder"),
        pytest.param("when: {uses_ai: \"no\"}", "when: {uses_ia: \"no\"}", "uses_ia", id="a field that does not exist"),
        pytest.param("when: {stage: evolution}", "when: {stage: evolved}", "evolved", id="a value that does not exist"),
        pytest.param("when: {stage: evolution}", "when: {stage: deployed}", "no row says", id="a case without a row"),
        pytest.param("status: not_settled", "status: maybe", "status", id="a status that does not exist"),
        pytest.param("facts: [project-maturity]", "facts: []", "at least one", id="a reason without a fact"),
        pytest.param("presumed: france", "presumed: elsewhere", "elsewhere", id="a presumed value that does not exist"),
        pytest.param("id: personal_data\n    name", "id: ai\n    name", "twice", id="two criteria of one name"),
        pytest.param("version:", "versoin:", "versoin", id="a misspelt key"),
        pytest.param("    excludes: true\n    name: {fr: \"Maturité\"", "    name: {fr: \"Maturité\"", "excludes", id="a failure that does not exclude"),
        pytest.param("criteria:\n", "criteria: [\n", "not valid YAML", id="not YAML"),
        pytest.param("id: ai\n    excludes: true", "id: ai\n    excludes: true\n    excludes: true", "twice", id="a key written twice"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_file_and_line(tmp_path, old, new, named):
    text = CALL_FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "call.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ExplainedError) as error:
        load_call(path)
    assert named in str(error.value)
    assert re.search(r"call\.yaml.*, line \d+", str(error.value))


def test_an_unquoted_yes_is_the_word_yes():
    other = load_call(ROOT / "tests" / "cases" / "other_call.yaml")
    assert [value.id for value in other.field("open_days").values] == ["yes", "no"]
    assert other.field("open_days").answered_by("yes") == "yes"
