"""The questions that one message asks."""

from __future__ import annotations

import pytest

from assistant.parts import questions_in, unannounced


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("Qui peut candidater ?", ["Qui peut candidater ?"]),
        ("C'était quand, et qui a gagné ?", ["C'était quand ?", "qui a gagné ?"]),
        ("On est une mairie. Faut-il une AIPD ? Et qui la signe ?", ["On est une mairie. Faut-il une AIPD ?", "Et qui la signe ?"]),
        ("Le bilan, il est sorti quand et il parle de qui ?", ["Le bilan, il est sorti quand ?", "il parle de qui ?"]),
        (
            "Two things: 1) when did it enter into force, and 2) what does it ban?",
            ["Two things: when did it enter into force ?", "what does it ban?"],
        ),
        ("When did it close and whose projects won?", ["When did it close ?", "whose projects won?"]),
        ("how many stages & how long is the first one?", ["how many stages ?", "how long is the first one?"]),
        ("La première dure combien de temps, et la deuxième on y fait quoi", ["La première dure combien de temps ?", "la deuxième on y fait quoi"]),
        ("Combien de projets au départ et à la fin qui a tranché", ["Combien de projets au départ ?", "à la fin qui a tranché"]),
        ("Is it for the public? what about civil servants", ["Is it for the public?", "what about civil servants"]),
        ("ça ouvre quand et ca ferme quand", ["ça ouvre quand ?", "ca ferme quand"]),
        ("Doit-on avoir un DPO, et peut-on le partager ?", ["Doit-on avoir un DPO ?", "peut-on le partager ?"]),
        ("Must we keep logs, and can the agents read them?", ["Must we keep logs ?", "can the agents read them?"]),
        ("C la combientieme edition ? et celle d'avant portait sur koi", ["C la combientieme edition ?", "et celle d'avant portait sur koi"]),
        ("Combien de projets étaient prévus, et finalement il y en a eu combien ?", ["Combien de projets étaient prévus ?", "finalement il y en a eu combien ?"]),
        ("est ce qu'il faut un DPO et est ce qu'on peut le partager", ["est ce qu'il faut un DPO ?", "est ce qu'on peut le partager"]),
        ("L'appui dure combien de temps et c'est payant ?", ["L'appui dure combien de temps ?", "c'est payant ?"]),
        ("Are the logs kept and used?", ["Are the logs kept and used?"]),
        ("Les communes et les régions que vous aidez", ["Les communes et les régions que vous aidez"]),
        ("What is a DPO? Thanks.", ["What is a DPO? Thanks."]),
        ("La mairie et la région, et une start-up", ["La mairie et la région, et une start-up"]),
        ("", []),
    ],
)  # fmt: skip
def test_the_questions_of_a_message_are_told_apart(text, questions):
    assert list(questions_in(text)) == questions


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("2 questions vite fait : jusqu'à quand ? et combien ?", "jusqu'à quand ? et combien ?"),
        ("Hello! I have two quick questions: until when, and how many?", "until when, and how many?"),
        ("La CAF pose deux questions : qui, et quand ?", "La CAF pose deux questions : qui, et quand ?"),
        ("Trois questions.", "Trois questions."),
        ("Deux lauréats en 2023 ?", "Deux lauréats en 2023 ?"),
    ],
)
def test_what_only_announces_questions_is_left_out(text, left):
    assert unannounced(text) == left
