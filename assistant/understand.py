"""From what was written, in its conversation, to a Question that stands alone. Earlier turns give the subject, never a fact."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from assistant.compare import values
from assistant.series import Meant, Series
from assistant.vocabulary import Conversation, Question
from corpus.passages import Language
from corpus.synonyms import Synonyms
from corpus.words import STOPWORDS, content_words, fold, unshouted, without, words
from corpus.yaml_files import load_checked

_VOWEL = re.compile("[aeiouy]")
_PARTS = re.compile(r"(?<=[.,;:!?])\s+")
"""What parts a message into what asks for the reply in another manner, and what says or asks something else."""
_ELIDED = re.compile(r"(?P<article>qu|[ldjnscmt])(?P<word>[aeiouyhAEIOUàâéèêëîïôûœ]\w{2,})")
"""A French word that lost the apostrophe before it, and no name."""
_AS_MUCH_MORE = 10
"""How many times more than « lappel » the corpus says « appel », for the apostrophe to be missing."""
_BY_NAME: Mapping[str | None, Language] = {"fr": "fr", "en": "en"}
_BOTH_WAYS: tuple[tuple[Language, Language], ...] = (("fr", "en"), ("en", "fr"))

_MOST_WORDS_OF_THANKS = 4
"""« Merci, c’était très utile » is thanks; with more words after it, or a question mark, it may be asking."""

_JOINING = {"et", "and"}
"""What may join two phrases of small talk."""

_HARDLY_A_SUBJECT, _A_WHOLE_SUBJECT = 4, 6
"""Content words up to which a message leans on the conversation anyway, and above which never."""
_ENOUGH_TO_FOLLOW = 2
"""Content words of an earlier message that says what a follow-up is about, unless it points back itself."""

_MOST_OF_A_SUBJECT = 3
"""Messages that say what a follow-up is about."""

MOST_HEARD = 4
"""Messages, this one among them, that say in which conversation it is asked."""

SmalltalkKind = Literal["greeting", "thanks", "goodbye", "identity", "yes_no", "unclear", "unreadable"]


class Again(BaseModel):
    """What asks for the last reply once more: shorter, the same, or in the other language; `around` are the words of politeness, `unread_fr` and
    `unread_en` say of whom the reply is for that they do not read one, `reasons` open what says why.

    One of `asking` tells « en anglais, svp » from « en français, en anglais ? ».
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    around: list[str]
    unread_fr: list[str]
    unread_en: list[str]
    shorter: list[str]
    same: list[str]
    reasons: list[str]
    doubts: list[str]
    beside_doubts: list[str]
    asking: list[str]
    fr: list[str]
    en: list[str]


@dataclass(frozen=True)
class OnceMore:
    """The question whose reply is asked for once more, where it stood, and how the reply should be."""

    message: str
    conversation: Conversation
    shorter: bool
    language: Language | None


