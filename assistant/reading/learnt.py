"""A second reader, learnt from examples: how likely each value of a field is, given all that the person wrote.

The first reader knows constructions: what it finds is mostly right, and before an unforeseen one it is silent. This one has read thousands of
messages and is never sure of one. `SecondReader.weigh` believes what the two together make likely.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from assistant.judge import alike
from assistant.reading.lexicon import the_lists
from assistant.reading.parse import parse_message
from assistant.reading.project import (
    gives_up_ai,
    is_beside_the_point,
    is_of_another_tool,
    nothing_changes,
    read_ai,
    read_stage,
)
from assistant.reading.text import PUBLIC_KINDS, Scope, sentences_of
from assistant.stated import take_stated
from assistant.vocabulary import Reading, Situation
from corpus.call import Call
from corpus.words import fold

if TYPE_CHECKING:
    from assistant.network import Trunk

UNSAID = "unsaid"
BELIEVED = 0.85
"""The likelihood from which a value is read; below, it is asked: a value read wrongly costs months, a question too many a minute. On 580 messages not
taught with, 0.9 decides two verdicts fewer and none of the wrong ones is gone, 0.75 makes ten wrong instead of seven
(docs/decisions/2026-11-27-what-two-readers-make-likely.md)."""
CORRECTED = 0.9
"""How likely another value must be, after a message that says to put something right, for what was found before to be asked again."""
SURE, SURE_OF_SEVERAL = 0.95, 0.98
"""The likelihood from which a single message is read against what the first reader found in it, and from which a conversation is: there the last
word wins, which the first reader knows by rule. Where they differ and none is so sure, it is asked."""
WEIGHT_OF_FOUND = 0.7
"""How much what the first reader found counts: both look at the same words, so it is less news than if it came from elsewhere."""
NAMED = frozenset({"applicant"})
"""Fields told by names and acronyms, which are listed for the first reader and may be unknown to the other: in a single message, what was found
of them stays unless another value is sure."""
TECHNICAL = frozenset({("uses_ai", "yes")})
"""What a technique tells by its name alone: in the last message it stays too, whatever is denied beside it."""
HOLDING_BACK = 0.7
"""The likelihood from which a value of `holding` is read: sooner than another, for without it silence would be « eligible »."""
_ONLY_OFFERED = re.compile(
    r"\b(?:souhait\w+|voudr\w+|voul\w+|aimer\w+|veu(?:t|x|lent)|wants?|wish\w*|hopes?|would like|d like) (?:to )?(?:candidat\w+|concourir|participer|postuler|se presenter|entrer|apply|compete|enter|take part) "
)
"""A wish to take part, which tells no stage: « la métropole souhaite concourir avec une IA »."""
_TWINNED = re.compile(r"\b(?:jumel\w+|twin(?:ned)?) (?:avec|a|with|town)\b")
"""A town that is twinned with one abroad is no less here: « la mairie de Roubaix, jumelée avec Verviers, en Belgique »."""
_FOR_THEIR_STAFF = re.compile(
    r"\b(?:for|pour|to help|aide\w*) (?:our|nos) (?:own )?(?:agents?|officers?|clerks?|staff|case ?workers|civil servants|fonctionnaires|instructeurs|soignants)\b"
)
"""Whom a tool of a public body serves, whatever else is denied: "it's for our agents only"."""
_GOES_THERE = re.compile(
    r"^(?!.*\b(?:we|us|our|i|nous|notre|nos|on|je|based|seat|siege)\b).*\b(?:leav\w+|left|gone|went|moved|moving|retir\w+|holidays?|vacances|part(?:ent|i|is|e)?|s['’ ]installe\w*)\b[^.;]{0,20}\b(?:for|to|pour|en|au|aux)\b"
    r"|^.*\b(?:one|two|three|some|un|une|deux|trois|colleagues?|collegues?|nurses?|develop\w+|stagiaires?|interns?) (?:\w+ ){0,2}?(?:left|gone|went|moved|parti\w*|s['’ ]?en va) (?:for|to|pour|en|au|aux)\b"
)
"""What somebody does abroad, which tells nothing of where a body is: "a nurse is leaving for Canada"."""
SUPPOSED = frozenset({("theme", "other")})
"""What the first reader supposes of a project that names no theme: no word of the person's is against another one."""
EASILY_SUPPOSED = frozenset({("stage", "before"), ("public_service", "yes"), ("uses_ai", "no")})
"""What a project is taken for that does not say it (« on a une IA qui lit les certificats », « la mairie a un prototype d’IA », "we have a name, a logo and
a mailing list"): where the first reader found nothing, and the message has no word that tells it (`told_by` in `corpus/lexicon/patterns.yaml`), read only
when sure."""
TOLD_IN_A_SENTENCE = frozenset({"stage"})
"""Fields that a sentence tells without the others. Where the two readers differ on one, each sentence is read by itself: in a long text, a date or
the tool of a neighbour, three sentences away, weighs on the network. Of the other fields, a sentence alone says too little (measured: ten verdicts
wrong instead of five with the use of AI, eight with the partner)."""
TOLD_SINCE = frozenset({"public_partner", "shared_need", "stage", "uses_ai", "public_service", "personal_data"})
"""Fields that a message tells without those before it, and that conversations put right: what a later one surely tells by itself is believed, the
whole conversation agreeing, against what the first reader found before it."""
PUT_RIGHT = frozenset({("personal_data", "no")})
"""What a later message that by itself surely tells another value puts right, whatever all of them together seem to say: « j’ai dit une bêtise, il y a
les adresses des visiteurs ». Of 52 development conversations in which one does, all 52."""
SURE_ALONE = 0.9
"""The likelihood from which a message by itself surely tells a value. Of 1,100 development conversations seven more are decided, none is more wrong."""
TOLD_LAST: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "stage": {"before": (0.98, 0.7), "deployed": (0.98, 0.7)},
    "uses_ai": {"yes": (0.9, 0.9), "no": (0.95, 0.7)},
}
"""What is asked otherwise, and how likely the last message by itself, and all together, must tell it to be read. In some 1,700 conversations by strangers that
taught nothing, about 45 more are decided and one more is wrong; of the aim and the need no such likelihoods tell right from wrong."""
SURE_OF_ANOTHER = 0.98
"""From when on both the last message and all of them together tell another stage than the one read before, answered or not."""
TAKEN_BACK = {
    ("public_partner", "yes"): (("no", 0.5, 0.9),),
    ("uses_ai", "yes"): (("no", 0.5, 0.9), ("no", 0.9, 0.99)),
    ("public_service", "yes"): (("no", 0.7, 0.97),),
    ("shared_need", "several"): (("one", 0.8, 0.97), ("none", 0.8, 0.97)),
}
"""What opens the way to « eligible » and is asked again once a later message, by itself, tells another value, as likely as is said here, unless all of
them together are as sure of the first (of 1,386 development conversations three more are right and one less is wrong than with 0.98 and 0.8 for AI and 0.75
for the aim): « imaginons que la ville ne fasse plus rien avec nous », « un projet vidé de son IA »."""
FALLING = {("public_partner", "yes"): (0.8, 0.1), ("uses_ai", "yes"): (0.8, 0.1), ("public_service", "yes"): (0.7, 0.2)}
"""Of these, how likely one still is in all the messages, and by how much less than in those up to the one that told it, for the later ones to leave it in
doubt, in words that neither reader knows: « la métropole s'est débinée »."""
UNHEARD = 0.95
"""How likely nothing is said of a field in all the messages, for what an earlier one told to be asked again where a later one has
a word of doubt (`doubts` in `corpus/lexicon/patterns.yaml`): « Je retire : en service, je n’en sais rien »."""
TOLD_IN_WORDS = frozenset({"stage", "uses_ai", "public_service", "personal_data"})
"""Fields that words of all kinds tell. Bodies have names, which the network may not know."""
LIKELY_UNSAID, UNSAID_OF_NOBODY = 0.3, 0.2
"""How likely no aim is said, for one that the first reader found to be asked; the second, where its words name nobody (« avec deux data scientists, sprint
de trois semaines »)."""
LIKELIER_UNSAID = 0.5
"""How likely a message says nothing of what was asked, for it to be no answer to that."""
CLOSING = frozenset({("uses_ai", "no"), ("public_partner", "no"), ("shared_need", "one"), ("shared_need", "none")})
"""What a last message takes back of a project (« la direction ne veut plus d'IA »), whatever the messages before it say."""
NARROWED = ("public_service", "no")
"""What the first reader finds in a later message that narrows an aim to private customers, and is asked where the network makes the opposite of it: « l’IA
ne servira plus qu’aux palaces »."""
GIVEN_UP, AS_LIKELY_AS_NOT = frozenset({("uses_ai", "no"), ("public_service", "no")}), 0.5
"""What the last message that tells something of it surely gives up, and how likely all messages together must find it at least: it is read, whatever word
of the opposite the first reader hears there (« trop cher, l’IA : ce sera une page web »)."""
LIKELY_GONE = 0.7
"""The same, where the two readers together still find it likeliest to be there."""
_SHORTEST = 6
"""Words of the shortest text that is weighed."""
_SAID_TO_BE = r"(?:qui est |c'est |soit |donc |which is |that is |so )?(?:une? |an? |the )?"
_CALLED_PUBLIC = re.compile(
    rf"[^.;:!?]{{0,25}}?(?:, |\(){_SAID_TO_BE}(?:(?:etablissement|organisme|service) public|public (?:body|establishment|authority))\b"
)
"""What comes after the name of a body that is said to be public: « notre régie, qui est un établissement public »."""
_CONDUCTS_WITH_US = re.compile(
    r"[^.;:!?]{0,30}? (?:devient|deviendra|becomes|became|is now|est desormais|sera) (?:notre |our |a |the |la |le )?(?:co[ -]?porteu\w+|co[ -]?pilote|cheffe? de file|pilote|co[ -]?(?:lead|leader|holder|applicant)|lead partner)\b|"
    r"[^.;:!?]{0,30}? (?:codirige|copilote|mene|pilote|porte|conduit|runs?|leads?|conducts?|carries|builds?|develops?)\b[^.;:!?]{0,30}? (?:avec nous|with us)\b"
)
"""What comes after the name of a body that is said to run the project with the person: "the regional council conducts the project with us"."""
_WORKS_THERE = re.compile(
    r"^(?:[a-z']{1,12}[ ,!.]+){0,3}(?:je (?:bosse|travaille|suis agente?) (?:pour|a|au|chez|dans)|i work (?:for|at)|i['’ ]?a?m (?:at|with)) (?:la |le |l['’]|the )?$"
)
"""How a message opens that says for which body its writer works."""
_IS_APART = re.compile(
    r"\b(?:(?:separate|distinct|unconnected|independent) from|not connected (?:to|with)|nothing to do with|rien a voir avec|sans (?:aucun )?(?:rapport|lien) avec|(?:separee?|distincte?|independante?) d[eu]?) (?:[a-z]+ )?"
    r"(?:that|this|the|it|our|any|ce|cet|cette|celui|notre|la|le|l['’]|[a-z]+)\b"
)
"""What says of a new tool that it is no part of the one in service."""
_WE_CONDUCT_WITH = re.compile(
    r"\b(?:nous|on|we) (?:are |re |le |la )?(?:mene|menons|pilote|pilotons|porte|portons|conduit|conduisons|run|runs|running|lead|leading|conduct|conducting|carry)\b"
    r"[^.;:!?]{0,60}? (?:avec|with) [^.;:!?,]{0,30}$"
    r"|\b(?:running|leading|building|conducting) (?:it|the project|this|this project) with us: (?:the )?$|\ba deux ?: (?:nous|mon|notre|ma) (?:\w+ )?et (?:la |le |l['’])?$"
    r"|\b(?:partner|partenaire)(?: public)?,? [^.;:!?]{0,40}(?:is|est|c'est|sera|will be) (?:the |la |le |l['’])?$"
    r"|\b(?:qui|which|that|who) (?:mene|porte|pilote|conduit|runs?|leads?|conducts?|carries)\b[^.;:!?]{0,30}? (?:avec nous|with us),? (?:est|is|c'est) (?:the |la |le |l['’])?$"
)
"""What comes before the name of a body with which the person says to run the project: « on mène le projet à deux, avec le syndicat mixte »."""
_IT_IS_THEY = re.compile(
    r"\b(?:i meant|je voulais dire|je parlais de|celle qui (?:candidate|porte|depose)[^.;:!?]{0,40} c['’]est|celui qui (?:candidate|porte|depose)[^.;:!?]{0,40} c['’]est|the one (?:that|which|who)[^.;:!?]{0,50} (?:applies|submits|files)[^.;:!?]{0,20} is) [^.;:!?@]{0,25}@"
    r"|\b(?:the ones?|the body) (?:applying|filing|running|leading|submitting|carrying)[^.;:!?]{0,30} (?:is|are|will be) [^.;:!?@]{0,25}@|\b(?:projet|project|dossier) (?:est|is) (?:bien |en fait |actually |in fact )?(?:celui|that|the one) (?:de|d['’]?|du|of|from) [^.;:!?@]{0,12}@"
    r"|@[^.;:!?]{0,40}? owns the project|@[^.;:!?]{0,40}? (?:est|is) le porteur\b"
    r"|\b(?:c['’]est|it['’]s|it is|ce sera|ce serait) (?:la |le |l['’]|les |the |une? |an? )?@[^.;:!?]{0,30}? (?:qui|that|who|which) (?:mene|porte|pilote|conduit|depose|candidate|leads|runs|carries|conducts|applies|submits)\b"
)
"""Who applies, said in so many words: « c'est l'agence régionale de santé qui mène le projet »."""
_TECHNIQUE = re.compile(
    r"\b(?:machine learning|deep learning|apprentissage (?:automatique|profond|supervise|machine|statistique)|(?:un)?supervised learning|reseaux? de neurones|neural net\w*|llm|"
    r"(?:large )?language models?|modeles? de lang(?:age|ue)|computer vision|vision par ordinateur)\b"
)
"""Techniques that are AI whatever is denied beside them: « du machine learning classique, rien de génératif »."""

