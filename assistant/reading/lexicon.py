"""The lists of `corpus/lexicon`, ready to use: terms in tries, patterns compiled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from assistant.reading.text import BODY_TAGS, CONCEPT_TAGS, THEMES, Token
from corpus.errors import ExplainedError
from corpus.words import fold

_FOLDER = Path(__file__).resolve().parents[2] / "corpus" / "lexicon"


class _Node:
    """A point of a trie: what follows word by word, what follows by the start of a word, and the tag of the term that ends here."""

    __slots__ = ("prefixes", "tag", "words")

    def __init__(self) -> None:
        self.words: dict[str, _Node] = {}
        self.prefixes: dict[str, _Node] = {}
        self.tag = ""


class Trie:
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
                key = f"^{fold(word)}" if word.isupper() and len(word) > 1 else base_of(word)
                node = node.words.setdefault(key, _Node())
        node.tag = node.tag or tag

    def longest(self, tokens: Sequence[Token], start: int) -> tuple[str, int] | None:
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
def base_of(word: str) -> str:
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
    return (f"^{word}", base_of(word)) if is_capital else (base_of(word),)


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


def _by_name(entries: Iterable[Mapping[str, str]], place: str) -> dict[str, str]:
    """Name → pattern; an ExplainedError for a name that stands twice, of which the first pattern would be lost."""
    found: dict[str, str] = {}
    for entry in entries:
        if entry["name"] in found:
            raise ExplainedError(
                f"{place}: two patterns are called '{entry['name']}', so one of them would not be read. Give the second another name, or join them."
            )
        found[entry["name"]] = entry["pattern"]
    return found


def _spelt_out(words: Mapping[Any, Any], place: str) -> dict[str, str]:
    """Short word → what it stands for; an ExplainedError for a bare yes or no, which YAML takes for true or false."""
    for short, word in words.items():
        if not (isinstance(short, str) and isinstance(word, str)):
            raise ExplainedError(f"{place}: « {short}: {word} » is not read as two words. Put quotes around each.")
    return {fold(short): word for short, word in words.items()}


class _Lexicon:
    """The lists of `corpus/lexicon`, ready to use."""

    def __init__(self, folder: Path) -> None:
        bodies, concepts, words, patterns = (
            _yaml(folder / f"{name}.yaml") for name in ("bodies", "concepts", "words", "patterns")
        )
        self.bodies, self.project, self.themes = Trie(), Trie(), Trie()
        vocabulary: set[str] = set()

        def add(trie: Trie, terms: Iterable[str], tag: str) -> None:
            for term in terms:
                for wording in _expand(term):
                    trie.add(wording, tag)
                    vocabulary.update(word.rstrip("*") for word in wording)

        for kind, terms in bodies.items():
            add(self.bodies, terms, BODY_TAGS.get(kind, "-"))
        for kind, terms in concepts.items():
            if kind in THEMES:
                add(self.themes, terms, kind)
            else:
                add(self.project, terms, CONCEPT_TAGS.get(kind, "-"))
        self.abbreviations, self.english_abbreviations = (
            _spelt_out(words[name], f"{folder.name}/words.yaml, {name}")
            for name in ("abbreviations", "english_abbreviations")
        )
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
            r"(?:^|(?<= ))(?:basee?s?|etablie?s?|installee?s?|situee?s?|domiciliee?s?|immatriculee?s?|implantee?s?|siege(?: social)?|based|sited|"
            r"established|headquartered|incorporated|registered|located|(?<!driving )(?<!back )(?<!passenger )seat|head office|enregistree?s?|de droit|hors de|outside|out of|"
            r"(?:nos|notre|our) (?:bureaux?|locaux|offices?|siege|premises) (?:sont|are|est|is)|sommes|suis|est|are|is|venons|(?<!\bi )come|operate|writing|ecris|ecrivons|greetings|hello|bonjour|salutations)(?: (?:est|is|se trouve|uniquement|only|social|are))* (?:a|en|au|aux|in|at|de|"
            r"from|dans|d|within|pres de|of|l|la|le|les|the|,|:|\()+(?: (?:a|en|au|aux|in|at|de|l|la|le|les|the|ville de))* ?"
            r"(?:{0})(?= |$)".replace("{0}", f"(?P<abroad>{places})|(?P<france>{home})")
            + rf"|^(?:en|au|aux|in) (?:{places})(?= ?$| , (?:oui|eh oui|yes|indeed|certes)(?= |$))"
            + rf"|(?:^|(?<= ))(?:nous sommes|on est|je suis|we (?:are|re)|i (?:am|m)) (?:une?|an?) (?:[a-z]+ ){{1,3}}?(?:de|d|a|in|from|of) (?:{places})(?= |$)"
        )
        self.outside = re.compile(
            r"(?:^|(?<= ))(?:(?:etablie?s?|basee?s?|installee?s?|situee?s?|based|established|located|sommes|are|siege) (?:{W} )?"
            r"(?:hors de (?:la )?france|hors france|a l etranger|outside (?:of )?france|abroad|not in france)|(?:no|sans|aucune?|without(?: an| any)?|pas d|pas de) (?:{W} )?(?:office|offices|bureaux?|implantation|"
            r"establishment|etablissement|presence|branch|filiale|seat|siege|legal entity|entity|entite|adresse) (?:{W} )?(?:in|en) france|(?P<never>(?:never|not|jamais|pas) (?:{W} ){0,2}?(?:set (?:a )?foot|mis (?:les pieds|un pied)|mis le pied) (?:in|en) france))(?= |$)".replace(
                "{W}", "[a-z0-9]+"
            )
        )
        self.place = re.compile(
            rf"^(?:(?:[a-z0-9]+ )?(?:a|en|au|aux|de|du|d|in|from|of|\(|,)) (?:la |l |le |the )?(?:(?:PUBS? |[a-z]+ |[a-z]+ [a-z]+ )(?:d |de |du |of )(?:la |l |the )?)?(?:{places})(?= |$)"
        )
        self.place_before = re.compile(
            rf"(?:^|(?<=^a )|(?<= a )|(?<= an )|(?<= the )|(?<= our )|(?<=^the ))(?:{places}) (?:based )?(?:[a-z]+ )?$"
        )
        self.anywhere_abroad = re.compile(rf"(?:^|(?<= ))(?:{places}|(?:{adjectives})s?)(?= |$)")
        self.bare_place = re.compile(rf"^(?:{places})(?= |$)")
        self.roles = {role: [compiled(p) for p in found] for role, found in patterns["roles"].items()}
        # A pattern that ends on the body says with whom; one that starts with it says what it does.
        self.companion = [compiled(p) for p in patterns["partner"] if p.endswith("@")]
        self.conductor = [compiled(p) for p in patterns["partner"] if not p.endswith("@")]
        self.applicant = {
            name: compiled(pattern)
            for name, pattern in _by_name(patterns["applicant"], f"{folder.name}/patterns.yaml, applicant").items()
        }
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
        self.learning = compiled(patterns["learning"])
        self.purpose = compiled(patterns["purpose"])
        self.purpose_named = compiled(patterns["purpose_named"])
        self.purpose_later = compiled(patterns["purpose_later"])
        before, after = ("|".join(patterns["given_up"][side]) for side in ("before", "after"))
        self.ai_dropped = compiled(
            rf"(?:{before}) (?:(?:the|our|all|any|that|this|its|la|le|l|notre|cette|tout|toute|d|de|du|idea|idee|of|volet|brique|partie|part|bit|side|about|regarding|concerning|concernant|sur|an?|une?|using|use|usage|recours|a) ){{0,5}}$"
        )
        self.ai_gone = re.compile(
            _fill(
                rf"^(?!(?:{{W}} ){{1,4}}on (?:our|my|his|her|their|the) (?:desks?|laps?|plates?|tables?|doorsteps?)(?= |$))(?:(?:part|bit|side|component|thing|stuff) )?(?:{after})(?= ?$| [,.;:!)]| (?:du|de|des|et|from|of|and|in|by|last|since|depuis|en|le|la|l|ce|cet|cette|this|as|the|our|par|faute|avec|with|for|pour|au|aux|hier|yesterday|on|after|apres|lors)(?= ))",
                macros,
            )
        )
        self.replacement = {
            name: compiled(one if isinstance(one, str) else "|".join(one))
            for name, one in patterns["replacement"].items()
        }
        self.courtesies = {
            side: re.compile("|".join(_fill(one, macros) for one in some))
            for side, some in patterns["courtesies"].items()
        }
        self.threads = {
            name: re.compile("|".join(_fill(one, macros) for one in some)) for name, some in patterns["threads"].items()
        }
        self.no_names, self.thread_words = (frozenset(map(str, words[name])) for name in ("no_names", "thread_words"))
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
                "so_called_ai",
                "own_fr",
                "own_en",
                "follow_up",
                "correction",
            )
            else compiled(f"(?:{p})(?![a-z0-9])" if name.startswith("verdict") else p)
            for name, p in patterns["scope"].items()
        }
        self.has_left = re.compile(
            rf"(?:^|(?<= ))(?<!we )(?<!nous )(?<!on )(?<!i )(?:{'|'.join(patterns['has_left'])})(?= |$)"
        )
        self.doubts, self.puts_right, self.wishes_to_apply, self.trainings, self.only_now, self.overseas = (
            re.compile(patterns[name])
            for name in ("doubts", "puts_right", "wishes_to_apply", "trainings", "only_now", "overseas")
        )
        self.would_leave, self.a_guess, self.knows_no_more, self.decides_nothing, self.back_to_what_is = (
            re.compile(patterns[name])
            for name in ("would_leave", "a_guess", "knows_no_more", "decides_nothing", "back_to_what_is")
        )
        self.proposes, self.puts_off, self.takes_up = (
            re.compile(patterns[name]) for name in ("proposes", "puts_off", "takes_up")
        )
        self.spoken_of, self.told_by = (
            {
                (field, value): re.compile(words)
                for field, values in patterns[name].items()
                for value, words in values.items()
            }
            for name in ("spoken_of", "told_by")
        )
        unknown = patterns["unknown"]
        self.unknown_said, self.unknown_after = (compiled("|".join(unknown[name])) for name in ("said", "after"))
        self.unknown_aside, self.unknown_answer, self.unknown_opens, self.unknown_around = (
            compiled(unknown[name]) for name in ("aside", "answer", "opens", "around")
        )
        # The tool, and no word of AI: what drops an AI drops it too.
        former = "(?!(?:old|ancien[a-z]*|vieux|vieil[a-z]*|current|actuel[a-z]*|existing|existant[a-z]*|previous|precedent[a-z]*|legacy|former|other|autre) )"
        self.by_people = [compiled(pattern) for pattern in unknown["by_people"]]
        self.people_instead = [*self.by_people, *(compiled(pattern) for pattern in unknown["people_instead"])]
        self.tool_gone = [
            *(compiled(pattern) for pattern in unknown["tool_gone"]),
            compiled(
                rf"(?:the|our|la|le|l|notre|cette|ce|that|this) {former}(?:{{W}} )?{{TOOL}}(?: [a-z]+){{0,2}}? (?:{after})(?= |$)"
            ),
            compiled(rf"(?:{before}) (?:the|our|la|le|l|notre|cette|ce|that|this) {former}(?:{{W}} )?{{TOOL}}(?= |$)"),
        ]
        self.leisure = [compiled(pattern) for pattern in unknown["leisure"]]
        self.unknown_about = {field: compiled("|".join(about)) for field, about in unknown["about"].items()}
        self.making = _making(words["making"])
        self.making_of = frozenset(map(str, words["making_of"]))
        self.often_misspelt = [str(word) for word in words["often_misspelt"]]
        vocabulary |= {str(word) for word in words["often_misspelt"]}
        self.vocabulary = sorted(word for word in vocabulary if len(word) >= 5 and word.isalpha() and word.islower())
        self.vocabulary_set = frozenset(
            {*vocabulary, *map(base_of, vocabulary), *words["towns"]}  # Autun is not « aucun »
        )


_ER = ("e", "es", "ons", "ez", "ent", "ait", "aient", "erait", "erions", "eraient", "ions")


def _making(lists: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The forms of the verbs of making, and how each is used: `finite`, `gerund` or `infinitive`; the first word of a wording counts."""
    forms: dict[str, str] = {}
    for verb in lists["english_infinitives"]:
        forms[verb.split()[0]] = "infinitive"
    for verb in (*lists["french_infinitives"], *lists["french_er"]):
        forms[verb.split()[-1]] = "infinitive"
    for verb in lists["french_er"]:
        stem = verb.removesuffix("er")
        soft = f"{stem}e" if stem.endswith("g") else stem  # « nous envisageons »
        forms |= {(soft if ending[0] in "ao" else stem) + ending: "finite" for ending in _ER}
    forms |= dict.fromkeys(lists["french_forms"], "finite")
    for form in lists["english_forms"]:
        forms[form] = "finite-both" if forms.get(form) == "finite" else "finite-english"
    forms |= {gerund.split()[0]: "gerund" for gerund in lists["english_gerunds"]}
    return forms


def _fill(pattern: str, macros: Mapping[str, str]) -> str:
    return re.sub(r"\{([A-Z][A-Z0-9]*)\}", lambda match: macros[match.group(1)], pattern)


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def the_lists() -> _Lexicon:
    return _Lexicon(_FOLDER)