class Phrases(BaseModel):
    """The whole of `phrases.yaml`: what people say around a question, folded (no accents, lower case)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language_words: dict[Language, list[str]]
    smalltalk: dict[SmalltalkKind, list[str]]
    connectives: list[str]
    asks_nothing: list[str]
    anaphora: list[str]
    confirmation: list[str]
    premise: list[str]
    candidacy: list[str]
    again: Again


def load_phrases(path: Path) -> Phrases:
    """The phrases of `path`; a mistake in it names the line."""
    return load_checked(path, Phrases)


@dataclass(frozen=True)
class Reader:
    """Reads messages with the data of the project: phrases, abbreviations, and the words that the corpus uses."""

    phrases: Phrases
    synonyms: Synonyms
    corpus_words: Mapping[Language, Mapping[str, int]]
    series: tuple[Series, ...] = ()

    def understand(
        self, message: str, conversation: Conversation, *, language: Language | None, default: Language
    ) -> Question:
        """The question that `message` asks. Its language is the one given, else the one that it is written in, else `default`."""
        written = (self.language_of(one) for one in (message, *reversed(conversation.messages)))
        written_in: Language = next((found for found in written if found is not None), default)
        said_so, message = message, self._in_the_names_of_the_corpus(message, written_in)
        conversation = Conversation(
            tuple(self._in_the_names_of_the_corpus(one, written_in) for one in conversation.messages)
        )
        for one in self.series:
            message = one.with_what_those_are(message, conversation.messages, written_in)
        text = self.repair(message, written_in)
        leans = self.is_dependent(text)
        said, follow_up = ("", text) if leans else self._follow_up_in(text)
        before, meant_before = self._subject_before(conversation, written_in) if follow_up else ("", "")
        subject = self.repair(before, written_in)
        another = self._what_follows(text, written_in)
        if subject and not another:
            before_it = " ".join((*conversation.messages, said))
            another = self._of_a_series(follow_up, f"{subject} {said}".strip(), written_in, before_it)
        if another:
            number, meant = another
            standalone = " ".join(meant.asked)
            return Question(
                said_so,
                standalone,
                standalone,
                language or written_in,
                heard=meant.asked,
                means=(number, meant.place),
            )
        told = (one for one in reversed(conversation.messages) if not self._says_nothing_of_a_subject(one))
        heard = (*reversed(list(islice(told, MOST_HEARD - 1))), message)
        if leans and meant_before:
            is_of_another = any(one.turns_to_one(message) for one in self.series)
            heard = (subject, message if is_of_another else _asked_of(message, meant_before))
        standalone = f"{subject} {text}".strip() if leans else text
        return Question(said_so, standalone, text, language or written_in, heard=heard)

    def _in_the_names_of_the_corpus(self, message: str, language: Language) -> str:
        message = self.synonyms.in_plain_words(message, language)
        for one in self.series:
            message = one.in_the_names_of_the_corpus(one.in_the_place_after(message, language), language)
        return message

    def once_more(self, message: str, conversation: Conversation) -> OnceMore | None:
        """What `message` asks for once more (« plus court », "in English please"), None when it asks something else."""
        manner, earlier = self._manner(message), conversation.messages
        if manner is None:
            return None
        asked = [place for place, one in enumerate(earlier) if not self._says_nothing_of_a_subject(one)]
        if not asked:
            return None
        before = Conversation(earlier[: asked[-1]])
        return OnceMore(earlier[asked[-1]], before, manner == "shorter", _BY_NAME.get(manner))

    def in_a_language(self, message: str) -> tuple[Language, str] | None:
        """The language that a part of `message` asks the reply to be in, and the parts that ask something (« Merci. In English please, on what date? »)."""
        parts = _PARTS.split(message)
        manners = [self._manner(part) if self._has(self.phrases.again.asking, part) else None for part in parts]
        chosen = [_BY_NAME[manner] for manner in manners if manner in _BY_NAME]
        if len(chosen) != 1:
            return None
        others = (part for part, manner in zip(parts, manners, strict=True) if manner not in _BY_NAME)
        asking = " ".join(part for part in others if not self.smalltalk_of(part))
        return (chosen[0], asking) if asking else None

    def _manner(self, message: str) -> Literal["shorter", "fr", "en", "same"] | None:
        """How `message` asks for the last reply once more, whatever reason it gives (« … c’est pour une collègue de Dublin »); None when it does not."""
        if whole := self._manner_of(message):
            return whole
        reasons = self.phrases.again.reasons
        if not self._has(reasons, message):
            return None
        parts = _PARTS.split(message)
        around = self.phrases.again.around
        asking = [
            self._manner_of(part)
            for part in parts
            if "?" in part or not (self._has(reasons, part) or not without(part, around))
        ]
        return asking[0] if len(parts) > 1 and len(asking) == 1 else None

    def _manner_of(self, message: str) -> Literal["shorter", "fr", "en", "same"] | None:
        if message.strip() and not message.strip(" ?\u00a0\u202f"):
            return "same"  # "?", for who did not find the answer in the reply
        again = self.phrases.again
        said = without(message, [*again.around, *again.unread_fr, *again.unread_en])
        bare = without(said, again.same)
        if not said:
            return None
        if not bare or self._only_doubts(said):
            if self._has(again.unread_fr, message):
                return "en"
            return "fr" if self._has(again.unread_en, message) else "same"
        if not without(bare, again.shorter):
            return "shorter"
        if not without(bare, again.fr):
            return "fr"
        return None if without(bare, again.en) else "en"

    def _only_doubts(self, said: str) -> bool:
        """True for words that only doubt the reply, with a number or none: it is given once more, with its proof."""
        left = without(said, self.phrases.again.doubts)
        rest = content_words(without(left, self.phrases.again.beside_doubts))
        return left != said and all(values(word) for word in rest)

    def language_of(self, message: str) -> Language | None:
        """The language of `message`, None when its words do not tell.

        Small words count most, then words that the corpus uses in one language only, then dictionary words of one language only.
        """
        votes: dict[Language, float] = {"fr": 0.0, "en": 0.0}
        for word in words(message):
            for language, other in _BOTH_WAYS:
                used, used_there = self.corpus_words[language].get(word, 0), self.corpus_words[other].get(word, 0)
                if word in self._language_words[language]:
                    votes[language] += 2
                elif used > 3 * used_there or (
                    not used and not used_there and _is_a_word(word, language) and not _is_a_word(word, other)
                ):
                    votes[language] += 1
        if re.search(r"[éèêàçùœîôû]", message.casefold()):
            votes["fr"] += 1
        if votes["fr"] == votes["en"]:
            return None
        return "fr" if votes["fr"] > votes["en"] else "en"

    def smalltalk_of(self, message: str) -> SmalltalkKind | None:
        """What kind of small talk `message` is, None when it asks something. `unreadable` has not one word that could be understood."""
        folded = " ".join(words(message))
        for kind, phrases in self.phrases.smalltalk.items():
            if folded in phrases:
                return kind
        rest = folded
        for phrase in sorted((p for group in self.phrases.smalltalk.values() for p in group), key=len, reverse=True):
            if phrase in rest:  # looked at first: there are more phrases than `re` remembers patterns of
                rest = re.sub(rf"\b{re.escape(phrase)}\b", " ", rest)
        is_all_said = rest != folded and set(rest.split()) <= _JOINING
        if is_all_said or (
            len(rest.split()) <= _MOST_WORDS_OF_THANKS and "?" not in message and self._opens_with_thanks(folded)
        ):
            return next(
                kind
                for kind, phrases in self.phrases.smalltalk.items()
                if any(p in folded and re.search(rf"\b{re.escape(p)}\b", folded) for p in phrases)
            )
        return "unreadable" if message and not self._has_a_word(message) else None

    def _has_a_word(self, message: str) -> bool:
        """True when some word of `message`, its typing mended, is one of the corpus, of its synonyms or of a dictionary, or a number."""
        if self.synonyms.concepts_in(message, "fr", "en"):
            return True
        return any(
            word.isdigit()
            or fold(word) in self._usage
            or fold(word) in STOPWORDS
            or any(
                fold(word) in self._language_words[known_in]
                or _is_a_word(word, known_in)
                or _is_a_word(fold(word), known_in)
                for known_in, _ in _BOTH_WAYS
            )
            for language, _ in _BOTH_WAYS
            for word in re.findall(r"\d|[^\W\d_]+", self.repair(message, language).casefold())
        )

    def _opens_with_thanks(self, folded: str) -> bool:
        return any(
            folded.startswith(f"{phrase} ")
            for phrase in self.phrases.smalltalk["thanks"]
            if "merci" in phrase or "thank" in phrase
        )

    def is_dependent(self, message: str) -> bool:
        """True when `message` leans on what was said before: it has hardly a subject, or few words and opens with a connective or points back.

        A message with a whole subject stands alone even when it says « elle » or « et »: people change the subject.
        """
        subject = len(content_words(message))
        return subject <= _HARDLY_A_SUBJECT or (subject <= _A_WHOLE_SUBJECT and self._points_back(message))

    def _points_back(self, message: str) -> bool:
        folded = " ".join(words(message))
        opens = any(folded == start or folded.startswith(f"{start} ") for start in self.phrases.connectives)
        return opens or any(
            word in folded and re.search(rf"(?:^|\s){re.escape(word)}(?:\s|$)", folded)
            for word in self.phrases.anaphora
        )

    def asks_to_confirm(self, message: str) -> bool:
        """True when `message` states something to be confirmed (« c'est bien le 30 ? »)."""
        return self._has(self.phrases.confirmation, message)

    def speaks_of_applying(self, message: str) -> bool:
        """True when `message` has a word of someone who wants to take part."""
        return self._has(self.phrases.candidacy, message)

    def builds_on_a_premise(self, message: str) -> bool:
        """True when `message` takes something for granted (« puisque … », « on m'a dit que … ») or asks to confirm it."""
        return self._has(self.phrases.premise, message) or self.asks_to_confirm(message)

    def repair(self, text: str, language: Language) -> str:
        """`text`, not shouted, with hasty typing written in full, apostrophes put back (« lannée ») and misspelt words replaced by the corpus word that
        they come nearest to."""
        full = self.synonyms.write_in_full(unshouted(text), language)
        return re.sub(r"\b[^\W\d_]{5,}\b(?!['’])", lambda match: self._spelt(match.group()), full)

    def _spelt(self, word: str) -> str:
        folded = fold(word)
        if folded in STOPWORDS or _is_known(word, "fr") or _is_known(word, "en"):
            return word
        elided = _ELIDED.fullmatch(word)
        if elided and self._usage[fold(elided["word"])] > _AS_MUCH_MORE * self._usage[folded]:
            return f"{elided['article']}'{elided['word']}"
        if elided and elided["article"] == "j" and _is_known(elided["word"], "fr"):
            return f"j'{elided['word']}"
        if folded in self._usage:
            return word
        longest = 2 if len(folded) >= 8 else 1
        near = process.extract(folded, self._known_words, scorer=OSA.distance, score_cutoff=longest, limit=5)
        if not near:
            return word
        # The nearest first; among equals, the word that sounds most alike, then the most used.
        return str(min(near, key=lambda found: (found[1], -fuzz.ratio(folded, found[0]), -self._usage[found[0]]))[0])

    def _subject_before(self, conversation: Conversation, language: Language) -> tuple[str, str]:
        """What the last messages were about, since the last that says a subject, and the name of the one of a series that they only point to: what
        follows is about that one, until another is named."""
        subject: list[str] = []
        meant = ""
        for number, earlier in enumerate(conversation.messages):
            if self._says_nothing_of_a_subject(earlier):
                continue
            leans = self.is_dependent(earlier)
            before = " ".join(conversation.messages[:number])
            if another := self._of_a_series(earlier, " ".join(subject), language, before) if leans else None:
                of, one = another
                subject, meant = list(one.asked), self.series[of].called[language][one.place]
            elif name := next(filter(None, (one.comes_after(earlier, language) for one in self.series)), None):
                subject, meant = [name], name
            elif len(content_words(earlier)) >= _ENOUGH_TO_FOLLOW and not self._points_back(earlier):
                stays = any(one.stays_with_one(earlier) for one in self.series)
                leaves = not stays and (not leans or any(one.named_in(earlier) for one in self.series))
                about = "" if leaves else meant or self._named_last(" ".join(subject), language)
                subject, meant = [_asked_of(earlier, about)], "" if leaves else meant
            elif name := self._asks_more_of_it(earlier, meant or self._named_last(" ".join(subject), language)):
                subject = [_asked_of(earlier, name)]
            elif self._is_whole_by_its_name(earlier):
                subject = [earlier]
            else:
                subject = [*subject, earlier][-_MOST_OF_A_SUBJECT:]
        return " ".join(subject), meant

    def _asks_more_of_it(self, message: str, name: str) -> str:
        """The `name` of the one spoken of, when `message` asks what it had several of: "how many applications did it get?"."""
        return name if any(one.tells_what_each_has(message) for one in self.series) else ""

    def _is_whole_by_its_name(self, message: str) -> bool:
        """True when `message`, though it leans, names what it is about, other than by a year: « la première étape, elle sert à quoi ? »."""
        named = [name for one in self.series for names in one.named_in(message).values() for name in names]
        return any(not name.isdigit() for name in named) and bool(content_words(without(message, named)))

    def _named_last(self, subject: str, language: Language) -> str:
        """The one of a series of which each has several (laureates, files) that `subject` is about, empty when it names none or two."""
        for one in self.series:
            named = one.named_in(subject) if one.of_each else {}
            if len(named) == 1:
                return one.called[language][next(iter(named))]
        return ""

    def _of_a_series(self, text: str, subject: str, language: Language, conversation: str) -> tuple[int, Meant] | None:
        """The place of the series of which the follow-up `text` means another one than `subject`, and what it asks of it; `conversation`: all that was
        said before.

        Where there are several, that which `text` names (« la première phase » is no first edition), else that which was spoken of last.
        """
        spoken = f"{subject} {text}"
        series = [one.as_named_in(conversation) for one in self.series]
        named = [number for number, one in enumerate(series) if one.named_in(text)]
        for number in sorted(named or range(len(series)), key=lambda n: -series[n].spoken_of_at(spoken)):
            if meant := series[number].asked(text, subject, language, self._asks_nothing):
                return number, meant
            if series[number].means_the_presumed(text, subject):
                return None  # and no other series: « en trois étapes ? », « et la première ? »
        return None

    def _what_follows(self, text: str, language: Language) -> tuple[int, Meant] | None:
        """The place of the series of which `text` asks what comes after one that it names, and what it asks."""
        for number, one in enumerate(self.series):
            if meant := one.asks_what_follows(text, language, self._asks_nothing):
                return number, meant
        return None

    def _follow_up_in(self, text: str) -> tuple[str, str]:
        """Of a `text` that stands alone, what it says, and what in it may mean another of a series: its last sentence (« La première
        dure six mois, ok. Et la deuxième ? »), or all of it when it hardly has more than a name ("and for the AI and public services one?")."""
        *said, last = re.split(r"(?<=[.!?])\s+", text)
        if said and self.is_dependent(last):
            return " ".join(said), last
        names = [name for one in self.series for name in one.names]
        is_a_name = self._points_back(text) and not content_words(without(text, [*names, *self._asks_nothing]))
        return "", text if is_a_name else ""

    @cached_property
    def _asks_nothing(self) -> list[str]:
        """What asks nothing by itself, in a follow-up."""
        return [*self.phrases.connectives, *self.phrases.asks_nothing]

    def _says_nothing_of_a_subject(self, message: str) -> bool:
        return bool(self.smalltalk_of(message) or self._manner(message))

    def _has(self, phrases: list[str], message: str) -> bool:
        folded = fold(message)
        return any(
            phrase in folded and re.search(rf"(?:^|[^\w]){re.escape(phrase)}(?:[^\w]|$)", folded) for phrase in phrases
        )

    @cached_property
    def _language_words(self) -> dict[Language, frozenset[str]]:
        return {language: frozenset(known) for language, known in self.phrases.language_words.items()}

    @cached_property
    def _usage(self) -> Counter[str]:
        return Counter(self.corpus_words["fr"]) + Counter(self.corpus_words["en"])

    @cached_property
    def _known_words(self) -> list[str]:
        return sorted(self._usage)


def _asked_of(message: str, name: str) -> str:
    """`message` asked of the one with that name."""
    return f"{message.rstrip(' ?')}, {name} ?" if name else message


def _is_a_word(word: str, language: Language) -> bool:
    """True for a word of the dictionary that can be said aloud: it also lists « zzz » and « hmm »."""
    return bool(_VOWEL.search(fold(word))) and _is_known(word, language)


@lru_cache(maxsize=20_000)
def _is_known(word: str, language: Language) -> bool:
    import simplemma

    return bool(simplemma.is_known(word, lang=language))
