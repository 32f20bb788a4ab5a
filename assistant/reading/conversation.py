"""The messages of a person -> the Situation they describe: the last word wins, the rest still holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from assistant.judge import judge, next_question
from assistant.reading.answers import TWO_WAYS, YES_NO, read_answer
from assistant.reading.asides import without_asides, without_what_was_about_a_thing
from assistant.reading.bodies import (
    are_private,
    established_of,
    has_french_branch,
    is_partner_denied,
    mention_words,
    read_bodies,
    who_takes_over,
)
from assistant.reading.courtesies import without_courtesies
from assistant.reading.learnt import TOLD_SINCE, UNSAID, SecondReader
from assistant.reading.lexicon import the_lists
from assistant.reading.negation import SUPPOSING
from assistant.reading.parse import parse_message, speaks_of_self
from assistant.reading.project import read_ai, read_data, read_stage, read_theme, speaks_of_stage
from assistant.reading.replacement import Replacement, replacement_in
from assistant.reading.roles import OURS_BEFORE, Mention, cast_of, mentions_of, role_of
from assistant.reading.scope import INVERTED, asks_fact, asks_verdict, eligibility_scope, only_supposes, thread_scope
from assistant.reading.service import read_public_service
from assistant.reading.text import PUBLIC_ACTORS, PUBLIC_KINDS, UNCERTAIN, Message, span_of
from assistant.reading.threads import Thread, thread_asked_about
from assistant.reading.unknown import unknown_fields
from assistant.stated import take_stated
from assistant.vocabulary import Reading, Situation
from corpus.call import Call
from corpus.words import fold

_ANY_DAY = date.min
"""The window never changes a status."""
_LONGEST_ANSWER = 8
"""Words of the longest message that is taken as an answer as the first reader found it; a longer one describes, and is weighed like the rest."""
_LONGEST_REPLY = 12
"""Words of the longest message that answers what was asked and, unless it says so, puts nothing else right."""


def _read_message(text: str, call: Call, before: Situation, pending: str | None) -> dict[str, Reading]:
    """What one message says. Sentences in the call's own words, which the pages write, are taken to the letter."""
    stated, rest = take_stated(text, call)
    if stated:
        return {**(_read_freely(rest, call, before, None) if rest else {}), **stated}
    return _read_freely(text, call, before, pending)


def _read_freely(text: str, call: Call, before: Situation, pending: str | None) -> dict[str, Reading]:
    message = parse_message(text)
    bare = "applicant"
    if (
        pending in TWO_WAYS
        and not (message.sentences and message.sentences[-1].is_question)
        and before.value("applicant")
    ):
        bare = "answer"
    readings = read_bodies(message, bare, before)
    ai = read_ai(message)
    if ai:
        readings["uses_ai"] = ai
    stage = read_stage(message, before.value("stage"))
    if stage:
        readings["stage"] = stage
    data = read_data(message)
    if data:
        readings["personal_data"] = data
    service = read_public_service(message, readings, before)
    if service:
        readings["public_service"] = service
    theme = read_theme(message, service or stage or ai)
    if theme and not (theme.value in ("other", "health") and before.value("theme")):
        readings["theme"] = theme
    if pending and _answers_only(message):
        implied = {"applicant", "public_service"} - {pending}
        readings = {name: one for name, one in readings.items() if name not in implied or before.value(name) is None}
    readings.update(read_answer(message, call, pending, readings, before))
    known = {field.id: {value.id for value in field.values} for field in call.fields}
    return {name: reading for name, reading in readings.items() if reading.value in known.get(name, ())}


def _answers_only(message: Message) -> bool:
    """True for a short answer to what was asked, which puts nothing else right: « non, que des clients » is not that the project serves customers."""
    if not message.sentences or len(message.text.split()) > _LONGEST_REPLY:
        return False
    text = " ".join(sentence.bodies.text.strip() for sentence in message.sentences)
    if any(sentence.is_question for sentence in message.sentences) or speaks_of_self(message, text):
        return False
    return bool(YES_NO.match(text)) or not the_lists().scope["correction"].search(text)


def read_situation(messages: Sequence[str], call: Call, second: SecondReader | None = None) -> Situation:
    """What the person has said, over all their messages (oldest first): the last word wins, the rest still holds.

    `second` then weighs it with all the messages. Where somebody else's project is told of beside, what holds is said of whichever the last one asks about.
    """
    messages = tuple(without_courtesies(text) for text in messages)
    thread = thread_asked_about(messages)
    if thread is None:
        return _read_thread(messages, call, second)
    return _leaning(_read_thread(thread.messages, call, second), thread, call, second)


def _leaning(situation: Situation, thread: Thread, call: Call, second: SecondReader | None) -> Situation:
    """The situation of somebody whose project was told of as like ours, with what ours lends it: « la leur », "the same thing"."""
    if not thread.leans_on:
        return situation
    ours = _read_thread(thread.leans_on, call, second).readings
    lent = {
        name: one
        for name, one in ours.items()
        if (name in _LENT or (thread.is_as_far and name == "stage")) and name not in situation.unknown
    }
    return replace(situation, readings={**lent, **situation.readings})


_LENT = ("uses_ai", "public_service", "personal_data", "theme")
"""What a project that is like another has of it."""


