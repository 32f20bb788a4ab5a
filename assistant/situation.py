"""What a person wrote -> the Situation they describe, each value with their own words. No language model.

The text is made simple (lower case, no accents, abbreviations and typing errors mended), its terms are recognised from the lists of
`corpus/lexicon`, and patterns over the result say who is who and what is denied. What is not certain is not read: it will be asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.judge import next_question
from assistant.stated import take_stated
from assistant.vocabulary import Reading, Situation
from corpus.call import Call
from corpus.words import fold

Scope = Literal["own", "general"]

_FOLDER = Path(__file__).resolve().parent.parent / "corpus" / "lexicon"
_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+|[.,;:!?()%=/+&\n«»\"]")
_ENDS = frozenset(".;!?\n")
_BODY_TAGS = {
    "public": "PUB", "research": "RES", "entrusted": "ENT", "private": "PRIV", "association": "ASSO",
    "individual": "INDIV", "hospital": "HOS", "ambiguous": "AMB",
}  # fmt: skip
_CONCEPT_TAGS = {
    "ai": "AI", "ai_kind": "AIK", "no_ai": "NOAI", "deployed": "DEP", "deployment": "ACT", "before": "BEF", "evolution": "EVO",
    "new_part": "NEW", "minor": "MIN", "personal_data": "DATA", "public_use": "USE", "public_use_if_public": "WUSE",
    "private_use": "PRVU",
}  # fmt: skip
_THEMES = ("edtech", "cameras", "security", "health")
_KIND_OF_TAG = {tag: kind for kind, tag in _BODY_TAGS.items()}
# In a consortium, the best-placed member decides.
_BEST_PLACED = ("public", "research", "entrusted", "private", "association", "individual")
_PUBLIC_KINDS = frozenset({"public", "research", "entrusted"})
_PUBLIC_ACTORS = _PUBLIC_KINDS | {"hospital"}
_UNCERTAIN = frozenset({"ambiguous", "hospital"})


# --- the text, made simple --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Token:
    """A simplified word, and where it stands in the message."""

    text: str
    start: int
    end: int
    is_capital: bool


@dataclass(frozen=True)
class _Item:
    """A word, a punctuation mark, or a recognised term (its tag), over the tokens `first` to `last` of its sentence."""

    text: str
    first: int
    last: int

    @property
    def tag(self) -> str:
        return self.text.removesuffix("S") if self.text.removesuffix("S") in _KIND_OF_TAG else self.text


class _View:
    """A sentence as patterns see it: items joined by one space, with the way back from a position to an item."""

    def __init__(self, items: Sequence[_Item]) -> None:
        self.items = items
        self.text = " ".join(item.text for item in items)
        self.starts: list[int] = []
        position = 0
        for item in items:
            self.starts.append(position)
            position += len(item.text) + 1

    def item_at(self, position: int) -> int:
        """The index of the item that holds the character `position`."""
        low = 0
        for index, start in enumerate(self.starts):
            if start > position:
                break
            low = index
        return low

    def with_target(self, index: int) -> str:
        """The text, with `@` in the place of the item `index`."""
        start = self.starts[index]
        return f"{self.text[:start]}@{self.text[start + len(self.items[index].text) :]}"


@dataclass(frozen=True, eq=False)
class _Sentence:
    """A sentence of a message: its words, and two views of them (bodies tagged; bodies and project terms tagged)."""

    tokens: tuple[_Token, ...]
    bodies: _View
    project: _View
    is_question: bool


@dataclass(frozen=True, eq=False)
class _Message:
    """What a person wrote, parsed once: two messages are the same when they are one object, which makes caches cheap."""

    text: str
    sentences: tuple[_Sentence, ...]
    is_english: bool

    def words(self, sentence: _Sentence, first: int, last: int) -> str:
        """The person's own words from the token `first` to the token `last`."""
        return self.text[sentence.tokens[first].start : sentence.tokens[last].end]


@dataclass(frozen=True)
class _Mention:
    """A body that a message mentions."""

    sentence: int
    item: int
    kind: str
    is_plural: bool


# --- the lists ------------------------------------------------------------------------------------------------------------


class _Node:
    """A point of a trie: what follows word by word, what follows by the start of a word, and the tag of the term that ends here."""

    __slots__ = ("prefixes", "tag", "words")

    def __init__(self) -> None:
        self.words: dict[str, _Node] = {}
        self.prefixes: dict[str, _Node] = {}
        self.tag = ""


class _Trie:
    """Terms by their first word, then the next…; the longest one that matches wins."""

    def __init__(self) -> None:
        self.root = _Node()

    def add(self, words: Sequence[str], tag: str) -> None:
        """Know the term `words`; a word in capitals must be in capitals, a final `*` is any ending."""
        node = self.root
        for word in words:
            if word.endswith("*"):
                node = node.prefixes.setdefault(word[:-1], _Node())
            else:
                key = f"^{fold(word)}" if word.isupper() and len(word) > 1 else _base(word)
                node = node.words.setdefault(key, _Node())
        node.tag = node.tag or tag

    def longest(self, tokens: Sequence[_Token], start: int) -> tuple[str, int] | None:
        """The tag of the longest term at `start`, and the index of its last token."""
        best: tuple[str, int] | None = None
        level = [self.root]
        index = start
        while level and index < len(tokens):
            token = tokens[index]
            keys = _keys(token.text, token.is_capital)
            deeper = [child for node in level for key in keys if (child := node.words.get(key))]
            for node in level:
                deeper += [child for prefix, child in node.prefixes.items() if token.text.startswith(prefix)]
            for node in deeper:
                if node.tag:
                    best = (node.tag, index)
                    break
            level = deeper
            index += 1
        return best


@lru_cache(maxsize=50_000)
def _base(word: str) -> str:
    """`word` without the marks of plural and feminine; the same for the lists and for the messages."""
    if len(word) <= 3:
        return word
    if word.endswith("eaux"):
        return word[:-1]
    if word.endswith("aux"):
        return word[:-3] + "al"
    if word[-1] in "sx" and not word.endswith("ss"):
        word = word[:-1]
    if word.endswith("ie"):
        return word[:-2] + "y"
    if word.endswith("ee"):
        return word[:-1]
    if word.endswith("que") and len(word) > 4 and word in ("publique",):
        return "public"
    if word.endswith("ale"):
        return word[:-1]
    if word in ("privee", "locale"):
        return word[:-1]
    return word


def _keys(word: str, is_capital: bool) -> tuple[str, ...]:
    return (f"^{word}", _base(word)) if is_capital else (_base(word),)


def _expand(term: str) -> list[list[str]]:
    """Every wording of a term: `[a|b]` may be missing, `{a|b}` is one of the two; one may hold another."""
    return [words for wording in dict.fromkeys(_wordings(term)) if (words := wording.split())]


def _wordings(term: str) -> list[str]:
    opening = re.search(r"[\[{]", term)
    if opening is None:
        return [term]
    depth, start, choices = 0, opening.end(), list[str]()
    for end in range(opening.start(), len(term)):
        depth += (term[end] in "[{") - (term[end] in "]}")
        if depth == 0 or (depth == 1 and term[end] == "|"):
            choices += _wordings(term[start:end])
            start = end + 1
        if depth == 0:
            break
    if opening.group() == "[":
        choices.append("")
    before, after = term[: opening.start()], _wordings(term[start:])
    return [f"{before}{choice}{rest}" for choice in choices for rest in after]


class _Lexicon:
    """The lists of `corpus/lexicon`, ready to use."""

    def __init__(self, folder: Path) -> None:
        bodies, concepts, words, patterns = (
            _yaml(folder / f"{name}.yaml") for name in ("bodies", "concepts", "words", "patterns")
        )
        self.bodies, self.project, self.themes = _Trie(), _Trie(), _Trie()
        vocabulary: set[str] = set()

        def add(trie: _Trie, terms: Iterable[str], tag: str) -> None:
            for term in terms:
                for wording in _expand(term):
                    trie.add(wording, tag)
                    vocabulary.update(word.rstrip("*") for word in wording)

        for kind, terms in bodies.items():
            add(self.bodies, terms, _BODY_TAGS.get(kind, "-"))
        for kind, terms in concepts.items():
            if kind in _THEMES:
                add(self.themes, terms, kind)
            else:
                add(self.project, terms, _CONCEPT_TAGS.get(kind, "-"))
        self.abbreviations: dict[str, str] = {fold(str(k)): str(v) for k, v in words["abbreviations"].items()}
        self.english_abbreviations: dict[str, str] = {
            fold(str(k)): str(v) for k, v in words["english_abbreviations"].items()
        }
        self.numbers = frozenset(words["numbers"])
        macros: dict[str, str] = {}

        def compiled(pattern: str) -> re.Pattern[str]:
            return re.compile(f"(?:^|(?<= ))(?:{_fill(pattern, macros)})")

        for name, pattern in patterns["macros"].items():
            macros[name] = _fill(pattern, macros)
        places = "|".join(sorted(map(str, words["abroad_places"]), key=len, reverse=True))
        adjectives = "|".join(map(str, words["abroad_adjectives"]))
        france = "|".join([*map(str, words["france_words"])])
        home = "|".join(map(str, words["france_places"]))
        self.nationality = re.compile(rf"(?:^|(?<= ))(?:(?P<abroad>(?:{adjectives})s?)|(?P<france>{france}))(?= |$)")
        self.seat = re.compile(
            r"(?:^|(?<= ))(?:basee?s?|etablie?s?|installee?s?|situee?s?|domiciliee?s?|immatriculee?s?|implantee?s?|siege(?: social)?|based|"
            r"established|headquartered|incorporated|registered|located|seat|head office|enregistree?s?|de droit|hors de|outside|out of|"
            r"sommes|suis|est|are|is|venons|come|operate)(?: (?:est|is|se trouve|uniquement|only|social|are))* (?:a|en|au|aux|in|at|de|"
            r"from|dans|d|within|pres de|of|l|la|le|les|the|,|:|\()+(?: (?:a|en|au|aux|in|at|de|l|la|le|les|the|ville de))* ?"
            r"(?:{0})(?= |$)".replace("{0}", f"(?P<abroad>{places})|(?P<france>{home})")
        )
        self.outside = re.compile(
            r"(?:^|(?<= ))(?:(?:etablie?s?|basee?s?|installee?s?|situee?s?|based|established|located|sommes|are|siege) (?:{W} )?"
            r"(?:hors de (?:la )?france|hors france|a l etranger|outside (?:of )?france|abroad|not in france))(?= |$)".replace(
                "{W}", "[a-z0-9]+"
            )
        )
        self.place = re.compile(
            rf"^(?:(?:[a-z0-9]+ )?(?:a|en|au|aux|de|du|d|in|from|of|\(|,)) (?:la |l |le |the )?(?:{places})(?= |$)"
        )
        self.anywhere_abroad = re.compile(rf"(?:^|(?<= ))(?:{places}|(?:{adjectives})s?)(?= |$)")
        self.bare_place = re.compile(rf"^(?:{places})(?= |$)")
        self.roles = {role: [compiled(p) for p in found] for role, found in patterns["roles"].items()}
        # A pattern that ends on the body says with whom; one that starts with it says what it does.
        self.companion = [compiled(p) for p in patterns["partner"] if p.endswith("@")]
        self.conductor = [compiled(p) for p in patterns["partner"] if not p.endswith("@")]
        self.applicant = {entry["name"]: compiled(entry["pattern"]) for entry in patterns["applicant"]}
        self.rank = {name: rank for rank, name in enumerate(self.applicant)}
        self.consortium = compiled(patterns["consortium"])
        self.sentence_patterns = {
            name: [compiled(p) for p in patterns[name]]
            for name in (
                "partner_no",
                "partner_yes",
                "partner_pronoun",
                "need_none",
                "need_one",
                "need_several",
                "need_role",
            )
        }
        self.evidence = {name: [compiled(p) for p in found] for name, found in patterns["evidence"].items()}
        self.purpose = compiled(patterns["purpose"])
        self.purpose_named = compiled(patterns["purpose_named"])
        self.purpose_later = compiled(patterns["purpose_later"])
        self.scope = {
            name: re.compile(_fill(p, macros))
            if name
            in (
                "fact",
                "ellipsis",
                "bare",
                "thanks",
                "fragment",
                "apart",
                "about_ai",
                "dropped_ai",
                "own_fr",
                "own_en",
                "follow_up",
                "correction",
            )
            else compiled(f"(?:{p})(?![a-z0-9])" if name.startswith("verdict") else p)
            for name, p in patterns["scope"].items()
        }
        self.often_misspelt = [str(word) for word in words["often_misspelt"]]
        vocabulary |= {str(word) for word in words["often_misspelt"]}
        self.vocabulary = sorted(word for word in vocabulary if len(word) >= 5 and word.isalpha() and word.islower())
        self.vocabulary_set = frozenset(vocabulary) | frozenset(_base(word) for word in vocabulary)