Shares = Mapping[str, Mapping[str, float]]
"""Field → value (`unsaid` among them) → likelihood."""
Confusions = Mapping[str, Mapping[str, Mapping[str, float]]]
"""Field → value that was told → value that the first reader found → how often. `unsaid` is a value on both sides."""


def holding(call: Call) -> set[tuple[str, str]]:
    """The values that hold a verdict back where silence does not: « abroad », no personal data. Left unread, they would make « eligible » of
    what no source settles, so they are read sooner than others, and what the first reader found of them stays."""
    presumed = {field.id for field in call.fields if field.presumed}
    rows = [
        (rules.excludes, row.when)
        for rules in call.criteria
        for row in rules.rows
        if row.status == "not_settled" and len(row.when) == 1
    ]
    return {
        (field, value)
        for excludes, when in rows
        for field, values in when.items()
        for value in values
        if field in presumed or not excludes
    }


class Likelihoods(Protocol):
    """What was learnt: see `assistant.reading.network.Network`."""

    def read(self, text: str) -> tuple[Shares, Mapping[str, str]]:
        """The likelihoods, and for each field the sentence that speaks of it most."""


class SecondReader:
    """What was learnt, and how often the first reader is mistaken. Safe to share between threads."""

    def __init__(self, likelihoods: Likelihoods, confusions: Confusions) -> None:
        self.confusions = confusions
        self._read = lru_cache(maxsize=512)(likelihoods.read)

    def likelihoods(self, text: str) -> Shares:
        """How likely `text`, by itself, tells each value of each field."""
        return self._read(text)[0]

    def surely_tells(self, field: str, value: str, messages: Sequence[str]) -> bool:
        """True when the last of `messages` that, read by itself, tells something of `field` surely tells `value`."""
        said = self._surely_told(field, messages)
        return said is not None and said.value == value

    def may_speak_of(self, field: str, text: str) -> bool:
        """True unless `text`, long enough to be read by itself, is likelier to say nothing of `field`."""
        return len(text.split()) < _SHORTEST or self._read(text)[0].get(field, {}).get(UNSAID, 0.0) < LIKELIER_UNSAID

    def speaks_of(self, text: str) -> list[str]:
        """The fields told in words of all kinds that `text`, long enough to be read by itself, surely says something of."""
        if len(text.split()) < _SHORTEST:
            return []
        shares = self._read(text)[0]
        return [field for field in TOLD_IN_WORDS if 1 - shares.get(field, {}).get(UNSAID, 1.0) >= BELIEVED]

    def scope(self, text: str) -> Scope | None:
        """`own` for a message that surely describes a project to be judged."""
        return "own" if self.is_description(text) else None

    def is_description(self, text: str) -> bool:
        """True when `text`, whatever it looks like, surely describes a project of the person's."""
        share = self._likely_own(text)
        return share is not None and share >= BELIEVED

    def is_no_description(self, text: str) -> bool:
        """True when `text` surely describes no project: a question about the rules, in many words."""
        share = self._likely_own(text)
        return share is not None and share <= 1 - BELIEVED

    def _likely_own(self, text: str) -> float | None:
        """How likely `text` describes a project; None when it is too short to tell."""
        return self._read(text)[0]["scope"]["own"] if len(text.split()) >= _SHORTEST else None

    def weigh(
        self,
        situation: Situation,
        heard: Sequence[str],
        call: Call,
        withdrawn: Collection[str] = (),
        answered: Collection[str] = (),
        told_at: Mapping[str, int] = MappingProxyType({}),
    ) -> Situation:
        """What the messages `heard` tell, given what the first reader found in them: `situation`. What was `withdrawn` on the way must be
        sure to be read again, and what the person says not to know is not read.

        A value said in the call's own words, as the pages write it, stays; so does one that was `answered` to the question about it, and a field
        that nothing was learnt about.
        """
        text = "\n".join(heard)
        if len(text.split()) < _SHORTEST:
            return situation
        shares, sentences = self._read(text)
        if shares.get("scope", {}).get("own", 1.0) < 1 - BELIEVED:
            return situation  # no description: nothing that these likelihoods were learnt from
        readings: dict[str, Reading] = {}
        held = holding(call)
        for field in call.fields:
            found = situation.readings.get(field.id)
            if field.id in situation.unknown:
                firm = [one for one in heard[1:] if not _WAVERS.search(fold(one))]
                if gone := self._given_up(field.id, shares.get(field.id, {}), firm):
                    readings[field.id] = gone
                continue
            if field.id not in shares and not found:
                continue
            stated = found is not None and field.id in take_stated(found.words, call)[0]
            if found and not stated and (said := self._told_otherwise(field.id, found, shares, heard)):
                readings[field.id] = said
                continue
            if found and (field.id not in shares or field.id in answered or stated):
                readings[field.id] = found
                continue
            if (
                found
                and field.id in TOLD_IN_WORDS
                and shares[field.id].get(UNSAID, 0.0) >= UNHEARD
                and any(the_lists().doubts.search(fold(later)) for later in heard[1:])
            ):
                continue
            if found and (field.id, found.value) in PUT_RIGHT:
                said = self._surely_told(field.id, heard[told_at.get(field.id, 0) + 1 :])
                if said and said.value != found.value:
                    readings[field.id] = said
                    continue
            if (
                found
                and (field.id, found.value) in held
                and not self._is_said_otherwise(field.id, found, shares, heard)
            ):
                readings[field.id] = found
                continue
            likely = self.posterior(field.id, shares[field.id], found.value if found else UNSAID)
            group = _likeliest(likely, alike(field, call))
            share = sum(likely.get(value, 0.0) for value in group)
            agrees = found is not None and found.value in group
            best = found.value if found and agrees else max(group, key=lambda value: likely.get(value, 0.0))
            if found and agrees and field.id == "public_service" and _may_be_unsaid(found, shares[field.id]):
                continue
            differs = found and not agrees and (field.id, found.value) not in SUPPOSED
            holds = (field.id, best) in held
            is_odd = found is None and _is_odd(field.id, best, situation)
            sure = SURE_OF_SEVERAL if is_odd or (differs and len(heard) > 1) else SURE
            is_supposed = found is None and _is_easily_supposed(field.id, best, text)
            must_be_sure = field.id in withdrawn or differs or is_supposed or is_odd
            needed = HOLDING_BACK if holds else sure if must_be_sure else BELIEVED
            if holds and found is None and needed <= share < SURE and self._is_contradicted(field.id, best, heard):
                needed = SURE
            applies = all(
                other in readings and readings[other].value in allowed for other, allowed in field.only.items()
            )
            is_believed = share >= needed
            if field.id in withdrawn and (field.id, best) in FALLING:
                again = self._surely_told(field.id, heard[1:])
                is_believed = is_believed and again is not None and again.value == best
            is_doubted = False
            if found and len(heard) > 1 and not _speaks_of_the_ai(field.id, found, heard[-1]):
                told = told_at.get(field.id, 0) + 1
                since, later = heard[told:], heard[max(1, told - 1) :]
                is_doubted = self._is_doubted(field.id, found.value, shares[field.id], later) or (
                    bool(since) and self._has_fallen(field.id, found.value, heard[:told], shares[field.id])
                )
                if agrees and is_doubted:
                    gone = self._given_up(field.id, shares[field.id], later)
                    if gone and shares[field.id][gone.value] >= LIKELY_GONE:
                        readings[field.id] = gone
                    continue
                said = (
                    self._said_by_itself(field.id, found, best, shares[field.id], heard, told)
                    if differs
                    else self._said_since(field.id, found, shares[field.id], since)
                )
                if said:
                    readings[field.id] = said
                    continue
                if (
                    differs
                    and share >= CORRECTED
                    and not is_believed
                    and the_lists().puts_right.search(fold(heard[-1]))
                ):
                    continue
                is_narrowed = told > 1 and the_lists().only_now.search(fold(heard[told - 1]))
                if differs and (field.id, found.value) == NARROWED and is_narrowed:
                    continue
            stands = field.id not in withdrawn
            if (
                found
                and not is_doubted
                and (
                    _is_plain(
                        field.id,
                        found,
                        heard,
                        told_at.get(field.id, 0),
                        is_believed,
                        agrees and stands,
                        shares[field.id],
                    )
                    or (stands and not (agrees and is_believed) and self._is_told_alone(field.id, found.value, text))
                )
            ):
                readings[field.id] = found
            elif found is None and (
                _tells_nothing(field.id, sentences[field.id], text, is_supposed)
                or not _is_spoken_of(field.id, best, text)
            ):
                continue
            elif applies and best != UNSAID and is_believed:
                readings[field.id] = found if found and agrees else Reading(best, sentences[field.id])
        open_still = [name for name in shares if name not in readings and name not in situation.unknown]
        readings |= {name: said for name in open_still if (said := self._told_last(name, shares, heard))}
        return replace(situation, readings=readings, unknown=situation.unknown - set(readings))

    def _by_itself(self, field: str, text: str) -> Mapping[str, float]:
        """The likelihoods of `field` in one message of a conversation; none where it is too short to tell."""
        return self._read(text)[0].get(field, {}) if len(text.split()) >= _SHORTEST else {}

    def _told_last(self, field: str, shares: Shares, heard: Sequence[str]) -> Reading | None:
        """What the last message of a conversation surely tells of `field` by itself, all of them together being likely to tell it too."""
        if len(heard) == 1:
            return None
        alone = self._by_itself(field, heard[-1])
        for value, (by_itself, together) in TOLD_LAST.get(field, {}).items():
            if alone.get(value, 0.0) >= by_itself and shares[field].get(value, 0.0) >= together:
                return Reading(value, heard[-1])
        return None

    def _is_said_otherwise(self, field: str, found: Reading, shares: Shares, heard: Sequence[str]) -> bool:
        """True when a message after the one that `found` was read in surely says another value; or the last one does by itself, whatever its words."""
        others = [v for v, share in shares[field].items() if v not in (UNSAID, found.value) and share >= BELIEVED]
        if len(heard) == 1 or not others:
            return False
        return found.words not in heard[-1] or self._read(heard[-1])[0][field][others[0]] >= SURE_ALONE

    def _told_otherwise(self, field: str, found: Reading, shares: Shares, heard: Sequence[str]) -> Reading | None:
        """Another stage than `found`, that the last message surely tells, by itself and after all the others; words of rebuilding say enough."""
        if field != "stage" or found.value == "evolution" or len(heard) == 1:
            return None
        alone = self._by_itself(field, heard[-1])
        value = max(alone, key=lambda one: alone[one], default=UNSAID)
        is_sure = min(alone.get(value, 0.0), shares.get(field, {}).get(value, 0.0)) >= SURE_OF_ANOTHER
        return Reading(value, heard[-1]) if value not in (UNSAID, found.value) and is_sure else None

    def _is_doubted(self, field: str, value: str, shares: Mapping[str, float], later: Sequence[str]) -> bool:
        """True when the last of the `later` messages that tells something of `field` by itself takes `value` back, and all messages leave a doubt."""
        if field == "public_service" and later and _FOR_THEIR_STAFF.search(fold(later[-1])):
            return False
        for against, told, unless in TAKEN_BACK.get((field, value), ()):
            if shares.get(value, 0.0) >= unless:
                continue
            for text in reversed(later):
                alone = self._by_itself(field, text)
                if max(alone.get(against, 0.0), alone.get(value, 0.0)) >= told:
                    if alone.get(against, 0.0) >= told:
                        return True
                    break
        return False

    def _has_fallen(self, field: str, value: str, until: Sequence[str], shares: Mapping[str, float]) -> bool:
        """True when `value` was likely in the messages `until` the one that told it, and the messages since leave it in doubt."""
        still, fall = FALLING.get((field, value), (0.0, 1.0))
        share = shares.get(value, 0.0)
        return share < still and self._read("\n".join(until))[0][field].get(value, 0.0) - share > fall

    def _is_contradicted(self, field: str, value: str, heard: Sequence[str]) -> bool:
        """True when one of several messages, by itself, surely tells another value of `field` than `value`."""
        if len(heard) == 1:
            return False
        alone = (self._by_itself(field, text) for text in heard)
        return any(
            share >= SURE_ALONE for shares in alone for other, share in shares.items() if other not in (UNSAID, value)
        )

    def _said_by_itself(
        self, field: str, found: Reading, best: str, shares: Mapping[str, float], heard: Sequence[str], told: int
    ) -> Reading | None:
        """Where the two readers differ: what a message surely tells by itself. That is `best`, in one of those that follow the first `told`, where the
        words of `found` are; or, in the last, what both hear there and what closes the way to « eligible »; or that something is given up."""
        if gone := self._given_up(field, shares, heard[max(1, told - 1) :]):
            return gone
        since = heard[told:]
        said = self._surely_told(field, since or heard[-1:])
        if said is None:
            return None
        if since:
            return said if said.value == best and shares[best] >= BELIEVED else None
        return found if said.value == found.value and (field, found.value) in CLOSING else None

    def _said_since(
        self, field: str, found: Reading, shares: Mapping[str, float], since: Sequence[str]
    ) -> Reading | None:
        """What the messages `since` the one that told `found` surely tell instead, where all of them together, but for the first reader, tell it too:
        « des macros, rien d’intelligent… On jette les macros : une doctorante entraîne un modèle »."""
        said = self._surely_told(field, since)
        is_put_right = said is not None and said.value != found.value and shares.get(said.value, 0.0) >= SURE_ALONE
        return said if is_put_right else None

    def _given_up(self, field: str, shares: Mapping[str, float], later: Sequence[str]) -> Reading | None:
        """What one of the `later` messages surely gives up, if all together find it likelier than not."""
        said = self._surely_told(field, later)
        is_given_up = (
            said is not None and (field, said.value) in GIVEN_UP and shares.get(said.value, 0.0) > AS_LIKELY_AS_NOT
        )
        return said if is_given_up else None

    def _surely_told(self, field: str, messages: Sequence[str]) -> Reading | None:
        """What `messages`, each read by itself, surely tell of `field`: the last that tells something."""
        if field not in TOLD_SINCE:
            return None
        for text in reversed(messages):
            shares = self._by_itself(field, text)
            likeliest = max(shares, key=lambda value: shares[value], default=UNSAID)
            if likeliest != UNSAID:
                return Reading(likeliest, text) if shares[likeliest] >= SURE_ALONE else None
        return None

    def _is_told_alone(self, field: str, value: str, text: str) -> bool:
        """True when, each sentence of `text` read by itself, one surely tells `value` of `field`, and none seems to tell another."""
        if field not in TOLD_IN_A_SENTENCE:
            return False
        told = False
        for sentence in sentences_of(text):
            shares = self._read(sentence)[0][field]
            likeliest = max(shares, key=lambda value: shares[value])
            asks = sentence.endswith("?")
            if likeliest not in (UNSAID, value) and (asks or not is_of_another_tool(parse_message(sentence))):
                return False
            told |= likeliest == value and shares[value] >= BELIEVED and not asks
        return told

    def posterior(self, field: str, shares: Mapping[str, float], found: str) -> dict[str, float]:
        """How likely each value is, once the first reader found `found`."""
        told = self.confusions.get(field, {})
        raw = {value: share * told.get(value, {}).get(found, 1.0) ** WEIGHT_OF_FOUND for value, share in shares.items()}
        total = sum(raw.values())
        return {value: weight / total for value, weight in raw.items()} if total else dict(shares)