def _read_thread(messages: Sequence[str], call: Call, second: SecondReader | None) -> Situation:
    """What was said in messages that all tell of the same project, or suppose something of it."""
    messages = _without_what_was_put_off(_without_what_was_supposed(without_what_was_about_a_thing(messages)))
    situation = Situation()
    general: set[str] = set()  # what was said of others, in a general question
    heard: list[str] = []
    withdrawn: set[str] = set()
    left_at = 0  # where the messages begin that may tell of a partner after the last one left
    alone: Reading | None = None  # that none takes part any more, since the only one left
    put_at = 0  # where they begin that tell of whoever applies now
    answered: set[str] = set()  # what they were asked and answered, or corrected
    reopened: dict[str, int] = {}  # what they said not to know, and were asked again: the message that may answer
    told_last: set[str] = set()  # what the message before told anew
    told_at: dict[str, int] = {}  # in which of the messages that are heard the first reader found each field
    for number, text in enumerate(messages):
        earlier = messages[:number]
        scope = eligibility_scope(text, earlier, second)
        asked = number > 0 and thread_scope(earlier, second) is not None
        known = second.weigh(situation, heard, call, withdrawn, answered, told_at) if second else situation
        pending = next_question(known, call) if asked else None
        if scope is None and number < len(messages) - 1:
            whole, text = text, _statements(text)
            if not text:
                theirs = _their_body(whole)
                if theirs and "applicant" not in situation.readings:
                    situation = replace(situation, readings={**situation.readings, "applicant": theirs})
                continue
        text = without_asides(text, told_before=bool(heard), later=messages[number + 1 :])
        if not text:
            continue
        message = parse_message(text)
        if number and scope != "general" and _tells_of_another_project(message):
            # What was told of the first one says nothing of it; who applies stays.
            known = replace(
                known, readings={name: known.readings[name] for name in _OF_THE_APPLICANT if name in known.readings}
            )
            situation, heard, told_at, pending = replace(situation, readings=known.readings), [], {}, None
            left_at, reopened = 0, {}
            answered |= set(known.readings)
        readings = _read_message(text, call, known, pending)
        anew = (scope == "own" and "applicant" in readings) or (scope == "general" and asks_verdict(message))
        if general and anew:
            # What was asked of others is neither this person's situation nor part of the next general question.
            situation = _without(situation, general)
            general, heard, told_at, left_at, reopened = set(), [], {}, 0, {}
        general = general | set(readings) if scope == "general" else general - set(readings)
        supposed = _supposed(message, call, known) if number == len(messages) - 1 else {}
        readings |= supposed
        put = replacement_in(message) if number and known.readings else None
        if put:
            readings = _of_another(put, readings)
        unsaid = unknown_fields(message, readings, pending, second.speaks_of if second else None)
        if not unsaid and not readings and _takes_back_a_guess(message):
            unsaid = told_last
        elif not unsaid and not readings and message.says(the_lists().knows_no_more):
            unsaid = told_last & _OPENS_THE_WAY.keys()  # « je n’en sais plus rien »: nothing says of what
        told_last = {name for name, one in readings.items() if situation.value(name) != one.value}
        readings = {field: reading for field, reading in readings.items() if field not in unsaid}
        # A partner that only the first reader is sure of can be taken back too.
        so_far = replace(known, readings={**situation.readings, **known.readings})
        back = _taken_back(message, so_far, readings) | unsaid
        if put:
            back |= {*_OF_THE_APPLICANT, *(() if put.keeps_partner else TWO_WAYS)} - set(readings)
            put_at = len(heard)
        partner = readings.get("public_partner")
        if not (partner and partner.value == "no") and _supposes_they_leave(message):
            readings.pop("public_partner", None)
            back |= {"public_partner"}
        withdrawn = (withdrawn | back) - set(readings)
        if "public_partner" in back:
            alone = None if unsaid else _left_by_the_only_one(message, heard)
            left_at = len(heard) if _ONE_STAYS.search(fold(text)) else len(heard) + 1
        unknown = (situation.unknown | unsaid) - set(readings)
        answers = scope is not None and not unsaid and not all(sentence.is_question for sentence in message.sentences)
        if pending and answers and (second is None or second.may_speak_of(pending, text)):
            # Asked again, it may be answered in words that `second` alone hears; if not, it is still not known.
            reopened |= dict.fromkeys(unknown & {pending}, len(heard))
            unknown -= {pending}
        answered -= back | {name for name, reading in readings.items() if situation.value(name) != reading.value}
        if len(text.split()) <= _LONGEST_ANSWER:
            answered |= {
                name
                for name, reading in readings.items()
                if name == pending or so_far.value(name) not in (None, reading.value)
            }
        if put:
            answered |= {"applicant"} & set(readings)
        if _is_left_alone(message, so_far, readings) or (
            partner and partner.value == "yes" and who_takes_over(message)
        ):
            answered |= {"public_partner"}
        if number == len(messages) - 1:
            # The case that is asked about, whatever was told before.
            supposable = _SUPPOSABLE if number else _SUPPOSABLE_ALONE
            answered |= {name for name in supposable if name in readings and _is_supposed(message, readings[name])}
            answered |= set(supposed)
        situation = _without(situation, back)
        if number and scope is not None and _puts_another(message, known, readings):
            routes = (*TWO_WAYS, "public_service") if "applicant" not in readings else ()
            if routes:
                readings.pop("public_service", None)  # read as if the applicant were still the same
            situation = _without(situation, (*_OF_THE_APPLICANT, *routes))
        is_another = "applicant" in readings and (_in_our_place(message) or has_french_branch(message))
        if is_another or _is_of_another_side(readings, known):
            situation = _without(situation, ("established",))  # "a Belgian firm… No wait: the town hall applies"
        situation = Situation({**situation.readings, **readings}, unknown)
        told_at |= dict.fromkeys(readings, len(heard))
        heard.append(text)
    if "public_service" not in withdrawn | reopened.keys():
        situation = _with_public_service(situation, heard, call)
    known = second.weigh(situation, heard, call, withdrawn, answered, told_at) if second else situation
    known = _as_the_bodies_tell(known, situation, heard)
    if put_at and "established" not in situation.readings:
        known = _without(known, ["established"])  # where the one before was
    known = _as_likely_abroad(known, situation.readings.get("established"), heard[put_at:], second)
    if heard and (place := _asks_of_one_abroad(parse_message(heard[-1]))):
        known = replace(known, readings={**known.readings, "established": place})
    if len(heard) > 1 and (none := _supposed_without_data(messages[-1], known, second)):
        known = replace(known, readings={**known.readings, "personal_data": none})
    if "public_partner" in withdrawn and second and not second.surely_tells("public_partner", "yes", heard[left_at:]):
        known = _without(known, {"public_partner"} if known.value("public_partner") == "yes" else ())
        if alone and "public_partner" not in known.readings:
            known = replace(known, readings={**known.readings, "public_partner": alone})
    if _ASKS_OF_THEIRS.search(fold(messages[-1])):
        known = _without(known, ["stage"])  # "theirs has been in production since last year. Would theirs qualify?"
    known = _without(known, _left_open_by_a_supposition(messages, known, call, second))
    known = _without(known, _still_not_known(reopened, situation, known, heard, second))
    return Situation(known.readings, known.unknown | (reopened.keys() - set(known.readings)))