def _fill(pattern: str, macros: Mapping[str, str]) -> str:
    return re.sub(r"\{([A-Z][A-Z0-9]*)\}", lambda match: macros[match.group(1)], pattern)


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    return _Lexicon(_FOLDER)


@lru_cache(maxsize=1)
def _dictionary() -> frozenset[str]:
    """The French and English words that exist, accents taken off: none of them is a typing error."""
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    # `fold`, for words alone: it goes through 800,000 of them.
    bare = str.maketrans("àâäçéèêëîïôöùûüÿ", "aaaceeeeiioouuuy") | {ord("œ"): "oe", ord("æ"): "ae"}
    factory = DefaultDictionaryFactory()
    return frozenset(
        (word if isinstance(word, str) else word.decode()).lower().translate(bare)
        for language in ("fr", "en")
        for pair in factory.get_dictionary(language).items()
        for word in pair
    )


def warm_up() -> None:
    """Load the lists and the dictionary now (about a second), so that the first question does not wait for them."""
    _lexicon()
    _dictionary()


@lru_cache(maxsize=20_000)
def _mended(word: str) -> str:
    """`word`, or the term of the lists that it misspells."""
    lexicon = _lexicon()
    if len(word) < 4 or not word.isalpha() or _base(word) in lexicon.vocabulary_set or word in lexicon.vocabulary_set:
        return word
    if word in _dictionary() or _base(word) in _dictionary():
        return word
    # Four letters are too few to guess among all the terms.
    terms = lexicon.vocabulary if len(word) > 4 else lexicon.often_misspelt
    for form in dict.fromkeys((word, _base(word))):
        allowed = 1 if len(form) < 8 else 2
        found = process.extract(form, terms, scorer=OSA.distance, score_cutoff=allowed, limit=5)
        near = [(distance, -len(term), term) for term, distance, _ in found if term[0] == word[0]]
        if near:  # of two equals, the longer: people drop letters more than they add some
            return str(min(near)[2])
    return word


def _tokens(text: str) -> list[_Token]:
    lexicon = _lexicon()
    found = list(_TOKEN.finditer(text))
    raw = [fold(match.group()) for match in found]
    english = _is_english(raw)
    shouting = sum(c.isupper() for c in text) > 0.6 * max(1, sum(c.isalpha() for c in text))
    tokens: list[_Token] = []
    for index, match in enumerate(found):
        surface, word = match.group(), raw[index]
        if "." in surface and len(surface) > 2:
            word = word.replace(".", "")
        capital = surface.isupper() and len(word) > 1 and not shouting
        following = raw[index + 1] if index + 1 < len(raw) else ""
        before = raw[index - 1] if index else ""
        if surface == "\n":
            word = "."
        elif surface in ("+", "&"):
            word = "avec" if surface == "+" else "et"
        elif (surface in ("US", "U.S", "U.S.") and not shouting) or (word == "us" and before in ("a", "the")):
            word = "usa"
        elif word == "c" and following not in ("est", "etait"):
            word = "c est"
        elif word == "g" and before.isdigit():
            pass
        elif word in ("c", "ai"):
            # "ai" is the French "have", and the English AI.
            if word == "ai" and (capital or ((english or following not in ("je", "t")) and before not in _BEFORE_HAVE)):
                capital = True
        elif english and word in lexicon.english_abbreviations:
            word = lexicon.english_abbreviations[word]
        elif (
            word in lexicon.abbreviations
            and not (capital and len(word) <= 3)
            and not (word.isdigit() and following.isdigit())
        ):
            word = lexicon.abbreviations[word]
        else:
            word = _mended(word)
        tokens += [_Token(part, match.start(), match.end(), capital) for part in word.split()]
    return tokens


# What comes before the French « ai ».
_BEFORE_HAVE = frozenset("j l n d m t en y nous vous les leur lui".split())
_ENGLISH = frozenset(
    "the we are is our with an and of to for it can does have has that this i be no not by you on in my from would".split()
)
_FRENCH = frozenset(
    "le la les une des nous est et de du pour dans avec notre qui que sommes il elle pas sur ce au aux je on un ou".split()
)


def _is_english(words: Iterable[str]) -> bool:
    score = 0
    for word in words:
        score += (word in _ENGLISH) - (word in _FRENCH)
    return score > 0


@lru_cache(maxsize=512)
def _parse(text: str) -> _Message:
    sentences: list[_Sentence] = []
    current: list[_Token] = []
    tokens = _tokens(text)
    for index, token in enumerate(tokens):
        if token.text == "?" and 0 < len(current) <= 6 and _answers_at_once(current, tokens[index + 1 : index + 2]):
            current.append(replace(token, text=":"))  # "Personal data? None."
            continue
        if token.text in _ENDS:
            if current:
                sentences.append(_sentence(current, token.text == "?"))
            current = []
        else:
            current.append(token)
    if current:
        sentences.append(_sentence(current, False))
    return _Message(text, tuple(sentences), _is_english([fold(word) for word in re.findall(r"[^\W_]+", text)]))


def _sentence(tokens: Sequence[_Token], is_question: bool) -> _Sentence:
    lexicon = _lexicon()
    bodies = _tag(tokens, (lexicon.bodies,))
    project = _tag(tokens, (lexicon.project, lexicon.bodies))
    return _Sentence(tuple(tokens), _View(bodies), _View(project), is_question)


_ASKED_OF = frozenset("donnees donnee data ia ai partenaire partner partenaires besoin need acteur".split())
_ANSWERS = frozenset("aucune aucun none no non neant zero nope oui yes".split())


def _answers_at_once(question: Sequence[_Token], following: Sequence[_Token]) -> bool:
    """True for a question that the person answers in the next word."""
    return bool(following) and following[0].text in _ANSWERS and any(token.text in _ASKED_OF for token in question)


_PARTNER_WORDS = frozenset({"partenaire", "partenaires", "partner", "partners"})


def _tag(tokens: Sequence[_Token], tries: Sequence[_Trie]) -> list[_Item]:
    items: list[_Item] = []
    index = 0
    while index < len(tokens):
        best: tuple[str, int] | None = None
        for trie in tries:
            found = trie.longest(tokens, index)
            if found and (best is None or found[1] > best[1]):
                best = found
        text = tokens[index].text
        following = _base(tokens[index + 1].text) if index + 1 < len(tokens) else ""
        if (text in _PARTNER_WORDS and following == "public") or (
            text == "public" and following in ("partner", "partenaire")
        ):
            items.append(_Item("PPUBS" if text.endswith("s") else "PPUB", index, index + 1))
            index += 2
            continue
        if best is None or best[0] == "-":
            last = best[1] if best else index
            items += [_Item(tokens[i].text, i, i) for i in range(index, last + 1)]
            index = last + 1
            continue
        tag, last = best
        if tag in ("AMB", "HOS"):
            tag, last = _resolved(tokens, tag, index, last)
        if tag in _KIND_OF_TAG and (
            _is_plural(text) or (text in _ENGLISH_ADJECTIVES and last > index and _is_plural(tokens[last].text))
        ):
            tag += "S"
        items.append(_Item(tag, index, last))
        index = last + 1
    return items


# "public bodies": the plural is on the last word.
_ENGLISH_ADJECTIVES = frozenset(
    "public local town city county district regional municipal private government state university law metropolitan trade".split()
)
_PUBLIC_WORDS = frozenset({"public", "municipal", "communal", "departemental", "intercommunal", "publics"})


def _resolved(tokens: Sequence[_Token], tag: str, first: int, last: int) -> tuple[str, int]:
    """An ambiguous body, made public or private by the adjective that comes within three words (before it in English)."""
    research = tokens[first].text.startswith(
        ("laborat", "labo", "lab", "research", "institut", "universit")
    ) or "recherche" in (token.text for token in tokens[first : last + 1])
    for word in (token.text for token in tokens[max(0, first - 2) : first]):
        if word in ("private", "public", "state"):
            return ("PRIV" if word == "private" else "RES" if research else "PUB"), last
    for index in range(last + 1, min(last + 4, len(tokens))):
        word = _base(tokens[index].text)
        if word in (",", ":", "(", ")", "et", "and", "qui", "avec", "pour", "for", "with", "sans"):
            break
        if word in _PUBLIC_WORDS:
            return ("RES" if research else "PUB"), index
        if word in ("prive", "private"):
            return "PRIV", index
    return tag, last


def _is_plural(word: str) -> bool:
    return len(word) > 4 and word[-1] in "sx" and _base(word) != word


# --- what is denied, and what is to come ------------------------------------------------------------------------------------

_BREAKS = frozenset(
    ", ; : ( ) mais but et and car because puisque qui que qu that which pour for afin avec with donc so alors while tandis whereas "
    "si if quoique bien sauf except instead plutot".split()
)
_NOT_ONLY = frozenset(
    "seulement uniquement que juste only just simply merely exclusivement forcement necessairement".split()
)
_DENIALS = frozenset(
    "rien nothing pas aucun aucune sans ni jamais no not never without nor neither cannot non nul nulle zero nullement hors".split()
)
# Words that put a service in the future.
_TO_COME = frozenset(
    "sera seront serait seraient devrait devra devront prevu prevue prevus prevues prevoyons prevoit will would planned plan plans planning before "
    "avant pret prete ready bientot soon until jusqu jusque towards attente attend attendons waiting futur future prochain prochaine next should "
    "expected going yet eventually prochainement scheduled vise visons visant objectif".split()
)
# Wishes: they bear on the service only when a verb of putting into service follows.
_WISHES = frozenset(
    "souhaite souhaitons souhaitent souhaiterions voulons veut veulent veux comptons compte comptent aimerions aimerait allons va vont vais want "
    "wants wish hope hopes espere esperons envisage envisageons expect aim aims ambition intend intends to doit fois quand lorsque lorsqu when once "
    "could pourrait if si".split()
)
_PUTTING = frozenset(
    "mettre passer deployer etre aller arriver lancer generaliser commercialiser be go put get roll have become see bring move finish release sera est is".split()
)
_SOON = frozenset("demain tomorrow prochain prochaine prochainement next bientot soon".split())
_ELSEWHERE = frozenset(
    ", ; : ( ) mais but depuis since deja already avec with candidater apply postuler dont que qu which that car because presenter proposer soumettre".split()
)


def _is_denied(tokens: Sequence[_Token], index: int, *, reach: int = 7) -> bool:
    """True when a negation bears on the word at `index`; « on ne peut pas dire que… » turns it round."""
    words = [token.text for token in tokens]
    turned = _lexicon().scope["denied_denial"].search(" ".join(words[:index]) + " ")
    if turned is None:
        return _denied(tokens, index, reach)
    start = len(turned.string[: turned.end()].split())
    end = next((i for i in range(start, len(words)) if words[i] in (",", ":", ";")), len(words))
    if not start <= index < end:
        return _denied(tokens, index, reach)
    if _denied(tokens[start:], index - start, reach):
        return False
    # "it is not true that it is live": denied; "… that our AI is not live": the second negation bears on another word.
    return not any(word in _DENIALS or word in ("t", "n", "ne") for word in words[start:end])


