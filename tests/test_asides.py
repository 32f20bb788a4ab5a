"""What is left out of a situation: sentences about others, and about tools that are said to be others."""

from __future__ import annotations

import pytest

from assistant.reading.asides import is_aside, without_asides


@pytest.mark.parametrize(
    "sentence",
    [
        "La ville d'à côté a déjà un chatbot en service, mais c'est le leur, aucun lien avec nous.",
        "Un concurrent, lui, travaille avec la métropole de Lyon sur une IA.",
        "The clinic up the hill has had another system for years, no link with us.",
        "A rival in Toulouse sells something like that to private clinics.",
        "Une autre asso travaille avec sa mairie, grand bien lui fasse.",
        "Our payment site has been running since 2016, that's a separate thing altogether.",
        "Notre billetterie est en ligne depuis mai, rien à voir.",
    ],
)
def test_a_sentence_about_others_or_another_tool_is_an_aside(sentence: str):
    assert is_aside(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "La ville d'à côté mène le projet avec nous.",
        "Trois communes voisines ont exprimé ce besoin.",
        "Notre IA est à l'étude, rien à voir avec le site en service.",
        "It is a separate AI tool, still an idea.",
        "Est-ce que le projet du concurrent nous gêne, rien à voir ?",
        "Le concurrent de notre partenaire nous a rejoints.",
        "Notre prototype est indépendant du logiciel de paie.",
    ],
)
def test_what_is_told_of_the_project_is_none(sentence: str):
    assert not is_aside(sentence)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("On teste une IA. Le voisin en a une, tant mieux pour lui. Éligible ?", "On teste une IA. Éligible ?"),
        # Nothing else is told, or what is told leans on it: all of it stays.
        ("Un concurrent vend une IA. Éligible ?", "Un concurrent vend une IA. Éligible ?"),
        ("The town next door has an AI, theirs not ours. We want our own. OK?", "The town next door has an AI, theirs not ours. We want our own. OK?"),
        ("Mon ancien employeur en a une. C'est la leur. On en prépare une.", "Mon ancien employeur en a une. C'est la leur. On en prépare une."),
        ("Yes, three cities, theirs. Not decided.", "Yes, three cities, theirs. Not decided."),
    ],
)  # fmt: skip
def test_asides_are_left_out_where_something_else_is_told(text: str, left: str):
    assert without_asides(text) == left