def _of_another(put: Replacement, readings: Mapping[str, Reading]) -> dict[str, Reading]:
    """What a message tells that puts another body in the place of the applicant: it is no partner of theirs."""
    kept = {
        name: one
        for name, one in readings.items()
        if name != "applicant" and not (name in TWO_WAYS and one.value in ("yes", "several"))
    }
    told = {"applicant": put.applicant, "established": put.established}
    return {**kept, **{name: one for name, one in told.items() if one}}


def _without_what_was_supposed(messages: Sequence[str]) -> Sequence[str]:
    """The messages without those that only suppose something, once a later one goes back to what is: "forget Metz, it was a pure what-if"."""
    back_at = max((n for n, one in enumerate(messages) if the_lists().back_to_what_is.search(fold(one))), default=0)
    return [one for n, one in enumerate(messages) if n >= back_at or not only_supposes(one)]


def _without_what_was_put_off(messages: Sequence[str]) -> Sequence[str]:
    """The messages without what was only supposed or proposed right before one that puts it off: « et si on se passait d’IA ? », then « non, on garde la
    nôtre », "our clerk said never"."""
    kept = list(messages)
    for number in range(2, len(kept)):
        told = fold(_statements(kept[number]))
        if not the_lists().puts_off.search(told) or the_lists().takes_up.search(told):
            continue
        for before in range(number - 1, 0, -1):
            rest = _not_supposed(kept[before])
            if rest == kept[before]:
                break
            kept[before], kept[number] = rest, _FORGOTTEN.sub(" ", kept[number])
            if rest:
                break
    return [one for one, written in zip(kept, messages, strict=True) if one or not written]


_FORGOTTEN = re.compile(
    r"\b(?:forget|oubli\w+|laiss(?:ez|ons|e) tomber|scratch|drop) (?:the|that|about|le|la|les|l['’]|ce|cette)[^,.;:!?]{0,60}"
    # What is said of it: "that idea is dropped".
    r"|\b(?:that|this|the|cette|l['’]) ?(?:idea|idée|plan|scheme|piste) (?:is|was|got|has been|est|a été) (?:\w+ )?\w+",
    re.IGNORECASE,
)


def _not_supposed(text: str) -> str:
    """What a message tells beside what it supposes or proposes, and asks of that; "" where that is hardly a word."""
    message, kept, after = parse_message(text), [], False
    for sentence in message.sentences:
        said = message.words_of(sentence)
        supposes = bool(the_lists().scope["hypothesis"].search(sentence.bodies.text)) or bool(
            the_lists().proposes.search(fold(said))
        )
        if supposes or (after and sentence.is_question and len(sentence.tokens) <= _LONGEST_ANSWER):
            after = True
        else:
            kept.append(said)
    if not after:
        return text
    rest = ". ".join(kept)
    return rest if len(rest.split()) > _HARDLY_A_WORD else ""


_HARDLY_A_WORD = 2


def _left_open_by_a_supposition(
    messages: Sequence[str], known: Situation, call: Call, second: SecondReader | None
) -> set[str]:
    """What the last message may have supposed otherwise in words that are not understood, « et si on la lâchait dans la nature ? »: without them, the same
    is `known`. No verdict is given over that."""
    supposed, names_a_body = _supposition(messages[-1], is_first=len(messages) == 1)
    if not supposed:
        return set()
    status = judge(known, call, on=_ANY_DAY).status
    deciding = {"eligible": _OPENS_THE_WAY, "not_eligible": _SHUTS_IT}.get(status)
    if not deciding:
        return set()
    told = _read_freely(supposed, call, known, None)
    if names_a_body and status == "not_eligible" and _may_join(supposed, told, known, second):
        return {"public_partner"}
    rest = _besides(messages[-1], supposed)
    if not rest and len(messages) == 1:
        return set()
    without = _read_thread((*messages[:-1], *([rest] if rest else ())), call, second)
    if any(without.value(name) != known.value(name) for name in {*without.readings, *known.readings}):
        return set()
    if _turns_private(supposed, known, second):
        return {"applicant"}
    if names_a_body:
        return set()  # what takes part is read by rule
    deciding = {name: value for name, value in deciding.items() if name not in told and known.value(name) == value}
    return _most_touched(supposed, deciding, second)


def _supposed_without_data(text: str, known: Situation, second: SecondReader | None) -> Reading | None:
    """That no personal data are at stake, where `text` supposes so in words that the second reader is sure of: « et si on virait tout ce qui touche à
    quelqu’un ? »."""
    supposed, _ = _supposition(text, is_first=False)
    if not supposed or second is None or known.value("personal_data") == "no":
        return None
    share = second.likelihoods(supposed).get("personal_data", {}).get("no", 0.0)
    return Reading("no", supposed) if share >= _SURELY_WITHOUT_DATA else None


_SURELY_WITHOUT_DATA = 0.9


def _supposition(text: str, *, is_first: bool) -> tuple[str, bool]:
    """The first sentence of a message that supposes something of the project, "" if there is none, and whether it names a body; not what is listed as
    what no condition depends on, nor what asks for a fact. What asks of a day to come supposes once something was told."""
    message = parse_message(text)
    for number, sentence in enumerate(message.sentences):
        of_one = replace(message, sentences=(sentence,))
        asks_of_a_day = not is_first and sentence.is_question and _ASKS_OF_A_DAY.match(sentence.bodies.text)
        if (
            (_OPENS_SUPPOSING.match(sentence.bodies.text) or asks_of_a_day)
            and not the_lists().decides_nothing.search(sentence.bodies.text)
            and not asks_fact(of_one, sentence)
        ):
            names_a_body = any(mention.sentence == number for mention in mentions_of(message))
            return message.words_of(sentence), names_a_body
    return "", False