def _denied(tokens: Sequence[_Token], index: int, reach: int) -> bool:
    for i in range(index - 1, max(-1, index - 1 - reach), -1):
        word = tokens[i].text
        if word in _BREAKS and not (word in ("que", "qu") and i and tokens[i - 1].text in ("alors", "tant")):
            return False
        following = tokens[i + 1].text if i + 1 < len(tokens) else ""
        if word == "zero" and i and tokens[i - 1].text in ("de", "from"):
            continue
        if word == "plus":
            near = {token.text for token in tokens[max(0, i - 5) : i]}
            if near & {"n", "ne", "ni"} or (i and tokens[i - 1].text == "est"):
                counted = tokens[i + 2].text if i + 2 < len(tokens) and following in ("de", "d") else ""
                if following not in ("que", "en") and not counted.isdigit() and counted not in _lexicon().numbers:
                    return following not in _NOT_ONLY
            continue
        if word == "longer" and i and tokens[i - 1].text == "no":
            return True
        if (
            word in _DENIALS or (word == "t" and i and tokens[i - 1].text.endswith("n"))
        ) and following not in _NOT_ONLY:
            return not (word == "non" and (i + 1 != index or following in _NOT_ONLY))
        if following in _NOT_ONLY and word in _DENIALS:
            return False
    return False


_AFTER_DENIED = re.compile(
    r"^(?:ne |n |du projet |dans ce projet |in it )*(?:sera|seront|sont|est|sera|is|are|will|isn|aren|serait|entre|entrent|intervient|interviennent|"
    r"be)? ?(?:be )?(?:pas|plus|not|jamais|aucunement|nullement|t) (?:du tout |at all |be |ete |encore )?(?:utilis|employ|prev|present|mobilis|"
    r"impliq|necess|traite|used|involved|planned|processed|needed|concern|en jeu|at stake|dedans|en oeuvre|au programme|recour|included|collect)"
)
_AFTER_NONE = re.compile(
    r"^(?:: |= |, )?(?:non|aucune?s?|no|none|zero|neant|nulle?|nope)(?: (?:du tout|at all|rien))?(?= ?$| [.,;)]| ,)"
)
_AFTER_YES = re.compile(r"^(?:: |= )(?:oui|yes)(?: |$)")


def _is_denied_after(view: _View, item: int) -> bool:
    after = view.text[view.starts[item] + len(view.items[item].text) + 1 :]
    return bool(_AFTER_DENIED.match(after) or _AFTER_NONE.match(after))


def _is_to_come(tokens: Sequence[_Token], index: int, last: int | None = None) -> bool:
    """True when the service that the words at `index` name is still to come."""
    after = [token.text for token in tokens[(last or index) + 1 : (last or index) + 3]]
    if any(word in _SOON for word in [token.text for token in tokens[(last or index) + 1 : (last or index) + 5]]):
        return True
    if index and tokens[index - 1].text in ("goes", "go", "going"):
        return True
    if any(word in ("depuis", "since") for word in after):
        return False
    between: set[str] = set()
    for i in range(index - 1, max(-1, index - 8), -1):
        word = tokens[i].text
        if word in _ELSEWHERE:
            return False
        if word in _TO_COME or (word in _WISHES and between & _PUTTING):
            return True
        between.add(word)
    return False


# --- who is who --------------------------------------------------------------------------------------------------------------


def _mentions(message: _Message) -> list[_Mention]:
    return [
        _Mention(number, index, _KIND_OF_TAG[item.tag], item.text.endswith("S"))
        for number, sentence in enumerate(message.sentences)
        for index, item in enumerate(sentence.bodies.items)
        if item.tag in _KIND_OF_TAG
    ]


def _covers(pattern: re.Pattern[str], text: str) -> bool:
    """True when the pattern matches the text around the body under examination."""
    return any("@" in match.group() for match in pattern.finditer(text))


def _without_aside(text: str) -> str:
    """The text, without what is said in brackets right after the body under examination."""
    return re.sub(r"@ \( [^()]{0,80} \)", "@", text)


# Families of patterns of `applicant`, by what they are worth.
_WHO = ("we_are", "work_at")  # words about the person, not about the users
_SURE = ("explicit", "carries", "if_we_were", "we_are", "not_but")  # nothing said around takes the role away
_WEAK = ("subject", "verdict_subject", "as", "bare", "us", "form")


@lru_cache(maxsize=4_096)
def _role(mention: _Mention, message: _Message) -> tuple[str, int]:
    """What a mentioned body is to the project: a role, or `applicant` and the rank of the pattern; `""` when nothing says."""
    lexicon = _lexicon()
    text = _without_aside(message.sentences[mention.sentence].bodies.with_target(mention.item))

    def is_(role: str) -> bool:
        return any(_covers(pattern, text) for pattern in lexicon.roles[role])

    def applies(family: str) -> bool:
        return any(
            "@" in match.group()
            and (family == "not_but" or not _DISOWNED.search(f"{text[: match.start()]}{match.group()}"))
            for match in lexicon.applicant[family].finditer(text)
        )

    if applies("if_we_were"):
        return "applicant", lexicon.rank["if_we_were"]
    for role in ("negated", "limited", "complement", "former"):
        if is_(role):
            return role, 0
    for family in _SURE:
        if applies(family):
            return "applicant", lexicon.rank[family]
    is_public = mention.kind in _PUBLIC_ACTORS
    conducts = is_public and any(_covers(pattern, text) for pattern in lexicon.conductor)
    for role in lexicon.roles:
        if role == "limited" or (conducts and role in ("funder", "customer", "talks", "place")):
            continue
        if is_(role):
            # "the staff of our prefecture": the prefecture is ours.
            ours = role in ("customer", "funder", "place") and applies("ours")
            return ("applicant", lexicon.rank["ours"]) if ours else (role, 0)
    takes_part = conducts or any(
        "@" in match.group() and not lexicon.scope["apart"].search(text[: match.start()])
        for pattern in lexicon.companion
        for match in pattern.finditer(text)
    )
    strong = [family for family in lexicon.rank if family not in _WEAK and family != "individual"]
    if takes_part and not is_public and not any(applies(family) for family in strong):
        return "private partner", 0
    voices_need = any(_covers(pattern, text) for pattern in lexicon.sentence_patterns["need_role"])
    for family in (*strong, *(() if voices_need else _WEAK)):
        if applies(family):
            # "the metropole pilots the project with us": a partner, unless nobody else applies.
            if takes_part and is_public:
                return ("partner" if _BESIDE_US.search(text) else "partner-or-applicant"), lexicon.rank[family]
            return "applicant", lexicon.rank[family]
    return ("partner" if takes_part and is_public else ""), 0


# Words by which the person stands beside the body that is named.
_BESIDE_US = re.compile(
    r"(?:^|(?<= ))(?:partenaires?|partners?|avec (?:nous|notre|moi)|with (?:us|our|me)|a nos cotes)(?= |$)"
)
# "I am not employed by a town": the words that would make it the applicant are denied.
_DISOWNED = re.compile(
    r"(?:^|(?<= ))(?:ne|n|not) (?:suis|sommes|est|travaill[a-z]*|working|work)? ?(?:pas|plus|ni|jamais)?(?: [a-z]+){0,4} @$|(?:^|(?<= ))(?:am|are|is) not (?:[a-z]+ ){0,4}@$"
)


@dataclass(frozen=True)
class _Cast:
    """Who is who in a message."""

    applicant: tuple[str, _Mention] | None
    is_ambiguous: bool
    partners: tuple[_Mention, ...]
    words: str = ""


@lru_cache(maxsize=2_048)
def _cast(message: _Message, *, bare_body_is: str = "applicant", known_applicant: str | None = None) -> _Cast:
    lexicon = _lexicon()
    mentions = _mentions(message)
    roles = {mention: _role(mention, message) for mention in mentions}
    partners = tuple(mention for mention in mentions if roles[mention][0] in ("partner", "partner-or-applicant"))
    for sentence in message.sentences:
        match = lexicon.applicant["individual"].search(sentence.bodies.text)
        if match:
            first, last = _span(sentence.bodies, match)
            if not _is_denied(sentence.tokens, first, reach=3):
                words = message.words(sentence, first, last)
                return _Cast(("individual", _Mention(0, 0, "individual", False)), False, partners, words)
    claims = [
        (roles[m][1], m) for m in mentions if roles[m][0] == "applicant" or (roles[m][0] == "partner-or-applicant")
    ]
    claims = [
        (rank, m)
        for rank, m in claims
        if rank < lexicon.rank[_WEAK[0]] or m.kind not in _PUBLIC_ACTORS or not _is_left_out(message, m)
    ]
    strict = [(rank, m) for rank, m in claims if roles[m][0] == "applicant"]
    if bare_body_is != "applicant":
        strict = [(rank, m) for rank, m in strict if rank < lexicon.rank["bare"]]
        claims = strict
    if known_applicant is not None:
        # "the ministry is interested": what is said of another body does not make it the applicant.
        first, last = lexicon.rank["subject"], lexicon.rank["verdict_subject"]
        strict = [
            (rank, m)
            for rank, m in strict
            if not first <= rank <= last or message.sentences[m.sentence].is_question or _carries(m, message)
        ]
    if strict:
        # "the town thinks that we are eligible": said of the relation with us, not of the applicant.
        strict = [
            (rank, m)
            for rank, m in strict
            if rank not in (lexicon.rank["subject"], lexicon.rank["verdict_subject"])
            or m.kind not in _PUBLIC_ACTORS
            or not _BETWEEN_US.search(message.sentences[m.sentence].bodies.with_target(m.item))
        ]
    kept = {m for _, m in strict}
    claims = [(rank, m) for rank, m in claims if m in kept or roles[m][0] != "applicant"]
    # "the town hall accepts to carry the project": it is then the town hall that applies, if nobody else does.
    if not strict and known_applicant is not None:
        claims = [(rank, m) for rank, m in claims if known_applicant == "individual" and _carries(m, message)]
    claims = strict or claims
    team = _team(message, roles)
    if team is not None:
        return _Cast((team.kind, team), False, tuple(p for p in partners if p != team))
    if not claims:
        opening = _opening(message, roles) if bare_body_is == "applicant" and known_applicant is None else None
        if opening is None or opening.kind in _UNCERTAIN:
            return _Cast(None, opening is not None, partners)
        return _Cast((opening.kind, opening), False, tuple(p for p in partners if p != opening))
    best = min(rank for rank, _ in claims)
    chosen = [m for rank, m in claims if rank == best]
    known = [m for m in chosen if m.kind not in _UNCERTAIN]
    if not known and best != lexicon.rank["we_are"]:
        # "our team", "the hospital": a surer name of the same body may stand elsewhere.
        others = [(rank, m) for rank, m in claims if m.kind not in _UNCERTAIN]
        if others:
            best = min(rank for rank, _ in others)
            known = [m for rank, m in others if rank == best]
    if not known:
        # "our hospital": only another claim of the same body could say more.
        return _Cast(None, True, tuple(p for p in partners if p not in chosen))
    named = next((m for m in known if m.kind in _PUBLIC_ACTORS and best >= lexicon.rank[_WEAK[0]]), None)
    if named is not None and any(
        m.sentence == named.sentence and m.kind in ("private", "association") and 0 < abs(m.item - named.item) <= 4
        and not re.search(r"\b(?:avec|with|et|and)\b", _between(message, m, named))
        for m in mentions
    ):  # fmt: skip
        return _Cast(None, True, partners)  # "Village vacances (SARL)", "Mairie Connect, start-up": a name, not a body
    hesitates = any(_HESITATES.search(message.sentences[m.sentence].bodies.text) for m in known)
    if hesitates and len({m.kind for m in mentions if m.kind in _BEST_PLACED}) > 1:
        return _Cast(None, True, partners)
    if _is_disputed(claims, best) and not any(_is_corrected(m, message) for m in known):
        return _Cast(None, True, partners)
    together = len({m.kind for m in known}) > 1 and _are_together(known, message)
    corrected = [m for m in known[1:] if _is_corrected(m, message)]
    if together:
        one = min(known, key=lambda m: _BEST_PLACED.index(m.kind))
    else:
        one = corrected[-1] if corrected else known[0]
        if len({m.kind for m in known}) > 1 and not corrected and not _same_side(known):
            return _Cast(None, True, partners)
    return _Cast((one.kind, one), False, tuple(p for p in partners if p != one))


