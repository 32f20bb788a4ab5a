"""What follows one another: which of them a follow-up means, by its name or by its place."""

from __future__ import annotations

import pytest

from assistant.series import Series, load_series
from assistant.understand import Reader
from assistant.vocabulary import Conversation
from corpus.errors import ExplainedError
from corpus.words import pattern_of


def heard(reader: Reader, *messages: str) -> tuple[str, ...]:
    return reader.understand(messages[-1], Conversation(messages[:-1]), language=None, default="fr").heard


@pytest.mark.parametrize(
    ("messages", "asked"),
    [
        pytest.param(("Combien de dossiers en 2021 ?", "et en 2022 ?"), ("Combien de dossiers en 2022 ?",), id="named"),
        pytest.param(("Combien de dossiers en 2021 ?", "et l’année d’après ?"), ("Combien de dossiers en 2022 ?",), id="the next one"),
        pytest.param(("How many files in 2022?", "and the one before?"), ("How many files in 2021?",), id="the one before"),
        pytest.param(
            ("Combien de lauréats pour services publics ?", "et l'edition precedente"),
            ("Combien de lauréats pour EdTech ?",),
            id="another name of the same list, without accents",
        ),
        pytest.param(
            ("How many winners were there in this call?", "and the previous year?"),
            ("How many winners were there in this call? the 2022 edition (EdTech)",),
            id="counted from the one that is presumed",
        ),
        pytest.param(
            ("La première phase dure combien ?", "et la dernière, qui la fait ?"),
            ("La troisième phase dure combien ?", "et la troisième phase, celle de restitution, qui la fait ?"),
            id="the last one, and what is asked of it",
        ),
        pytest.param(
            ("La première édition portait sur quoi ?", "et celle d'après, combien de candidats ont été auditionnés sur place ?"),
            ("et l'édition 2022 (EdTech), combien de candidats ont été auditionnés sur place ?",),
            id="a question of its own",
        ),
        pytest.param(("Quels critères en 2022 ?", "et lannée davant ?"), ("Quels critères en 2021 ?",), id="without apostrophes"),
        pytest.param(("What happens in the first phase?", "and then?"), ("what happens in the second phase, of implementation?",), id="what comes then"),
        pytest.param(
            ("Which edition came after the AI edition?", "how many slots?"), ("the 2024 edition (silver economy)", "how many slots, the 2024 edition (silver economy) ?"), id="told as the next one"
        ),
        pytest.param(
            ("Combien de dossiers en 2021 ?", "et l'année suivante ?", "lesquels ?"),
            ("Combien de dossiers en 2022 ?", "lesquels, l'édition 2022 (EdTech) ?"),
            id="and further on"
        ),
        pytest.param(
            ("Quels critères en 2022 ?", "Et pour l'édition suivante, celle de 2023, quels étaient-ils ?"), ("Quels critères en 2023 ?",), id="by its place and by its name"
        ),
        pytest.param(
            ("En 2021, combien de dossiers ?", "Ah, pas mal. Et l'édition suivante ?"), ("En 2022, combien de dossiers ?",), id="after a word of thanks"
        ),
        pytest.param(
            ("How many files for the health sandbox in 2021?", "oops mixed up my years, it's the edtech one I need"),
            ("How many files for the education sandbox in 2022?",),
            id="put right",
        ),
        pytest.param(
            ("En 2021 la CNIL était tenue au secret ?", "et cette année, en 2023, c'est écrit aussi ?"),
            ("En 2023 la CNIL était tenue au secret ?", "et cette année, en 2023, c'est écrit aussi ?"),
            id="named, with a word of its own",
        ),
        pytest.param(
            ("Après 2023, la CNIL a refait un bac à sable ?", "et les gagnants de celle-là ?"),
            ("l'édition 2024 (silver économie)", "et les gagnants de celle-là, l'édition 2024 (silver économie) ?"),
            id="the one after a year",
        ),
        pytest.param(
            ("Le bac à sable sur l'éducation, quand ?", "combien de dossiers ?", "et l'année d'avant, combien de dossiers ?"),
            ("combien de dossiers, l'édition 2021 (santé numérique) ?", "et l'édition 2021 (santé numérique), combien de dossiers ?"),
            id="the one that was named two messages before",
        ),
        pytest.param(
            ("Après le bac à sable sur l'IA, il y a eu quoi ?", "jusqu'à quand pouvait-on déposer ?", "et les gagnants ?"),
            ("jusqu'à quand pouvait-on déposer, l'édition 2024 (silver économie) ?", "et les gagnants, l'édition 2024 (silver économie) ?"),
            id="the one that was only pointed to stays until another is named",
        ),
        pytest.param(
            ("What happens in the first phase?", "and the second?", "and then?"),
            ("what happens in the third phase, of feedback?",),
            id="one after the other",
        ),
        pytest.param(
            ("Quelle aide dans le bac à sable ?", "la première phase dure combien ?", "et la suivante ?"),
            ("la deuxième phase dure combien ?",),
            id="a phase is no edition",
        ),
        pytest.param(("What was looked at in 2021?", "and the following year, same list?"), ("What was looked at in 2022?",), id="the same thing"),
        pytest.param(
            ("L'accompagnement se passe comment ?", "La première dure six mois, ok pour moi et pour mon chef de service. Et la deuxième, on y fait quoi ?"),
            (
                "L'accompagnement se passe comment ? La première dure six mois, ok pour moi et pour mon chef de service. la deuxième phase, celle de mise en œuvre",
                "Et la deuxième phase, celle de mise en œuvre, on y fait quoi ?",
            ),
            id="the last sentence of several",
        ),
        pytest.param(
            ("How many candidates in the education edition?", "and for the AI and public services one?"),
            ("How many candidates in the AI and public services?",),
            id="hardly more than a name",
        ),
        pytest.param(
            ("Que dit l'appel de 2023 des entreprises privées ?", "D'accord pour la première voie. Et la seconde, elle dit quoi ?"),
            ("D'accord pour la première voie. Et la seconde voie, celle du besoin commun à plusieurs acteurs publics, elle dit quoi ?",),
            id="of the series that was spoken of last",
        ),
        pytest.param(
            ("C'est quoi, le bac à sable ?", "Le support a combien d'étapes ?", "ok. et la première, elle dure combien ?"),
            ("C'est quoi, le bac à sable ?", "Le support a combien d'étapes ?", "ok. et la première, elle dure combien ?"),
            id="the one that is presumed, and of no other series",
        ),
        pytest.param(
            ("La RATP, c'est quel projet ?", "et celui de Nantes ?", "revenons au premier, le bilan en a tiré quoi ?"),
            ("revenons la RATP, le bilan en a tiré quoi ?",),
            id="the first that was named",
        ),
        pytest.param(
            ("Is the CNIL sandbox the same as the AI Act one?", "and in the second one, can they fine you?"),
            ("Is the CNIL sandbox the same as the AI Act one?", "and in the AI Act sandbox (Article 57), can they fine you?"),
            id="the second of two that were named together",
        ),
        pytest.param(
            ("Le projet de Nantes, c'est quoi ?", "et celui d'Albert, il aide qui concrètement ?", "l'autre, il en est où aujourd'hui ?"),
            ("Nantes Métropole, il en est où aujourd'hui ?",),
            id="the other of two",
        ),
        pytest.param(
            ("Les critères de l'édition 2021 ?", "et le thème cette année-là ?", "ok. pour les critères, idem l'année suivante ?"),
            ("Les critères de l'édition 2022 ? et le thème cette année-là ?", "ok. pour les critères, idem l'édition 2022 (EdTech) ?"),
            id="that year is no other",
        ),
        pytest.param(("En 2021 la CNIL était tenue au secret ?", "et cette fois-ci, pareil ?"), ("En 2023 la CNIL était tenue au secret ?",), id="this time"),
        pytest.param(
            ("Comment se déroule l'accompagnement ?", "la première étape elle sert à quoi ?", "et celle d'après ?"),
            ("la deuxième étape elle sert à quoi ?",),
            id="asked of one by its name",
        ),
        pytest.param(("Que dit le bilan pour RATP ?", "et pour pole emploi ?"), ("Que dit le bilan pour France Travail ?",), id="no order, a name"),
    ],
)  # fmt: skip
def test_a_follow_up_means_another_of_a_series(messages, asked, reader):
    assert heard(reader, *messages) == asked


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param(("Combien de dossiers en 2021 ?", "et en 2021 ?"), id="the same one"),
        pytest.param(("Combien de dossiers en 2025 ?", "et l'année d'après ?"), id="after the last one"),
        pytest.param(("Le projet de la RATP ?", "et le premier ?"), id="the first of one"),
        pytest.param(
            ("Quel est le montant de l'amende ?", "et l'année d'après ?"), id="nothing of a series was spoken of"
        ),
        pytest.param(("Entre 2021 et 2022, combien de dossiers ?", "et l'année d'après ?"), id="two were spoken of"),
        pytest.param(
            ("Combien de dossiers en 2021 ?", "et en 2023, quel budget ?"), id="a name beside a question of its own"
        ),
        pytest.param(("Peut-on déposer après le 30 septembre 2023 ?", "sur quel site ?"), id="after a day"),
        pytest.param(("Quelle était la date limite ?", "et pour une association ?"), id="nothing points anywhere"),
        pytest.param(("En quoi consiste l'accompagnement ?", "et la dernière fois ?"), id="the last of something else"),
        pytest.param(("En quoi consiste l'accompagnement ?", "et après ?"), id="what comes after all of them"),
    ],
)
def test_what_means_no_other_one_stays_as_it_is(messages, reader):
    assert heard(reader, *messages) == messages


