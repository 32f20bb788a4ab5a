"""Whether a message asks if someone can apply: they themselves, others in general, or nobody."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from assistant.reading.answers import COUNTS, NEITHER, YES_NO
from assistant.reading.bodies import read_bodies
from assistant.reading.learnt import SecondReader
from assistant.reading.lexicon import the_lists
from assistant.reading.parse import parse_message, speaks_of_self
from assistant.reading.project import read_ai, read_data, read_stage, tagged
from assistant.reading.replacement import replacement_in
from assistant.reading.text import Message, Scope, Sentence
from assistant.reading.unknown import unknown_fields
from assistant.vocabulary import Situation

_SHORT_QUESTION, _SHORT_AT_THE_END, _SHORTEST_QUESTION = 20, 6, 4


def thread_scope(earlier: Sequence[str], second: SecondReader | None = None) -> Scope | None:
    """The scope of the last earlier message."""
    return eligibility_scope(earlier[-1], earlier[:-1], second) if earlier else None


def eligibility_scope(message: str, earlier: Sequence[str], second: SecondReader | None = None) -> Scope | None:
    """Whether a message, after the earlier ones, asks if someone can apply: they themselves, others in general, or nobody.

    A message in which no construction is recognised may still describe a project: `second` is then asked.
    """
    return _eligibility_scope(message, tuple(earlier), second)


@lru_cache(maxsize=2_048)
def _eligibility_scope(message: str, earlier: tuple[str, ...], second: SecondReader | None) -> Scope | None:
    found = _scope(message, earlier, second)
    if found is None and _asks_the_same_again(message, earlier, second):
        return "own"
    if (
        found
        or second is None
        or _is_a_short_question(message)
        or the_lists().scope["other_scheme"].search(_whole(parse_message(message)))
    ):
        return found
    return second.scope(message)


_MOSTLY = 0.75
"""Share of the words of the shorter of two questions that the other has, for both to ask the same."""


def _asks_the_same_again(text: str, earlier: Sequence[str], second: SecondReader | None) -> bool:
    """True when the last question of `text` is, in much the same words, that of an earlier message about the person's own project."""
    asked = _words_asked(text)
    return len(asked) > 1 and any(
        len(before := _words_asked(one)) > 1 and len(asked & before) >= _MOSTLY * min(len(asked), len(before))
        for one in (one for n, one in enumerate(earlier) if eligibility_scope(one, earlier[:n], second) == "own")
    )


def _words_asked(text: str) -> frozenset[str]:
    """The words of the last sentence of `text`, if it is a question."""
    sentences = parse_message(text).sentences
    last = sentences[-1] if sentences else None
    return frozenset(token.text for token in last.tokens) if last and last.is_question else frozenset()


def _is_a_short_question(message: str) -> bool:
    """True for one question of ordinary length: whoever describes a project needs more, or asks for a verdict in it."""
    sentences = parse_message(message).sentences
    return len(sentences) == 1 and sentences[0].is_question and len(sentences[0].tokens) <= _SHORT_QUESTION


def takes_their_place(message: str) -> bool:
    """True when `message` puts somebody else in the place of the one who applied."""
    return replacement_in(parse_message(message)) is not None


def asks_of_their_project(message: str, earlier: Sequence[str], second: SecondReader | None = None) -> bool:
    """True for a question about themselves, right after a person asked about their own project: « ça passe, pour nous ? »."""
    said = parse_message(message)
    of_self = speaks_of_self(said, _whole(said)) and any(sentence.is_question for sentence in said.sentences)
    return of_self and thread_scope(earlier, second) == "own"


def _whole(message: Message) -> str:
    return " . ".join(sentence.bodies.text for sentence in message.sentences)