def _is_plain(
    field: str,
    found: Reading,
    heard: Sequence[str],
    told: int,
    is_believed: bool,
    agrees: bool,
    shares: Mapping[str, float],
) -> bool:
    """True when what the first reader found of `field` is told in words that leave no doubt, whatever the network makes of the rest: a name, a
    technique in the last message, who conducts the project with them. `told`: the message it was found in; `is_believed`: something is likely enough; `agrees`: that is what was found; `shares`: what the network makes of `field`."""
    text, is_alone = "\n".join(heard), len(heard) == 1
    if is_alone and field in NAMED and _WORKS_THERE.search(_around(found, text)[0]):
        return True
    if (field, found.value) == ("stage", "before") and found.words in heard[-1] and _IS_APART.search(fold(heard[-1])):
        return True
    if (field, found.value) == ("stage", "deployed") and (
        nothing_changes(parse_message(text)) or (found.words in heard[-1] and _OPEN_TO_ALL.search(fold(heard[-1])))
    ):
        return True
    if (field, found.value) == ("stage", "before") and found.words in heard[-1] and _is_added_before_service(heard):
        return True
    if (field, found.value) == ("uses_ai", "no") and not _is_spoken_of("uses_ai", "yes", "\n".join(heard[told + 1 :])):
        return gives_up_ai(parse_message(heard[told])) and not _GUESSED.search(fold(heard[told]))
    if _speaks_of_the_ai(field, found, heard[-1]):
        return True
    if (
        (field, found.value) in TECHNICAL
        and shares.get(UNSAID, 0.0) < UNHEARD  # not "I shipped machine learning at Airbus. Here we plan a tool"
        and found.words in heard[-1]
        and _TECHNIQUE.search(fold(heard[-1]))
    ):
        return True
    if (
        field in NAMED
        and found.words in heard[-1]
        and _IT_IS_THEY.search(fold(heard[-1]).replace(fold(found.words), "@"))
    ):
        return True
    if is_alone and field in NAMED and (not is_believed or _is_called_public(found, text)):
        return True
    return (agrees or is_alone) and _is_said_to_conduct(found, text)


