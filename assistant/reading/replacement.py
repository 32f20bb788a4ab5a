"""Who a follow-up puts in the place of the applicant: « et avec une association à notre place ? », "carried by a private firm instead of us". Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.reading.bodies import established_of, mention_words
from assistant.reading.lexicon import the_lists
from assistant.reading.roles import Mention, covers, mentions_of
from assistant.reading.text import UNCERTAIN, Message, span_of
from assistant.vocabulary import Reading

_WITH_US = re.compile(
    r"(?:^|(?<= ))(?:avec|with|alongside|aux cotes de|beside) ?(?:nous|us|moi|me)(?= |$)(?! (?:out|bowing|stepping|dropping|gone|entirely))"
)
# "EDF in front as applicant, us staying hard at work on it beside them"
_WE_STAY = re.compile(
    r"(?:^|(?<= ))(?:us|nous) (?:still|staying|remaining|restant|toujours)(?: [a-z]+){0,8}? (?:beside|alongside|with|avec|a) (?:them|it|him|her|eux|elles?|lui|leurs? cotes?|ses cotes)(?= |$)"
)


@dataclass(frozen=True)
class Replacement:
    """`applicant`: who applies instead, None where it is not told what they are; `keeps_partner`: only the one who applied goes; `established`: where
    they are, where that is told beside."""

    applicant: Reading | None
    keeps_partner: bool
    established: Reading | None = None


@lru_cache(maxsize=2_048)
def replacement_in(message: Message) -> Replacement | None:
    """Who `message` puts in the place of the applicant told before; None where it puts nobody, or somebody beside them."""
    if not message.sentences or message.says(_WITH_US, _WE_STAY):
        return None
    lists = the_lists().replacement
    leaves, of_one = message.says(lists["leaves"]), message.says(lists["of_one"])
    if not (leaves or of_one or message.says(lists["opens"])):
        return None
    keeps = of_one or message.says(lists["stays"])
    mentions = [
        mention
        for mention in mentions_of(message)
        if (mention.kind == "individual" or not mention.is_plural)  # « l’un de nos doctorants »
        and not covers(lists["replaced"], _around(message, mention))
    ]
    apart = [m for m in mentions if not covers(lists["beside"], _around(message, m))]
    taking = [m for m in apart if covers(lists["body"], _around(message, m))]
    if leaves:
        taking = taking or apart or mentions
    # « un auto-entrepreneur, seul dans son garage »; « une start-up à notre place, avec la ville »
    taking.sort(key=lambda m: (m.kind != "individual", covers(lists["with"], _around(message, m))))
    if taking and not message.says(lists["alone"], lists["individual"]):
        new = taking[0]
        applicant = None if new.kind in UNCERTAIN else Reading(new.kind, mention_words(message, new))
        return Replacement(applicant, keeps, established_of(message, new))
    for sentence in message.sentences:
        for name, kind in (("individual", "individual"), ("alone", "individual"), ("supplier", "private")):
            if match := lists[name].search(sentence.bodies.text):
                first, last = span_of(sentence.bodies, match)
                return Replacement(Reading(kind, message.words(sentence, first, last)), keeps)
    return None


def _around(message: Message, mention: Mention) -> str:
    return message.sentences[mention.sentence].bodies.with_target(mention.item)
