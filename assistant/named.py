"""What is asked for by its place: « que dit l'article 35 §3 du RGPD ? » gets those words, whatever a search by meaning would find. Pure.

Places come from the locators of documents by others (`art. 35 §3`, `art. 8 I 2° a)`, `recital 71`), so nothing is known here of any text but
the names under which people speak of it, and its title.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from corpus.passages import Language, Passage
from corpus.words import content_words

Part = tuple[Passage, int, int]
"""A passage, and where in its text what counts begins and ends."""

_NAMES = (
    ("2016/679", r"rgpd|gdpr|règlement général(?: (?:de|sur) la protection des données)?|general data protection regulation"),
    ("2024/1689", r"ria|ai act|artificial intelligence act|règlement (?:européen )?(?:sur |de )?l['’](?:ia|intelligence artificielle)"),
    ("78-17", r"loi (?:n° ?)?78[-‑]17(?: du 6 janvier 1978)?|loi (?:«\s*)?informatique et libertés(?:\s*»)?|lil|french data protection act"),
)  # fmt: skip
"""The number of a text, and how people call it."""
_NAME = tuple((number, re.compile(rf"(?<!\w)(?:{names})(?!\w)", re.IGNORECASE)) for number, names in _NAMES)
_NUMBER = re.compile(r"(?:\b(?:règlement|regulation|directive|loi|décret|law|decree)\s+)?(?:\((?:UE|EU)\)\s*)?(?:n°\s*)?(?<![\d-])(\d{4}/\d{2,4}|\d{2,4}-\d{2,4})(?![\d-])", re.IGNORECASE)  # fmt: skip

_PART = r"§+\s*\d+|\(\d+\)|,?\s*(?:paragraphe|paragraph|par\.|para\.?)\s*\d+|(?<=\d)\.\d+|,?\s*(?:(?:point|lettre|sous)\s*)?\(?\d*[a-z]\)|[\s,-]*\d+°|[\s,-]+[IVX]+(?![\w'’])"
_MENTION = re.compile(
    rf"(?:(?:(?:le |the )?(?:paragraphe|paragraph)|§)\s*(?P<before>\d+)\s*(?:de l['’]|of (?:the )?))?"
    rf"(?:(?P<kind>article|art\.?|considérant|recital)\s*(?P<number>(?:[LRD]\.?\s?)?\d+(?:-\d+)*)(?:er)?|annexe?\s+(?P<annex>[IVX]+\b))(?P<rest>(?:\s*(?:{_PART}))*)",
    re.IGNORECASE,
)
_STEP = re.compile(r"§+\s*\d+|\d+°|\d*[a-z]+\)|\d+\)|[IVX]+\b|\d+", re.IGNORECASE)
_LOCATOR = re.compile(
    r"^(?P<kind>art\.|considérant|recital|annexe?) (?P<number>(?:[LRD]\. ?)?[\w-]+?)(?:er)?(?:[ ,](?P<rest>.*))?$"
)
_ASKING_FOR_WORDS = frozenset(
    """article articles art paragraphe paragraph considerant recital annexe annex texte text prevoit contient dispose stipule enonce indique precise cite citer citez lis lire donne
    donner donnez contenu exact exacte complet full say says said state states provide provides read quote content wording show montre montrer affiche afficher""".split()
)


@dataclass(frozen=True)
class Place:
    """A place in a text: `("art", "35")` and the steps below it, `("§3", "a)")`."""

    kind: str
    number: str
    steps: tuple[str, ...] = ()

    def holds(self, other: Place) -> bool:
        """True when `other` is this place, or inside it."""
        if (self.kind, self.number) != (other.kind, other.number) or len(self.steps) > len(other.steps):
            return False
        return all(_same_step(one, two) for one, two in zip(self.steps, other.steps, strict=False))


@dataclass(frozen=True)
class Asked:
    """The place that a question asks for. `text` is the number of the text, empty when the question does not say which; `others` are the words
    that are left: those of the title of a document, or a sign that something else is asked."""

    place: Place
    text: str
    others: frozenset[str] = frozenset()


def asked_for(question: str) -> Asked | None:
    """The one place that `question` names; None when it names none, or several."""
    mentions = list(_MENTION.finditer(question))
    if len(mentions) != 1:
        return None
    mention = mentions[0]
    left = question[: mention.start()] + " " + question[mention.end() :]
    text, left = _text_named(left)
    others = _words_of_a_title(left)
    rest = re.sub(r"\((\d+)\)", r"§\1 ", mention["rest"] or "")
    steps = tuple(_step(found) for found in _STEP.findall(rest))
    if mention["before"]:
        steps = (f"§{mention['before']}", *steps)
    if mention["annex"]:
        return Asked(Place("annex", mention["annex"].upper(), steps), text, others)
    kind = "art" if mention["kind"].casefold().startswith("art") else "recital"
    return Asked(Place(kind, _number(mention["number"]), steps), text, others)


class Acts:
    """The documents of an index whose passages have such places."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self.passages: dict[str, list[tuple[Passage, list[tuple[int, Place]]]]] = {}
        self.text_of: dict[str, str] = {}
        self._titles: dict[str, frozenset[str]] = {}
        restated: Counter[str] = Counter()
        for passage in passages:
            if place := _place(passage.locator):
                inside = [(offset, found) for offset, locator in passage.places if (found := _place(locator))]
                self.passages.setdefault(passage.source_id, []).append((passage, inside or [(0, place)]))
            else:
                restated.update({_text_named(reference.title)[0] for reference in passage.references})
        for source, known in self.passages.items():
            title = known[0][0].references[0].title
            self.text_of[source] = _text_named(f"{title} {_spoken(source)}")[0]
            self._titles[source] = _words_of_a_title(_text_named(title)[1])
        self._restated = restated

    def words_at(self, asked: Asked, language: Language) -> list[Part] | None:
        """The passages (each with the part that counts) at that place, in order; empty when the text is here and has no such place; None when
        the text is not here, was read without such numbers, or more is asked than its words. Of several texts: the one that is named, in the
        language of the question, the official one, the most restated."""
        sources = self._meant(asked)
        found = {source: self._in(source, asked.place) for source in sources}
        if not any(found.values()):
            return [] if sources and all(self._numbers_such(source, asked.place) for source in sources) else None

        def rank(source: str) -> tuple[bool, bool, int]:
            first = found[source][0][0]
            return first.language == language, first.official, self._restated[self.text_of[source]]

        return found[max((source for source in sources if found[source]), key=rank)]

    def _meant(self, asked: Asked) -> list[str]:
        """The documents that a question may mean, none when its words are not those of a title.

        The whole title is a name. So are some words of it, when they are two or more, beside no other name, and of one title alone that has
        such a place: a single word, or one after « du RGPD », is as often what is asked of the article.
        """
        sources = [source for source, text in self.text_of.items() if not asked.text or text == asked.text]
        if not asked.others:
            return sources
        whole = [source for source in sources if self._titles[source] == asked.others]
        if whole or asked.text or len(asked.others) == 1:
            return whole
        partly = [one for one in sources if asked.others <= self._titles[one] and self._in(one, asked.place)]
        return partly if len({self._titles[source] for source in partly}) == 1 else []

    def _numbers_such(self, source: str, place: Place) -> bool:
        """True when the article of `place`, if it is there at all, numbers its parts as `place` does."""
        places = [one for _, inside in self.passages[source] for _, one in inside]
        article = [one for one in places if Place(place.kind, place.number).holds(one)]
        forms = {_form(one.steps[0]) for one in article if one.steps}
        return not article or not place.steps or _form(place.steps[0]) in forms

    def _in(self, source: str, place: Place) -> list[Part]:
        found = []
        for passage, inside in self.passages[source]:
            own = _place(passage.locator)
            if own and place.holds(own):
                found.append((passage, 0, len(passage.text)))
                continue
            at = [number for number, (_, one) in enumerate(inside) if place.holds(one)]
            if at:
                after = inside[at[-1] + 1][0] if at[-1] + 1 < len(inside) else len(passage.text)
                found.append((passage, inside[at[0]][0], after))
        return found


