"""Who asks for names or for a length of time, and which texts give some."""

from __future__ import annotations

import pytest

from assistant.wanted import (
    asks_for_a_list,
    asks_for_names,
    asks_how_long,
    gives_names,
    says_chosen,
    speaks_of_a_refusal,
)


@pytest.mark.parametrize(
    "text",
    [
        "Il me faut les noms des personnalités extérieures du comité.",
        "Les trois boîtes aidées en 2023, c'était lesquelles ?",
        "les boites retenues c'est qui",
        "Il n'y a eu que deux lauréats, vous pouvez me donner leurs noms ?",
        "What were the names of the four winners?",
        "Name the eleven vendors.",
        "Which bodies applied and were turned down?",
        "Nommez les lauréats.",
        "Vous avez les noms des gens qui étaient dans ce comité ?",
        "Qui sont les cinq lauréats de 2022 ?",
        "Donnez-moi le nom d’une des personnalités extérieures.",
        "c’était qui ? je veux les noms",
        "Ils s’appelaient comment, les membres de ce comité ?",
        "un comité, mais c’était qui ? des noms svp",
        "Qui étaient, nommément, les personnalités extérieures ?",
    ],
)
def test_names_are_asked_for(text):
    assert asks_for_names(text)


@pytest.mark.parametrize(
    "text",
    [
        "On a effacé les noms avant l'entraînement : le modèle sort du RGPD ?",
        "Est-ce que le nom des lauréats est rendu public ?",
        "Publie-t-on les noms des gagnants ?",
        "À quels organismes cet appel s'adresse-t-il ?",
        "Which kinds of organisations may apply?",
        "N'importe quelle entreprise peut-elle le faire ? Sinon, qui ?",
        "Citez-moi les secteurs de l'annexe III.",
        "Combien de lauréats ?",
        "Qui sont les candidats admis ?",
        "Il faut effacer les noms des agents ?",
        "Comment s’appelle le projet de Nantes ?",
        "",
    ],
)
def test_names_are_not_asked_for(text):
    assert not asks_for_names(text)


@pytest.mark.parametrize(
    ("text", "asked", "names"),
    [
        ("Le projet de Nantes Métropole est lauréat.", "Qui a gagné ?", True),
        ("Ce sont OSO-AI et Neural Vision.", "Les lauréats, c'est qui ?", True),
        ("Un comité de personnalités extérieures et de membres de la CNIL a choisi.", "Les noms des membres ?", False),
        ("The call closed on 30 September 2023.", "Which bodies applied?", False),
        ("The CNIL supported eleven suppliers during the 2024 Games.", "Name the vendors of the 2024 Games", False),
    ],
)
def test_a_text_gives_names_that_the_question_does_not_say(text, asked, names):
    assert gives_names(text, asked) is names


@pytest.mark.parametrize(
    "text",
    [
        "Pourquoi la RATP s'est fait recaler ?",
        "Why was Pôle emploi's project turned down in 2023?",
        "La CNIL n'a pas voulu du projet de Nantes.",
        "Did the CNIL turn the RATP down?",
    ],
)
def test_somebody_is_said_to_be_turned_down(text):
    assert speaks_of_a_refusal(text)


@pytest.mark.parametrize("text", ["Pourquoi Albert a été écarté du bilan ?", "Pourquoi la RATP a été choisie ?"])
def test_left_out_of_a_report_or_chosen_is_no_refusal(text):
    assert not speaks_of_a_refusal(text)


@pytest.mark.parametrize(
    ("text", "is_list"),
    [
        ("Les noms des lauréats sont-ils publiés ?", False),
        ("Where were the winners' names published?", False),
        ("Which winners' names were made public?", True),
        ("Donne-moi la liste des gagnants rendue publique.", True),
        ("What are the names of the winners?", True),
    ],
)
def test_who_asks_whether_names_are_public_asks_for_no_list(text, is_list):
    assert asks_for_a_list(text) is is_list


def test_a_text_says_that_the_one_who_is_named_was_chosen():
    text = "Ekonom’IA, projet lauréat de Nantes Métropole, informe les habitants."
    assert says_chosen(text, "Pourquoi Nantes a été refusée ?")
    assert not says_chosen(text, "Pourquoi la mairie de Lyon a été refusée ?")
    assert not says_chosen("Public operators may apply; RATP was a laureate.", "Which bodies were turned down?")
    assert not says_chosen("L’outil de Nantes Métropole compare les consommations.", "Pourquoi Nantes a été refusée ?")


@pytest.mark.parametrize(
    ("text", "how_long"),
    [
        ("On a combien de temps pour répondre ?", True),
        ("cb de jours pour prévenir la CNIL", True),
        ("How soon must we tell them?", True),
        ("Sous quel délai la CNIL répond-elle ?", True),
        ("Combien de dossiers ont été reçus ?", False),
        ("When does the call close?", False),
    ],
)
def test_a_length_of_time_is_asked_for(text, how_long):
    assert asks_how_long(text) is how_long
