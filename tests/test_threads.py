"""Whose project each message tells of, where a conversation speaks of another's too."""

from __future__ import annotations

import pytest

from assistant.reading.threads import thread_asked_about
from assistant.settings import Settings
from assistant.situation import read_situation
from corpus.call import load_call

OURS = "Mairie de Redon : une IA, encore au brouillon, aiderait nos agents à répondre aux familles."
OURS_EN = "Redon town hall: an AI, still a draft, would help our clerks answer families."


@pytest.mark.parametrize(
    ("theirs", "last"),
    [
        ("Ma cousine a monté une société à Vitré, avec une IA pour ses clients.", "Tant mieux pour elle. Et nous, du coup ?"),
        ("À Fougères, la leur sert tous les jours au guichet.", "Bon. Et Redon, dans tout ça, on peut y aller ?"),
        ("L'hôpital d'à côté a une IA en service depuis 2020. Il serait admis ?", "Dommage pour lui. Et notre brouillon, il passe ?"),
        ("Une banque privée prépare une IA pour ses seuls clients.", "Laissons-la à ses clients. La nôtre, elle tient la route ?"),
    ],
)  # fmt: skip
def test_who_comes_back_to_ours_leaves_the_others_out(theirs: str, last: str) -> None:
    thread = thread_asked_about((OURS, theirs, last))
    assert thread is not None and thread.messages == (OURS, last) and not thread.leans_on


@pytest.mark.parametrize(
    ("theirs", "last"),
    [
        ("My brother-in-law, a sole trader, is sketching an AI of his own for shoppers.", "Could he apply, honestly?"),
        ("The supplier next door has an AI for its own accounts.", "Never mind us. Would that supplier get in?"),
        ("Over in Quimper they have a similar AI, live since 2021.", "And Quimper, would they be let in?"),
    ],
)
def test_who_asks_of_the_others_leaves_ours_out(theirs: str, last: str) -> None:
    thread = thread_asked_about((OURS_EN, theirs, last))
    assert thread is not None and thread.messages == (theirs, last)


@pytest.mark.parametrize(
    "last",
    [
        "À Fougères ils en ont déjà une, tous les agents s'en servent depuis deux ans. Ils seraient pris ?",
        "Ma sœur a sa société, avec une IA pour ses seuls clients. Elle pourrait candidater ?",
    ],
)
def test_a_message_may_tell_of_others_and_ask_about_them(last: str) -> None:
    thread = thread_asked_about((OURS, last))
    assert thread is not None and thread.messages == (last,)


def test_what_is_like_ours_leans_on_it() -> None:
    theirs, last = "À Vitré ils ont la même, au même stade.", "Et Vitré, ils pourraient se présenter ?"
    thread = thread_asked_about((OURS, theirs, last))
    assert thread is not None and thread.leans_on == (OURS,) and thread.is_as_far
    apart = thread_asked_about(
        (OURS, "Ma voisine a une IA de comptoir pour ses clients.", "Elle, elle peut candidater ?")
    )
    assert apart is not None and not apart.leans_on


@pytest.mark.parametrize(
    "messages",
    [
        # bit by bit, all of it ours
        ("Je travaille à la mairie de Redon.", "C'est une IA pour les agents, au brouillon.", "Nous sommes éligibles ?"),
        (OURS, "La ville de Vitré porte le projet avec nous.", "Nous sommes éligibles ?"),
        (OURS, "Finalement ce sera Gérard, avec un carnet, à la place de la machine.", "On peut encore se présenter ?"),
        (OURS, "Le prestataire nous dit que c'est un simple formulaire, sans IA.", "Nous sommes éligibles ?"),
        (OURS, "Le prestataire a livré un simple formulaire, sans IA.", "Nous sommes éligibles ?"),
        (OURS, "L'éditeur rennais prépare un tableur, rien d'autre.", "Nous sommes éligibles ?"),
        (OURS, "Soprex a rendu un simple formulaire, sans IA.", "Nous sommes éligibles ?"),
        (OURS_EN, "The vendor wrote a plain form for us, no AI.", "Are we eligible?"),
        (OURS_EN, "Suppose the hospital ran it with us instead.", "Would we get in?"),
        # nobody is named whom the last message asks about
        (OURS_EN, "My cousin has an AI of her own for her shop.", "Is the window still open?"),
        (OURS, "Et nous, alors ?"),
        (OURS, "Mon beau-frère jure que les petites communes sont exclues. Il dit vrai, on laisse tomber ?"),
        (OURS, "Et la ville de Vitré, à notre place ?"),
    ],
)  # fmt: skip
def test_what_goes_on_about_ours_is_one_thread(messages: tuple[str, ...]) -> None:
    assert thread_asked_about(messages) is None


def test_what_others_have_is_not_read_as_ours() -> None:
    call = load_call(Settings().corpus_folder / "call.yaml")
    theirs = "À Fougères, la mairie a la sienne, en service depuis deux ans. Ça irait pour eux ?"
    ours = read_situation((OURS, theirs, "Je m'en doutais. Et la nôtre, à Redon ?"), call)
    assert ours.value("stage") == "before"
    of_fougeres = read_situation((OURS, theirs, "Et Fougères, donc, ils peuvent candidater ?"), call)
    assert of_fougeres.value("stage") == "deployed" and of_fougeres.value("uses_ai") == "yes"