def _speaks_of_the_ai(field: str, found: Reading, last: str) -> bool:
    """True when the `last` message speaks of the AI as of something that is there: "the AI has never left the developer's laptop"."""
    is_named = (field, found.value) in TECHNICAL and found.words in last
    return is_named and bool(_THE_AI_IS.search(fold(last)))


_THE_AI_IS = re.compile(
    r"\b(?:(?:the|our|this|that|its|notre|cette|la) (?:\w+['’]?s?['’]? )?|l['’ ]?|(?:the|our) \w+ )(?:ai|ia|intelligence artificielle) (?:itself |elle[- ]meme |, elle, )?(?:for \w+ |pour \w+ |d[eu]s? \w+ )?"
    r"(?:is|has|hasn|was|will|reads|sorts|helps|est|a|n['’ ]?a|sera|reste|lit|trie|aide)\b"
)
_OPEN_TO_ALL = re.compile(
    r"\b(?:any|every|n['’ ]?importe quel(?:le)?|tout|toute) (?:resident|citizen|habitant|usager|user|visitor|visiteur|administre|patient|student)e?s? (?:can|may|peut) |"
    r"\b(?:doors?|portes) (?:were |was |have been |has been |are |sont |ont ete )?(?:flung|thrown|grandes? ouvertes)\b"
)
"""What a tool that is in service is said to be: "any resident can get to it"."""