def _scope(text: str, earlier: tuple[str, ...], second: SecondReader | None) -> Scope | None:
    message = parse_message(text)
    if not message.sentences:
        return None
    scope = the_lists().scope
    texts = [sentence.bodies.text for sentence in message.sentences]
    whole = _whole(message)
    facts = [asks_fact(message, sentence) for sentence in message.sentences]
    verdicts = [t for t, fact in zip(texts, facts, strict=True) if not fact and _asks_for_verdict(message, t)]
    if scope["other_scheme"].search(whole) and (verdicts or any(s.is_question for s in message.sentences)):
        return None
    if verdicts:
        return _whose(message, verdicts)
    previous = thread_scope(earlier, second)
    described = _describes(message)
    of_self = speaks_of_self(message, whole)
    asks_again = any(scope["bare"].search(f"{t} ") for t in texts)
    # A question of fact, unless the person answers it: "Where are we? A prototype."
    if any(facts) and not (previous and described and not facts[-1] and not message.sentences[-1].is_question):
        return None
    if previous is None:
        before = any(thread_scope(earlier[: i + 1], second) for i in range(len(earlier)))
        if before and (asks_again or (described and scope["hypothesis"].search(whole))):
            return "own"
        if scope["other_topic"].search(whole):
            return None
        # Somebody is named, or much is told: a description, not a search by keywords.
        tells_who = bool(read_bodies(message, "applicant", Situation()))
        if asks_again:
            return "own" if tells_who or described >= 3 else None
        asked = [s for s in message.sentences if s.is_question or INVERTED.search(s.bodies.text)]
        if asked:
            short = all(len(s.tokens) <= 9 for s in asked)
            return "own" if short and tells_who and described >= 3 else None
        if tells_who and described >= 2:
            return "own"
        return "own" if (of_self or before) and (tells_who or described >= 2) else None
    questions = [s.bodies.text for s in message.sentences if s.is_question]
    if described and not message.sentences[-1].is_question:
        questions = []  # "Where are we? A prototype."
    last = message.sentences[-1]
    # « On a ouvert le fichier, il y a des noms. Ça nous fait sortir ? », after their own project: what is told changes it, and is judged.
    puts_right = (
        previous == "own" and described and len(message.sentences) > 1 and len(last.tokens) <= _SHORTEST_QUESTION
    )
    if (
        questions
        and not asks_again
        and not puts_right
        and not (previous == "own" and replacement_in(message))
        and not all(
            scope["follow_up"].match(q) or scope["hypothesis"].search(q) or scope["insist"].search(q) for q in questions
        )
    ):
        return None
    if scope["thanks"].match(whole):
        return None
    counts = any(pattern.match(whole) for _, pattern in COUNTS)
    # "Personal data? None at all": the mark of a question that is answered at once is read as a colon.
    tells = len(whole.split()) >= 5 and (bool(_FINITE.search(whole)) or " : " in whole)
    tells = tells or (len(whole.split()) <= 12 and bool(scope["fragment"].match(whole)))
    if not questions and not (
        described
        or asks_again
        or of_self
        or counts
        or tells
        or scope["insist"].search(whole)
        or YES_NO.match(whole)
        or NEITHER.match(whole)
        or unknown_fields(message, {})
    ):
        return None
    return "own" if previous == "own" or (of_self and described) else "general"


_FINITE = re.compile(
    r"(?:^|(?<= ))(?:est|sont|a|ont|va|vont|sera|seront|change|changent|is|are|has|have|will|changes|was|were|etait|fait|peut|can|reste|remains)(?= )"
)


_SUBJECT_OF_VERDICT = re.compile(
    r"(?:^|(?<= ))(?:(?:PUB|ENT|RES|HOS|PRIV|ASSO|INDIV|AMB)S?|projets?|projects?|outils?|tools?|candidats?)(?= |$)"
)
# A question without its mark.
INVERTED = re.compile(
    r"(?:^|(?<=[:,] ))(?:peut on|peut il|peut elle|est ce qu|a t on|doit on|pouvons nous|puis je|can we|can i|is it|does|do we|should we)(?= )"
)


def _asks_for_verdict(message: Message, text: str) -> bool:
    scope = the_lists().scope
    if scope["verdict"].search(text):
        return True
    about = speaks_of_self(message, text) or _SUBJECT_OF_VERDICT.search(_whole(message))
    return bool(scope["verdict_weak"].search(text)) and bool(about)


_NOTHING_BUT = re.compile(r"^que (?:des|du|de|d|la|le|les|nos|mes) ")

# "Do we meet what the CNIL asks of applicants?" asks for a verdict.
_WHAT_IS_REQUIRED = re.compile(
    r"(?:^|(?<= ))(?:meets?|match(?:es)?|satisf(?:y|ies)|remplissons|remplit|respectons|correspond\w*) (?:a )?(?:what|ce que|ce qu) "
)


def asks_fact(message: Message, sentence: Sentence) -> bool:
    """True for a question of fact: a question word, in a question or in a message that has no question mark."""
    scope, text = the_lists().scope, sentence.bodies.text
    asked_again = scope["bare"].search(f"{text} ")
    if asked_again and (len(sentence.tokens) <= 5 or text.endswith(asked_again.group().strip(" ,;:.?!"))):
        return False  # "What now?", « En attendant, qu’est-ce que ça change pour nous ? »
    if not sentence.is_question and _NOTHING_BUT.match(text):
        return False  # « Que des capteurs. »
    if _WHAT_IS_REQUIRED.search(text):
        return False
    if scope["fact_must"].search(text):
        return True
    if scope["fact_anywhere"].search(text):
        # "Would we have been eligible, and is it too late?" asks for a verdict first.
        return not (speaks_of_self(message, text) and re.search(r"eligib", text))
    return bool(scope["fact"].search(text)) and (
        sentence.is_question or not any(s.is_question for s in message.sentences)
    )