# What may come before the body that opens a message, and what may follow it.
_BEFORE_OPENING = re.compile(
    r"^(?:(?:bonjour|bonsoir|hello|hi|salut|slt|bjr|madame|monsieur|dear|all|sir|ici|here|chez|,|le|la|l|les|un|une|the|a|an|my|our|notre|nous|sommes|"
    r"petite?|jeune|grande?|small|young|french|faits|facts|:) )*$"
)
_AFTER_OPENING = re.compile(
    r"^(?:(?:(?!(?:peu\w+|pourr\w+|m a|nous a|told|says?|said|dit|assure|client|comme|finance|et|and|est notre)\b)(?:[a-z0-9]+|PUBS?|RESS?|ENTS?|HOSS?|AMBS?)) ){0,7}?(?:here|ici|[,:.;()]|$)"
)


def _opening(message: _Message, roles: Mapping[_Mention, tuple[str, int]]) -> _Mention | None:
    """The body that a message opens with, set apart by a mark or « ici »: « DREAL Bretagne : une IA… »; two sides say nothing."""
    if not message.sentences:
        return None
    view = message.sentences[0].bodies
    found = [m for m in roles if m.sentence == 0]
    if not found or roles[found[0]][0] not in ("", "place", "need"):
        return None
    first = found[0]
    start = view.starts[first.item]
    after = view.text[start + len(view.items[first.item].text) + 1 :]
    if message.sentences[0].is_question or not _BEFORE_OPENING.match(view.text[:start]):
        return None
    mark = _AFTER_OPENING.match(after)
    if mark is None:
        return None
    # Its name may hold other bodies: « GHT Grand Paris », « La Poste SA ».
    named = [first, *(m for m in found[1:] if view.starts[m.item] < start + mark.end())]
    if len({m.kind in _PUBLIC_KINDS for m in named if m.kind not in _UNCERTAIN}) > 1:
        return None
    return next((m for m in named if m.kind not in _UNCERTAIN), first)


def _between(message: _Message, one: _Mention, other: _Mention) -> str:
    items = message.sentences[one.sentence].bodies.items
    low, high = sorted((one.item, other.item))
    # An ampersand belongs to a name: « Ville & Numérique ».
    return " ".join(
        item.text
        for item in items[low + 1 : high]
        if message.words(message.sentences[one.sentence], item.first, item.first) != "&"
    )


_JOINT = re.compile(
    r"(?:PUB|ENT|RES|HOS|PRIV|ASSO)S? (?:[a-z0-9]+ ){0,4}?(?:et|and|avec|with) (?:[a-z0-9]+ ){0,3}(?:PUB|ENT|RES|HOS|PRIV|ASSO)S? (?:[a-z0-9]+ ){0,4}?"
    r"(?:portent|menent|pilotent|conduisent|ensemble|jointly|together|run|lead|candidatent|conduct)(?= |$)"
)


_HESITATES = re.compile(r"(?:^|(?<= ))(?:hesit\w+|soit|either|whether|ou bien)(?= |$)")
_CARRIES = re.compile(
    r"@ (?:[a-z0-9,]+ ){0,8}?(?:port|pilot|men(?:e|er|era|ent)|condui|dirig|candidat|depos|lead|led|run|carr|conduct|head)|"
    r"(?:port|pilot|men|condui|dirig|led|run|carried|conducted|headed)[a-z]* (?:par|by) (?:[a-z]+ )?@"
)


def _carries(mention: _Mention, message: _Message) -> bool:
    """True when the words say that this body itself conducts the project."""
    return bool(_CARRIES.search(message.sentences[mention.sentence].bodies.with_target(mention.item)))


# The person speaks of themselves as of another than the subject of the sentence.
_BETWEEN_US = re.compile(
    r"@ (?:[a-z0-9]+ ){0,4}(?:nous|us)(?= )|@ (?:[a-z0-9]+ ){0,3}, (?:notre|our|nos) |@ (?:[a-z0-9]+ ){1,5}(?:que|qu|that|whether) (?:nous|on|we) "
)


def _team(message: _Message, roles: Mapping[_Mention, tuple[str, int]]) -> _Mention | None:
    """The best-placed of bodies that conduct the project together: « consortium de… », « une association et un ministère portent… »."""
    for number, sentence in enumerate(message.sentences):
        view = sentence.bodies
        taking_part = [
            m
            for m, (role, _) in roles.items()
            if m.sentence == number
            and m.kind in _BEST_PLACED
            and role in ("", "applicant", "partner", "partner-or-applicant", "private partner", "complement")
            and not _is_left_out(message, m)
        ]
        match = _JOINT.search(view.text)
        if match and not _speaks_of_self(message, match.group()):
            taking_part = [m for m in taking_part if match.start() <= view.starts[m.item] < match.end()]
        elif not _lexicon().consortium.search(view.text):
            continue
        if taking_part:
            return min(taking_part, key=lambda m: _BEST_PLACED.index(m.kind))
    return None


def _is_disputed(claims: Sequence[tuple[int, _Mention]], best: int) -> bool:
    """True when bodies of both sides are named in ways that are worth the same: who applies is not certain."""
    rank = _lexicon().rank
    for first, last in ((rank["it_is"], rank["ours"]), (rank["subject"], rank["form"])):
        near = [m for r, m in claims if first <= r <= last and m.kind not in _UNCERTAIN]
        if first <= best <= last and near and not _same_side(near):
            return True
    return False


def _same_side(mentions: Sequence[_Mention]) -> bool:
    return len({m.kind in _PUBLIC_KINDS for m in mentions}) == 1


def _are_together(mentions: Sequence[_Mention], message: _Message) -> bool:
    sentence = message.sentences[mentions[0].sentence]
    between = sentence.bodies.text
    return len({m.sentence for m in mentions}) == 1 and (
        bool(_lexicon().consortium.search(between))
        or bool(
            re.search(
                r"(?:PUB|ENT|RES|HOS|PRIV|ASSO)S?(?: [a-z0-9]+){0,4} (?:et|and|,) (?:[a-z0-9]+ ){0,3}(?:PUB|ENT|RES|HOS|PRIV|ASSO)S?",
                between,
            )
        )
    )


def _is_corrected(mention: _Mention, message: _Message) -> bool:
    view = message.sentences[mention.sentence].bodies
    before = view.text[: view.starts[mention.item]]
    return bool(_lexicon().scope["correction"].search(before)) or bool(
        re.search(r"(?:mais|but) (?:[a-z0-9]+ ){0,4}$", before)
    )


def _span(view: _View, match: re.Match[str]) -> tuple[int, int]:
    """The first and last tokens of a match."""
    first = view.items[view.item_at(match.start())].first
    last = view.items[view.item_at(max(match.start(), match.end() - 1))].last
    return first, last


# --- reading one message --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Evidence:
    """A value that some words speak for, where they stand, and whether a word of correction comes before them."""

    value: str
    words: str
    position: tuple[int, int]
    is_corrected: bool = False


def _read_bodies(message: _Message, bare_body_is: str, before: Situation) -> dict[str, Reading]:
    lexicon = _lexicon()
    cast = _cast(message, bare_body_is=bare_body_is, known_applicant=before.value("applicant"))
    readings: dict[str, Reading] = {}
    partners = list(cast.partners)
    if cast.applicant:
        kind, mention = cast.applicant
        words = cast.words or _mention_words(message, mention)
        readings["applicant"] = Reading(kind, words)
        if not cast.words:
            # "A German start-up and a city… We are the start-up": the same body, named twice.
            again = [
                m
                for m in _mentions(message)
                if m.kind == kind
                and m != mention
                and (_role(m, message)[0] == "applicant" or fold(_mention_words(message, m)) == fold(words))
            ]
            established = next((e for m in (mention, *again) if (e := _established(message, m))), None)
            if established:
                readings["established"] = established
    elif cast.is_ambiguous:
        # "a hospital in Tournai (Belgium)": whichever its statute, it is abroad.
        abroad = next((e for m in _mentions(message) if m.kind in _UNCERTAIN and (e := _established(message, m))), None)
        if abroad:
            readings["established"] = abroad
    if "established" not in readings and any(
        _nationality_after(message.sentences[m.sentence].bodies, m.item) == "france" and m.kind not in _PUBLIC_ACTORS
        for m in _mentions(message)
    ):
        pass  # "our seat is in Geneva, but our French subsidiary applies"
    elif "established" not in readings:
        seat = _seat(message)
        if seat:
            readings["established"] = seat
    denied = _first(message, lexicon.sentence_patterns["partner_no"])
    affirmed = _first(message, lexicon.sentence_patterns["partner_yes"], undenied=True)
    # "it is wrong to say that we have a partner"
    denied = denied or _first(message, lexicon.sentence_patterns["partner_yes"], turned=True)
    if affirmed is None and (
        before.value("public_partner") or any(m.kind in _PUBLIC_ACTORS for m in _mentions(message))
    ):
        affirmed = _first(message, lexicon.sentence_patterns["partner_pronoun"])
    named = next((p for p in partners if not _is_partner_denied(message, p) and not _is_abroad(message, p)), None)
    if named is not None:
        affirmed = _Evidence(
            "yes", _mention_words(message, named), (named.sentence, named.item), _is_corrected(named, message)
        )
    for sentence in message.sentences:
        for index, item in enumerate(sentence.bodies.items):
            if item.text.startswith("PPUB"):
                after = sentence.bodies.text[sentence.bodies.starts[index] + len(item.text) + 1 :]
                if _AFTER_NONE.match(after):
                    denied = _Evidence(
                        "no",
                        message.words(sentence, item.first, min(item.last + 2, len(sentence.tokens) - 1)),
                        (0, index),
                    )
                    affirmed = None
                elif _AFTER_YES.match(after):
                    affirmed = _Evidence("yes", message.words(sentence, item.first, item.last), (0, index))
    if denied and affirmed:
        later = max(denied, affirmed, key=lambda e: e.position)
        if later.is_corrected or message.sentences[later.position[0]].is_question:
            readings["public_partner"] = Reading("no" if later is denied else "yes", later.words)
        # Both said and neither withdrawn: not certain, so asked.
    elif denied:
        readings["public_partner"] = Reading("no", denied.words)
    elif affirmed:
        readings["public_partner"] = Reading("yes", affirmed.words)
    need = _need(message)
    if need:
        readings["shared_need"] = need
    return readings


def _mention_words(message: _Message, mention: _Mention) -> str:
    sentence = message.sentences[mention.sentence]
    item = sentence.bodies.items[mention.item]
    return message.words(sentence, item.first, item.last)


def _is_partner_denied(message: _Message, mention: _Mention) -> bool:
    sentence = message.sentences[mention.sentence]
    if _is_unsure(sentence):
        return True
    return _is_left_out(message, mention) or _is_denied(
        sentence.tokens, sentence.bodies.items[mention.item].first, reach=5
    )


def _is_unsure(sentence: _Sentence) -> bool:
    """True when a partner is hoped for, doubted, or that of somebody else."""
    scope, text = _lexicon().scope, sentence.bodies.text
    return bool(scope["unsure_partner"].search(text)) and not scope["hypothesis"].search(text)


def _is_left_out(message: _Message, mention: _Mention) -> bool:
    """True when the words say that this body takes no part."""
    sentence = message.sentences[mention.sentence]
    item = sentence.bodies.items[mention.item]
    for pattern in _lexicon().sentence_patterns["partner_no"]:
        for match in pattern.finditer(sentence.bodies.text):
            first, last = _span(sentence.bodies, match)
            if first <= item.first <= last:
                return True
    return False


