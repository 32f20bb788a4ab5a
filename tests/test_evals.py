"""The evaluation suite: reading cases, scoring replies, proofs, measures, gates, comparison, families, report, commands."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corpus.errors import ExplainedError
from corpus.passages import Reference
from evals import add, families, measures, near, retrieval, wording
from evals import report_words as say
from evals.__main__ import _print_gates as show_gates
from evals.__main__ import app
from evals.case import CALL_OPEN, Case, load_cases
from evals.checks import says, score
from evals.compare import compare, word_difference
from evals.gates import load_gates
from evals.judged import Judged, Recorded, judge
from evals.oracle import right_reply
from evals.own_words import own_words
from evals.proofs import Indexed, Shelf, is_supported, prove
from evals.reply import Reply, read_reply
from evals.report import to_html
from evals.run import (
    Recording,
    Run,
    judge_all,
    read_results,
    record,
    recording_of,
    to_results,
    write_passed,
    write_results,
)

ROOT = Path(__file__).parents[1]
SHELF: Shelf = {
    f"{name}/{language}": Indexed(
        f"{name}/{language}",
        "texts",
        title,
        text,
        language,
        False,
        False,
        (name,),
        (Reference(title, "CNIL", f"https://example.org/{name}", "2023"),),
    )
    for name, language, title, text in (
        ("deadline", "fr", "Date limite", "Le dépôt des dossiers était possible jusqu’au 30 septembre 2023."),
        ("deadline", "en", "Deadline", "Files could be submitted until 30 September 2023."),
        ("no-rule", "fr", "Pas de dérogation", "Participer ne dispense d’aucune règle."),
        ("no-rule", "en", "No derogation", "Taking part does not exempt anyone from the rules."),
    )
}


def a_case(**changes: Any) -> Case:
    value: dict[str, Any] = {
        "id": "c",
        "lang": "fr",
        "turns": ["Jusqu'à quand ?"],
        "expect": {"kind": ["answer"], "must_include": [["30 septembre"]], "cites": ["deadline"]},
    }
    return Case.model_validate(value | changes)


def a_reply(case: Case, spoil: Callable[[dict[str, Any]], None] = lambda answer: None) -> Reply:
    answer = copy.deepcopy(right_reply(case, SHELF))
    spoil(answer)
    reply, mistake = read_reply(answer)
    assert reply, mistake
    return reply


def a_run(*answers: tuple[Case, dict[str, Any] | None], once_passed: tuple[str, ...] = ()) -> Run:
    recording = Recording(tuple(Recorded(case, answer, 0.1) for case, answer in answers))
    return judge_all(recording, shelf=SHELF, settings={"made": "2026-11-24T10:00:00"}, once_passed=once_passed)


# Cases


def test_a_case_needs_little_and_is_set_while_the_call_is_open(tmp_path: Path) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text("- id: a\n  lang: fr\n  turns: [Bonjour]\n- id: b\n  lang: en\n  turns: Hello\n", encoding="utf-8")
    first, second = load_cases([tmp_path])
    assert (first.as_of, first.severity, first.place) == (CALL_OPEN, "major", f"{path}, line 1")
    assert second.turns == ["Hello"]


def test_the_example_of_the_contract_is_read(tmp_path: Path) -> None:
    path = tmp_path / "contract.yaml"
    path.write_text(
        """
- id: elig-private-alone
  lang: fr                       # language the reply must have
  as_of: 2023-09-01
  turns:
    - Nous sommes une PME, sans partenaire public. Peut-on candidater ?
  expect:
    kind: [verdict, clarification]
    status: [depends]
    window: open
    criteria: {applicant: [unknown]}
    not_priority: false
    must_include: [["plusieurs acteurs publics", "several public"]]
    must_not_include: ["vous êtes éligible"]
    cites: [eligibility-private-bodies]
  severity: critical
  tags: [eligibility, private]
