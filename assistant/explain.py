"""Verdict -> the sentences that say it, in French or in English, and the guard against sentences that say another.

Every sentence about the rules comes from `call.yaml`, with the fact that carries it; only the verdict itself is worded here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from assistant.judge import may_be_asked, next_question, said_values
from assistant.vocabulary import Criterion, Situation, Understood, Verdict, VerdictStatus
from corpus.call import Call, CriterionRules, Field
from corpus.passages import Language
from corpus.words import fold

NB = "\u00a0"


@dataclass(frozen=True)
class VerdictText:
    """The words of a verdict. `sentences` are (text, fact id): each is shown with a quote of the section that states the fact."""

    opening: str
    sentences: tuple[tuple[str, str], ...]
    closing: str
    understood: tuple[Understood, ...]


_VERDICT: dict[VerdictStatus, dict[Language, str]] = {
    "eligible": {
        "fr": "D’après ce que vous indiquez, le projet remplit les conditions de l’appel{NB}: {grounds}.",
        "en": "From what you say, the project meets the conditions of the call: {grounds}.",
    },
    "not_eligible": {
        "fr": "D’après ce que vous indiquez, le projet ne remplit pas les conditions de l’appel{NB}: {grounds}.",
        "en": "From what you say, the project does not meet the conditions of the call: {grounds}.",
    },
    "depends": {
        "fr": "Cela dépend d’un point à préciser{NB}: {points}.",
        "en": "It depends on one point still to be clarified: {points}.",
    },
    "not_settled": {
        "fr": "Les sources ne permettent pas de trancher ce cas{NB}: {grounds}.",
        "en": "The sources do not settle this case: {grounds}.",
    },
}
_DEPENDS_ON_MANY: dict[Language, str] = {
    "fr": "Cela dépend de points à préciser{NB}: {points}.",
    "en": "It depends on points still to be clarified: {points}.",
}
# In general, it is the condition about the applicant that answers; the rest of the project is nobody's.
_GENERAL: dict[str, dict[Language, str]] = {
    "met": {
        "fr": "La condition qui porte sur le candidat est remplie{NB}; les autres portent sur le projet.",
        "en": "The condition about the applicant is met; the others are about the project.",
    },
    "not_met": {
        "fr": "Non{NB}: la condition posée n’est pas remplie.",
        "en": "No: the condition is not met.",
    },
    "unknown": {
        "fr": "Cela dépend{NB}: une condition est posée.",
        "en": "It depends: there is a condition.",
    },
    "not_settled": {
        "fr": "Les sources ne permettent pas de trancher ce cas.",
        "en": "The sources do not settle this case.",
    },
}
_POINT_MET: dict[Language, str] = {
    "fr": "La condition qui porte sur ce point est remplie{NB}; l’appel en pose d’autres.",
    "en": "The condition on this point is met; the call sets others.",
}
_TO_FIND_OUT: dict[Language, str] = {
    "fr": "C’est un point à vérifier de votre côté.",
    "en": "That is a point to check on your side.",
}
_STILL_OPEN: dict[Language, str] = {
    "fr": "Un point reste ouvert.",
    "en": "One point remains open.",
}
_INDICATION: dict[Language, str] = {
    "fr": "C’est une indication tirée des règles de l’appel{NB}; elle n’engage pas la CNIL.",
    "en": "This is an indication drawn from the call’s rules; it does not bind the CNIL.",
}


def word_verdict(
    verdict: Verdict,
    situation: Situation,
    call: Call,
    language: Language,
    *,
    scope: Literal["own", "general"],
) -> VerdictText:
    """What a reader is told: the verdict, what decides it, then the one question left. The window is said apart, before."""
    said = said_values(situation, call)
    field = next_question(situation, call)
    sentences = _sentences(verdict, call, said, language, scope, field)
    closing = []
    if field is not None and scope == "own":
        question = call.field(field).question[language]
        if field in situation.unknown:
            question = f"{_TO_FIND_OUT[language]} {question}"
        elif verdict.status == "eligible":
            question = f"{_STILL_OPEN[language]} {question}"
        closing.append(question)
    if verdict.status == "not_settled":
        closing.append(call.contact[language])
    closing.append(_say(_INDICATION[language]))
    return VerdictText(
        opening=_headline(verdict, language, scope, said, call, field),
        sentences=sentences,
        closing="\n\n".join(closing),
        understood=understood(situation, call, language),
    )


def understood(situation: Situation, call: Call, language: Language) -> tuple[Understood, ...]:
    """Labels of what was read and counts, in the order of the rules: « acteur public associé : non » counts for a private body alone."""
    said = said_values(situation, call)
    colon = f"{NB}:" if language == "fr" else ":"
    return tuple(
        Understood(
            field.id,
            said[field.id],
            f"{field.label[language]}{colon} {field.value(said[field.id]).label[language]}",
            situation.readings[field.id].words,
        )
        for field in call.fields
        if field.id in said and all(said.get(other) in (None, *allowed) for other, allowed in field.only.items())
    )


def _headline(
    verdict: Verdict, language: Language, scope: str, said: dict[str, str], call: Call, field: str | None
) -> str:
    if scope == "general" and verdict.status != "eligible":
        first = _general_criterion(verdict, said, call)
        if first is not None:
            is_of_project = first.status == "met" and first.id != call.criteria[0].id
            return _say((_POINT_MET if is_of_project else _GENERAL[first.status])[language])
    if verdict.status != "depends":
        return _VERDICT[verdict.status][language].format(
            NB=NB, grounds=", ".join(_grounds(verdict, call, said, language))
        )
    points = [_point(rules, said, field).topic[language] for rules in _held_back(verdict, call)]
    words = (_VERDICT["depends"] if len(points) == 1 else _DEPENDS_ON_MANY)[language]
    return words.format(NB=NB, points=", ".join(points))


def _grounds(verdict: Verdict, call: Call, said: dict[str, str], language: Language) -> list[str]:
    """What was said that the verdict rests on, in the order of the rules."""
    grounds = []
    for criterion in _deciding(verdict, call):
        rules = call.criterion(criterion.id)
        # A status may be known before the row that gives it: all that was said of the condition counts then.
        counts = next((row.when for row in rules.rows if row.id == criterion.reason), said)
        grounds += [
            field.value(said[field.id]).in_a_sentence[language]
            for field in rules.fields
            if field.id in said and field.id in counts
        ]
    return grounds


def _deciding(verdict: Verdict, call: Call) -> list[Criterion]:
    """The conditions that give a verdict other than « depends »."""
    if verdict.status == "eligible":
        return [c for c in verdict.criteria if call.criterion(c.id).excludes]
    decisive = {"not_eligible": "not_met", "not_settled": "not_settled"}[verdict.status]
    return [c for c in verdict.criteria if c.status == decisive]


def _point(rules: CriterionRules, said: dict[str, str], asked: str | None) -> Field:
    """What is not known of a condition: the field that is asked, else the first that may be; its first field where none makes sense."""
    open_still = [one for one in rules.fields if may_be_asked(one, said)] or rules.fields
    return next((one for one in open_still if one.id == asked), open_still[0])


def _general_criterion(verdict: Verdict, said: dict[str, str], call: Call) -> Criterion | None:
    """The criterion that a general question is about: the worst of those of which something was said."""
    order = ("not_met", "not_settled", "unknown", "met")
    asked = [c for c in verdict.criteria if any(field.id in said for field in call.criterion(c.id).fields)]
    asked = [c for c in asked if call.criterion(c.id).excludes or c.status == "not_settled"]
    return min(asked, key=lambda c: order.index(c.status)) if asked else None


def _held_back(verdict: Verdict, call: Call) -> list[CriterionRules]:
    """The conditions that hold the verdict back, because what they ask is not known."""
    rules = [call.criterion(c.id) for c in verdict.criteria if c.status == "unknown"]
    return [one for one in rules if one.excludes]


def _sentences(
    verdict: Verdict, call: Call, said: dict[str, str], language: Language, scope: str, field: str | None
) -> tuple[tuple[str, str], ...]:
    asked = call.criterion_of(call.field(field)) if field else None
    chosen: list[Criterion] = []
    if scope == "general":
        first = _general_criterion(verdict, said, call)
        chosen = [first] if first else []
    if not chosen:
        if verdict.status == "depends":
            told = [
                c
                for c in verdict.criteria
                if c.id == call.criteria[0].id and any(f.id in said for f in call.criteria[0].fields)
            ]
            chosen = told + [c for c in verdict.criteria if asked is not None and c.id == asked.id and c not in told]
        else:
            chosen = _deciding(verdict, call)
    reasons = [(criterion.because[language], criterion.fact_ids[0]) for criterion in chosen]
    # What weakens a condition that does not decide is beside the point once another one does.
    says_all = verdict.status in ("eligible", "depends") and (scope == "own" or verdict.not_priority)
    caveats = [
        (caveat.text[language], caveat.fact)
        for rules in call.criteria
        if says_all or any(c.id == rules.id for c in chosen)
        for caveat in rules.caveats_for(said)
    ]
    # As long as nothing was said that a reason speaks of, what is said of the rest answers first.
    only_asked = verdict.status == "depends" and all(c.status == "unknown" for c in chosen)
    nothing_said = not any(field.id in said for c in chosen for field in call.criterion(c.id).fields)
    # Conditions that rest on the same sentence say it once.
    return tuple(dict.fromkeys([*caveats, *reasons] if only_asked and nothing_said else [*reasons, *caveats]))


def _say(text: str) -> str:
    return text.replace("{NB}", NB)


# --- the guard ------------------------------------------------------------------------------------------------------------

_ASSERTS: tuple[tuple[VerdictStatus, re.Pattern[str]], ...] = tuple(
    (status, re.compile(pattern))  # type: ignore[misc]
    for status, pattern in (
        # Silence and dependence first: they hold the words of a verdict without being one.
        ("not_settled", r"(?:sources?|textes?|regles?|rules?|texts?) (?:consultees? )?(?:do not|does not|don t|ne|n) (?:\w+ ){0,4}(?:settle|say|tranch\w+|dis\w+|precis\w+|indiqu\w+|permet\w*)"),
        ("not_settled", r"(?:ne (?:permettent|permet) pas de trancher|is not settled|n est pas tranche|point non tranche|not settled by)"),
        ("depends", r"(?:cela|ca|tout|eligibilite|eligibility|it|that|this|reponse|answer) (?:en )?(?:depend\w*|depends)\b"),
        ("depends", r"\bil (?:manque|reste) (?:\w+ ){0,4}(?:information|precis\w+|point)"),
        # No.
        ("not_eligible", r"\b(?:ineligib\w+|inadmissib\w+|irrecevab\w+|not eligible|non eligib\w+|disqualif\w+)"),
        ("not_eligible", r"\b(?:exclue?s?|excluded|ruled out|ecartee?s?|rejetee?s?|rejected|hors (?:du )?(?:champ|perimetre|cadre)|(?:projets?|candidature|dossier|demande|vous|organisme)\b(?: \w+){0,4} hors sujet|outside the (?:scope|theme)|out of scope|barred)\b"),
        ("not_eligible", r"\b(?:fails?|failed) (?:to meet |to qualify|the (?:condition|criteri|requirement))"),
        # Yes, or no when the same words are denied.
        ("eligible", r"\beligib\w+"),
        ("eligible", r"\bqualif(?:y|ies|ied|iez|ie)\b"),
        ("eligible", r"\b(?:pouvez|peut|peuvent|pourrez|pourra|pouvons|pourriez|puis|peux) (?:pas |donc |bien |tout a fait |parfaitement |aussi |encore |tres bien |sans (?:crainte|probleme|difficulte) |maintenant |desormais |deposer et |vous )*(?:candidater|postuler|deposer|participer|repondre a l appel|presenter (?:un |une |votre )?(?:dossier|candidature|projet)|soumettre)"),
        ("eligible", r"\b(?:can|cannot|can t|may|could|are able to|is able to|are free to|are welcome to|are allowed to|is allowed to|are entitled to|is entitled to|should|go ahead and) (?:not |therefore |indeed |well |certainly |safely |now |also |still )*(?:apply|submit|take part|participate|hand in|file)\b"),
        ("eligible", r"\b(?:remplit|remplissez|remplissent|satisfait|satisfaites|satisfont|respecte|respectez|repond|repondez|coche|cochez|reunit|reunissez|meets?|fulfils?|fulfills?|satisf(?:y|ies)|ticks?|matches|match|fits?|passes|pass)\b (?:\w+ ){0,3}(?:conditions?|criteres?|criteria|requirements?|exigences?|cases|boxes|appel|call|conditions)\b"),
        ("eligible", r"\b(?:conditions?|criteres?|criteria|requirements?) (?:\w+ ){0,2}(?:sont|est|are|is|ont ete|have been) (?:\w+ ){0,3}(?:remplies?|remplis|reunies?|reunis|satisfaite?s?|met|fulfilled|satisfied)\b"),
        ("eligible", r"\b(?:rien|aucun obstacle|aucune condition|nothing|no obstacle|no condition)\b (?:\w+ ){0,3}(?:s oppose|empeche|n empeche|interdit|prevents?|stops?|stands? in|bars?|precludes?|ne s oppose|fait obstacle|manque|is missing|remains)"),
        ("eligible", r"\b(?:candidature|projet|dossier|application|project|file) (?:est|serait|sera|is|would be|will be) (?:donc |tout a fait |parfaitement |bien |fully |perfectly |clearly )*(?:recevable|admissible|acceptee?|accepte|admise?|retenue?|accepted|admitted|valid|in scope|valide|conforme a l appel)"),
        ("eligible", r"\b(?:etes|est|are|is|sommes|suis|am) (?:bien |donc |tout a fait |clearly |indeed |fully )*(?:admise?s? a candidater|admise?s?|autorisee?s? a (?:candidater|postuler|participer|deposer)|within (?:the )?scope|in scope|admitted|accepted|dans (?:le champ|le cadre|les clous)|en droit de (?:candidater|postuler))"),
        ("eligible", r"\b(?:entre|entrez|rentre|rentrez|releve|relevez|falls|fall|comes within) (?:\w+ ){0,3}(?:dans le (?:champ|cadre|perimetre)|dans l appel|within the (?:call|scope)|de l appel|under the call)"),
        ("eligible", r"\b(?:avez|a|have|has) (?:bien |parfaitement |tout a fait |every |the |le |full )*(?:droit de (?:candidater|postuler|participer|deposer)|right to (?:apply|take part|submit))"),
        ("eligible", r"^(?:oui|yes)\b.{0,40}\b(?:candidat\w+|postul\w+|appl\w+|deposer|participer|possible)"),
        ("eligible", r"\b(?:tous les (?:voyants|feux) sont au vert|feu vert|bonne pour candidater|bon pour candidater|good to go|green light|all set to apply|vous etes bons?|you re in|you are in)\b"),
        ("eligible", r"\b(?:cnil|jury|comite|committee) (?:acceptera|retiendra|validera|will accept|will admit|will select)"),
    )
)  # fmt: skip
_NEGATION = re.compile(
    r"\b(?:ne|n|pas|not|no|cannot|never|jamais|aucun|aucune|ni|neither|nor|sans|without|nullement|aucunement|hardly)\b|\w+n t\b"
)
_NOT_A_DENIAL = re.compile(
    r"\b(?:rien|nothing|no obstacle|aucun obstacle|no condition|aucune condition|pas seulement|not only|no doubt|sans aucun doute|sans (?:crainte|probleme|difficulte|reserve)|without (?:doubt|any doubt|difficulty))\b"
)
_DOUBLE = re.compile(
    r"\b(?:pas|not|nullement|no longer) (?:\w+ ){0,2}(?:ineligib\w+|inadmissib\w+|irrecevab\w+|exclue?s?|excluded|ruled out|ecartee?s?|disqualif\w+|hors)|n est pas exclu|ne veut pas dire irrecevable|does not mean (?:inadmissible|ineligible)|ne signifie pas"
)
# That the window is closed says nothing of the project.
_TOO_LATE = re.compile(
    r"\b(?:plus (?:candidater|postuler|deposer|etre presentee?)|any ?more|no longer (?:apply|submit|possible)|trop tard|too late)\b"
)
_INVERTED = re.compile(r"\b(can|may|could|should) (?:you|we|they|it|(?:your|our|the) \w+) ", re.IGNORECASE)
_YES = re.compile(
    r"\W*(?:oui|yes|yep|absolument|absolutely|tout a fait|bien sur|certainement|certainly|of course|sans aucun doute|sure|indeed|exactement|en effet|definitely|affirmatif)\b"
)
_NO = re.compile(
    r"\W*(?:non|no|nope|pas du tout|not at all|absolument pas|absolutely not|certainement pas|helas non|malheureusement)\b"
)
_CONDITIONAL = re.compile(
    r"\b(?:si|s il|s ils|s elle|if|unless|a condition|a la condition|sous reserve|provided|providing|as long as|pourvu|lorsque|when|des lors que|dans la mesure ou|"
    r"a moins|sous condition|subject to|une condition|one condition|in order to|pour (?:etre|candidater|pouvoir)|to be eligible|(?:in order|wishing|want|wants|wish) to (?:qualify|apply)|^to (?:qualify|apply)|afin d|faut|must|doit|doivent|savoir|whether|"
    r"determiner|dire si|decider|conditions? d eligibilite|criteres? d eligibilite|eligibility (?:criteria|conditions?|rules?|check)|tester|verifier|check)\b"
)
_GENERAL_RULE = re.compile(
    r"\b(?:tous les organismes|tout organisme|les organismes|un organisme|une personne|a private body|a public body|all public bodies|public bodies|"
    r"private bodies|les associations|les entreprises|les collectivites|individuals?|associations|companies|an individual|laureats?|laureates?)\b"
)


def asserts_eligibility(text: str, language: Language) -> VerdictStatus | None:
    """The verdict that a sentence asserts of the reader or of their project, if any. Questions, conditions and rules assert none."""
    found: list[VerdictStatus] = []
    asked: VerdictStatus | None = None
    for sentence in re.split(r"(?<=[.!?;])\s+|\n+", text):
        status = _asserted(sentence)
        if status is None and asked:
            # « Êtes-vous éligible ? Oui. » asserts in two sentences.
            status = "not_eligible" if _NO.match(fold(sentence)) else "eligible" if _YES.match(fold(sentence)) else None
        if status is not None:
            found.append(status)
        asked = _asked_about(sentence)
    for status in ("eligible", "not_eligible", "not_settled", "depends"):
        if status in found:
            return status
    return None


def _is_question(sentence: str) -> bool:
    return sentence.rstrip(" \u00a0»\"').*_").endswith("?")


def _asked_about(sentence: str) -> VerdictStatus | None:
    if not _is_question(sentence):
        return None
    # “Can you apply?” asks whether “you can apply”.
    return _asserted(_INVERTED.sub(r"\1 ", sentence.rstrip(" \u00a0»\"').*_?")))


def _asserted(sentence: str) -> VerdictStatus | None:
    if _is_question(sentence):
        # What is said before the last comma of a question may assert: « Vous êtes éligible, quand déposez-vous ? »
        before, comma, _ = sentence.rpartition(",")
        return _asserted(before.rstrip("? \u00a0")) if comma else None
    words = " ".join(re.sub(r"[^a-z0-9]+", " ", fold(sentence)).split())
    if _TOO_LATE.search(words):
        return None
    if _DOUBLE.search(words):
        # "not excluded" is a yes, unless it speaks of rules in general.
        return (
            None if _GENERAL_RULE.search(words) or "veut pas dire" in words or "does not mean" in words else "eligible"
        )
    for status, pattern in _ASSERTS:
        match = pattern.search(words)
        if match is None:
            continue
        if status != "eligible":
            return None if _CONDITIONAL.search(words) and status == "not_eligible" else status
        before = words[: match.end()]
        if _CONDITIONAL.search(words) or (
            _GENERAL_RULE.search(before) and not re.search(r"\b(?:vous|you|your|votre)\b", words)
        ):
            return None
        cleaned = _NOT_A_DENIAL.sub(" ", before)
        if _NEGATION.search(cleaned) and not _NOT_A_DENIAL.search(match.group()):
            return "not_eligible"
        return "eligible"
    return None
