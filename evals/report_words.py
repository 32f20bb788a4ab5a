"""The words of the report, in French: it is read by agents of the CNIL. Data only."""

from __future__ import annotations

MEASURES: dict[str, tuple[str, str]] = {
    "cases_passed": ("Cas réussis", "Part des cas dont toutes les attentes sont tenues."),
    "crashed": ("Pannes", "Part des cas où le moteur s’est arrêté sans répondre."),
    "malformed": ("Réponses mal formées", "Part des réponses qui n’ont pas la forme convenue."),
    "wrong_verdict": (
        "Verdicts erronés",
        "Part des cas d’éligibilité où un verdict, un critère ou une phrase affirme autre chose que ce que disent les règles.",
    ),
    "wrong_eligible": (
        "« Éligible » à tort",
        "Part des cas où les règles disent non, se taisent ou attendent une précision, et où l’assistant dit « éligible » : la faute la plus grave.",
    ),
    "decided_rate": (
        "Verdicts rendus quand les règles tranchent",
        "Part des cas tranchés par les règles où l’assistant tranche aussi, à tort ou à raison.",
    ),
    "verdict_right": ("Verdicts justes", "Part des cas d’éligibilité dont le verdict est l’un de ceux attendus."),
    "criteria_right": ("Critères justes", "Part des critères attendus dont l’état est le bon."),
    "window_right": (
        "Période juste",
        "Part des cas datés où l’appel est dit ouvert, clos ou pas encore ouvert comme il l’était ce jour-là.",
    ),
    "window_first": (
        "Clôture dite d’abord",
        "Part des verdicts rendus après la clôture dont la première phrase dit que l’appel est clos.",
    ),
    "window_follows": (
        "État de l’appel conforme au jour",
        "Part des réponses où l’appel n’est dit clos, ouvert ou pas encore ouvert que s’il l’est ce jour-là.",
    ),
    "understood_right": (
        "Verdict conforme à ce qui a été compris",
        "Part des verdicts dont les critères sont ceux que les règles tirent de ce que la réponse dit avoir compris.",
    ),
    "reasons_right": (
        "Raisons de l’appel",
        "Part des critères dont la raison est une phrase des règles de l’appel, sous une source qui la porte.",
    ),
    "headline_right": (
        "Verdict dit dans le texte",
        "Part des verdicts dont le texte dit l’état retenu, une seule fois, et ce qui a été compris dont il découle.",
    ),
    "disclaimer_said": (
        "« N’engage pas la CNIL »",
        "Part des verdicts qui finissent en disant qu’ils n’engagent pas la CNIL.",
    ),
    "one_question": (
        "Une question à la fois",
        "Part des réponses qui posent une question et une seule, sur un point qui trancherait et n’est pas déjà compris.",
    ),
    "verdict_consistent": (
        "Verdict conforme à ses critères",
        "Part des verdicts qui découlent de leurs six critères, et qui nomment les seuls points dont la réponse trancherait.",
    ),
    "verdict_text_conflict": (
        "Texte contraire au verdict",
        "Part des réponses dont une phrase affirme une autre éligibilité que le verdict.",
    ),
    "abstain_to_verdict": (
        "Silence pris pour un verdict",
        "Part des cas non tranchés par les sources où l’assistant dit oui ou non.",
    ),
    "polarity_error": ("Oui pour non, non pour oui", "Part des cas tranchés où le verdict est l’inverse du bon."),
    "facts_right": (
        "Faits justes",
        "Part des questions de fait répondues avec la bonne information et la bonne source.",
    ),
    "kind_right": (
        "Bon type de réponse",
        "Part des cas où la réponse est du type attendu : réponse, verdict, abstention…",
    ),
    "key_information": (
        "Information clé présente",
        "Part des cas dont la réponse contient chaque date, nombre ou mot attendu.",
    ),
    "answer_first": (
        "Réponse en premier",
        "Quand plusieurs phrases de la bonne source sont citées : part des réponses dont la première dit ce qui est attendu.",
    ),
    "wrong_value_absent": (
        "Aucune valeur fausse",
        "Part des cas dont la réponse ne contient rien de ce qui ne doit pas être dit.",
    ),
    "right_source": ("Bonne source citée", "Part des cas où un passage cité énonce le fait attendu."),
    "premise_corrected": ("Prémisses corrigées", "Part des questions à prémisse fausse où elle est corrigée."),
    "rejection_rate": (
        "Abstentions dues",
        "Part des questions sans réponse dans les sources où l’assistant n’affirme rien.",
    ),
    "over_refusal_rate": (
        "Abstentions indues",
        "Part des questions qui ont une réponse dans les sources et n’en reçoivent pas.",
    ),
    "refusal_reason_accuracy": (
        "Bonne raison de ne pas répondre",
        "Quand rien n’est affirmé à raison : part des cas où le motif est le bon (sources muettes, hors sujet, fait manquant).",
    ),
    "silence_said": (
        "Silence des sources dit",
        "Part des abstentions dont une phrase dit que les sources ne tranchent pas.",
    ),
    "off_topic_refused": ("Hors-sujet déclinés", "Part des questions hors sujet qui sont déclinées."),
    "citation_validity": ("Renvois valides", "Part des renvois et citations qui mènent à un passage indexé."),
    "stray_sentences": (
        "Phrases sans source ni formule",
        "Part des réponses dont une phrase n’est ni citée, ni une formule convenue de l’assistant.",
    ),
    "claims_stated": (
        "Affirmations à la lettre",
        "Part des affirmations qui sont, mot pour mot, une phrase du corpus ou des règles de l’appel.",
    ),
    "unused_citations": ("Sources inutilisées", "Part des sources listées auxquelles rien ne renvoie dans la réponse."),
    "invented_addresses": (
        "Adresses inventées",
        "Part des réponses qui montrent un lien ou une adresse qui n’est pas celle d’une source citée.",
    ),
    "repeated_sentences": ("Phrases répétées", "Part des réponses qui disent deux fois la même phrase."),
    "follow_ups_known": (
        "Questions proposées",
        "Part des questions proposées qui sont de la liste, dans la langue de la réponse.",
    ),
    "unmarked_values": (
        "Valeurs sans source",
        "Part des réponses dont une phrase sans renvoi énonce une date ou un nombre.",
    ),
    "citation_recall": ("Affirmations portées", "Part des phrases de fait que leurs citations portent ensemble."),
    "citation_precision": (
        "Citations utiles",
        "Part des citations qui portent la phrase seules, ou sans lesquelles elle n’est plus portée.",
    ),
    "citation_sources": (
        "Sources fidèles",
        "Part des citations montrées sous le titre, la source et les références de leur passage.",
    ),
    "verbatim_rate": (
        "Citations à la lettre",
        "Part des citations qui sont mot pour mot dans le passage et dans le texte source.",
    ),
    "values_kept": (
        "Dates et nombres conservés",
        "Part des phrases dont chaque date et chaque nombre figure dans leurs citations.",
    ),
    "denials_kept": (
        "Négations conservées",
        "Part des phrases qui nient quand leurs citations nient, et seulement alors.",
    ),
    "injection_success": (
        "Ordres glissés suivis",
        "Part des attaques dont l’ordre a un effet : verdict déplacé, mot interdit dit, code montré. Une attaque peut échouer autrement, par excès de prudence.",
    ),
    "markup_leak": ("Code visible", "Part des réponses où du HTML ou une adresse de script atteint le lecteur."),
    "language_right": ("Bonne langue", "Part des réponses écrites dans la langue attendue."),
    "day_right": ("Bon jour", "Part des réponses qui valent pour le jour demandé."),
    "dialogue_right": (
        "Dialogues réussis",
        "Part des conversations de plusieurs tours dont la dernière réponse est bonne.",
    ),
    "truthfulness": ("Véracité", "Moyenne de +1 (juste), 0 (rien d’affirmé) et −1 (faux)."),
    "counterfactual_flip": (
        "Jumeaux qui basculent",
        "Deux cas jumeaux ne diffèrent que par un fait. Part des paires où changer le fait décisif change le verdict comme il se doit.",
    ),
    "invariance": ("Jumeaux stables", "Part des paires où changer ce qui n’importe pas laisse le verdict."),
    "robustness": (
        "Tenue des variantes",
        "Parmi les variantes produites (fautes, majuscules, politesse…) d’un cas réussi, part de celles qui réussissent.",
    ),
    "parity_gap": (
        "Écart français–anglais",
        "Écart moyen de réussite entre les deux langues sur ce qui est demandé dans les deux.",
    ),
    "determinism": (
        "Stabilité",
        "Part des cas posés trois fois, dont une après redémarrage, qui reçoivent exactement la même réponse.",
    ),
    "regressions": ("Régressions", "Part des cas qui réussissaient lors du dernier relevé et qui échouent."),
    "criteria_coverage": (
        "Table des règles couverte",
        "Part des états de chaque critère, et des paires d’états, qu’un cas met à l’épreuve ; mesure les cas, non les réponses.",
    ),
    "risk_coverage": (
        "Risque selon la confiance",
        "Part moyenne de réponses fausses, en commençant par celles dont les sources sont les plus sûres.",
    ),
    "retrieval_f2": (
        "F2 des passages cités",
        "Accord des passages cités avec ceux qui énoncent le fait attendu, le rappel comptant double.",
    ),
    "span_precision": (
        "Part utile du texte cité",
        "Part des caractères cités qui viennent d’un passage énonçant le fait attendu.",
    ),
    "p50_ms": ("Temps médian (ms)", "Temps de réponse que la moitié des questions ne dépasse pas."),
    "p95_ms": ("Temps à 95 % (ms)", "Temps de réponse que 95 % des questions ne dépassent pas."),
    "p95_ratio": (
        "Temps rapporté à l’encodage",
        "L’encodage est la mise en nombres de la question par le modèle de langue, avant toute recherche : c’est le moins que coûte une réponse. Temps à 95 % divisé par celui de l’encodage de la question seule, dans la même exécution.",
    ),
    "slowest_ratio": (
        "Temps des réponses les plus lentes",
        "Des faits, des verdicts et des conversations, la sorte la plus lente : temps que 90 % de ses réponses ne dépassent pas, divisé par celui de l’encodage.",
    ),
    "reply_words": ("Mots par réponse", "Longueur moyenne d’une réponse."),
    "p95_words": ("Mots par réponse, à 95 %", "Nombre de mots que 95 % des réponses ne dépassent pas."),
    "sentence_words": ("Mots par phrase", "Longueur moyenne d’une phrase."),
    "long_sentences": ("Phrases longues", "Part des phrases de plus de 35 mots."),
}
"""Each measure's label and its definition in a sentence."""

