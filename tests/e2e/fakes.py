"""A small real assistant with a handful of replies: every state of the page without an index."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from assistant.vocabulary import (
    Answer,
    Citation,
    Claim,
    Conversation,
    Criterion,
    CriterionStatus,
    Question,
    Understood,
    Verdict,
    VerdictStatus,
)
from corpus.call import Call, load_call
from corpus.index import Section
from corpus.passages import Confidence, Language, Passage, Reference

HOSTILE = (
    "<script>window.hacked=1</script><img src=https://evil.example/x onerror='window.hacked=1'>"
    '"><iframe src=//evil.example></iframe><form action=//evil.example><input></form>'
    "<style>*{display:none}</style>{{ 7*7 }}</script><a href='javascript:window.hacked=1'>x</a>"
)
PAGE = Reference(
    "Intelligence artificielle : la CNIL lance un appel à projets pour les services publics",
    "CNIL",
    "https://www.cnil.fr/fr/appel-a-projets",
    "2023-07-21",
    "section « Qui peut candidater ? »",
)
PRESS = Reference("L'appel à projets de la CNIL", "Smart City Mag", "https://smartcitymag.fr/article/1292", "2023")


def passage(
    identifier: str,
    title: str,
    text: str,
    *,
    facts: tuple[str, ...] = (),
    note: str = "",
    confidence: Confidence = "high",
    language: Language = "fr",
) -> Passage:
    """A passage of an imaginary file."""
    return Passage(
        id=f"{language}/{identifier}",
        section_id=identifier,
        source_id="l-appel",
        file=f"{language}/l-appel.md",
        title=title,
        heading_path=("L'appel à projets" if language == "fr" else "The call for projects", title),
        locator=f"#{identifier}",
        text=text,
        start=0,
        end=len(text),
        language=language,
        official=False,
        confidence=confidence,
        references=(PAGE, PRESS),
        fact_ids=facts,
        note=note,
    )


PRIVATE_FR = passage(
    "prives",
    "Candidats privés",
    "Les organismes privés peuvent candidater à deux conditions possibles.\n\nUn organisme privé peut candidater s'il "
    "mène le projet avec au moins un acteur public, ou si le projet répond à un besoin que plusieurs acteurs publics "
    "ont identifié.\n\nUn organisme privé seul, sans l'une de ces deux voies, est en dehors de l'appel.",
    facts=("eligibility-private-bodies",),
    note="La page de la CNIL donne les deux voies dans la même phrase.",
)
PRIVATE_EN = passage(
    "prives",
    "Private applicants",
    "A private body may apply if it conducts the project with at least one public actor, or if the project answers a "
    "need that several public actors have identified.",
    facts=("eligibility-private-bodies",),
    language="en",
)
AI_FR = passage(
    "ia",
    "Objet de l'appel",
    "Le projet doit utiliser l'intelligence artificielle au service du public.",
    facts=("project-scope-ai-public-service",),
    confidence="medium",
)
DATE_FR = passage(
    "date", "Date limite", "La date limite de dépôt était le 30 septembre 2023.", facts=("call-deadline",)
)
DATE_EN = passage("date", "Deadline", "The deadline was 30 September 2023.", facts=("call-deadline",), language="en")


CALL = load_call(Path(__file__).parents[2] / "corpus" / "call.yaml")


def question_of(message: str, language: Language) -> Question:
    """The question as asked."""
    return Question(text=message, standalone=message, repaired=message, language=language)


def criterion(identifier: str, status: CriterionStatus, french: str, english: str, *facts: str) -> Criterion:
    return Criterion(identifier, status, identifier, {"fr": french, "en": english}, facts)


class FakeIndex:
    """Finds the passages above by the facts that they state."""

    def section_of_fact(self, fact_id: str) -> Section | None:
        found = [p for p in (PRIVATE_FR, PRIVATE_EN, AI_FR, DATE_FR, DATE_EN) if fact_id in p.fact_ids]
        return Section(found[0].section_id, tuple(found)) if found else None


@dataclass
class FakeAssistant:
    """Replies by what the message contains; remembers what it was asked, so that tests can look."""

    call: Call = CALL
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    pause: float = 0.0
    index: FakeIndex = field(default_factory=FakeIndex)

    def suggestions(self, language: Language) -> dict[str, list[str]]:
        if language == "fr":
            return {
                "Éligibilité": ["Une commune peut-elle candidater ?", "Une start-up seule peut-elle candidater ?"],
                "Dates et dossier": ["Quelle était la date limite ?", "Que contenait le dossier ?"],
                "Déroulement": ["Combien de temps dure l'accompagnement ?", "Qui étaient les lauréats ?"],
                "RGPD et IA": ["Faut-il une analyse d'impact ?", "Le bac à sable suspend-il le RGPD ?"],
            }
        return {
            "Eligibility": ["Can a town apply?", "Can a start-up apply on its own?"],
            "Dates and file": ["What was the deadline?", "What did the file contain?"],
            "How it works": ["How long does the support last?", "Who were the winners?"],
            "GDPR and AI": ["Is an impact assessment needed?", "Does the sandbox suspend the GDPR?"],
        }

    def ask(
        self,
        message: str,
        conversation: Conversation = Conversation(),  # noqa: B008
        *,
        language: Language | None = None,
        default: Language = "fr",
        as_of: date | None = None,
    ) -> Answer:
        self.asked.append((message, conversation.messages))
        if self.pause:
            time.sleep(self.pause)
        spoken: Language = language or (
            "en" if " the " in f" {message} ".lower() or "can a" in message.lower() else "fr"
        )
        day = as_of or date(2023, 9, 1)
        words = message.lower()
        if "injection" in words:
            return self._hostile(message, spoken, day)
        if "panne" in words:
            raise RuntimeError(f"boom {message}")
        if "start-up" in words or "startup" in words:
            return self._verdict(message, spoken, day, "depends")
        if "commune" in words or "town" in words:
            return self._verdict(message, spoken, day, "eligible")
        if "date" in words or "deadline" in words:
            source = DATE_FR if spoken == "fr" else DATE_EN
            return self._answer("answer", message, spoken, day, (Claim(source.text, (Citation(source, source.text),)),))
        if "bonjour" in words:
            return self._answer("smalltalk", message, spoken, day, (), opening="Bonjour. Posez votre question.")
        near = "Elles disent seulement que l'accompagnement est gratuit. Adressez-vous à la CNIL."
        opening = "Les sources ne le disent pas." if spoken == "fr" else "The sources do not say."
        return self._answer("abstention", message, spoken, day, (), opening=opening, closing=near)

    def _answer(
        self,
        kind: str,
        message: str,
        language: Language,
        day: date,
        claims: tuple[Claim, ...],
        *,
        opening: str = "",
        closing: str = "",
        verdict: Verdict | None = None,
        understood: tuple[Understood, ...] = (),
        criterion_citations: tuple[Citation, ...] = (),
    ) -> Answer:
        follow = {
            "fr": ("Et si une commune participe ?", "Quelle était la date limite ?"),
            "en": ("And if a town takes part?", "What was the deadline?"),
        }
        return Answer(
            kind=kind,  # type: ignore[arg-type]
            question=question_of(message, language),
            preface=(),
            claims=claims,
            opening=opening,
            closing=closing,
            verdict=verdict,
            understood=understood,
            criterion_citations=criterion_citations,
            follow_ups=follow[language],
            as_of=day,
            engine="extractive",
        )

    def _verdict(self, message: str, language: Language, day: date, status: VerdictStatus) -> Answer:
        quote = "mène le projet avec au moins un acteur public" if language == "fr" else "at least one public actor"
        source = PRIVATE_FR if language == "fr" else PRIVATE_EN
        applicant: CriterionStatus = "unknown" if status == "depends" else "met"
        criteria = (
            criterion("applicant", applicant, "Un organisme privé doit mener le projet avec un acteur public.",
                      "A private body must conduct the project with a public actor.", "eligibility-private-bodies"),
            criterion("ai", "met", "Le projet utilise l'intelligence artificielle.", "The project uses AI."),
            criterion("public_service", "unknown", "Le service rendu au public n'est pas dit.", "Not said."),
            criterion("personal_data", "not_settled", "Les sources ne le disent pas.", "The sources do not say."),
        )  # fmt: skip
        closed = {"fr": "L'appel est clos depuis le 30 septembre 2023.", "en": "The call closed on 30 September 2023."}
        opening = {
            "depends": {"fr": "Cela dépend d'un point que vous n'avez pas dit.", "en": "It depends on one point."},
            "eligible": {"fr": "D'après les règles, ce projet est éligible.", "en": "The rules make it eligible."},
        }[status][language]
        label = {"fr": "organisme privé", "en": "private body"}[language]
        return self._answer(
            "verdict",
            message,
            language,
            day,
            (
                Claim(source.text.split("\n\n")[1] if language == "fr" else source.text, (Citation(source, quote),)),
                *((Claim(AI_FR.text, (Citation(AI_FR, AI_FR.text),)),) if language == "fr" else ()),
            ),
            opening=f"{closed[language]}\n{opening}",
            closing={
                "fr": "Un acteur public prend-il part au projet ?\n\nC'est une indication tirée des règles de l'appel ; "
                "elle n'engage pas la CNIL.",
                "en": "Does a public actor take part?\n\nThis is an indication drawn from the call's rules; it does "
                "not bind the CNIL.",
            }[language],
            verdict=Verdict(status, self.call.window(day), False, criteria, ("applicant",)),
            understood=(
                Understood("applicant", "private", label, "start-up"),
                Understood(
                    "public_partner",
                    "no",
                    {"fr": "acteur public associé : non", "en": "public actor involved: no"}[language],
                    "seule",
                ),
            ),
        )

    def _hostile(self, message: str, language: Language, day: date) -> Answer:
        """A reply whose every text is an attack: title, quote, note, reference, claim, label, follow-up."""
        source = replace(
            PRIVATE_FR,
            title=HOSTILE,
            heading_path=(HOSTILE,),
            text=HOSTILE,
            note=HOSTILE,
            references=(Reference(HOSTILE, HOSTILE, "javascript:alert(1)", HOSTILE, HOSTILE),),
        )
        answer = self._answer(
            "answer", message, language, day, (Claim(HOSTILE, (Citation(source, HOSTILE),)),),
            opening=HOSTILE, closing=HOSTILE, understood=(Understood("applicant", "private", HOSTILE, HOSTILE),),
        )  # fmt: skip
        return replace(answer, follow_ups=(HOSTILE,))