# "Maybe a neural net, maybe plain fixed rules" gives nothing up.
_WAVERS = re.compile(
    r"\b(?:maybe|perhaps|peut[- ]etre|could be|might be|pourrait etre|(?:gets?|be|being) (?:decided|settled|chosen)|se decide\w*|(?:sera|etre) (?:decidee?|tranchee?|choisie?)"
    r"|(?:two|three|several|deux|trois|plusieurs) (?:options|pistes|scenarios|hypotheses))\b"
)
# « Forget the AI bit, I assumed »: then it is not known either.
_GUESSED = re.compile(
    r"\b(?:assum\w+|suppos\w+|presum\w+|guess\w*|(?:can['’ ]?t|cannot|could not|couldn['’ ]?t) (?:tell|say)|not sure|pas sure?s?|(?:sais|savons|sait) pas|don['’ ]?t know|do not know|ignor\w+)\b"
)


def _is_added_before_service(heard: Sequence[str]) -> bool:
    """True when AI comes into a tool that had none, and all messages say that nothing is in service: it is no new part of a tool in service."""
    messages = [parse_message(text) for text in heard]
    uses = [reading.value for message in messages if (reading := read_ai(message))]
    stages = [reading.value for message in messages if (reading := read_stage(message))]
    return uses[:1] == ["no"] and uses[-1] == "yes" and len(stages) > 1 and set(stages) == {"before"}