def _may_join(text: str, told: Mapping[str, Reading], known: Situation, second: SecondReader | None) -> bool:
    """True when the body that a supposition names may take part in it, in words that no rule reads: "picture it developed together with the…"."""
    if second is None or known.value("public_partner") != "no" or "public_partner" in told:
        return False
    return second.likelihoods(text).get("public_partner", {}).get("yes", 0.0) >= _TOUCHES


def _turns_private(text: str, known: Situation, second: SecondReader | None) -> bool:
    """True when a supposition is likely to put a private body in the place of the public one that applies: « et si on en faisait une boîte privée ? »."""
    if second is None or known.value("applicant") not in PUBLIC_KINDS:
        return False
    is_beside_us = parse_message(text).says(_WITH_US)
    return not is_beside_us and second.likelihoods(text).get("applicant", {}).get("private", 0.0) > _LIKELY_PRIVATE


_LIKELY_PRIVATE = 0.5


def _besides(text: str, supposed: str) -> str:
    """What `text` tells beside the sentence `supposed`; "" if that is no more than a short question, « ça passerait encore ? »."""
    rest = " ".join(text.replace(supposed, " ").split()).strip(" ?.!,;:")
    return rest if len(rest.split()) > _LONGEST_ANSWER else ""


def _most_touched(text: str, deciding: Mapping[str, str], second: SecondReader | None) -> set[str]:
    """Of the fields whose values are `deciding`, the one that `text` is likeliest to change: the stage where « eligible » hangs on it, unless it speaks
    more of another; none where it surely tells the same of it."""
    shares = second.likelihoods(text) if second else {}
    spoken_of = {name: 1 - shares[name][UNSAID] for name in deciding if name in shares}
    best = max(spoken_of, key=lambda name: spoken_of[name], default="")
    if spoken_of.get(best, 0.0) >= _TOUCHES:
        tells_the_same = shares[best].get(deciding[best], 0.0) >= _TELLS_THE_SAME and not _FOR_GOOD.search(fold(text))
        return set() if tells_the_same else {best}
    return {"stage"} if deciding.get("stage") == _OPENS_THE_WAY["stage"] else set()


_FOR_GOOD = re.compile(
    r"\b(?:pour de (?:bon|vrai)|for (?:real|good)|depuis|since|tous les (?:jours|matins|soirs)|every (?:day|week|morning)|daily|au quotidien)\b"
)
"""What is said of what is used in earnest, whatever else is heard of the stage."""
_OPENS_THE_WAY, _SHUTS_IT, _TOUCHES, _TELLS_THE_SAME = (
    {"uses_ai": "yes", "public_service": "yes", "stage": "before"},
    {"uses_ai": "no", "public_service": "no", "stage": "deployed"},
    0.3,
    0.9,
)
"""What a supposition may change that is told in words of all kinds, how likely it must speak of it for that to be asked rather than the stage, and from
when on it tells what is known."""


def _in_our_place(message: Message) -> bool:
    """True when somebody is said to apply instead of the person."""
    return message.says(_IN_OUR_PLACE)


_IN_OUR_PLACE = re.compile(
    r"(?:^|(?<= ))(?:instead of (?:us|me)|in our place|rather than us|leave us (?:aside|out)(?: of it)?|forget (?:about )?us|oubliez nous|laissez nous de cote|a notre place|plutot que nous|et non nous)(?= |$)"
)


def _is_of_another_side(readings: Mapping[str, Reading], known: Situation) -> bool:
    """True when a body of another kind applies than was told, and nothing is said of where it is."""
    new, old = readings.get("applicant"), known.value("applicant")
    return new is not None and old is not None and (new.value in PUBLIC_KINDS) != (old in PUBLIC_KINDS)


def _still_not_known(
    reopened: Mapping[str, int],
    situation: Situation,
    known: Situation,
    heard: Sequence[str],
    second: SecondReader | None,
) -> list[str]:
    """The fields that the person said not to know, and that `second` alone reads in `known`, where no message since surely tells them."""
    return [
        field
        for field, place in reopened.items()
        if second and field in TOLD_SINCE and field in known.readings and field not in situation.readings
        if not second.surely_tells(field, known.readings[field].value, heard[place:])
    ]


def _as_the_bodies_tell(known: Situation, situation: Situation, heard: Sequence[str]) -> Situation:
    """What both readers made of partners and needs, put right by the parts of the bodies that are named; `situation`: what the first one found."""
    need = known.readings.get("shared_need")
    if need and "shared_need" not in situation.readings and need.value == "several":
        # That several would buy the tool does not say that they have the need; nor does « pas de besoin relevé par plusieurs hôpitaux ».
        is_told = not (_only_customers(heard) or _NO_NEED.search(fold(need.words)))
        known = known if is_told else _without(known, ["shared_need"])
    applicant = known.readings.get("applicant")
    private = next((match.group() for text in heard if (match := _PRIVATE_SCHOOL.search(fold(text)))), None)
    if private and applicant and applicant.value == "research":
        # « mon labo est dans une école d’ingénieurs privée », « une université catholique… L’université peut-elle… ? »
        is_of_it = "applicant" not in situation.readings or fold(applicant.words) in private
        known = _without(known, ["applicant"] if is_of_it else ())
    is_another = known.value("applicant") in PUBLIC_KINDS and situation.value("applicant") not in (None, *PUBLIC_KINDS)
    if is_another and known.readings.get("established") == situation.readings.get("established"):
        known = _without(known, ["established"])  # where the firm is that the first reader took for the applicant
    if "established" not in situation.readings and _are_overseas(heard):
        known = _without(known, ["established"])  # « depuis Koné, en Nouvelle-Calédonie »
    found = situation.readings.get("public_partner")
    said = known.readings.get("public_partner")
    if (
        said
        and said is not found
        and said.value == "yes"
        and (_is_of_private_bodies(said) or _is_of_others(said) or _OWNS.search(fold(said.words)))
    ):
        known = _without(known, ["public_partner"])  # « et si la boulangerie menait le projet avec nous ? »
        said = None
    is_open = said is not found and (said is None or _is_of_no_public_body(said))
    if (found is None or found.value == "no") and is_open and _only_private_partners(heard):
        # « un cabinet privé mène le projet avec nous », after « pas de partenaire » or not
        known = _without(known, ["public_partner"])
        known = replace(known, readings={**known.readings, **({"public_partner": found} if found else {})})
    return known