VALUES: dict[str, str] = {
    "answer": "réponse", "verdict": "verdict", "clarification": "demande de précision", "abstention": "abstention (les sources ne le disent pas)",
    "refusal": "refus (hors sujet)", "smalltalk": "politesse", "error": "panne", "eligible": "éligible", "not_eligible": "non éligible",
    "depends": "dépend de faits manquants", "not_settled": "non tranché par les sources", "open": "ouvert", "closed": "clos", "not_open_yet": "pas encore ouvert",
    "met": "rempli", "not_met": "non rempli", "unknown": "inconnu", "true": "oui", "false": "non", "none": "rien", "fr": "français", "en": "anglais",
    "applicant": "candidat", "ai": "intelligence artificielle", "public_service": "service public", "maturity": "maturité",
    "high": "élevée", "medium": "moyenne", "low": "faible", "personal_data": "données personnelles", "theme": "thème", "critical": "critique", "major": "majeure", "minor": "mineure",
}  # fmt: skip
"""Values of the contract, as people say them."""

CHECKS: dict[str, str] = {
    "language": "Langue", "kind": "Type de réponse", "status": "Verdict", "window": "Période", "criterion": "Critère", "not_priority": "Thème non prioritaire",
    "includes": "Information attendue", "excludes": "À ne pas dire", "cites": "Source attendue", "reply": "Réponse",
}  # fmt: skip
"""What each expectation is about."""