def _is_turned(text: str, position: int) -> bool:
    """True after « il est faux de dire que… », as far as the next break."""
    match = _lexicon().scope["denied_denial"].search(text)
    return match is not None and match.end() <= position and not re.search(r" [,:;] ", text[match.end() : position])


# "not without": said of what is there.
_PAS_SANS = re.compile(r"(?:^|(?<= ))(?:pas|not|jamais|never) (?:sans|without)(?= )")


def _first(
    message: _Message, patterns: Sequence[re.Pattern[str]], *, undenied: bool = False, turned: bool = False
) -> _Evidence | None:
    """The last place where one of the patterns matches; with `turned`, inside words that turn the meaning round."""
    found: _Evidence | None = None
    for number, sentence in enumerate(message.sentences):
        for pattern in patterns:
            for match in pattern.finditer(sentence.bodies.text):
                first, last = _span(sentence.bodies, match)
                if _is_turned(sentence.bodies.text, match.start()) is not turned:
                    continue
                if turned and _denied(sentence.tokens, last, 7):
                    continue
                if not undenied and _PAS_SANS.search(sentence.bodies.text[: match.start()] + match.group()):
                    continue
                if undenied and (
                    _is_denied(sentence.tokens, last)
                    or "cherch" in match.string[max(0, match.start() - 30) : match.end()]
                ):
                    continue
                before = sentence.bodies.text[: match.start()]
                if _lexicon().scope["hedge"].search(f"{before[-60:]}{match.group()}"):
                    continue
                if undenied and _lexicon().anywhere_abroad.search(sentence.bodies.text):
                    continue
                if undenied and (
                    _is_unsure(sentence)
                    or re.search(r"(?:besoin|need|needs|faut|requires?|necessite)\b", f"{before[-25:]}{match.group()}")
                ):
                    continue
                corrected = bool(_lexicon().scope["correction"].search(f"{before}{match.group()}"))
                evidence = _Evidence("", message.words(sentence, first, last), (number, first), corrected)
                if found is None or evidence.position >= found.position:
                    found = evidence
    return found


def _need(message: _Message) -> Reading | None:
    found: dict[str, _Evidence] = {}
    patterns = _lexicon().sentence_patterns
    for value, name in (("none", "need_none"), ("one", "need_one"), ("several", "need_several")):
        evidence = _first(message, patterns[name])
        if evidence:
            found[value] = evidence
    if any(_lexicon().scope["unsure_need"].search(sentence.bodies.text) for sentence in message.sentences):
        return None
    if "none" in found and "one" in found and "several" not in found:
        # "one town hall asked for it, no other has the need"; "no need identified by a public body" has only one side.
        none, one = found["none"], found["one"]
        apart = none.position[0] != one.position[0] or re.search(r"\b(?:autre|other)", fold(none.words))
        chosen = one if apart else none
        return Reading("one" if apart else "none", chosen.words)
    if "none" in found and len(found) > 1:
        # "no need voiced by several public bodies" is also a sentence about several bodies: the denial holds for the same words.
        none = found["none"]
        others = [e for value, e in found.items() if value != "none" and e.position[0] != none.position[0]]
        if not others:
            # One sentence: "no public body asked, one commune excepted" cannot be told apart from its parts.
            found = {"none": none}
        else:
            later = max(found.items(), key=lambda pair: pair[1].position)
            found = dict([later]) if later[1].is_corrected else {}
    if "one" in found and "several" in found:
        one, several = found["one"], found["several"]
        found = {"several": several} if len(several.words) > len(one.words) else {"one": one}
    for value, evidence in found.items():
        return Reading(value, evidence.words)
    return None


def _nationality_after(view: _View, item: int) -> str | None:
    lexicon = _lexicon()
    before = view.text[: view.starts[item]].split()[-3:]
    for word in reversed(before):
        match = lexicon.nationality.fullmatch(word)
        if match and not set(before) & {"pas", "not", "non", "no"}:
            return "abroad" if match.group("abroad") else "france"
        if word in (",", "et", "and", "with", "avec", "a", "an", "une", "un", "the"):
            break
    after = view.text[view.starts[item] + len(view.items[item].text) + 1 :]
    clause = re.split(
        r" ?[,:(] | (?:et|and|avec|with|qui|that|pour|for|dont|partenaire|cliente?) ", f"{after} ", maxsplit=1
    )[0]
    near = clause.split()
    near = near[: 8 if "pas" in near[:4] or "not" in near[:4] else 4]
    for position, word in enumerate(near):
        match = lexicon.nationality.fullmatch(word)
        if match is None or set(near[max(0, position - 2) : position]) & {"pas", "not", "non", "no"}:
            continue  # "not French but Irish"
        return "abroad" if match.group("abroad") else "france"
    aside = re.match(r"(?:[a-z0-9]+ ){0,4}[(,] (?:en |au |aux |in )?", after)
    if lexicon.place.match(after) or (aside and lexicon.bare_place.match(after[aside.end() :])):
        return "abroad"
    return None


def _is_abroad(message: _Message, mention: _Mention) -> bool:
    return _nationality_after(message.sentences[mention.sentence].bodies, mention.item) == "abroad"


def _established(message: _Message, mention: _Mention) -> Reading | None:
    sentence = message.sentences[mention.sentence]
    value = _nationality_after(sentence.bodies, mention.item)
    if value is None:
        return None
    item = sentence.bodies.items[mention.item]
    last = min(item.last + 4, len(sentence.tokens) - 1)
    first = max(0, item.first - 2)
    return Reading(value, message.words(sentence, first, last))


def _seat(message: _Message) -> Reading | None:
    lexicon = _lexicon()
    for sentence in message.sentences:
        view = sentence.bodies
        for one in re.finditer(
            r"(?:^|(?<= ))(?:une?|an?|the|des|celle|celui) (?P<word>[a-z]+)(?: ones?)?(?= ?$)", view.text
        ):
            match = lexicon.nationality.fullmatch(one.group("word"))
            if match and lexicon.scope["ellipsis"].search(view.text):
                first, last = _span(view, one)
                return Reading("abroad" if match.group("abroad") else "france", message.words(sentence, first, last))
        told = re.search(
            r"(?:^|(?<= ))(?:elle|il|elles|nous|on|we|it|they|PRIVS?|ASSOS?) (?:n )?(?:est|sont|sommes|is|are|etait|was|were) (?:(?:pas|not) [a-z]+ (?:mais|but) )?(?P<word>[a-z]+)(?= |$)",
            view.text,
        )
        if told and (match := lexicon.nationality.fullmatch(told.group("word"))):
            first, last = _span(view, told)
            return Reading("abroad" if match.group("abroad") else "france", message.words(sentence, first, last))
        for pattern in (lexicon.seat, lexicon.outside):
            for match in pattern.finditer(view.text):
                before = view.text[: match.start()]
                # The seat of a partner, a customer or a group is not that of the applicant.
                if re.search(
                    r"(?:partenaires?|partners?|clients?|customers?|groupe|group|maison mere|parent|avec|with|serveurs?|servers?|heberge\w*|hosted)(?: [A-Za-z0-9]+){0,5} ?$",
                    before,
                ):
                    continue
                first, last = _span(view, match)
                groups = match.groupdict()
                value = "france" if groups.get("france") else "abroad"
                if _is_denied(sentence.tokens, last):
                    continue
                return Reading(value, message.words(sentence, first, last))
    return None


# --- the project ---------------------------------------------------------------------------------------------------------------------

_RULE_QUESTION = re.compile(
    r"(?:^|(?<= ))(?:faut il|doit on|est il obligatoire|est ce obligatoire|is it mandatory|must|do we need to|doit etre|l appel porte|l appel vise|"
    r"l appel exige|the call requires)(?= )"
)


def _tagged(message: _Message, tag: str) -> Iterable[tuple[int, _Sentence, int]]:
    for number, sentence in enumerate(message.sentences):
        for index, item in enumerate(sentence.project.items):
            if item.text == tag:
                yield number, sentence, index


def _item_words(message: _Message, sentence: _Sentence, index: int) -> str:
    item = sentence.project.items[index]
    return message.words(sentence, item.first, item.last)


def _evidence(message: _Message, name: str) -> Iterable[tuple[int, _Sentence, int, int]]:
    """Where the discontinuous patterns `name` match: sentence number, sentence, first and last tokens."""
    for number, sentence in enumerate(message.sentences):
        for pattern in _lexicon().evidence.get(name, ()):
            for match in pattern.finditer(sentence.project.text):
                yield (number, sentence, *_span(sentence.project, match))


def _corrected_before(sentence: _Sentence, first: int) -> bool:
    text = " ".join(token.text for token in sentence.tokens[: first + 1])
    return bool(_lexicon().scope["correction"].search(f"{text} "))


def _read_ai(message: _Message) -> Reading | None:
    doubted = False
    yes: list[_Evidence] = []
    no: list[_Evidence] = []
    for tag in ("AI", "AIK", "NEW"):
        for number, sentence, index in _tagged(message, tag):
            item = sentence.project.items[index]
            if tag == "NEW" and not any(
                token.text in ("ia", "ai", "artificielle", "artificial")
                for token in sentence.tokens[item.first : item.last + 1]
            ):
                continue
            if _RULE_QUESTION.search(sentence.project.text):
                continue
            words = _item_words(message, sentence, index)
            corrected = _corrected_before(sentence, item.first)
            if tag == "NEW" and not _is_denied(sentence.tokens, item.first):
                return Reading("yes", words)
            scope, before = _lexicon().scope, sentence.project.text[: sentence.project.starts[index]]
            if scope["doubt_ai"].search(sentence.project.text):
                doubted = True
                continue
            after = sentence.project.text[sentence.project.starts[index] + len(item.text) + 1 :]
            if re.match(
                r"(?:est|etait|is|was|serait|soit) (?:{0})?(?:obligatoire|requise|exigee|necessaire|imposee|mandatory|required|compulsory|necessary)".replace(
                    "{0}", "[a-z]+ "
                ),
                after,
            ):
                continue
            if scope["about_ai"].search(before) or (
                sentence.is_question and scope["asks_if_ai"].search(sentence.project.text)
            ):
                continue
            if (
                scope["dropped_ai"].search(before)
                or _is_denied(sentence.tokens, item.first)
                or _is_denied_after(sentence.project, index)
            ):
                if tag == "AI" and words and not _is_kind_of_ai(words):
                    no.append(_Evidence("no", words, (number, item.first), corrected))
            else:
                yes.append(_Evidence("yes", words, (number, item.first), corrected))
    if doubted:
        return None
    if not yes and not no:
        for number, sentence, index in _tagged(message, "NOAI"):
            item = sentence.project.items[index]
            if not _is_denied(sentence.tokens, item.first):
                no.append(_Evidence("no", _item_words(message, sentence, index), (number, item.first)))
    return _settled(yes, no)


_GENERAL_AI = re.compile(
    r"^(?:ia|ai|a\.?i\.?|i\.?a\.?|(?:l |d )?intelligences? artificielles?|artificial intelligence|intel artificielle)$"
)


def _is_kind_of_ai(words: str) -> bool:
    """Denying machine learning, say, does not deny artificial intelligence."""
    return not _GENERAL_AI.match(fold(words))


def _settled(*sides: Sequence[_Evidence]) -> Reading | None:
    """The one value spoken for; when several are, the one that corrects the others; else nothing."""
    present = [side for side in sides if side]
    if len(present) == 1:
        return Reading(present[0][-1].value, present[0][-1].words)
    if len(present) > 1:
        last = max((e for side in present for e in side), key=lambda e: e.position)
        if last.is_corrected and not any(e.is_corrected and e.value != last.value for side in present for e in side):
            return Reading(last.value, last.words)
    return None


