"""Every text of the pages, French and English side by side. They are written with plain spaces and typeset here."""

from __future__ import annotations

from corpus.passages import Language

from .typography import typeset

TEXTS: dict[str, tuple[str, str]] = {
    # the frame
    "brand": ("Bac à sable IA et services publics", "AI and public services sandbox"),
    "brand_kind": ("assistant", "assistant"),
    "page_title": ("Assistant du bac à sable IA et services publics", "AI and public services sandbox assistant"),
    "skip_question": ("Aller à la question", "Skip to the question"),
    "skip_content": ("Aller au contenu", "Skip to content"),
    "nav_label": ("Navigation principale", "Main navigation"),
    "nav_chat": ("Conversation", "Conversation"),
    "nav_check": ("Tester mon éligibilité", "Check my eligibility"),
    "language_label": ("Langue", "Language"),
    "footer_label": ("Informations", "Information"),
    "privacy_page": ("Confidentialité", "Privacy"),
    "accessibility_page": (
        "Accessibilité : non conforme (audit à venir)",
        "Accessibility: not compliant (audit to come)",
    ),
    "accessibility_title": ("Accessibilité", "Accessibility"),
    "contact": ("Contacter la CNIL", "Contact the CNIL"),
    "new_tab": ("nouvel onglet", "opens in a new tab"),
    "notice_label": ("Calendrier de l'appel", "Calendar of the call"),
    "notice_open": (
        "L'appel est ouvert jusqu'au {deadline} inclus.",
        "The call is open until the end of {deadline}.",
    ),
    "notice_not_open_yet": (
        "L'appel n'est pas encore ouvert : il ouvre le {opening}.",
        "The call is not open yet: it opens on {opening}.",
    ),
    "notice_closed": (
        "L'appel est clos depuis le {deadline} ; les résultats datent du {results}.",
        "The call closed on {deadline}; results came on {results}.",
    ),
    "notice_closed_waiting": (
        "L'appel est clos depuis le {deadline} ; les résultats ne sont pas encore publiés.",
        "The call closed on {deadline}; results are not published yet.",
    ),
    "notice_useful": (
        "L'assistant reste utile pour les résultats, les enseignements et le cadre juridique.",
        "The assistant remains useful for the results, the lessons and the legal framework.",
    ),
    # the first screen
    "title": ("Votre question, une réponse, ses sources", "Your question, an answer, its sources"),
    "what_it_is": (
        "Posez une question sur l'appel à projets, le bac à sable ou le RGPD. Chaque réponse cite ses sources.",
        "Ask about the call for projects, the sandbox or the GDPR. Every answer cites its sources.",
    ),
    "who_answers": (
        "Vous écrivez à un programme, pas à un agent de la CNIL. Il répond avec les phrases de ses sources, "
        "ou dit qu'elles ne répondent pas.",
        "You are writing to a program, not to a member of CNIL staff. It answers with sentences from its sources, "
        "or says that they do not answer.",
    ),
    "starters": ("Pour commencer", "To begin"),
    "check_invitation": (
        "Vous avez un projet ? Quelques questions suffisent pour savoir ce que disent les règles.",
        "Do you have a project? A few questions are enough to know what the rules say.",
    ),
    # the composer
    "conversation": ("Conversation", "Conversation"),
    "composer": ("Poser une question", "Ask a question"),
    "question_label": ("Votre question (1 000 caractères)", "Your question (1,000 characters)"),
    "question_placeholder": ("Par exemple : une commune peut-elle candidater ?", "For example: can a town apply?"),
    "send": ("Envoyer", "Send"),
    "restart": ("Recommencer", "Start again"),
    "keys": ("Entrée envoie, Maj + Entrée va à la ligne.", "Enter sends, Shift + Enter breaks the line."),
    "indication": (
        "Assistant automatique : une indication, pas une décision de la CNIL.",
        "Automatic assistant: an indication, not a decision of the CNIL.",
    ),
    "privacy": (
        "Rien de ce que vous écrivez n'est conservé. N'écrivez pas de données personnelles.",
        "Nothing you write is kept. Please do not enter personal data.",
    ),
    "characters": ("{count} caractères sur 1 000", "{count} of 1,000 characters"),
    "noscript": (
        "Cette page a besoin de JavaScript pour la conversation. Le test d'éligibilité fonctionne sans.",
        "This page needs JavaScript for the conversation. The eligibility check works without it.",
    ),
    "loading": ("La conversation s'ouvre…", "Opening the conversation…"),
    # a turn
    "you": ("Votre question", "Your question"),
    "waiting": ("Recherche dans les sources…", "Searching the sources…"),
    "still_waiting": (
        "La recherche prend plus de temps que d'habitude. Vous pouvez patienter.",
        "The search is taking longer than usual. Please wait.",
    ),
    "already_waiting": ("Une réponse est en cours.", "An answer is on its way."),
    "language_erases": (
        "Changer de langue efface la conversation : rien n'en est gardé. Continuer ?",
        "Changing language erases the conversation: nothing of it is kept. Go on?",
    ),
    "restarted": (
        "La conversation est effacée. Rien n'en a été conservé.",
        "The conversation is cleared. None of it was kept.",
    ),
    "oldest_left_out": (
        "La conversation est longue : les messages les plus anciens ne sont plus pris en compte.",
        "The conversation is long: the oldest messages are no longer taken into account.",
    ),
    # the states of an answer
    "state_answer": ("Réponse", "Answer"),
    "state_clarification": ("Une précision est nécessaire", "One more detail is needed"),
    "state_abstention": ("Les sources ne le disent pas", "The sources do not say"),
    "state_refusal": ("En dehors de ce que traite l'assistant", "Outside what this assistant covers"),
    "state_smalltalk": ("Message de l'assistant", "Message from the assistant"),
    "state_eligible": ("Éligible, d'après les règles", "Eligible, according to the rules"),
    "state_not_eligible": ("Non éligible, d'après les règles", "Not eligible, according to the rules"),
    "state_depends": ("Cela dépend", "It depends"),
    "state_not_settled": ("Les sources ne tranchent pas", "The sources do not settle this"),
    "and": (" et ", " and "),
    "source_alone": ("Source", "Source"),
    "source_n": ("source", "source"),
    "criteria": ("Critère par critère", "Criterion by criterion"),
    "criterion_met": ("remplie", "met"),
    "criterion_met_anyway": ("remplie, quelle que soit la réponse", "met, whatever the answer"),
    "criterion_not_met": ("non remplie", "not met"),
    "criterion_unknown": ("à préciser", "to be told"),
    "criterion_not_settled": ("non tranchée par les sources", "not settled by the sources"),
    "criterion_applicant": ("Qui porte le projet", "Who conducts the project"),
    "criterion_ai": ("Intelligence artificielle", "Artificial intelligence"),
    "criterion_public_service": ("Au service du public", "Serving the public"),
    "criterion_maturity": ("Avancement du projet", "Stage of the project"),
    "criterion_personal_data": ("Données personnelles", "Personal data"),
    "criterion_theme": ("Thème", "Theme"),
    "not_priority": ("Thème non prioritaire, sans être exclu.", "Not a priority theme, though not excluded."),
    "understood": ("Ce que j'ai compris", "What I understood"),
    "correct": ("Corriger", "Correct"),
    "correct_label": ("Corriger : {label}", "Correct: {label}"),
    "correct_help": (
        "Choisissez ce qui est juste ; le verdict suit aussitôt.",
        "Choose what is right; the verdict follows at once.",
    ),
    "from_your_words": ("D'après vos mots : « {words} »", "From your words: “{words}”"),
    "open_in_check": ("Reprendre dans le test guidé", "Continue in the guided check"),
    "as_of": ("Valable au {day}.", "As of {day}."),
    "engine_extractive": (
        "Réponse composée de phrases tirées des sources, sans modèle de langue.",
        "Answer made of sentences drawn from the sources, without a language model.",
    ),
    "engine_llm": (
        "Réponse rédigée par une IA à partir des sources, chaque phrase ayant été vérifiée.",
        "Answer worded by an AI from the sources, each sentence having been checked.",
    ),
    "human": ("Pour une réponse qui engage :", "For an answer that binds:"),
    # actions
    "actions": ("Actions sur la réponse", "Actions on the answer"),
    "copy": ("Copier", "Copy"),
    "copied": ("Réponse copiée, avec ses sources.", "Answer copied, with its sources."),
    "copy_failed": (
        "La copie n'a pas pu se faire. Sélectionnez le texte de la réponse.",
        "Copying did not work. Please select the text of the answer.",
    ),
    "useful": ("Utile", "Useful"),
    "not_useful": ("Pas utile", "Not useful"),
    "thanks_vote": (
        "Merci. Seul ce choix est compté, sans votre question.",
        "Thank you. Only this choice is counted, without your question.",
    ),
    "vote_removed": ("Votre choix est retiré.", "Your choice is withdrawn."),
    "report": ("Signaler une erreur", "Report an error"),
    "report_question": ("Qu'est-ce qui ne va pas ?", "What is wrong?"),
    "report_wrong": ("La réponse est fausse", "The answer is wrong"),
    "report_source": ("La source ne dit pas cela", "The source does not say this"),
    "report_outdated": ("L'information est dépassée", "The information is out of date"),
    "report_beside": ("La réponse est à côté de la question", "The answer misses the question"),
    "report_misread": ("Ma situation est mal comprise", "My situation is misunderstood"),
    "report_send": ("Envoyer le signalement", "Send the report"),
    "report_choose": ("Choisissez d'abord un motif.", "Choose a reason first."),
    "report_privacy": (
        "Seul le motif est compté. Ni la question ni la réponse ne sont transmises.",
        "Only the reason is counted. Neither the question nor the answer is sent.",
    ),
    "report_thanks": ("Merci, le signalement est compté.", "Thank you, the report is counted."),
    "feedback_failed": (
        "Votre avis n'a pas pu être transmis. La réponse reste affichée.",
        "Your opinion could not be sent. The answer stays on the page.",
    ),
    "follow_ups": ("Pour continuer", "To go further"),
    # sources
    "sources": ("Sources de la réponse", "Sources of the answer"),
    "sources_empty": (
        "Les sources de chaque réponse s'affichent ici, avec les mots exacts.",
        "The sources of each answer appear here, with the exact words.",
    ),
    "sources_none": ("Cette réponse ne s'appuie sur aucune source.", "This answer rests on no source."),
    "sources_of": ("à la question « {question} »", "for the question “{question}”"),
    "in_section": ("Dans la section", "In the section"),
    "note": ("À noter", "Please note"),
    "references": ("Références publiques", "Public references"),
    "back": ("Revenir à la réponse", "Back to the answer"),
    "official": ("Texte de l'éditeur, mot pour mot.", "The publisher's own text, word for word."),
    "foreign": (
        "Document ajouté par l'exploitant, mot pour mot ; il n'est pas officiel.",
        "Document added by the operator, word for word; it is not official.",
    ),
    "restated": (
        "Reformulation de ce projet ; les références ci-dessous font foi.",
        "Restated by this project; the references below prevail.",
    ),
    "confidence_high": ("Confirmé par les sources consultées.", "Confirmed by the sources consulted."),
    "confidence_medium": (
        "Confiance moyenne : sources peu nombreuses ou indirectes.",
        "Medium confidence: few or indirect sources.",
    ),
    "confidence_low": (
        "Confiance faible : à vérifier auprès de la CNIL avant de s'y fier.",
        "Low confidence: check with the CNIL before relying on it.",
    ),
    # a document
    "doc_official": ("Texte officiel", "Official text"),
    "doc_foreign": ("Document ajouté par l'exploitant, non officiel", "Document added by the operator, not official"),
    "doc_licence": ("Licence : {licence}", "Licence: {licence}"),
    "doc_licence_unknown": ("Licence non précisée", "Licence not stated"),
    "doc_public": ("Voir chez l'éditeur", "See at the publisher's"),
    "doc_download": ("Télécharger l'original (PDF)", "Download the original (PDF)"),
    "doc_alone": ("Ouvrir en pleine page", "Open on its own page"),
    "doc_copy": ("Copier le lien vers ce passage", "Copy the link to this passage"),
    "doc_copy_document": ("Copier le lien vers ce document", "Copy the link to this document"),
    "doc_copied": ("Lien copié.", "Link copied."),
    "doc_copy_failed": (
        "La copie n'a pas pu se faire. Le lien est dans la barre d'adresse de la page du document.",
        "Copying did not work. The link is in the address bar of the document's page.",
    ),
    "doc_cited": ("Passage cité", "Cited passage"),
    "doc_cited_words": ("Passage cité : « {words} »", "Cited passage: “{words}”"),
    "doc_quote_opens": ("(début de la citation)", "(the quote begins)"),
    "doc_quote_closes": ("(fin de la citation)", "(the quote ends)"),
    "doc_contents": ("Table des matières", "Table of contents"),
    "doc_table": ("Tableau", "Table"),
    "doc_pager": ("Pages du document", "Pages of the document"),
    "doc_pager_end": ("Pages du document, en bas", "Pages of the document, bottom"),
    "doc_page": ("Page {number} sur {total}", "Page {number} of {total}"),
    "doc_page_named": ("Page {label} ({number} sur {total})", "Page {label} ({number} of {total})"),
    "doc_page_before": ("Page précédente", "Previous page"),
    "doc_page_after": ("Page suivante", "Next page"),
    "doc_part": ("Partie {number} sur {total}", "Part {number} of {total}"),
    "doc_part_before": ("Partie précédente", "Previous part"),
    "doc_part_after": ("Partie suivante", "Next part"),
    "doc_image": (
        "Page {number} du document, en image. Son texte suit.",
        "Page {number} of the document, as an image. Its text follows.",
    ),
    "doc_page_text": ("Texte de la page", "Text of the page"),
    "doc_no_text": ("Aucun texte n'a été lu sur cette page.", "No text was read on this page."),
    "doc_to_passage": ("Revenir au passage cité", "Back to the cited passage"),
    "doc_passage_gone": (
        "Le passage vers lequel mène ce lien ne figure plus dans ce document. Voici le document tel qu'il est aujourd'hui.",
        "The passage that this link leads to is no longer in this document. Here is the document as it is today.",
    ),
    "doc_passage_changed": (
        "Le passage vers lequel mène ce lien a été modifié depuis. Voici ce qui se trouve aujourd'hui à cet endroit.",
        "The passage that this link leads to has changed since. Here is what stands at that place today.",
    ),
    "doc_quote_gone": (
        "Les mots cités par ce lien ne figurent plus dans le passage, qui a changé depuis.",
        "The words that this link quotes are no longer in the passage, which has changed since.",
    ),
    "doc_original_gone": (
        "Le fichier d'origine n'est plus disponible ici. Voici le texte qui en avait été extrait.",
        "The original file is no longer available here. Here is the text that had been extracted from it.",
    ),
    "doc_undrawable": (
        "Cette page ne peut pas être affichée en image. Voici le texte qui en a été extrait.",
        "This page cannot be shown as an image. Here is the text that was extracted from it.",
    ),
    "doc_not_on_image": (
        "Le passage n'a pas pu être situé sur l'image. Il est marqué dans le texte de la page.",
        "The passage could not be located on the image. It is marked in the text of the page.",
    ),
    "doc_continues": (
        "La citation se poursuit à la page suivante.",
        "The quote goes on on the next page.",
    ),
    "doc_only_passages": (
        "Le texte complet n'est plus disponible ici. Voici les passages qui en avaient été indexés.",
        "The whole text is no longer available here. Here are the passages of it that had been indexed.",
    ),
    "doc_unknown": (
        "Ce document, ou cette page, n'est pas parmi les sources",
        "This document, or this page, is not among the sources",
    ),
    "doc_unknown_help": (
        "Il a pu en être retiré, ou l'adresse est incomplète. La conversation cite les sources actuelles.",
        "It may have been removed, or the address is incomplete. The conversation cites the present sources.",
    ),
    "doc_opening": ("Ouverture du document…", "Opening the document…"),
    "doc_close": ("Fermer le document", "Close the document"),
    "doc_failed": (
        "Le document n'a pas pu s'ouvrir. Voici le passage tel qu'il a été cité.",
        "The document could not be opened. Here is the passage as it was cited.",
    ),
    "doc_read": ("Lire dans le document", "Read in the document"),
    # errors
    "error_title": ("La réponse n'a pas pu être donnée", "The answer could not be given"),
    "error_empty": ("Écrivez d'abord votre question.", "Please write your question first."),
    "error_too_long": (
        "Votre question compte {count} caractères ; la limite est de 1 000. Raccourcissez-la : rien n'est effacé.",
        "Your question has {count} characters; the limit is 1,000. Please shorten it: nothing has been erased.",
    ),
    "error_network": (
        "Le service ne répond pas. Vérifiez votre connexion, puis envoyez de nouveau : "
        "votre question est restée dans le champ.",
        "The service does not respond. Check your connection, then send again: your question is still in the field.",
    ),
    "error_timeout": (
        "La réponse n'est pas arrivée à temps. Envoyez de nouveau : votre question est restée dans le champ.",
        "The answer did not come in time. Please send again: your question is still in the field.",
    ),
    "error_internal": (
        "Une erreur est survenue (référence {reference}). Votre question est restée dans le champ ; "
        "si cela se reproduit, communiquez cette référence.",
        "Something went wrong (reference {reference}). Your question is still in the field; "
        "if it happens again, please quote this reference.",
    ),
    "error_overloaded": (
        "Beaucoup de personnes utilisent le service en ce moment. Réessayez dans quelques secondes.",
        "Many people are using the service at the moment. Please try again in a few seconds.",
    ),
    "error_too_many": (
        "Vous avez posé beaucoup de questions en peu de temps. Réessayez dans {seconds} s.",
        "You have asked many questions in a short time. Please try again in {seconds} s.",
    ),
    "error_too_often": (
        "Vous avez envoyé beaucoup de demandes en peu de temps. Réessayez dans {seconds} s.",
        "You have sent many requests in a short time. Please try again in {seconds} s.",
    ),
    "error_too_often_title": ("Beaucoup de demandes en peu de temps", "Many requests in a short time"),
    "error_too_often_help": (
        "Patientez {seconds} s, revenez à la page précédente, puis recommencez. Rien de ce que vous y aviez choisi n'est perdu.",
        "Wait {seconds} s, go back to the previous page, then try again. Nothing that you had chosen there is lost.",
    ),
    "error_closed": (
        "La conversation est fermée pour le moment. Vous pouvez vous adresser à la CNIL : {contact}",
        "The conversation is closed for now. You can turn to the CNIL: {contact}",
    ),
    "error_not_json": (
        'Le corps de la requête doit être un objet JSON, par exemple {{"question": "…"}}, '
        "avec l'en-tête Content-Type « application/json ».",
        'The request body must be a JSON object, for instance {{"question": "…"}}, '
        "with the header Content-Type “application/json”.",
    ),
    "error_call": (
        "L'appel n'a pas la forme attendue : les arguments de « ask » sont question, conversation, language et as_of.",
        "The call is not of the expected form: the arguments of “ask” are question, conversation, language and as_of.",
    ),
    "error_field": (
        "Le champ « {field} » n'est pas valable : {expected}.",
        "The field “{field}” is not valid: {expected}.",
    ),
    "error_unknown_field": (
        "Le champ « {field} » n'existe pas. Champs acceptés : {accepted}.",
        "There is no field “{field}”. Accepted fields: {accepted}.",
    ),
    "error_too_big": (
        "La requête dépasse 16 ko. Raccourcissez la question ou la conversation.",
        "The request is larger than 16 kB. Please shorten the question or the conversation.",
    ),
    "error_too_slow": ("La requête a mis trop de temps à arriver.", "The request took too long to arrive."),
    "error_not_found": ("Cette page n'existe pas.", "This page does not exist."),
    "error_not_found_help": (
        "L'adresse est peut-être incomplète. La conversation et le test d'éligibilité restent à votre disposition.",
        "The address may be incomplete. The conversation and the eligibility check remain available.",
    ),
    "error_method": ("Cette adresse ne s'utilise pas ainsi.", "This address is not used in this way."),
    "closed_title": ("La conversation est fermée pour le moment", "The conversation is closed for now"),
    "closed_help": (
        "L'assistant reviendra. D'ici là, vous pouvez vous adresser à la CNIL.",
        "The assistant will be back. Until then, you can turn to the CNIL.",
    ),
    # the guided check
    "check_title": ("Tester mon éligibilité", "Check my eligibility"),
    "check_lead": (
        "Répondez à ce que vous savez. Le verdict des règles de l'appel change à chaque réponse, avec ses sources.",
        "Answer what you know. The verdict of the call's rules changes with each answer, with its sources.",
    ),
    "check_privacy": (
        "Vos réponses ne sont pas conservées. C'est une indication tirée des règles de l'appel ; "
        "elle n'engage pas la CNIL.",
        "Your answers are not kept. This is an indication drawn from the call's rules; it does not bind the CNIL.",
    ),
    "check_unsaid": ("Je ne sais pas encore", "I do not know yet"),
    "check_submit": ("Voir le verdict", "See the verdict"),
    "check_result": ("Verdict des règles", "Verdict of the rules"),
    "check_not_started": (
        "Répondez à une première question : le verdict s'affiche ici.",
        "Answer a first question: the verdict appears here.",
    ),
    "check_eligible": (
        "D'après vos réponses, toutes les conditions de l'appel sont remplies.",
        "From your answers, every condition of the call is met.",
    ),
    "check_eligible_open": (
        "D'après vos réponses, le projet remplit les conditions de l'appel. Un point reste ouvert : {names}.",
        "From your answers, the project meets the conditions of the call. One point remains open: {names}.",
    ),
    "check_eligible_open_many": (
        "D'après vos réponses, le projet remplit les conditions de l'appel. Des points restent ouverts : {names}.",
        "From your answers, the project meets the conditions of the call. Some points remain open: {names}.",
    ),
    "check_not_eligible": (
        "D'après vos réponses, une condition n'est pas remplie : {names}.",
        "From your answers, a condition is not met: {names}.",
    ),
    "check_not_eligible_many": (
        "D'après vos réponses, plusieurs conditions ne sont pas remplies : {names}.",
        "From your answers, several conditions are not met: {names}.",
    ),
    "check_depends": ("Il reste à préciser : {names}.", "Still to be told: {names}."),
    "check_not_settled": (
        "Les sources ne disent pas ce qu'il en est sur ce point : {names}.",
        "The sources do not say what holds on this point: {names}.",
    ),
    "check_not_settled_many": (
        "Les sources ne disent pas ce qu'il en est sur ces points : {names}.",
        "The sources do not say what holds on these points: {names}.",
    ),
    "check_supposed": (
        "Faute de réponse sur ce point, le verdict suppose : « {stated} »",
        "For want of an answer on this point, the verdict supposes: “{stated}”",
    ),
    "check_so_far": ("Pour l'instant :", "So far:"),
    "check_next": ("La question qui éclaire le plus :", "The question that settles most:"),
    "check_next_open": ("La question qui reste :", "The question that remains:"),
    "check_indication": (
        "C'est une indication tirée des règles de l'appel ; elle n'engage pas la CNIL.",
        "This is an indication drawn from the call's rules; it does not bind the CNIL.",
    ),
    "check_version": ("Règles du {version}, appliquées au {day}.", "Rules of {version}, applied as of {day}."),
    "check_talk": ("En parler dans la conversation", "Talk about it in the conversation"),
    "check_print": ("Imprimer", "Print"),
    "check_download": ("Télécharger", "Download"),
    "check_message_before": ("Voici notre situation.", "Here is our situation."),
    "check_message_after": ("Sommes-nous éligibles ?", "Are we eligible?"),
    "check_answers": ("Vos réponses", "Your answers"),
    "check_no_answer": ("Aucune réponse donnée.", "No answer given."),
    "check_restarted": ("Vos réponses sont effacées.", "Your answers are cleared."),
    "check_verdict_now": ("Verdict : {state}. {sentence}", "Verdict: {state}. {sentence}"),
    "check_failed_title": ("Le verdict n'est pas à jour", "The verdict is not up to date"),
    "check_failed": (
        "Le service ne répond pas. Vos réponses sont restées dans la page : vérifiez votre connexion, puis réessayez.",
        "The service does not respond. Your answers are still on the page: check your connection, then try again.",
    ),
    "check_retry": ("Réessayer", "Try again"),
    "step": ("Question {number} sur {total}", "Question {number} of {total}"),
    "step_result": ("Résultat", "Result"),
    "step_back": ("Question précédente", "Previous question"),
    "step_next": ("Continuer", "Continue"),
    "step_end": ("Voir le verdict", "See the verdict"),
    "expect_text": ("un texte de 1 à 1 000 caractères", "a text of 1 to 1,000 characters"),
    "expect_messages": (
        "une liste d'au plus 12 messages, chacun de 1 000 caractères au plus",
        "a list of at most 12 messages, each of 1,000 characters at most",
    ),
    "expect_language": ("« fr » ou « en »", "“fr” or “en”"),
    "expect_date": ("une date comme 2023-09-01", "a date like 2023-09-01"),
    "expect_choice": ("l'une des valeurs {accepted}", "one of the values {accepted}"),
}