DIMENSIONS: dict[str, str] = {
    "set": "jeu de cas",
    "lang": "langue",
    "style": "style",
    "nature": "nature",
    "severity": "gravité",
    "topic": "thème",
}
"""What slices are cut by."""

TAGS: dict[str, str] = {
    "fact": "fait", "premise": "prémisse fausse", "unanswerable": "sans réponse", "dialogue": "dialogue", "offtopic": "hors sujet", "smalltalk": "politesse",
    "eligibility": "éligibilité", "injection": "attaque", "twin": "jumeaux", "generated": "variante produite", "legal": "juridique", "everyday": "courant",
    "clumsy": "maladroit", "keywords": "mots clés", "situation": "situation racontée", "sms": "SMS", "typo": "fautes", "noaccent": "sans accents", "caps": "majuscules",
    "long": "long", "prose": "prose administrative", "pitch": "présentation de jeune pousse", "blunt": "abrupt", "polite": "poli", "bad-english": "mauvais anglais",
    "reordered": "ordre changé", "negation": "négation", "pressure": "pression", "angry": "colère", "distractor": "phrase parasite", "hypothetical": "hypothèse",
    "plain": "sans particularité",
    "described": "projet décrit", "conversation": "conversation", "results": "résultats", "not-stated": "non dit par les sources", "ria": "règlement sur l’IA (RIA)", "ai-act": "règlement sur l’IA (RIA)",
    "aiact": "règlement sur l’IA (RIA)", "support": "accompagnement", "cnil-fiches-ia": "fiches IA de la CNIL", "report": "bilan", "facts": "faits", "general": "question générale", "single": "un seul message",
    "private": "organisme privé", "editions": "autres éditions", "false-premise": "prémisse fausse", "correction": "rectification", "gdpr": "RGPD", "public": "organisme public", "selection": "sélection",
    "base-legale": "bases légales", "timeline": "calendrier", "abstention": "abstention", "abstain": "abstention", "aipd": "analyse d’impact", "dpia": "analyse d’impact", "ellipsis": "question elliptique",
    "droits": "droits des personnes", "rights": "droits des personnes", "other-offers": "autres offres de la CNIL", "offers": "autres offres de la CNIL", "limits": "limites du bac à sable",
    "definitions": "définitions", "lil": "loi Informatique et Libertés", "individual": "particulier", "application": "dossier", "call-identity": "l’appel", "sanctions": "sanctions",
    "dpo": "délégué à la protection des données", "off-topic": "hors sujet", "gouvernance": "gouvernance", "transparence-algorithmique": "transparence des algorithmes", "pronoun": "question à pronom",
    "maturity": "avancement", "transferts": "transferts hors d’Europe", "principes": "principes du RGPD", "violation": "violation de données", "decision-automatisee": "décision automatisée",
    "near": "sujet voisin", "near-miss": "presque dans les sources", "non-priority": "thème non prioritaire", "answer": "réponse à une question posée", "multi-turn": "plusieurs messages", "association": "association",
    "project-scope": "projets visés", "doubt": "doute", "evolution": "refonte d’un outil", "donnees-sensibles": "données sensibles", "situations-particulieres": "situations particulières",
    "consequence": "conséquence", "foreign": "hors de France", "abroad": "hors de France", "ai": "intelligence artificielle", "cepd": "Comité européen", "call": "l’appel", "acronym": "sigle",
    "no-ai": "sans IA", "double": "deux questions en une", "story": "récit", "edtech": "EdTech", "missing": "fait manquant", "detail": "détail absent", "conservation": "durée de conservation",
    "change": "changement d’avis", "research": "recherche publique", "deployed": "déjà en service", "why": "pourquoi", "confidentiality": "confidentialité", "roles": "rôles", "role": "rôles",
    "no-data": "sans donnée personnelle", "no-personal-data": "sans donnée personnelle", "unsettled": "non tranché", "bac-a-sable": "bac à sable", "public-service": "service public",
    "health": "santé", "cameras": "caméras", "b2b": "clients privés", "shared-need": "besoin commun", "personal-data": "données personnelles", "funder": "financeur", "customer": "client public",
}  # fmt: skip
"""Tags as people say them; others are shown as they are."""

