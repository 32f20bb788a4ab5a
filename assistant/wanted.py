"""What kind of thing a message asks for, whatever it is about: names, a list, the others, a reason, the place in a text. How many there were is no
answer to who they were."""

from __future__ import annotations

import re

from corpus.words import STOPWORDS, fold, words

_WHO = (
    r"(?:gens|personn(?:e|alite)s?|membres?|laureats?|gagnants?|entreprises?|boites?|societes?|fournisseurs?|candidats?|organismes?|jures?|experts?|start ?ups?|structures?|"
    r"people|persons?|winners?|laureates?|compan(?:y|ies)|firms?|vendors?|suppliers?|applicants?|bod(?:y|ies)|organi[sz]ations?|bidders?|candidates?|members?)"
)
_WANTS = r"(?:voudrais|veux|faut|cherche|besoin|avoir|donne[rz]?|dire|dites|connai\w+|quels? (?:sont|etaient)|need|want|give|tell|have|get|know|what (?:are|were|was))"
_ASKS = re.compile(
    rf"\bnoms? (?:et prenoms? )?d(?:es?|u|['’ ](?:une?|l['’ ]une?|chacune?)(?: des?| du)?) (?:\w+ ){{0,3}}?{_WHO}\b"
    rf"|\b{_WANTS}\b.{{0,30}}\b(?:leurs?|their) (?:noms?|names?)\b"
    r"|\b(?:veux|voudrais|faut|donne[rz]?|donnez[ -]moi|aurai[st]|want|need|give me) (?:bien )?(?:les|des|the|some) (?:noms|names)\b(?! (?:des?|du|of)\b)"
    r"|\b(?:ils|elles|on) s['’ ]appel\w+ comment\b|\bcomment (?:ils |elles )?s['’ ]appel(?:lent|aient)\b"
    rf"|\b{_WHO}\b[^.!]*\b(?:(?:c'?est|c'?etait|c|sont|etaient) (?:qui|lesquel(?:le)?s)|lesquel(?:le)?s|leurs noms|their names)\s*"
    r"(?:svp|please|exactement|exactly)?\s*[?.!]*$"
    r"|\b(?:des|some|any) (?:noms|names)\s*(?:svp|please|stp|s['’ ]il (?:vous|te) plait)?\s*[?.!]*$|\b(?:qui|quel(?:le)?s?|who|which)\b[^.!]*\b(?:nommement|nominativement|by name)\b"
    rf"|\bnames? of (?:\w+ ){{0,4}}?{_WHO}\b"
    rf"|^(?:please |can you |could you )?name (?:\w+ ){{0,4}}?{_WHO}\b"
    r"|\b(?:qui (?:sont|etaient|furent)|who (?:are|were)) (?:les|the) (?:\w+ ){0,3}?(?:laureats?|gagnants?|jures?|winners?|laureates?)\b"
    rf"|\bwhich (?:\w+ )?{_WHO} (?:\w+ )?(?:applied|got|were|was|won|lost|took)\b"
    rf"|\b(?:nommez|citez)[ -](?:moi )?(?:\w+ ){{0,3}}?{_WHO}\b"
)
_LIST_WORDS = r"lesquel(?:le)?s|liste|noms?|which|list|names?"
_NAMES_A_LIST = re.compile(rf"\b(?:{_LIST_WORDS})\b")
_MAY_ASK_FOR_A_LIST = re.compile(
    rf"\b(?:{_LIST_WORDS}|qui|quel(?:le)?s?|who|what)\b|\b(?:cite[rz]?|enumere[rz]?|donne[rz]?|list|name|give)[ -](?:moi |me |us )?(?:tous |toutes |all |les |the )"
)
_ASKS_HOW_MANY = re.compile(r"\b(?:combien|how many)\b")
_WHETHER_PUBLIC = re.compile(
    r"\b(?:publie\w*|publications?|(?:ren\w+|made?|make|making|est|sont|is|are|be|been|becom\w+|devi\w+) (?:\w+ )?public(?:s|ly)?|publish\w*|divulgu\w+|disclos\w+|devoile\w*|reveal\w*)\b"
)
_A_NAME = re.compile(r"\bn(?:om|ame)s?\b")
_WHICH_ONES = re.compile(
    r"\b(?:lesquel(?:le)?s|listes?|lists?|which|who (?:are|were)|qui (?:sont|etaient)|quels? (?:sont|etaient)|what (?:are|were)|cite[rz]?|enumere[rz]?|donne[rz]?|give|tell|veux|voudrais|want|need)\b"
)
_ASKS_WHO_THEY_ARE = re.compile(
    rf"\b(?:{_LIST_WORDS}|quel(?:le)?s?|(?:c['’]est|c['’]etait|sont|etaient) qui|qui (?:sont|etaient|c['’]est|c['’]etait)|who (?:are|were|else))\b"
)
_OTHERS = re.compile(
    r"\b(?:(?:les|the) (?:(?:quatre|four|4) )?(?:autres|others?)|besides|apart from|other than|except|hormis|a part|en dehors des?|en plus des?|autres que|pas (?:ete )?(?:gagne|retenus?|laureats?)|non laureats?|"
    r"(?:didn[’']t|did not|not) win|without (?:winning|being (?:selected|chosen|laureates?|winners?))|sans (?:gagner|etre (?:laureats?|retenus?|selectionnes?|choisis))|(?:seulement|juste|simplement) (?:ete )?conseilles|only (?:got|received) (?:some )?(?:advice|lighter)|only advised)\b"
)
_TURNED_DOWN = re.compile(
    r"^(?!.*\b(?:bilans?|reports?|rapports?|comptes? rendus?)\b).*\b(?:recalee?s?|(?:fait|faire|faits) (?:recaler|refuser|rejeter|ecarter|eliminer|jeter|bouler|retoquer)|refusee?s?|rejetee?s?|ecartee?s?|elimine\w*|evincee?s?|retoque\w*|deboute\w*|n['’ ]a (?:pas|jamais) (?:voulu|retenu|choisi|selectionne|pris)|n['’ ](?:ont|a) (?:pas|jamais) ete (?:retenue?s?|choisie?s?|selectionnee?s?|prise?s?|acceptee?s?)|pas ete (?:retenue?s?|choisie?s?|selectionnee?s?|prise?s?|acceptee?s?)|"
    r"turned? (?:\w+ ){0,4}?down|turn (?:\w+ ){0,4}?down|rejected|refused|knocked back|not (?:chosen|selected|picked|accepted|taken)|(?:didn['’]t|did not|not) (?:want|choose|select|pick|accept|take|make the cut)|thrown out|ruled out|lost out|missed out)\b"
)
_CHOSEN = re.compile(r"\b(?:laureate?s?|laureats?|winners?|gagnants?)\b")
_WHY = re.compile(
    r"\b(?:pourquoi|pour quelle raison|quelle (?:est|était|etait) la raison|les? raisons? d|pk|pq|why|how come|for what reason|what (?:is|was) the reason|reasons? (?:for|why))\b",
    re.IGNORECASE,
)
_HOW_LONG = re.compile(
    r"\b(?:(?:combien|cb) de (?:temps|jours|mois|semaines|heures|annees?)|(?:dans|sous|en|quels?) (?:quels? )?delais?|how (?:long|quickly|fast|soon)|"
    r"how many (?:days|weeks|months|hours|years)|(?:what|which) (?:is the )?(?:time ?limit|deadline))\b"
)
_SHUTS_OUT = re.compile(
    r"\b(?:banned|barred|excluded?|shut out|kept out|left out|not allowed|forbidden|reserved|restricted|limited to|only|interdit\w*|exclu\w*|ecarte\w*|refuse\w*|reserve\w*"
    r"|limite\w* (?:a|aux?)|pas (?:le )?droit|seule?s?|seulement|que (?:les|des|aux?)|can ?not|can['’]t|peuvent pas|peut pas)\b"
)
_OF_WHICH = re.compile(
    r"\b(?:(?:in|en|of|de|from|since|depuis) )?(?:19|20)\d\d\b|\b(?:art(?:icle)?s?|considérant|recital|chapitre|chapter|n°)\.? ?\d+",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"\b(?:quels?|lesquels|which|what)\s+(?:est\s+l['’]|is\s+the\s+)?(?:articles?|textes?|considérants?|provisions?|recitals?|sections?)\b"
    r"|\b(?:référence|reference|article number|numéro d['’]article)\b"
    r"|\b(?:où|where)\s+(?:est-ce|est-il|est-elle|c['’]est|cela est|is it|is this|is that|does it say|exactly is it)\b",
    re.IGNORECASE,  # not folded: « où c’est », not « ou c’est »
)
_PROPER = re.compile(r"(?<=[\w,;:»)(] )(?:(?:l|d|qu)['’])?([A-ZÉÈÀ][\w’'-]*\w)")
_KNOWN_TO_ALL = frozenset(
    """cnil ia ai rgpd gdpr aipd dpia dpo ue eu edpb cepd act france french europe european union january february march april may june july august september october
    november december article president presidente directeur directrice director""".split()
)
"""What is written with a capital, and is none of the people or bodies that somebody asks for."""