# The texts that the page's script says by itself.
SCRIPT_TEXTS = (
    "you", "waiting", "still_waiting", "already_waiting", "restarted", "language_erases", "oldest_left_out", "characters", "copied",
    "copy_failed", "thanks_vote", "vote_removed", "report_thanks", "report_choose", "feedback_failed", "sources",
    "sources_empty", "sources_none", "sources_of", "error_title", "error_empty", "error_too_long", "error_network",
    "error_timeout", "error_overloaded", "send", "doc_opening", "doc_failed", "doc_close",
)  # fmt: skip
# The four families of starting questions: a title, then what one may ask.
STARTERS: tuple[tuple[tuple[str, str], tuple[tuple[str, str], ...]], ...] = (
    (
        ("Éligibilité", "Eligibility"),
        (
            ("Une commune peut-elle candidater ?", "Can a town apply?"),
            ("Une start-up peut-elle candidater seule ?", "Can a start-up apply on its own?"),
        ),
    ),
    (
        ("Dates et dossier", "Dates and application"),
        (
            ("Quelle était la date limite de dépôt ?", "What was the deadline for applications?"),
            ("Que devait contenir le dossier ?", "What did the application have to contain?"),
        ),
    ),
    (
        ("Déroulement", "How it works"),
        (
            ("Combien de temps dure l'accompagnement ?", "How long does the support last?"),
            ("Quels projets ont été retenus en 2023 ?", "Who were the winners in 2023?"),
        ),
    ),
    (
        ("RGPD et IA", "GDPR and AI"),
        (
            ("Quand faut-il une analyse d'impact ?", "When is an impact assessment needed?"),
            ("Le bac à sable dispense-t-il du RGPD ?", "Does the sandbox exempt from the GDPR?"),
        ),
    ),
)

# Those of the guided check.
CHECK_TEXTS = ("check_restarted", "check_verdict_now", "check_failed", "step", "step_next", "step_end", "step_result")


def say(key: str, language: Language, **values: object) -> str:
    """The text `key` in `language`, its slots filled."""
    return raw(key, language).format(**values)


def raw(key: str, language: Language) -> str:
    """The text with its slots still open, for the page's script."""
    french, english = TEXTS[key]
    return typeset(french if language == "fr" else english)


def starters(language: Language) -> list[tuple[str, list[str]]]:
    """The families of starting questions in `language`."""
    at = 0 if language == "fr" else 1
    return [(typeset(title[at]), [typeset(question[at]) for question in questions]) for title, questions in STARTERS]
