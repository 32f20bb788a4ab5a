"""A small real assistant with a handful of replies: every state of the page without an index."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
import time
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path

from test_ingest_pdf import lines, pdf

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
from ingest.documents import read_documents, shelve
from ingest.official import OfficialText

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
    start: int = 0,
) -> Passage:
    """A passage of an imaginary file."""
    return Passage(
        id=f"{identifier}/{language}",
        section_id=identifier,
        source_id=f"texts/{language}/l-appel",
        file=f"texts/{language}/l-appel.md",
        title=title,
        heading_path=("L'appel à projets" if language == "fr" else "The call for projects", title),
        locator=f"#{identifier}",
        text=text,
        start=start,
        end=start + len(text),
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
    start=1000,
)
DATE_FR = passage(
    "date", "Date limite", "La date limite de dépôt était le 30 septembre 2023.", facts=("call-deadline",), start=2000
)
DATE_EN = passage(
    "date", "Deadline", "The deadline was 30 September 2023.", facts=("call-deadline",), language="en", start=1000
)
ASSOCIATION_FR = passage(
    "associations",
    "Associations",
    "Aucune source consultée ne traite nommément des associations. La règle connue distingue seulement organismes "
    "publics et organismes privés, ces derniers étant soumis à condition. Rien d'autre n'a été trouvé.",
    facts=("not-stated-associations",),
    start=3000,
)
RESTATED = (PRIVATE_FR, AI_FR, DATE_FR, ASSOCIATION_FR, PRIVATE_EN, DATE_EN)

# Documents by others, read and kept by the product's own ingest.
ACT_TITLE = "Règlement d’essai relatif aux registres"
ACT = (
    f"<html lang=fr><title>{ACT_TITLE}</title><body><main><h1>{ACT_TITLE}</h1>"
    + "".join(
        f"<h2 id='art-{n}'>Article {n}</h2><p>1. L’autorité n°&nbsp;{n} tient un registre «&nbsp;à jour&nbsp;», qu’elle publie chaque année ; "
        f"{'elle le conserve aussi longtemps que la mission dure et le remet à qui le demande. ' * 6}</p>"
        f"<p>2. Le registre {n} comprend :</p><ul><li>a) le nom du responsable ;</li><li>b) la durée de conservation.</li></ul>"
        for n in range(1, 61)
    )
    + "<table><tr><th>Étape</th><th>Délai</th></tr><tr><td>Bilan</td><td>six mois</td></tr></table></main></body></html>"
)
REPORT = (
    ("Rapport annuel", "Le comité se réunit chaque mois à l’hôtel de ville. Il arrête l’expéri-", "mentation si un incident n’est pas corrigé dans les soixante-douze heures."),
    ("Annexe", "Cette page donne la liste complète des membres du comité et de leurs suppléants.", "Aucun membre ne siège plus de trois ans."),
)  # fmt: skip
NOTES = f"Notes\n\n{HOSTILE}\n\n- {HOSTILE}\n- https://evil.example/ et [x](javascript:window.hacked=1)\n"


@cache
def documents() -> tuple[Path, tuple[Passage, ...]]:
    """The folder of a generation that keeps the documents above, and their passages."""
    folder = Path(tempfile.mkdtemp(prefix="fake-generation-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    corpus = folder / "corpus"
    (corpus / "official").mkdir(parents=True)
    report = pdf([lines(page, size=11, step=16) for page in REPORT], labels="/PageLabels << /Nums [0 << /S /r >>] >>")
    for name, data, about in (
        ("acte.html", ACT.encode(), ""),
        ("rapport.pdf", report, "title: Rapport annuel du comité\nlanguage: fr\nlicence: Licence Ouverte 2.0\naddress: https://exemple.fr/rapport.pdf\n"),
        ("interne.pdf", pdf([lines(("Note interne", "Le service garde cette note pour lui pendant deux ans entiers."))]), ""),
        ("notes.txt", NOTES.encode(), f"title: {json.dumps(HOSTILE)}\nlanguage: fr\nlicence: {json.dumps(HOSTILE)}\naddress: javascript:window.hacked=1\n"),
    ):  # fmt: skip
        (corpus / "official" / name).write_bytes(data)
        if about:
            (corpus / "official" / f"{name}.yaml").write_text(about, encoding="utf-8")
    listed = OfficialText(
        id="acte-essai", title=ACT_TITLE, publisher="Journal officiel d’essai", url="https://exemple.fr/acte", file="acte.html",
        language="fr", kind="html", date="2024-02-29", licence="Licence Ouverte 2.0", reuse="libre", checked="seen",
    )  # fmt: skip
    shelf = read_documents(corpus / "official", corpus, [listed], kept=folder / "extracted", write_kept=True)
    assert not shelf.quarantined, shelf.quarantined
    shelve(folder, shelf, corpus, folder / "extracted")
    return folder, tuple(passage for document in shelf.documents for passage in document.passages)


def passage_of(document: str, words: str) -> Passage:
    """The passage of a document by others that holds `words`."""
    return next(p for p in documents()[1] if p.source_id.endswith(document) and words in p.text)


CITED = {
    "registre": ("acte-essai", "L’autorité n° 42 tient un registre « à jour », qu’elle publie chaque année"),
    "comité": (
        "rapport",
        "Il arrête l’expérimentation si un incident n’est pas corrigé dans les soixante-douze heures.",
    ),
    "notes": ("notes", "<img src=https://evil.example/x onerror='window.hacked=1'>"),
}
"""What a message speaks of: the document that the reply cites, and the words."""

CALL = load_call(Path(__file__).parents[2] / "corpus" / "call.yaml")


def question_of(message: str, language: Language) -> Question:
    """The question as asked."""
    return Question(text=message, standalone=message, repaired=message, language=language)


def criterion(identifier: str, status: CriterionStatus, french: str, english: str, *facts: str) -> Criterion:
    return Criterion(identifier, status, identifier, {"fr": french, "en": english}, facts)


class FakeIndex:
    """Finds the passages above by the facts that they state."""

    def section_of_fact(self, fact_id: str) -> Section | None:
        found = [p for p in RESTATED if fact_id in p.fact_ids]
        return Section(found[0].section_id, tuple(found)) if found else None

    trouble = ""

    def problem(self) -> str:
        return self.trouble

    @property
    def folder(self) -> Path:
        return documents()[0]

    @property
    def passages(self) -> tuple[Passage, ...]:
        return (*RESTATED, *documents()[1])


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
        for name, (document, quote) in CITED.items():
            if name in words:
                source = passage_of(document, quote)
                return self._answer(
                    "answer", message, spoken, day, (Claim(quote, (Citation(source, quote),)),), opening="Voici :"
                )
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
