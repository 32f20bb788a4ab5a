"""Who a follow-up puts in the place of the applicant."""

from __future__ import annotations

import pytest

from assistant.reading.parse import parse_message
from assistant.reading.replacement import replacement_in


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Et avec une association à la place de la mairie ?", "association"),
        ("The very same thing, for the nurses of public hospitals, carried by a private software house instead of us?", "private"),
        ("And if the public hospital across the street took it up instead of us?", "public"),
        ("Et portée par la CPAM de l’Aude ?", "entrusted"),
        ("Suppose we hand the whole thing to a public hospital, and step out.", "public"),
        ("Were the Rhône prefecture to run it in our stead?", "public"),
        ("Et si c’était une université publique qui reprenait tout, nous dehors ?", "research"),
        ("Du coup, une start-up de Tours qui ferait pareil, sans nous ?", "private"),
        ("Une clinique privée qui ferait la même chose pour les patients du CHU, sans nous ?", "private"),
        ("And if it became the baby of Lyon university hospital, the public one, with us bowing out?", "public"),
        ("Et un auto-entrepreneur, seul dans son garage, à notre place ?", "individual"),
        ("Et mon beau-frère, à son compte, qui déposerait ?", "individual"),
        ("And the trainee who wrote it, under her own name, with the agency left out of it?", "individual"),
        ("Le préfet le porterait à titre strictement privé. Ça compte ?", "individual"),
        ("Et notre prestataire, il pourrait déposer lui-même ?", "private"),
    ],
)  # fmt: skip
def test_somebody_takes_the_place_of_the_applicant(text: str, kind: str) -> None:
    put = replacement_in(parse_message(text))
    assert put is not None and put.applicant is not None and put.applicant.value == kind


@pytest.mark.parametrize(
    "text",
    [
        "Et si une start-up montait le projet avec nous ?",
        "Les agents de la mairie l’essaient depuis mai.",
        "Mon beau-frère travaille à la CNIL, il dit que c’est non.",
        "The coding is done by a firm in Kehl, under contract to us.",
        "The council talked us out of that idea.",
        "What if it were for the clerks at the town’s own desk instead?",
        "And what if the département came in as co-lead?",
        "Somebody suggested a retired teacher instead. We laughed.",
        "On est deux, la ville et nous.",
    ],
)
def test_nobody_takes_it(text: str) -> None:
    assert replacement_in(parse_message(text)) is None


def test_who_takes_it_may_not_be_told() -> None:
    put = replacement_in(parse_message("Et si l’agence le portait à notre place ?"))
    assert put is not None and put.applicant is None


@pytest.mark.parametrize(
    ("text", "keeps"),
    [
        ("Et avec une association à la place de la start-up ?", True),
        ("Et avec une association à notre place ?", False),
        ("A private firm instead of the town?", True),
        ("A private firm instead of us?", False),
    ],
)
def test_the_partner_stays_where_only_the_one_who_applied_goes(text: str, keeps: bool) -> None:
    put = replacement_in(parse_message(text))
    assert put is not None and put.keeps_partner is keeps
