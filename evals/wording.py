"""What words say, for the suite: numbers, denials, language, assertions of eligibility. Written apart from the product's own
readers on purpose: a mistake there must not hide itself here. Pure."""

from __future__ import annotations

import re
from typing import Literal

from corpus.words import fold, stems, words

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_MONTHS = {
    name: f"month-{number % 12 + 1}"
    for number, name in enumerate(
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre "
        "january february march april may june july august september october november december".split()
    )
}
_SPELLED = {
    word: digits
    for line in ("deux two 2", "trois three 3", "quatre four 4", "cinq five 5", "six 6", "sept seven 7", "huit eight 8",
                 "neuf nine 9", "dix ten 10", "onze eleven 11", "douze twelve 12", "quinze fifteen 15", "vingt twenty 20",
                 "trente thirty 30")
    for *spelled, digits in [line.split()]
    for word in spelled
}  # fmt: skip
_DENIALS = re.compile(
    r"\b(?:ne|n'|pas|aucune?s?|jamais|ni|sans|nulle?s?|rien|not|no|never|none|nor|neither|without|cannot|nobody|nothing)(?:\b|(?<='))"
)
# « n'est … que » restricts and « n° 3 » counts: neither denies.
_NO_DENIAL = re.compile(
    r"\b(?:ne|n')[^.;,:]{0,60}?\bqu(?:e\b|')|\bnot only\b|\bnon seulement\b|\bn° ?\d|\bno\. ?\d|\bpas (?:a|en) pas\b"
)
_FRENCH = frozenset(
    "le la les des du un une est sont et ou pour par dans sur avec que qui ne pas ce cette ces votre vos vous nous il elle au aux a en se si l'appel "
    "etre ont plus peut doit leur son ses".split()
)
_ENGLISH = frozenset(
    "the of and to is are was were for by on with that which not this these your you we it at an in be or if has have from can must its their as "
    "will does do no".split()
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-zà-ÿ]|[«\"*\d])|\n+")
_CONDITION = re.compile(
    r"\b(?:si|s'il|s'ils|s'elle|if|whether|unless|a condition|provided|pour (?:etre|savoir|dire)|to (?:be|know|say)|serait|serez|seriez|would|could|"
    r"might|pourrait|pourriez|quand|when|until|tant que|avant|before|how|comment)\b"
)
_YOU = r"(?:vous etes|vous seriez|(?:votre|le|ce) (?:projet|organisme|dossier)(?: \w+){0,2} est|votre \w+(?: \w+){0,2} est)"
_SURE = r"(?: (?:bien|donc|clairement|parfaitement|pleinement|tout a fait|en principe))*"
_YOUR = r"(?:your|the|this) \w+(?: \w+)?"
_ASSERTIONS: tuple[tuple[Literal["eligible", "not_eligible"], re.Pattern[str]], ...] = (
    (
        "not_eligible",
        re.compile(r"(?:vous n'etes|(?:votre|le|ce) \w+(?: \w+){0,2} n'est)(?: donc)? pas(?: \w+)? eligible"),
    ),
    ("not_eligible", re.compile(_YOU + r"(?: \w+)? ineligible")),
    (
        "not_eligible",
        re.compile(r"(?:vous ne remplissez|(?:votre|le|ce) projet ne remplit)(?: donc)? pas les conditions"),
    ),
    (
        "not_eligible",
        re.compile(rf"\b(?:you are not|you aren't|you're not|{_YOUR} (?:is not|isn't))(?: \w+)? eligible"),
    ),
    ("not_eligible", re.compile(rf"\b(?:you are|{_YOUR} is)(?: \w+)? ineligible")),
    ("not_eligible", re.compile(rf"\b(?:you|{_YOUR}) (?:do|does) not meet the conditions")),
    ("eligible", re.compile(_YOU + _SURE + r" eligible")),
    ("eligible", re.compile(rf"(?:vous remplissez|(?:votre|le|ce) projet remplit){_SURE} (?:toutes )?les conditions")),
    ("eligible", re.compile(rf"\b(?:you are|you're|{_YOUR} is)(?: (?:clearly|indeed|therefore|fully|thus))* eligible")),
    ("eligible", re.compile(rf"\b(?:you meet|{_YOUR} meets)(?: all)? the conditions")),
)
_BARE = re.compile(r"^(?:oui|yes)?[ ,:.!]*(?:non )?(?:eligible|ineligible|not eligible)[ .!]*$")


def plain(markdown: str) -> str:
    """`markdown` as it is read: without emphasis, headings and citation markers."""
    return re.sub(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|`|^#+ +|\s*\[\d+\]", "", markdown, flags=re.MULTILINE)


def sentences(text: str) -> list[str]:
    """The sentences of `text`; « art. 6 », « n° 2016/679 » and « M. » do not end one."""
    guarded = re.sub(r"\b(art|al|n|no|M|Mme|cf|p|ex|etc|Dr|St|vs|e\.g|i\.e)\.(?=\s)", "\\1\x00", text)
    return [part.replace("\x00", ".").strip() for part in _SENTENCE_END.split(guarded) if part.strip()]


def values(text: str) -> set[str]:
    """The numbers and months that `text` states, the same in French and in English."""
    folded = fold(text)
    found = {re.sub(r"(?<=\d),(?=\d{3}\b)", "", number).replace(",", ".") for number in _NUMBER.findall(folded)}
    for word in words(text):
        if word in _SPELLED:
            found.add(_SPELLED[word])
        elif word in _MONTHS and (
            word not in ("mars", "may", "march") or re.search(rf"\d\w* {word}|{word} \d", folded)
        ):
            found.add(_MONTHS[word])
    return found


def denies(text: str) -> bool:
    """True when `text` holds a denial."""
    return _DENIALS.search(_NO_DENIAL.sub(" ", fold(text).replace("n't", " not"))) is not None


def spoken_language(text: str) -> Literal["fr", "en"] | None:
    """The language whose small words outnumber the other's, None when too few tell."""
    found = re.findall(r"[a-z']+", fold(text))
    french = sum(word in _FRENCH for word in found)
    english = sum(word in _ENGLISH for word in found)
    if max(french, english) < 2 or french == english:
        return None
    return "fr" if french > english else "en"


def asserted_status(sentence: str) -> Literal["eligible", "not_eligible"] | None:
    """The eligibility that `sentence` asserts of the person or of the project; a condition asserts none."""
    folded = fold(plain(sentence))
    for status, pattern in _ASSERTIONS:
        match = pattern.search(folded)
        if match and not _CONDITION.search(folded[: match.start()]):
            return status
    if _BARE.match(folded):
        return "not_eligible" if re.search(r"\b(?:non|not|ineligible)\b", folded) else "eligible"
    return None


def shared_words(claim: str, quote: str, language: str) -> float:
    """The share of the claim's content stems that the quote holds; 1 when the claim has none."""
    claimed = set(stems(claim, language))
    return len(claimed & set(stems(quote, language))) / len(claimed) if claimed else 1.0
