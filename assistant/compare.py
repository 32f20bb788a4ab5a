"""What must not differ between a claim and the words that carry it: numbers, dates, units, denials, exceptions, conditions, extents. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from corpus.words import fold, stems


def _numbered(*names: tuple[int, str]) -> dict[str, int]:
    return {name: number for number, words in names for name in words.split()}


_MONTHS = dict(
    zip(
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre january february march april may june july august september october november "
        "december".split(),
        [f"month{n}" for n in range(1, 13)] * 2,
        strict=True,
    )
)
_SMALL = _numbered(
    (0, "zero"), (2, "deux two"), (3, "trois three"), (4, "quatre four"), (5, "cinq five"), (6, "six"), (7, "sept seven"), (8, "huit eight"), (9, "neuf nine"), (10, "dix ten"),
    (11, "onze eleven"), (12, "douze twelve"), (13, "treize thirteen"), (14, "quatorze fourteen"), (15, "quinze fifteen"), (16, "seize sixteen"), (17, "seventeen"),
    (18, "eighteen"), (19, "nineteen"), (20, "vingt vingts twenty"), (30, "trente thirty"), (40, "quarante forty"), (50, "cinquante fifty"), (60, "soixante sixty"),
    (70, "septante seventy"), (80, "octante huitante eighty"), (90, "nonante ninety"),
)  # fmt: skip
_ORDINALS = _numbered(
    (1, "premier premiere premiers premieres first"), (2, "second seconde seconds secondes deuxieme deuxiemes"), (3, "troisieme troisiemes third"), (4, "quatrieme fourth"),
    (5, "cinquieme fifth"), (6, "sixieme sixth"), (7, "septieme seventh"), (8, "huitieme eighth"), (9, "neuvieme ninth"), (10, "dixieme tenth"), (11, "onzieme eleventh"),
    (12, "douzieme twelfth"), (13, "treizieme thirteenth"), (14, "quatorzieme fourteenth"), (15, "quinzieme fifteenth"), (16, "seizieme sixteenth"), (17, "seventeenth"),
    (18, "eighteenth"), (19, "nineteenth"), (20, "vingtieme twentieth"), (30, "trentieme thirtieth"),
)  # fmt: skip
_ROUND = _numbered(
    (10, "dizaine dizaines"), (12, "douzaine dozen"), (15, "quinzaine"), (20, "vingtaine"), (30, "trentaine"), (40, "quarantaine"), (50, "cinquantaine"), (60, "soixantaine"),
    (100, "centaine centaines"), (1000, "millier milliers"),
)  # fmt: skip
_ONE = frozenset("un une unieme one".split())
_HUNDRED = frozenset("cent cents hundred".split())
_SCALES = _numbered(
    (1_000, "mille thousand"), (1_000_000, "million millions"), (1_000_000_000, "milliard milliards billion billions")
)
_UNITS = {
    name: unit
    for unit, names in {
        "year": "an ans annee annees year years",
        "month": "mois month months",
        "week": "semaine semaines week weeks",
        "day": "jour jours day days",
        "hour": "heure heures hour hours",
        "minute": "minute minutes",
        "euro": "euro euros eur",
        "%": "pourcent percent",
    }.items()
    for name in names.split()
}
_NOT_ORDINAL = re.compile(
    r"\b(?:third (?:part|countr)|at first\b|first and foremost|(?:en|au) premier (?:lieu|chef)|premier ministre|de premiere)"
)
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*(?:er|ere|e|st|nd|rd|th)?\b|\d+(?:[.,]\d+)*|[^\W\d_]+|[^\w\s-]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_PER_CENT = re.compile(r"\b(?:pour cent|per cent|percent)\b|%")


def values(text: str) -> set[str]:
    """The numbers (in figures or words, ordinals too) and months of `text`, comparable between the two languages."""
    tokens = _tokens(text)
    folded = " ".join(tokens)
    months = {
        _MONTHS[word]
        for word in tokens
        if word in _MONTHS and (word not in ("mars", "may") or re.search(rf"\d\w* {word}\b|\b{word} \d", folded))
    }
    return months | set(_numbers(tokens))


def units(text: str) -> set[str]:
    """What the numbers of `text` count: days, months, euros, per cent…"""
    return {_UNITS[word] for before, word in pairwise(["", *_tokens(text)]) if word in _UNITS and _is_number(before)}


def _tokens(text: str) -> list[str]:
    folded = _PER_CENT.sub(" pourcent ", _NOT_ORDINAL.sub(" ", fold(text)))
    return _TOKEN.findall(_THOUSANDS.sub("", folded))


def _is_number(word: str) -> bool:
    return word[:1].isdigit() or word in _SMALL or word in _ONE or word in _HUNDRED or word in _SCALES


def _numbers(tokens: list[str]) -> Iterator[str]:
    """The numbers that runs of words make: « quatre-vingt-dix-sept » is 97, « 2 millions » 2000000. « un » alone is an article."""
    whole, part, open_run = 0, 0, False
    for place, word in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else ""
        if word[0].isdigit():
            if open_run:
                yield str(whole + part)
            whole, part, open_run = 0, 0, False
            figure = word.rstrip("erstndh").replace(",", ".")
            if following in _SCALES:
                figure = f"{float(figure) * _SCALES[following]:.0f}"
            yield figure
            continue
        if word in _SCALES and place and tokens[place - 1][0].isdigit():
            continue
        if word in ("et", "and") and open_run and _joins(whole, part, following):
            continue
        value = 1 if word in _ONE else _SMALL.get(word, _ORDINALS.get(word))
        if word in _ONE and not (open_run and _fits(part, 1)) and not _counts(following):
            value = None
        if word in _HUNDRED and part < 20:
            part, open_run = max(part, 1) * 100, True
        elif word in _SCALES:
            whole, part, open_run = whole + max(part, 1) * _SCALES[word], 0, True
        elif value is not None:
            if open_run and part % 100 == 4 and word.startswith("vingt"):
                part += 76
            elif open_run and _fits(part, value):
                part += value
            else:
                if open_run:
                    yield str(whole + part)
                whole, part, open_run = 0, value, True
        else:
            if open_run:
                yield str(whole + part)
            whole, part, open_run = 0, 0, False
            if word in _ROUND:
                yield str(_ROUND[word])
    if open_run:
        yield str(whole + part)


def _fits(part: int, value: int) -> bool:
    """True when `value` can be said right after `part` in one number: 20 then 1, 60 then 15, 100 then any, 10 then 7."""
    last = part % 100
    return (
        (part == 0)
        or (last == 0 and value < 100)
        or (last >= 20 and last % 10 == 0 and 0 < value < 10)
        or (last in (60, 80) and 10 <= value <= 16)
        or (last in (10, 70, 90) and value in (7, 8, 9))
    )


def _joins(whole: int, part: int, following: str) -> bool:
    """True when « et » or “and” goes on with the same number: « vingt et un », “one hundred and five”."""
    if following in _ONE:
        return part % 100 >= 20 or part % 100 == 0
    value = _SMALL.get(following)
    return value is not None and ((part % 100 == 60 and value == 11) or (part % 100 == 0 and whole + part >= 100))


def _counts(following: str) -> bool:
    """True when « un » before this word counts: « un mois », « un seul », “one million”."""
    return (
        following in _UNITS or following in _SCALES or following in _HUNDRED or following in ("seul", "seule", "single")
    )


# --- denials --------------------------------------------------------------------------------------------------------------

_RESTRICTION = re.compile(r"\bn(?:e |')(?:[^.;:,]{0,60}?)\b(?:que\b|qu')")
_NOT_DENIALS = re.compile(r"\bnot only\b|\bnon seulement\b|\bpas seulement\b|\bn° ?\d|\bno\. ?\d|\bn'est-ce pas\b")
_EXCEPT = re.compile(
    r"\b(?:sauf|excepte|hormis|hors cas|a moins|a l'exception|unless|except|save where|other than|apart from|moins que)\b"
)
_IF = re.compile(
    r"\b(?:si|s'ils?|if|a (?:la )?condition|a une condition|sous (?:reserve|condition)|pourvu|des lors que|lorsqu|lorsque|provided|providing|subject to|only when|when|as long as|on condition)\b"
)
_DENIALS = {
    "not": re.compile(r"\b(?:ne|n|pas|aucun|aucune|nul|nulle|nullement|rien|jamais|non|ni|not|no|never|none|cannot|neither|nor|nothing|nobody)\b"),
    "without": re.compile(r"\b(?:sans|without)\b"),
    "yet": re.compile(r"\b(?:pas|not) (?:\w+ ){0,2}?(?:encore|yet)\b"),
    "longer": re.compile(r"\bno longer\b|\bn(?:e |')(?:(?!pas\b)[\w']+ ){1,3}?plus\b(?! (?:de|d'|que|tard|tot|haut|grand)\b)|\bnot? (?:\w+ ){0,5}?any ?more\b"),
}  # fmt: skip
# Words that say how far a sentence goes; one that the claim has and its quote has not is an addition.
_EXTENTS = {
    name: re.compile(rf"\b(?:{pattern})\b")
    for name, pattern in {
        "always": r"toujours|always|systematiquement|systematically|dans tous les cas|in all cases|en permanence|automatiquement|automatically",
        "never": r"jamais|never",
        "only": r"seul|seuls|seule|seules|seulement|uniquement|exclusivement|only|solely|exclusively",
        "all": r"tous|toutes|tout|toute|chaque|all|every|each|any|quiconque|l'ensemble|integralement|entirely|totalement",
        "must": r"doit|doivent|devez|devra|devront|faut|oblige\w*|obligatoire\w*|obligation\w*|impose\w*|exige\w*|requi[st]\w*|must|shall|required|requires?|mandatory|compulsory|ha(?:s|ve) to|have to|necessaire\w*",
        "may": r"peut|peuvent|pouvez|pourra|pourront|pouvait|pouvaient|possibles?|may|can|could|might|facultati\w+|optional|permet\w*|autoris\w*|allow\w*|permit\w*|susceptible\w*|libre de",
        "least": r"au moins|au minimum|at least|minimum|plus de|plus d'|more than|over",
        "most": r"au plus|au maximum|at most|maximum|maximal\w*|jusqu'a|jusqu'au|up to|moins de|less than|within|dans un delai|until|no later than",
        "before": r"avant|before|prealable\w*|prior",
        "after": r"apres|after|depuis|since|a partir|a compter|from",
    }.items()
}  # fmt: skip
_SENTENCE_PARTS = re.compile(r"(?<=[.!?;:])\s+|\s+[–—]\s+")
_CLAUSES = re.compile(
    r"[.!?;:,()]+(?=\s|$)|\s-\s|\b(?:mais|but|tandis que|while|whereas|car|because|however|toutefois|cependant)\b"
)


def denials(folded: str) -> frozenset[str]:
    """How a folded clause denies: `not`, `without`, `yet` (not yet), `longer` (no longer), `only` (ne … que), `except`."""
    text = folded.replace("n't", " not").replace("can not", "cannot")
    found = set()
    if _RESTRICTION.search(text) and not re.search(r"\bn(?:e |')\S* ?(?:\w+ )?(?:pas|jamais|plus|rien)\b", text):
        found.add("only")
        text = _RESTRICTION.sub(" ", text)
    text = _NOT_DENIALS.sub(" ", text)
    if _EXCEPT.search(text):
        found.add("except")
    return frozenset(
        found
        | {
            name
            for name, pattern in _DENIALS.items()
            if pattern.search(text.replace("'", " ") if name == "not" else text)
        }
    )


def clauses(text: str, language: str) -> list[tuple[str, frozenset[str]]]:
    """The folded clauses of `text`, each with the stems of its content words."""
    parts = (part.strip() for part in _CLAUSES.split(_NOT_DENIALS.sub(" ", fold(text))))
    return [(part, frozenset(stems(part, language))) for part in parts if part]


def same_denials(claim: str, quote: str, language: str) -> bool:
    """True when every clause of `claim` denies as the clause of `quote` that it comes from, and no word is denied on one side only."""
    of_quote = [(denials(clause), words) for clause, words in clauses(quote, language)]
    for clause, words in clauses(claim, language):
        said = denials(clause)
        if not words:
            if said and not any(said <= there for there, _ in of_quote):
                return False
            continue
        most = max((len(words & there) for _, there in of_quote), default=0)
        if most and not any(said == how for how, there in of_quote if len(words & there) == most):
            return False
        for word in words:
            ways = {how for how, there in of_quote if word in there}
            if ways and said not in ways:
                return False
    return True


def conditions(text: str) -> frozenset[str]:
    """The kinds of reserve that `text` makes: `if`, `except`."""
    folded = fold(text)
    kinds = (("if", _IF), ("except", _EXCEPT))
    return frozenset(name for name, pattern in kinds if pattern.search(folded))


def extents(text: str) -> frozenset[str]:
    """How far `text` goes: always, all, must, may, at least, before…"""
    folded = fold(text)
    return frozenset(name for name, pattern in _EXTENTS.items() if pattern.search(folded))


def parts_of(text: str) -> list[str]:
    """What `text` says one after the other: its sentences, cut at semicolons and colons too."""
    return [part.strip() for part in _SENTENCE_PARTS.split(text) if part.strip()]