""",
        encoding="utf-8",
    )
    (case,) = load_cases([path])
    assert case.expect.window == ["open"]
    assert case.expect.must_include == [["plusieurs acteurs publics", "several public"]]


def test_values_written_without_quotes_are_read_as_the_text_that_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text(
        "- {id: 7, lang: en, turns: [x], expect: {must_include: [[72], [2023-09-30]], must_not_include: [yes]}}",
        encoding="utf-8",
    )
    (case,) = load_cases([path])
    assert (case.id, case.expect.must_include, case.expect.must_not_include) == ("7", [["72"], ["2023-09-30"]], ["yes"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("- {id: a, lang: de, turns: [x]}", r"line 1: 0.lang: ", id="another language"),
        pytest.param("- id: a\n  lang: fr\n  turns: [x]\n  expects: {}", r"line 4: 0.expects: ", id="a key misspelt"),
        pytest.param(
            "- id: a\n  lang: fr\n  turns: [x]\n  expect:\n    kind: [reply]",
            r"line 5: 0.expect.kind",
            id="no such kind",
        ),
        pytest.param("- id: a\n  lang: fr", r"line 1: 0.turns: Field required", id="no message"),
        pytest.param("- id: [", r"line 1: this is not valid YAML", id="broken YAML"),
        pytest.param("id: a", r"line 1: a file of cases is a list", id="not a list"),
        pytest.param(
            "- {id: a, lang: fr, turns: [x]}\n- {id: a, lang: fr, turns: [y]}", r"line 2: the id 'a'", id="same id"
        ),
        pytest.param("", r"No case was found", id="nothing"),
    ],
)
def test_a_wrong_file_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ExplainedError, match=said):
        load_cases([path])


def test_the_mistakes_of_all_files_are_told_at_once_one_line_each(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("- {id: x, lang: de, turns: [x]}", encoding="utf-8")
    with pytest.raises(ExplainedError) as caught:
        load_cases([tmp_path])
    assert [re.split(", line", line)[0] for line in str(caught.value).splitlines()] == [
        str(tmp_path / "a.yaml"),
        str(tmp_path / "b.yaml"),
    ]


# Scores


@pytest.mark.parametrize(
    ("text", "words", "held"),
    [
        pytest.param("Ce n’est pas clos.", "n'est pas", True, id="either apostrophe"),
        pytest.param("ÉLIGIBLE", "eligible", True, id="case and accents"),
        pytest.param("10 000 personnes", "10 000", True, id="any space in a number"),
        pytest.param("10\u202f000 personnes", "10000", True, id="a narrow no-break space too"),
        pytest.param("cœur du projet", "coeur", True, id="œ"),
        pytest.param("en 2023", "2", False, id="a number is held only whole"),
        pytest.param("l’article 57", "article 5", False, id="an article too"),
        pytest.param("72 heures", "72", True, id="a whole number"),
    ],
)
def test_what_a_text_says_is_read_folded(text: str, words: str, held: bool) -> None:
    assert says(text, words) is held


@pytest.mark.parametrize(
    ("changes", "spoil", "name"),
    [
        pytest.param({"kind": ["abstention"]}, {}, "kind", id="another kind"),
        pytest.param({"must_include": [["31 octobre"]]}, {"text": "rien [1]"}, "includes", id="key information absent"),
        pytest.param(
            {"must_not_include": ["éligible"]}, {"text": "Vous êtes **éli**gible"}, "excludes", id="hidden word"
        ),
        pytest.param({"cites": ["no-rule"]}, {"citations": []}, "cites", id="no such source"),
        pytest.param({"status": ["depends"]}, {"verdict": None}, "status", id="no verdict at all"),
        pytest.param({"window": "open"}, {"verdict": None}, "window", id="no window at all"),
        pytest.param({}, {"language": "en"}, "language", id="another language"),
    ],
)
def test_each_expectation_that_does_not_hold_is_a_failed_score_with_a_reason(
    changes: dict[str, Any], spoil: dict[str, Any], name: str
) -> None:
    case = a_case(expect=changes)
    right = a_case(expect={"kind": ["answer"], "cites": ["deadline"]})
    scores = score(case, a_reply(right, lambda answer: answer.update(spoil)))
    failed = [one for one in scores if not one.passed]
    assert [one.name for one in failed] == [name]
    assert failed[0].reason


def test_only_what_is_expected_is_asked() -> None:
    assert [one.name for one in score(a_case(expect={}), a_reply(a_case()))] == ["language"]


def test_a_reply_that_is_not_the_object_of_the_contract_fails_its_case() -> None:
    judged = judge(Recorded(a_case(), {"kind": "answer"}), SHELF)
    assert not judged.passed
    assert "contract" in judged.reasons[0]


# Proofs


def _flaws(name: str, spoil: Callable[[dict[str, Any]], None]) -> tuple[str, ...]:
    case = a_case()
    reply = a_reply(case, spoil)
    tallies = (*prove(case, reply, SHELF), *own_words(case, reply, SHELF))
    return next(tally.reasons for tally in tallies if tally.name == name)


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        pytest.param("markers", lambda a: a.update(text=a["text"].replace("[1]", "[4]")), id="a marker leads nowhere"),
        pytest.param("markers", lambda a: a["claims"][0].update(citations=[]), id="a claim cites nothing"),
        pytest.param("markers", lambda a: a["citations"][0].update(passage_id="x/fr"), id="a passage unknown"),
        pytest.param("quotes", lambda a: a["citations"][0].update(quote="jusqu’au 31 octobre"), id="a quote reworded"),
        pytest.param("quotes", lambda a: a["citations"][0].update(quote=" "), id="an empty quote"),
        pytest.param("sources", lambda a: a["citations"][0].update(fact_ids=["no-rule"]), id="facts of another"),
        pytest.param("unmarked", lambda a: a.update(text=a["text"] + " Comptez 45 jours."), id="a figure unsourced"),
        pytest.param("markup", lambda a: a.update(text=a["text"] + " <b>gras</b>"), id="HTML"),
        pytest.param("markup", lambda a: a.update(text=a["text"] + " [x](javascript:alert(1))"), id="a script address"),
        pytest.param("markup", lambda a: a.update(text=a["text"] + " ![x](https://e.org/i.png)"), id="an image"),
        pytest.param("dated", lambda a: a.update(as_of="2026-11-24"), id="another day"),
        pytest.param(
            "said_verdict", lambda a: a.update(text=a["text"] + " Vous êtes éligible."), id="a verdict unheld"
        ),
        pytest.param("spoken", lambda a: a.update(language="en"), id="the words are in another language"),
    ],
)
def test_a_reply_owes_its_proof_whatever_the_case(name: str, spoil: Callable[[dict[str, Any]], None]) -> None:
    assert not _flaws(name, lambda answer: None)
    assert _flaws(name, spoil)


@pytest.mark.parametrize(
    ("claim", "quote", "stands", "missing"),
    [
        pytest.param("Le dépôt courait jusqu’au 30 septembre.", "jusqu'au 30 septembre, le dépôt courait", True, "", id="reworded"),
        pytest.param("Le dépôt court jusqu’au 31 octobre.", "Le dépôt court jusqu’au 30 septembre.", False, "value", id="a date"),
        pytest.param("Le RGPD dispense de règles.", "Le RGPD ne dispense pas de règles.", False, "denial", id="a denial lost"),
        pytest.param("Le RGPD ne dispense pas.", "Le RGPD dispense.", False, "denial", id="a denial added"),
        pytest.param("Il n’est requis que deux mois.", "Deux mois sont requis, il n’en faut que deux.", True, "", id="ne … que"),
        pytest.param("Files are due on 30 September 2023.", "Le dépôt s’arrêtait le 30 septembre 2023.", True, "", id="across languages"),
        pytest.param("Le chat dort sur le canapé bleu.", "Le dépôt est clos.", False, "words", id="other words"),
        pytest.param("Trois projets sont retenus.", "3 projets sont retenus.", True, "", id="a number in letters"),
    ],
)  # fmt: skip
def test_a_claim_stands_on_the_words_of_its_quotes(claim: str, quote: str, stands: bool, missing: str) -> None:
    found, reason = is_supported(claim, [quote])
    assert (found, reason.split(" ")[0]) == (stands, missing)


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        pytest.param("Vous êtes éligible.", "eligible", id="plain"),
        pytest.param("Votre projet est donc **éligible** [1].", "eligible", id="with marks"),
        pytest.param("Vous n’êtes pas éligible.", "not_eligible", id="denied"),
        pytest.param("Your project is not eligible.", "not_eligible", id="denied in English"),
        pytest.param("You are clearly eligible!", "eligible", id="English"),
        pytest.param("Le projet remplit les conditions de l’appel.", "eligible", id="other words"),
        pytest.param("The project does not meet the conditions.", "not_eligible", id="other words in English"),
        pytest.param("Éligible", "eligible", id="alone"),
        pytest.param("Non éligible.", "not_eligible", id="alone and denied"),
        pytest.param("Pour savoir si vous êtes éligible, il manque un fait.", None, id="a question in it"),
        pytest.param("If a public body joins, you are eligible.", None, id="a condition"),
        pytest.param("Tous les organismes publics sont éligibles.", None, id="of others"),
    ],
)
def test_an_assertion_of_eligibility_is_told_from_a_condition(sentence: str, said: str | None) -> None:
    assert wording.asserted_status(sentence) == said


def test_abbreviations_do_not_end_a_sentence() -> None:
    assert wording.sentences("Voir l’art. 6 du règl. n° 2016/679. M. Dupont l’a dit. Fin") == [
        "Voir l’art. 6 du règl. n° 2016/679.",
        "M. Dupont l’a dit.",
        "Fin",
    ]


# Measures and gates


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        (["Le dépôt s’arrête le 30 septembre.", "Le dossier est en ligne."], (1, 1)),
        (["Le dossier est en ligne.", "Le dépôt s’arrête le 30 septembre."], (0, 1)),
        (["Le dépôt s’arrête le 30 septembre."], (0, 0)),
        (["Le dossier est en ligne.", "Le jury est nommé."], (0, 0)),
    ],
)
def test_the_answer_comes_first_or_not_among_the_sentences_of_its_source(
    said: list[str], counted: tuple[int, int]
) -> None:
    def spoil(answer: dict[str, Any]) -> None:
        answer["claims"] = [{"text": "Un autre fait.", "citations": []}] + [
            {"text": text, "citations": [1]} for text in said
        ]

    reply = a_reply(a_case(), spoil)
    judged = Judged(Recorded(a_case(), {}), reply, (), ())
    assert measures.RATES["answer_first"](judged) == counted


@pytest.mark.parametrize(
    ("share", "n", "low", "high"),
    [
        pytest.param(0.0, 60, 0.0, 0.0487, id="no error in 60"),
        pytest.param(0.0, 239, 0.0, 0.0125, id="no error in 239"),
        pytest.param(0.95, 100, 0.888, 0.978, id="95 of 100"),
        pytest.param(1.0, 300, 0.99, 1.0, id="all of 300"),
    ],
)
def test_intervals_are_those_of_the_textbook(share: float, n: int, low: float, high: float) -> None:
    assert measures.interval(share, n) == pytest.approx((low, high), abs=0.001)


def test_variants_of_a_case_are_one_cluster_in_the_interval() -> None:
    case = a_case()
    copies = [(a_case(id=f"c~{number}"), right_reply(case, SHELF)) for number in range(20)]
    figure = a_run(*copies).measures["cases_passed"].figure
    assert (figure.n, figure.clusters) == (20, 1)


def test_an_average_hides_nothing() -> None:
    good = a_case(id="fr", tags=["sms"])
    bad = a_case(id="en", lang="en", tags=["caps"], expect={"kind": ["abstention"]})
    run = a_run((good, right_reply(good, SHELF)), (bad, right_reply(a_case(lang="en", expect={}), SHELF)))
    slices = run.measures["cases_passed"].slices
    assert (slices["lang"]["fr"].value, slices["lang"]["en"].value) == (1.0, 0.0)
    assert (slices["style"]["sms"].value, slices["style"]["caps"].value) == (1.0, 0.0)


def test_a_case_that_once_passed_and_fails_now_closes_a_gate_even_if_the_rest_passes() -> None:
    good = [(a_case(id=f"g{number}"), right_reply(a_case(), SHELF)) for number in range(99)]
    lost = a_case(id="lost")
    run = a_run(*good, (lost, None), once_passed=("lost", "gone"))
    closed = {outcome.gate.name for outcome in run.outcomes if not outcome.passed}
    assert {"no-regression", "no-crash"} == closed
    assert run.measures["regressions"].details["failed"] == ["lost"]


def test_recording_keeps_what_passed_among_cases_that_were_not_asked(tmp_path: Path) -> None:
    path = tmp_path / "passed.txt"
    path.write_text("# head\nother\nc\n", encoding="utf-8")
    assert write_passed(a_run((a_case(), None)), path) == 1
    assert path.read_text(encoding="utf-8").splitlines()[1:] == ["other"]


def test_every_gate_bounds_a_measure_that_exists_and_says_why() -> None:
    known = a_run((a_case(), right_reply(a_case(), SHELF))).measures
    for gate in load_gates():
        assert gate.measure in known
        assert gate.why
        assert gate.why_fr


def test_the_docs_give_each_gate_its_bound() -> None:
    lines = (ROOT / "docs" / "measures.md").read_text(encoding="utf-8").splitlines()
    rows = {line.split("`")[1]: line for line in lines if line.startswith("| `")}
    for gate in load_gates():
        sign = "≤" if gate.at_most is not None else "≥"
        assert f"| {sign} {gate.bound:g} |" in rows[gate.measure], gate.name


def test_every_measure_is_defined_in_the_docs_and_worded_for_the_report() -> None:
    page = (ROOT / "docs" / "measures.md").read_text(encoding="utf-8")
    for name in a_run((a_case(), right_reply(a_case(), SHELF))).measures:
        assert f"`{name}`" in page
        assert name in say.MEASURES


# Results, comparison, report


def test_results_have_the_fields_of_the_contract_and_can_be_scored_again() -> None:
    case = a_case()
    run = a_run((case, right_reply(case, SHELF)))
    results = json.loads(json.dumps(to_results(run)))
    assert set(results) == {"summary", "gates", "settings", "cases"}
    assert set(results["gates"][0]) == {"name", "passed", "value", "bound"}
    assert set(results["cases"][0]) == {"id", "passed", "reasons", "tags", "severity", "answer"}
    again = judge_all(recording_of(results, [case]), shelf=SHELF, settings={})
    assert [one.passed for one in again.judged] == [True]


def test_a_comparison_says_what_was_fixed_what_broke_and_what_changed() -> None:
    cases = [a_case(id=name) for name in ("kept", "fixed", "broken", "reworded")]
    right = right_reply(a_case(), SHELF)
    other = {**right, "text": right["text"].replace("Le dépôt", "Un dépôt")}
    before = to_results(a_run(*zip(cases, (right, None, right, right), strict=True)))
    after = to_results(a_run(*zip(cases, (right, right, None, other), strict=True)))
    found = compare(before, after)
    assert [change.id for change in found.fixed] == ["fixed"]
    assert [change.id for change in found.broken] == ["broken"]
    assert [change.id for change in found.changed] == ["reworded"]
    assert "[-Le-] {+Un+}" in found.changed[0].words
    assert (found.same, found.p_value) == (1, 1.0)


def test_a_difference_is_told_word_by_word() -> None:
    assert word_difference("le 30 septembre 2023", "le 31 octobre 2023") == "le [-30 septembre-] {+31 octobre+} 2023"


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.inner: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        self.tags.append(tag)
        self.loads += [values[name] or "" for name in ("src", "srcset", "data", "poster") if name in values]
        if tag == "link":
            self.loads.append(values.get("href") or "")
        if values.get("id"):
            self.ids.append(values["id"] or "")
        if tag == "a" and (values.get("href") or "").startswith("#"):
            self.inner.append((values["href"] or "")[1:])


def test_the_report_loads_nothing_escapes_everything_and_its_links_lead_somewhere() -> None:
    case = a_case(turns=["<script>alert(1)</script>", "et & après ?"], expect={"kind": ["abstention"]})
    spoiled = right_reply(a_case(), SHELF)
    spoiled["text"] += ' <img src="https://evil.example/x.png">'
    run = a_run((case, spoiled), (a_case(id="fine"), right_reply(a_case(), SHELF)), (a_case(id="stopped"), None))
    text = to_html(run, SHELF)
    page = _Page()
    page.feed(text)
    assert page.loads == []
    assert "script" not in page.tags
    assert "url(" not in text
    assert len(page.ids) == len(set(page.ids))
    assert set(page.inner) <= set(page.ids)
    assert '<html lang="fr">' in text
    for shown in (
        "attendu abstention",
        "Ce qu’une bonne réponse devait faire",
        "et &amp; après ?",
        "30 septembre 2023",
    ):
        assert shown in text


def test_a_figure_is_told_apart_from_its_bound_with_its_faults_and_their_cases(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answers = [(a_case(id=f"c{number}"), right_reply(a_case(), SHELF)) for number in range(3000)]
    answers[7][1]["citations"][0] |= {"quote": "jusqu’au 31 octobre"}
    run = a_run(*answers)
    show_gates(run)
    (line,) = [one for one in capsys.readouterr().out.splitlines() if "quotes-verbatim" in one]
    assert "verbatim_rate is 0.9997, at least 1, 1 of 3,000 at fault" in line
    assert line.endswith(": c7")
    text = to_html(run, SHELF)
    assert "99,97 %" in text
    assert "citation qui n’est pas à la lettre" in text
    assert "is not verbatim" not in text


def test_what_was_not_measured_or_not_recorded_is_no_pass(capsys: pytest.CaptureFixture[str]) -> None:
    run = a_run((a_case(), right_reply(a_case(), SHELF)))
    show_gates(run)
    said = capsys.readouterr().out
    assert re.search(r"Not measured here: .*stable, speed", said)
    assert "Every gate passes." not in said
    assert "Toutes les barrières sont franchies" not in to_html(run, SHELF)
    partial = replace(run, lacking=("other",))
    assert not partial.passed
    show_gates(partial)
    assert "lacks 1 of the 2 cases" in capsys.readouterr().out
    assert "Relevé partiel" in to_html(partial, SHELF)


def test_scoring_again_keeps_the_day_and_the_engine_of_the_recording(cases_file: Path, tmp_path: Path) -> None:
    first, again = tmp_path / "first.json", tmp_path / "again.json"
    common = ["run", "--cases", str(cases_file), "--jobs", "1"]
    CliRunner().invoke(app, [*common, "--out", str(first), "--id", "c", "--engine", f"{__name__}:open_right"])
    done = CliRunner().invoke(app, [*common, "--out", str(again), "--score-again", str(first)])
    settings = [read_results(path)["settings"] for path in (first, again)]
    assert [one["engine"] for one in settings] == [f"{__name__}:open_right"] * 2
    assert settings[0]["made"] == settings[1]["made"]
    assert "lacks 1 of the 2 cases" in done.output
    assert done.exit_code == 1


@pytest.mark.parametrize(
    ("value", "bound", "read"),
    [
        pytest.param(0.99994, 1, "0.9999", id="nearly one"),
        pytest.param(0.93, 0.94, "0.930", id="far"),
        pytest.param(1.0, 1, "1.000", id="the bound itself"),
    ],
)
def test_a_value_is_read_as_other_than_the_bound_it_misses(value: float, bound: float, read: str) -> None:
    assert measures.apart(value, bound) == read


def test_the_slowest_sort_of_reply_counts_and_one_slow_reply_does_not() -> None:
    def ratio(seconds: list[float]) -> float | None:
        case = a_case(turns=["a", "b"])
        answers = [Recorded(case, right_reply(a_case(), SHELF), one) for one in seconds]
        judged = [judge(one, SHELF) for one in answers]
        return measures.measure(judged, [("c", 0.01)])["slowest_ratio"].figure.value

    assert ratio([0.05] * 9) is None
    assert ratio([0.05] * 19 + [9.0]) == pytest.approx(5)
    assert ratio([0.5] * 20) == pytest.approx(50)


# Families


def test_families_are_the_same_for_the_same_seed_and_leave_what_is_expected() -> None:
    cases = load_cases([ROOT / "evals" / "cases" / "selftest"])
    made = families.generate(cases, per_family=5)
    assert made == families.generate(cases, per_family=5)
    assert {case.id.partition("~")[2] for case in made} >= {*families.FAMILIES, "deployed", "no-ai"} - {"word-order"}
    by_id = {case.id: case for case in cases}
    for case in made:
        assert case.turns != by_id[case.base_id if case.base_id in by_id else case.id.partition("~")[0]].turns
        if not case.has("counterfactual", "injection"):
            assert case.expect == by_id[case.id.partition("~")[0]].expect


@pytest.mark.parametrize(
    ("family", "before", "after"),
    [
        pytest.param("capitals", "Peut-on ?", "PEUT-ON ?", id="capitals"),
        pytest.param("no-accents", "À l’été, où ?", "A l'ete, ou ?", id="no accents"),
        pytest.param("sms", "Pourquoi vous voulez être avec nous ?", "Pk vs voulez etre avc ns ??", id="sms"),
        pytest.param(
            "word-order", "Pour une commune, faut-il un DPO ?", "Faut-il un DPO, pour une commune ?", id="order"
        ),
    ],
)
def test_a_family_changes_the_form_only(family: str, before: str, after: str) -> None:
    case = a_case(turns=[before])
    (made,) = [one for one in families.generate([case], per_family=1) if one.id.endswith(f"~{family}")]
    assert made.turns[-1].casefold() == after.casefold()


def test_typos_spare_acronyms_numbers_and_short_words() -> None:
    text = "AIPD obligatoire avant le traitement RGPD de 2023 pour la préfecture ?"
    made = families.generate([a_case(turns=[text], id=f"c{n}") for n in range(1)], per_family=1)
    typo = next((case.turns[-1] for case in made if case.id.endswith("~typos")), text)
    assert {"AIPD", "RGPD", "2023", "avant"} <= set(typo.split())


# Adding a case, near copies, collections


def test_a_new_case_is_checked_before_it_is_written(tmp_path: Path) -> None:
    old = a_case(id="old", turns=["Combien de temps dure le premier accompagnement renforcé ?"])
    new = a_case(
        id="old", turns=["le premier accompagnement renforcé, combien de temps dure-t-il"], expect={"cites": ["nope"]}
    )
    problems = add.check_new(new, [old], ["deadline"], ["Qui dure combien ?"])
    assert len(problems) == 3
    path = tmp_path / "added.yaml"
    path.write_text("# mine\n- {id: first, lang: fr, turns: [x]}\n", encoding="utf-8")
    add.append(a_case(id="second"), path)
    assert [case.id for case in load_cases([path])] == ["first", "second"]
    assert path.read_text(encoding="utf-8").startswith("# mine\n")


@pytest.mark.parametrize(
    ("one", "other", "is_copy"),
    [
        pytest.param(
            "Quelle est la durée de l’accompagnement renforcé ?",
            "accompagnement renforce : quelle duree",
            True,
            id="copy",
        ),
        pytest.param(
            "Qui décide de la sélection finale ?", "Qui compose le comité de sélection ?", False, id="another matter"
        ),
    ],
)
def test_a_near_copy_is_known_despite_order_accents_and_small_words(one: str, other: str, is_copy: bool) -> None:
    assert (near.likeness(one, other) > near.NEAR_COPY) is is_copy


def test_a_document_stands_in_a_run_at_the_place_of_its_best_passage() -> None:
    hits = [("a#1", 3.0), ("b#0", 2.0), ("a#0", 2.0), ("c#0", 2.0)]
    document_of = {"a#0": "a", "a#1": "a", "b#0": "b", "c#0": "c"}
    ranking = retrieval.by_document(hits, document_of)
    assert [name for name, _ in ranking] == ["a", "b", "c"]
    scores = [value for _, value in ranking]
    assert scores == sorted(set(scores), reverse=True)


def test_the_figures_of_a_run_are_those_of_ir_measures() -> None:
    rankings = {"q1": [("a", 2.0), ("b", 1.0)], "q2": [("b", 2.0), ("a", 1.0)], "unjudged": [("a", 1.0)]}
    found = {one.name: one.value for one in retrieval.evaluate(rankings, {"q1": {"a": 1}, "q2": {"a": 1}})}
    assert (found["success@1"], found["success@3"], found["MRR@10"]) == (0.5, 1.0, 0.75)
    assert set(found) == {"success@1", "success@3", "success@5", "success@10", "MRR@10", "nDCG@10", "recall@10"}


def test_pieces_of_a_document_are_slices_of_it() -> None:
    text = "Titre.\n\n" + "Une phrase. " * 300 + "\n\nFin."
    pieces = retrieval.split_text(text)
    assert len(pieces) > 2
    assert all(text[start : start + len(piece)] == piece for start, piece in pieces)
    assert all(len(piece) <= 1000 for _, piece in pieces)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        pytest.param("docs", '{"id": "a"}', r"line 1: 'text' is missing", id="no text"),
        pytest.param("docs", "{", r"line 1: this is not a JSON object", id="not JSON"),
        pytest.param("queries", '{"text": "x"}', r"line 1: 'qid' is missing", id="no id"),
        pytest.param("qrels", "qid\tdocid\trel\nq\td", r"line 2: a judgement is", id="two columns"),
    ],
)
def test_a_mistake_in_a_collection_is_told_with_its_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    read = {"docs": retrieval.read_documents, "queries": retrieval.read_queries, "qrels": retrieval.read_judgements}
    with pytest.raises(ExplainedError, match=said):
        read[name](path)


# Commands


def open_right() -> Callable[[Case], dict[str, Any]]:
    """An engine for the commands below: right on every case."""
    return lambda case: right_reply(case, SHELF)


def open_wrong() -> Callable[[Case], dict[str, Any]]:
    """An engine for the commands below: always the same abstention."""
    return lambda case: right_reply(a_case(expect={"kind": ["abstention"]}), SHELF)


@pytest.fixture
def cases_file(tmp_path: Path) -> Path:
    path = tmp_path / "cases.yaml"
    add.append(a_case(), path)
    add.append(a_case(id="d", tags=["other"]), path)
    return path


@pytest.fixture(autouse=True)
def no_index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSISTANT_INDEX_FOLDER", str(tmp_path / "no-index"))


@pytest.mark.parametrize(("engine", "code"), [("open_right", 0), ("open_wrong", 1)])
def test_run_exits_with_1_when_a_gate_fails(cases_file: Path, tmp_path: Path, engine: str, code: int) -> None:
    out, page = tmp_path / "results.json", tmp_path / "report.html"
    arguments = ["run", "--cases", str(cases_file), "--out", str(out), "--report", str(page), "--jobs", "1"]
    done = CliRunner().invoke(app, [*arguments, "--engine", f"{__name__}:{engine}"])
    assert done.exit_code == code, done.output
    assert len(read_results(out)["cases"]) == 2
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def open_never() -> Callable[[Case], dict[str, Any]]:
    """An engine that cannot be opened."""
    raise OSError("no such model")


@pytest.mark.parametrize("jobs", [1, 2])
def test_cases_are_asked_in_their_order_and_a_sample_three_times(jobs: int) -> None:
    cases = [a_case(id=f"c{number}") for number in range(5)]
    ticks: list[tuple[int, int]] = []
    found = record(cases, jobs=jobs, engine=f"{__name__}:open_right", on_progress=lambda *tick: ticks.append(tick))
    assert [one.case.id for one in found.replies] == [case.id for case in cases]
    assert {len(one.again) for one in found.replies} == {2}
    assert ticks[-1][0] == ticks[-1][1]


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_engine_that_cannot_be_opened_is_explained(jobs: int) -> None:
    with pytest.raises(ExplainedError, match="no such model"):
        record([a_case()], jobs=jobs, engine=f"{__name__}:open_never")


def test_compare_exits_with_1_when_a_case_broke(tmp_path: Path) -> None:
    right = right_reply(a_case(), SHELF)
    for name, answer in (("good", right), ("bad", None)):
        write_results(a_run((a_case(), answer)), tmp_path / f"{name}.json")
    good, bad = str(tmp_path / "good.json"), str(tmp_path / "bad.json")
    assert CliRunner().invoke(app, ["compare", good, bad]).exit_code == 1
    assert CliRunner().invoke(app, ["compare", bad, good]).exit_code == 0


def test_the_product_searches_a_foreign_collection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_CORPUS_FOLDER", str(ROOT / "corpus"))
    documents = [
        {
            "id": "velo",
            "title": "Vélo",
            "text": "Le forfait mobilités durables rembourse les trajets à vélo des agents.",
        },
        {"id": "cantine", "title": "Cantine", "text": "Le prix du repas à la cantine dépend du quotient familial."},
        {"id": "piscine", "title": "Piscine", "text": "La piscine ferme deux semaines en août pour la vidange."},
    ]
    queries = [
        {"qid": "q1", "text": "prix d'un repas de cantine"},
        {"qid": "q2", "text": "fermeture piscine"},
    ]
    for name, lines in (("docs", documents), ("queries", queries)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text("qid\tdocid\trel\nq1\tcantine\t1\nq2\tpiscine\t1\n", encoding="utf-8")
    arguments = [f"--{name}={tmp_path / file}" for name, file in
                 (("docs", "docs.jsonl"), ("queries", "queries.jsonl"), ("qrels", "qrels.tsv"), ("out", "run.trec"))]  # fmt: skip
    done = CliRunner().invoke(app, ["retrieval", *arguments])
    assert done.exit_code == 0, done.output
    assert re.search(r"success@1 +1\.0000", done.output)
    found = (tmp_path / "run.trec").read_text(encoding="utf-8").splitlines()
    assert [line.split()[:4] for line in found if line.split()[3] == "1"] == [
        ["q1", "Q0", "cantine", "1"],
        ["q2", "Q0", "piscine", "1"],
    ]


def test_run_can_ask_only_a_tag_an_id_or_what_failed_last_time(cases_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "results.json"
    arguments = ["run", str(cases_file), "--out", str(out), "--jobs", "1", "--engine"]

    def asked(engine: str, *more: str) -> list[str]:
        CliRunner().invoke(app, [*arguments, f"{__name__}:{engine}", *more])
        return [case["id"] for case in read_results(out)["cases"]]

    assert asked("open_right", "--tag", "other") == ["d"]
    assert asked("open_right", "--id", "c") == ["c"]
    assert asked("open_wrong", "--id", "d*") == ["d"]
    assert asked("open_right", "--failed-last-time") == ["d"]


def test_a_mistake_in_the_cases_is_an_explained_error(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["run", "--cases", str(tmp_path / "none.yaml")])
    assert isinstance(done.exception, ExplainedError)


def test_an_outcome_is_right_held_back_or_wrong() -> None:
    case = a_case()

    def outcome(answer: dict[str, Any]) -> str:
        return judge(Recorded(case, answer), SHELF).outcome

    assert outcome(right_reply(case, SHELF)) == "right"
    assert outcome(right_reply(a_case(expect={"kind": ["abstention"]}), SHELF)) == "held_back"
    assert outcome(right_reply(a_case(expect={"cites": ["no-rule"]}), SHELF)) == "wrong"
    assert isinstance(judge(Recorded(case, None), SHELF), Judged)
