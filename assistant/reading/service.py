"""Whom the AI serves: a public service, or a private business alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.reading.bodies import mention_words
from assistant.reading.lexicon import the_lists
from assistant.reading.negation import DENIALS, NOT_ONLY, is_denied
from assistant.reading.parse import parse_message
from assistant.reading.project import found_patterns, is_corrected_before, item_words, settle, tagged
from assistant.reading.roles import WHO, cast_of, covers, is_left_out, mentions_of, role_of
from assistant.reading.text import KIND_OF_TAG, PUBLIC_ACTORS, PUBLIC_KINDS, Evidence, Item, Message, Sentence, span_of
from assistant.vocabulary import Reading, Situation


def read_public_service(message: Message, readings: Mapping[str, Reading], before: Situation) -> Reading | None:
    def said(field: str) -> str | None:
        return readings[field].value if field in readings else before.value(field)

    applicant = said("applicant")
    if not _speaks_of_project(message, readings, before):
        return None
    if any(leaves_purpose_open(sentence) for sentence in message.sentences):
        return None
    public_side = (
        applicant in PUBLIC_KINDS or said("public_partner") == "yes" or said("shared_need") in ("several", "one")
    )
    # A public customer uses the product for its service.
    takes_part = public_side
    public_side = public_side or any(
        m.kind in PUBLIC_ACTORS
        and role_of(m, message)[0] in ("customer", "place")
        and not _FORMER.search(message.sentences[m.sentence].bodies.text)
        for m in mentions_of(message)
    )
    # "…for its agents", of a public body that is named.
    public_side = public_side or (
        any(m.kind in PUBLIC_ACTORS for m in mentions_of(message)) and message.says(_ITS_PEOPLE)
    )
    yes: list[Evidence] = []
    no: list[Evidence] = []
    for number, sentence, first, last in found_patterns(message, "public_deny"):
        if {token.text for token in sentence.tokens[max(0, first - 6) : first]} & _DATA_WORDS:
            continue  # « aucun nom d’agent ni d’usager »: said of the data
        if _USES_IT.match("".join(f"{token.text} " for token in sentence.tokens[last + 1 :])):
            continue  # « aucun agent ni usager ne l’utilise »: said of the stage
        no.append(
            Evidence("no", message.words(sentence, first, last), (number, first), is_corrected_before(sentence, first))
        )
    for tag in ("USE", "WUSE"):
        if tag == "WUSE" and not public_side:
            continue
        for number, sentence, index in tagged(message, tag):
            item = sentence.project.items[index]
            if any(e.position[0] == number and _near(e, item.first) for e in no) or is_denied(
                sentence.tokens, item.first
            ):
                continue
            if _is_the_person(message, number, item):
                continue
            after = [token.text for token in sentence.tokens[item.last + 1 : item.last + 3]]
            word, said_before = sentence.tokens[item.last].text, sentence.tokens[max(0, item.first - 1)].text
            if (
                word == "personne"
                and after[:1] in (["n"], ["ne"])
                and said_before not in ("une", "la", "toute", "chaque")
            ):
                continue  # « personne n’a pu me l’expliquer »: nobody
            if after[:1] == ["s"] and set(after) & _DATA_WORDS:
                continue  # "people's voices are in it": said of the data
            if word in ("team", "equipe") and after[:1] in (["of"], ["de"]):
                continue  # "by a team of four"
            if after[:1] and after[0] in _TOLD_OF_IT:
                continue  # « élus informés »: they are told of the project
            if _RELATED.search(sentence.project.before(index)):
                continue  # "the landlord of a tax office", « fournisseur de l’école publique »
            if tag == "WUSE" and not takes_part and sentence.tokens[item.first - 1].text in ("nos", "our", "mes", "my"):
                continue  # « nos locataires » of a private body: those of no public service
            yes.append(
                Evidence(
                    "yes",
                    item_words(message, sentence, index),
                    (number, item.first),
                    is_corrected_before(sentence, item.first),
                )
            )
    for mention in mentions_of(message):
        sentence = message.sentences[mention.sentence]
        around = sentence.bodies.with_target(mention.item)
        if mention.kind in PUBLIC_ACTORS and (
            any(covers(p, around) for p in the_lists().roles["place"][2:])
            or (applicant in PUBLIC_KINDS and re.search(r"(?:pour|for) (?:la |le |l |les |the )?@", around))
        ):
            item = sentence.bodies.items[mention.item]
            refused = any(e.position[0] == mention.sentence and _near(e, item.first) for e in no)
            if (
                not refused
                and not is_denied(sentence.tokens, item.first)
                and not is_left_out(message, mention)
                and not _is_the_person(message, mention.sentence, item)
            ):
                yes.append(
                    Evidence(
                        "yes",
                        mention_words(message, mention),
                        (mention.sentence, item.first),
                        is_corrected_before(sentence, item.first),
                    )
                )
    yes += _serves_named(message, no)
    strong_no: list[Evidence] = list(no)
    for number, sentence, index in tagged(message, "PRVU"):
        item = sentence.project.items[index]
        if (
            not is_denied(sentence.tokens, item.first)
            and not _not_only(sentence, item.first)
            and not _is_the_person(message, number, item)
            and not _public_near(sentence, item.first, item.last)
            and not any(
                m.sentence == number
                and sentence.bodies.items[m.item].first == item.first
                and role_of(m, message)[0] in ("private partner", "applicant")
                for m in mentions_of(message)
            )
        ):
            no.append(
                Evidence(
                    "no",
                    item_words(message, sentence, index),
                    (number, item.first),
                    is_corrected_before(sentence, item.first),
                )
            )
    for number, sentence, first, last in found_patterns(message, "private_use"):
        if (
            not is_denied(sentence.tokens, first)
            and not _not_only(sentence, first)
            and not _public_near(sentence, first, last)
        ):
            no.append(
                Evidence(
                    "no", message.words(sentence, first, last), (number, first), is_corrected_before(sentence, first)
                )
            )
    if applicant in PUBLIC_KINDS and not strong_no:
        no = []
    partner = readings.get("public_partner") or before.readings.get("public_partner")
    conducted = said("shared_need") == "several" or (said("public_partner") == "yes" and not _is_a_laboratory(partner))
    conducted = conducted and not any(found_patterns(message, "own_business"))
    if not yes and not no and said("uses_ai") == "yes" and (applicant in PUBLIC_KINDS or conducted):
        for number, sentence in enumerate(message.sentences):
            match = the_lists().purpose.search(sentence.project.text)
            if match is None and "uses_ai" not in readings and not sentence.is_question:
                match = the_lists().purpose_later.search(sentence.project.text)
            if match and not _is_about_teaching(match.group()):
                first, last = span_of(sentence.project, match)
                yes.append(Evidence("yes", message.words(sentence, first, last), (number, first)))
            elif applicant in PUBLIC_KINDS and (task := _task(sentence)):
                yes.append(Evidence("yes", message.words(sentence, *task), (number, task[0])))
    if yes and no and not strong_no and any(_strong(e, message) for e in yes):
        # Customers besides a public service: only those who serve customers alone are outside.
        return None if _EXCLUSIVE.search(" . ".join(s.project.text for s in message.sentences)) else settle(yes, [])
    if yes and no and not any(_strong(e, message) for e in yes):
        # Weak words of use ("team", "students") do not stand against customers named as private.
        return settle([], no)
    return settle(yes, no)


def _is_a_laboratory(partner: Reading | None) -> bool:
    """True for a partner of research: what it works on is not yet what a public service does."""
    kinds = {mention.kind for mention in mentions_of(parse_message(partner.words))} if partner else set()
    return kinds == {"research"}


def _serves_named(message: Message, denied: Sequence[Evidence]) -> list[Evidence]:
    """What the AI is for names a public body or a public facility: « une IA qui prépare les rendez-vous en préfecture »."""
    found: list[Evidence] = []
    for number, sentence in enumerate(message.sentences):
        match = the_lists().purpose_named.search(sentence.project.text)
        if match is None or any(e.position[0] == number for e in denied):
            continue
        for mention in mentions_of(message):
            item = sentence.bodies.items[mention.item] if mention.sentence == number else None
            begins = span_of(sentence.project, match)[1]
            if item is None or mention.kind not in PUBLIC_ACTORS or not begins + 3 <= item.first <= begins + 16:
                continue
            if role_of(mention, message)[0] not in ("", "place", "complement"):
                continue
            if not any(
                t.text in (":", "(", "sans", "without", "aucun", "no", "pas", "que")
                or t.text.startswith(("client", "customer", "commercial", "vend", "sell", "sold"))
                for t in sentence.tokens[begins : item.first]
            ):
                found.append(Evidence("yes", mention_words(message, mention), (number, item.first)))
    return found


# What a private body is to a public one says nothing of whom its AI serves.
_RELATED = re.compile(
    r"(?:^|(?<= ))(?:landlords?|landlady|tenants?|locataires?|bailleurs?|proprietaires?|owners?|neighbou?rs?|voisine?s?|suppl(?:y|ies|iers?)|fournisseurs?|contractors?|subcontractors?|prestataires?|"
    r"spin ?offs?|filiales?|subsidiary|hosted|heberge\w*|incube\w*|subsidised|subventionne\w*|funded|finance\w*) (?:(?:of|to|from|by|for|in|de|du|d|des|a|au|aux|par|dans|la|le|l|les|un|une|the|an|our|your|notre|local|meals) )*$"
)
_DATA_WORDS = frozenset(
    "nom noms donnee donnees data name names information informations adresse adresses address addresses visage visages face faces voix voice voices photo photos".split()
)
_USES_IT = re.compile(
    r"^(?:(?:ne|n|l|s|en|y|encore|jamais|has|have|ever|yet|a|ont) )*(?:utilis(?:e|ent|ee?)|sert|servent|emploie\w*|voit|vue?|touche\w*|acces|access|use|uses|used|seen|sees|tried|essayee?) "
)
_FORMER = re.compile(r"(?:^|(?<= ))(?:anciens?|anciennes?|former|ex|previous)(?= )")
# Words that may follow the AI without saying what it is for.
_SAYS_NO_TASK = frozenset(
    "d de du des la le les l un une a au aux en et ou dans sur par pour avec sans notre nos ce cette cet ces est sont sera pas ne n plus encore deja tres tout toute bien juste "
    "the an of in on at by for with without our this that is are be been not yet still only just it its and or to from very all we i nous on je j qui que qu which "
    "stade etat phase niveau idee projet projets project stage phase appel cnil call sandbox bac sable eligible eligibles admissible recevable candidater postuler apply possible peut "
    "pouvons peux puis can may sommes suis are am t il elle ils faire fait truc quelque chose something oui yes non no svp please bonjour merci thanks generative generatif "
    "son sa ses leur leurs site web page internet service public services publics outil tool modele model systeme system interne simple premier premiere prototype test production ligne cours developpement development "
    "etre ete failli devait devrait lance lancee lancees lancer launched launch works working marche fonctionne tourne runs running ordinateur laptop computer seulement only mais but last next "
    "dernier derniere prochain prochaine don intend back bring again stopped arrete arretee viendra arrive second temps installe installee installed achete achetee bought eteint eteinte off "
    "being fine tuned trained entraine entrainee affine affinee tire tiree issu issue derive derivee fonde fondee ouvert ouverte open source libre maison homemade "
    "publique publiques dossier conditions criteres chance chances ok fin debut mois ans annee depuis since year years janvier mars mai juin 2019 2020 2021 2022 2023 2024".split()
)


def leaves_purpose_open(sentence: Sentence) -> bool:
    """True when a sentence says that whom or what the AI will serve is not decided."""
    return bool(_PURPOSE_OPEN.search(sentence.bodies.text))


_PURPOSE_OPEN = re.compile(
    r"(?:^|(?<= ))(?:purpose|finalites?|what (?:it|they|this|the (?:ai|tool|results?|outcome)|we) (?:[a-z]+ ){0,4}for|(?:who|whom) (?:would|will|is|s|are) (?:[a-z]+ ){0,3}us(?:e|ing)|who s going to use|a quoi [a-z]+|pour qui|for whom|to what end|"
    r"what (?:it|they|this|the ai) (?:will|would) (?:do|serve)|usages? final\w*|destinataires?) (?:(?:[a-z0-9]+|,) ){0,9}?(?:not|t|pas|open|unsettled|undecided|discussion|discussed|reste|remains|ignor\w+|still|a definir|tranche\w*|decide\w*|to be)(?= |$)|"
    r"(?:^|(?<= ))(?:(?:sai[st]|savons|savent|know|decided|settled|tranche|decide|sure|chosen|choisi|defini) (?:(?:pas|not|encore|yet|ni|meme|even) )*(?:pour qui|pour quoi|a quoi|for whom|who (?:would|will) use|what (?:it|for)|to what end|whom it|its purpose|la finalite|son usage)|"
    r"n (?:a|est|avons|ai) pas (?:[a-z]+ ){0,3}(?:a quoi|pour qui|la finalite)|(?:finalite|usage|destinataires?) (?:: )?(?:a definir|inconnue?|a preciser|a trancher))(?= |$)"
)
_UNDECIDED = re.compile(
    r"(?:^|(?<= ))(?:(?:sai[st]|savons|savent) (?:[a-z]+ ){0,2}pas|(?:do not|don t|not) (?:yet )?(?:know|decided|sure)|reste a (?:definir|preciser|choisir)|a definir|to be (?:decided|defined))(?= |$)"
)


_TOLD_OF_IT = frozenset(
    "informes informe informees informed involved favorables favorable enthousiastes enthusiastic consultes consultees consulted ravis motives motivated convaincus convinced behind onboard".split()
)
# « Une IA, encore sur le papier, préviendrait les abonnés », not "an AI project, design phase, twelve people on it".
_DOES = re.compile(
    r"(?:AI|AIK) , [^,]+ , (?:(?:les|leur|nous|l) [a-z]+(?:rait|raient|ra|ront)(?= |$)|[a-z]+(?:rait|raient|ra|ront|e|ent|s|es) (?:les|la|le|l|des|d|aux?|un|une|nos|leurs|ses|the|our|their|each|USE|WUSE)(?= ))"
)
_WHEN = frozenset("depuis since avec with".split())
# « Nous entraînons un modèle sur dix ans d’archives »: what it learns from says nothing of what it is for.
_TEACHES = re.compile(r"(?:^|(?<= ))(?:(?:r?e?en)?train\w*|(?:fine )?tuned|affine\w*|feed\w*|fed|nourri\w*) ")
_SAYS_AN_AIM = re.compile(r"(?:^|(?<= ))(?:pour|afin|to|for|qui|that|which|help\w*|aid\w+)(?= |$)")
_TAUGHT_ON = re.compile(r" (?:sur|on|from|a partir de|a partir d) ")


def _is_about_teaching(words: str) -> bool:
    """True for words that only say what the AI learns from: « un modèle affiné par nos ingénieurs sur deux millions de documents »."""
    return bool(_TEACHES.search(f"{words} ") and not _SAYS_AN_AIM.search(words))


def _task(sentence: Sentence) -> tuple[int, int] | None:
    """The words that say what the AI does, whatever they are: two at least that are not about its stage or the call."""
    if _UNDECIDED.search(sentence.bodies.text):
        return None
    items = sentence.project.items
    start = next((index for index, item in enumerate(items) if item.text in ("AI", "AIK")), None)
    if start is None:
        return None
    if start + 1 < len(items) and items[start + 1].text in _WHEN:
        return None  # « on développe une IA depuis mars, un arbre de décision, en python »
    text = sentence.project.text
    taught = _TAUGHT_ON.search(text) if _TEACHES.search(text) else None
    end = sentence.project.item_at(taught.start()) if taught else len(items)
    if not _DOES.search(text):
        end = next((index for index in range(start + 1, end) if items[index].text in (",", ";")), end)
    told = [
        item
        for item in items[start + 1 : end]
        if item.text not in ("BEF", "DEP", "ACT", "EVO", "NEW", "MIN", "DATA")
        and len(item.text) > 2
        and item.text not in _SAYS_NO_TASK
    ]
    return (told[0].first, told[-1].last) if len(told) > 1 else None


_PROJECT_NOUN = re.compile(
    r"(?:^|(?<= ))(?:NOAI|NEW|BEF|DEP|outils?|chatbots?|plateformes?|algorithmes?|projets?|applications?|applis?|systemes?|assistants?|logiciels?|robots?|"
    r"solutions?|tools?|platforms?|algorithms?|projects?|apps?|systems?|software|bots?|produits?|products?|dispositif|modeles?|models?|agent conversationnel)(?= |$)"
)


def _speaks_of_project(message: Message, readings: Mapping[str, Reading], before: Situation) -> bool:
    if "uses_ai" in readings or "stage" in readings or before.value("uses_ai") or before.value("stage"):
        return True
    return any(_PROJECT_NOUN.search(sentence.project.text) for sentence in message.sentences)


_SIZE = frozenset(
    "habitants habitant inhabitants agents agent salaries employees residents personnes people lits beds eleves etudiants students membres".split()
)


_FEW = frozenset("deux trois quatre cinq six sept huit dix two three four five seven eight ten".split())


def _is_the_person(message: Message, number: int, item: Item) -> bool:
    """True for words that say who writes (« secrétaire de mairie ») or how big the body is (« 3 000 habitants »)."""
    sentence = message.sentences[number]
    tokens = sentence.tokens
    if (
        item.first
        and tokens[item.first].text in _SIZE
        and (
            tokens[item.first - 1].text.isdigit()
            or (tokens[item.first - 1].text in _FEW and tokens[max(0, item.first - 2)].text in ("de", "of", "a"))
            or tokens[item.first - 1].text in ("mille", "million", "millions", "d")
        )
    ):
        return True
    applicant = cast_of(message).applicant
    if applicant and applicant[1].sentence == number:
        body = sentence.bodies.items[applicant[1].item]
        if body.first <= item.last and item.first <= body.last:
            return True
    for family in WHO:
        pattern = the_lists().applicant[family]
        for index, body in enumerate(sentence.bodies.items):
            if body.tag not in KIND_OF_TAG or body.first > item.last + 3:
                continue
            for match in pattern.finditer(sentence.bodies.with_target(index)):
                if "@" not in match.group():
                    continue
                first = sentence.bodies.items[sentence.bodies.item_at(match.start())].first
                if first <= item.first <= body.last:
                    return True
    return False


def _public_near(sentence: Sentence, first: int, last: int) -> bool:
    """True when a customer named right there is a public body: « notre client est la ville »."""
    near = [token.text for token in sentence.tokens[max(0, first - 6) : last + 7]]
    if any(word in _STATE and near[max(0, i - 1) : i] not in (["grand"], ["general"]) for i, word in enumerate(near)):
        return not any(word in DENIALS for word in near)  # "the state is one of our customers"
    return any(
        KIND_OF_TAG.get(item.tag) in PUBLIC_ACTORS
        and first - 4 <= item.first <= last + 6
        and not is_denied(sentence.tokens, item.first, reach=3)
        for item in sentence.bodies.items
    )


_STATE = frozenset("state etat government gouvernement administration administrations publics publiques".split())
_ITS_PEOPLE = re.compile(
    r"(?:^|(?<= ))(?:ses|leurs|its|their) (?:[a-z]+ )?(?:agents|usagers|habitants|administres|staff|residents|users|services|eleves|patients|personnels|employees|teams)(?= |$)"
)
_EXCLUSIVE = re.compile(
    r"(?:^|(?<= ))(?:uniquement|exclusivement|seulement|only|solely|exclusively|rien d autre|nothing else|nothing more|que (?:pour|a|aux|des|nos))(?= |$)"
)


def _strong(evidence: Evidence, message: Message) -> bool:
    sentence = message.sentences[evidence.position[0]]
    if any(
        item.first == evidence.position[1] and KIND_OF_TAG.get(item.tag) in PUBLIC_ACTORS
        for item in sentence.bodies.items
    ):
        return True
    return any(item.text == "USE" and item.first == evidence.position[1] for item in sentence.project.items)


def _near(evidence: Evidence, first: int) -> bool:
    return abs(evidence.position[1] - first) < 10


def _not_only(sentence: Sentence, first: int) -> bool:
    before = [token.text for token in sentence.tokens[max(0, first - 5) : first]]
    return any(word in NOT_ONLY for word in before) and any(word in ("pas", "not", "non") for word in before)
