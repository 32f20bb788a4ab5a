"""The second reader: the same arithmetic when it is taught and when it reads, and what it may not touch."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from tiny import ROOT, FakeEncoder

from assistant.reading.learnt import UNSAID, Model, SecondReader, load_model, open_second_reader
from assistant.situation import eligibility_scope, read_situation
from assistant.vocabulary import Reading, Situation
from corpus.call import load_call
from corpus.embed import BUNDLED, Encoder
from corpus.errors import ExplainedError
from evals import teach
from evals.case import load_cases
from evals.near import NEAR_COPY, Questions

CALL = load_call(ROOT / "corpus" / "call.yaml")
LEARNT = ROOT / "assistant" / "reading" / "learnt.npz"
TEXT = "Un outil qui relit les dossiers de la commune, et rien n'est encore en service."


class Sure(Model):
    """A model that is sure of what it is given."""

    def __init__(self, shares: Mapping[str, Mapping[str, float]], level: float = 0.9) -> None:
        columns = {field: tuple((value, 0) for value in values) for field, values in shares.items()}
        enough = {(field, value): level for field, values in shares.items() for value in values}
        super().__init__(
            "fake@1", {}, np.ones(0), np.zeros((0, 1)), np.zeros(1), columns, enough, dict.fromkeys(enough, 0.01)
        )
        object.__setattr__(self, "_shares", shares)

    def shares(self, text: str, vector: object) -> dict[str, dict[str, float]]:
        return {field: dict(values) for field, values in self._shares.items()}  # type: ignore[attr-defined]

    def telling(self, text: str, field: str, value: str) -> str:
        return text


def reader(**shares: Mapping[str, float]) -> SecondReader:
    return SecondReader(Sure(shares), FakeEncoder().question)


def completed(
    second: SecondReader, situation: Situation, *heard: str, withdrawn: tuple[str, ...] = ()
) -> dict[str, str]:
    return {
        name: reading.value for name, reading in second.complete(situation, heard, CALL, withdrawn).readings.items()
    }


def test_what_is_likely_enough_is_read_and_the_rest_is_not():
    likely = reader(uses_ai={"yes": 0.95, UNSAID: 0.05}, stage={"before": 0.85, UNSAID: 0.15})
    assert completed(likely, Situation(), TEXT) == {"uses_ai": "yes"}


def test_what_the_first_reader_found_stays_unless_it_is_most_unlikely():
    found = Situation({"stage": Reading("deployed", "en service")})
    assert completed(reader(stage={"before": 0.9, "deployed": 0.1}), found, TEXT) == {"stage": "deployed"}
    assert completed(reader(stage={"before": 0.999, "deployed": 0.001}), found, TEXT) == {}


def test_what_is_presumed_when_unsaid_is_never_taken_back():
    """Taking back « abroad » would make it « in France »: the error that must not be."""
    abroad = Situation({"established": Reading("abroad", "à Dublin")})
    assert completed(reader(established={"abroad": 0.0, UNSAID: 1.0}), abroad, TEXT) == {"established": "abroad"}


def test_a_word_of_the_call_itself_is_never_taken_back():
    stated = "Avancement : déjà en service. Nous relisons des dossiers."
    found = read_situation([stated], CALL)
    assert completed(reader(stage={"deployed": 0.0, UNSAID: 1.0}), found, stated)["stage"] == "deployed"


def test_what_was_taken_back_on_the_way_is_not_read_again():
    likely = reader(stage={"before": 0.99, UNSAID: 0.01})
    assert completed(likely, Situation(), TEXT, TEXT, withdrawn=("stage",)) == {}
    assert completed(likely, Situation(), TEXT, TEXT) == {"stage": "before"}


def test_a_field_that_does_not_apply_to_the_applicant_is_not_read():
    likely = reader(public_partner={"yes": 0.99, UNSAID: 0.01})
    public = Situation({"applicant": Reading("public", "commune")})
    private = Situation({"applicant": Reading("private", "société")})
    assert "public_partner" not in completed(likely, public, TEXT)
    assert completed(likely, private, TEXT)["public_partner"] == "yes"


def test_a_value_that_the_call_does_not_have_is_not_read():
    assert completed(reader(stage={"imagined": 0.99, UNSAID: 0.01}), Situation(), TEXT) == {}


def test_a_theme_is_read_in_the_place_of_the_one_that_is_supposed():
    """A project whose theme the first reader does not name is supposed to be of another one: that is no word of the person's."""
    likely = reader(theme={"edtech": 0.95, "other": 0.03, UNSAID: 0.02})
    supposed = Situation({"theme": Reading("other", "rien n'est encore en service")})
    assert completed(likely, supposed, TEXT) == {"theme": "edtech"}
    assert completed(likely, Situation(), TEXT) == {"theme": "edtech"}
    assert completed(likely, supposed, TEXT, withdrawn=("theme",)) == {"theme": "other"}
    unsure = reader(theme={"edtech": 0.8, "other": 0.15, UNSAID: 0.05})
    assert completed(unsure, supposed, TEXT) == {"theme": "other"}