def asks_for_names(text: str) -> bool:
    """True when the names of people or bodies are asked for: « les noms des membres du comité ? », "which bodies applied?"."""
    asked = fold(text)
    return bool(_ASKS.search(asked)) and not _asks_whether_public(asked)


def _asks_whether_public(asked: str) -> bool:
    """True when it is asked if, or where, names are made public, and not which they are."""
    return bool(_A_NAME.search(asked) and _WHETHER_PUBLIC.search(asked)) and not _WHICH_ONES.search(asked)


def gives_names(text: str, asked: str) -> bool:
    """True when `text` names somebody or something that the question `asked` does not name itself."""
    known = _KNOWN_TO_ALL | set(words(asked))
    return any(not set(words(name)) <= known for name in _PROPER.findall(text))


def asks_for_a_list(text: str) -> bool:
    """True when each of some things may be asked for; « combien, avec ceux qui… » asks for no list, nor does whoever asks if names are made public."""
    asked = fold(text)
    if _asks_whether_public(asked):
        return False
    return bool((_NAMES_A_LIST if _ASKS_HOW_MANY.search(asked) else _MAY_ASK_FOR_A_LIST).search(asked))


def speaks_of_the_others(text: str) -> bool:
    """True when a message speaks of those that are counted beside (the four projects that were advised)."""
    return bool(_OTHERS.search(fold(text)))


