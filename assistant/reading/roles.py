"""Who is who: what each body that a message names is to the project, and which one applies."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.reading.lexicon import the_lists
from assistant.reading.negation import is_denied
from assistant.reading.parse import speaks_of_self
from assistant.reading.text import (
    BEST_PLACED,
    KIND_OF_TAG,
    PUBLIC_ACTORS,
    PUBLIC_KINDS,
    UNCERTAIN,
    Message,
    Sentence,
    span_of,
)


@dataclass(frozen=True)
class Mention:
    """A body that a message mentions."""

    sentence: int
    item: int
    kind: str
    is_plural: bool


def mentions_of(message: Message) -> list[Mention]:
    return [
        Mention(number, index, _kind_of(sentence, index), item.text != item.tag)
        for number, sentence in enumerate(message.sentences)
        for index, item in enumerate(sentence.bodies.items)
        if item.tag in KIND_OF_TAG
    ]


# What is a part of the body that is named after it: « la pharmacie du CHU », "the blood lab of the public hospital".
_UNIT = re.compile(
    r"^(?:laborato\w+|labos?|labs?|musees?|museums?|pharmac\w+|theatres?|bibliotheques?|librar\w+|ecoles?|cliniques?|clinics?|creches?|nurser\w+|regies?)$"
)
_OF_THE_PUBLIC = re.compile(
    r"^(?: (?:d |de )?(?!issue?s?|pour|for|and|et|prive\w*|private)[a-z]+)? ?(?:du|de la|de l|des|of the|at the|of our|de notre) PUB(?= |$)|^(?: [a-z]+)? of the public(?= )"
)


def _kind_of(sentence: Sentence, index: int) -> str:
    """The kind of the body at `index`: that of the body it is a part of, where that is public."""
    view = sentence.bodies
    item = view.items[index]
    if not _UNIT.match(sentence.tokens[item.first].text):
        return KIND_OF_TAG[item.tag]
    after = f" {view.after(index)}"
    names_it = any(token.text == "of" for token in sentence.tokens[item.first : item.last + 1])
    is_of_them = _OF_THE_PUBLIC.match(after) or (names_it and after.startswith(" PUB"))
    return "public" if is_of_them else KIND_OF_TAG[item.tag]


def covers(pattern: re.Pattern[str], text: str) -> bool:
    """True when the pattern matches the text around the body under examination."""
    return any("@" in match.group() for match in pattern.finditer(text))


def _without_aside(text: str) -> str:
    """The text, without what is said in brackets right after the body under examination."""
    return re.sub(r"@ \( [^()]{0,80} \)", "@", text)


# Families of patterns of `applicant`, by what they are worth.
WHO = ("we_are", "work_at", "from")  # words about the person, not about the users
_SURE = ("explicit", "carries", "if_we_were", "we_are", "not_but")  # nothing said around takes the role away
_WEAK = ("subject", "verdict_subject", "as", "bare", "project_at", "form")


@lru_cache(maxsize=4_096)
def role_of(mention: Mention, message: Message) -> tuple[str, int]:
    """What a mentioned body is to the project: a role, or `applicant` and the rank of the pattern; `""` when nothing says."""
    lexicon = the_lists()
    text = _without_aside(message.sentences[mention.sentence].bodies.with_target(mention.item))

    def is_(role: str) -> bool:
        return any(covers(pattern, text) for pattern in lexicon.roles[role])

    def applies(family: str) -> bool:
        if family == "from" and mention.kind == "individual":
            return False  # "a student made this for our charity"
        return any(
            "@" in match.group()
            and (family == "not_but" or not _DISOWNED.search(f"{text[: match.start()]}{match.group()}"))
            for match in lexicon.applicant[family].finditer(text)
        )

    if writes_for_another(mention, message):
        return "relation", 0
    supplies = _OUR_SUPPLIER.search(_before_and_words(mention, message)) or _IS_OUR_SUPPLIER.search(text)
    if supplies and not (applies("explicit") or applies("carries")):
        return "relation", 0
    if message.is_english and not mention.is_plural and _NAMES_THE_NEXT.search(text):
        return "complement", 0
    if mention.kind == "association" and _IS_OF_AN_ENTRUSTED_ONE.search(text):
        return "complement", 0
    if mention.kind == "entrusted" and _HAS_THE_STATUS.search(text):
        return "applicant", lexicon.rank["ours"]
    if mention.kind in PUBLIC_ACTORS and _LEADS_WITH_US.search(text):
        return "partner", 0
    if applies("if_we_were"):
        return "applicant", lexicon.rank["if_we_were"]
    if mention.kind not in PUBLIC_ACTORS and _IN_A_PUBLIC_PLACE.search(text):
        return "applicant", lexicon.rank["explicit"]
    for role in ("negated", "limited", "complement", "former"):
        if is_(role):
            return role, 0
    for family in _SURE:
        if applies(family):
            return "applicant", lexicon.rank[family]
    is_public = mention.kind in PUBLIC_ACTORS
    conducts = is_public and any(covers(pattern, text) for pattern in lexicon.conductor)
    for role in lexicon.roles:
        if role == "limited" or (conducts and role in ("funder", "customer", "talks", "place")):
            continue
        if is_(role):
            # "the staff of our prefecture": the prefecture is ours.
            ours = role in ("customer", "funder", "place") and applies("ours")
            return ("applicant", lexicon.rank["ours"]) if ours else (role, 0)
    joins_us = not is_public and bool(_WITH_US.search(text))
    takes_part = (
        conducts
        or joins_us
        or any(
            "@" in match.group() and not lexicon.scope["apart"].search(text[: match.start()])
            for pattern in lexicon.companion
            for match in pattern.finditer(text)
        )
    )
    strong = [family for family in lexicon.rank if family not in _WEAK and family != "individual"]
    if takes_part and not is_public and (joins_us or not any(applies(family) for family in strong)):
        return "private partner", 0
    voices_need = any(covers(pattern, text) for pattern in lexicon.sentence_patterns["need_role"])
    for family in (*strong, *(() if voices_need else _WEAK)):
        if applies(family):
            # "the metropole pilots the project with us": a partner, unless nobody else applies.
            if takes_part and is_public:
                return ("partner" if _BESIDE_US.search(text) else "partner-or-applicant"), lexicon.rank[family]
            return "applicant", lexicon.rank[family]
    return ("partner" if takes_part and is_public else ""), 0


# « Le même projet, mais avec une SCOP à la place de la mairie », "run by a private company instead of the city".
_IN_A_PUBLIC_PLACE = re.compile(
    r"@ (?:[a-z0-9]+ ){0,3}?(?:a la place|en lieu et place|au lieu|plutot|instead|in place|in lieu|rather) (?:du|de|d|of|than|que|qu) (?:(?:la|le|l|les|the|our|notre|nos|this|cette|cet) )*(?:PUB|HOS|RES|ENT)S?(?= |$)"
)
# « Et si c’était le syndicat de rivière qui menait le projet avec nous ? »
_LEADS_WITH_US = re.compile(
    r"@ (?:[a-z0-9]+ ){0,6}?(?:qui|that|who|which) (?:[a-z]+ ){0,2}?(?:men\w+|pilot\w+|port\w+|condui\w+|runs?|ran|leads?|led|carr\w+|conduct\w*) (?:[a-z0-9]+ ){0,4}?(?:avec nous|with us)(?= |$)"
)
# "A private bank now runs the project with us".
_WITH_US = re.compile(
    r"@ (?:, [^,;:.]{1,30} , )?(?:(?:[a-z0-9]+ ){0,4}?(?:came|comes?|gets?|got|jumped|mont\w+|embarqu\w+) (?:on board|aboard|in|along|a bord|avec nous)?(?: )?(?:and|et) )?(?:(?!(?:nous|on|we|i|je|et|and)\b)[a-z0-9]+ ){0,4}?(?:men(?:e|ent|era|ait)|pilot\w+|port(?:e|ent|era|ait)|condui\w+|developp?\w*|construi\w+|runs?|leads?|carr(?:y|ies)|builds?|conducts?|travaill\w+|"
    r"works?|ran|led|collabor\w+) (?:[a-z0-9]+ ){0,4}?(?:avec nous|with us)(?= |$)"
)


# "A consultant in Bristol helping a client": they write, the client applies.
_ADVISER = re.compile(
    r"\b(?:consultant\w*|advis[eo]rs?|conseil\w*|avocate?s?|lawyers?|solicitors?|freelance\w*|redact\w+|consulting|consultanc\w+)\b"
)
_FOR_ANOTHER_BODY = re.compile(
    r"@ (?:(?:[a-z0-9]+|,) ){0,9}?(?:help\w*|assist\w*|advis\w+|draft\w*|writ\w+|giving a hand|lend\w* a hand|prepar\w+|accompagn\w+|aid\w+|conseill\w+|"
    r"redig\w+|ecri\w+|epaul\w+|on behalf|au nom|pour le compte|monte) (?:(?:[a-z0-9]+|,) ){0,8}?(?:clients?|(?:an?|the|une?|le|la|l|my|mon|ma|notre|our) "
    r"(?:[a-z0-9]+ ){0,3}?(?:PUB|ENT|RES|HOS|PRIV|ASSO|AMB|trio|groupe|group|consortium))(?= |$)"
)


# "It isn't my project", said by a freelancer: the body that runs it applies.
_NOT_THEIR_PROJECT = re.compile(
    r"(?:^|(?<= ))(?:(?:it|this|that) (?:isn t|is not|s not) (?:my|our)|(?:ce n est|c est|n est) pas (?:mon|notre)) (?:own )?(?:projet|project|dossier)(?= (?:[,.;:!]|mais|but|c est|it s|it is)|$)"
    r"|(?:^|(?<= ))(?:(?:et |mais )?(?:non|pas) moi|(?:and |but )?not (?:me|myself))(?: seule?| personnellement| alone| personally)?(?= [,.;:!]|$)"
)


# "I'm just the consultant, my firm isn't applying."
_DOES_NOT_APPLY = re.compile(
    r"(?:^|(?<= ))(?:(?:my|our|mon|ma|notre) (?:own )?(?:PRIV|firm|cabinet|agence|agency) (?:isn t|is not|won t|will not|n est pas|ne (?:candidate|depose) pas|ne sera pas)|(?:i|we|nous|je) (?:am|m|are|re|ne sommes|ne suis)? ?(?:not|pas) (?:the )?(?:applying|applicants?|candidate?s?)|"
    r"ce n est pas (?:nous|moi) qui (?:candidat\w+|depos\w+|port\w+)|"
    r"(?:we|i) (?:are|re|am|m) (?:only|just|merely|simply|nothing but) (?:the|its|their|a|an|his|her) (?:[a-z]+ )?(?:consultants?|advis[eo]rs?|PRIV)|(?:nous|on|je) (?:ne |n )?(?:sommes|est|suis) (?:que|qu|juste|seulement) (?:le |la |son |sa |leur |un |une )(?:[a-z]+ )?(?:consultante?s?|conseil\w*|PRIV)|"
    r"(?:we|i) (?:only|just|merely|simply) (?:advise|assist|help) (?:it|them)|(?:nous|on|je) (?:ne |n )?(?:faisons|fait|fais) que (?:la |le |les |l )?(?:conseill\w+|aid\w+|accompagn\w+))(?= |$)"
)


def writes_for_another(mention: Mention, message: Message) -> bool:
    """True for an adviser who says that they write, or help, for another body, or a person alone who says that the project is not theirs: that
    body applies, wherever the adviser is."""
    words = _before_and_words(mention, message).lower()
    if _ADVISER.search(words) and message.says(_DOES_NOT_APPLY):
        return True
    if mention.kind == "individual" and message.says(_NOT_THEIR_PROJECT):
        return True
    text = _without_aside(message.sentences[mention.sentence].bodies.with_target(mention.item))
    return bool(_ADVISER.search(words) and _FOR_ANOTHER_BODY.search(text))


# "Our vendor's AI", "a firm from Lyon is our subcontractor": a supplier of the applicant is not the applicant.
_SUPPLIER = r"(?:prestataires?|fournisseurs?|vendors?|suppliers?|integrateurs?|integrators?|sous traitante?s?|subcontractors?|contractors?|providers?|hebergeurs?)"
_OUR_SUPPLIER = re.compile(
    rf"(?:^|(?<= ))(?:notre|nos|leurs?|our|their|its|mon|my) (?:[a-z]+ )?{_SUPPLIER}(?: (?:prive|privee|private))?$"
)
_IS_OUR_SUPPLIER = re.compile(
    rf"(?:^|(?<= ))(?:have|has|avons|ont|avec|with|from|par|by) (?:[a-z]+ ){{0,2}}?{_SUPPLIER} (?:, |: |\( )(?:une? |an? |the )?@|"
    rf"@ (?:[a-z0-9]+ ){{0,5}}?(?:is|are|was|remains?|est|sont|reste) (?:(?:just|only|merely|simply|que|seulement|juste|simplement) )?(?:notre|nos|our|mon|my) (?:[a-z]+ ){{0,2}}{_SUPPLIER}(?= |$)"
)


def _before_and_words(mention: Mention, message: Message) -> str:
    sentence = message.sentences[mention.sentence]
    item = sentence.bodies.items[mention.item]
    return " ".join(token.text for token in sentence.tokens[max(0, item.first - 3) : item.last + 1])


# "An ESPIC, private non-profit, entrusted with…": what the body entrusted by law is like.
_STATUS = r"(?:with|of|under|having|au|avec|sous|ayant) (?:an? |the |le |un )?(?:statut d |statut |status of )?"
_IS_OF_AN_ENTRUSTED_ONE = re.compile(
    rf"(?:^|(?<= ))ENT ?(?:, |\( )?(?:an? |une? |soit |donc )?(?:private |privee? )?@|@ (?:[A-Za-z]+ )?{_STATUS}ENT(?= |$)"
)
_HAS_THE_STATUS = re.compile(rf"(?:^|(?<= )){_STATUS}@ (?:status|statut)(?= |$)|(?:^|(?<= ))statut (?:d |de |of )?@")
# "Our village association", "a city start-up".
_NAMES_THE_NEXT = re.compile(r"@ (?:PRIV|ASSO)S?(?= |$)")
# Words by which the person stands beside the body that is named.
_BESIDE_US = re.compile(
    r"(?:^|(?<= ))(?:partenaires?|partners?|avec (?:nous|notre|moi)|with (?:us|our|me)|a nos cotes)(?= |$)"
)
# "I am not employed by a town": the words that would make it the applicant are denied.
_DISOWNED = re.compile(
    r"(?:^|(?<= ))(?:ne|n|not) (?:suis|sommes|est|travaill[a-z]*|working|work)? ?(?:pas|plus|ni|jamais)?(?: [a-z]+){0,4} @$|(?:^|(?<= ))(?:am|are|is) not (?:[a-z]+ ){0,4}@$"
)


@dataclass(frozen=True)
class _Cast:
    """Who is who in a message."""

    applicant: tuple[str, Mention] | None
    is_ambiguous: bool
    partners: tuple[Mention, ...]
    words: str = ""


@lru_cache(maxsize=2_048)
def cast_of(message: Message, *, bare_body_is: str = "applicant", known_applicant: str | None = None) -> _Cast:
    lexicon = the_lists()
    mentions = mentions_of(message)
    roles = {mention: role_of(mention, message) for mention in mentions}
    partners = tuple(mention for mention in mentions if roles[mention][0] in ("partner", "partner-or-applicant"))
    for sentence in message.sentences:
        match = lexicon.applicant["individual"].search(sentence.bodies.text)
        if match:
            first, last = span_of(sentence.bodies, match)
            if not is_denied(sentence.tokens, first, reach=3):
                words = message.words(sentence, first, last)
                return _Cast(("individual", Mention(0, 0, "individual", False)), False, partners, words)
    for number, sentence in enumerate(message.sentences):
        match = _FOR_ANOTHER.search(sentence.bodies.text)
        if match and bare_body_is == "applicant" and known_applicant is None:
            # "a town hall asking on behalf of a local baker"
            where = sentence.bodies.item_at(match.end())
            them = next((m for m in mentions if m.sentence == number and where <= m.item <= where + 3), None)
            if them is None or them.kind in UNCERTAIN:
                return _Cast(None, True, partners)
            return _Cast((them.kind, them), False, tuple(p for p in partners if p != them))
    for sentence in message.sentences:
        match = _SPARE_TIME.search(sentence.bodies.text)
        if match and bare_body_is == "applicant" and known_applicant is None:
            is_project = "proje" in match.group()
            if any(
                m.kind != "individual"
                and roles[m][0] in ("applicant", "partner-or-applicant")
                and not (is_project and m.kind in PUBLIC_ACTORS)
                for m in mentions
            ):
                break  # "in my spare time I help our charity": not certain
            first, last = span_of(sentence.bodies, match)
            return _Cast(
                ("individual", Mention(0, 0, "individual", False)),
                False,
                partners,
                message.words(sentence, first, last),
            )
    claims = [
        (roles[m][1], m) for m in mentions if roles[m][0] == "applicant" or (roles[m][0] == "partner-or-applicant")
    ]
    claims = [
        (rank, m)
        for rank, m in claims
        if rank < lexicon.rank[_WEAK[0]] or m.kind not in PUBLIC_ACTORS or not is_left_out(message, m)
    ]
    if known_applicant is not None and known_applicant not in PUBLIC_KINDS:
        claims = [(rank, m) for rank, m in claims if m.kind not in PUBLIC_KINDS or not _is_gone(m, message)]
    if any(m.kind != "individual" and roles[m][0] == "applicant" for _, m in claims):
        claims = [(rank, m) for rank, m in claims if m.kind != "individual" or not _is_a_helper(m, rank, message)]
    strict = [(rank, m) for rank, m in claims if roles[m][0] == "applicant"]
    if bare_body_is != "applicant":
        strict = [(rank, m) for rank, m in strict if rank < lexicon.rank["bare"]]
        claims = strict
    if known_applicant is not None:
        # "the ministry is interested": what is said of another body does not make it the applicant.
        first, last = lexicon.rank["subject"], lexicon.rank["verdict_subject"]
        strict = [
            (rank, m)
            for rank, m in strict
            if message.sentences[m.sentence].is_question
            or not (first <= rank <= last or (rank == lexicon.rank["bare"] and _is_spoken_of(m, message)))
            or _carries(m, message)
        ]
    if strict:
        # "the town thinks that we are eligible": said of the relation with us, not of the applicant.
        strict = [
            (rank, m)
            for rank, m in strict
            if rank not in (lexicon.rank["subject"], lexicon.rank["verdict_subject"])
            or m.kind not in PUBLIC_ACTORS
            or not _BETWEEN_US.search(message.sentences[m.sentence].bodies.with_target(m.item))
        ]
    kept = {m for _, m in strict}
    claims = [(rank, m) for rank, m in claims if m in kept or roles[m][0] != "applicant"]
    # "the town hall accepts to carry the project": it is then the town hall that applies, if nobody else does.
    if not strict and known_applicant is not None:
        claims = [(rank, m) for rank, m in claims if known_applicant == "individual" and _carries(m, message)]
    claims = strict or claims
    team = _team(message, roles)
    if team is not None:
        return _Cast((team.kind, team), False, tuple(p for p in partners if p != team))
    if not claims:
        opening = _opening(message, roles) if bare_body_is == "applicant" and known_applicant is None else None
        if opening is None or opening.kind in UNCERTAIN:
            return _Cast(None, opening is not None, partners)
        return _Cast((opening.kind, opening), False, tuple(p for p in partners if p != opening))
    opening = _opening(message, {m: roles[m] for m in mentions if m.sentence == 0}) if known_applicant is None else None
    if opening is not None and opening.kind not in UNCERTAIN and bare_body_is == "applicant":
        # The body that opens the message, unless another is named in surer words than by its mere place.
        surest = min((rank for rank, m in claims if m != opening), default=lexicon.rank["bare"])
        if surest >= lexicon.rank[_WEAK[0]] or (opening.kind == "individual" and surest >= lexicon.rank["ours"]):
            return _Cast((opening.kind, opening), False, tuple(p for p in partners if p != opening))
    best = min(rank for rank, _ in claims)
    chosen = [m for rank, m in claims if rank == best]
    known = [m for m in chosen if m.kind not in UNCERTAIN]
    if not known and best != lexicon.rank["we_are"]:
        # "our team", "the hospital": a surer name of the same body may stand elsewhere.
        others = [(rank, m) for rank, m in claims if m.kind not in UNCERTAIN]
        if others:
            best = min(rank for rank, _ in others)
            known = [m for rank, m in others if rank == best]
    if not known:
        # "our hospital": only another claim of the same body could say more.
        return _Cast(None, True, tuple(p for p in partners if p not in chosen))
    named = next((m for m in known if m.kind in PUBLIC_ACTORS and best >= lexicon.rank[_WEAK[0]]), None)
    if named is not None and any(
        m.sentence == named.sentence and m.kind in ("private", "association") and 0 < abs(m.item - named.item) <= 4
        and not re.search(r"\b(?:avec|with|et|and)\b", _between(message, m, named))
        for m in mentions
    ):  # fmt: skip
        return _Cast(None, True, partners)  # "Village vacances (SARL)", "Mairie Connect, start-up": a name, not a body
    hesitates = any(_HESITATES.search(message.sentences[m.sentence].bodies.text) for m in known)
    if hesitates and len({m.kind for m in mentions if m.kind in BEST_PLACED}) > 1:
        return _Cast(None, True, partners)
    if _is_disputed(claims, best) and not any(is_corrected(m, message) for m in known):
        return _Cast(None, True, partners)
    together = len({m.kind for m in known}) > 1 and _are_together(known, message)
    corrected = [m for m in known[1:] if is_corrected(m, message)]
    if together:
        one = min(known, key=lambda m: BEST_PLACED.index(m.kind))
    else:
        one = corrected[-1] if corrected else known[0]
        if len({m.kind for m in known}) > 1 and not corrected and not _same_side(known):
            return _Cast(None, True, partners)
    return _Cast((one.kind, one), False, tuple(p for p in partners if p != one))


# "The town ended up buying it", « la région reste »: said of a body, where its name alone would put it in the applicant's place.
_SPOKEN_OF = re.compile(
    r"(?:^|(?<= ))(?:la|le|les|l|the) @ (?!(?:de|du|des|d|of|in|en|a|au|aux|et|and|ou|or|avec|with|sans|without|alone|seule?|itself|elle meme|lui meme|qui|that|which|par|for|pour|from)\b)[a-z]"
)


def _is_spoken_of(mention: Mention, message: Message) -> bool:
    return bool(_SPOKEN_OF.search(message.sentences[mention.sentence].bodies.with_target(mention.item)))


_FOR_ANOTHER = re.compile(
    r"(?:^|(?<= ))(?:asking|ask|enquiring|inquiring|question|demande|renseigne|renseignons|m informe|nous informons) (?:[a-z]+ ){0,2}?(?:for|pour|on behalf of|au nom d|pour le compte d) (?=(?:an?|une?|my|mon|ma) )"
)
_SPARE_TIME = re.compile(
    r"(?:^|(?<= ))(?:(?:in|on|during) my (?:spare|free|own|leisure) (?:time|hours)|(?:sur|pendant) mon temps libre|a mes heures perdues|sur mes heures perdues|"
    r"(?:je|j) (?:[a-z]+ ){0,4}(?:par loisir|par passion|pour le plaisir)|par loisir , je|my (?:very )?own (?:little |private )?project|mon propre (?:petit )?projet)(?= |$)"
)
# "The city has pulled out": it will not apply.
_GONE = re.compile(
    r"@ (?:(?:[a-z0-9]+|,) ){0,6}?(?:retir\w+|quitt\w+|abandonn\w+|pulled|dropped|backed|left|withdr\w+|leaves|desengag\w+|desist\w+|lach\w+|renonc\w+|parti\w*|gone|included|incluse?|comprise?|non plus|no longer|n est plus|either)(?= |$)"
)


_POLLED = re.compile(
    r"@ (?:[a-z0-9]+ ){0,3}?(?:polled|surveyed|asked|approached|contacted|consulted|visited|interviewed|questioned|sondee?s?|interrogee?s?|contactee?s?|consultee?s?|rencontree?s?|visitee?s?|demarchee?s?|questionnee?s?)(?= |$)"
)
_REFUSES = re.compile(r"@ (?:[a-z0-9]+ ){0,6}?(?:refus\w+|declin\w+|turned (?:us|it|me) down|said no|dit non)(?= |$)")


def _is_gone(mention: Mention, message: Message) -> bool:
    return bool(_GONE.search(message.sentences[mention.sentence].bodies.with_target(mention.item)))


def _is_a_helper(mention: Mention, rank: int, message: Message) -> bool:
    """True for "a student has hacked together a mock-up", told beside the body that applies."""
    sentence = message.sentences[mention.sentence]
    before = sentence.bodies.before(mention.item).split()[-1:]
    return (
        not sentence.is_question and rank >= the_lists().rank[_WEAK[0]] and before in (["a"], ["an"], ["un"], ["une"])
    )


# What may come before the body that opens a message (a name, an adjective: « Grande enseigne… », "Paris-based…"), and what may follow it.
_BEFORE_OPENING = re.compile(
    r"^(?:(?:bonjour|bonsoir|hello|hi|salut|slt|bjr|madame|monsieur|dear|all|sir|ici|here|chez|,|faits|facts|:) )*"
    r"(?:(?:le|la|l|les|un|une|the|a|an|my|our|notre|nous|sommes|petite?|jeune|grande?|small|young|french) )*(?:(?<!nous )(?<!our )(?<!notre )(?<!my )"
    r"(?!(?:avec|with|pour|for|sans|without|contre|against|par|by|client\w*|customer\w*|concurrent\w*|competitor\w*|rival|ancien\w*|former|ex|de|du|des|d|of|"
    r"from|que|qui|that|which|who|if|si|est|is|are|sont|peut|can|could|may|does|un|une|ma|mon|our|my|their|his|her|ses|son|sa|leurs?|agents?|project|projet|ia|ai|"
    r"i|we|je|on|no|not|pas|aucune?|et|and|or|ou|several|plusieurs|deux|two|three|trois|the|la|le|l|les|[0-9]+)\b)[a-z0-9]+ (?:[a-z]+ (?<!the )(?<!les )(?<!des )(?<! de )(?<! du )(?<! of )){0,2})?$"
)
# « Bonsoir, asso aidants Alzheimer. »: no article, hardly a word more.
_ONLY_A_GREETING = re.compile(
    r"^(?:(?:bonjour|bonsoir|hello|hi|salut|slt|bjr|coucou|good morning|good afternoon|ici|,) )*$"
)
_ONLY_A_NAME = re.compile(r"^(?:[a-z0-9]+(?: |$)){0,4}$")
_AFTER_OPENING = re.compile(
    r"^(?:(?:(?!(?:peu\w+|pourr\w+|m a|nous a|told|says?|said|dit|assure|client|comme|finance|et|and|est notre)\b)(?:[a-z0-9]+|PUBS?|RESS?|ENTS?|HOSS?|AMBS?)) ){0,7}?(?:here|ici|[,:.;()]|$)"
)


def _opening(message: Message, roles: Mapping[Mention, tuple[str, int]]) -> Mention | None:
    """The body that a message opens with, set apart by a mark or « ici »: « DREAL Bretagne : une IA… »; two sides say nothing."""
    if not message.sentences:
        return None
    view = message.sentences[0].bodies
    found = [m for m in roles if m.sentence == 0]
    if not found or roles[found[0]][0] not in ("", "place", "need", "applicant"):
        return None
    first = found[0]
    start = view.starts[first.item]
    after = view.text[start + len(view.items[first.item].text) + 1 :]
    if message.sentences[0].is_question or not _BEFORE_OPENING.match(view.text[:start]):
        return None
    mark = _AFTER_OPENING.match(after)
    if mark is None and not first.is_plural and _ONLY_A_GREETING.match(view.text[:start]):
        mark = _ONLY_A_NAME.match(after)
    if mark is None or (
        first.kind in PUBLIC_ACTORS
        and (
            _voices_alone(view.text)
            or _POLLED.search(view.with_target(first.item))
            or _is_gone(first, message)
            or _REFUSES.search(view.with_target(first.item))
            or _USES_IT.search(view.with_target(first.item))
        )
    ):
        return None
    # Its name may hold other bodies: « GHT Grand Paris », « La Poste SA ».
    named = [first, *(m for m in found[1:] if view.starts[m.item] < start + mark.end())]
    if len({m.kind in PUBLIC_KINDS for m in named if m.kind not in UNCERTAIN}) > 1:
        return None
    return next((m for m in named if m.kind not in UNCERTAIN), first)


# "Town hall agents will be the users": whom it serves.
_USES_IT = re.compile(
    r"@ (?:[a-z]+ ){0,2}?(?:will be|would be|are|seront|sont|seraient) (?:the |les |our |nos )?(?:[a-z]+ )?(?:users?|utilisateurs?|utilisatrices?|beneficiaires?|beneficiaries|destinataires?)(?= |$)"
)


def _voices_alone(text: str) -> bool:
    """True for "one prefecture, and one alone, raised the need", which says who has the need and not who applies."""
    text = _GREETING.sub("", text)
    return any(pattern.match(text) for pattern in the_lists().sentence_patterns["need_one"]) or bool(
        _COUNTED_NEED.match(text)
    )


_GREETING = re.compile(r"^(?:(?:bonjour|bonsoir|hello|hi|salut|slt|bjr|madame|monsieur|dear|all|sir|,) )+")


_COUNTED_NEED = re.compile(
    r"^(?:(?:just|only|seulement|juste|rien qu) )?(?:one|une|un|a single|a lone|a|an|two|three|several|deux|trois|plusieurs) (?:seule? )?(?:PUB|ENT|RES|HOS)S? (?:(?:[a-z0-9]+|,|(?:PUB|ENT|RES|HOS)S?) ){0,14}?"
    r"(?:voiced|raised|asked|requested|expressed|identified|reported|flagged|a exprime|ont exprime|a demande|ont demande|a signale|ont signale|a identifie|ont identifie|a remonte|ont remonte)(?= )"
)


def _between(message: Message, one: Mention, other: Mention) -> str:
    items = message.sentences[one.sentence].bodies.items
    low, high = sorted((one.item, other.item))
    # An ampersand belongs to a name: « Ville & Numérique ».
    return " ".join(
        item.text
        for item in items[low + 1 : high]
        if message.words(message.sentences[one.sentence], item.first, item.first) != "&"
    )


JOINT = re.compile(
    r"(?:PUB|ENT|RES|HOS|PRIV|ASSO)S? (?:[a-z0-9]+ ){0,4}?(?:et|and|avec|with) (?:[a-z0-9]+ ){0,3}(?:PUB|ENT|RES|HOS|PRIV|ASSO)S? (?:[a-z0-9]+ ){0,4}?"
    r"(?:portent|menent|pilotent|conduisent|ensemble|jointly|together|run|lead|candidatent|conduct)(?= |$)"
)


_HESITATES = re.compile(
    r"(?:^|(?<= ))(?:hesit\w+|soit|either|whether|ou bien|(?:sais|sait|savons) (?:[a-z]+ )?pas|not sure|don t know|pas decide)(?= |$)"
)
_CARRIES = re.compile(
    r"@ (?:[a-z0-9,]+ ){0,8}?(?:port|pilot|men(?:e|er|era|ent)|condui|dirig|candidat|depos|lead|led|run|carr|conduct|head)|"
    r"(?:port|pilot|men|condui|dirig|led|run|carried|conducted|headed)[a-z]* (?:par|by) (?:[a-z]+ )?@"
)


def _carries(mention: Mention, message: Message) -> bool:
    """True when the words say that this body itself conducts the project."""
    return bool(_CARRIES.search(message.sentences[mention.sentence].bodies.with_target(mention.item)))


# The person speaks of themselves as of another than the subject of the sentence.
_BETWEEN_US = re.compile(
    r"@ (?:[a-z0-9]+ ){0,4}(?:nous|us)(?= )|@ (?:[a-z0-9]+ ){0,3}, (?:notre|our|nos) |@ (?:[a-z0-9]+ ){1,5}(?:que|qu|that|whether) (?:nous|on|we) "
)


OURS_BEFORE = re.compile(r"(?:^|(?<= ))(?:our|my|notre|mon|ma) (?:[a-z]+ )?$")


def _team(message: Message, roles: Mapping[Mention, tuple[str, int]]) -> Mention | None:
    """The best-placed of bodies that conduct the project together: « consortium de… », « une association et un ministère portent… »."""
    for number, sentence in enumerate(message.sentences):
        view = sentence.bodies
        taking_part = [
            m
            for m, (role, _) in roles.items()
            if m.sentence == number
            and m.kind in BEST_PLACED
            and role in ("", "applicant", "partner", "partner-or-applicant", "private partner", "complement")
            and not is_left_out(message, m)
        ]
        match = JOINT.search(view.text)
        if match and OURS_BEFORE.search(view.text[: match.start()]):
            continue  # "our firm and the city of Tours are developing": we apply, with a partner
        if match and not speaks_of_self(message, match.group()):
            taking_part = [m for m in taking_part if match.start() <= view.starts[m.item] < match.end()]
        elif not the_lists().consortium.search(view.text):
            continue
        if taking_part:
            return min(taking_part, key=lambda m: BEST_PLACED.index(m.kind))
    return None


def _is_disputed(claims: Sequence[tuple[int, Mention]], best: int) -> bool:
    """True when bodies of both sides are named in ways that are worth the same: who applies is not certain."""
    rank = the_lists().rank
    for first, last in ((rank["it_is"], rank["ours"]), (rank["subject"], rank["form"])):
        near = [m for r, m in claims if first <= r <= last and m.kind not in UNCERTAIN]
        if first <= best <= last and near and not _same_side(near):
            return True
    return False


def _same_side(mentions: Sequence[Mention]) -> bool:
    return len({m.kind in PUBLIC_KINDS for m in mentions}) == 1


def _are_together(mentions: Sequence[Mention], message: Message) -> bool:
    sentence = message.sentences[mentions[0].sentence]
    between = sentence.bodies.text
    return len({m.sentence for m in mentions}) == 1 and (
        bool(the_lists().consortium.search(between))
        or bool(
            re.search(
                r"(?:PUB|ENT|RES|HOS|PRIV|ASSO)S?(?: [a-z0-9]+){0,4} (?:et|and|,) (?:[a-z0-9]+ ){0,3}(?:PUB|ENT|RES|HOS|PRIV|ASSO)S?",
                between,
            )
        )
    )


def is_corrected(mention: Mention, message: Message) -> bool:
    view = message.sentences[mention.sentence].bodies
    before = view.before(mention.item)
    return bool(the_lists().scope["correction"].search(before)) or bool(
        re.search(r"(?:mais|but) (?:[a-z0-9]+ ){0,4}$", before)
    )


def is_left_out(message: Message, mention: Mention) -> bool:
    """True when the words say that this body takes no part."""
    sentence = message.sentences[mention.sentence]
    item = sentence.bodies.items[mention.item]
    for pattern in the_lists().sentence_patterns["partner_no"]:
        for match in pattern.finditer(sentence.bodies.text):
            first, last = span_of(sentence.bodies, match)
            if first <= item.first <= last:
                return True
    return False
