"""Whose project each message of a conversation tells of, and whose the last one asks about: « Une amie à Tulle a la sienne… Et nous, alors ? ».

A message opens the thread of somebody else when it names them (a relative, a supplier, a neighbour, a body or a place not told before) and gives them a
project of their own; it goes on until a message speaks of us. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from assistant.reading.bodies import mention_words
from assistant.reading.lexicon import the_lists
from assistant.reading.parse import dictionary, parse_message
from assistant.reading.roles import mentions_of
from assistant.reading.text import sentences_of
from corpus.words import fold

_WORD = re.compile(r"[^\W\d_](?:[\w-]|['’](?=\w))*")
_LEADS_IN = re.compile(r"^(?:[cdjlmnst]|qu)['’]", re.IGNORECASE)
_HANGS_ON = re.compile(r"['’](?:s|d|ll|re|ve|m|t)$")
_A_NOUN = re.compile(r"[a-z][\w-]{3,}")
_BY_NAME, _BY_PRONOUN, _BY_WORD = 3.0, 2.0, 0.5
"""How much a name, a pronoun and a word in common say of whom a message asks about."""
_SURELY = 1.0
"""By how much one side must be told more than the other."""


@dataclass(frozen=True)
class Thread:
    """The messages that tell of whom the last one asks about, itself included; and those on the person's own project, where what is told of the other leans
    on them: « la leur fait pareil »."""

    messages: tuple[str, ...]
    leans_on: tuple[str, ...] = ()
    is_as_far: bool = False
    """True where the other one is said to be as far along as ours."""


@dataclass
class _Heard:
    """What was told so far of one side: its messages, the names and the bodies in them."""

    messages: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    bodies: set[str] = field(default_factory=set)

    @property
    def text(self) -> str:
        return fold(" ".join(self.messages))


@lru_cache(maxsize=512)
def thread_asked_about(messages: tuple[str, ...]) -> Thread | None:
    """The thread that the last of `messages` asks about; None where nobody else's project was told of, or where it is not sure whose is meant."""
    *told, last = messages
    if not told:
        return None
    inside = frozenset(name for one in messages for name in _names_in(one))
    sentences = sentences_of(last)
    start, end = _question_in(sentences)
    statement, question = " ".join(sentences[:start]), " ".join(sentences[start:])
    is_of_both = statement and end == len(sentences) and last.rstrip().endswith("?")
    if is_of_both and not the_lists().threads["dismisses"].search(fold(statement)):
        # « À Figeac ils en ont une. Ils seraient pris ? »
        ours, theirs = _told_apart((*told, statement), inside)
        if statement in theirs.messages and _told_more_of_us(question, ours, theirs, inside) <= -_SURELY:
            return _thread_of(ours, theirs, last, statement)
    ours, theirs = _told_apart(told, inside)
    side = _side_of(last, ours, theirs, inside) if theirs.messages else None
    if side == "ours":
        return Thread((*(one for one in told if one not in theirs.messages), last))
    return _thread_of(ours, theirs, last) if side == "theirs" else None


def _thread_of(ours: _Heard, theirs: _Heard, last: str, statement: str = "") -> Thread:
    """The thread of somebody else, `last` being what is asked of them; a `statement` in it was heard apart."""
    lists = the_lists().threads
    leans_on = tuple(ours.messages) if lists["leans"].search(theirs.text) else ()
    of_them = (one for one in theirs.messages if one != statement)
    return Thread((*of_them, last), leans_on, bool(leans_on and lists["as_far"].search(theirs.text)))


def _question_in(sentences: Sequence[str], before: tuple[str, ...] = ("?",)) -> tuple[int, int]:
    """Where the last question of a message begins, with the sentences right before it that end like one of `before`, and where it ends; its last
    sentence if it has none."""
    asked = [place for place, one in enumerate(sentences) if one.endswith("?")]
    end = asked[-1] if asked else len(sentences) - 1
    start = end
    while start and sentences[start - 1].endswith(before):
        start -= 1
    return start, end + 1


def _told_apart(messages: Sequence[str], inside: frozenset[str]) -> tuple[_Heard, _Heard]:
    """What the `messages` tell of the person's own project, and what of somebody else's; those that only suppose tell of neither."""
    lists = the_lists().threads
    ours = _Heard([messages[0]], _names_in(messages[0], inside), _bodies_in(messages[0]))
    theirs = _Heard()
    are_theirs = False
    for message in messages[1:]:
        names, bodies = _names_in(message, inside), _bodies_in(message)
        text = lists["contact"].sub(" ~ ", lists["heard"].sub(" ~ ", fold(message)))
        is_of_them = bool(lists["them"].search(text))
        speaks_of_us = bool(lists["us"].search(lists["relation"].sub(" ~ ", text)))
        if lists["supposes"].match(text) and (speaks_of_us or not are_theirs):
            are_theirs = False
            continue
        if _opens(message, text, ours, theirs, names) and (
            not speaks_of_us or bool(lists["relation"].search(text) and is_of_them)
        ):
            are_theirs = True
        elif are_theirs and speaks_of_us and not is_of_them:
            are_theirs = False
        if are_theirs:
            theirs.messages.append(message)
            theirs.names |= names - ours.names
            told = ours.text
            theirs.bodies |= {one for one in bodies if one not in told}
            theirs.bodies |= {match[0].split()[-1] for match in lists["relation"].finditer(text)}
        elif speaks_of_us or names & ours.names:
            ours.messages.append(message)
            ours.names |= names - theirs.names
            ours.bodies |= bodies - theirs.bodies
    return ours, theirs


