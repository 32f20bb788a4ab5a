"""The questions that one message asks: « c’était quand, et qui a gagné ? »."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.compare import values
from assistant.lead import Leads
from assistant.retrieve import LIKELIER_THAN_NOT, Retriever
from assistant.suggest import KINSHIP, kinship
from assistant.understand import Reader
from assistant.vocabulary import Conversation, Question
from corpus.index import Section
from corpus.passages import Passage
from corpus.words import content_words

MOST_PARTS = 3
"""Questions of one message that are answered apart."""
LIKELY_LIKE_ANOTHER = 1 / 3
"""How likely what answers a question must be where the same is asked of another of a series, and surely heard there."""

SURELY_ANOTHER = 0.85
"""How likely what answers a question by itself must be, where after the one before it would get the same answer again."""

_QUESTION_WORDS = r"qu['’]est[- ]ce|combien|cb|quand|kand|qui|ki|que|quoi|koi|comment|komment|pourquoi|où|(?:le|la)?quel(?:le)?s?|how|when|who|whose|what|which|where|why"
_BEFORE = r"(?:à |pour |par |de |avec |depuis |for |by |with |from |to |in )?"
_ASKED_LATE = r"combien|cb|quand|kand|quoi|koi|comment|pourquoi|où|how|when|what|where|why"
"""What may stand far from the « et » of a second question: « et la deuxième on y fait quoi »."""
_INVERTED = r"(?:ne\s)?\w+-(?:t-)?(?:il|elle|ils|elles|on|je|nous|vous)\b|est[- ]ce\s|(?:est|sont|peut|doit|faut|a|ont)\s(?:il|elle|ils|elles|on)\b"
_MODAL = r"(?:can|may|must|should|does|do|did|is|are|was|were|will)\s"
_BREAK = re.compile(
    rf"(?<=\?)\s+(?=\S.*\?)|(?<=\?)\s+(?=(?:{_QUESTION_WORDS}|et|and)\b)|"
    rf",?\s+(?:et|and|&)\s+(?={_BEFORE}(?:{_QUESTION_WORDS})\b|(?:la|le|les|the|celle|celui|ceux|celles)\s[^?.!,]{{0,30}}?\b(?:{_ASKED_LATE})\b|"
    rf"(?:à la fin|a la fin|au final|finalement|ensuite|après|finally|then|in the end)\s[^?.!,]{{0,25}}?\b(?:{_QUESTION_WORDS})\b)|"
    rf",?\s+(?:et|and)\s+(?=(?:il|elle|ils|elles|on|ça|ca|c['’]est|it|they)\s[^?.!]{{0,30}}?\b(?:{_QUESTION_WORDS})\b)|"
    rf",?\s+(?:et|and)\s+(?=(?:(?:il\s)?y\s(?:a|en a|avait)|son|sa|ses|leurs?|its|their)\s[^?.!,]{{0,40}}?\b(?:{_ASKED_LATE})\b)|"
    rf",?\s+(?:et|and)\s+(?=(?:c['’]est|ce sera|ça)\s[^?.!,]{{1,30}}\?$)|"
    rf",?\s+(?:et|and)\s+(?=(?:(?:la|le|les|ce|cette|ces|votre|notre|nos)\s|l['’])[^?.!,]{{1,30}}?\s\w+-(?:t-)?(?:il|elle|ils|elles)\b)|"
    rf",?\s+(?:et|and)\s+(?={_INVERTED}|{_MODAL}(?:it|they|we|i|he|she|you|the|that|this|one|a)\b[^.]*\?)|"
    r"(?:,?\s(?:et|and))?\s+\d\s?\)\s+",
    re.IGNORECASE | re.DOTALL,
)
_ANNOUNCED = re.compile(
    r"^(?:(?:bonjour|bonsoir|salut|hello|hi|hey)\b[\s,.!]*)?(?:j['’]ai |j['’]aurais |i have |i['’]ve |juste |just )?"
    r"(?:2|3|deux|trois|two|three) (?:petites? |quick |short )?questions?\b[^:?.,]{0,25}[:,.]\s*(?=\S)",
    re.IGNORECASE,
)
_TOLD_THEN_ASKED = re.compile(
    rf"(?<=[.!])\s+(?=[^.!?]*\b(?:{_QUESTION_WORDS})\b[^.!?]*\??$)|"
    rf",?\s(?:(?:fine|ok|okay|right|bon|d['’]accord|soit|très bien),?\s)?(?:but|mais|so|alors|donc)\s(?=(?:{_QUESTION_WORDS})\b)",
    re.IGNORECASE,
)
"""Between what a message takes for granted and what it asks: « plus de 200 dossiers sont arrivés. Combien ont gagné ? »."""
_ASKS = re.compile(rf"\?|\b(?:{_QUESTION_WORDS}|{_INVERTED})|^{_MODAL}", re.IGNORECASE)

Answering = Callable[[Question], Section | None]
"""Finds the section that can be relied upon to answer a question, if one can."""


@dataclass(frozen=True)
class Part:
    """What answers one of the questions of a message: a section, which of its sentences are read first, and whether it was surely heard."""

    section: Section
    leads: Leads
    is_sure: bool = True


def unannounced(text: str) -> str:
    """`text` without the words that only announce questions: « bonjour, 2 questions vite fait : … »."""
    return _ANNOUNCED.sub("", text, count=1) or text


def questions_in(text: str) -> Sequence[str]:
    """The questions of `text`, as they are written, with a question mark where another question follows; what tells something before or after them
    belongs to the nearest."""
    parts: list[str] = []
    for part in filter(str.strip, _BREAK.split(text)):
        if parts and not _ASKS.search(parts[-1]):
            parts[-1] = f"{parts[-1]} {part}".strip()
        else:
            parts.append(part.strip())
    if len(parts) > 1 and not _ASKS.search(parts[-1]):
        parts[-2:] = [f"{parts[-2]} {parts[-1]}"]
    return [*(part if part.endswith("?") else f"{part} ?" for part in parts[:-1]), *parts[-1:]]


def parts_of(
    question: Question, conversation: Conversation, reader: Reader, retriever: Retriever, answering: Answering
) -> list[Part]:
    """What answers each of the questions of a message that asks several; empty when it asks one, or one of them is not surely heard.

    Each is heard after the one before it: « c’était quand, et qui a gagné ? ». One that is not surely heard is looked for like a message of its own, by
    `answering`, where what answers is of KINSHIP with what answers the others. One question about two of a series is asked of each; one after a false
    date or number comes after what puts that right.
    """
    asked = questions_in(question.text)
    of_each: Sequence[str] = ()
    if len(asked) == 1:
        of_each = next(filter(None, (one.each_named(question.repaired) for one in reader.series)), ())
        asked = of_each or _told_then_asked(question, conversation, reader, retriever) or asked
    if not 1 < len(asked) <= MOST_PARTS or question.is_brief:
        return []
    parts: list[Part] = []
    surest = 0.0
    for one in asked:
        part, share = _part(one, conversation, question, reader, retriever, parts)
        surest = max(surest, share)
        if part is None:
            return []
        if share < (LIKELY_LIKE_ANOTHER if of_each else LIKELIER_THAN_NOT):
            asks = reader.understand(one, conversation, language=question.language, default=question.language)
            section = None if of_each else answering(asks)
            if section is None:
                return []
            part = replace(part, section=section, is_sure=False)
        if part.is_sure or all(part.section is not earlier.section for earlier in parts):
            parts.append(part)  # else what answers the one before says it too
        conversation = Conversation((*conversation.messages, one))
    sure = [part.section for part in parts if part.is_sure]
    parts = [
        part
        for part in parts
        if part.is_sure or max((kinship(part.section, one) for one in sure), default=0) >= KINSHIP
    ]
    if len(parts) < 2:
        return []
    is_sure = surest >= LIKELIER_THAN_NOT and len({part.section.id for part in parts}) == len(parts)
    return parts if is_sure else []


def _told_then_asked(
    question: Question, conversation: Conversation, reader: Reader, retriever: Retriever
) -> Sequence[str]:
    """What the message takes for granted, where the section about that gives another date or number, and what it asks; empty otherwise."""
    told, *asked = _TOLD_THEN_ASKED.split(question.text, maxsplit=1)
    if not asked or not values(told) or _ASKS.search(told):
        return ()
    part, share = _part(told, conversation, question, reader, retriever)
    if part is None or share < LIKELIER_THAN_NOT:
        return ()
    return (told, *asked) if gives_other_values(part.section.passage(question.language), told) else ()


def gives_other_values(passage: Passage, claimed: str) -> bool:
    """True when `claimed` has a date or a number that `passage`, which gives some, does not."""
    known = values(" ".join([passage.text, passage.title, *(reference.pinpoint for reference in passage.references)]))
    return bool(values(claimed) - known and values(passage.text))


def _part(
    asked: str,
    conversation: Conversation,
    question: Question,
    reader: Reader,
    retriever: Retriever,
    given: Sequence[Part] = (),
) -> tuple[Part | None, float]:
    """What answers `asked`, one of the questions of `question`, after those before it, and how likely. By itself it may ask for the same more surely, or
    for something else than what is `given` already, if a source says it: « ça commence quel jour et ça finit quel jour ? »."""

    def surest(after: Conversation) -> tuple[Section, float, Leads] | None:
        return retriever.surest(
            reader.understand(asked, after, language=question.language, default=question.language).heard
        )

    found = surest(conversation)
    if found is None:
        return None, 0.0
    section, share, leads = found
    is_given = any(part.section is section for part in given) and bool(content_words(asked))
    if (share < LIKELIER_THAN_NOT or is_given) and (alone := surest(Conversation())):
        if alone[0] is section:
            share = max(share, alone[1])
        elif is_given and alone[1] >= SURELY_ANOTHER and not alone[0].passage(question.language).is_not_stated:
            section, share, leads = alone
    return Part(section, leads), share
