"""What the assistant says in its own voice, in both languages. No fact of the sources is stated here."""

from __future__ import annotations

from datetime import date

from corpus.passages import Language

CNIL_SITE = "https://www.cnil.fr"

NOT_STATED: dict[Language, str] = {"fr": "Les sources ne le disent pas.", "en": "The sources do not say."}
PREMISE: dict[Language, str] = {
    "fr": "Ce n’est pas ce que disent les sources.",
    "en": "That is not what the sources say.",
}
CONFIRMED: dict[Language, str] = {
    "fr": "C’est bien ce que disent les sources.",
    "en": "That is indeed what the sources say.",
}
LOOKED_FOR: dict[Language, str] = {
    "fr": "Mots cherchés : « {words} ».",
    "en": "Words looked for: “{words}”.",
}
NEARBY: dict[Language, str] = {
    "fr": "Sur des points voisins, elles traitent de {titles}.",
    "en": "On nearby points, they cover {titles}.",
}
ASK_THE_CNIL: dict[Language, str] = {
    "fr": f"Pour ce point, adressez-vous à la CNIL ([cnil.fr]({CNIL_SITE})).",
    "en": f"For this point, ask the CNIL ([cnil.fr]({CNIL_SITE})).",
}
OFF_TOPIC: dict[Language, str] = {
    "fr": "Cette question sort de mon sujet. Je réponds sur l’appel à projets de la CNIL « IA et services publics », son bac à sable, le RGPD et le règlement sur l’IA.",
    "en": "This question is outside my subject. I answer about the CNIL’s call for projects “AI and public services”, its sandbox, the GDPR and the AI Act.",
}
OFF_TOPIC_CONTACT: dict[Language, str] = {
    "fr": f"Si votre question touche à l’un de ces sujets, posez-la en d’autres mots, ou voyez le site de la CNIL ([cnil.fr]({CNIL_SITE})).",
    "en": f"If your question is about one of these, please put it in other words, or see the CNIL’s website ([cnil.fr]({CNIL_SITE})).",
}
CLOSED: dict[Language, str] = {
    "fr": "L’appel est clos\u00a0: le dépôt était possible jusqu’au {day}.",
    "en": "The call closed on {day}.",
}
CLOSED_WITH_RESULTS: dict[Language, str] = {
    "fr": "L’appel est clos : le dépôt était possible jusqu’au {day} ; les résultats datent du {results}.",
    "en": "The call closed on {day}; results came on {results}.",
}
OPENS_LATER: dict[Language, str] = {
    "fr": "L’appel à projets sur l’IA dans les services publics ouvre le {day}.",
    "en": "The call for projects on AI in public services opens on {day}.",
}
ARTICLES: dict[Language, str] = {"fr": "Où le lire : {pinpoints}.", "en": "Where to read it: {pinpoints}."}
GOES_ON: dict[Language, str] = {
    "fr": "Le texte continue\u00a0: ouvrez la citation pour le lire en entier.",
    "en": "The text goes on: open the citation to read it whole.",
}
IN_FORCE_FROM: dict[Language, str] = {"fr": "Cette règle vaut à partir du {day}.", "en": "This rule holds from {day}."}
IN_FORCE_UNTIL: dict[Language, str] = {"fr": "Cette règle a valu jusqu’au {day}.", "en": "This rule held until {day}."}
SMALLTALK: dict[str, dict[Language, str]] = {
    "greeting": {
        "fr": "Bonjour. Posez-moi une question sur l’appel à projets, le bac à sable ou le RGPD : chaque réponse cite ses sources.",
        "en": "Hello. Ask me about the call for projects, the sandbox or the GDPR: every answer cites its sources.",
    },
    "thanks": {
        "fr": "Je vous en prie. Je reste à votre disposition pour une autre question.",
        "en": "You are welcome. I am here if you have another question.",
    },
    "goodbye": {
        "fr": "Au revoir, et bonne continuation pour votre projet.",
        "en": "Goodbye, and good luck with your project.",
    },
    "identity": {
        "fr": "Je suis un assistant automatique, pas un agent de la CNIL. Je réponds à partir de textes publics sur l’appel à projets, le bac à sable, le RGPD et le règlement sur l’IA ; "
        "je cite chaque source, et je dis quand elles se taisent. Mes réponses n’engagent pas la CNIL.",
        "en": "I am an automatic assistant, not a member of the CNIL’s staff. I answer from public texts on the call for projects, the sandbox, the GDPR and the AI Act; I cite each source, and "
        "say when they are silent. My answers do not bind the CNIL.",
    },
    "unclear": {
        "fr": "Je n’ai pas été clair, ou pas répondu à ce que vous cherchez. Dites-moi en une phrase ce que vous voulez savoir, par exemple la date limite, les conditions de "
        "l’appel ou une règle du RGPD.",
        "en": "I was not clear, or did not answer what you are looking for. Tell me in one sentence what you want to know, such as the deadline, the conditions of the call or a rule of the GDPR.",
    },
    "unreadable": {
        "fr": "Je n’ai pas compris votre message. Écrivez votre question en une phrase, par exemple : « Qui pouvait candidater ? » ou « Faut-il une analyse d’impact ? »",
        "en": "I did not understand your message. Please write your question in one sentence, such as “What was the deadline?” or “Is an impact assessment needed?”",
    },
    "yes_no": {
        "fr": "D’accord. Quelle est votre question ?",
        "en": "All right. What is your question?",
    },
}
_MONTHS: dict[Language, tuple[str, ...]] = {
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip


_ENGLISH_PINPOINT = (
    ("RGPD", "GDPR"), ("RIA", "AI Act"), ("loi 78-17", "Act 78-17"), ("considérants", "recitals"), ("considérant", "recital"), ("annexe", "annex"), ("règlement", "Regulation"),
    ("page CNIL", "CNIL page"), ("dernier alinéa", "last subparagraph"), (" et ", " and "), (" à ", " to "), (" ; ", "; "),
)  # fmt: skip


def pinpoint_in(language: Language, pinpoint: str) -> str:
    """A pinpoint, which the sources' list gives in French, in `language`."""
    for french, english in _ENGLISH_PINPOINT if language == "en" else ():
        pinpoint = pinpoint.replace(french, english)
    return pinpoint


def in_full(day: date, language: Language) -> str:
    """`day` as it is written in a sentence: « 1er août 2024 », “1 August 2024”."""
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return f"{number} {_MONTHS[language][day.month - 1]} {day.year}"