def test_a_theme_that_was_found_or_stated_is_not_read_again():
    likely = reader(theme={"edtech": 0.95, "health": 0.05, UNSAID: 0.0})
    assert completed(likely, Situation({"theme": Reading("health", "l'hôpital")}), TEXT) == {"theme": "health"}
    for stated in ("Thème : autre thème. Nous relisons des dossiers.", "Theme: another theme. We read files again."):
        found = read_situation([stated], CALL)
        assert completed(likely, found, stated)["theme"] == "other"


def test_a_theme_is_doubted_as_any_other_value_but_not_the_one_that_is_supposed():
    unlikely = reader(theme={"edtech": 0.001, "other": 0.001, UNSAID: 0.998})
    assert completed(unlikely, Situation({"theme": Reading("edtech", "formation")}), TEXT) == {}
    assert completed(unlikely, Situation({"theme": Reading("other", "formation")}), TEXT) == {"theme": "other"}


def test_few_words_are_left_to_the_first_reader():
    likely = reader(scope={"own": 0.99, UNSAID: 0.01}, uses_ai={"yes": 0.99, UNSAID: 0.01})
    assert likely.scope("une commune, de l'IA") is None
    assert completed(likely, Situation(), "une commune, de l'IA") == {}


def test_a_description_in_unforeseen_words_is_taken_for_one_and_another_scheme_is_not():
    likely = reader(scope={"own": 0.99, UNSAID: 0.01})
    unforeseen = "Le classement des plis se ferait de lui-même, à partir de ceux des années passées."
    assert eligibility_scope(unforeseen, []) is None
    assert eligibility_scope(unforeseen, [], likely) == "own"
    assert (
        eligibility_scope("Peut-on candidater à l'appel à projets de l'ANR avec notre outil de tri ?", [], likely)
        is None
    )


def test_the_question_that_is_pending_is_the_one_that_both_readers_leave_open():
    """« oui » answers what was asked, and what was asked depends on what the second reader had read."""
    second = reader(uses_ai={"yes": 0.99, UNSAID: 0.01}, public_service={"yes": 0.99, UNSAID: 0.01})
    told = "Nous sommes une PME, notre outil trie les demandes ; c'est un prototype. Pouvons-nous candidater ?"
    values = read_situation([told, "oui"], CALL, second).readings
    assert {"uses_ai", "public_service"} <= values.keys()
    assert values["public_partner"].value == "yes"


def test_reading_computes_what_teaching_computed():
    """The same text gets the same likelihoods from the fitted matrices and from the reader that is shipped."""
    encoder = FakeEncoder()
    says = {
        "yes": "un réseau de neurones qui apprend des dossiers",
        "no": "un barème fixe écrit à la main",
        UNSAID: "une réunion avec le conseil",
    }
    examples = [
        teach.Example(f"{text}, {place}", {"uses_ai": value}, "made")
        for value, text in says.items()
        for place in ("service urbain", "mairie", "hôpital", "école", "port")
    ]
    vectors = np.array([encoder.question(example.text) for example in examples])
    taught = teach.teach(examples, vectors, ("uses_ai",))
    text = "à la mairie, un réseau de neurones apprend des dossiers du port"
    asked = [teach.Example(text, {}, "made")]
    rows = teach.matrix(asked, np.array([encoder.question(text)]), taught.vocabulary, taught.rarity)
    values, shares = teach.likelihoods(taught, rows)["uses_ai"]
    columns = {"uses_ai": tuple((value, place) for place, (_, value) in enumerate(taught.columns))}
    model = Model(
        "fake@1",
        taught.vocabulary,
        taught.rarity.astype(np.float32),
        taught.weights.astype(np.float32),
        taught.offsets.astype(np.float32),
        columns,
        {},
        {},
    )
    read = model.shares(text, encoder.question(text))["uses_ai"]
    assert read == pytest.approx(dict(zip(values, shares[0], strict=True)), abs=1e-3)
    assert max(read, key=read.__getitem__) == "yes"
    assert model.telling(f"Bonjour à tous. {text}. Merci beaucoup.", "uses_ai", "yes") == f"{text}."


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        pytest.param([(0.8, True)] * 200, teach.LEAST, id="all right: from the least"),
        pytest.param([(0.8, False)] * 5 + [(0.95, True)] * 200, 0.81, id="the wrong ones are left below"),
        pytest.param([(0.999, False)] * 5 + [(0.999, True)] * 20, teach.NEVER, id="wrong to the top"),
        pytest.param([(0.9, True)] * 3, teach.NEVER, id="too few to tell"),
    ],
)
def test_a_value_may_be_read_from_where_hardly_any_was_wrong(judged: list[tuple[float, bool]], expected: float):
    assert teach.level(judged) == pytest.approx(expected)