def _whose(message: Message, verdicts: Sequence[str]) -> Scope:
    """Whose eligibility is asked: that of the person, or that of bodies in general."""
    whole = _whole(message)
    # The last question counts: "a town near us applied. We are a company: eligible?"
    is_theirs = any(_OURS.match(sentence.bodies.text) for sentence in message.sentences)
    in_general = _asks_in_general(message, verdicts[-1]) and not is_theirs
    if any(speaks_of_self(message, text) for text in verdicts) and not in_general:
        return "own"
    names_body = any(re.search(rf"{_ANY_BODY}(?= |$)", text) for text in verdicts)
    if speaks_of_self(message, whole):
        return "general" if names_body and in_general else "own"
    return "general" if in_general else "own"


# "Is a cooperative allowed? Ours builds an AI for farmers."
_OURS = re.compile(r"(?:et |and |car |since )?(?:ours|mine|(?:le|la) (?:notre|mienne|mien))(?= )")
_ANY_BODY = r"(?:PUB|ENT|RES|HOS|PRIV|ASSO|INDIV|AMB)S?"
_INDEFINITE = re.compile(
    rf"(?:^|(?<= ))(?:un|une|des|les|a|an|any|can|are|is|could|may|do|toute?s?|certaine?s?|chaque) (?:(?!(?:the|le|la|l|this|that|ce|cet|cette|d|de|du)\b)[a-z0-9]+ ){{0,2}}{_ANY_BODY}(?= |$)"
)
_ALL_OF_THEM = re.compile(r"^(?:PUB|ENT|RES|HOS|PRIV|ASSO|INDIV|AMB)S(?= )")
_SOME_PROJECT = re.compile(
    r"(?:^|(?<= ))(?:les projets|des projets|projects|un projet|a project|les outils|un outil|une ia|an ai|une application)(?= )"
)


_DEFINITE = re.compile(r"^(?:la|le|l|the|our|notre) (?:[a-z]+ )?(?:PUB|ENT|RES|HOS|PRIV|ASSO) (?:de|du|d|des|of) ")


def _asks_in_general(message: Message, text: str) -> bool:
    """True when the verdict is asked for bodies in general: « une association peut-elle… », "can start-ups…"."""
    if speaks_of_self(message, text):
        return False
    if _DEFINITE.search(text):
        return False  # "the city of Lausanne wishes to apply with an AI…"
    return bool(_INDEFINITE.search(text) or _ALL_OF_THEM.search(text) or _SOME_PROJECT.search(text))


def _describes(message: Message) -> int:
    """How many things of the rules the message speaks of."""
    readings = read_bodies(message, "applicant", Situation())
    count = len([name for name in readings if name != "established"])
    count += sum(1 for reading in (read_ai(message), read_stage(message), read_data(message)) if reading)
    count += bool(any(True for _ in tagged(message, "USE")) or any(True for _ in tagged(message, "PRVU")))
    return count


def asks_verdict(message: Message) -> bool:
    return any(_asks_for_verdict(message, sentence.bodies.text) for sentence in message.sentences)


def asks_verdict_at_the_end(text: str, earlier: Sequence[str], second: SecondReader | None = None) -> bool:
    """True when the last sentence of `text` asks for a verdict, or again what an `earlier` message asked: "The meeting is on Friday. Would that be admissible?"."""
    message = parse_message(text)
    last = message.sentences[-1] if message.sentences else None
    if last is None or not last.is_question:
        return False
    return (
        _asks_shortly(last, _SHORT_AT_THE_END)
        or _asks_for_verdict(message, last.bodies.text)
        or _asks_the_same_again(text, earlier, second)
    )


def asks_verdict_in_words(text: str) -> bool:
    """True when a sentence of `text` asks for a verdict in words that are listed, whatever it tells: "can we apply?", "in or out?"."""
    message = parse_message(text)
    return asks_verdict(message) or any(_asks_shortly(s, _SHORTEST_QUESTION) for s in message.sentences)


def _asks_shortly(sentence: Sentence, longest: int) -> bool:
    """True for a question of `longest` words at most that asks for a verdict in few words: « ça passe ? », "a good fit?"."""
    is_short = sentence.is_question and len(sentence.tokens) <= longest
    return is_short and bool(the_lists().scope["bare"].search(f"{sentence.bodies.text} "))


def only_supposes(text: str) -> bool:
    """True when `text` supposes something and asks nothing but what becomes of it: « et si on gardait des règles fixes ? », « Admettons que… Et là ? »."""
    message, scope = parse_message(text), the_lists().scope
    supposes = [bool(scope["hypothesis"].search(sentence.bodies.text)) for sentence in message.sentences]
    asks_else = any(
        (
            sentence.is_question
            and not (is_supposing and not INVERTED.search(sentence.bodies.text))
            and not (len(sentence.tokens) <= _SHORTEST_QUESTION or _WOULD_CHANGE.search(sentence.bodies.text))
        )
        or asks_fact(message, sentence)
        for sentence, is_supposing in zip(message.sentences, supposes, strict=True)
    )
    return any(supposes) and not asks_else


_WOULD_CHANGE = re.compile(r"(?:^|(?<= ))(?:(?:would|does|will) (?:that|it|this) change|(?:ca|cela) change\w*)(?= |$)")