_OTHER_SYSTEM = re.compile(
    r"(?:^|(?<= ))(?:ancien\w*|autres?|premier\w*|precedente?s?|previous|other|former|earlier|old|concurrente?s?|competitor\w*|vieux|vieil|another) "
    r"(?:[a-z0-9]+ |AI |AIK ){0,4}$"
)
_PAST = frozenset(
    "fini finie finis termine terminee ended finished concluded quitte quittee depasse depassee sorti sortie sortis past beyond acheve apres after since suite".split()
)
_IS_OVER = re.compile(
    r"^(?:[a-z0-9]+ ){0,2}?(?:date|dates|remonte)(?= )|^(?:[a-z0-9]+ ){0,4}?(?:est|is|sont|are|was|a ete|has been) (?:bien |deja |maintenant |now |already |long )*(?:termine|fini|over|acheve|done|derriere|complete|conclu|closed|clos|valide|validated|approved)"
)
_EXISTING = re.compile(r"(?:^|(?<= ))(?:existante?s?|actuel\w*|existing|current|en place|deja|already)(?= |$)")


def _read_stage(message: _Message, before: str | None = None) -> Reading | None:
    events: list[_Evidence] = []

    def event(value: str, number: int, sentence: _Sentence, first: int, last: int) -> None:
        events.append(
            _Evidence(value, message.words(sentence, first, last), (number, first), _corrected_before(sentence, first))
        )

    def is_other(sentence: _Sentence, first: int) -> bool:
        before = " ".join(token.text for token in sentence.tokens[:first])
        clause = re.split(r" [,:;] | (?:mais|but|et|and) ", before)[-1]
        return bool(
            re.search(
                _OTHER_SYSTEM.pattern.removesuffix("(?:[a-z0-9]+ |AI |AIK ){0,4}$")
                + "(?:outil|systeme|logiciel|chatbot|produit|tool|system|product|software|version|solution|application|projet|project|plateforme|ia|ai|portail)",
                clause,
            )
        )

    for number, sentence, index in _tagged(message, "DEP"):
        item = sentence.project.items[index]
        if _RULE_QUESTION.search(sentence.project.text) or is_other(sentence, item.first):
            continue
        denied = _is_denied(sentence.tokens, item.first)
        if denied and any(sentence.tokens[i].text == "plus" for i in range(max(0, item.first - 4), item.first)):
            continue  # "no longer in production" says nothing of what it is now
        if denied and any(t.text in _PARTLY for t in sentence.tokens[item.last + 1 : item.last + 4]):
            continue  # "not deployed everywhere"
        to_come = _is_to_come(sentence.tokens, item.first, item.last)
        event("before" if denied or to_come else "deployed", number, sentence, item.first, item.last)
    for number, sentence, first, last in _evidence(message, "deployed"):
        if _RULE_QUESTION.search(sentence.project.text) or is_other(sentence, first):
            continue
        if _is_denied(sentence.tokens, first, reach=4) or _is_denied(sentence.tokens, last, reach=last - first):
            event("before", number, sentence, first, last)
        elif not _is_to_come(sentence.tokens, first):
            event("deployed", number, sentence, first, last)
    for number, sentence, index in _tagged(message, "ACT"):
        item = sentence.project.items[index]
        if _is_denied(sentence.tokens, item.first, reach=4) or _is_to_come(sentence.tokens, item.first, item.last):
            event("before", number, sentence, item.first, item.last)
    for number, sentence, index in _tagged(message, "BEF"):
        item = sentence.project.items[index]
        after = sentence.project.text[sentence.project.starts[index] + len(item.text) + 1 :]
        left = {token.text for token in sentence.tokens[max(0, item.first - 5) : item.first]}
        if left & _PAST:
            if left & _DENIALS:  # "not finished with our prototype", "without having finished"
                event("before", number, sentence, item.first, item.last)
            continue
        if not _is_denied(sentence.tokens, item.first) and not _IS_OVER.match(after):
            event("before", number, sentence, item.first, item.last)
    for number, sentence, first, last in _evidence(message, "before"):
        # These patterns hold their own negations.
        event("before-weak", number, sentence, first, last)
    for value, tags, names in (("evolution", ("EVO", "NEW"), ("evolution",)), ("minor_update", ("MIN",), ("minor",))):
        for tag in tags:
            for number, sentence, index in _tagged(message, tag):
                item = sentence.project.items[index]
                if not _is_denied(sentence.tokens, item.first):
                    event(value + ("-new" if tag == "NEW" else ""), number, sentence, item.first, item.last)
        for name in names:
            for number, sentence, first, last in _evidence(message, name):
                if not _is_denied(sentence.tokens, first):
                    event(value + "-new" if value == "evolution" else value, number, sentence, first, last)
    return _settle_stage(message, events, before)


_PARTLY = frozenset("partout everywhere tous toutes entierement completement fully totalement largement".split())
_REPLACES = re.compile(
    r"(?:^|(?<= ))(?:replac\w+|remplac\w+|nouvelle version|new version|version 2|v2|succede\w*|successor)(?= |$)"
)


def _settle_stage(message: _Message, events: Sequence[_Evidence], said: str | None) -> Reading | None:
    by: dict[str, list[_Evidence]] = {}
    for evidence in events:
        by.setdefault(evidence.value, []).append(evidence)
    deployed, before, weak = by.get("deployed", []), by.get("before", []), by.get("before-weak", [])
    evolution, part, minor = by.get("evolution", []), by.get("evolution-new", []), by.get("minor_update", [])
    exists = (
        bool(deployed)
        or said in ("deployed", "minor_update", "evolution")
        or any(_EXISTING.search(sentence.project.text) for sentence in message.sentences)
    )
    if (evolution or (part and exists)) and minor:
        # "a major evolution, not a mere update": the denied one is not here; both affirmed cannot be told apart.
        return None
    if evolution and (exists or not before):
        return Reading("evolution", evolution[-1].words)
    if part and exists:
        return Reading("evolution", part[-1].words)
    if evolution:
        return None
    if minor:
        return Reading("minor_update", minor[-1].words) if exists or not (before or weak) else None
    if deployed and before:
        return _settled(deployed, before)
    if deployed:
        corrected = [e for e in weak if e.is_corrected and e.position > deployed[-1].position]
        return None if corrected else Reading("deployed", deployed[-1].words)
    if (before or weak) and any(
        _REPLACES.search(s.project.text)
        and any(item.text == "DEP" for t in message.sentences for item in t.project.items)
        for s in message.sentences
    ):
        return None  # a new version beside one in service: a rebuild, or another tool? To be asked.
    if before or weak:
        chosen = (before or weak)[-1]
        return Reading("before", chosen.words)
    return None


def _read_data(message: _Message) -> Reading | None:
    yes: list[_Evidence] = []
    no: list[_Evidence] = []
    for number, sentence, index in _tagged(message, "DATA"):
        item = sentence.project.items[index]
        words = _item_words(message, sentence, index)
        if _is_denied(sentence.tokens, item.first) or _is_denied_after(sentence.project, index):
            if re.match(
                r"(?:donnees? (?:personnel|perso|a caractere|nominati)|data perso|dcp|personal|nominati|pii)",
                fold(words),
            ):
                no.append(_Evidence("no", words, (number, item.first), _corrected_before(sentence, item.first)))
        else:
            yes.append(_Evidence("yes", words, (number, item.first), _corrected_before(sentence, item.first)))
    for number, sentence, first, last in _evidence(message, "personal_data"):
        if not _is_denied(sentence.tokens, first):
            yes.append(_Evidence("yes", message.words(sentence, first, last), (number, first)))
    return _settled(yes, no)


def _read_theme(message: _Message, has_project: Reading | None) -> Reading | None:
    found: dict[str, _Evidence] = {}
    for number, sentence in enumerate(message.sentences):
        index = 0
        while index < len(sentence.tokens):
            match = _lexicon().themes.longest(sentence.tokens, index)
            if match is None:
                index += 1
                continue
            theme, last = match
            if theme in _THEMES and not _is_denied(sentence.tokens, index):
                found.setdefault(theme, _Evidence(theme, message.words(sentence, index, last), (number, index)))
            index = last + 1
    for theme in _THEMES:
        if theme in found:
            return Reading(theme, found[theme].words)
    return Reading("other", has_project.words) if has_project else None


def _read_public_service(message: _Message, readings: Mapping[str, Reading], before: Situation) -> Reading | None:
    def said(field: str) -> str | None:
        return readings[field].value if field in readings else before.value(field)

    applicant = said("applicant")
    if not _speaks_of_project(message, readings, before):
        return None
    public_side = (
        applicant in _PUBLIC_KINDS or said("public_partner") == "yes" or said("shared_need") in ("several", "one")
    )
    # A public customer uses the product for its service.
    public_side = public_side or any(
        m.kind in _PUBLIC_ACTORS and _role(m, message)[0] in ("customer", "place") for m in _mentions(message)
    )
    # "…for its agents", of a public body that is named.
    public_side = public_side or (
        any(m.kind in _PUBLIC_ACTORS for m in _mentions(message))
        and any(_ITS_PEOPLE.search(sentence.bodies.text) for sentence in message.sentences)
    )
    yes: list[_Evidence] = []
    no: list[_Evidence] = []
    for number, sentence, first, last in _evidence(message, "public_deny"):
        no.append(
            _Evidence("no", message.words(sentence, first, last), (number, first), _corrected_before(sentence, first))
        )
    for tag in ("USE", "WUSE"):
        if tag == "WUSE" and not public_side:
            continue
        for number, sentence, index in _tagged(message, tag):
            item = sentence.project.items[index]
            if any(e.position[0] == number and _near(e, item.first) for e in no) or _is_denied(
                sentence.tokens, item.first
            ):
                continue
            if _is_the_person(message, number, item):
                continue
            yes.append(
                _Evidence(
                    "yes",
                    _item_words(message, sentence, index),
                    (number, item.first),
                    _corrected_before(sentence, item.first),
                )
            )
    for mention in _mentions(message):
        sentence = message.sentences[mention.sentence]
        around = sentence.bodies.with_target(mention.item)
        if mention.kind in _PUBLIC_ACTORS and (
            any(_covers(p, around) for p in _lexicon().roles["place"][2:])
            or (applicant in _PUBLIC_KINDS and re.search(r"(?:pour|for) (?:la |le |l |les |the )?@", around))
        ):
            item = sentence.bodies.items[mention.item]
            refused = any(e.position[0] == mention.sentence and _near(e, item.first) for e in no)
            if (
                not refused
                and not _is_denied(sentence.tokens, item.first)
                and not _is_the_person(message, mention.sentence, item)
            ):
                yes.append(
                    _Evidence(
                        "yes",
                        _mention_words(message, mention),
                        (mention.sentence, item.first),
                        _corrected_before(sentence, item.first),
                    )
                )
    yes += _serves_named(message, no)
    strong_no: list[_Evidence] = list(no)
    for number, sentence, index in _tagged(message, "PRVU"):
        item = sentence.project.items[index]
        if (
            not _is_denied(sentence.tokens, item.first)
            and not _not_only(sentence, item.first)
            and not _is_the_person(message, number, item)
            and not _public_near(sentence, item.first, item.last)
            and not any(
                m.sentence == number
                and sentence.bodies.items[m.item].first == item.first
                and _role(m, message)[0] in ("private partner", "applicant")
                for m in _mentions(message)
            )
        ):
            no.append(
                _Evidence(
                    "no",
                    _item_words(message, sentence, index),
                    (number, item.first),
                    _corrected_before(sentence, item.first),
                )
            )
    for number, sentence, first, last in _evidence(message, "private_use"):
        if (
            not _is_denied(sentence.tokens, first)
            and not _not_only(sentence, first)
            and not _public_near(sentence, first, last)
        ):
            no.append(
                _Evidence(
                    "no", message.words(sentence, first, last), (number, first), _corrected_before(sentence, first)
                )
            )
    if applicant in _PUBLIC_KINDS and not strong_no:
        no = []
    if not yes and not no and applicant in ("public", "entrusted") and said("uses_ai") == "yes":
        for number, sentence in enumerate(message.sentences):
            match = _lexicon().purpose.search(sentence.project.text)
            if match is None and "uses_ai" not in readings and not sentence.is_question:
                match = _lexicon().purpose_later.search(sentence.project.text)
            if match:
                first, last = _span(sentence.project, match)
                yes.append(_Evidence("yes", message.words(sentence, first, last), (number, first)))
    if yes and no and not strong_no and any(_strong(e, message) for e in yes):
        # Customers besides a public service: only those who serve customers alone are outside.
        return None if _EXCLUSIVE.search(" . ".join(s.project.text for s in message.sentences)) else _settled(yes, [])
    if yes and no and not any(_strong(e, message) for e in yes):
        # Weak words of use ("team", "students") do not stand against customers named as private.
        return _settled([], no)
    return _settled(yes, no)