def asks_who_they_are(text: str) -> bool:
    """True when it is asked who or which some are, not how many or what they got."""
    return bool(_ASKS_WHO_THEY_ARE.search(fold(text)))


def speaks_of_a_refusal(text: str) -> bool:
    """True when a message says of somebody that they were turned down: « la RATP s’est fait recaler »."""
    return bool(_TURNED_DOWN.search(fold(text)))


def says_chosen(text: str, asked: str) -> bool:
    """True when `text` says that one whom the message `asked` names was chosen."""
    named = set(words(" ".join(_PROPER.findall(f", {asked}")))) - _KNOWN_TO_ALL - STOPWORDS
    return bool(_CHOSEN.search(fold(text))) and bool(named & set(words(" ".join(_PROPER.findall(f", {text}")))))


def asks_why(text: str) -> bool:
    """True when a reason is asked for."""
    return bool(_WHY.search(text))


def asks_how_long(text: str) -> bool:
    """True when a length of time is asked for."""
    return bool(_HOW_LONG.search(fold(text)))


def taken_for_granted(text: str) -> str:
    """What is held for true by somebody who asks for its reason: « l’aide ne dure que trois semaines » of « pourquoi l’aide ne dure que trois semaines ? »,
    without what only says of which year or article; empty where no reason is asked for."""
    asked = _WHY.search(text)
    return _OF_WHICH.sub("", re.split(r"[?!.]", text[asked.end() :])[0]).strip() if asked else ""


def shuts_out(text: str) -> bool:
    """True when `text` says that somebody may not take part: « les entreprises sont exclues », "only start-ups can apply"."""
    return bool(_SHUTS_OUT.search(fold(text)))


def asks_where(text: str) -> bool:
    """True when it is asked in which article or passage something is written."""
    return bool(_WHERE.search(text))
