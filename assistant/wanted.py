"""Whether a message asks for the names of people or bodies, and whether a text gives some: how many there were is no answer to who they were."""

from __future__ import annotations

import re

from corpus.words import fold, words

_WHO = (
    r"(?:personn(?:e|alite)s?|membres?|laureats?|gagnants?|entreprises?|boites?|societes?|fournisseurs?|candidats?|organismes?|jures?|experts?|start ?ups?|structures?|"
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
    rf"|\bnames? of (?:\w+ ){{0,4}}?{_WHO}\b"
    rf"|^(?:please |can you |could you )?name (?:\w+ ){{0,4}}?{_WHO}\b"
    r"|\b(?:qui (?:sont|etaient|furent)|who (?:are|were)) (?:les|the) (?:\w+ ){0,3}?(?:laureats?|gagnants?|jures?|winners?|laureates?)\b"
    rf"|\bwhich (?:\w+ )?{_WHO} (?:\w+ )?(?:applied|got|were|was|won|lost|took)\b"
    rf"|\b(?:nommez|citez)[ -](?:moi )?(?:\w+ ){{0,3}}?{_WHO}\b"
)
_PROPER = re.compile(r"(?<=[\w,;:»)(] )(?:(?:l|d|qu)['’])?([A-ZÉÈÀ][\w’'-]*\w)")
_KNOWN_TO_ALL = frozenset(
    """cnil ia ai rgpd gdpr aipd dpia dpo ue eu edpb cepd act france french europe european union january february march april may june july august september october
    november december article president presidente directeur directrice director""".split()
)
"""What is written with a capital, and is none of the people or bodies that somebody asks for."""


def asks_for_names(text: str) -> bool:
    """True when the names of people or bodies are asked for: « les noms des membres du comité ? », "which bodies applied?"."""
    return bool(_ASKS.search(fold(text)))


def gives_names(text: str, asked: str) -> bool:
    """True when `text` names somebody or something that the question `asked` does not name itself."""
    known = _KNOWN_TO_ALL | set(words(asked))
    return any(not set(words(name)) <= known for name in _PROPER.findall(text))
