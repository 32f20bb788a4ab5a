"""What a claim may not change: numbers, units, denials, reserves and extents, in both languages."""

from __future__ import annotations

import pytest

from assistant.compare import clauses, conditions, denials, extents, same_denials, units, values

# --- numbers, dates, articles ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("le 30 septembre 2023", {"30", "month9", "2023"}, id="a French date"),
        pytest.param("30 September 2023", {"30", "month9", "2023"}, id="an English date"),
        pytest.param("le 1er mars 2024", {"1", "month3", "2024"}, id="the first of the month"),
        pytest.param("on 3 May 2023", {"3", "month5", "2023"}, id="May beside a day"),
        pytest.param("it may apply; marsupial", set(), id="may and mars as other words"),
        pytest.param("20\u00a0000\u00a0000 d’euros", {"20000000"}, id="French thousands"),
        pytest.param("20\u202f000\u202f000 d’euros", {"20000000"}, id="narrow French thousands"),
        pytest.param("20,000,000 euros", {"20000000"}, id="English thousands"),
        pytest.param("4,5 % ou 4.5%", {"4.5"}, id="decimals of both"),
        pytest.param("deux conditions, three ways", {"2", "3"}, id="numbers in words"),
        pytest.param("l’article 35", {"35"}, id="an article"),
        pytest.param("art. 6 §1 e)", {"6", "1"}, id="a paragraph"),
        pytest.param("sans nombre", set(), id="none"),
        pytest.param("vingt et un jours", {"21"}, id="a number of several words"),
        pytest.param("le premier août", {"1", "month8"}, id="an ordinal in words"),
        pytest.param("quatre-vingt-dix-sept", {"97"}, id="ninety-seven in French"),
        pytest.param("soixante et onze, quatre-vingts", {"71", "80"}, id="seventy-one and eighty"),
        pytest.param("mille neuf cent soixante-dix-huit", {"1978"}, id="a year in words"),
        pytest.param("twenty-one days and one hundred and five euros", {"21", "105"}, id="English compounds"),
        pytest.param("two thousand and twenty-three", {"2023"}, id="a year in English words"),
        pytest.param("vingt millions d’euros ou 20 millions", {"20000000"}, id="millions after words or figures"),
        pytest.param("1,5 million", {"1500000"}, id="a decimal before a million"),
        pytest.param("une centaine de dossiers", {"100"}, id="a round number"),
        pytest.param("les articles cinq et six, deux, trois", {"5", "6", "2", "3"}, id="numbers one after the other"),
        pytest.param("vingt-et-unième, twenty-first", {"21"}, id="compound ordinals"),
        pytest.param("un projet, one of them", set(), id="an article is no number"),
        pytest.param("un mois, one single body", {"1"}, id="one that counts"),
        pytest.param("a third party, third countries", set(), id="a third party is no third"),
        pytest.param("cent jours, mille euros, 2 millions", {"100", "1000", "2000000"}, id="hundreds and thousands in words"),
    ],
)  # fmt: skip
def test_numbers_and_dates_compare_between_languages(text, expected):
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "negative"),
    [
        ("Il n’est pas suspendu.", True),
        ("Aucune heure limite n’a été publiée.", True),
        ("It does not suspend the GDPR.", True),
        ("It doesn't suspend the GDPR.", True),
        ("It doesn’t suspend the GDPR.", True),
        ("It cannot apply.", True),
        ("Sans partenaire, le projet est hors du champ.", True),
        ("Le projet n’a jamais été retenu.", True),
        ("Il suspend le RGPD.", False),
        ("Le bac à sable ne concerne que les services publics.", False),
        ("Il n’en retient que quatre.", False),
        ("It is not only for public bodies.", False),
        ("Il concerne non seulement les communes, mais aussi les départements.", False),
        ("La délibération n° 2023-12 s’applique.", False),
        ("See no. 12 of the list.", False),
    ],
)
def test_a_text_denies_or_does_not(text, negative):
    said = {kind for clause, _ in clauses(text, "fr") for kind in denials(clause)}
    assert bool(said - {"only", "except"}) is negative


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("L’appui dure six mois.", "six months", True, id="months of both languages"),
        pytest.param("L’appui dure six mois.", "L’appui dure six jours.", False, id="days for months"),
        pytest.param("4 %", "quatre pour cent", True, id="per cent in words"),
        pytest.param("4 %", "4 euros", False, id="euros for per cent"),
    ],
)
def test_what_a_number_counts_is_compared(one, other, same):
    assert (units(one) == units(other)) is same


@pytest.mark.parametrize(
    ("claim", "quote", "same"),
    [
        pytest.param("La commune ne paie pas.", "La commune ne paie pas.", True, id="the same"),
        pytest.param("La commune paie.", "La commune ne paie pas.", False, id="« ne … pas » taken away"),
        pytest.param("La commune ne paie pas.", "La commune paie.", False, id="« ne … pas » added"),
        pytest.param("Le dépôt est possible sans dossier.", "Le dépôt n’est pas possible sans dossier.", False, id="one denial of two"),
        pytest.param("Le dépôt n’est pas possible.", "Le dépôt n’est plus possible.", False, id="no longer is not no"),
        pytest.param("Le projet n’est pas en service.", "Le projet n’est pas encore en service.", False, id="not yet is not no"),
        pytest.param("Le bac à sable concerne les communes.", "Le bac à sable ne concerne que les communes.", False, id="« ne … que » taken away"),
        pytest.param("La commune ne fournit ni date ni lieu.", "La commune ne fournit ni date ni lieu.", True, id="« ni »"),
        pytest.param("La commune paie, l’entreprise non.", "L’entreprise paie, la commune non.", False, id="the roles exchanged"),
        pytest.param("The deadline is no longer open.", "The deadline is open.", False, id="no longer, added"),
        pytest.param("The file is accepted without a partner.", "The file is accepted with a partner.", False, id="without for with"),
        pytest.param("Nothing is published.", "Everything is published.", False, id="nothing for everything"),
    ],
)  # fmt: skip
def test_each_clause_denies_what_its_own_clause_denies(claim, quote, same):
    language = "en" if " is " in claim else "fr"
    assert same_denials(claim, quote, language) is same


@pytest.mark.parametrize(
    ("text", "reserves"),
    [
        ("Le transfert est permis si le pays est sûr.", {"if"}),
        ("The transfer is allowed, unless the country is unsafe.", {"except"}),
        ("Tout est permis, sauf s’il y a un risque.", {"if", "except"}),
        ("Le transfert est permis.", set()),
    ],
)
def test_what_a_text_holds_back_is_read(text, reserves):
    assert conditions(text) == reserves


@pytest.mark.parametrize(
    ("text", "extent"),
    [
        ("Il est toujours exigé.", {"always", "must"}),
        ("It may be asked of all bodies.", {"may", "all"}),
        ("Au moins six mois avant.", {"least", "before"}),
        ("Le dossier est lu.", set()),
    ],
)
def test_how_far_a_text_goes_is_read(text, extent):
    assert extents(text) == extent