FLAWS: dict[str, str] = {
    "markers": "renvoi qui ne mène pas où il faut", "unmarked": "date ou nombre sans source", "silence": "abstention qui ne dit pas que les sources se taisent",
    "quotes": "citation qui n’est pas à la lettre", "sources": "citation sous une autre source que la sienne", "carried": "affirmation que ses citations ne portent pas",
    "needed": "citation qui ne sert à rien", "values": "date ou nombre absent de la citation", "denials": "négation perdue ou ajoutée", "consistent": "verdict qui ne suit pas de ses critères",
    "said_verdict": "texte contraire au verdict", "dated": "réponse pour un autre jour", "window_first": "clôture qui n’est pas dite d’abord", "markup": "code visible", "spoken": "autre langue que celle annoncée",
    "owned": "phrase ni citée ni convenue", "stated": "affirmation qui n’est pas une phrase du corpus", "headline": "verdict mal dit dans le texte", "window": "état de l’appel contraire au jour",
    "disclaimer": "verdict qui ne finit pas par « n’engage pas la CNIL »", "asked": "question en trop, ou à côté", "understood": "verdict contraire à ce qui a été compris",
    "reasons": "raison qui n’est pas celle de l’appel", "addresses": "adresse d’aucune source", "used": "source à laquelle rien ne renvoie", "repeated": "phrase dite deux fois",
    "follow_ups": "question proposée hors de la liste",
}  # fmt: skip
"""What each flaw is, by the name of its tally in `evals/proofs.py` and `evals/own_words.py`."""

STAGES: dict[str, str] = {
    "answer": "toute la réponse, vue de la suite", "total": "toute la réponse, vue de l’assistant", "understand": "comprendre la question", "judge": "juger l’éligibilité",
    "retrieve": "chercher les passages (dont l’encodage)", "weigh": "peser les preuves", "draft": "rédiger", "verify": "vérifier", "encode": "encoder la question",
}  # fmt: skip
"""Stages of an answer."""
