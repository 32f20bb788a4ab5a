"""What is denied, and what is still to come."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.reading.lexicon import the_lists
from assistant.reading.text import Token, View

_BREAKS = frozenset(
    ", ; : ( ) mais but et and car because puisque qui que qu that which pour for afin avec with donc so alors while tandis whereas "
    "si if quoique bien sauf except instead plutot".split()
)
NOT_ONLY = frozenset(
    "seulement uniquement que juste only just simply merely exclusivement forcement necessairement".split()
)
DENIALS = frozenset(
    "rien nothing pas aucun aucune sans ni jamais no not never without nor neither cannot non nul nulle zero nullement hors "
    "depourvu depourvue depourvus exempt exempte exempts devoid".split()
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
    "wants wish hope hopes espere esperons envisage envisageons expect aim aims ambition intend intends doit fois quand lorsque lorsqu when once "
    "could pourrait if si".split()
)
_PUTTING = frozenset(
    "mettre passer deployer etre aller arriver lancer generaliser commercialiser be go put get roll have become see bring move finish release sera est is".split()
)
_HOPED = frozenset(
    "esperee espere attendue attendu visee vise envisagee envisage souhaitee prevue prevu hoped expected targeted planned".split()
)
_SOON = frozenset("demain tomorrow prochain prochaine prochainement next bientot soon".split())
_ELSEWHERE = frozenset(
    ", ; : ( ) mais but depuis since deja already avec with candidater apply postuler dont que qu which that car because presenter proposer soumettre".split()
)


# "Nor is it untrue that…": what is denied is the untruth.
_NOT_UNTRUE = re.compile(r"(?:^|(?<= ))(?:nor|not|pas|t|n est) (?:[a-z]+ ){0,4}$")
_UNTRUE = re.compile(r"^(?:faux|inexact|false|wrong|untrue|incorrect)(?= )")
_OPENS_ASIDE = frozenset("a an the un une la le l qui who which".split())


def _end_of_clause(words: Sequence[str], start: int) -> int:
    """Where the clause that begins at `start` ends; « , opérateur de l’État , » in its midst does not end it."""
    breaks = [i for i in range(start, len(words)) if words[i] in (",", ":", ";")]
    while len(breaks) > 1 and words[breaks[0]] == words[breaks[1]] == "," and words[breaks[0] + 1] in _OPENS_ASIDE:
        breaks = breaks[2:]
    return breaks[0] if breaks else len(words)


def is_denied(tokens: Sequence[Token], index: int, *, reach: int = 7) -> bool:
    """True when a negation bears on the word at `index`; « on ne peut pas dire que… » turns it round."""
    words = [token.text for token in tokens]
    turned = the_lists().scope["denied_denial"].search(" ".join(words[:index]) + " ")
    if turned is None:
        return has_denial(tokens, index, reach)
    if _UNTRUE.match(turned.group()) and _NOT_UNTRUE.search(turned.string[: turned.start()]):
        return has_denial(tokens, index, reach)
    start = len(turned.string[: turned.end()].split())
    end = _end_of_clause(words, start)
    if not start <= index < end:
        return has_denial(tokens, index, reach)
    if has_denial(tokens[start:], index - start, reach):
        return False
    # "it is not true that it is live": denied; "… that our AI is not live": the second negation bears on another word.
    return not any(word in DENIALS or word in ("t", "n", "ne") for word in words[start:end])


# « sans aucune collectivité la mise au point »: what these words deny ends with the noun that follows.
_SHORT_DENIALS = frozenset("sans aucun aucune without no nul nulle".split())
_ARTICLES = frozenset("la le les l un une notre nos ce cette the a an our this".split())


def _begins_anew(tokens: Sequence[Token]) -> bool:
    return any(
        token.text in _ARTICLES
        and tokens[i - 1].text
        not in (
            "que",
            "qu",
            "de",
            "d",
            "of",
            "a",
            "dans",
            "in",
            "for",
            "pour",
            "avec",
            "with",
            "par",
            "by",
            "is",
            "est",
        )
        for i, token in enumerate(tokens)
        if i
    )


_WISHED = frozenset("wish need plan plans desire appetite room place use call budget intention".split())


_LACKS = frozenset(
    "sans without depourvu depourvue depourvus depourvues exempt exempte exempts exemptes devoid denue denuee denues".split()
)
_TURNS = frozenset("pas not t jamais never nullement aucunement loin far non no aucun aucune nul".split())


def _since_break(tokens: Sequence[Token]) -> set[str]:
    """The words after the last comma or colon."""
    words = [token.text for token in tokens]
    last = max((i for i, word in enumerate(words) if word in (",", ";", ":")), default=-1)
    return set(words[last + 1 :])


def _is_far_from(tokens: Sequence[Token], index: int) -> bool:
    """True at the words that say that something is not so at all: « loin d’être », "far from", "nowhere near"."""
    words = [token.text for token in tokens[index : index + 3]]
    return (
        (words[:1] == ["loin"] and words[1:2] in (["d"], ["de"]) and words[2:3] in (["etre"], ["constituer"]))
        or words[:2] == ["far", "from"]
        or words[:2] == ["nowhere", "near"]
    )


def is_hardly(tokens: Sequence[Token], index: int) -> bool:
    """True after words that all but deny: "hardly a prototype any more", « guère un prototype »."""
    return bool({token.text for token in tokens[max(0, index - 4) : index]} & _HARDLY)


_HARDLY = frozenset("hardly scarcely guere".split())


def has_denial(tokens: Sequence[Token], index: int, reach: int) -> bool:
    for i in range(index - 1, max(-1, index - 1 - reach), -1):
        word = tokens[i].text
        if word == "for" and i and tokens[i - 1].text in _WISHED:
            continue  # "no wish for"
        if word in ("but", "sauf") and i and tokens[i - 1].text in ("anything", "tout"):
            return True  # "anything but finished", « tout sauf un prototype »
        if word in _BREAKS and not (word in ("que", "qu") and i and tokens[i - 1].text in ("alors", "tant")):
            return False
        if word == "0" and i + 1 == index:
            return True
        following = tokens[i + 1].text if i + 1 < len(tokens) else ""
        ahead = _since_break(tokens[max(0, i - 3) : i])
        if word in _LACKS and ahead & _TURNS:
            return False  # « n’est pas dépourvue d’IA », "not without AI"
        if word in ("pas", "not") and i and tokens[i - 1].text in ("pourquoi", "why"):
            return False  # "why not an AI?"
        if _is_far_from(tokens, i):
            return not ahead & _TURNS
        if word == "zero" and i and tokens[i - 1].text in ("de", "from"):
            continue
        if word == "plus":
            near = {token.text for token in tokens[max(0, i - 5) : i]}
            if near & {"n", "ne", "ni"} or (i and tokens[i - 1].text == "est"):
                counted = tokens[i + 2].text if i + 2 < len(tokens) and following in ("de", "d") else ""
                if following not in ("que", "en") and not counted.isdigit() and counted not in the_lists().numbers:
                    return following not in NOT_ONLY
            continue
        if word == "longer" and i and tokens[i - 1].text == "no":
            return True
        if word in _SHORT_DENIALS and _begins_anew(tokens[i + 2 : index]):
            continue
        if (word in DENIALS or (word == "t" and i and tokens[i - 1].text.endswith("n"))) and following not in NOT_ONLY:
            return not (word == "non" and (i + 1 != index or following in NOT_ONLY))
        if following in NOT_ONLY and word in DENIALS:
            return False
    return False


_AFTER_DENIED = re.compile(
    r"^(?:ne |n |du projet |dans ce projet |in it )*(?:sera|seront|sont|est|sera|is|are|will|isn|aren|serait|entre|entrent|intervient|interviennent|"
    r"be)? ?(?:be )?(?:pas|plus|not|jamais|aucunement|nullement|t) (?:du tout |at all |be |ete |encore )?(?:utilis|employ|prev|present|mobilis|"
    r"impliq|necess|traite|used|involved|planned|processed|needed|concern|en jeu|at stake|dedans|en oeuvre|au programme|recour|included|collect|wanted|souhait|retenu)|"
    r"^(?:is|est|c est|,)? ?(?:exactly|precisely|just|exactement|precisement|justement|bien)? ?(?:what|ce que|ce qu|ce dont) (?:[a-zA-Z]+ ){0,5}?(?:refus|reject|exclu|avoid|evit|did not|didn t|does not|doesn t|do not|don t|ne (?:veu|voul|souhait|cherch))"
)
AFTER_NONE = re.compile(
    r"^(?:: |= |, )?(?:(?:non|aucune?s?|no|none|zero|neant|nulle?|nope)(?: (?:du tout|at all|rien))?|pas (?:a ce (?:jour|stade)|pour l instant|pour le moment|encore|du tout|le moindre|un seul)|not (?:yet|so far|at all|one|a single one)|personne|nobody|jamais|never)(?= ?$| [.,;)]| ,)"
)
AFTER_YES = re.compile(r"^(?:: |= )(?:oui|yes)(?: |$)")


def is_denied_after(view: View, item: int) -> bool:
    after = view.after(item)
    return bool(_AFTER_DENIED.match(after) or AFTER_NONE.match(after))


_DONE = frozenset(
    "vient venons viens viennent pu reussi su fini fait faite et si quand lorsque apres parvenus parvenu".split()
)
SUPPOSING = (
    r"(?:what if|et si|suppose|supposing|supposons|supposez|were (?:we|it|they|i) to|imagine|imaginons|imaginez|admettons|assume"
    r"|(?:hypothetically|theoretically|in theory|en theorie|par hypothese)(?: speaking)?(?: ,)? (?:if|si))"
)
"""Words that suppose what is said after them."""
_SUPPOSED = re.compile(rf"^(?:[a-z]+ ,? ?){{0,3}}(?:{SUPPOSING}|mettons qu) ")
_ONLY_THEN = frozenset("after apres once only seulement unless until jusqu avant".split())


def is_supposed(tokens: Sequence[Token]) -> bool:
    """True for words that suppose what is said after them: "what if…", « imaginons que… »."""
    return bool(_SUPPOSED.search("".join(f"{token.text} " for token in tokens)))


def is_to_come(tokens: Sequence[Token], index: int, last: int | None = None) -> bool:
    """True when the service that the words at `index` name is still to come."""
    after = [token.text for token in tokens[(last or index) + 1 : (last or index) + 3]]
    if is_supposed(tokens[:index]) and not _ONLY_THEN & set(after):
        return False  # "what if we put it into production before applying?": judged as if it were so
    if any(word in _SOON for word in [token.text for token in tokens[(last or index) + 1 : (last or index) + 5]]):
        return True
    if index and tokens[index - 1].text in ("goes", "go", "going"):
        return True
    near = {token.text for token in tokens[max(0, index - 9) : index]}
    if {token.text for token in tokens[max(0, index - 3) : index]} & {"mettre", "passer"} and not near & _DONE:
        return True  # « il ne manque que la signature pour la mettre en service »
    if any(word in ("depuis", "since") for word in after):
        return False
    if after[:1] and after[0] in _HOPED:
        return True
    between: set[str] = set()
    for i in range(index - 1, max(-1, index - 8), -1):
        word = tokens[i].text
        if word in _ELSEWHERE:
            return False
        if word in _TO_COME or (word in _WISHES and between & _PUTTING):
            return True
        between.add(word)
    return False