def _are_overseas(heard: Sequence[str]) -> bool:
    """True when a French territory overseas is named, which is no place abroad."""
    return any(the_lists().overseas.search(fold(text)) for text in heard)


def _as_likely_abroad(
    known: Situation, told: Reading | None, heard: Sequence[str], second: SecondReader | None
) -> Situation:
    """What is `known`, where nothing was read of where they are and it is likely abroad: that is read where a place abroad is named, and who applies is
    asked where none is. Where whoever works for them is tells nothing of them, unless the first reader found it: `told`."""
    named = [
        (message, sentence, place)
        for message in map(parse_message, heard)
        for sentence in message.sentences
        if (place := the_lists().anywhere_abroad.search(sentence.bodies.text))
    ]
    if named and all(_WHO_WORKS_FOR_US.search(sentence.bodies.text) for _, sentence, _ in named):
        return known if told else _without(known, ["established"])  # "and if the coders we hire sit in Casablanca?"
    if second is None or "established" in known.readings or _are_overseas(heard):
        return known
    if second.likelihoods("\n".join(heard)).get("established", {}).get("abroad", 0.0) < _LIKELY_ABROAD:
        return known
    for message, sentence, place in named:
        if not _WITH_US.search(sentence.bodies.text):
            words = message.words(sentence, *span_of(sentence.bodies, place))
            return replace(known, readings={**known.readings, "established": Reading("abroad", words)})
    return _without(known, ["applicant"])


_LIKELY_ABROAD = 0.5
_WHO_WORKS_FOR_US = re.compile(
    r"(?:^|(?<= ))(?:(?:our|nos|notre|my|mes|mon) (?:[a-z]+ ){0,2}?(?:coders?|developers?|developpeurs?|programmers?|programmeurs?|suppliers?|fournisseurs?|vendors?|prestataires?|sous traitants?|contractors?|subcontractors?|stagiaires?|interns?)"
    r"|(?:the|les|des|some) (?:coders|developers|developpeurs|programmers|programmeurs|contractors|prestataires|interns|stagiaires) (?:that |qui |que |qu |whom )?(?:we|on|nous) [a-z]+"
    r"|(?:coding|developpement|hosting|hebergement) (?:is|was|would be|est|serait|etait) (?:done|fait|confiee?)|serveurs?|servers?|hosted|hebergee?s?)(?= |$)"
)
"""Those whose place is not the applicant's."""
_APPLIES = re.compile(
    r"(?: (?!(?:nous|on|we|i|je|us|:)(?= ))[^ ]+){0,7}? (?:depos|candidat|postul|concour|soumet|particip|appl(?:y|ie)|submit|files?\b|filed\b|eligib|qualif|recevable|admissible)"
)


def _asks_of_one_abroad(message: Message) -> Reading | None:
    """Where a body abroad is that a question is about, beside ours: « et nos voisins de la Ville de Genève, s’ils déposaient le même projet ? »."""
    for mention in mentions_of(message):
        sentence = message.sentences[mention.sentence]
        applies = _APPLIES.match(f" {sentence.bodies.after(mention.item)}")
        if sentence.is_question and applies and not _WITH_US.search(sentence.bodies.text):
            place = established_of(message, mention)
            if place and place.value == "abroad":
                return place
    return None


_ONE_STAYS = re.compile(
    r"\b(?:rest(?:e|ent|era)|still|continu\w+|stays?|staying|remains?|toujours|as before|a pris sa place|(?:takes?|took) (?:its|their) place|a deux|releve|keeps?)\b"
)
"""What is said of another partner where one leaves: « la ville a claqué la porte, le département, lui, reste aux manettes »."""
_NO_NEED = re.compile(
    r"\b(?:pas|aucun\w*|sans|no|not|n['’ ]?t|none|nor|ni|si|whether|if)\b[^,;:.!?]{0,40}\b(?:besoins?|needs?)\b|\b(?:besoins?|needs?)\b[^.!?]{0,25}\b(?:non,|pas le cas|not the case|jsp|idk|dunno|sais pas|aucune idee|no idea)\b"
)
_PRIVATE_SCHOOL = re.compile(
    r"\b(?:ecole|universite|institut|faculte)\b[^.,;:]{0,30}\b(?:privee?|catholique)\b|\b(?:private|catholic) (?:\w+ )?(?:school|university|college|institute)\b"
)
_OWNS = re.compile(
    r"\b(?:parts sociales|toutes les parts|des parts|actions|capital|actionnaires?|(?:the|its|all|of) shares|shareholders?|stakes?|owned by|detenue?s? (?:a|par))\b"
)
"""Who owns a body does not run the project with it: « une SPL dont la commune a toutes les parts »."""
_WITH_OTHERS = re.compile(
    r"^(?!.*\b(?:nous|notre|nos|on|us|we|our|ours)\b).*\b(?:avec (?:eux|elles|lui)|with (?:them|him|her))\b"
)


def _is_of_others(said: Reading) -> bool:
    """True for a partner that was read from words about somebody else: "a friend's company was told it's fine since the prefecture runs the project with them"."""
    return bool(_WITH_OTHERS.search(fold(said.words)))


def _is_of_private_bodies(said: Reading) -> bool:
    """True for a public partner that was read from words which name private bodies, and none that may be public."""
    kinds = {mention.kind for mention in mentions_of(parse_message(said.words))}
    return bool(kinds) and not kinds & {*PUBLIC_ACTORS, *UNCERTAIN}


def _is_of_no_public_body(said: Reading) -> bool:
    """True for a public partner that was read from words which name no public body."""
    return said.value == "yes" and all(
        mention.kind not in PUBLIC_ACTORS for mention in mentions_of(parse_message(said.words))
    )


