"""Text to comparable words, for French and English: one `fold` and one `stems`, used everywhere."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import Stemmer

# `’` and `'` are the same word break; « œ » is not decomposed by Unicode; spaces of every width are one space.
_SAME = str.maketrans({"’": "'", "ʼ": "'", "‘": "'", "´": "'", "`": "'", "œ": "oe", "æ": "ae", "«": '"', "»": '"', "“": '"', "”": '"',
                       "–": "-", "—": "-", "‐": "-", "‑": "-"})  # fmt: skip
_WORD = re.compile(r"[^\W_]+(?:[.,][0-9]+)*", re.UNICODE)
_ELISION = re.compile(r"\b(?:l|d|j|m|t|s|c|n|qu|jusqu|lorsqu|puisqu|quoiqu)'(?=\w)")
_MARKS = re.compile("[\u0300-\u036f]+")
_DIGIT_GROUPS = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}\b)")
_SHOUTED, _NAMES = 0.8, 2

# Words that carry no subject. Negations stay out of this list: « ne … pas » changes what is said.
STOPWORDS = frozenset(
    """a afin ai ainsi alors as au aucune aussi autre autres aux avec avez avoir avons c ca ce ceci cela celle celui ces cet cette ceux chez ci comme comment d dans de des
    donc dont du elle elles en encore est et etait etaient ete etre eu eux fait faire faut fois font il ils j je l la le les leur leurs lui m ma mais me meme memes mes moi
    mon n nos notre nous on ont ou par parce peu peut peuvent peux plus pour pourquoi puis qu quand que quel quelle quelles quels quelqu qui quoi sa se selon sera ses si
    son sont sous suis sur t ta te tes toi ton tous tout toute toutes tu un une va vers veut via voir vont vos votre vous y doit doivent dit dire est-ce savoir bonjour merci
    svp stp aimerais voudrais souhaite souhaitons pouvez pouvons puis-je quid exactement
    the of and to in is are was were be been for on with at by from as it its this that these those which who whom what when where how why do does did can could should would
    will may might must i we you they he she them our your their my me us an or if so than then there here about into over have has had any some such please know tell get""".split()
)


def fold(text: str) -> str:
    """`text` in lower case, without accents, with one kind of apostrophe, quotation mark, dash and space."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_SAME)
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
        if not text.isascii():  # marks of other scripts
            text = "".join(c for c in text if not unicodedata.combining(c))
    return " ".join(_DIGIT_GROUPS.sub("", text).split())


def is_shouted(text: str) -> bool:
    """True when most letters of `text` are capitals: with caps lock, a French keyboard still writes « é » and « à » small."""
    return sum(map(str.isupper, text)) > _SHOUTED * max(1, sum(map(str.isalpha, text)))


def unshouted(text: str) -> str:
    """`text`, its shouted lines in small letters: few messages in capitals teach the networks. As long as before, so that places in it stay.

    A name or two in capitals (« AIPD ? ») is no shouting.
    """
    return "\n".join(
        _small(line) if is_shouted(line) and len(_WORD.findall(line)) > _NAMES else line for line in text.split("\n")
    )


def _small(text: str) -> str:
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)


def words(text: str) -> list[str]:
    """The folded words of `text`, elisions taken off: « L'AIPD » gives `aipd`."""
    return _WORD.findall(_ELISION.sub("", fold(text)))


def content_words(text: str) -> list[str]:
    """The folded words that carry a subject, in order."""
    return [word for word in words(text) if word not in STOPWORDS]


def _accented_words(text: str) -> list[str]:
    text = unicodedata.normalize("NFKC", text).casefold().translate(_SAME)
    return _WORD.findall(_ELISION.sub("", _DIGIT_GROUPS.sub("", text)))


_stemmers = threading.local()  # a Stemmer is not safe across threads


def _stem(word: str, language: str) -> str:
    stemmer = getattr(_stemmers, language, None)
    if stemmer is None:
        stemmer = Stemmer.Stemmer("french" if language == "fr" else "english")
        setattr(_stemmers, language, stemmer)
    return str(stemmer.stemWord(word))


@lru_cache(maxsize=100_000)
def _forms(word: str, language: str) -> tuple[str, ...]:
    bare = fold(word)
    if bare in STOPWORDS:
        return ()
    # Stemming needs the accents, people often leave them out: both roads lead to a form.
    return tuple(dict.fromkeys((fold(_stem(word, language)), fold(_stem(bare, language)))))


def stems(text: str, language: str) -> list[str]:
    """The stems of the content words of `text`, accents taken off after stemming; one or two forms a word."""
    return [form for word in _accented_words(text) for form in _forms(word, language)]


def without(text: str, phrases: Iterable[str]) -> str:
    """The words of `text` without those of `phrases`, the longest phrases first."""
    left = f" {' '.join(words(text))} "
    for phrase in _longest_first(tuple(phrases)):
        left = left.replace(f" {phrase} ", " ")
    return " ".join(left.split())


@lru_cache(maxsize=256)
def _longest_first(phrases: tuple[str, ...]) -> list[str]:
    """The words of each phrase, the longest first: the lists are the same for every message."""
    return sorted(filter(None, (" ".join(words(phrase)) for phrase in phrases)), key=len, reverse=True)


_ACCENTED = {
    "a": "[aàâä]",
    "c": "[cç]",
    "e": "[eéèêë]",
    "i": "[iîï]",
    "o": "[oôö]",
    "u": "[uùûü]",
    "'": "['’ʼ ]?",
    " ": r"[\s\-‑]+",
    "-": r"[\s\-‑]",
}


@lru_cache(maxsize=2_000)
def pattern_of(phrase: str) -> re.Pattern[str]:
    """What finds `phrase` as whole words in a text as people write it: any capitals, accents or none, either apostrophe or none."""
    written = "".join(_ACCENTED.get(letter, re.escape(letter)) for letter in fold(phrase))
    return re.compile(rf"(?<!\w){written}(?!\w)", re.IGNORECASE)
