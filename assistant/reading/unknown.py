"""What the person says not to know, or takes back without putting anything in its place: it is not read, however likely, and asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from assistant.reading.lexicon import the_lists
from assistant.reading.project import gives_up_a_technique, says_it_has_none
from assistant.reading.text import Message, Sentence, View
from assistant.vocabulary import Reading
from corpus.words import fold

_ENDS = re.compile(r" (?:[;:.!?]|mais|but|however|cependant|par contre|en revanche|sinon|otherwise|though)(?= |$)")
_COLON_BEFORE = re.compile(r" : ?(?:la |there |ca )?$")
_NAMES_A_TOPIC = re.compile(
    r"(?:about|as for|regarding|concerning|pour|quant aux?|quant a|concernant|cote|sur|niveau) [^:]{1,40} : "
)
_COMMA = re.compile(r" , (?!(?:si|s|ni|nor|ou|or|whether|if|et|and|either|soit|elle|il|it|they|ils) )")
# « Mon chef la dit opérationnelle, la cheffe de projet la dit encore en essai », "one swears it's live, the other that nothing is done".
_SAYS = r"(?:dit|disent|jure\w*|soutien\w*|affirme\w*|pretend\w*|assure\w*|says?|swears?|claims?|insists?|reckons?|maintains?|tells)"
_A_STAGE = r"(?:DEP|BEF|ACT|open|ouverte?|rien n|nothing|en route|non|not)"
_DISPUTED = re.compile(
    rf"(?:^|(?<= )){_SAYS} (?:[^ ]+ ){{0,7}}?{_A_STAGE} (?:[^ ]+ ){{0,12}}?(?:{_SAYS}|l autre|the others?|d autres|others) (?:[^ ]+ ){{0,7}}?{_A_STAGE}(?= |$)"
)
# "My colleague swears there's no AI in it, the vendor swears there is".
_AI_DISPUTED = re.compile(
    rf"(?:^|(?<= )){_SAYS} (?:[^ ]+ ){{0,7}}?(?:AI|AIK|NOAI) (?:[^ ]+ ){{0,9}}?(?:l autre|the others?|{_SAYS} (?:(?:that|que|qu) )?(?:there (?:is|isn t|s)|it (?:is|does|has)|il y en a|si|oui|non|no|yes|le contraire|the (?:opposite|contrary|reverse)|otherwise))(?= |$)"
)
# « Si j’écoute Gérard, c’est en service ; si j’écoute Fatou, ça n’a jamais quitté le labo. Je ne sais pas qui croire. »
_WHO_TO_BELIEVE = re.compile(
    r"(?:^|(?<= ))(?:qui|lequel|laquelle|who|whom|which (?:of them|one)) (?:(?:des deux|je|to|i|we|should|dois|can|on|doit|peut) ){0,3}(?:croire|believe|trust|dit vrai|is right|a raison)(?= |$)"
)
_IN_TERMS_OF_THE_PROJECT = frozenset({"stage", "uses_ai"})
_PARTS = re.compile(r" (?:[,;:.!?]|mais|but|car|because|so|alors|donc|et|and|c|it s)(?= )")
_LONGEST_IGNORANCE, _LONGEST_TOPIC, _LONGEST_ECHO = 30, 8, 20
"""Words of the longest answer that may be a « je ne sais pas » with its reasons, of the longest question that may name what it bears on, and of
the longest that says again what was asked (« si d’autres mairies ont ce besoin ? ça, on l’ignore »)."""
_ECHO = re.compile(r" ?(?:et |and |pour ce qui est de savoir |quant a savoir )?(?:si|s|whether|if) ")


_OURS = re.compile(
    r"(?:^|(?<= ))(?:ours|mine|la notre|le notre|les notres|la mienne|le mien|les miens|les miennes)(?= |$)"
)
# « Ce ne serait pas encore en service. Personne pour le confirmer, et moi je n’en sais rien. »
_UNCONFIRMED = re.compile(
    r"(?:^|(?<= ))(?:personne (?:ici |chez nous )?pour (?:le|la|me le|nous le)|(?:nobody|no one) (?:here |around )?(?:to|who can|who could)) (?:confirmer|dire|verifier|confirm|tell|say|check)(?= |$)"
)


def unknown_fields(
    message: Message,
    readings: Mapping[str, Reading],
    pending: str | None = None,
    speaks_of: Callable[[str], Iterable[str]] | None = None,
) -> set[str]:
    """The fields that the message says not to be known; not those of which a later part of it tells a value: « … ah si, c’est un prototype ».

    `pending`: the field that was asked; a message that says no more than « je ne sais pas » bears on it. `speaks_of` tells which fields a text speaks of,
    where no word of what is not known does: « Vœu pieux, ou déjà chez les abonnés ? Mystère », "Theirs is buzzing. Ours, I'd need to ask".
    """
    unknown: dict[str, int] = {}
    for before, sentence in zip((None, *message.sentences), message.sentences, strict=False):
        is_unknown, named = False, False
        is_unconfirmed = before is not None and _UNCONFIRMED.search(sentence.bodies.text)
        for of_project in (False, True):
            view = _view(sentence, of_project)
            found = [(clause, _place(sentence, view, end)) for clause, end in _clauses(view.text)]
            parts = (view.text, view.text.split(" , ")[0])
            says_only = any(_says_only_unknown(part) for part in parts)
            is_unknown = is_unknown or says_only or bool(found)
            if before is not None and before.is_question and not sentence.is_question:
                # « Le stade ? Aucune idée. », « La mairie le mène-t-elle avec nous ? Le chef refuse de répondre. »
                asked = _view(before, of_project).text
                longest = _LONGEST_ECHO if _ECHO.match(asked) or found else _LONGEST_TOPIC
                if (says_only or found) and len(asked.split()) <= longest:
                    found.append((f" {asked} ", sentence.tokens[-1].end))
            elif before is not None and is_unconfirmed:
                found.append((f" {_view(before, of_project).text} ", sentence.tokens[-1].end))
            for clause, place in found:
                for field, pattern in the_lists().unknown_about.items():
                    if (field in _IN_TERMS_OF_THE_PROJECT) is of_project and pattern.search(clause):
                        unknown[field] = max(unknown.get(field, 0), place)
                        named = True
        if speaks_of and before is not None and is_unknown and not named:
            is_asked = before.is_question and not sentence.is_question
            if is_asked or is_unconfirmed or _OURS.search(sentence.bodies.text):
                place = sentence.tokens[-1].end
                unknown |= dict.fromkeys(speaks_of(message.words_of(before)), place)
    if any(_DISPUTED.search(sentence.project.text) for sentence in message.sentences):
        unknown["stage"] = len(message.text)
    if "stage" in readings and message.says(_WHO_TO_BELIEVE):
        unknown["stage"] = len(message.text)
    if any(_AI_DISPUTED.search(sentence.project.text) for sentence in message.sentences):
        unknown["uses_ai"] = len(message.text)
    if "uses_ai" not in readings and (
        gives_up_a_technique(message)
        or says_it_has_none(message)
        or message.says(*the_lists().tool_gone, *the_lists().by_people)
    ):
        unknown["uses_ai"] = len(message.text)
    if message.says(*the_lists().leisure):
        unknown["public_service"] = len(message.text)
    if pending and not unknown and _says_not_to_know(message, tells=pending in readings):
        return {pending}
    return {field for field, place in unknown.items() if not _is_told_after(message, field, readings.get(field), place)}


def _view(sentence: Sentence, of_project: bool) -> View:
    return sentence.project if of_project else sentence.bodies


def _says_not_to_know(message: Message, *, tells: bool) -> bool:
    """True when the message says no more than « je ne sais pas »; or, unless it `tells` something, when a part of it does or opens with « ça dépend de… »."""
    whole = " . ".join(sentence.bodies.text for sentence in message.sentences if not sentence.is_question)
    if len(whole.split()) > _LONGEST_IGNORANCE:
        return False
    if _says_only_unknown(whole):
        return True
    parts = [part.strip() for part in _PARTS.split(f" {whole} ") if part.strip()]
    return not tells and any(_says_only_unknown(part) or the_lists().unknown_opens.match(part) for part in parts)


def _says_only_unknown(text: str) -> bool:
    """True for « aucune idée, désolé », "not decided yet", which tell nothing else."""
    left, count = the_lists().unknown_answer.subn(" ", text)
    return bool(count) and not re.search(r"\w", the_lists().unknown_around.sub(" ", left))


def _clauses(text: str) -> list[tuple[str, int]]:
    """What each « I don't know » of a sentence bears on, and where it ends: what follows it, or what precedes « …, je l’ignore »."""
    found = []
    lists = the_lists()
    for match in lists.unknown_said.finditer(text):
        rest = text[match.end() :]
        cut = min((m.start() for m in (_ENDS.search(rest), _COMMA.search(rest)) if m), default=len(rest))
        if not lists.unknown_aside.search(rest[:cut]):
            found.append((f"{match.group()}{rest[:cut]} ", match.end() + cut))
    for match in lists.unknown_after.finditer(text):
        named = _COLON_BEFORE.sub(" ", text[: match.start()])  # « le stade : aucune idée », « …, là, aucune idée »
        before = re.split(r" (?:mais|but|however|;|:) ", named)[-1]
        if _NAMES_A_TOPIC.match(text):
            before = named  # "About the data: I spoke out of turn, …"
        if not lists.unknown_aside.search(before):
            found.append((f"{before} {match.group()} ", match.end()))
    return found


def _place(sentence: Sentence, view: View, position: int) -> int:
    """The place in the message of the last word before `position` of the view."""
    return sentence.tokens[view.items[view.item_at(max(0, position - 1))].last].end


def _is_told_after(message: Message, field: str, reading: Reading | None, place: int) -> bool:
    """True when `reading` was read after `place`, in words that tell such a value where some are listed: « … n’est écrite nulle part et la personne qui a
    lancé ça est partie » speaks of people, and tells no aim."""
    if reading is None:
        return False
    whole_words = re.compile(rf"(?<!\w){re.escape(reading.words)}(?!\w)")
    if not whole_words.search(message.text, place):
        return False
    words = the_lists().told_by.get((field, reading.value))
    return words is None or bool(words.search(fold(message.text[place:])))
