"""The sentences of a message that are about others, or say of themselves that they are beside the point: nothing of the project is read in them."""

from __future__ import annotations

import re

from assistant.reading.text import sentences_of
from corpus.words import fold

_OURS = re.compile(r"\b(?:nous|on|je|j|notre|nos|mon|ma|mes|moi|we|us|our|ours|i|my|mine|me)\b")
# Words by which what is others' is left to them: « grand bien leur fasse », "theirs, not ours".
_LEFT_TO_THEM = re.compile(
    r"\b(?:(?:grand )?bien (?:lui|leur) fasse|tant mieux pour (?:eux|elles|lui|elle)|(?:good|bad) luck to (?:them|him|her|it)|(?:good|well) for (?:them|him|her|it)|poor things?|"
    r"c['’ ]?est (?:leur affaire|chez (?:eux|elles)|leur (?:projet|outil|histoire))|theirs|that['’ ]s their (?:own )?(?:business|thing)|(?:ca|cela) les regarde|"
    r"(?:pas (?:le|la|les) notres?|not ours|pas notre projet|not our project|rien a voir avec (?:nous|notre projet)|aucun (?:lien|rapport) avec (?:nous|notre projet)|"
    r"sans (?:aucun )?(?:lien|rapport) avec (?:nous|notre projet)|nothing to do with (?:us|our project|ours)|no (?:link|connection) (?:to|with) (?:us|ours|our project))|on n['’ ]y touche pas)\b"
)
_A_RIVAL = re.compile(
    r"^(?:(?:et|and|but|mais|d'ailleurs|by the way),? )?(?:un|une|a|an|one|notre|nos|our|le|la|the) (?:\w+ )?(?:concurrente?s?|rivale?s?|rivaux|competitors?)\b"
)
_APART = re.compile(
    r"(?:\b(?:that|it|this)(?:['’ ]s| is) (?:(?:a|an|quite|totally|completely|entirely|wholly) )*(?:separate|different|other|another) (?:thing|matter|story|subject|tool|system|project)(?: (?:altogether|entirely|completely))?|"
    r"\bc['’ ]?est (?:(?:un|une|tout|toute|completement|bien) )*(?:autre (?:chose|sujet|histoire|affaire|outil|projet)|a part)|, (?:totally |completely |quite )?unrelated|, (?:ca n['’ ]a )?rien a voir|, sans (?:aucun )?(?:rapport|lien))"
    r"\s*[.!;]?$"
)
_AN_AI = re.compile(
    r"\b(?:ia|ai|intelligence artificielle|artificial intelligence|machine learning|neural|neurones|llm|language model|modele de lang\w+)\b"
)


def is_aside(sentence: str) -> bool:
    """True for a sentence about what others have or do, left to them, and for one about a tool without AI that says of itself that it is another."""
    text = fold(sentence)
    if text.endswith("?"):
        return False
    left = _LEFT_TO_THEM.search(text)
    if left and not _OURS.search(_LEFT_TO_THEM.sub(" ", text)):
        return True
    if _A_RIVAL.match(text) and not _OURS.search(re.sub(r"^\W*(?:\w+,? )?(?:notre|nos|our) ", "", text)):
        return True
    return bool(_APART.search(text)) and not _AN_AI.search(text)


# What leans on the aside: « we'd like to design our own », "a similar one".
_LEANS_ON_IT = re.compile(
    r"\b(?:our own|own one|the same|same kind|similar|similaires?|pareil\w*|(?:le|la|les) memes?|comme (?:eux|elles?|lui))\b"
)
# An aside that speaks of the sentence before it: "That's theirs."
_OF_WHAT_WAS_SAID = re.compile(
    r"^\W*(?!il (?:parait|y a)|it (?:seems|appears))(?:oui|non|yes|no|that|this|it|they|he|she|ca|cela|c['’ ]?est|elles?|ils?|ce (?:n|sont))\b"
)


def without_asides(text: str) -> str:
    """`text` without its asides; the whole of it where nothing else is told, or where what is told leans on them."""
    sentences = sentences_of(text)
    kept = [one for one in sentences if not is_aside(one) or _OF_WHAT_WAS_SAID.match(fold(one))]
    rest = fold(" ".join(kept))
    tells = any(not one.endswith("?") for one in kept)
    return " ".join(kept) if tells and not _LEANS_ON_IT.search(rest) and len(kept) < len(sentences) else text
