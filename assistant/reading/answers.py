"""A short message, read as the answer to the question that was asked."""

from __future__ import annotations

import re
from typing import Literal

from assistant.reading.text import Message
from assistant.vocabulary import Reading, Situation
from corpus.call import Call

YES_NO = re.compile(
    r"^(?:(?P<yes>oui|yes|tout a fait|exactement|absolument|bien sur|effectivement|en effet|si|of course|sure|indeed|certainly|correct|affirmatif|(?:they|it|we|there) (?:have|has|do|does|is|are|did) (?:, )?(?:yes|indeed))|"
    r"(?P<no>non|no(?! (?:idea|clue|BEF|info\w*|certitude))|nope|nan|nah|(?:none|aucune?|zero)(?= ?$)|pas du tout|not at all|absolument pas|pas vraiment|negatif|aucunement|malheureusement non|unfortunately not|helas non|not really|pas encore|not yet|pas (?:pour|a) (?:l instant|le moment|ce stade|l heure actuelle)|pas actuellement|not (?:at the moment|for now|currently|right now|so far)))(?= |$)"
)
COUNTS = (
    ("several", re.compile(r"^(?:oui |yes |affirmatif |, )*(?:au moins |at least |il y en a |there are |une |)?(?:plusieurs|several|quite a few|a few|quelques|une poignee|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|two|three|four|five|ten|many|beaucoup|une dizaine|dozens|[2-9]|(?!(?:19|20)[0-9][0-9](?= |$))[1-9][0-9]+)(?= |$)")),
    ("one", re.compile(r"^(?:non |no |oui |yes |, )*(?:just|only|seulement|juste|uniquement|rien que) (?:the |la |le |l |notre |our )?PUB(?= (?!(?:[^ ]+ )*PUBS?(?: |$))|$)")),
    ("one", re.compile(r"^(?:non |no |oui |yes |, )*(?:(?:il n y en a |il y en a |there is |c est |just |only |seulement |juste |qu |que )*)(?:un seul|une seule|only one|just one|one|1|un|une)(?: seule?| only)?(?= ?$| PUB| commune| acteur| public| \.| :| ,)")),
    ("none", re.compile(r"^(?:non |no |, )*(?:aucun|aucune|none|personne|nobody|zero|0|pas un(?: seul)?|pas meme un|not one|not a single one)(?! (?:idea|idee|BEF|info|certitude|(?:ne |n |here |ici )*(?:le |l )?(?:sait|knows)))(?= |$)")),
)  # fmt: skip


def read_answer(
    message: Message, call: Call, pending: str | None, readings: dict[str, Reading], before: Situation
) -> dict[str, Reading]:
    """What a short message says as an answer to the question that was asked (`pending`)."""
    if pending is None or not message.sentences:
        return {}
    # « Un besoin commun ? Aucun. » : the question quoted back is not the answer.
    place = next((number for number, one in enumerate(message.sentences) if not one.is_question), 0)
    sentence = message.sentences[place]
    text = " ".join(item.text for item in sentence.bodies.items)
    field = call.field(pending)
    total = sum(len(one.tokens) for one in message.sentences)
    if total > 25:
        return {}
    if any(value.id in ("several", "one") for value in field.values) and total <= 10:
        for value, pattern in COUNTS:
            match = pattern.match(text)
            if match and any(one.id == value for one in field.values):
                last = sentence.bodies.items[sentence.bodies.item_at(max(0, match.end() - 1))].last
                return {pending: Reading(value, message.words(sentence, 0, last))}
    if pending in TWO_WAYS and (neither := NEITHER.match(text)):
        last = sentence.bodies.items[sentence.bodies.item_at(max(0, neither.end() - 1))].last
        words = message.words(sentence, 0, last)
        told = ((one.id, one.answered_by("no")) for one in call.criterion_of(field).fields if one.id in TWO_WAYS)
        return {name: Reading(value, words) for name, value in told if value}
    match = YES_NO.match(text)
    if match and pending not in readings and not sentence.is_question:
        said: Literal["yes", "no"] = "yes" if match.group("yes") else "no"
        value_id = field.answered_by(said)
        same_matter = {f.id for f in call.criterion_of(field).fields}
        contradicts = any(before.value(name) not in (None, reading.value) for name, reading in readings.items())
        # "yes, a private bank", "yes, as a customer": the rest of the sentence says what the yes is worth.
        rest = " . ".join([text[match.end() :], *(one.bodies.text for one in message.sentences[place + 1 :])])
        # « Non, que des clients » : what comes after a no says why, unless it takes it back or names a public body.
        adds = set(re.findall(r"[A-Za-z0-9]+", rest)) - _PLAIN_ANSWER
        is_elsewhere = pending not in TWO_WAYS and _SAYS_WHO.match(rest)
        is_plain = not adds or (said == "no" and total <= 14 and not is_elsewhere and not _UNDOES.search(f" {rest} "))
        # "yes, several hospitals need it" says nothing of who takes part.
        tells = any(name in same_matter for name in readings) and not (
            pending == "public_partner" and "shared_need" in readings
        )
        names_actor = said == "yes" and pending == "public_partner" and _NAMES_ACTOR.match(rest) is not None
        if value_id and not contradicts and (is_plain or tells or names_actor):
            last = sentence.bodies.items[sentence.bodies.item_at(match.end() - 1)].last
            return {pending: Reading(value_id, message.words(sentence, 0, last))}
    if pending == "public_partner" and "public_partner" not in readings and total <= 8 and not sentence.is_question:
        if _NAMES_ACTOR.match(text) and len(message.sentences) == 1:
            return {pending: Reading("yes", message.words_of(sentence))}
        if re.match(
            r"^(?:aucune?|none|personne|nobody|no one|zero|neant|seule?s?|tout seuls?|alone|just us)(?: (?:yet|so far|encore|pour l instant|pour le moment|a ce stade|a ce jour|for now|at the moment))?(?= ?$)",
            text,
        ):
            return {pending: Reading("no", message.words_of(sentence))}
    return {}


TWO_WAYS = ("public_partner", "shared_need")
"""The two ways in which a private body may meet the condition; the reply to one tells them both."""
NEITHER = re.compile(
    r"^(?:(?:bon|ben|euh|well|non|no|,|alors|so) )*(?:ni l un ni l autre|aucun(?:e)? des deux|neither(?: one| of (?:them|those|the two|these))?|none of the two)(?= |$)"
)
# What takes a no back, doubts it, or names somebody after it.
_UNDOES = re.compile(
    r" (?:PUBS?|ENTS?|RESS?|HOSS?|ASSOS?|mais|but|sauf|except\w*|hormis|apart|sinon|otherwise|enfin|si|if|whether|oui|yes|pas|not|n|t|ne|sais|know|crois|think|pense|sur|sure|maybe|perhaps|peut|"
    r"encore|yet|still|toujours|seule?s?|one|une?|bientot|soon|sera|serait|will|would|demain|tomorrow) "
)
# "nope, just me": a no to who else there is.
_SAYS_WHO = re.compile(
    r"^[ ,.]*(?:(?:il n y a|il y a|c est|there is|there s|it is|it s|we are|i am|i m) )?(?:(?:just|only|juste|seulement|rien que|que) (?:me|us|moi|nous)|moi|nous|seule?s?|alone|"
    r"tout seule?|toute seule|by myself|on my own|no (?:PRIVS?|company|firm))(?= ?$| ?[,.:])"
)
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