def _only_private_partners(heard: Sequence[str]) -> bool:
    """True when partners are named, and all are private."""
    return are_private({role for _, role in _roles(heard)})


def _only_customers(heard: Sequence[str]) -> bool:
    """True when public bodies are named as customers, and none in another part."""
    roles = {role for mention, role in _roles(heard) if mention.kind in PUBLIC_ACTORS}
    return "customer" in roles and roles <= {"customer", "limited", "place"}


def _roles(heard: Sequence[str]) -> list[tuple[Mention, str]]:
    """Each body that is named, and its role; one that is said to take no part has none."""
    messages = [parse_message(text) for text in heard]
    return [
        (mention, "" if is_partner_denied(message, mention) else role_of(mention, message)[0])
        for message in messages
        for mention in mentions_of(message)
    ]


_ASKS_OF_THEIRS = re.compile(
    r"\b(?:would|could|can|does|is|will|should) theirs\b[^?.!]*\?|\b(?:le|la|les) leurs?,? (?:elles?|ils?|serai\w*|pourrai\w*|peu\w*|est|passe\w*|rentre\w*|entre\w*)\b[^?.!]*\?"
)
"""A question about the project of others, of which the stage that was told before tells nothing."""
_SUPPOSABLE = ("public_partner", "stage")
"""What a last message may suppose in words that leave no doubt; of the other fields they do (measured)."""
_SUPPOSABLE_ALONE = ("stage",)
"""What a first message may."""
_SUPPOSES = rf"{SUPPOSING}|and if|but if|mais si|mettons que|assuming"
_SUPPOSED = re.compile(
    rf"^(?:[^ ]+ ){{0,6}}?(?:(?:et|but|and|mais|now|then|alors|maintenant|so|,|:) )?(?:{_SUPPOSES})(?= )"
)


def _is_supposed(message: Message, reading: Reading) -> bool:
    """True when `reading` is what the message supposes in so many words: "now suppose the town runs it with us"."""
    return any(
        _SUPPOSED.search(sentence.bodies.text) and reading.words in message.words_of(sentence)
        for sentence in message.sentences
    )


_SUPPOSED_LAST = ("applicant", "established", "public_partner", "uses_ai", "public_service", "stage", "personal_data")


def _supposed(message: Message, call: Call, known: Situation) -> dict[str, Reading]:
    """What a message supposes before or after it tells something else: it is that case which is asked about."""
    for number, sentence in enumerate(message.sentences):
        if len(message.sentences) > 1 and _OPENS_SUPPOSING.match(sentence.bodies.text):
            # First, it is told what holds after it: "What if we switched it on for good before sending the file? Public hospital…"
            end = len(message.text) if number else sentence.tokens[-1].end
            told = _read_freely(message.text[sentence.tokens[0].start : end], call, known, None)
            if told.get("personal_data") and told["personal_data"].value == "yes":
                del told["personal_data"]  # "if we removed every piece of personal data": left to the second reader
            return {name: told[name] for name in (_SUPPOSED_LAST if number else _SUPPOSABLE_ALONE) if name in told}
    return {}


_OPENS_SUPPOSING = re.compile(
    rf"(?:(?:et|but|and|mais|now|then|alors|maintenant|so|bon|ok|okay|what about this|just out of curiosity|juste par curiosite|par curiosite|play along with me|jouons le jeu) ,? ?:? ?){{0,2}}"
    rf"(?:{_SUPPOSES}|si jamais|si (?:on|nous|il|elle|ils|elles|(?:notre|nos|la|le|l|les) [a-zA-Z]+) (?:(?:ne|n|l|le|la|les|y|en|se|s|nous) )*(?!(?:f|s|pl|t|conn|par)ait )[a-z]+(?:ait|ions|aient)"
    rf"|if (?:we|it|they|(?:our|the) [a-zA-Z]+) (?:ever |just |simply |instead )?(?:were|had|gave|took|put|made|ran|went|became|threw|left|let|[a-z]+(?<!e)ed)"
    rf"|picture (?:another|a different|this|that|it|the|our|us)|take it that|say that|let s say|let s pretend|pretend|(?:faites|faisons|on fait) comme si|a supposer que|had (?:it|we|they|our|the)|dans l hypothese ou|in the event that)(?= )"
)
# « Et le jour où les urgences tourneront avec ? »
_ASKS_OF_A_DAY = re.compile(
    r"(?:(?:et|and|ok|so|alors|mais|but|,) ){0,2}(?:(?:le jour|du jour|a partir du moment|des lors|une fois|quand|lorsque|des) (?:ou |qu |que )?(?:[a-zA-Z]+ ){1,4}?[a-z]+(?:ra|rons|ront)|(?:the day|once|when|as soon as) (?:[a-zA-Z]+ ){1,5}?(?:is|are|s|has|have|will|goes|go|start|starts|use|uses|runs?|works?))(?= |$)"
)
_IN_CASE = re.compile(
    r"(?:^|(?<= ))(?:si|if|suppos\w+|imagin\w+|admettons|mettons|say|should|in case|au cas ou|were|le jour ou|the day|once|quand|when)(?= )"
)


def _supposes_they_leave(message: Message) -> bool:
    """True when the message supposes that a partner leaves: « si jamais elle nous lâchait »."""
    return any(
        (_IN_CASE.search(sentence.bodies.text) and the_lists().would_leave.search(sentence.bodies.text))
        or (_OPENS_SUPPOSING.match(sentence.bodies.text) and the_lists().has_left.search(sentence.bodies.text))
        for sentence in message.sentences
    )


def _takes_back_a_guess(message: Message) -> bool:
    """True when the message says of what was told before that it was a guess: « je retire ce que je viens d’écrire, je l’ai deviné »."""
    return message.says(the_lists().a_guess)


def _their_body(text: str) -> Reading | None:
    """The body that a question calls theirs, whatever it asks: "does it matter that our company is three months old?"."""
    message = parse_message(text)
    applicant = cast_of(message).applicant
    if applicant is None:
        return None
    kind, mention = applicant
    view = message.sentences[mention.sentence].bodies
    is_theirs = OURS_BEFORE.search(view.before(mention.item))
    return Reading(kind, mention_words(message, mention)) if is_theirs else None


