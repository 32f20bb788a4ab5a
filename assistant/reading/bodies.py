"""Who applies, where it is established, the public actors that take part, the need they voiced."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from assistant.reading.lexicon import the_lists
from assistant.reading.negation import AFTER_NONE, AFTER_YES, has_denial, is_denied
from assistant.reading.parse import parse_message
from assistant.reading.roles import (
    JOINT,
    Mention,
    cast_of,
    is_corrected,
    is_left_out,
    mentions_of,
    role_of,
    writes_for_another,
)
from assistant.reading.text import PUBLIC_ACTORS, UNCERTAIN, Evidence, Message, Sentence, View, span_of
from assistant.vocabulary import Reading, Situation
from corpus.words import fold


def read_bodies(message: Message, bare_body_is: str, before: Situation) -> dict[str, Reading]:
    lexicon = the_lists()
    cast = cast_of(message, bare_body_is=bare_body_is, known_applicant=before.value("applicant"))
    readings: dict[str, Reading] = {}
    partners = list(cast.partners)
    if cast.applicant:
        kind, mention = cast.applicant
        words = cast.words or mention_words(message, mention)
        readings["applicant"] = Reading(kind, words)
        if not cast.words:
            # "A German start-up and a city… We are the start-up": the same body, named twice.
            again = [
                m
                for m in mentions_of(message)
                if m != mention
                and (
                    (m.kind in (kind, *UNCERTAIN) and role_of(m, message)[0] == "applicant")
                    or (m.kind == kind and fold(mention_words(message, m)) == fold(words))
                )
            ]
            if _are_several(message, again):
                again = []  # "a commune in Luxembourg and one in Moselle; we, the latter": which of them?
            established = next((e for m in (mention, *again) if (e := established_of(message, m))), None)
            if established and not (established.value == "abroad" and _joins_french(message, mention)):
                readings["established"] = established
    elif cast.is_ambiguous:
        # "a hospital in Tournai (Belgium)": whichever its statute, it is abroad.
        abroad = next(
            (e for m in mentions_of(message) if m.kind in UNCERTAIN and (e := established_of(message, m))), None
        )
        if abroad:
            readings["established"] = abroad
    if has_french_branch(message):
        readings.pop("established", None)  # "a Swiss start-up; its French subsidiary applies"
    elif any(
        _DOES_NOT_APPLY.match(s.bodies.text[match.end() :])
        for s in message.sentences
        for match in _FRENCH_ONE.finditer(s.bodies.text)
    ):
        # "the French branch isn't the applicant, the parent in Milan is"
        readings.pop("established", None)
        for sentence in message.sentences:
            if place := lexicon.anywhere_abroad.search(sentence.bodies.text):
                first, last = span_of(sentence.bodies, place)
                readings["established"] = Reading("abroad", message.words(sentence, first, last))
    elif "established" not in readings and any(
        _nationality_after(message.sentences[m.sentence].bodies, m.item) == "france" and m.kind not in PUBLIC_ACTORS
        for m in mentions_of(message)
    ):
        pass  # "our seat is in Geneva, but our French subsidiary applies"
    elif "established" in readings:
        seat = _seat(message)
        if seat and seat.value == "france":
            readings["established"] = seat  # "a firm from Liège? No, we are in Paris"
    else:
        seat = _seat(message) or _side_said(message)
        if seat:
            readings["established"] = seat
    denied = _first(message, lexicon.sentence_patterns["partner_no"])
    affirmed = _first(message, lexicon.sentence_patterns["partner_yes"], undenied=True, told=True)
    # "it is wrong to say that we have a partner"
    denied = denied or _first(message, lexicon.sentence_patterns["partner_yes"], turned=True)
    if affirmed is None and (
        before.value("public_partner") or any(m.kind in PUBLIC_ACTORS for m in mentions_of(message))
    ):
        affirmed = _first(message, lexicon.sentence_patterns["partner_pronoun"])
        if affirmed and re.search(r"\b(?:rien|nothing|que dalle)\b", fold(affirmed.words)):
            affirmed = None  # « elle conduit rien avec ns »
    named = next(
        (
            p
            for p in partners
            if not is_partner_denied(message, p) and not _is_abroad(message, p) and not _has_gone(message, p)
        ),
        None,
    )
    if denied is None and named is None and affirmed is None:
        denied = _only_private_partner(message)
    if named is not None:
        affirmed = Evidence(
            "yes", mention_words(message, named), (named.sentence, named.item), is_corrected(named, message)
        )
    if denied and (stays := who_takes_over(message)):
        affirmed, denied = Evidence("yes", mention_words(message, stays), (stays.sentence, stays.item)), None
    for sentence in message.sentences:
        for index, item in enumerate(sentence.bodies.items):
            if item.text.startswith("PPUB"):
                after = sentence.bodies.after(index)
                if AFTER_NONE.match(after):
                    denied = Evidence(
                        "no",
                        message.words(sentence, item.first, min(item.last + 2, len(sentence.tokens) - 1)),
                        (0, index),
                    )
                    affirmed = None
                elif AFTER_YES.match(after):
                    affirmed = Evidence("yes", message.words(sentence, item.first, item.last), (0, index))
    if denied and _refuses_alone(denied) and _is_awaited(message):
        denied = None  # "the fire service refused, and the town hasn't answered"
    if denied and _speaks_of_others(denied, message, is_affirmed=affirmed is not None, partners=partners):
        denied = None
    if denied and affirmed:
        later = max(denied, affirmed, key=lambda e: e.position)
        if later.is_corrected or message.sentences[later.position[0]].is_question:
            readings["public_partner"] = Reading("no" if later is denied else "yes", later.words)
        # Both said and neither withdrawn: not certain, so asked.
    elif denied:
        readings["public_partner"] = Reading("no", denied.words)
    elif affirmed:
        readings["public_partner"] = Reading("yes", affirmed.words)
    need = _need(message) or (_only_one_left(message) if before.value("shared_need") == "several" else None)
    if need:
        readings["shared_need"] = need
    return readings


def _speaks_of_others(denied: Evidence, message: Message, *, is_affirmed: bool, partners: Sequence[Mention]) -> bool:
    """True when the words that deny a partner leave out one that was named: « l’agglomération conduit le projet avec nous ; aucun autre organisme public
    n’en est », « la mairie a dit banco… Aucun autre », where she is asked about, « elle exceptée, aucune administration »."""
    names_others = bool(_OF_OTHERS.search(fold(denied.words)))
    if is_affirmed:
        return names_others
    if names_others and partners and not message.says(_REFUSED):
        return True
    return message.says(_EXCEPTED) and any(mention.kind in PUBLIC_ACTORS for mention in mentions_of(message))


_EXCEPTED = re.compile(
    r"(?:^|(?<= ))(?:(?:elle|lui|eux|celle ci|celui ci|PUB|la PUB|le PUB) (?:exceptee?s?|mise? a part)|(?:hormis|a part|sauf|excepte|apart from|except for|other than|aside from|besides) (?:elle|lui|eux|her|it|him|them|this one|celle ci|celui ci))(?= |$)"
)
_REFUSED = re.compile(r"(?:^|(?<= ))(?:refus\w*|declin\w*|dit non|said no|turned (?:us|it) down)(?= |$)")
_OF_OTHERS = re.compile(r"\b(?:autres?|other|others|else)\b")
_GOES = re.compile(
    r"@ (?:[a-z0-9]+ ){0,4}?(?:claqu\w+ la porte|slam\w+ the door|retire\w*|quitte\w*|withdr\w+|pulled out|dropped out|backed out|walked out|lachee?s?|lache|desiste\w*|jett?e l eponge|thr(?:ows?|ew) in the towel|left (?:us|the project|it))(?= |$)"
)


def _has_gone(message: Message, mention: Mention) -> bool:
    """True for a body that is said to leave the project: « la ville vient de claquer la porte »."""
    match = _GOES.search(message.sentences[mention.sentence].bodies.with_target(mention.item))
    return match is not None and not re.search(r"\b(?:pas|plus|jamais|not|never|t|si|if)\b", match.group())


def who_takes_over(message: Message) -> Mention | None:
    """The public body that stays when another leaves, or comes in its place: « la métropole nous quitte, le département reste »."""
    return next(
        (
            mention
            for mention in mentions_of(message)
            if mention.kind in PUBLIC_ACTORS
            and _TAKES_OVER.search(message.sentences[mention.sentence].bodies.with_target(mention.item))
        ),
        None,
    )


_TAKES_OVER = re.compile(
    r"@ (?:(?:de|du|d|of) [a-z]+ )?(?:(?:lui|elle|it|qui|which|that|,) ){0,3}(?:(?:has|have|a|ont|vient de|va|will) )?(?:(?:just|now|aussitot|deja|toujours|still|bien) )?"
    r"(?:(?:pris|prend|prendra|prendre|reprend|repris|takes?|took|taken|fills?|filled) (?:sa|leur|its|their) (?:place|releve|suite|seat|shoes)|(?:le|la|les|l) remplace(?:nt|ra|ront)?(?= |$)|replac(?:es|ed) (?:it|them)"
    r"|(?:reste|restent|stays?|remains?|is staying)(?= ?$| (?:,|et|and|avec nous|with us|a nos cotes|dans le projet|in the project|on board|a bord)(?= |$)))"
    r"(?! (?:, )?(?:comme|as|en tant que) (?:a |an |un |une )?(?:client\w*|customer\w*|fund\w*|financeur\w*|observ\w+))"
)


_NO_OTHER_PARTNER = re.compile(
    r"(?:^|(?<= ))(?:pas d autres? partenaires?|aucun autre partenaire|no other partners?|sans autre partenaire)(?= |$)"
)
_ONLY_PARTNER = re.compile(
    r"(?:^|(?<= ))(?:our|my|the|notre|nos|mon|le) (?:only|sole|seule?|unique) (?:partners?|partenaires?)(?= |$)"
)


def _only_private_partner(message: Message) -> Evidence | None:
    """« Notre seul partenaire est une fédération d’entreprises »: no public one."""
    for number, sentence in enumerate(message.sentences):
        match = _ONLY_PARTNER.search(sentence.bodies.text)
        kinds = {m.kind for m in mentions_of(message) if m.sentence == number}
        if not (match and kinds and kinds <= {"private", "association"}):
            roles = {role_of(mention, message)[0] for mention in mentions_of(message)}
            match = _NO_OTHER_PARTNER.search(sentence.bodies.text) if are_private(roles) else None
        if match:
            first, last = span_of(sentence.bodies, match)
            return Evidence("no", message.words(sentence, first, last), (number, first))
    return None


def are_private(roles: Collection[str]) -> bool:
    """True when bodies with these roles take part, and all that do are private."""
    return "private partner" in roles and not {"partner", "partner-or-applicant"} & set(roles)


# « après vérification, il n'y en a qu'une », said once several bodies were named that have the need.
_ONLY_ONE = re.compile(
    r"(?:^|(?<= ))(?:(?:il n y en a|il n en reste|il en reste|n en reste|c est|c etait) (?:plus |donc |finalement |en fait |bien )*qu une?(?: seule?)?|"
    r"(?:there is|there s|there was|it is|it s|it was) (?:in fact |actually |really )?(?:only|just) one)(?= ?$| ?[,.;:])"
)


def _only_one_left(message: Message) -> Reading | None:
    for sentence in message.sentences:
        if match := _ONLY_ONE.search(sentence.bodies.text):
            first, last = span_of(sentence.bodies, match)
            return Reading("one", message.words(sentence, first, last))
    return None


# « une SEM dont la ville détient le capital », "a company owned by the State"
_OF_WHAT_IT_OWNS = re.compile(
    r"(?:^|(?<= ))(?:dont|whose|of which|(?:detenue?s?|possedee?s?|owned|held|backed|controlee?s?|controlled) (?:[a-z0-9%]+ ){0,3}?(?:par|by)|appartenant a|filiale (?:d|de)|subsidiary of|capital (?:de|du|d)) (?:(?:la|le|l|les|the|a|an|un|une|des|some|by|par|or|ou|and|et|PUBS?) )*$"
)


def _owns(message: Message, mention: Mention) -> bool:
    """True for a body that is named as the owner of another."""
    view = message.sentences[mention.sentence].bodies
    return bool(_OF_WHAT_IT_OWNS.search(view.before(mention.item)))


# « On les range avec les collectivités ou avec les entreprises ? »: what they may be taken for.
_TAKEN_FOR = re.compile(
    r"(?:^|(?<= ))(?:avec|parmi|comme|chez|dans|cote|with|among|as|like) (?:d |de |des |les |la |the |du |une? |an? )*(?:PUB|ENT|RES|HOS|PRIV|ASSO)S? (?:ou|or) (?:(?:avec|parmi|comme|chez|dans|cote|du|with|among|as|like) )?"
    r"(?:d |de |des |les |la |the |une? |an? )*(?:PUB|ENT|RES|HOS|PRIV|ASSO)S?(?= |$)"
)


def _is_what_they_are_taken_for(message: Message, mention: Mention) -> bool:
    view = message.sentences[mention.sentence].bodies
    return any(match.start() <= view.starts[mention.item] < match.end() for match in _TAKEN_FOR.finditer(view.text))


def body_named(text: str) -> Reading | None:
    """The one kind of body that a question names (« SEM et SPL, c’est vu comme du public ? »); None where there are two, or where one is a partner,
    a customer…"""
    message = parse_message(text)
    named = [
        mention
        for mention in mentions_of(message)
        if mention.kind not in UNCERTAIN
        and not _owns(message, mention)
        and not _is_what_they_are_taken_for(message, mention)
    ]
    roles = {role_of(mention, message)[0] for mention in named}
    if len({mention.kind for mention in named}) != 1 or not roles <= {"", "applicant", "compared"}:
        return None
    return Reading(named[0].kind, mention_words(message, named[0]))


_QUANTIFIES = frozenset(
    "aucun aucune aucuns no none nobody personne sans without ni neither nor pas seul seule seuls alone any zero own solo uniquement only".split()
)


def _refuses_alone(denied: Evidence) -> bool:
    """True when the words that deny a partner speak of one body that refuses, not of all."""
    return not _QUANTIFIES & set(fold(denied.words).split()) or bool(re.search(r"refus|declin", fold(denied.words)))


_AWAITED = re.compile(
    r"(?:PUB|ENT|RES|HOS)S? (?:[a-z0-9]+ ){0,4}?(?:(?:hasn t|has not|haven t|have not|n a|n ont|yet to|not yet|t) (?:[a-z]+ ){0,2}?(?:answer\w*|repl\w+|respond\w*|decided?|repondu|tranche|decide)|"
    r"(?:is|are|still) (?:still )?(?:thinking|hesitating|considering|undecided|pondering)|hesit\w+|reflech\w+|tarde\w*|delibere\w*|doit (?:repondre|trancher|decider|se prononcer))(?= |$)"
)


def _is_awaited(message: Message) -> bool:
    return message.says(_AWAITED)


def _are_several(message: Message, mentions: Sequence[Mention]) -> bool:
    """True when two bodies at least are each introduced as one among others: « une commune… et une commune… »."""
    introduced = 0
    for mention in mentions:
        view = message.sentences[mention.sentence].bodies
        introduced += view.before(mention.item).split()[-1:] in (["une"], ["un"], ["a"], ["an"])
    return introduced > 1


def _joins_french(message: Message, mention: Mention) -> bool:
    """True when another public body, not abroad, conducts the project with this one: « les villes de Genève et d’Annecy portent… »."""
    match = JOINT.search(message.sentences[mention.sentence].bodies.text)
    return match is not None and any(
        m.sentence == mention.sentence
        and m != mention
        and m.kind in PUBLIC_ACTORS
        and match.start() <= message.sentences[m.sentence].bodies.starts[m.item] < match.end()
        and not _is_abroad(message, m)
        for m in mentions_of(message)
    )


def has_french_branch(message: Message) -> bool:
    """True when the message says of the body that it is, or has, one established in France."""
    texts = [sentence.bodies.text for sentence in message.sentences]
    return any(
        (match := _FRENCH_BRANCH.search(text)) and not _is_denied_branch(sentence, match)
        for sentence, text in zip(message.sentences, texts, strict=True)
    ) or any(
        not the_lists().bare_place.match(text[match.end() :]) for text in texts for match in _BRANCH_AT.finditer(text)
    )


def _is_denied_branch(sentence: Sentence, match: re.Match[str]) -> bool:
    after = sentence.bodies.text[match.end() :]
    return is_denied(sentence.tokens, span_of(sentence.bodies, match)[0], reach=3) or bool(_DOES_NOT_APPLY.match(after))


_DOES_NOT_APPLY = re.compile(
    r"^ (?:n est pas|ne (?:[a-z]+ ){1,2}?pas|ne candidate|isn t|is not|will not|won t|does not|doesn t|takes no|n a aucun) "
)


_FRENCH_BRANCH = re.compile(
    r"(?:^|(?<= ))(?:french (?:subsidiary|branch|entity|arm)|filiale francaise|(?:filiale|subsidiary|branch|succursale|antenne)(?: [a-z0-9]+){0,6} (?:en france|in france|francaise)|PRIV(?: [a-z0-9]+){0,4} (?:immatriculee|etablie|basee|installee|registered|based|incorporated) (?:en|in) france)(?= |$)"
)
_FRENCH_ONE = re.compile(_FRENCH_BRANCH.pattern + r"|(?:^|(?<= ))(?:PRIV francaise|french PRIV)(?= |$)")


# « la filiale immatriculée à Chambéry »: a place that is not among those abroad.
_BRANCH_AT = re.compile(
    r"(?:^|(?<= ))(?:filiale|subsidiary|branch|succursale|antenne|PRIV) (?:[a-z0-9]+ ){0,2}?(?:immatriculee|etablie|basee|installee|domiciliee|registered|based|incorporated|located|seated) (?:a|au|en|in|at) (?:la |le |l |the )?(?=[a-z])"
)


def mention_words(message: Message, mention: Mention) -> str:
    sentence = message.sentences[mention.sentence]
    item = sentence.bodies.items[mention.item]
    return message.words(sentence, item.first, item.last)


def is_partner_denied(message: Message, mention: Mention) -> bool:
    sentence = message.sentences[mention.sentence]
    if _is_unsure(sentence):
        return True
    return is_left_out(message, mention) or is_denied(
        sentence.tokens, sentence.bodies.items[mention.item].first, reach=5
    )


def _is_unsure(sentence: Sentence) -> bool:
    """True when a partner is hoped for, doubted, or that of somebody else."""
    scope, text = the_lists().scope, sentence.bodies.text
    if scope["unknown"].search(text) or _IF_CHOSEN.search(text) or _NOT_THIS_ONE.search(text):
        return True
    if scope["hypothesis"].search(text):
        return False
    return bool(scope["unsure_partner"].search(text)) or _only_asks(sentence)


# A partner of something else, of later, or in words only.
_NOT_THIS_ONE = re.compile(
    r"(?:^|(?<= ))(?:(?:autres?|another|other|different|separate) (?:de (?:nos|mes|ses) |of (?:our|my) )?(?:[a-z]+ )?(?:projets?|projects?|sujets?|topics?|dossiers?|programmes?|matters?)|"
    r"(?:pas|not|non) (?:(?:sur|de|dans|pour|on|in|for|a) )?(?:celui ci|celle ci|celui la|this one|this project|ce projet)|"
    r"(?:l an prochain|l annee prochaine|next year|plus tard|later on|un jour|some day|someday|en 202[4-9]|in 202[4-9])(?: (?:[a-zA-Z0-9]+|,)){0,6}? (?:sera|seront|rejoindra|deviendra|will|would|shall)|"
    r"(?:sera|rejoindra|deviendra|will|would)(?: (?:[a-zA-Z0-9]+|,)){0,6}? (?:l an prochain|l annee prochaine|next year|plus tard|later on|un jour|some day|someday|en 202[4-9]|in 202[4-9])|"
    r"devait|devaient|was to|were to|was (?:supposed|meant|due|expected) to|etait cense|etait censee|aurait du|should have|"
    r"de coeur|in spirit|moralement|morally|par la pensee|symbolique\w*|symbolically|pas de fait|not in fact|in name only|pour la forme|de nom seulement)(?= |$)"
)
# « … nous rejoindra si nous sommes retenus »: not yet there.
_IF_CHOSEN = re.compile(
    r"(?:^|(?<= ))(?:if|si|s|provided|providing|once|when|quand|lorsque|unless|condition|reserve|pourvu|case|cas|subject)(?: [a-z]+){0,7}? "
    r"(?:selected|chosen|accepted|admitted|shortlisted|awarded|retenue?s?|selectionnee?s?|choisie?s?|laureate?s?|acceptee?s?|admise?s?|win|won|gagn\w+|funded|funding|financement|votes?|voted|approv\w+|approuv\w+)(?= |$)"
)
# « Une commune sera-t-elle avec nous ? », "does any council need it?"
_ASKS_OF_OTHERS = re.compile(
    r"^(?:(?:et|and|so|alors|,) )*(?:(?:est ce que|est ce qu|y aura t il|y a t il|is there|are there|will|would|do|does|has|have|did|which|who|whether|quel\w*) "
    r"|(?:une? |an? |des |any |aucun |no )?(?:PPUBS?|PUBS? partners?)(?= ?$)"
    r"|(?:[a-z0-9]+ ){0,3}(?:PUB|ENT|RES|HOS)S? (?:[a-z0-9]+ ){0,5}?(?:t elle|t il|t elles|t ils|elles?|ils?) )"
)


def _only_asks(sentence: Sentence) -> bool:
    """True for a question about other bodies, which tells nothing of them; a question about who may apply tells what it is about."""
    scope, text = the_lists().scope, sentence.bodies.text
    return (
        sentence.is_question
        and bool(_ASKS_OF_OTHERS.match(text))
        and not (scope["verdict"].search(text) or scope["bare"].search(f"{text} ") or scope["hypothesis"].search(text))
    )


def _is_turned(text: str, position: int) -> bool:
    """True after « il est faux de dire que… », as far as the next break."""
    match = the_lists().scope["denied_denial"].search(text)
    return match is not None and match.end() <= position and not re.search(r" [,:;] ", text[match.end() : position])


_OF_A_RIVAL = re.compile(
    r"(?:^|(?<= ))(?:competitors?|rivals?|concurrente?s?) (?:(?!(?:nous|we|i|je|on)\b)(?:[a-z]+ ){0,4}|(?:[^ ]+ )*(?:they|ils|elles) (?:have |has |had |ont |n ont )?)$"
)
# "Our customers: no council, only hotels" says nothing of who takes part.
_AMONG_CUSTOMERS = re.compile(
    r"(?:^|(?<= ))(?:clients?|clientes?|customers?|clientele|acheteurs?|buyers?|abonnes|subscribers?)(?: (?:sont|are|is|est|:|include|includes|comptent|compte|comprend|ne|n))+ $"
)
# "None of the three departments refused": said of those who take part.
_NONE_REFUSES = re.compile(
    r"(?:aucune?|none|neither|not one|pas une?) (?:des|of|d entre) (?:[a-z0-9]+ ){0,3}\| .*(?:refus|declin|quitt|retir|renonc|abandon|left|withdr|pulled|dropped|backed)"
)
# "Not a single council is unaware of the need": nobody lacks it.
_NONE_LACKS = re.compile(
    r"(?:aucune?s?|none|neither|not one|not a single|no|nul|nulle|pas une?|pas une? seule?)(?: (?:[a-z0-9]+|(?:PUB|ENT|RES|HOS)S?)){0,7}? "
    r"(?:ignor\w+|unaware|oblivious|uninterested|indifferen\w+|insensib\w+|desinteress\w+|epargne\w*|spared|immune|den(?:y|ies|ied)|ni(?:e|ent|ait|aient)|doubt\w*|doute\w*|"
    r"contest\w+|disput\w+|etrang(?:er|ere)s?|echapp\w+|(?:qui|that|which|who) (?:ne|n|(?:does|do|did|has|have)(?: not|n t| t))|without|sans|free of|denue\w*|exempt\w*)(?= |$)"
)
# "not without": said of what is there.
_PAS_SANS = re.compile(r"(?:^|(?<= ))(?:pas|not|jamais|never|avec ou|with or|avec et|with and) (?:sans|without)(?= )")


# What follows « besoin partagé par plusieurs acteurs publics : » and says that nobody knows.
_NOT_LOOKED = re.compile(
    r"^ ?(?:[,:.;(-] |, )?(?:(?:nous|on|we|i|je|j|that|cela|ca|ce|c|it|honestly|la|question|the) ){0,4}(?:jamais|never|not|pas|n t|ne|n|haven t|inconnu|unknown|ai|avons|have|a|to be|aucune|no|question|reste|remains|sais|ignor\w+|mystere|open|ouvert\w*) "
    r"(?:[a-z0-9]+ ){0,3}?(?:verifi\w*|check\w*|look\w*|regard\w*|demand\w*|asked|pos\w+|sond\w*|survey\w*|voir|see|seen|idee|idea|sai[st]|savons|savoir|know\w*|confirm\w*|creus\w*|etudi\w*|question|determin\w*|inconnu|ouverte?|infos?|information|reponse|answer)(?= |$)"
)
_ANSWERED_NO = re.compile(r"(?:non|no|nope|nan|pas|aucune?|personne|nobody|none|jamais|never|not)(?= |$)")
# « Ce n’est pas un besoin que plusieurs administrations auraient repéré »
_IS_NO = re.compile(
    r"(?:^|(?<= ))(?:(?:est|etait|sera) pas|(?:is|was|s) not|(?:isn|wasn) t) (?:(?:un|le|la|du|a|the|any) )?$"
)


def _is_answered_no(message: Message, number: int) -> bool:
    """True when what the sentence `number` asks is answered by the next one, and denied: « Plusieurs villes l’ont demandé ? Non, ça, on ne l’a pas. »"""
    after = message.sentences[number + 1 : number + 2]
    return any(not sentence.is_question and _ANSWERED_NO.match(sentence.bodies.text) for sentence in after)


def _is_unknown(sentence: Sentence, match: re.Match[str]) -> bool:
    """True when what the words say is wondered about, not told: "whether several councils need it", « … : jamais vérifié »."""
    text = match.string
    if _only_asks(sentence) or _NOT_LOOKED.match(text[match.end() :]):
        return True
    clause = re.split(r" [:;] ", text[: match.start()])[-1]
    return bool(the_lists().scope["unknown"].search(f"{clause[-80:]} "))


def _first(
    message: Message,
    patterns: Sequence[re.Pattern[str]],
    *,
    undenied: bool = False,
    turned: bool = False,
    told: bool = False,
) -> Evidence | None:
    """The last place where one of the patterns matches; with `turned`, inside words that turn the meaning round; with `told`, not wondered about."""
    found: Evidence | None = None
    for number, sentence in enumerate(message.sentences):
        for pattern in patterns:
            for match in pattern.finditer(sentence.bodies.text):
                first, last = span_of(sentence.bodies, match)
                if _is_turned(sentence.bodies.text, match.start()) is not turned:
                    continue
                if turned and has_denial(sentence.tokens, last, 7):
                    continue
                if not undenied and _PAS_SANS.search(sentence.bodies.text[: match.start()] + match.group()):
                    continue
                if not undenied and any(
                    lacks.start() <= match.end() and match.start() <= lacks.end()
                    for lacks in _NONE_LACKS.finditer(match.string)
                ):
                    continue
                if not undenied and _NONE_REFUSES.search(f"{sentence.bodies.text[: match.start()]}| {match.group()}"):
                    continue
                if undenied and (
                    is_denied(sentence.tokens, last)
                    or "cherch" in match.string[max(0, match.start() - 30) : match.end()]
                ):
                    continue
                before = sentence.bodies.text[: match.start()]
                if _OF_A_RIVAL.search(before) or (not undenied and _AMONG_CUSTOMERS.search(before)):
                    continue
                if the_lists().scope["hedge"].search(f"{before[-60:]}{match.group()}"):
                    continue
                if told and (_is_unknown(sentence, match) or _IS_NO.search(before)):
                    continue
                if told and sentence.is_question and _is_answered_no(message, number):
                    continue
                if undenied and the_lists().anywhere_abroad.search(sentence.bodies.text):
                    continue
                if undenied and (
                    _is_unsure(sentence)
                    or re.search(r"(?:besoin|need|needs|faut|requires?|necessite)\b", f"{before[-25:]}{match.group()}")
                ):
                    continue
                corrected = bool(the_lists().scope["correction"].search(f"{before}{match.group()}"))
                evidence = Evidence("", message.words(sentence, first, last), (number, first), corrected)
                if found is None or evidence.position >= found.position:
                    found = evidence
    return found


def _has_customer(message: Message) -> bool:
    return any(
        m.kind in PUBLIC_ACTORS and role_of(m, message)[0] in ("customer", "limited") for m in mentions_of(message)
    )


_ONE_AFTER_ANOTHER = re.compile(
    r"(?:PUB|ENT|RES|HOS)S? (?:[a-z0-9]+ ){0,3}?(?:, )?(?:puis|then|ensuite|suivie?s? d|followed by|et|and|ainsi que|as well as|bientot) (?:by |de |la |le |l )*(?:une? |a |an |another |une autre |un autre )?(?:seconde?|second|deuxieme|autre|another|(?:PUB|ENT|RES|HOS)S?)(?= |$)"
)
_HEARSAY = re.compile(
    r"(?:^|(?<= ))(?:(?:ami|amie|amis|friend|friends|collegues?|colleagues?|cousine?|voisine?|neighbou?r|consultant|someone|quelqu un|on|people|they) (?:(?:m|nous|me|us|a|ont|has|have) )*(?:dit|disent|raconte|affirme|assure|pretend|says?|said|tells?|told|claims?|reckons?)(?: (?:me|us|nous))?"
    r"|rumou?rs?|rumeurs?|il parait|parait il|apparemment|apparently|reportedly|par oui dire|hearsay|heard (?:that|say)|entendu dire|j ai lu|i read that)(?= |$)"
)


_TO_TAKE_PART = re.compile(
    r"(?:^|(?<= ))(?:wants?|wanted|veut|veulent|voulu|souhait\w+|wish\w*) (?:to )?(?:y |s |be |se )*(?:take part|join\w*|participat\w+|participer|rejoindre|involved|part of|impliquer|engager|associer)(?= |$)"
)


_IS_NOT_SO = re.compile(
    r"(?<= )(?:ce n est|n est|that s|it s|that is|it is|isn t|is) (?:pas |not )(?:du tout |at all |really |vraiment |helas )?(?:le cas|the case|so|true|vrai)(?= |$)"
    r"|(?<= , )(?:non|no)(?= ?$| , (?:ce|c|that|it|not|pas)(?= ))"
)


_NEVER_ASKED = re.compile(
    r"(?:^|(?<= ))(?:whether|if|savoir si|est ce que|si) [^:;]*\b(?:never|not|n t|t|pas|jamais) (?:[a-z]+ )?(?:asked|checked|looked|tried to find|demande|verifie|regarde|pose la question)(?= |$)"
)


def _need(message: Message) -> Reading | None:
    found: dict[str, Evidence] = {}
    patterns = the_lists().sentence_patterns
    for value, name in (("none", "need_none"), ("one", "need_one"), ("several", "need_several")):
        evidence = _first(message, patterns[name], told=value != "none")
        if evidence:
            found[value] = evidence
    if "none" in found and _TO_TAKE_PART.search(message.sentences[found["none"].position[0]].bodies.text):
        del found["none"]  # "even if none of them wants to take part"
    if "none" in found and _NEVER_ASKED.search(message.sentences[found["none"].position[0]].bodies.text):
        return None  # "whether several have that need, we never asked"
    if message.says(the_lists().scope["unsure_need"]):
        return None
    if any(_HEARSAY.search(message.sentences[evidence.position[0]].bodies.text) for evidence in found.values()):
        return None  # "a friend says that ministries crave this"
    if "several" in found and _IS_NOT_SO.search(message.sentences[found["several"].position[0]].bodies.text):
        del found["several"]  # « que plusieurs aient ce besoin, non, ce n’est pas le cas »
    if "none" in found and "one" in found and "several" not in found:
        # "one town hall asked for it, no other has the need"; "no need identified by a public body" has only one side.
        none, one = found["none"], found["one"]
        apart = none.position[0] != one.position[0] or re.search(
            r"\b(?:autre|other|else|plus personne)", fold(none.words)
        )
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
    if "one" in found and "several" not in found:
        one = found["one"]
        told = message.sentences[one.position[0]].bodies.text
        if re.search(r"\b(?:ont|have|both)\b", fold(one.words)) or _ONE_AFTER_ANOTHER.search(told):
            del found["one"]  # « une mairie, puis une préfecture nous ont demandé… »
    if "one" in found and "several" in found:
        one, several = found["one"], found["several"]
        found = {"several": several} if len(several.words) > len(one.words) else {"one": one}
    if "none" in found and re.search(r"\b(?:autres?|other)\b", fold(found["none"].words)) and _has_customer(message):
        return None  # "the fire service would buy it; no other body has the need"
    for value, evidence in found.items():
        return Reading(value, evidence.words)
    return None


# "the administration of a city in Flanders", « les services d’une ville belge »: where the second is, the first is.
_OF_ANOTHER = re.compile(
    r"(?:[a-z]+ )?(?:of|de|d|du|in) (?:une? |the |la |le |l |a |an )?(?=(?:PUB|AMB|RES|HOS)S?(?: |$))"
)


# « Vintimille, côté italien », "Ventimiglia, on the Italian side".
_SIDE = re.compile(r"(?:^|(?<= ))(?:(?:cote|versant|side of) (?P<after>[a-z]+)|on the (?P<before>[a-z]+) side)(?= |$)")


def _side_of(text: str) -> tuple[str, re.Match[str]] | None:
    """On which side of a border `text` says that something is, `abroad` or `france`, and where it says so."""
    for side in _SIDE.finditer(text):
        if match := the_lists().nationality.fullmatch(side["after"] or side["before"]):
            return ("abroad" if match.group("abroad") else "france"), side
    return None


# "What about one in Belgium?"
_ONE_IN = re.compile(
    r"^(?:(?:and|et|what|how|about|but|mais|same|meme chose|pareil|for|pour|alors|so|if|it|is|s|si|c|est) )*"
    r"(?:ones?|those|celles?|celui|ceux) (?:(?:based|located|situee?s?|installee?s?) )?(?:in|from|de|d|en|au|aux|du) "
)


def _side_said(message: Message) -> Reading | None:
    for sentence in message.sentences:
        one = _ONE_IN.match(sentence.bodies.text)
        if one and (place := the_lists().anywhere_abroad.match(sentence.bodies.text, one.end())):
            return Reading("abroad", message.words(sentence, *span_of(sentence.bodies, place)))
        side = _side_of(sentence.bodies.text)
        if side and not is_denied(sentence.tokens, span_of(sentence.bodies, side[1])[0], reach=2):
            return Reading(side[0], message.words(sentence, *span_of(sentence.bodies, side[1])))
    return None


def _nationality_after(view: View, item: int) -> str | None:
    lexicon = the_lists()
    before = view.before(item).split()[-3:]
    for word in reversed(before):
        match = lexicon.nationality.fullmatch(word)
        if match and not set(before) & {"pas", "not", "non", "no"}:
            return "abroad" if match.group("abroad") else "france"
        if word in (",", "et", "and", "with", "avec", "a", "an", "une", "un", "the"):
            break
    if lexicon.place_before.search(view.before(item)):
        return "abroad"  # "a Montreal start-up"
    after = view.after(item)
    if side := _side_of(" ".join(after.split()[:6])):
        return side[0]
    within = _OF_ANOTHER.match(after)
    if within:
        return _nationality_after(view, view.item_at(len(view.text) - len(after) + within.end()))
    clause = re.split(
        r" ?[,:(] | (?:et|and|avec|with|qui|that|pour|for|dont|partenaire|cliente?) ", f"{after} ", maxsplit=1
    )[0]
    near = clause.split()
    near = near[: 8 if "pas" in near[:4] or "not" in near[:4] else 4]
    if re.search(r"\b(?:of|de) france\b", " ".join(near)):
        return "france"  # "a harbour authority on the Catalan coast of France"
    for position, word in enumerate(near):
        match = lexicon.nationality.fullmatch(word)
        if match is None or set(near[max(0, position - 2) : position]) & {"pas", "not", "non", "no"}:
            continue  # "not French but Irish"
        return "abroad" if match.group("abroad") else "france"
    aside = re.match(r"(?:[a-z0-9]+ ){0,4}[(,] (?:en |au |aux |in )?", after)
    if lexicon.place.match(after) or (aside and lexicon.bare_place.match(after[aside.end() :])):
        return "abroad"
    return None


def _is_abroad(message: Message, mention: Mention) -> bool:
    return _nationality_after(message.sentences[mention.sentence].bodies, mention.item) == "abroad"


def established_of(message: Message, mention: Mention) -> Reading | None:
    """Where a body that is mentioned is, if the words beside it say."""
    sentence = message.sentences[mention.sentence]
    named = fold(mention_words(message, mention))
    # "French embassy in Rabat": its name says where it belongs.
    value = (
        "france" if re.search(r"\b(?:french|france)\b", named) else _nationality_after(sentence.bodies, mention.item)
    )
    if value is None and named.endswith((" de", " du", " of")):  # "Canton de Vaud"
        view = sentence.bodies
        rest = view.after(mention.item)
        value = "abroad" if the_lists().bare_place.match(rest) else None
    if value is None:
        return None
    item = sentence.bodies.items[mention.item]
    last = min(item.last + 4, len(sentence.tokens) - 1)
    first = max(0, item.first - 2)
    return Reading(value, message.words(sentence, first, last))


def _seat(message: Message) -> Reading | None:
    lexicon = the_lists()
    writers = {m.sentence for m in mentions_of(message) if writes_for_another(m, message)}
    for number, sentence in enumerate(message.sentences):
        if number in writers:
            continue  # "I'm a consultant in London, and help the city of Lille"
        view = sentence.bodies
        for one in re.finditer(
            r"(?:^|(?<= ))(?:une?|an?|the|des|celle|celui) (?P<word>[a-z]+)(?: ones?)?(?= ?$)", view.text
        ):
            match = lexicon.nationality.fullmatch(one.group("word"))
            if match and lexicon.scope["ellipsis"].search(view.text):
                first, last = span_of(view, one)
                return Reading("abroad" if match.group("abroad") else "france", message.words(sentence, first, last))
        told = re.search(
            r"(?:^|(?<= ))(?:elle|il|elles|nous|on|we|it|they|(?:PRIVS?|ASSOS?)(?: (?:qui|that|which) (?:candidat\w+|depos\w+|port\w+ le projet|applies|is applying))?) (?:n )?(?:est|sont|sommes|is|are|etait|was|were) (?:(?:pas|not) [a-z]+ (?:mais|but) )?(?P<word>[a-z]+)(?= |$)",
            view.text,
        )
        if told and (match := lexicon.nationality.fullmatch(told.group("word"))):
            first, last = span_of(view, told)
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
                first, last = span_of(view, match)
                groups = match.groupdict()
                value = "france" if groups.get("france") else "abroad"
                if not groups.get("never") and is_denied(sentence.tokens, last):
                    continue
                return Reading(value, message.words(sentence, first, last))
    return None