def _tells_nothing(field: str, sentence: str, text: str, is_supposed: bool) -> bool:
    """True when the `sentence` of `text` that speaks most of `field` tells nothing of it: it is beside the point, or a mere wish to take part, for a stage
    that is only supposed; and when `text` says of somebody that they go abroad, for where the body is."""
    folded = fold(sentence)
    return (
        is_beside_the_point(folded)
        or (field == "established" and bool(_TWINNED.search(fold(text))))
        or (field == "established" and any(_GOES_THERE.match(fold(one)) for one in sentences_of(text)))
        or (is_supposed and bool(_ONLY_OFFERED.search(folded)))
    )


def _may_be_unsaid(found: Reading, shares: Mapping[str, float]) -> bool:
    """True for an aim that was found where none may be said, the less likely so if the words found name neither people nor bodies."""
    unsaid = shares.get(UNSAID, 0.0)
    if found.value != "yes" or unsaid < UNSAID_OF_NOBODY:
        return False
    if unsaid >= LIKELY_UNSAID:
        return True
    items = (item.text for sentence in parse_message(found.words).sentences for item in sentence.project.items)
    return not any(text.startswith(("USE", "WUSE", "PUB", "ENT", "RES", "HOS")) for text in items)


def _is_easily_supposed(field: str, value: str, text: str) -> bool:
    """True for what a project is taken for, in a `text` without a word that tells it."""
    words = the_lists().told_by.get((field, value))
    return (field, value) in EASILY_SUPPOSED and not (words and words.search(fold(text)))