@pytest.mark.parametrize(
    ("message", "in_other_words"),
    [
        ("Combien de candidatures pour la Troisième édition ?", "Combien de candidatures pour l'édition 2023 ?"),
        ("What came after the first edition?", "What came after the 2021 edition?"),
        ("les deux premieres editions, c'était sur quoi ?", "les éditions 2021 et 2022, c'était sur quoi ?"),
        ("La troisième personne de la liste ?", "La troisième personne de la liste ?"),
        ("L'appel de 2023 est-il la quatrième édition ?", "L'appel de 2023 est-il la quatrième édition ?"),
        ("So this is your second edition, right?", "So this is your second edition, right?"),
        ("Les deux éditions précédentes, sur quoi ?", "Les éditions 2021 et 2022, sur quoi ?"),
        (
            "When does the one after the silver economy open?",
            "When does the edition after the silver economy one open?",
        ),
        (
            "L'édition d'après la santé numérique, elle portait sur quoi ?",
            "l'édition 2022 (EdTech), elle portait sur quoi ?",
        ),
    ],
)
def test_an_edition_is_heard_under_the_name_that_the_corpus_uses(message, in_other_words, reader):
    question = reader.understand(message, Conversation(), language=None, default="fr")
    assert (question.repaired, question.text) == (in_other_words, message)


