"""What the project is: artificial intelligence or not, how far along, personal data, theme."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from assistant.reading.lexicon import the_lists
from assistant.reading.negation import DENIALS, is_denied, is_denied_after, is_hardly, is_supposed, is_to_come
from assistant.reading.text import THEMES, Evidence, Message, Sentence, span_of
from assistant.vocabulary import Reading
from corpus.words import fold

_RULE_QUESTION = re.compile(
    r"(?:^|(?<= ))(?:faut il|doit on|est il obligatoire|est ce obligatoire|is it mandatory|must (?:it|we|the project|our project|the ai)|(?:project|it|ai|projects) must|do we need to|doit etre|l appel porte|l appel vise|"
    r"l appel exige|the call requires)(?= )"
)


def tagged(message: Message, tag: str) -> Iterable[tuple[int, Sentence, int]]:
    for number, sentence in enumerate(message.sentences):
        for index, item in enumerate(sentence.project.items):
            if item.text == tag:
                yield number, sentence, index


def item_words(message: Message, sentence: Sentence, index: int) -> str:
    item = sentence.project.items[index]
    return message.words(sentence, item.first, item.last)


def found_patterns(message: Message, name: str) -> Iterable[tuple[int, Sentence, int, int]]:
    """Where the discontinuous patterns `name` match: sentence number, sentence, first and last tokens."""
    for number, sentence in enumerate(message.sentences):
        for pattern in the_lists().evidence.get(name, ()):
            for match in pattern.finditer(sentence.project.text):
                yield (number, sentence, *span_of(sentence.project, match))


def words_before(sentence: Sentence, first: int) -> str:
    """The words of a sentence before the token `first`."""
    return " ".join(token.text for token in sentence.tokens[:first])


def is_corrected_before(sentence: Sentence, first: int) -> bool:
    return bool(the_lists().scope["correction"].search(f"{words_before(sentence, first + 1)} "))


def read_ai(message: Message) -> Reading | None:
    doubted = so_called = False
    yes: list[Evidence] = []
    no: list[Evidence] = []
    for _, sentence, first, last in found_patterns(message, "evolution"):
        view = sentence.project
        named = [n for n, i in enumerate(view.items) if first <= i.first and i.last <= last and i.text in ("AI", "AIK")]
        if not named or _fate(view.before(named[-1]), view.after(named[-1])):
            continue  # "they pulled the plug on the AI"
        if not is_denied(sentence.tokens, first) and not is_denied(sentence.tokens, view.items[named[-1]].first):
            return Reading("yes", message.words(sentence, first, last))  # a first AI put on a tool that has none
    for tag in ("AI", "AIK", "NEW"):
        for number, sentence, index in tagged(message, tag):
            item = sentence.project.items[index]
            if tag == "NEW" and not any(
                token.text in ("ia", "ai", "artificielle", "artificial")
                for token in sentence.tokens[item.first : item.last + 1]
            ):
                continue
            if _RULE_QUESTION.search(sentence.project.text):
                continue
            words = item_words(message, sentence, index)
            corrected = is_corrected_before(sentence, item.first)
            if tag == "NEW" and not is_denied(sentence.tokens, item.first):
                return Reading("yes", words)
            scope = the_lists().scope
            before, after = sentence.project.before(index), sentence.project.after(index)
            if scope["so_called_ai"].search(before):
                so_called = True
                continue
            if sentence.is_question and _TAKEN_FOR.search(before):
                continue  # "can it go in as an AI project?"
            if before.endswith("no such "):
                continue  # "no such AI exists yet: all we have is slides"
            if is_beside_the_point(before):
                continue  # "unrelated, but the press office uses ChatGPT"
            if _is_of_the_past(before):
                continue  # "in 2019 we dropped an AI project", "our old site had no AI"
            if _is_doubted(sentence, index):
                doubted = True
                continue
            is_supposed_gone = _SUPPOSED_GONE.search(before) and not _WOULD_DROP.search(before)
            if is_supposed_gone or (_WERE_IT_NOT.search(before) and _WHAT_THEN.match(after)):
                continue  # "take the AI away and nothing is left", « sans l’IA, rien ne tient »
            if re.match(
                r"(?:est|etait|is|was|serait|soit) (?:{0})?(?:obligatoire|requise|exigee|necessaire|imposee|mandatory|required|compulsory|necessary)".replace(
                    "{0}", "[a-z]+ "
                ),
                after,
            ):
                continue
            if (scope["about_ai"].search(before) and _LINKS.search(before)) or (
                sentence.is_question and scope["asks_if_ai"].search(sentence.project.text)
            ):
                continue
            fate = _fate(before, after)
            if fate == "kept":
                yes.append(Evidence("yes", words, (number, item.first), corrected))
            elif (
                fate == "gone"
                or (is_denied(sentence.tokens, item.first) and not _SUBJECT_OF_CLAIM.search(before))
                or is_denied_after(sentence.project, index)
            ):
                if tag == "AI" and words and not _is_kind_of_ai(words):
                    no.append(Evidence("no", words, (number, item.first), corrected))
            else:
                yes.append(Evidence("yes", words, (number, item.first), corrected))
    if doubted:
        return None
    for number, sentence, first, last in found_patterns(message, "ai"):
        if not is_denied(sentence.tokens, first):
            yes.append(Evidence("yes", message.words(sentence, first, last), (number, first)))
    if not yes and not no:
        learns = any(_LEARNS.search(sentence.project.text) for sentence in message.sentences)
        for number, sentence, index in tagged(message, "NOAI"):
            item = sentence.project.items[index]
            is_likened = _AS_ONE_DOES.search(sentence.project.before(index))
            if not learns and not is_likened and not is_denied(sentence.tokens, item.first):
                no.append(Evidence("no", item_words(message, sentence, index), (number, item.first)))
        if not learns:
            for number, sentence, first, last in found_patterns(message, "no_ai"):
                no.append(Evidence("no", message.words(sentence, first, last), (number, first)))
    told_at = max((one.position for one in yes), default=None)
    for number, sentence, first, last in found_patterns(message, "has_none"):
        if told_at and (number, first) > told_at:  # "the vendor puts AI everywhere. Ours has none"
            no.append(Evidence("no", message.words(sentence, first, last), (number, first)))
    if not yes and not no and (gives_up_a_technique(message) or message.says(*the_lists().tool_gone)):
        for number, sentence, first, last in found_patterns(message, "plain_left"):
            no.append(Evidence("no", message.words(sentence, first, last), (number, first)))
    if not yes and not no and (words := _what_people_do_instead(message)):
        return Reading("no", words)
    if not yes and ((so_called and not no) or any(_ONE_OF_THEM.search(s.project.text) for s in message.sentences)):
        return None
    return settle(yes, no)


_DOES_NOT = re.compile(
    r"(?:^|(?<= ))(?:(?:n|ne) (?:[a-z]+ ){0,3}?(?:pas|jamais|point|rien)|pas question d|hors de question d|refus\w+ d|not|never|n t|t|nobody|no one|personne ne|without|sans) (?:[a-z]+ ){0,3}?$"
)
# « Mon mari me dit d’arrêter l’IA »: an opinion, no news of the project.
_THEY_SAY = re.compile(
    r"(?:^|(?<= ))(?:(?:me|nous|m|vous) (?:dit|dise|disent|conseille\w*|suggere\w*|demande\w*|a dit|a conseille) (?:de|d)|(?:tells?|told|asks?|asked|begs?|urges?|advises?|wants) (?:me|us) to|says (?:i|we) should)(?= )"
)


def _fate(before: str, after: str) -> Literal["kept", "gone"] | None:
    """What becomes of what stands between `before` and `after`: it is dropped (« on abandonne… », "… was taken out"), or said not to be (« on n’a pas
    abandonné… », "nobody wants to drop…")."""
    lists = the_lists()
    dropped = lists.scope["dropped_ai"].search(before) or lists.ai_dropped.search(before)
    if dropped and _DOES_NOT.search(before[: dropped.start()]):
        return "kept"
    is_dropped = (
        dropped or (_TOOK.search(before) and _AWAY.match(after)) or (_NO_MORE.search(before) and _AT_ALL.match(after))
    )
    return "gone" if (is_dropped and not _THEY_SAY.search(before)) or lists.ai_gone.match(after) else None


def gives_up_a_technique(message: Message) -> bool:
    """True when a technique of AI is dropped, which does not tell whether another one is left: "the neural net got axed"."""
    return any(_is_kind_of_ai(words) for words in _given_up(message))


def _what_people_do_instead(message: Message) -> str:
    """The words that say who does it, where an AI or the tool is given up and people do it: "the neural network got axed, three clerks will read them";
    "" if none do."""
    if not (gives_up_a_technique(message) or message.says(*the_lists().tool_gone)):
        return ""
    for sentence in message.sentences:
        for pattern in the_lists().people_instead:
            if match := pattern.search(sentence.bodies.text):
                return message.words(sentence, *span_of(sentence.bodies, match))
    return ""


def says_it_has_none(message: Message) -> bool:
    """True when something is said to have none of what is spoken of: « la nôtre n’en contient pas »."""
    return any(True for _ in found_patterns(message, "has_none"))


def gives_up_ai(message: Message) -> bool:
    """True when AI itself is dropped ("they ditched the artificial intelligence part"), or people will do what it was for."""
    return any(not _is_kind_of_ai(words) for words in _given_up(message)) or bool(_what_people_do_instead(message))


def _given_up(message: Message) -> list[str]:
    """What is dropped of AI, in the words of the message."""
    return [
        item_words(message, sentence, index)
        for tag in ("AI", "AIK")
        for _, sentence, index in tagged(message, tag)
        if _fate(sentence.project.before(index), sentence.project.after(index)) == "gone"
    ]


# « Le nouveau projet en comporte une »: an AI, after one that is denied.
_ONE_OF_THEM = re.compile(
    r"(?:^|(?<= ))(?:(?:its|our|the|sa|notre|une?) (?:very |toute )?(?:first|premiere)(?: one| time)?(?= ?$| [,.;:])|en (?:comporte|comportera|aura|a|contient|contiendra|utilise|utilisera|integre|integrera) (?:bien |bel et bien |desormais )?une?|(?:will|does|would|shall) have one|has one|contains one)(?= ?$| [,.;:])"
    r"|(?:^|[;:,] |(?<= )(?:mais|but|though|while|tandis que) )(?:(?!(?:not|pas|ne|n|no|never)\b)[a-zA-Z]+ ){1,6}?(?:, )?(?:si|is|are|does|do|will|en est une?|en est|l est|oui|en sera une?)(?= ?$)"
)
# "It is not true that our AI is live": there is one.
_SUBJECT_OF_CLAIM = re.compile(
    r"(?:^|(?<= ))(?:que|qu|that|imagine|think|believe|assume|suppose) (?:(?:our|the|l|la|notre|cette|this) )+$"
)
_TAKEN_FOR = re.compile(
    r"(?:^|(?<= ))(?:as|comme|en tant que|au titre d|count as|called) (?:an?|une?|projet|project)?(?: (?:projet|project|d|outil|of))* ?$"
)
# What opens a sentence about something else.
_BESIDE_THE_POINT = re.compile(
    r"^(?:(?:totally|completely|entirely|quite|and|but|also|mais|et|sinon) )*(?:unrelated|as an aside|sans (?:aucun )?(?:rapport|lien)|rien a voir|c est sans rapport|a part ca|en aparte)(?=[ ,:])"
)


def is_beside_the_point(text: str) -> bool:
    """True for the folded `text` of a sentence that says of itself that it is about something else."""
    return bool(_BESIDE_THE_POINT.match(text))


# Words of an AI, or of a tool, that is not the one of the project.
_PAST_AI = re.compile(
    r"(?<= )(?:(?:in|back in|en|des|vers|depuis) (?:19|20)[0-9][0-9]|last year|years ago|l an dernier|il y a (?:[a-z0-9]+ )?ans|jadis|autrefois|formerly|"
    r"premiers?|premieres?|anciens?|anciennes?|actuel|actuelle|actuels|precedente?s?|old|former|previous|first|earlier|current|existing|existante?s?)(?= )"
)


def _is_of_the_past(before: str) -> bool:
    """True when the AI named after `before` was dropped long ago, or when a tool of old or of today is said to have none."""
    clause = re.split(r" [,:;] | (?:mais|but|while|tandis) ", f" {before}")[-1]
    words = clause.split()
    if {"never", "jamais"} & set(words[-6:]) and {
        "used",
        "had",
        "tried",
        "utilise",
        "eu",
        "employe",
        "touche",
        "essaye",
    } & set(words[-4:]):
        return True  # "the city has never used AI"
    if not _PAST_AI.search(f"{clause} "):
        return False
    return bool(the_lists().scope["dropped_ai"].search(before)) or bool(set(words[-5:]) & DENIALS)


# A machine that learns: fixed rules beside it are those of today, or of others.
_LEARNS = re.compile(
    r"(?:^|(?<= ))(?:(?:that|which|qui|will|would|has|a|have) (?:apprend\w*|learns?|learnt|learned|appris)|s entrain\w+|(?:predict\w*|predir\w*|predit) )(?= |$)"
)


# « Elles comptent l’acheter comme on prend une licence de tableur ».
_AS_ONE_DOES = re.compile(
    r"(?:^|(?<= ))(?:comme|like|the way|as) (?:on|one|you|people|they|ils|nous) (?:[a-z]+ ){1,6}$"
)
_SUPPOSED_GONE = re.compile(
    r"(?:^|(?<= ))(?:(?:si|s|if|suppose|supposons|imagine|imaginons|even if|unless|were we to|meme si) (?:[a-z]+ ){0,4}?(?:retir\w+|enlev\w+|supprim\w+|ot\w+|abandonn\w+|remov\w+|drop\w*|took|take|scrap\w*|cut)|"
    r"(?:^|(?<=, ))(?:take|remove|drop|retirez|enlevez|otez|supprimez)) (?:(?:the|our|l|la|cette|this|notre|out|away) )*$"
)
# "What if we drop the AI and send a plain list?" puts another project.
_WOULD_DROP = re.compile(r"(?:^|(?<= ))(?:what if|et si|and if) (?:we|i|nous|on|je) (?:[a-z]+ ){1,4}$")
_WERE_IT_NOT = re.compile(
    r"(?:^|[,;:] )(?:sans|without|but for|hors) (?:(?:the|our|l|la|cette|this|notre|une|an|any|cet) )*$"
)
_WHAT_THEN = re.compile(
    r"^(?:, )?(?:(?:il|nous|on|we|it|there|they|elle|ils|notre|our|le|la|les|l|the|this|ce|PUBS?|W?USE) )?(?:[a-zA-Z]+ ){0,3}?(?:rien|nothing|pas|not|plus|ne|n|no|impossible|pointless|useless|inutile|cannot|t|could|would|pourr\w+|serai\w+)(?= |$)"
)
# "We took the AI out", « l’IA a été retirée ».
_TOOK = re.compile(
    r"(?:^|(?<= ))(?:took|taken|taking|pull\w*|ripped|threw|thrown|cut|switched|vot(?:e|ed|ing)|turned|shot|struck|had|get|got|getting|having) (?:(?:the|our|its|all|any|that|this|whole) )*$"
)
_AWAY = re.compile(
    r"^(?:part |bit |side )?(?:(?:thrown |taken |pulled |cut |struck |ripped )?(?:out|away|off|aside|down)|scrapped|removed|dropped|binned|cancelled|canned|axed)(?= ?$| [,.;:)]| (?:of|and|again|entirely|altogether|for)(?= ))"
)

# « …, plus d’IA du tout »; « il veut plus d’IA » asks for more.
_NO_MORE = re.compile(r"(?:^|(?<= ))(?:ne |n |y a |y aura |[,:;] |donc |alors |et )plus (?:du tout )?(?:d|de) $")
_AT_ALL = re.compile(
    r"^(?:$|[,.;:!)]|du tout|nulle part|dedans|la dedans|dans (?:le|ce|notre) (?:projet|dossier)|et (?:basta|c est tout)|donc|a la place)(?= |$)"
)

# « un guide sur l’IA » is about AI, « un guide conversationnel par IA » is made with it.
_LINKS = re.compile(r"(?:^|(?<= ))(?:de|d|l|la|sur|a|aux?|of|on|about|in|the|for|en|par l|use) $")


def _is_doubted(sentence: Sentence, index: int) -> bool:
    """True when words of doubt stand close to the AI named by the item `index`: « je ne sais pas si c’est de l’IA »."""
    view = sentence.project
    for match in the_lists().scope["doubt_ai"].finditer(view.text):
        first, last = view.item_at(match.start()), view.item_at(match.end() - 1)
        if -4 <= index - last <= 8 or -4 <= index - first <= 0:
            return True
    return False


_GENERAL_AI = re.compile(
    r"^(?:ia|ai|a\.?i\.?|i\.?a\.?|(?:l |d )?intelligences? artificielles?|artificial intelligence|intel artificielle)$"
)


def _is_kind_of_ai(words: str) -> bool:
    """Denying machine learning, say, does not deny artificial intelligence."""
    return not _GENERAL_AI.match(fold(words))


def settle(*sides: Sequence[Evidence]) -> Reading | None:
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
# « sans rapport avec l’appli de la pharmacie, qui est en service »
_UNRELATED = re.compile(
    r"(?:^|(?<= ))(?:sans (?:aucun )?(?:rapport|lien)|rien a voir|nothing to do|no(?:thing in)? (?:link|relation|common)|unrelated|unconnected|a ne pas confondre|not to be confused|separate|distinct|independent|distincte?|separee?|independante?) (?:avec|with|to|from|of|de|d|du|des) "
    r"(?:(?!(?:mais|but|nous|on|we|notre|our|la notre|ours)\b|[:;.,] (?!qui |which |that ))[^ ]+ )*$"
)


def _is_said_unrelated(sentence: Sentence, first: int) -> bool:
    """True when what stands at the token `first` is of something that has nothing to do with the project."""
    return bool(_UNRELATED.search(f"{words_before(sentence, first)} "))


_PAST = frozenset(
    "fini finie finis termine terminee ended finished concluded quitte quittee depasse depassee sorti sortie sortis past beyond acheve apres after since suite".split()
)
_IS_OVER = re.compile(
    r"^(?:[a-z0-9]+ ){0,2}?(?:date|dates|remonte)(?= )|^(?:, )?(?:c etait|ca c etait|that was|was) (?:l an passe|l an dernier|l annee derniere|l annee passee|avant|hier|il y a|last year|years ago|a year ago|before)(?= |$)|^(?:[a-z0-9]+ ){0,4}?(?:est|is|sont|are|was|a ete|has been) (?:bien |deja |maintenant |now |already |long )*(?:termine|fini|over|acheve|done|derriere|complete|conclu|closed|clos|valide|validated|approved)"
)
_EXISTING = re.compile(r"(?:^|(?<= ))(?:existante?s?|actuel\w*|existing|current|en place|deja|already)(?= |$)")


# « je ne peux pas vous dire si elle est en service ou encore en test », "maybe live in one district": wondered about, not told.
_ALTERNATIVE = re.compile(
    r"(?:^|(?<= ))(?:whether|(?:si|if|s) (?:il|elle|ils|elles|on|l|le|la|les|c|ca|cela|it|the|they|this|that|our)) (?:[^ ]+ ){0,20}?(?:ou|or)(?= )"
)
_PERHAPS = re.compile(
    r"(?:^|(?<= ))(?:peut etre|maybe|perhaps|might be|may be|could (?:(?:equally|just as|as|well|also|easily) )*be|(?:pourrait|peut|might|may) (?:tout )?(?:aussi|equally|as) (?:bien|well) (?:etre|be)|pourrai(?:t|ent) etre|said about|dit sur|disais de) (?:[^ ]+ ){0,2}$"
)


def _is_wondered(sentence: Sentence, first: int) -> bool:
    """True when what stands at the token `first` is one of two things of which the person does not know which holds."""
    before = words_before(sentence, first)
    whole = " ".join(token.text for token in sentence.tokens)
    alternative = _ALTERNATIVE.search(whole)
    return bool(_PERHAPS.search(f"{before} ")) or bool(alternative and alternative.start() <= len(before))


# « Je retire « de fond en comble » », "scratch 'in service'".
_TAKEN_BACK = re.compile(
    r"(?:^|(?<= ))(?:je retire|i (?:take|took) back|(?:i )?withdraw|strike|scratch|oublie[zr]?|efface[zr]?|forget|biffez) (?:(?:le|les|the) (?:mots?|words?|termes?) )?\" ?$"
)


def read_stage(message: Message, before: str | None = None) -> Reading | None:
    events: list[Evidence] = []

    def event(value: str, number: int, sentence: Sentence, first: int, last: int) -> None:
        if not (_is_wondered(sentence, first) or _TAKEN_BACK.search(words_before(sentence, first))):
            corrected = is_corrected_before(sentence, first)
            events.append(Evidence(value, message.words(sentence, first, last), (number, first), corrected))

    has_ai = any(
        item.text in ("AI", "AIK", "NEW") and not is_denied(sentence.tokens, item.first)
        for sentence in message.sentences
        for item in sentence.project.items
    )

    def is_other(sentence: Sentence, first: int) -> bool:
        if has_ai and _is_without_ai(sentence, first):
            events.append(Evidence("plain", message.words(sentence, first, first), (0, first)))
            return True
        if has_ai and _is_what_lives(sentence, first):
            return True
        before = words_before(sentence, first)
        if is_beside_the_point(before):
            return True  # "Unrelated, but the car park app opened yesterday"
        clause = re.split(r" [,:;] | (?:mais|but|et|and) ", before)[-1]
        return _is_said_unrelated(sentence, first) or bool(
            re.search(
                _OTHER_SYSTEM.pattern.removesuffix("(?:[a-z0-9]+ |AI |AIK ){0,4}$")
                + "(?:outil|systeme|logiciel|chatbot|produit|tool|system|product|software|version|solution|application|projet|project|plateforme|ia|ai|portail)",
                clause,
            )
        )

    for number, sentence, index in tagged(message, "DEP"):
        item = sentence.project.items[index]
        if _RULE_QUESTION.search(sentence.project.text) or is_other(sentence, item.first):
            continue
        if _is_dwelling(sentence, item.first) or _is_quoted(sentence, item.first, item.last):
            continue
        if is_hardly(sentence.tokens, item.first) or _is_elsewhere(sentence, item.first, item.last):
            continue
        denied = is_denied(sentence.tokens, item.first)
        if denied and any(sentence.tokens[i].text == "plus" for i in range(max(0, item.first - 4), item.first)):
            continue  # "no longer in production" says nothing of what it is now
        if denied and any(t.text in _PARTLY for t in sentence.tokens[item.last + 1 : item.last + 4]):
            continue  # "not deployed everywhere"
        to_come = is_to_come(sentence.tokens, item.first, item.last)
        event("before" if denied or to_come else "deployed", number, sentence, item.first, item.last)
    for number, sentence, first, last in found_patterns(message, "deployed"):
        if _RULE_QUESTION.search(sentence.project.text) or is_other(sentence, first):
            continue
        if _is_a_calling(sentence, first, last) or _is_elsewhere(sentence, first, last):
            continue
        if is_denied(sentence.tokens, first, reach=4) or is_denied(sentence.tokens, last, reach=last - first):
            event("before", number, sentence, first, last)
        elif not is_to_come(sentence.tokens, first) and not _is_of_a_draft(sentence, first, last):
            event("deployed", number, sentence, first, last)
    for number, sentence, index in tagged(message, "ACT"):
        item = sentence.project.items[index]
        after = sentence.project.after(index)
        is_later = is_to_come(sentence.tokens, item.first, item.last) or _NOT_BEFORE.match(after)
        if is_denied(sentence.tokens, item.first, reach=4) or is_later:
            event("before", number, sentence, item.first, item.last)
        elif _DATED.match(after) or _IS_DONE.search(
            f"{words_before(sentence, item.first)} {sentence.tokens[item.first].text}"
        ):
            event("deployed", number, sentence, item.first, item.last)
    for number, sentence, index in tagged(message, "BEF"):
        item = sentence.project.items[index]
        after = sentence.project.after(index)
        left = {token.text for token in sentence.tokens[max(0, item.first - 5) : item.first]}
        if _was(message, sentence, item.first):
            continue
        if _is_quoted(sentence, item.first, item.last):
            continue  # « le mot « prototype » traîne encore dans nos plaquettes »
        if is_hardly(sentence.tokens, item.first) or _is_said_unrelated(sentence, item.first):
            continue
        if _is_theirs(sentence, item.first, item.last) or _is_begun_by_a_neighbour(sentence, item.first, item.last):
            continue
        if left & _PAST:
            if left & DENIALS:  # "not finished with our prototype", "without having finished"
                event("before", number, sentence, item.first, item.last)
            continue
        if not is_denied(sentence.tokens, item.first) and not _IS_OVER.match(after):
            event("before", number, sentence, item.first, item.last)
    for number, sentence, first, last in found_patterns(message, "before"):
        # These patterns hold their own negations.
        if _is_offered(message, sentence, first, last):
            continue
        if _is_quoted(sentence, first, first) or is_hardly(sentence.tokens, first) or _is_theirs(sentence, first, last):
            continue
        event("before-weak", number, sentence, first, last)
    for number, sentence, first, last in _made(message):
        if not _is_offered(message, sentence, first, last) and not _is_theirs(sentence, first, last):
            event("before-weak", number, sentence, first, last)
    for value, tags, names in (("evolution", ("EVO", "NEW"), ("evolution",)), ("minor_update", ("MIN",), ("minor",))):
        for tag in tags:
            for number, sentence, index in tagged(message, tag):
                item = sentence.project.items[index]
                if (
                    tag == "MIN"
                    and item.first < 2
                    and [t.text for t in sentence.tokens[item.last + 1 : item.last + 2]] == [":"]
                ):
                    continue  # « Petite correction : … », said of the message
                if not is_denied(sentence.tokens, item.first):
                    event(value + ("-new" if tag == "NEW" else ""), number, sentence, item.first, item.last)
        for name in names:
            for number, sentence, first, last in found_patterns(message, name):
                if not is_denied(sentence.tokens, first):
                    event(value + "-new" if value == "evolution" else value, number, sentence, first, last)
    supposed = [
        one for one in events if one.value != "before-weak" and is_supposed(message.sentences[one.position[0]].tokens)
    ]
    if supposed and all(one.value == "deployed" for one in supposed):
        # « Imaginons qu’il soit ouvert à tous. Aujourd’hui il est en test. »
        return Reading("deployed", supposed[-1].words)
    return _settle_stage(message, events, before)


# « Ce qui est en production, c’est le logiciel de caisse », "what's live is the booking site".
_WHAT_LIVES = re.compile(
    r"(?:^|(?<= ))(?:ce qui|celui qui|what|the one that|all that|tout ce qui) (?:est|is|s|tourne|marche|runs)? ?$"
)


def _is_what_lives(sentence: Sentence, first: int) -> bool:
    """True when a sentence that does not speak of AI says what it is that is in service."""
    speaks_of_ai = any(item.text in ("AI", "AIK", "NEW") for item in sentence.project.items)
    return not speaks_of_ai and bool(_WHAT_LIVES.search(f"{words_before(sentence, first)} "))


# "Launch isn't before 2024".
_NOT_BEFORE = re.compile(
    r"^(?:(?:du|de la|de l|of the|of our|of) (?:[a-zA-Z]+ ){1,2})?(?:is ?n t|isn t|is not|won t be|n est pas|ne sera pas|pas) (?:prevue? |planned |due )?(?:before|until|avant)(?= )"
)


# « On voudrait la proposer à votre appel »: nothing is said of its making.
_OFFERS_IT = re.compile(
    r"\b(?:la|le|les|l|it|them) (?:propos|present|soumett|submit|enter|candidat)\w*$|\b(?:propos|present|soumett|submit|enter)\w* (?:son|sa|ses|notre|nos|cette|ce|our|its|their|this)(?: \w+)?$"
)


def _is_offered(message: Message, sentence: Sentence, first: int, last: int) -> bool:
    """True when the words, or they and the next one, offer to the call what is made already or not."""
    following = min(last + 1, len(sentence.tokens) - 1)
    return any(_OFFERS_IT.search(fold(message.words(sentence, first, end))) for end in (last, following))


def is_of_another_tool(message: Message) -> bool:
    """True when all that the message says of a stage is said of another tool than the project's: « le CDG voisin l'a en production, pas nous »."""
    said = [(sentence, sentence.project.items[index]) for _, sentence, index in tagged(message, "DEP")]
    spans = [(sentence, item.first, item.last) for sentence, item in said]
    spans += [(sentence, first, last) for _, sentence, first, last in found_patterns(message, "deployed")]
    begun = [(sentence, sentence.project.items[index]) for _, sentence, index in tagged(message, "BEF")]
    return (
        bool(spans or begun)
        and all(
            _is_elsewhere(sentence, first, last)
            or _is_said_unrelated(sentence, first)
            or _is_without_ai(sentence, first)
            for sentence, first, last in spans
        )
        and all(
            _is_theirs(sentence, item.first, item.last) or _is_begun_by_a_neighbour(sentence, item.first, item.last)
            for sentence, item in begun
        )
    )


def speaks_of_stage(message: Message) -> bool:
    """True when the message holds words of a stage, whoever they are said of."""
    return any(item.text in ("DEP", "BEF", "ACT") for sentence in message.sentences for item in sentence.project.items)


def _is_without_ai(sentence: Sentence, first: int) -> bool:
    """True when the tool that is in service at `first` is said to have no AI: "our booking site has no AI and is live"."""
    items = sentence.project.items
    near = [item for item in items if item.text in ("AI", "AIK") and -8 <= item.first - first <= 6]
    return bool(near) and all(is_denied(sentence.tokens, item.first) for item in near)


_NEIGHBOUR = re.compile(
    r"(?:^|(?<= ))(?:voisine?s?|neighbou?rs?|neighbou?ring|next door|d a cote|d en face|jumelle|jumelee|homologues?|counterparts?|"
    r"(?:another|une autre|un autre|d autres|other|autres) (?:(?:PUB|ENT|RES|HOS|PRIV)S?|clients?|clientes?|customers?)|elsewhere|ailleurs)(?= |$)"
)


def _is_of_a_neighbour(sentence: Sentence, first: int, last: int) -> bool:
    """True for the tool of another body: « la commune voisine a mis en service… », "already live at the neighbouring council"."""
    items = sentence.project.items
    before = " ".join(item.text for item in items if item.last < first)
    after = " ".join(item.text for item in items if item.first > last)
    clause = re.split(r" [:;(] |(?<!next door) , | (?:mais|but|while|tandis|whereas) ", f"{before} ")[-1]
    where = re.match(
        r"(?:(?:deja|already|depuis|since|[0-9]+) )*(?:(?:chez|par|dans|a|au|aux|at|by|in|of|de|du|with|for|pour) |(?=elsewhere|ailleurs))",
        after,
    )
    theirs = where is not None and _NEIGHBOUR.search(" ".join(after[where.end() :].split()[:5]))
    return bool(_NEIGHBOUR.search(clause) or theirs)


# "…but only on my laptop", « … mais pas chez nous ».
_NOT_HERE = re.compile(
    r"^(?:[a-zA-Z0-9]+ ){0,6}?(?:, )?(?:mais |but |though |and |et )?(?:(?:seulement|uniquement|only|just|que|solely) (?:sur|on|in|dans|en|au|at) (?:[a-z]+ ){0,3}?(?:ordinateur|laptop|machine|computer|poste|pc|test\w*|lab\w*|staging|recette|local|notebook|brouillon|demo)"
    r"|(?:pas|not) (?:encore |yet )?(?:chez|with|at|for|in|pour|avec) (?:nous|us|our|notre|nos)|(?:pas|not) (?:encore |yet )?(?:ici|here))(?= |$)"
)
# "It nearly launched in June", « elle devait être lancée en juin ».
_ALMOST = re.compile(
    r"(?:^|(?<= ))(?:failli|nearly|almost|presque|devait|devaient|devions|aurait (?:du|pu)|auraient du|was (?:to|due|supposed|meant|expected|planned)|were to|should have|would have|could have)(?: [a-z]+){0,4}$"
)


# "What is live is the phone recorder, a different tool", « notre appli de planning est en service, mais rien à voir ».
_OF_ANOTHER_TOOL = re.compile(
    r"^(?:(?!(?:mais|but|nous|on|we|notre|our)\b)[^ ]+ ){0,8}?(?:, |mais |but )(?:(?:c est|it s|it is|which is|qui est|that is|mais|but|et|and|an?|une?|tout|toute|quite|whole|completely) )*"
    r"(?:(?:different|separate|other|another|autre|distincte?) (?:tool|system|software|product|app|application|project|thing|outil|logiciel|systeme|produit|projet|chose|truc|sujet)(?= ?$| [,.;:)])|"
    r"(?:(?:which|qui|that|c|ca|cela|it|has|n a|a) )*(?:rien a voir|nothing to do)(?= ?$| [,.;:)]| (?:avec|with) (?:ca|cela|ce|cet|cette|celui|notre|le|l|la|this|that|it|our|the)(?= |$))|(?:(?:celui|celle) la )?(?:(?:(?:ce|this|that|it) )?(?:n est pas|isn t|is not|s not) (?:le|the|our|notre) (?:sujet|projet|subject|project|point|topic)|(?:nous |on )?n y touch\w+ pas)(?= ?$| [,.;:)])|(?:unrelated|unconnected|sans (?:aucun )?(?:rapport|lien))(?= ?$| [,.;:)]))"
)


# « ça tourne chez eux », "live since 2020 but that's theirs", "theirs is a sketch". A tool of the person's own may be in service « chez lui », the customer.
_RUNS_AT_THEIRS = re.compile(r"^(?:[^ ]+ ){0,3}?chez (?:eux|elles|les autres)(?= |$)")
_IS_THEIRS = re.compile(
    r"(?:^|(?<= ))(?:(?:that s|it s|that is|c est) (?:theirs|les? leurs?|la leur|leur affaire|their (?:own )?(?:business|affair))|c est chez (?:eux|elles)|aucun (?:lien|rapport) avec nous|no (?:link|relation) (?:with|to) us|not (?:ours|us|our project)|pas (?:(?:la|le|les) notres?|notre projet)|(?:de la|du) siens?(?:ne)?)(?= |$)"
)
_OF_THEIRS = re.compile(r"^(?:[^ ]+ ){1,4}?(?:theirs|la leur|les? leurs?)(?= |$)")
_THEIRS = re.compile(r"(?:^|(?<= ))(?:theirs|le leur|la leur|les leurs)(?= |$)")


def _is_theirs(sentence: Sentence, first: int, last: int) -> bool:
    """True for what is said of a tool that others have."""
    told = " ".join(token.text for token in sentence.tokens[first : last + 9])
    clause = re.split(r" [:;(,] | (?:mais|but|and|et) ", words_before(sentence, first))[-1]
    runs = clause.strip(" ,") in ("", "ca", "cela") and _RUNS_AT_THEIRS.match(told)
    return bool(runs or _IS_THEIRS.search(told) or _OF_THEIRS.match(told) or _THEIRS.search(clause))


# « La piscine d’à côté en est, elle, à l’idée. »
_NEIGHBOUR_ASIDE = re.compile(_NEIGHBOUR.pattern.removesuffix("(?= |$)") + r" [^,]*, (?:elle|lui|elles|eux) , [^,]*$")
_OURS_THERE = re.compile(r"(?:^|(?<= ))(?:nous|on|je|notre|nos|mon|ma|we|i|our|ours|my)(?= |$)")


def _is_begun_by_a_neighbour(sentence: Sentence, first: int, last: int) -> bool:
    """True for what another body is only beginning: « la commune voisine en est au prototype »."""
    before = words_before(sentence, first)
    is_of_them = _is_of_a_neighbour(sentence, first, last) or _NEIGHBOUR_ASIDE.search(before)
    return bool(is_of_them) and not _OURS_THERE.search(before)


def _is_elsewhere(sentence: Sentence, first: int, last: int) -> bool:
    """True for a service of others, of one machine, or that nearly was."""
    before = words_before(sentence, first)
    after = " ".join(token.text for token in sentence.tokens[last + 1 :])
    is_not_theirs = _NOT_HERE.match(after) or _OF_ANOTHER_TOOL.match(after) or _ALMOST.search(before)
    return bool(is_not_theirs) or _is_theirs(sentence, first, last) or _is_of_a_neighbour(sentence, first, last)


# "It is live", "live on our portal"; not "I live in Nantes", "it lives on a laptop", "they follow it live".
_MADE_LIVE = frozenset(
    "is are was were been be s re went goes go gone going already now fully currently also still not yet t it".split()
)
_LIVE_THING = frozenset(
    "version system tool service product environment use site since for operation production on and but ,".split()
)


def _is_dwelling(sentence: Sentence, index: int) -> bool:
    """True for "live" as a verb, and for what is followed as it happens."""
    words = [token.text for token in sentence.tokens]
    if words[index] == "lives":
        return True
    if words[index] != "live" or not index:
        return False
    if words[index - 1] in (",", ":", "(", "and"):
        return index + 1 < len(words) and words[index + 1] not in _LIVE_THING
    if words[index - 1] in _MADE_LIVE:
        return False
    return not (words[index - 1] in ("a", "the", "our") and set(words[index + 1 : index + 2]) & _LIVE_THING)


def _is_quoted(sentence: Sentence, first: int, last: int) -> bool:
    """True for words between quotation marks, or spoken of as words: « le mot prototype »."""
    words = [token.text for token in sentence.tokens]
    marks = ("«", "»", '"')
    if first and words[first - 1] in marks and set(words[last + 1 : last + 3]) & set(marks):
        return True
    return bool(set(words[max(0, first - 2) : first]) & {"mot", "terme", "word", "term"})


_NOWADAYS = re.compile(
    r"(?:^|(?<= ))(?:today|now|nowadays|aujourd hui|maintenant|desormais|a present|depuis|since)(?= |$)"
)


_UNTIL_THEN = frozenset("until jusqu formerly autrefois jadis naguere hier yesterday auparavant previously".split())


def _was(message: Message, sentence: Sentence, first: int) -> bool:
    """True for what the tool was before it became what it is: "it was a prototype in 2020; today…"."""
    left = {token.text for token in sentence.tokens[max(0, first - 3) : first]}
    wider = {token.text for token in sentence.tokens[max(0, first - 7) : first]}
    return bool(left & {"was", "were", "etait", "etaient", "fut"} or wider & _UNTIL_THEN) and any(
        _NOWADAYS.search(one.bodies.text) for one in message.sentences
    )


# What a body does for a living: it says nothing of the tool unless the tool is named among these words.
_CALLING = re.compile(
    r"^(?:a |have |has |been |already |deja |depuis )*(?:exist\w*|work\w*|travaill\w*|operat\w*|repond\w*|trait\w*|answers?|handles?|sorts?|helps?|aid\w+|assist\w+|serv\w+|sert|fonctionn\w+|marche\w*|"
    r"run\w*|ran|activ\w+|process\w*|analys\w+|redig\w+|produi\w+|orient\w+|tri\w*|guid\w+|accessible|available|disponible)(?= |$)"
)
_SUBJECT_BODY = re.compile(
    r"(?:^|(?<= ))(?P<of>(?:de|du|des|d|of|from|by|par|our|notre|nos|chez|at|in|a|au|dans|for|pour) (?:la |le |l |les |the |our |notre |a |une? )?)?"
    r"(?:(?P<body>(?:PUB|ENT|RES|HOS|PRIV|ASSO|AMB|INDIV)S?|W?USE|nous|we|je|i|on|j|they|elles|ils|cabinet|team|equipe|equipes|service|services)|(?P<tool>AI|AIK|NOAI|outils?|chatbots?|bots?|robots?|algorithme?s?|"
    r"applications?|app|systeme?s?|assistants?|logiciels?|solutions?|tools?|software|platforms?|plateformes?|portails?|portals?|sites?|website|modeles?|models?|it|ca|cela))(?= |$)"
)


def _is_a_calling(sentence: Sentence, first: int, last: int) -> bool:
    """True when the words tell how long a body has existed or done its work: « notre société existe depuis 1998 »."""
    view = sentence.project
    inside = [item.text for item in view.items if first <= item.first and item.last <= last]
    if {"AI", "AIK"} & set(inside) or not _CALLING.match(" ".join(inside)):
        return False
    start = next(place for place, item in enumerate(view.items) if item.last >= first)
    before = re.split(r" [:;.] | (?:mais|but) ", " " + " ".join(item.text for item in view.items[:start]))[-1]
    subject = None
    for match in _SUBJECT_BODY.finditer(before):
        # "the software of our town": the town is not the subject; "our town" alone is.
        owner = match["of"] and not match["of"].startswith(("our", "notre", "nos"))
        if match["tool"] or not (owner or view_says_own(before, match.end())):
            subject = match
    if subject is None:
        return bool(re.match(r"(?:exist|work|travaill)", inside[0]))
    return subject["tool"] is None


def view_says_own(text: str, end: int) -> bool:
    """True for a possessor: "our town 's software"."""
    return text[end:].startswith(" s ")


# "Put into production: June 2021".
_IS_DONE = re.compile(
    r"(?:^|(?<= ))(?:(?:l|les|nous l|nous les) (?:a|ai|as|avons|avez|ont|avait|avions|avaient)|(?:a|ont|avait|avaient|ayant) ete|(?:est|sont|fut)) (?:deja |enfin |finalement |bien |officiellement |aussitot |ensuite )*mises?$"
)
"""What comes before « mise en service » that makes a deed of it, done: « on l’a mise en service », « elle a été mise en ligne »."""
_DATED = re.compile(r"(?:(?:[a-zA-Z0-9]+|:|=|,|\() ){0,3}?(?:20[01][0-9]|202[0-2])(?= |$)")

_PAST_TENSE = frozenset(
    "a ai as avons avez ont avait avaient avions ete has have had was were been be est sont sommes suis fut".split()
)
_SUBJECTS = frozenset("we i they you who to now also currently jointly still together and both that which".split())
_BE = frozenset(
    "am are is re m s be been were was still currently now just started start keep begun began busy also actively only".split()
)
_PLANS = frozenset(
    "veux veut voulons veulent voudrais voudrait voudrions voudraient souhaite souhaitons souhaitent souhaiterions souhaiterait aimerions aimerait aimerais comptons "
    "compte comptent envisage envisageons envisagent projette projetons prevoit prevoyons prevoient allons va vais vont cherche cherchons cherchent ambitionnons "
    "desirons desire pense pensons songe songeons esperons espere commence commencons commencent demarre demarrons demarrent entrain train idee envie intention "
    "projet but objectif want wants plan plans planning hope hopes hoping like going wish wishes intend intends about aim aims start started starting begin began begun begins "
    "idea ready trying tries".split()
)
# « On fait une IA », where « fait partie de », « en fait », « cela fait gagner » make nothing.
_DOING, _ONE, _IN_FACT = (
    frozenset("fais fait faisons font".split()),
    frozenset("un une notre cet cette ce nos ca cela".split()),
    frozenset("en de ce tout au".split()),
)
_MANY = frozenset("des les some many various nos plusieurs d".split())
_DETERMINERS = frozenset(
    "un une l le la a an the our its this that one new my their another on of about together up with at into".split()
)


def _made(message: Message) -> Iterable[tuple[int, Sentence, int, int]]:
    """Where the tool of the project is being made: « nous bâtissons une IA », "an AI that we are crafting", « je développe encore »."""
    making, things = the_lists().making, the_lists().making_of
    for number, sentence in enumerate(message.sentences):
        words = [token.text for token in sentence.tokens]
        is_thing = [word in things for word in words]
        for item in sentence.project.items:
            if item.text in ("AI", "AIK", "NOAI"):
                is_thing[item.first : item.last + 1] = [True] * (item.last + 1 - item.first)
        for index, word in enumerate(words):
            how = making.get(word)
            if (
                how is None
                or _is_quoted(sentence, index, index)
                or words[index + 1 : index + 2] in (["pas"], ["plus"], ["not"], ["jamais"])
                or (
                    word in _DOING
                    and not (set(words[index + 1 : index + 2]) & _ONE and set(words[:index][-1:]) - _IN_FACT)
                )
            ):
                continue
            if not _is_making(message, sentence, words, index, how):
                continue
            after = next((i for i in range(index + 1, min(len(words), index + 16)) if is_thing[i]), None)
            if after is not None and how != "infinitive" and not _bears_on(words, index, after):
                after = None
            if after is not None and {":", ";"} & set(words[index:after]):
                after = None
            if after is not None and (words[index + 1] in _MANY or _is_a_trade(words, index, after, how)):
                after = None
            # « une IA que nous préparons »; not "an AI that plans rounds".
            before = any(is_thing[max(0, index - 6) : index]) and any(
                w in ("que", "qu", "we", "nous", "on", "our") for w in words[max(0, index - 4) : index]
            )
            still = "encore" in words[index + 1 : index + 2] or (
                how == "gerund" and "still" in words[max(0, index - 2) : index]
            )
            if (after is not None or before or still) and not is_denied(sentence.tokens, index, reach=4):
                yield number, sentence, index, after if after is not None else index


def _is_making(message: Message, sentence: Sentence, words: Sequence[str], index: int, how: str) -> bool:
    """True when the word at `index` is a verb in the present, a gerund or an infinitive of something to come."""
    left = words[max(0, index - 4) : index]
    if how == "infinitive":
        return any(word in _PLANS for word in left)
    if how == "gerund":
        return (
            not left
            or left[-1] in (",", ":", ";", "(", "and", "who", "which")
            or any(word in _BE for word in left[-3:])
        )
    if how == "finite-english" or (how == "finite-both" and message.is_english):
        return (
            bool(left) and left[-1] in _SUBJECTS
            if not words[index].endswith("s")
            else left[-1:] not in (["a"], ["the"], ["of"], ["our"])
        )
    surface = message.words(sentence, index, index)
    return (words[index] == "cree" or not surface.lower().endswith(("é", "és", "ée", "ées"))) and not (
        left and left[-1] in _PAST_TENSE
    )


# Verbs of wish bear on what follows them at once; verbs of work on what follows « sur », "on"…
_WISHED = re.compile(
    r"(?:veu[xt]|veulent|voul|wants?$|hop(?:e|es|ing)$|plan|intend|esper|ambition|wish|dream|rev(?:e|ons|ent)$|thinking|pens|song|considering|consider)"
)
_WORKED = re.compile(
    r"(?:work|travaill|boss|planch|cogit|reflechi|tinker|toy|look|avanc|commenc|demarr|start|experiment(?:ing|s)?$)"
)
_OFFERING = frozenset(
    "enter submit present propose apply candidate compete concourir participer participate candidater presenter soumettre proposer deposer inscrire engager".split()
)
_TOWARDS = frozenset("on sur a d at about with de into to".split())


def _bears_on(words: Sequence[str], verb: int, thing: int) -> bool:
    """True when the thing can be what the verb bears on."""
    between = list(words[verb + 1 : thing])
    if _WISHED.match(words[verb]):
        if set(between) & _OFFERING:
            return False
        return thing - verb <= 4 and "with" not in between and "avec" not in between
    if _WORKED.match(words[verb]) and words[thing] not in ("project", "projet"):
        return any(word in _TOWARDS for word in between[-4:] + between[:1])
    return not _WORKED.match(words[verb])


def _is_a_trade(words: Sequence[str], index: int, thing: int, how: str) -> bool:
    """ "We develop software", said of what a company does: no article stands before the thing."""
    return how.startswith("finite-") and not any(word in _DETERMINERS for word in words[index + 1 : thing])


def _is_of_a_draft(sentence: Sentence, first: int, last: int) -> bool:
    """True for what is said of a prototype itself: « le prototype tourne sur un jeu d’essai »."""
    since = any(token.text in ("depuis", "since") for token in sentence.tokens[first : last + 1])
    return not since and any(
        item.text == "BEF" and first - item.last - (sentence.tokens[first - 1].text in ("qui", "that", "which")) == 1
        for item in sentence.project.items
    )


# « nous voulons lui apprendre… », "the project is to make it…": something is to change in what is in service.
_WANTS_MORE = re.compile(
    r"(?:^|(?<= ))(?:voulons|veut|veux|souhait\w+|allons|aimerions|comptons|envisag\w+|prevoyons|projet (?:consiste|est|vise|porte)|want|wants|plan|plans|intend|would like|"
    r"project is|going|d like) (?:a |de |d |to |now |maintenant |seulement |only |just |le |la |l |lui |y |en |it )*"
    r"(?!(?:candidat|postul|particip|appl|submit|join|enter|know|savoir|depos|present|rejoin|benefici|demand|soumet|ask|take|be |etre|repond|tenter|integr|propos|put|send|garder|keep)\w*)"
    r"(?:[a-z]{3,}(?:er|ir|re|oir)|(?<=to )[a-z]+)(?= |$)"
)


def _wants_more(message: Message) -> bool:
    return message.says(_WANTS_MORE)


_PARTLY = frozenset("partout everywhere tous toutes entierement completement fully totalement largement".split())
_REPLACES = re.compile(
    r"(?:^|(?<= ))(?:replac\w+|remplac\w+|nouvelle version|new version|version 2|v2|succede\w*|successor)(?= |$)"
)


_FOR_LONG = re.compile(
    r"(?:^|(?<= ))(?:(?:depuis|since|for|voila|over) (?:(?:plus de|more than|over|about|environ|bientot|some|the|last|past|les|pres de) )*(?:[a-z0-9]+ )?(?:ans|annees|years|decades?|decennies)|(?:depuis|since) (?:19|20)[0-9][0-9])(?= |$)"
)


_APART = re.compile(r"\b(?:separate|distinct|unconnected|independent|independante?|separee?|distincte?|a part)\b")


# « Sans rien changer », "exactly as it stands": what is in service is presented as it is.
_NOTHING_CHANGES = re.compile(
    r"(?:^|(?<= ))(?:(?:nothing|no) (?:[a-z]+ )?(?:new|changes?|changed|modifications?|update|rebuild|evolution)(?: (?:is|are|was|to be|has been|at all))* (?:planned|foreseen|intended|coming|in sight)|nothing to (?:be )?(?:rebuil[dt]|change\w*|add\w*)|"
    r"(?:exactly |just |simply )?as it (?:stands|runs|works)(?= ?$| [,.;:)])|without (?:any change|changing (?:a thing|anything))|(?:do not|don t|won t|will not|not) (?:touch|change|alter) (?:it|a thing|anything)|"
    r"sans rien (?:y )?(?:changer|modifier|toucher)|(?:n )?y (?:change\w*|touche\w*|modifi\w*) rien|(?:rien|aucun changement|aucune evolution|aucune modification)(?: n est| ne sera)? (?:de neuf |de nouveau )?(?:prevue?|change|modifiee?|au programme)|"
    r"(?:tel|telle) (?:quel|quelle|qu il tourne|qu elle tourne|qu il est|qu elle est))(?= |$)"
)


def nothing_changes(message: Message) -> tuple[Sentence, int, int] | None:
    """Where the message says that nothing of the tool is to change: the sentence, its first and last tokens."""
    for sentence in message.sentences:
        for match in _NOTHING_CHANGES.finditer(sentence.project.text):
            first, last = span_of(sentence.project, match)
            if not is_denied(sentence.tokens, first):
                return sentence, first, last
    return None


def _settle_stage(message: Message, events: Sequence[Evidence], said: str | None) -> Reading | None:
    by: dict[str, list[Evidence]] = {}
    for evidence in events:
        by.setdefault(evidence.value, []).append(evidence)
    deployed, before, weak = by.get("deployed", []), by.get("before", []), by.get("before-weak", [])
    evolution, part, minor = by.get("evolution", []), by.get("evolution-new", []), by.get("minor_update", [])
    was_live = said in ("deployed", "minor_update", "evolution")
    exists = (
        bool(deployed)
        or bool(by.get("plain"))
        or was_live
        or any(
            _EXISTING.search(sentence.project.text) and not _NEIGHBOUR.search(sentence.project.text)
            for sentence in message.sentences
        )
    )
    same = nothing_changes(message)
    if same and (deployed or was_live) and not (evolution or part or before):
        return Reading("deployed", deployed[-1].words if deployed else message.words(*same))
    if (evolution or (part and exists)) and minor:
        # "a major evolution, not a mere update": the denied one is not here; both affirmed cannot be told apart.
        return None
    if part and not exists and any(_FOR_LONG.search(sentence.project.text) for sentence in message.sentences):
        exists = True
    if evolution and (exists or not before):
        return Reading("evolution", evolution[-1].words)
    if part and exists:
        return Reading("evolution", part[-1].words)
    if evolution:
        return None
    if minor:
        return Reading("minor_update", minor[-1].words) if exists or not (before or weak) else None
    if deployed and weak and not before and any(_APART.search(fold(e.words)) for e in weak):
        return Reading("before", weak[-1].words)  # « the booking system is live; we are sketching a separate AI tool »
    if deployed and before:
        return settle(deployed, before)
    if not deployed and by.get("plain"):
        return None  # a tool without AI is live: is the AI a new part of it, or apart from it?
    if deployed:
        corrected = [e for e in weak if e.is_corrected and e.position > deployed[-1].position]
        return None if corrected or _wants_more(message) else Reading("deployed", deployed[-1].words)
    if (before or weak) and any(
        _REPLACES.search(s.project.text)
        and any(item.text == "DEP" for t in message.sentences for item in t.project.items)
        for s in message.sentences
    ):
        return None  # a new version beside one in service: a rebuild, or another tool? To be asked.
    if (before or weak) and message.says(_TWO_VERSIONS):
        return None  # "V1 is online, V2 is on paper"
    if before or weak:
        chosen = (before or weak)[-1]
        return Reading("before", chosen.words)
    return None


_TWO_VERSIONS = re.compile(
    r"(?:^|(?<= ))(?:v ?1|version (?:1|one|une|un)|(?:first|premiere|old|ancienne|current|actuelle|previous) version) .*(?:v ?2|version (?:2|two|deux)|(?:second|deuxieme|seconde|next|prochaine|new|nouvelle) (?:version|one))(?= |$)"
)
_NONE_AT_ALL = re.compile(r"^(?:[a-z0-9 ,]+ )?: (?:non|no|aucune?s?|none|rien)(?= |$)")


# What keeps "no data about people…" from meaning none: « … ne sort de l’hôpital », "… except names".
_SPARED = re.compile(
    r"(?:(?:[a-z0-9]+|,) ){0,3}?(?:leav\w+|sort|sortir\w*|quitt\w+|shared?|partage\w*|transmi\w*|conserve\w*|kept|stored?|stocke\w*|sold|vendu\w*|sent|envoye\w*|export\w*|divulgu\w*|disclos\w*|"
    r"diffuse\w*|publi\w+|sauf|hors|hormis|except\w*|apart|other than|autres? que|excepte\w*|until|yet|encore|avant|before|unless|without|sans|beyond|au dela|pour l instant|for now)(?= )"
)
# A name or a face that is left out, or removed.
_TAKEN_OUT = re.compile(
    r"(?:^|(?<= ))(?:cut out|removed?|blurred|efface\w*|floute\w*|supprim\w+|masque\w*|never|jamais|not|pas|deleted|erased|stripped|discarded|retire\w*|coupe\w*|anonymi\w+|ignored|ignore\w*|ecarte\w*|jete\w*|left out)(?= |$)"
)


# « Tant qu’on n’a pas réglé les questions de données personnelles »: there are some.
_STILL_TO_SETTLE = re.compile(
    r"(?:^|(?<= ))(?:regl\w+|resol\w+|resou\w+|clarifi\w+|tranch\w+|settled?|solved?|sorted|addressed|cleared|dealt with) (?:[a-z0-9]+ ){0,5}$"
)


def read_data(message: Message) -> Reading | None:
    yes: list[Evidence] = []
    no: list[Evidence] = []
    for number, sentence, index in tagged(message, "DATA"):
        item = sentence.project.items[index]
        words = item_words(message, sentence, index)
        after = sentence.project.after(index)
        if _STILL_TO_SETTLE.search(f"{words_before(sentence, item.first)} "):
            yes.append(Evidence("yes", words, (number, item.first), is_corrected_before(sentence, item.first)))
        elif (
            is_denied(sentence.tokens, item.first)
            or is_denied_after(sentence.project, index)
            or _NONE_AT_ALL.match(after)
        ):
            if re.match(
                r"(?:donnees? (?:personnel|perso|a caractere|nominati)|data perso|dcp|personal|nominati|pii)",
                fold(words),
            ):
                no.append(Evidence("no", words, (number, item.first), is_corrected_before(sentence, item.first)))
        else:
            yes.append(Evidence("yes", words, (number, item.first), is_corrected_before(sentence, item.first)))
    for number, sentence, first, last in found_patterns(message, "no_data"):
        rest = " ".join(token.text for token in sentence.tokens[last + 1 : last + 9])
        if not _SPARED.match(f"{rest} "):
            no.append(
                Evidence(
                    "no", message.words(sentence, first, last), (number, first), is_corrected_before(sentence, first)
                )
            )
    none = next(iter(found_patterns(message, "none_of_it")), None)
    if none and yes and all(e.position < (none[0], none[3]) for e in yes):
        return Reading("no", message.words(none[1], none[2], none[3]))  # "there must be personal data; there is none"
    for number, sentence, first, last in found_patterns(message, "personal_data"):
        rest = " ".join(token.text for token in sentence.tokens[first + 1 : last + 6])
        if not is_denied(sentence.tokens, first) and not _TAKEN_OUT.search(rest):
            yes.append(Evidence("yes", message.words(sentence, first, last), (number, first)))
    return settle(yes, no)


def read_theme(message: Message, has_project: Reading | None) -> Reading | None:
    found: dict[str, Evidence] = {}
    for number, sentence in enumerate(message.sentences):
        index = 0
        while index < len(sentence.tokens):
            match = the_lists().themes.longest(sentence.tokens, index)
            if match is None:
                index += 1
                continue
            theme, last = match
            if theme in THEMES and not is_denied(sentence.tokens, index):
                found.setdefault(theme, Evidence(theme, message.words(sentence, index, last), (number, index)))
            index = last + 1
    for number, sentence in enumerate(message.sentences):
        learning = the_lists().learning.search(sentence.bodies.text)
        if learning and not is_denied(sentence.tokens, span_of(sentence.bodies, learning)[0]):
            first, last = span_of(sentence.bodies, learning)
            found.setdefault("edtech", Evidence("edtech", message.words(sentence, first, last), (number, first)))
    for theme in THEMES:
        if theme in found:
            return Reading(theme, found[theme].words)
    return Reading("other", has_project.words) if has_project else None