def _text_named(words: str) -> tuple[str, str]:
    """The number of the text that `words` name, empty when they name none, and `words` without it."""
    text = ""
    for number, name in _NAME:
        if name.search(words):
            text, words = text or number, name.sub(" ", words)
    if match := _NUMBER.search(words):
        text, words = text or match[1], _NUMBER.sub(" ", words)
    return text, words


def _words_of_a_title(left: str) -> frozenset[str]:
    """The words of `left` that may name a document: not those with which its words are asked for."""
    return frozenset(content_words(left)) - _ASKING_FOR_WORDS


def _spoken(source_id: str) -> str:
    return re.sub(r"[-_]+(?!17\b)", " ", source_id)


def _place(locator: str) -> Place | None:
    match = _LOCATOR.match(re.sub(r", p\. \S+$", "", locator))
    if not match:
        return None
    kind = {"art.": "art", "considérant": "recital", "recital": "recital"}.get(match["kind"], "annex")
    # A range begins where its first point is; `places` give the others.
    rest = (match["rest"] or "").partition("–")[0]
    return Place(kind, _number(match["number"]), tuple(_step(found) for found in _STEP.findall(rest)))


def _number(written: str) -> str:
    return re.sub(r"[\s.]", "", written).upper()


def _step(written: str) -> str:
    found = re.sub(r"\s", "", written)
    if re.fullmatch(r"§*\d+", found):
        return f"§{found.lstrip('§')}"
    return found.upper() if re.fullmatch(r"[ivx]+", found, re.IGNORECASE) else found.lower()


def _form(step: str) -> str:
    """What a step is, whatever its number: a paragraph, a letter, a Roman number, a point."""
    return re.sub(r"[IVX]+", "I", re.sub(r"[a-z]+", "a", re.sub(r"\d+", "1", step)))


def _same_step(one: str, two: str) -> bool:
    """The points of an article without paragraphs are often called its paragraphs: « article 4(1) » is `art. 4 1)`."""
    return (
        one == two or (one.startswith("§") and two == f"{one[1:]})") or (two.startswith("§") and one == f"{two[1:]})")
    )