def test_those_of_an_edition_are_what_was_spoken_of(reader):
    earlier = ("C'était qui, les gagnants de 2023 ?", "Ah oui, la RATP.")
    follow_up = "Et ceux de l'édition d'après, celle qui parlait des personnes âgées chez elles ?"
    assert heard(reader, *earlier, follow_up)[-1].startswith("Et les gagnants de l'édition")
    assert heard(reader, "Bonjour", follow_up)[-1] == follow_up


@pytest.mark.parametrize(
    ("message", "means"),
    [
        ("et il se passe quoi juste après cette première phase ?", (1, 1)),
        ("What comes after the second stage?", (1, 2)),
        ("Après la première phase, qui paie ?", None),
        ("Combien dure la première phase ?", None),
        ("Et après la troisième phase ?", None),
    ],
)
def test_what_comes_after_a_stage_is_the_next_one(message, means, reader):
    assert reader.understand(message, Conversation(), language=None, default="fr").means == means


@pytest.mark.parametrize(
    ("text", "each"),
    [
        ("Les thèmes de 2021 et 2022 ?", ["Les thèmes de 2021 ?", "Les thèmes de 2022 ?"]),
        ("What were the 2021 edition and the 2022 edition about?", ["What were the 2021 edition about?", "What were the 2022 edition about?"]),
        ("Celle de 2021 puis celle de 2022, leur thème ?", ["2021, leur thème ?", "2022, leur thème ?"]),
        ("Entre 2021 et l'appel de 2022 ?", []),
        ("Les thèmes de 2021 ?", []),
        ("2021, 2022 et 2023 ?", []),
    ],
)  # fmt: skip
def test_what_is_asked_of_two_named_side_by_side_is_asked_of_each(text, each, reader):
    assert reader.series[0].each_named(text) == each


@pytest.mark.parametrize(
    ("title", "places"),
    [
        ("Sandbox edition after the silver economy one, none found", {5}),
        ("2024-2025 edition of the sandbox: silver economy call", {4}),
        ("Laureates of the silver economy edition (announced on 18 April 2025)", {4}),
        ("Results (2022)", {2}),
        ("The support", set()),
    ],
)
def test_a_title_is_about_the_edition_that_it_names(title, places, reader):
    assert reader.series[0].told_of_in(title) == places


def test_lists_of_different_lengths_are_refused(tmp_path):
    path = tmp_path / "series.yaml"
    path.write_text("- called: {fr: [a, b], en: [a, b]}\n  named:\n    - [un, deux, trois]\n", encoding="utf-8")
    with pytest.raises(ExplainedError, match="equally long"):
        load_series(path)


def test_who_is_presumed_is_one_of_the_series():
    with pytest.raises(ValueError, match="'quatre' must be a name"):
        Series(called={"fr": ["a", "b"]}, named=[["un", "deux"]], presumed="quatre")


@pytest.mark.parametrize(
    ("phrase", "text", "is_there"),
    [
        ("l'année d'après", "Et l’annee d’apres ?", True),
        ("l'année d'après", "et lannée dapres", True),
        ("l'année d'après", "et l année d après ?", True),
        ("services publics", "IA et services-publics", True),
        ("mise en œuvre", "la mise en oeuvre", True),
        ("2023", "12023", False),
    ],
)
def test_a_phrase_is_found_as_people_write_it(phrase, text, is_there):
    assert bool(pattern_of(phrase).search(text)) is is_there