def _serves_named(message: _Message, denied: Sequence[_Evidence]) -> list[_Evidence]:
    """What the AI is for names a public body or a public facility: « une IA qui prépare les rendez-vous en préfecture »."""
    found: list[_Evidence] = []
    for number, sentence in enumerate(message.sentences):
        match = _lexicon().purpose_named.search(sentence.project.text)
        if match is None or any(e.position[0] == number for e in denied):
            continue
        for mention in _mentions(message):
            item = sentence.bodies.items[mention.item] if mention.sentence == number else None
            begins = _span(sentence.project, match)[1]
            if item is None or mention.kind not in _PUBLIC_ACTORS or not begins + 3 <= item.first <= begins + 16:
                continue
            if _role(mention, message)[0] not in ("", "place", "complement"):
                continue
            if not any(
                t.text in (":", "(", "sans", "without", "aucun", "no", "pas", "que")
                or t.text.startswith(("client", "customer", "commercial", "vend", "sell", "sold"))
                for t in sentence.tokens[begins : item.first]
            ):
                found.append(_Evidence("yes", _mention_words(message, mention), (number, item.first)))
    return found


_PROJECT_NOUN = re.compile(
    r"(?:^|(?<= ))(?:NOAI|NEW|BEF|DEP|outils?|chatbots?|plateformes?|algorithmes?|projets?|applications?|applis?|systemes?|assistants?|logiciels?|robots?|"
    r"solutions?|tools?|platforms?|algorithms?|projects?|apps?|systems?|software|bots?|produits?|products?|dispositif|modeles?|models?|agent conversationnel)(?= |$)"
)


def _speaks_of_project(message: _Message, readings: Mapping[str, Reading], before: Situation) -> bool:
    if "uses_ai" in readings or "stage" in readings or before.value("uses_ai") or before.value("stage"):
        return True
    return any(_PROJECT_NOUN.search(sentence.project.text) for sentence in message.sentences)


_SIZE = frozenset(
    "habitants habitant inhabitants agents agent salaries employees residents personnes people lits beds eleves etudiants students membres".split()
)


def _is_the_person(message: _Message, number: int, item: _Item) -> bool:
    """True for words that say who writes (« secrétaire de mairie ») or how big the body is (« 3 000 habitants »)."""
    sentence = message.sentences[number]
    tokens = sentence.tokens
    if (
        item.first
        and tokens[item.first].text in _SIZE
        and (
            tokens[item.first - 1].text.isdigit()
            or tokens[item.first - 1].text in ("mille", "million", "millions", "d")
        )
    ):
        return True
    applicant = _cast(message).applicant
    if applicant and applicant[1].sentence == number:
        body = sentence.bodies.items[applicant[1].item]
        if body.first <= item.last and item.first <= body.last:
            return True
    for family in _WHO:
        pattern = _lexicon().applicant[family]
        for index, body in enumerate(sentence.bodies.items):
            if body.tag not in _KIND_OF_TAG or body.first > item.last + 3:
                continue
            for match in pattern.finditer(sentence.bodies.with_target(index)):
                if "@" not in match.group():
                    continue
                first = sentence.bodies.items[sentence.bodies.item_at(match.start())].first
                if first <= item.first <= body.last:
                    return True
    return False


def _public_near(sentence: _Sentence, first: int, last: int) -> bool:
    """True when a customer named right there is a public body: « notre client est la ville »."""
    return any(
        _KIND_OF_TAG.get(item.tag) in _PUBLIC_ACTORS and first - 4 <= item.first <= last + 6
        for item in sentence.bodies.items
    )


_ITS_PEOPLE = re.compile(
    r"(?:^|(?<= ))(?:ses|leurs|its|their) (?:[a-z]+ )?(?:agents|usagers|habitants|administres|staff|residents|users|services|eleves|patients|personnels|employees|teams)(?= |$)"
)
_EXCLUSIVE = re.compile(
    r"(?:^|(?<= ))(?:uniquement|exclusivement|seulement|only|solely|exclusively|rien d autre|nothing else|nothing more|que (?:pour|a|aux|des|nos))(?= |$)"
)


def _strong(evidence: _Evidence, message: _Message) -> bool:
    sentence = message.sentences[evidence.position[0]]
    if any(
        item.first == evidence.position[1] and _KIND_OF_TAG.get(item.tag) in _PUBLIC_ACTORS
        for item in sentence.bodies.items
    ):
        return True
    return any(item.text == "USE" and item.first == evidence.position[1] for item in sentence.project.items)


def _near(evidence: _Evidence, first: int) -> bool:
    return abs(evidence.position[1] - first) < 10


def _not_only(sentence: _Sentence, first: int) -> bool:
    before = [token.text for token in sentence.tokens[max(0, first - 5) : first]]
    return any(word in _NOT_ONLY for word in before) and any(word in ("pas", "not", "non") for word in before)


# --- short answers and the conversation ----------------------------------------------------------------------------------------------------

_YES_NO = re.compile(
    r"^(?:(?P<yes>oui|yes|tout a fait|exactement|absolument|bien sur|effectivement|en effet|si|of course|sure|indeed|certainly|correct|affirmatif)|"
    r"(?P<no>non|no|pas du tout|not at all|absolument pas|pas vraiment|negatif|aucunement|malheureusement non|unfortunately not|helas non|not really|pas encore|not yet|pas (?:pour|a) (?:l instant|le moment|ce stade|l heure actuelle)|pas actuellement|not (?:at the moment|for now|currently|right now|so far)))(?= |$)"
)
_COUNTS = (
    ("several", re.compile(r"^(?:oui |yes |, )*(?:au moins |at least |il y en a |there are |une |)?(?:plusieurs|several|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|two|three|four|five|ten|many|beaucoup|une dizaine|dozens|[2-9]|[1-9][0-9]+)(?= |$)")),
    ("one", re.compile(r"^(?:non |no |oui |yes |, )*(?:(?:il n y en a |il y en a |there is |c est |just |only |seulement |juste |qu |que )*)(?:un seul|une seule|only one|just one|one|1|un|une)(?: seule?| only)?(?= ?$| PUB| commune| acteur| public| \.)")),
    ("none", re.compile(r"^(?:non |no |, )*(?:aucun|aucune|none|personne|nobody|zero|0|pas un seul)(?= |$)")),
)  # fmt: skip


def _read_answer(
    message: _Message, call: Call, pending: str | None, readings: dict[str, Reading], before: Situation
) -> dict[str, Reading]:
    """What a short message says as an answer to the question that was asked (`pending`)."""
    if pending is None or not message.sentences:
        return {}
    sentence = message.sentences[0]
    text = " ".join(item.text for item in sentence.bodies.items)
    field = call.field(pending)
    total = sum(len(one.tokens) for one in message.sentences)
    if total > 25:
        return {}
    if any(value.id in ("several", "one") for value in field.values) and total <= 10:
        for value, pattern in _COUNTS:
            match = pattern.match(text)
            if match and any(one.id == value for one in field.values):
                last = sentence.bodies.items[sentence.bodies.item_at(max(0, match.end() - 1))].last
                return {pending: Reading(value, message.words(sentence, 0, last))}
    match = _YES_NO.match(text)
    if match and pending not in readings and not sentence.is_question:
        said: Literal["yes", "no"] = "yes" if match.group("yes") else "no"
        value_id = field.answered_by(said)
        criterion = next(c for c in call.criteria if field in c.fields)
        same_matter = {f.id for f in criterion.fields}
        contradicts = any(before.value(name) not in (None, reading.value) for name, reading in readings.items())
        # "yes, a private bank", "yes, as a customer": the rest of the sentence says what the yes is worth.
        rest = " . ".join([text[match.end() :], *(one.bodies.text for one in message.sentences[1:])])
        is_plain = not set(re.findall(r"[A-Za-z0-9]+", rest)) - _PLAIN_ANSWER
        tells = any(name in same_matter for name in readings)
        names_actor = said == "yes" and pending == "public_partner" and _NAMES_ACTOR.match(rest) is not None
        if value_id and not contradicts and (is_plain or tells or names_actor):
            last = sentence.bodies.items[sentence.bodies.item_at(match.end() - 1)].last
            return {pending: Reading(value_id, message.words(sentence, 0, last))}
    if pending == "public_partner" and "public_partner" not in readings and total <= 8 and not sentence.is_question:
        if _NAMES_ACTOR.match(text) and len(message.sentences) == 1:
            return {pending: Reading("yes", message.words(sentence, 0, len(sentence.tokens) - 1))}
        if re.match(r"^(?:aucune?|none|personne|nobody|zero|neant|seule?s?|tout seuls?|alone)(?= ?$)", text):
            return {pending: Reading("no", message.words(sentence, 0, len(sentence.tokens) - 1))}
    return {}


# What may come with a yes or a no without changing it.
_PLAIN_ANSWER = frozenset(
    "oui non yes no plus tout a fait bien sur exactement absolument effectivement en effet we do have there is are it does not don t il y un une c est le cas nous "
    "avons n pas du encore malheureusement personne aucun aucune j ai one et merci thanks monsieur madame helas unfortunately sorry desole pour l instant moment "
    "at all so far bon ben euh i s d accord".split()
)
# "the city of Lyon", and nothing that says more of it.
_NAMES_ACTOR = re.compile(
    r"^(?: ?,)? ?(?:avec |with |il y a |c est |it is |it s |par )?(?:un |une |des |la |le |l |les |the |a |an |notre |deux |trois |two |three )*(?:PUB|ENT|RES|HOS)S?"
    r"(?: (?!(?:est|sont|pas|n|ne|pourr\w+|devr\w+|client\w*|comme|juste|seulement|is|are|not|will|would|could|may|might|as|only|just|hesit\w*|refus\w*|finan\w*|achet\w*|"
    r"buys?|funds?|sera|serait|veut|a|ont|has|en|in|belge|suisse|allemand\w*|german|swiss|belgian)\b)[a-z0-9]+){0,4} ?$"
)


def _read_message(text: str, call: Call, before: Situation, pending: str | None) -> dict[str, Reading]:
    """What one message says. Sentences in the call's own words, which the pages write, are taken to the letter."""
    stated, rest = take_stated(text, call)
    if stated:
        return {**(_read_freely(rest, call, before, None) if rest else {}), **stated}
    return _read_freely(text, call, before, pending)


def _read_freely(text: str, call: Call, before: Situation, pending: str | None) -> dict[str, Reading]:
    message = _parse(text)
    bare = "applicant"
    if (
        pending in ("public_partner", "shared_need")
        and not any(s.is_question for s in message.sentences)
        and before.value("applicant")
    ):
        bare = "answer"
    readings = _read_bodies(message, bare, before)
    ai = _read_ai(message)
    if ai:
        readings["uses_ai"] = ai
    stage = _read_stage(message, before.value("stage"))
    if stage:
        readings["stage"] = stage
    data = _read_data(message)
    if data:
        readings["personal_data"] = data
    service = _read_public_service(message, readings, before)
    if service:
        readings["public_service"] = service
    theme = _read_theme(message, service or stage or ai)
    if theme and not (theme.value in ("other", "health") and before.value("theme")):
        readings["theme"] = theme
    readings.update(_read_answer(message, call, pending, readings, before))
    known = {field.id: {value.id for value in field.values} for field in call.fields}
    return {name: reading for name, reading in readings.items() if reading.value in known.get(name, ())}