_WITH_US = re.compile(r"(?:^|(?<= ))(?:avec|with|a nos cotes|alongside) ?(?:nous|us|moi|me)(?= |$)")


def _puts_another(message: Message, situation: Situation, readings: Mapping[str, Reading]) -> bool:
    """True when the message puts another body in the place of the applicant: « et une boulangerie ? », "same thing, but for a…"."""
    if not the_lists().scope["ellipsis"].search(message.sentences[0].bodies.text if message.sentences else ""):
        return False
    new = readings.get("applicant")
    if new is None and message.says(_WITH_US):
        return False  # « et si la CAF montait le projet avec nous ? »
    return new is None or new.value != situation.value("applicant") or "established" in situation.readings


_OF_THE_APPLICANT = ("applicant", "established")
_A_PROJECT = r"(?:projet|project|prototype|proto|maquette|mock up|outil|tool|dossier|idee|idea|one|chatbot|demo)"
_GIVEN_UP = r"(?:enterree?|abandonnee?|annulee?|mise? de cote|tombee? a l eau|au placard|dead|buried|shelved|scrapped|dropped|cancelled|canceled|binned|off the table|off|history)(?! (?:par|by)(?= |$))"
_ANOTHER_PROJECT = re.compile(
    rf"(?:^|(?<= ))(?:(?:ce|cet|cette|notre|le|la|that|this|the|our) {_A_PROJECT} (?:la )?(?:est|a ete|sera|is|s|has been|was|got) (?:finalement |desormais |now |finally )?{_GIVEN_UP}"
    rf"|(?:oubli(?:ez|e|ons)|forget|scratch|scrap|drop|(?:laiss\w+|laissez) tomber|(?:we|on|nous) (?:ve |have |a |avons )?(?:dropped|scrapped|shelved|ditched|binned|abandonne|abandonnons|enterre|enterrons)) "
    rf"(?:about )?(?:ce|cet|cette|notre|mon|le premier|la premiere|that|this|our|my|the first|the old) (?:first |premier )?{_A_PROJECT}"
    rf"|(?:present\w+|depos\w+|candidat\w+|propos\w+|envo\w+|submit\w*|send\w*|go|going|apply\w*|choisi\w*|chose|pick\w*|put\w*) (?:plutot |rather |instead |forward )?(?:avec |with |in )?(?:(?:un|une|l|an|the) )?(?:a |d un |d une )?(?:tout |completely |whole |very )?"
    rf"(?:autre|another|other|different) (?:{_A_PROJECT}|a la place)"
    rf"|(?:un |une |a |an )?(?:tout )?(?:autre|another|different) (?:{_A_PROJECT}|chose) (?:a la place|instead|plutot)|something (?:else|different) (?:instead|altogether)(?= (?::|,))"
    r"|(?:le remplacant|la remplacante|son remplacant|the replacement|its replacement) (?:(?:is|est|s|serait|would be|, c est|c est) )"
    rf"|(?:what we (?:submit|present|propose|enter|put forward|would (?:submit|present|enter)) (?:now )?(?:is|will be|would be)|ce (?:que|qu) (?:nous|on) (?:presente\w*|depos\w+|propos\w+|soumet\w*) (?:desormais |maintenant )?(?:, )?(?:c est|sera|serait)) (?:an?|une?|un) (?:tout(?:e)? )?(?:(?:autre|nouve\w+|other|another|different|separate|new)|brand new)(?!(?: [a-zA-Z]+){{0,3}} (?:module|version|part|feature|partie|brique|fonction\w*))"
    rf"|(?:changement de|on change de|nous changeons de|change of) {_A_PROJECT})(?= |$)"
    rf"|^(?:(?:bon|ok|so|alors|,|et|and) )*(?:autre|another|un autre|une autre|different) {_A_PROJECT}(?= (?:,|:|sans|unrelated|this time|cette fois))"
)


def _tells_of_another_project(message: Message) -> bool:
    """True when the message puts another project in the place of the one told of: « ce projet est enterré, le remplaçant est… »."""
    return message.says(_ANOTHER_PROJECT)


def _without(situation: Situation, fields: Iterable[str]) -> Situation:
    gone = set(fields)
    kept = {name: reading for name, reading in situation.readings.items() if name not in gone}
    return replace(situation, readings=kept)


def _with_public_service(situation: Situation, messages: Sequence[str], call: Call) -> Situation:
    """The situation, with its aim read again if it was not clear: "carers" says more once the hospital is known."""
    settled = "public_service" in situation.readings or "public_service" in situation.unknown
    if settled or all(field.id != "public_service" for field in call.fields):
        return situation
    last: Reading | None = None
    for text in messages:
        last = read_public_service(parse_message(text), {}, situation) or last
    return replace(situation, readings={**situation.readings, "public_service": last}) if last else situation