def _opens(message: str, text: str, ours: _Heard, theirs: _Heard, names: set[str]) -> bool:
    """True when the message gives a project of their own to somebody who was not told of: a description that goes on, or a change of ours, does not."""
    lists = the_lists().threads
    if lists["we_make"].match(fold(message)):
        return False
    relation, kin, is_near = (lists[name].search(text) for name in ("relation", "kin", "near"))
    are_like_ours, are_them = lists["alike"].search(text), lists["them"].search(text)
    mentions = mentions_of(parse_message(message))
    # A name alone may be that of who makes ours: « Sopra a rendu un formulaire ».
    is_new = bool(names - ours.names - theirs.names and (mentions or are_like_ours or are_them))
    has_own = are_like_ours or lists["own"].search(lists["of_it"].sub(" ~ ", text))
    is_own = (
        has_own
        or (relation and are_them and mentions)
        or ((relation or is_near or is_new) and lists["asks_of_them"].search(text))
    )
    if not is_own or not lists["tool"].search(ours.text) or lists["with_us"].search(text):
        return False
    if (lists["changes"].search(text) and not (is_near or kin)) or (
        relation and not kin and not lists["for_itself"].search(text)
    ):
        return False
    is_apart = bool(names & ours.names) and not (relation or is_near)
    return bool(relation or is_near or is_new or (has_own and _begins_with_another(message, ours))) and not is_apart


def _begins_with_another(message: str, ours: _Heard) -> bool:
    """True for a message that begins with a body which is not ours: « Une clinique privée… », "the food bank…"."""
    parsed = parse_message(message)
    view = parsed.sentences[0].bodies if parsed.sentences else None
    match = the_lists().threads["a_body"].match(view.text) if view else None
    if view is None or match is None:
        return False
    item = view.items[view.item_at(match.start("body"))]
    word = fold(parsed.words(parsed.sentences[0], item.first, item.last))
    return bool(match["any"]) or word not in ours.text


def _side_of(last: str, ours: _Heard, theirs: _Heard, inside: frozenset[str]) -> Literal["ours", "theirs"] | None:
    """Whom the last message asks about: its question tells, else what it leaves aside before it, the sentence before it, the whole."""
    sentences = sentences_of(last)
    start, end = _question_in(sentences, (":", "?"))
    lists, before = the_lists().threads, fold(" ".join(sentences[:start]))
    leaves_them = lists["dismisses"].search(before) and not lists["they_ask"].search(before)
    for first, until in ((start, end), (max(0, start - 1), end), (0, len(sentences))):
        told = _told_more_of_us(" ".join(sentences[first:until]), ours, theirs, inside)
        if told >= _SURELY or told <= -(_BY_PRONOUN if leaves_them else _SURELY):
            return "ours" if told > 0 else "theirs"
        if leaves_them:
            return "ours"
    return None


def _told_more_of_us(text: str, ours: _Heard, theirs: _Heard, inside: frozenset[str]) -> float:
    """How much more a part of the last message speaks of us than of them."""
    lists = the_lists().threads
    folded = lists["heard"].sub(" ~ ", fold(text))
    alone = lists["relation"].sub(" ~ ", lists["impersonal"].sub(" ", folded))
    names = _names_in(text, inside) | {name for name in ours.names | theirs.names if _stands_in(name, folded)}
    words, of_ours, of_theirs = _nouns_in(text), _nouns_in(ours.text), _nouns_in(theirs.text)
    is_ours = bool(lists["us"].search(alone))
    of_us = (
        _BY_NAME * (bool(names & (ours.names - theirs.names)) or _any_in(ours.bodies - theirs.bodies, folded))
        + _BY_PRONOUN * is_ours
        + _BY_WORD * bool(words & (of_ours - of_theirs))
    )
    of_them = (
        _BY_NAME * bool(names & (theirs.names - ours.names))
        + _BY_NAME * _any_in(theirs.bodies - ours.bodies, folded)
        + _BY_PRONOUN * bool(lists["them_surely"].search(alone))
        + _BY_WORD * bool(words & (of_theirs - of_ours))
        + 2 * _BY_WORD * bool(lists["them_perhaps"].search(alone) and not is_ours)
    )
    return of_us - of_them


def _names_in(text: str, inside: frozenset[str] = frozenset()) -> set[str]:
    """The proper names of a text, folded. A capital at the head of a sentence makes none, unless the name is one of those `inside` sentences."""
    found = set()
    for sentence in sentences_of(text):
        for place, match in enumerate(_WORD.finditer(sentence)):
            word = _HANGS_ON.sub("", _LEADS_IN.sub("", match[0]))
            name = re.split(r"['’]", fold(word))[-1]
            is_short = word.isupper() and len(word) <= 2
            # At the head of a sentence any word has a capital.
            may_be = place or word != match[0] or name in inside or name not in dictionary()
            if word and word[0].isupper() and not is_short and name not in the_lists().no_names and may_be:
                found.add(name)
    return found


def _bodies_in(text: str) -> set[str]:
    """The last word of each body that a text names, folded."""
    message = parse_message(text)
    return {fold(mention_words(message, mention)).split()[-1] for mention in mentions_of(message)}


def _nouns_in(text: str) -> set[str]:
    return {word for word in _A_NOUN.findall(fold(text)) if word not in the_lists().thread_words}


def _stands_in(word: str, folded: str) -> bool:
    return re.search(rf"\b{re.escape(word)}s?\b", folded) is not None


def _any_in(words: Iterable[str], folded: str) -> bool:
    return any(_stands_in(word, folded) for word in words)
