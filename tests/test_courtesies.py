"""Courtesies around a message are left out, and nothing else is: whoever reads « Merci, la mairie a dit non » as thanks has lost a partner."""

from __future__ import annotations

import pytest

from assistant.reading.courtesies import without_courtesies


@pytest.mark.parametrize(
    ("message", "rest"),
    [
        (
            "Bonjour, j'espère que vous allez bien. La mairie a une IA. Un grand merci pour votre aide, bonne journée !",
            "La mairie a une IA.",
        ),
        (
            "Bonjour Madame, Monsieur, je me permets de vous écrire. Notre IA est prête. Je vous remercie par avance. Bien cordialement.",
            "Notre IA est prête.",
        ),
        (
            "Good morning, I hope this message finds you well. Bad news. Dijon left. Thank you very much in advance. Kind regards.",
            "Bad news. Dijon left.",
        ),
        ("Hello, sorry to bother you. Ours is live. Many thanks, have a nice day!", "Ours is live."),
        ("Moi c'est Karim Benali, bonjour. On a une IA.", "On a une IA."),
        ("Jean-Noël Le Goff à l'appareil. On a une IA.", "On a une IA."),
        ("On behalf of Ms Grace Hunter: is it fine?", "is it fine?"),
        ("Is it ok? Regards, Dean Parsons, ext. 412", "Is it ok?"),
        ("C'est bon ? Bien à vous, Aline Maire, 06 12 34 56 78", "C'est bon ?"),
        ("C'est bon ? Merci, Christian Boulanger", "C'est bon ?"),
        ("Bonjour, petite question sur votre appel. C'est pour VNF.", "C'est pour VNF."),
    ],
)
def test_courtesies_are_left_out(message: str, rest: str):
    assert without_courtesies(message) == rest


@pytest.mark.parametrize(
    "message",
    [
        "Bonjour",
        "Merci. Et pour une association ?",
        "Combien de communes l'ont demandé ? 4.",
        "Notre IA est morte. Merci, la mairie a dit non.",
        "MERCI, LA VILLE NOUS LÂCHE. ON CONTINUE ?",
        "C'est bon ? Cordialement, Nadia Ferhat, directrice de la mairie de Pau",
        "C'est la mairie de Pau. On a une IA.",
        "Ici Mairie de Pau. On a une IA.",
        "Lille Métropole here. We have an AI.",
        "C'est Martine. Elle tape les réponses.",
        "Thanks to the city, we have an AI.",
        "Is it ok? Best wishes from Nice",
    ],
)
def test_what_tells_something_is_kept(message: str):
    assert without_courtesies(message) == message