def _is_odd(field: str, value: str, situation: Situation) -> bool:
    """True for a public body that applies and says to be without one: "mine, in Arras, hasn't. No public body alongside"."""
    alone = situation.value("public_partner") == "no" or situation.value("shared_need") in ("one", "none")
    return field == "applicant" and value in PUBLIC_KINDS and alone


def _is_spoken_of(field: str, value: str, text: str) -> bool:
    """True when `text` holds a word of what `value` says of `field`, if such words are listed: « une maquette sur de faux colis » is no absence of
    personal data, and a directory that archivists type line by line no AI, however much it sounds like a project of the call."""
    words = the_lists().spoken_of.get((field, value))
    if words is None:
        return True
    told = fold(text)
    if field == "stage":
        told = the_lists().wishes_to_apply.sub(" ", _A_QUESTION.sub(" ", told))
    if field == "uses_ai":
        told = the_lists().trainings.sub(" ", told)
    return bool(words.search(told))


_A_QUESTION = re.compile(r"[^.!?;:]{1,60}\?")


def _is_called_public(found: Reading, text: str) -> bool:
    """True when the message itself says that the body of `found` is a public one."""
    return found.value == "public" and bool(_CALLED_PUBLIC.match(_around(found, text)[1]))


def _is_said_to_conduct(found: Reading, text: str) -> bool:
    """True when the message says in so many words that the body of `found` runs the project with the person."""
    before, after = _around(found, text)
    return found.value == "yes" and bool(_CONDUCTS_WITH_US.match(after) or _WE_CONDUCT_WITH.search(before))


def _around(found: Reading, text: str) -> tuple[str, str]:
    """What `text` says before and after the words of `found`, folded."""
    before, _, after = fold(text).partition(fold(found.words))
    return before, after


def _likeliest(likely: Mapping[str, float], groups: Sequence[Collection[str]]) -> Collection[str]:
    """The values that no rule tells apart and that are likeliest together: « already in service » and « a small update » both fail."""
    return max([*groups, (UNSAID,)], key=lambda group: sum(likely.get(value, 0.0) for value in group))


def open_second_reader(path: Path, trunk: Trunk) -> SecondReader:
    """The second reader that `python -m evals.teach` wrote to `path`."""
    from assistant.reading.network import load

    return SecondReader(*load(path, trunk))