def test_hardly_any_value_that_was_told_lies_where_it_is_doubted():
    judged = [(place / 1000, True) for place in range(1000)] + [(0.0, False)] * 500
    assert teach.doubt(judged) == pytest.approx(teach.HARDLY_ANY, abs=0.002)
    assert teach.doubt(judged[:3]) == 0.0


def test_every_example_says_fields_and_values_of_the_call():
    files = teach.load_told(CALL)
    assert sum(len(items) for items in files.values()) >= 2_000
    for items in files.values():
        assert all(item.reads for item in items) or len([item for item in items if not item.reads]) < len(items) / 3


def test_a_field_is_learnt_only_from_the_files_that_label_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    said = '- say: "Une mairie."\n  reads: {applicant: public}\n- say: "Une école."\n  reads: {applicant: public, theme: edtech}\n'
    for name in ("old", "new"):
        (tmp_path / f"{name}.yaml").write_text(said, encoding="utf-8")
    monkeypatch.setattr(teach, "EXAMPLES", tmp_path)
    monkeypatch.setattr(teach, "CASES", tmp_path)
    monkeypatch.setattr(teach, "QUESTIONS", tmp_path / "none")
    monkeypatch.setattr(teach, "_LABELLED_IN", {"theme": ("new",)})
    monkeypatch.setattr(teach, "_DATA_IMPLIED", ("old",))
    read = {(one.source, one.text): one.reads for one in teach.load_examples(CALL)}
    assert read["new", "Une mairie."]["theme"] == UNSAID and read["new", "Une école."]["theme"] == "edtech"
    assert not any("theme" in read["old", text] for text in ("Une mairie.", "Une école."))
    assert "personal_data" not in read["old", "Une mairie."]
    assert read["old", "Une mairie."]["stage"] == read["new", "Une mairie."]["personal_data"] == UNSAID


def test_the_files_from_which_a_field_is_learnt_label_it():
    files = teach.load_told(CALL)
    for field, names in teach._LABELLED_IN.items():
        assert all(any(field in item.reads for item in files[name]) for name in names)


def test_a_field_that_no_example_labels_is_not_taught():
    encoder = FakeEncoder()
    texts = [f"{what} à la mairie, {where}" for what in ("un réseau appris", "un barème") for where in "abcde"]
    examples = [teach.Example(text, {"uses_ai": "yes" if "appris" in text else "no"}, "made") for text in texts]
    vectors = np.array([encoder.question(text) for text in texts])
    taught = teach.teach(examples, vectors, ("uses_ai", teach.THEME))
    assert {field for field, _ in taught.columns} == {"uses_ai"}


def test_what_the_first_reader_supposes_is_never_read():
    columns = tuple((teach.THEME, value) for value in ("edtech", "other", UNSAID))
    taught = teach.Taught({}, np.ones(0), columns, np.zeros((0, 3)), np.zeros(3))
    levels = teach.levels_of(taught, dict.fromkeys(columns, [(0.9, True)] * 200), CALL)
    assert levels == {columns[0]: teach.LEAST, columns[1]: teach.NEVER, columns[2]: teach.NEVER}


def test_a_mistake_in_an_example_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "wrong.yaml").write_text(
        '- say: "Nous sommes une mairie."\n  reads: {applicant: town}\n', encoding="utf-8"
    )
    monkeypatch.setattr(teach, "EXAMPLES", tmp_path)
    with pytest.raises(ExplainedError, match=r"'applicant' with a value 'town'"):
        teach.load_told(CALL)


def test_no_example_is_a_near_copy_of_a_case_that_judges():
    known = Questions([item.say for items in teach.load_told(CALL).values() for item in items])
    cases = [case for case in load_cases([ROOT / "evals" / "cases" / "test"]) if case.is_about_eligibility]
    copies = [case.id for case in cases if (nearest := known.nearest(case.turns[0])) and nearest.score > NEAR_COPY]
    assert cases
    assert copies == []


def test_what_is_shipped_knows_the_fields_of_the_call_and_reads_no_value_that_was_not_tried():
    model = load_model(LEARNT, Encoder(BUNDLED).identity)
    assert model
    known = {field.id: {value.id for value in field.values} for field in CALL.fields}
    for field, columns in model.columns.items():
        assert field == teach.SCOPE or {value for value, _ in columns} <= known[field] | {UNSAID}
    assert all(level >= teach.LEAST - 1e-6 for (_, value), level in model.enough.items() if value != UNSAID)
    assert all(level > 1 for (_, value), level in model.enough.items() if value == UNSAID)


def test_with_another_encoder_the_first_reader_is_alone_and_the_log_says_so(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING):
        assert open_second_reader(LEARNT, FakeEncoder()) is None  # type: ignore[arg-type]
    assert "python -m evals.teach" in caplog.text