# "The department has left the project", « jette l'éponge », "the port won't be joining us", whoever it is: the partner is no longer certain.
# « À la place du département, c’est une mutuelle qui fera le projet avec nous »
_IN_THEIR_PLACE = re.compile(
    r"(?:^|(?<= ))(?:(?:a la place|en remplacement|en lieu et place) (?:du |de la |de l |de )|(?:instead|in place|in lieu) of (?:the |our )?|(?:replaced?|replacing|remplac\w+) (?:the|our|la|le|l|notre) )(?:PUB|HOS)S?(?= |$)"
    r"|(?:^|(?<= ))[a-zA-Z]+ (?:s )?(?:seat|place|slot|siege) (?:has been|have been|was|is|a ete|est) (?:taken|prise?|filled|occupee?|repris\w*) (?:over )?(?:by|par)(?= )"
    r"|(?:^|(?<= ))(?:PUB|HOS)S? (?:(?:c est|c|is|est|that s) )?(?:fini|termine|mort|over|finished|done)(?= ?$| [,.;])"
    r"|(?:^|(?<= ))(?:on l|nous l|on les|we|they ve been|il|elle|it) (?:a |avons |ai |ve |have |has |had )?(?:remplacee?s?|replaced (?:it|them)|been replaced) (?:par|by|with)(?= )"
)
# "I was wrong about our partner: it's a private clinic".
_PARTNER_IS_PRIVATE = re.compile(
    r"(?:^|(?<= ))(?:notre|nos|our|the|le|mon|my) (?:public )?(?:partner|partenaire)(?: public)? (?:: |, |is |est |was |etait |isn t |n est )(?:[a-z0-9]+ ){0,5}?(?:PRIVS?|private|privee?)(?= |$)"
)
# « Une secrétaire de la mairie part en vacances », "one of the department's agents is retiring".
_A_PERSON = re.compile(
    r"(?:^|(?<= ))(?:USES?|WUSES?|agente?s?|secretaires?|collegues?|employee?s?|salariee?s?|stagiaires?|apprentie?s?|colleagues?|clerks?|officers?|trainees?|interns?|staffer|lady|guy|man|woman|dame|monsieur|madame|quelqu un|someone|somebody|elue?s?|adjointe?s?|(?:vice )?presidente?s?|directeurs?|directrices?|managers?|bosses|boss|chef|cheffe)(?= )"
)


def _says_one_has_left(message: Message) -> bool:
    """True when the message says that somebody left the project, unless that is a private body: « le labo privé nous a lâchés »."""
    mentions = mentions_of(message)
    if message.says(_IN_THEIR_PLACE, _PARTNER_IS_PRIVATE):
        return True
    for number, sentence in enumerate(message.sentences):
        view = sentence.bodies
        for match in the_lists().has_left.finditer(view.text):
            before = [m for m in mentions if m.sentence == number and view.starts[m.item] < match.start()]
            since = view.text[view.starts[before[-1].item] if before else 0 : match.start()]
            if _A_PERSON.search(since) or _A_PERSON.search(view.text[: match.start()][-40:]):
                continue
            if not before or before[-1].kind in (*PUBLIC_ACTORS, *UNCERTAIN):
                return True
    return False


def _left_by_the_only_one(message: Message, heard: Sequence[str]) -> Reading | None:
    """That no public actor takes part, where `message` says that one leaves or supposes it, and only one took part before."""
    leaves = _says_one_has_left(message) or _supposes_they_leave(message)
    if not leaves or _ONE_STAYS.search(fold(message.text)) or message.says(_IN_THEIR_PLACE):
        return None
    took_part = [
        mention
        for mention, role in _roles(heard)
        if mention.kind in PUBLIC_ACTORS and role in ("partner", "partner-or-applicant")
    ]
    is_only_one = len(took_part) == 1 and not took_part[0].is_plural
    return Reading("no", message.text) if is_only_one else None


def _is_left_alone(message: Message, situation: Situation, readings: Mapping[str, Reading]) -> bool:
    """True when the message says both that a public body left and that none takes part: « la préfecture a jeté l’éponge, il n’y a personne pour la remplacer »."""
    now = readings.get("public_partner")
    is_none = now is not None and now.value == "no"
    return is_none and situation.value("public_partner") == "yes" and _says_one_has_left(message)


_NO_PART = ("limited", "funder", "customer", "talks", "compared", "former")
"""Roles in which a public body conducts nothing with the person."""
_IS_ALONE = re.compile(
    r"(?:^|(?<= ))(?:seule?s?|sans|alone|without|retir\w+|quitt\w+|desengag\w+|withdr\w+|leaves?|left|drop\w*)(?= |$)"
)


def _taken_back(message: Message, situation: Situation, readings: Mapping[str, Reading]) -> set[str]:
    """What a message withdraws without putting a value in its place: then it is unknown again, and asked."""
    scope = the_lists().scope
    whole = " . ".join(sentence.bodies.text for sentence in message.sentences)
    mentions = mentions_of(message)
    roles = {m: role_of(m, message)[0] for m in mentions}
    had_a_partner = situation.value("public_partner") == "yes" and "public_partner" not in readings
    may_have_had_one = (
        bool(situation.readings) and "public_partner" not in readings and situation.value("public_partner") != "no"
    )
    left = may_have_had_one and _says_one_has_left(message)
    gone: set[str] = set()
    # "the region only funds us"
    if left or (had_a_partner and any(m.kind in PUBLIC_ACTORS and roles[m] in _NO_PART for m in mentions)):
        gone.add("public_partner")
    changes = (
        scope["hypothesis"].search(whole) or scope["correction"].search(f"{whole} ") or scope["only"].search(whole)
    )
    if not (left or changes):
        return gone
    if had_a_partner and _IS_ALONE.search(whole):
        gone.add("public_partner")
    if "applicant" not in readings and (kind := situation.value("applicant")) is not None:
        # "and if we turned into a company?", in words that were not understood
        side = kind in PUBLIC_KINDS
        if any(
            roles[m] == ""
            and not m.is_plural  # « une IA qui répond aux agriculteurs » makes nobody else of them
            and m.kind not in UNCERTAIN
            and (m.kind in PUBLIC_KINDS) != side
            and m.kind not in PUBLIC_KINDS
            for m in mentions
        ):
            gone.add("applicant")
    if "stage" not in readings and "stage" in situation.readings and speaks_of_stage(message):
        gone.add("stage")
    return gone


def _statements(text: str) -> str:
    """The sentences of a message about something else in which the person says something of theirs, and asks nothing."""
    message = parse_message(text)
    if the_lists().scope["other_topic"].search(" . ".join(s.bodies.text for s in message.sentences)):
        kept = [s for s in message.sentences if speaks_of_self(message, s.bodies.text)]
    else:
        kept = list(message.sentences)
    told = [
        s
        for s in kept
        if not s.is_question
        # « À quoi ça servira, on n’a pas décidé » only looks like a question.
        and (
            the_lists().unknown_after.search(s.bodies.text)
            or the_lists().unknown_said.search(s.bodies.text)
            or not (asks_fact(message, s) or INVERTED.search(s.bodies.text))
        )
    ]
    return ". ".join(message.words_of(s) for s in told)
