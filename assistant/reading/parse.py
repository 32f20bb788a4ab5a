"""Text -> Message: made simple (lower case, no accents, abbreviations and typing errors mended), its terms tagged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.reading.lexicon import Trie, base_of, the_lists
from assistant.reading.text import KIND_OF_TAG, Item, Message, Sentence, Token, View
from corpus.words import fold, is_shouted

_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+|[.,;:!?()%=/+&\n«»\"]")
_ENDS = frozenset(".;!?\n")


@lru_cache(maxsize=1)
def dictionary() -> frozenset[str]:
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
    the_lists()
    dictionary()


@lru_cache(maxsize=20_000)
def _mended(word: str) -> str:
    """`word`, or the term of the lists that it misspells."""
    lexicon = the_lists()
    if len(word) < 4 or not word.isalpha() or base_of(word) in lexicon.vocabulary_set or word in lexicon.vocabulary_set:
        return word
    if word in dictionary() or base_of(word) in dictionary():
        return word
    # Four letters are too few to guess among all the terms.
    terms = lexicon.vocabulary if len(word) > 4 else lexicon.often_misspelt
    for form in dict.fromkeys((word, base_of(word))):
        allowed = 1 if len(form) < 8 else 2
        found = process.extract(form, terms, scorer=OSA.distance, score_cutoff=allowed, limit=5)
        near = [(distance, -len(term), term) for term, distance, _ in found if term[0] == word[0]]
        if near:  # of two equals, the longer: people drop letters more than they add some
            return str(min(near)[2])
    return word


_folded = lru_cache(maxsize=20_000)(fold)


def _tokens(text: str) -> list[Token]:
    lexicon = the_lists()
    found = list(_TOKEN.finditer(text))
    raw = [_folded(match.group()) for match in found]
    english = _is_english(raw)
    shouting = is_shouted(text)
    tokens: list[Token] = []
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
            word = "avec" if surface == "+" and not _joins_equals(raw, index) else "et"
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
        elif not (surface.istitle() and before in _BEFORE_A_PLACE and not shouting):
            word = _mended(word)  # but no name: Autun is not « aucun »
        tokens += [Token(part, match.start(), match.end(), capital) for part in word.split()]
    return tokens


def _joins_equals(words: Sequence[str], index: int) -> bool:
    """True for the « + » of an enumeration that a plural opens: « deux hôpitaux + l’ARS »."""
    return any(word.isdigit() or word in the_lists().numbers for word in words[max(0, index - 4) : index])


_BEFORE_A_PLACE = frozenset("de d du des a of in at from near".split())
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
def parse_message(text: str) -> Message:
    sentences: list[Sentence] = []
    current: list[Token] = []
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
    return Message(text, tuple(sentences), _is_english([_folded(word) for word in re.findall(r"[^\W_]+", text)]))


def _sentence(tokens: Sequence[Token], is_question: bool) -> Sentence:
    lexicon = the_lists()
    bodies = _tag(tokens, (lexicon.bodies,))
    project = _tag(tokens, (lexicon.project, lexicon.bodies))
    return Sentence(tuple(tokens), View(bodies), View(project), is_question)


_ASKED_OF = frozenset("donnees donnee data ia ai partenaire partner partenaires besoin need acteur".split())
_ANSWERS = frozenset(
    "aucune aucun none no non neant zero nope oui yes pas not personne nobody jamais never rien".split()
)


def _answers_at_once(question: Sequence[Token], following: Sequence[Token]) -> bool:
    """True for a question that the person answers in the next word."""
    return bool(following) and following[0].text in _ANSWERS and any(token.text in _ASKED_OF for token in question)


_PARTNER_WORDS = frozenset({"partenaire", "partenaires", "partner", "partners"})


def _tag(tokens: Sequence[Token], tries: Sequence[Trie]) -> list[Item]:
    items: list[Item] = []
    index = 0
    while index < len(tokens):
        best: tuple[str, int] | None = None
        for trie in tries:
            found = trie.longest(tokens, index)
            if found and (best is None or found[1] > best[1]):
                best = found
        text = tokens[index].text
        following = base_of(tokens[index + 1].text) if index + 1 < len(tokens) else ""
        if (text in _PARTNER_WORDS and following == "public") or (
            text == "public" and following in ("partner", "partenaire")
        ):
            items.append(Item("PPUBS" if text.endswith("s") else "PPUB", index, index + 1))
            index += 2
            continue
        if best is None or best[0] == "-":
            last = best[1] if best else index
            items += [Item(tokens[i].text, i, i) for i in range(index, last + 1)]
            index = last + 1
            continue
        tag, last = best
        if tag in ("AMB", "HOS"):
            tag, last = _resolved(tokens, tag, index, last)
        if tag in KIND_OF_TAG and (
            _is_plural(tokens[last].text if tokens[last].text in _ENGLISH_HEADS else text)
            or (text in _ENGLISH_ADJECTIVES and last > index and _is_plural(tokens[last].text))
        ):
            tag += "S"
        if items and tag in KIND_OF_TAG and items[-1].text == tag and items[-1].last == index - 1:
            items[-1] = replace(items[-1], last=last)  # "La Poste SA": one body, named twice
        else:
            items.append(Item(tag, index, last))
        index = last + 1
    return items


# "public bodies": the plural is on the last word.
_ENGLISH_ADJECTIVES = frozenset(
    "public local town city county district regional municipal private government state university law metropolitan trade".split()
)
# « l’hôpital où je travaille est public », "our school is run by the State"
_STATUTE = re.compile(
    r"(?:(?:[a-z0-9]+|,|\() ){0,6}?(?:(?:est|is|est un|is a|est une|etablissement|establishment|statut|entierement|a|an|un|une|one|national|nationale|local|locale|regional|regionale|french|state|runs?|run|detenu|owned|,|,|\() )+"
    r"(?:(?P<private>priv\w+(?: |$)|a but lucratif)|(?:public|publique|municipal|municipale|communal|communale|departemental|by the (?:state|city|town|region|department)|par (?:l etat|la ville)) )"
)
_ENGLISH_HEADS = frozenset(
    "department prefecture council region authority agency office service body hospital company firm".split()
)
_PUBLIC_WORDS = frozenset({"public", "municipal", "communal", "departemental", "intercommunal", "publics"})


def _resolved(tokens: Sequence[Token], tag: str, first: int, last: int) -> tuple[str, int]:
    """An ambiguous body, made public or private by the adjective that comes within three words (before it in English)."""
    research = tokens[first].text.startswith(
        ("laborat", "labo", "lab", "research", "institut", "universit")
    ) or "recherche" in (token.text for token in tokens[first : last + 1])
    for word in (token.text for token in tokens[max(0, first - 2) : first]):
        if word in ("private", "public", "state"):
            return ("PRIV" if word == "private" else "RES" if research else "PUB"), last
    said = " ".join(token.text for token in tokens[last + 1 : last + 12])
    if tag == "HOS" and "espic" in said.split():
        return "ENT", last  # « un hôpital classé ESPIC »
    told = _STATUTE.match(f"{said} ")
    if told:
        return ("PRIV" if told["private"] else "RES" if research else "PUB"), last
    for index in range(last + 1, min(last + 4, len(tokens))):
        word = base_of(tokens[index].text)
        if word in (",", ":", "(", ")", "et", "and", "qui", "avec", "pour", "for", "with", "sans"):
            break
        if word in _PUBLIC_WORDS:
            return ("RES" if research else "PUB"), index
        if word in ("prive", "private"):
            return "PRIV", index
    return tag, last


def _is_plural(word: str) -> bool:
    return len(word) > 4 and word[-1] in "sx" and base_of(word) != word


def speaks_of_self(message: Message, text: str) -> bool:
    scope = the_lists().scope
    return bool(scope["own_en"].search(f" {text} ") or (not message.is_english and scope["own_fr"].search(f" {text} ")))