def read_situation(messages: Sequence[str], call: Call) -> Situation:
    """What the person has said, over all their messages (oldest first): the last word wins, the rest still holds."""
    situation = Situation()
    general: set[str] = set()  # what was said of others, in a general question
    heard: list[str] = []
    for number, text in enumerate(messages):
        earlier = messages[:number]
        scope = eligibility_scope(text, earlier)
        asked = number > 0 and _thread_scope(earlier) is not None
        pending = next_question(situation, call) if asked else None
        if scope is None and number < len(messages) - 1:
            text = _statements(text)
            if not text:
                continue
        readings = _read_message(text, call, situation, pending)
        anew = (scope == "own" and "applicant" in readings) or (scope == "general" and _asks_verdict(_parse(text)))
        if general and anew:
            # What was asked of others is neither this person's situation nor part of the next general question.
            situation = _without(situation, general)
            general, heard = set(), []
        general = general | set(readings) if scope == "general" else general - set(readings)
        situation = _without(situation, _taken_back(text, situation, readings))
        if number and scope is not None and _puts_another(_parse(text), situation, readings):
            known = ("public_partner", "shared_need", "public_service") if "applicant" not in readings else ()
            situation = _without(situation, ("applicant", "established", *known))
        situation = replace(situation, readings={**situation.readings, **readings})
        heard.append(text)
    return _with_public_service(situation, heard, call)


def _puts_another(message: _Message, situation: Situation, readings: Mapping[str, Reading]) -> bool:
    """True when the message puts another body in the place of the applicant: « et une boulangerie ? », "same thing, but for a…"."""
    if not _lexicon().scope["ellipsis"].search(message.sentences[0].bodies.text if message.sentences else ""):
        return False
    new = readings.get("applicant")
    return new is None or new.value != situation.value("applicant") or "established" in situation.readings


def _without(situation: Situation, fields: Iterable[str]) -> Situation:
    gone = set(fields)
    return Situation({name: reading for name, reading in situation.readings.items() if name not in gone})


def _with_public_service(situation: Situation, messages: Sequence[str], call: Call) -> Situation:
    """The situation, with its aim read again if it was not clear: "carers" says more once the hospital is known."""
    if "public_service" in situation.readings or all(field.id != "public_service" for field in call.fields):
        return situation
    last: Reading | None = None
    for text in messages:
        last = _read_public_service(_parse(text), {}, situation) or last
    return replace(situation, readings={**situation.readings, "public_service": last}) if last else situation


def _taken_back(text: str, situation: Situation, readings: Mapping[str, Reading]) -> set[str]:
    """What a message withdraws without putting a value in its place: then it is unknown again, and asked."""
    message, scope = _parse(text), _lexicon().scope
    whole = " . ".join(sentence.bodies.text for sentence in message.sentences)
    changes = bool(
        scope["hypothesis"].search(whole) or scope["correction"].search(f"{whole} ") or scope["only"].search(whole)
    )
    if not changes:
        return set()
    gone: set[str] = set()
    mentions = _mentions(message)
    roles = {m: _role(m, message)[0] for m in mentions}
    if "public_partner" not in readings and situation.value("public_partner") == "yes":
        # "in fact the region only funds us"
        if any(
            m.kind in _PUBLIC_ACTORS and roles[m] in ("limited", "funder", "customer", "talks", "compared", "former")
            for m in mentions
        ):
            gone.add("public_partner")
        if re.search(
            r"(?:^|(?<= ))(?:seule?s?|sans|alone|without|retir\w+|quitt\w+|desengag\w+|withdr\w+|leaves?|left|drop\w*)(?= |$)",
            whole,
        ):
            gone.add("public_partner")
    if "applicant" not in readings and (kind := situation.value("applicant")) is not None:
        # "and if we turned into a company?", in words that were not understood
        side = kind in _PUBLIC_KINDS
        if any(
            roles[m] == ""
            and m.kind not in _UNCERTAIN
            and (m.kind in _PUBLIC_KINDS) != side
            and m.kind not in _PUBLIC_KINDS
            for m in mentions
        ):
            gone.add("applicant")
    if "stage" not in readings and "stage" in situation.readings and _speaks_of_stage(message):
        gone.add("stage")
    return gone


def _speaks_of_stage(message: _Message) -> bool:
    return any(item.text in ("DEP", "BEF", "ACT") for sentence in message.sentences for item in sentence.project.items)


def _statements(text: str) -> str:
    """The sentences of a message about something else in which the person says something of theirs, and asks nothing."""
    message = _parse(text)
    if _lexicon().scope["other_topic"].search(" . ".join(s.bodies.text for s in message.sentences)):
        kept = [s for s in message.sentences if _speaks_of_self(message, s.bodies.text)]
    else:
        kept = list(message.sentences)
    told = [s for s in kept if not s.is_question and not _asks_fact(message, s) and not _INVERTED.search(s.bodies.text)]
    return ". ".join(text[s.tokens[0].start : s.tokens[-1].end] for s in told)


def _asks_verdict(message: _Message) -> bool:
    return any(_asks_for_verdict(message, sentence.bodies.text) for sentence in message.sentences)


# --- is it about eligibility? -------------------------------------------------------------------------------------------------------------------


def _thread_scope(earlier: Sequence[str]) -> Scope | None:
    """The scope of the last earlier message."""
    return eligibility_scope(earlier[-1], earlier[:-1]) if earlier else None


def eligibility_scope(message: str, earlier: Sequence[str]) -> Scope | None:
    """Whether a message, after the earlier ones, asks if someone can apply: they themselves, others in general, or nobody."""
    return _scope(message, tuple(earlier))


@lru_cache(maxsize=2_048)
def _scope(text: str, earlier: tuple[str, ...]) -> Scope | None:
    message = _parse(text)
    if not message.sentences:
        return None
    scope = _lexicon().scope
    texts = [sentence.bodies.text for sentence in message.sentences]
    whole = " . ".join(texts)
    facts = [_asks_fact(message, sentence) for sentence in message.sentences]
    verdicts = [t for t, fact in zip(texts, facts, strict=True) if not fact and _asks_for_verdict(message, t)]
    if scope["other_scheme"].search(whole) and (verdicts or any(s.is_question for s in message.sentences)):
        return None
    if verdicts:
        return _whose(message, verdicts)
    previous = _thread_scope(earlier)
    described = _describes(message)
    of_self = _speaks_of_self(message, whole)
    asks_again = any(scope["bare"].search(f"{t} ") for t in texts)
    # A question of fact, unless the person answers it: "Where are we? A prototype."
    if any(facts) and not (previous and described and not facts[-1] and not message.sentences[-1].is_question):
        return None
    if previous is None:
        before = any(_thread_scope(earlier[: i + 1]) for i in range(len(earlier)))
        if before and (asks_again or (described and scope["hypothesis"].search(whole))):
            return "own"
        if scope["other_topic"].search(whole):
            return None
        # Somebody is named, or much is told: a description, not a search by keywords.
        tells_who = bool(_read_bodies(message, "applicant", Situation()))
        if asks_again:
            return "own" if tells_who or described >= 3 else None
        asked = [s for s in message.sentences if s.is_question or _INVERTED.search(s.bodies.text)]
        if asked:
            short = all(len(s.tokens) <= 9 for s in asked)
            return "own" if short and tells_who and described >= 3 else None
        if tells_who and described >= 2:
            return "own"
        return "own" if (of_self or before) and (tells_who or described >= 2) else None
    questions = [s.bodies.text for s in message.sentences if s.is_question]
    if described and not message.sentences[-1].is_question:
        questions = []  # "Where are we? A prototype."
    if (
        questions
        and not asks_again
        and not all(
            scope["follow_up"].match(q) or scope["hypothesis"].search(q) or scope["insist"].search(q) for q in questions
        )
    ):
        return None
    if scope["thanks"].match(whole):
        return None
    counts = any(pattern.match(whole) for _, pattern in _COUNTS)
    tells = len(whole.split()) >= 5 and bool(_FINITE.search(whole))
    tells = tells or (len(whole.split()) <= 12 and bool(scope["fragment"].match(whole)))
    if not questions and not (
        described or asks_again or of_self or counts or tells or scope["insist"].search(whole) or _YES_NO.match(whole)
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
_INVERTED = re.compile(
    r"(?:^|(?<=[:,] ))(?:peut on|peut il|peut elle|est ce qu|a t on|doit on|pouvons nous|puis je|can we|can i|is it|does|do we|should we)(?= )"
)


def _asks_for_verdict(message: _Message, text: str) -> bool:
    scope = _lexicon().scope
    if scope["verdict"].search(text):
        return True
    whole = " . ".join(sentence.bodies.text for sentence in message.sentences)
    about = _speaks_of_self(message, text) or _SUBJECT_OF_VERDICT.search(whole)
    return bool(scope["verdict_weak"].search(text)) and bool(about)


def _asks_fact(message: _Message, sentence: _Sentence) -> bool:
    """True for a question of fact: a question word, in a question or in a message that has no question mark."""
    scope, text = _lexicon().scope, sentence.bodies.text
    if scope["fact_must"].search(text):
        return True
    if scope["fact_anywhere"].search(text):
        # "Would we have been eligible, and is it too late?" asks for a verdict first.
        return not (_speaks_of_self(message, text) and re.search(r"eligib", text))
    return bool(scope["fact"].search(text)) and (
        sentence.is_question or not any(s.is_question for s in message.sentences)
    )


def _whose(message: _Message, verdicts: Sequence[str]) -> Scope:
    """Whose eligibility is asked: that of the person, or that of bodies in general."""
    whole = " . ".join(sentence.bodies.text for sentence in message.sentences)
    # The last question counts: "a town near us applied. We are a company: eligible?"
    in_general = _asks_in_general(message, verdicts[-1])
    if any(_speaks_of_self(message, text) for text in verdicts) and not in_general:
        return "own"
    names_body = any(re.search(rf"{_ANY_BODY}(?= |$)", text) for text in verdicts)
    if _speaks_of_self(message, whole):
        return "general" if names_body and in_general else "own"
    return "general" if in_general else "own"


def _speaks_of_self(message: _Message, text: str) -> bool:
    scope = _lexicon().scope
    return bool(scope["own_en"].search(f" {text} ") or (not message.is_english and scope["own_fr"].search(f" {text} ")))


_ANY_BODY = r"(?:PUB|ENT|RES|HOS|PRIV|ASSO|INDIV|AMB)S?"
_INDEFINITE = re.compile(
    rf"(?:^|(?<= ))(?:un|une|des|les|a|an|any|can|are|is|could|may|do|toute?s?|certaine?s?|chaque) (?:(?!(?:the|le|la|l|this|that|ce|cet|cette|d|de|du)\b)[a-z0-9]+ ){{0,2}}{_ANY_BODY}(?= |$)"
)
_ALL_OF_THEM = re.compile(r"^(?:PUB|ENT|RES|HOS|PRIV|ASSO|INDIV|AMB)S(?= )")
_SOME_PROJECT = re.compile(
    r"(?:^|(?<= ))(?:les projets|des projets|projects|un projet|a project|les outils|un outil|une ia|an ai|une application)(?= )"
)


def _asks_in_general(message: _Message, text: str) -> bool:
    """True when the verdict is asked for bodies in general: « une association peut-elle… », "can start-ups…"."""
    if _speaks_of_self(message, text):
        return False
    return bool(_INDEFINITE.search(text) or _ALL_OF_THEM.search(text) or _SOME_PROJECT.search(text))


def _describes(message: _Message) -> int:
    """How many things of the rules the message speaks of."""
    readings = _read_bodies(message, "applicant", Situation())
    count = len([name for name in readings if name != "established"])
    count += sum(1 for reading in (_read_ai(message), _read_stage(message), _read_data(message)) if reading)
    count += bool(any(True for _ in _tagged(message, "USE")) or any(True for _ in _tagged(message, "PRVU")))
    return count
