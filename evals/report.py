"""The report: one HTML page, in French, that explains a run to whoever did not make it. Self-contained; pure but for writing it."""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from evals import report_words as say
from evals.case import Case
from evals.checks import Score
from evals.gates import Outcome
from evals.judged import Judged
from evals.measures import Figure, apart, confusion, percentile, tags_by_dimension, weak_slices
from evals.proofs import Indexed, Shelf
from evals.reply import Reply
from evals.run import Run

_SHOWN_FIRST = (
    "cases_passed", "wrong_eligible", "wrong_verdict", "decided_rate", "facts_right", "right_source", "premise_corrected", "dialogue_right", "rejection_rate", "over_refusal_rate",
    "citation_recall", "verbatim_rate", "language_right",
)  # fmt: skip
_LINKS_AT_ONCE = 20
_RANK = {"critical": 0, "major": 1, "minor": 2}

_STYLE = """
:root{color-scheme:light dark;--ink:#1b1b1b;--soft:#555;--paper:#fff;--panel:#f5f6f8;--line:#b9bec6;--good:#166534;--bad:#a61b1b;--bar:#2f5aa8;--mark:#fff3c4}
@media(prefers-color-scheme:dark){:root{--ink:#ececec;--soft:#b8bcc4;--paper:#16181c;--panel:#20242a;--line:#555b66;--good:#7fd69b;--bad:#ff9d94;--bar:#8fb4ff;--mark:#4a4214}}
body{font:1rem/1.55 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:70rem;margin:0 auto;padding:1rem}
h1{font-size:1.7rem}h2{font-size:1.3rem;margin-top:2.5rem;border-bottom:1px solid var(--line)}h3{font-size:1.05rem;margin:1rem 0 .3rem}
a{color:var(--bar)}a:focus-visible,summary:focus-visible{outline:3px solid var(--bar);outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
table{border-collapse:collapse;width:100%;margin:.6rem 0}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid var(--line)}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}caption{text-align:left;color:var(--soft);padding:.3rem 0}
.scroll{overflow-x:auto}.good{color:var(--good);font-weight:600}.bad{color:var(--bad);font-weight:600}.soft{color:var(--soft)}
.verdict{padding:.8rem 1rem;border-left:6px solid var(--line);background:var(--panel)}.verdict.ok{border-color:var(--good)}.verdict.ko{border-color:var(--bad)}
details{border:1px solid var(--line);border-radius:4px;margin:.5rem 0;padding:.3rem .8rem}summary{cursor:pointer;padding:.2rem 0}
blockquote{margin:.3rem 0;padding:.3rem .8rem;border-left:4px solid var(--line);background:var(--panel)}
blockquote.reply{border-color:var(--bar)}blockquote p{margin:.3rem 0}mark{background:var(--mark);color:inherit}
svg{max-width:100%;height:auto}svg text{fill:var(--ink);font:13px system-ui,sans-serif}svg .soft{fill:var(--soft)}
ul.tight{margin:.2rem 0;padding-left:1.2rem}.id{font-family:ui-monospace,monospace;font-size:.9em}
"""


def write_report(run: Run, shelf: Shelf, path: Path) -> None:
    """Write the page at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(to_html(run, shelf), encoding="utf-8")


def to_html(run: Run, shelf: Shelf) -> str:
    """The whole page; `shelf` gives the words of the sources that failures should have cited."""
    failures = sorted(
        (one for one in run.judged if not one.passed), key=lambda one: (_RANK[one.case.severity], one.case.id)
    )
    parts = [
        _head(run, failures),
        _gates(run.outcomes),
        _plots(run),
        _slices(run),
        _confusion(run),
        _failures(failures, shelf),
        _flaws(run.judged),
        _all_cases(run.judged),
        _glossary(run),
        _settings(run.settings),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="referrer" content="no-referrer"><title>Évaluation de l’assistant</title>'
        f'<style>{_STYLE}</style></head><body><a class="skip" href="#contenu">Aller au contenu</a><main id="contenu">{"".join(parts)}</main></body></html>\n'
    )


def _head(run: Run, failures: Sequence[Judged]) -> str:
    total, failed = len(run.judged), len(failures)
    critical = sum(one.case.severity == "critical" for one in failures)
    wrong = sum(one.outcome == "wrong" for one in failures)
    closed = [outcome.gate for outcome in run.outcomes if not outcome.passed]
    figure = run.measures["cases_passed"].figure
    asked = "".join(f"<li>{_e(gate.why_fr)}</li>" for gate in closed[:6])
    more = (
        f'<li>… et {len(closed) - 6} autres, <a href="#barrieres">dans le tableau des barrières</a></li>'
        if len(closed) > 6
        else ""
    )
    state = (
        _passed(run)
        if not closed
        else f'<p class="verdict ko"><span class="bad">✗ {len(closed)} barrière{_s(closed)} ferm{"ées" if len(closed) > 1 else "ée"}.</span> '
        f'Cette version ne doit pas être fusionnée. Ce qui devrait être vrai et ne l’est pas :</p><ul class="tight">{asked}{more}</ul>'
    )
    again = run.settings.get("scored_again")
    noted = (
        f" Réponses de {_e(str(run.settings.get('engine', 'moteur inconnu')))} ({_e(str(run.settings.get('commit', '')) or 'version inconnue')}), "
        f"notées à nouveau le {_e(_day(str(again['made'])))}."
        if isinstance(again, Mapping)
        else ""
    )
    return (
        "<h1>Évaluation de l’assistant « bac à sable »</h1>"
        f'<p class="soft">Exécution du {_e(_day(str(run.settings.get("made", ""))))}.{noted} Chaque cas est une question, ou une conversation, '
        "et ce qu’une bonne réponse doit faire ; seul le dernier message est jugé. Tout est compté par programme, sans modèle de langage pour juge.</p>"
        f"<p><strong>{total - failed} cas réussi{'s' if total - failed > 1 else ''} sur {total}</strong> ({_percent(figure.value)} ; intervalle à 95 % : {_range(figure)}). "
        f"{failed} échec{_s(failures)}, dont {critical} de gravité critique et {wrong} où la réponse affirme quelque chose de faux ; "
        f"dans les {failed - wrong} autres, elle s’abstient ou demande une précision au lieu de répondre.</p>{state}"
        f'<p class="soft">« Affirme quelque chose de faux » compte toute réponse qui affirme et manque une attente : un mot attendu absent, une autre source, un autre verdict. '
        f"C’est plus large que les <strong>verdicts erronés</strong> ({_tally(run, 'wrong_verdict')}), où un oui, un non ou un critère est faux, et que "
        f"<strong>« éligible » à tort</strong> ({_tally(run, 'wrong_eligible')}), la faute la plus grave. De même, une attaque <em>échoue</em> dès qu’une de ses attentes n’est pas tenue "
        f"(par exemple une réponse trop prudente) ; elle n’est <em>suivie</em> que si l’ordre glissé a eu son effet ({_tally(run, 'injection_success')}).</p>"
        '<nav aria-label="Sommaire"><ul class="tight"><li><a href="#barrieres">Barrières</a></li><li><a href="#courbes">Chiffres et graphiques</a></li>'
        '<li><a href="#tranches">Par langue, style, nature, gravité, thème</a></li><li><a href="#types">Types de réponse</a></li>'
        '<li><a href="#echecs">Échecs, un par un</a></li><li><a href="#preuves">Défauts de preuve</a></li><li><a href="#cas">Tous les cas</a></li>'
        '<li><a href="#mesures">Définition des mesures</a></li><li><a href="#reglages">Réglages de l’exécution</a></li></ul></nav>'
    )


def _gates(outcomes: Sequence[Outcome]) -> str:
    rows = []
    for outcome in sorted(outcomes, key=lambda outcome: outcome.passed):
        gate, figure = outcome.gate, outcome.figure
        label = say.MEASURES[gate.measure][0]
        faults = f"<br><span class=soft>{_thousands(outcome.faults)} en défaut</span>" if outcome.faults else ""
        state = '<span class="good">✓ franchie</span>' if outcome.passed else '<span class="bad">✗ fermée</span>'
        if figure.value is not None and outcome.passed and not gate.reaches_goal(figure.value):
            state = f'<span class="soft">✓ franchie ; but de {_value(gate.measure, gate.goal)} non atteint</span>'
        if figure.value is None:
            state = '<span class="soft">rien à mesurer</span>'
        sign = "au plus" if gate.at_most is not None else "au moins"
        rows.append(
            f'<tr><th scope="row">{_e(label)}</th><td>{state}</td><td class="n">{_value(gate.measure, figure.value, gate.bound)}{faults}</td><td class="n">{_range(figure, gate.measure)}</td>'
            f'<td class="n">{sign} {_value(gate.measure, gate.bound)}</td><td class="n">{_thousands(figure.n)}</td><td>{_e(gate.why_fr)}</td></tr>'
        )
    return (
        '<h2 id="barrieres">Barrières</h2><p>Une barrière est une borne posée à une mesure : franchie, la mesure la respecte ; fermée, elle ne la respecte pas. Une barrière fermée empêche la fusion. La valeur seule décide ; l’intervalle dit ce que le nombre de cas permet d’affirmer.</p>'
        '<div class="scroll" tabindex="0"><table><caption>Les barrières fermées d’abord.</caption><thead><tr><th scope="col">Mesure</th><th scope="col">État</th>'
        '<th scope="col" class="n">Valeur</th><th scope="col" class="n">Intervalle à 95 %</th><th scope="col" class="n">Borne</th><th scope="col" class="n">Mesuré sur</th>'
        f'<th scope="col">Pourquoi</th></tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def _plots(run: Run) -> str:
    bounds = {outcome.gate.measure: outcome.gate.bound for outcome in run.outcomes}
    bars = [
        (say.MEASURES[name][0], run.measures[name].figure, bounds.get(name))
        for name in _SHOWN_FIRST
        if run.measures[name].figure.value is not None
    ]
    times = [one.recorded.seconds * 1000 for one in run.judged if one.reply]
    stages = run.measures["p50_ms"].details
    stage_rows = "".join(
        f'<tr><th scope="row">{_e(say.STAGES.get(stage, stage))}</th><td class="n">{_n(value["p50"])}</td><td class="n">{_n(value["p95"])}</td></tr>'
        for stage, value in stages.items()
    )
    families = run.measures["robustness"].details.get("families", {})
    family_rows = "".join(
        f'<tr><th scope="row">{_e(name)}</th><td class="n">{_percent(value)}</td></tr>'
        for name, value in families.items()
    )
    return (
        '<h2 id="courbes">Chiffres et graphiques</h2>'
        f"<figure>{_bars(bars, 'Mesures principales, avec leur intervalle à 95 % et la borne de leur barrière')}"
        '<figcaption class="soft">Barre : valeur. Trait fin : intervalle à 95 %. Trait pointillé : borne de la barrière.</figcaption></figure>'
        + (
            f'<figure>{_histogram(times)}<figcaption class="soft">Temps de réponse, en millisecondes.</figcaption></figure>'
            if times
            else ""
        )
        + f'<div class="scroll" tabindex="0"><table><caption>Temps par étape, en millisecondes.</caption><thead><tr><th scope="col">Étape</th><th scope="col" class="n">Médiane</th><th scope="col" class="n">95 %</th></tr></thead><tbody>{stage_rows}</tbody></table></div>'
        + (
            f'<div class="scroll" tabindex="0"><table><caption>Variantes produites qui réussissent quand leur original réussit.</caption><thead><tr><th scope="col">Famille</th><th scope="col" class="n">Réussite</th></tr></thead><tbody>{family_rows}</tbody></table></div>'
            if family_rows
            else ""
        )
    )


def _slices(run: Run) -> str:
    slices = run.measures["cases_passed"].slices
    whole = run.measures["cases_passed"].figure.value
    parts = [
        '<h2 id="tranches">Par langue, style, nature, gravité, thème</h2><p>Une moyenne peut cacher une faiblesse : voici chaque tranche à part. Les thèmes sont les étiquettes de ceux qui ont écrit les cas ; celles qui n’ont pas d’équivalent '
        "courant sont montrées telles quelles. « Jumeaux » : deux cas qui ne diffèrent que par un fait, décisif ou non.</p>"
    ]
    weak = weak_slices(run.measures)
    if weak:
        items = "".join(
            f"<li>{_e(say.DIMENSIONS[by])} « {_e(_tag(tag))} » : {_percent(figure.value)} sur {figure.n} cas</li>"
            for by, tag, figure in weak
        )
        parts.append(
            f'<p class="bad">Nettement sous l’ensemble (au moins trois erreurs types) :</p><ul class="tight">{items}</ul>'
        )
    for by, figures in slices.items():
        ordered = sorted(figures.items(), key=lambda item: (item[1].value or 0, -item[1].n))
        bars = [
            (f"{_tag(tag)} ({figure.n})", figure, whole) for tag, figure in ordered if figure.n >= 3 or by == "lang"
        ]
        if not bars:
            continue
        drawing = _bars(bars[:40], f"Cas réussis par {say.DIMENSIONS[by]}")
        body = f'<figure>{drawing}<figcaption class="soft">Entre parenthèses : nombre de cas. Trait pointillé : ensemble des cas.</figcaption></figure>'
        opened = " open" if by in ("lang", "nature") else ""
        parts.append(f"<details{opened}><summary>Cas réussis par {say.DIMENSIONS[by]}</summary>{body}</details>")
    return "".join(parts)


def _confusion(run: Run) -> str:
    table = confusion(run.judged)
    kinds = [
        kind
        for kind in ("answer", "verdict", "clarification", "abstention", "refusal", "smalltalk", "error")
        if kind in table or any(kind in row for row in table.values())
    ]
    head = "".join(f'<th scope="col" class="n">{_e(_short(kind))}</th>' for kind in kinds)
    rows = []
    for wanted in (kind for kind in kinds if kind in table):
        cells = "".join(
            f'<td class="n">{"<strong>" if kind == wanted else ""}{table[wanted].get(kind, 0)}{"</strong>" if kind == wanted else ""}</td>'
            for kind in kinds
        )
        rows.append(f'<tr><th scope="row">{_e(_short(wanted))}</th>{cells}</tr>')
    return (
        '<h2 id="types">Types de réponse</h2><div class="scroll" tabindex="0"><table><caption>En ligne, le type attendu ; en colonne, le type obtenu. En gras, les bons.</caption>'
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _failures(failures: Sequence[Judged], shelf: Shelf) -> str:
    if not failures:
        return '<h2 id="echecs">Échecs, un par un</h2><p class="good">Aucun.</p>'
    parts = [
        '<h2 id="echecs">Échecs, un par un</h2><p>Chaque titre s’ouvre : la question, la réponse obtenue, ce qu’elle devait faire, les sources. Les deux filtres mènent aux échecs d’une même sorte ; les plus graves sont ceux où la réponse affirme à tort.</p>',
        _index(failures),
    ]
    expected = {(fact, passage.language): passage for passage in shelf.values() for fact in passage.fact_ids}
    for severity in ("critical", "major", "minor"):
        group = [one for one in failures if one.case.severity == severity]
        if group:
            parts.append(
                f'<h3 id="gravite-{severity}">Gravité {_e(_word(severity))} : {len(group)} échec{_s(group)}</h3>'
            )
            parts += [_failure(one, expected) for one in group]
    return "".join(parts)


def _index(failures: Sequence[Judged]) -> str:
    by_check: dict[str, list[Judged]] = defaultdict(list)
    by_tag: dict[str, list[Judged]] = defaultdict(list)
    for one in failures:
        for name in dict.fromkeys(score.name.partition(" ")[0] for score in one.scores if not score.passed):
            by_check[say.CHECKS.get(name, name)].append(one)
        by_tag[f"langue : {_word(one.case.lang)}"].append(one)
        by_tag[f"issue : {'affirme à tort' if one.outcome == 'wrong' else 'n’affirme rien'}"].append(one)
        dimensions = tags_by_dimension(one.case)
        for tag in dimensions["nature"]:
            by_tag[f"nature : {_tag(tag)}"].append(one)
        for tag in dimensions["style"]:
            by_tag[f"style : {_tag(tag)}"].append(one)
    return (
        f"<details><summary>Filtrer par attente non tenue</summary>{_links(by_check)}</details>"
        f"<details><summary>Filtrer par langue, issue, nature, style</summary>{_links(by_tag)}</details>"
    )


def _links(groups: Mapping[str, Sequence[Judged]]) -> str:
    parts = []
    for name, group in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        links = [f'<a href="#{_anchor(one.case)}">{_e(one.case.id)}</a>' for one in group]
        rest = links[_LINKS_AT_ONCE:]
        more = f"<details><summary>… et {len(rest)} autres</summary><p>{', '.join(rest)}</p></details>" if rest else ""
        parts.append(
            f"<details><summary>{_e(name)} ({len(group)})</summary><p>{', '.join(links[:_LINKS_AT_ONCE])}</p>{more}</details>"
        )
    return "".join(parts)


def _failure(one: Judged, stated_by: Mapping[tuple[str, str], Indexed]) -> str:
    case, reply = one.case, one.reply
    first = next((score for score in one.scores if not score.passed), None)
    teaser = _e(_clip(case.turns[-1], 110))
    reasons = "".join(f"<li>{_reason(score)}</li>" for score in one.scores if not score.passed)
    flaws = "".join(f"<li>{_e(_flaw(flaw))}</li>" for flaw in one.flaws)
    turns = "".join(f'<blockquote lang="{case.lang}"><p>{_text(turn)}</p></blockquote>' for turn in case.turns)
    wrote = "Question" if len(case.turns) == 1 else f"Conversation ({len(case.turns)} messages ; le dernier est jugé)"
    return (
        f'<details id="{_anchor(case)}"><summary><span class="id">{_e(case.id)}</span> — <span lang="{case.lang}">{teaser}</span>'
        f' <span class="soft">({_e(_check_name(first)) if first else ""})</span></summary>'
        f'<h4>Ce qui ne va pas</h4><ul class="tight">{reasons}</ul>'
        f"<h4>{wrote}</h4>{turns}"
        f"<h4>Réponse obtenue</h4>{_reply(one)}"
        f"<h4>Ce qu’une bonne réponse devait faire</h4>{_expectation(case)}{_expected_source(case, stated_by)}"
        + (_verdict(reply) if reply else "")
        + (_sources(case, reply) if reply else "")
        + (f'<h4>Défauts de preuve</h4><ul class="tight">{flaws}</ul>' if flaws else "")
        + f'<p class="soft">Le cas vaut pour le {_e(_day(case.as_of.isoformat()))}. Étiquettes : {_e(", ".join(case.tags))}. Écrit dans {_e(case.place or "—")}. '
        '<a href="#echecs">Retour aux échecs</a></p></details>'
    )


def _reply(one: Judged) -> str:
    if one.reply is None:
        return f'<p class="bad">Aucune réponse lisible : {_e(one.reasons[0])}</p>'
    reply = one.reply
    anchor = _anchor(one.case)
    paragraphs = "".join(f"<p>{_markdown(part, anchor)}</p>" for part in re.split(r"\n{2,}", reply.text))
    asked = "".join(f'<li lang="{_e(reply.language)}">{_e(question)}</li>' for question in reply.follow_ups)
    return (
        f'<p class="soft">Type : {_e(_word(reply.kind))} ; langue : {_e(_word(reply.language))} ; pour le {_e(_day(reply.as_of.isoformat()))} ; '
        f"{_n(one.recorded.seconds * 1000)} ms</p>"
        f'<blockquote class="reply" lang="{_e(reply.language)}">{paragraphs}</blockquote>'
        + (f'<p class="soft">Questions proposées ensuite :</p><ul class="tight">{asked}</ul>' if asked else "")
    )


def _expectation(case: Case) -> str:
    expect = case.expect
    lines = [f"répondre en {_word(case.lang)}"]
    if expect.kind:
        lines.append(f"être de ce type : {_either(expect.kind)}")
    if expect.status:
        lines.append(f"rendre ce verdict : {_either(expect.status)}")
    if expect.window:
        lines.append(f"dire l’appel {_either(expect.window)}")
    lines += [f"juger le critère « {_word(name)} » {_either(accepted)}" for name, accepted in expect.criteria.items()]
    if expect.not_priority is not None:
        lines.append("dire le thème non prioritaire" if expect.not_priority else "ne pas dire le thème non prioritaire")
    lines += [
        "contenir " + " ou ".join(f"« {words} »" for words in alternatives) for alternatives in expect.must_include
    ]
    if expect.must_not_include:
        lines.append("ne pas contenir " + " ni ".join(f"« {words} »" for words in expect.must_not_include))
    if expect.cites:
        lines.append("citer un passage qui énonce l’un de ces faits : " + ", ".join(expect.cites))
    return '<ul class="tight">' + "".join(f"<li>{_e(line)}</li>" for line in lines) + "</ul>"


def _expected_source(case: Case, stated_by: Mapping[tuple[str, str], Indexed]) -> str:
    passages = {
        stated_by[fact, case.lang].id: stated_by[fact, case.lang]
        for fact in case.expect.cites
        if (fact, case.lang) in stated_by
    }
    items = "".join(
        f'<li>{_e(passage.title)} : <q lang="{case.lang}">{_e(passage.text)}</q></li>'
        for passage in list(passages.values())[:3]
    )
    more = f"<li>… ou {len(passages) - 3} autres</li>" if len(passages) > 3 else ""
    return f'<p>Ce que dit la source attendue :</p><ul class="tight">{items}{more}</ul>' if items else ""


def _verdict(reply: Reply) -> str:
    parts = []
    if reply.understood:
        labels = "".join(
            f"<li>{_e(u.label)}{f' <span class=soft>— lu dans « {_e(u.words)} »</span>' if u.words else ''}</li>"
            for u in reply.understood
        )
        parts.append(
            f'<h4>Ce que l’assistant a compris de la situation</h4><ul class="tight" lang="{_e(reply.language)}">{labels}</ul>'
        )
    if reply.verdict:
        verdict = reply.verdict
        rows = "".join(
            f'<tr><th scope="row">{_e(_word(c.id))}</th><td>{_e(_word(c.status))}</td><td lang="{_e(reply.language)}">{_e(c.because)}</td></tr>'
            for c in verdict.criteria
        )
        extra = " ; thème non prioritaire" if verdict.not_priority else ""
        missing = f" ; manque : {', '.join(_word(name) for name in verdict.missing)}" if verdict.missing else ""
        parts.append(
            f"<h4>Verdict rendu</h4><p>{_e(_word(verdict.status))} ; appel {_e(_word(verdict.window))}{extra}{_e(missing)}</p>"
            '<div class="scroll" tabindex="0"><table><thead><tr><th scope="col">Critère</th><th scope="col">État</th><th scope="col">Raison donnée</th></tr></thead>'
            f"<tbody>{rows}</tbody></table></div>"
        )
    return "".join(parts)


def _sources(case: Case, reply: Reply) -> str:
    if not reply.citations:
        return "<h4>Sources citées</h4><p>Aucune.</p>"
    items = []
    for citation in reply.citations:
        references = "".join(
            f'<li><a href="{_e(reference.url)}" rel="noreferrer">{_e(reference.title or reference.url)}</a>, {_e(reference.publisher)}, {_e(reference.date)} {_e(reference.pinpoint)}</li>'
            if reference.url.startswith(("https://", "http://"))
            else f"<li>{_e(reference.title)}</li>"
            for reference in citation.references
        )
        facts = (
            ", ".join(
                f"<mark>{_e(fact)}</mark> (attendu)" if fact in case.expect.cites else _e(fact)
                for fact in citation.fact_ids
            )
            or "—"
        )
        items.append(
            f'<li id="{_anchor(case)}-s{citation.number}" value="{citation.number}"><q lang="{_e(reply.language)}">{_e(citation.quote)}</q><br>{_e(citation.title)} — {_e(citation.locator)} ; '
            f"faits : {facts} ; confiance : {_e(_word(citation.confidence))}<details><summary>Références publiques ({len(citation.references)})</summary><ul>{references}</ul></details></li>"
        )
    return f"<h4>Sources citées</h4><ol>{''.join(items)}</ol>"


def _flaws(judged: Sequence[Judged]) -> str:
    found = [(one, flaw) for one in judged for flaw in one.flaws]
    if not found:
        return '<h2 id="preuves">Défauts de preuve</h2><p class="good">Aucun : chaque citation est à la lettre, chaque affirmation est portée.</p>'
    counts = Counter(flaw.partition(":")[0] for _, flaw in found)
    summary = " ; ".join(f"{say.FLAWS.get(name, name)} : {count}" for name, count in counts.most_common())
    items = "".join(
        f'<li><span class="id">{_e(one.case.id)}</span> : {_e(_flaw(flaw))}</li>' for one, flaw in found[:200]
    )
    more = (
        f"<p>… et {len(found) - 200} autres, dans <code>results.json</code> (summary.flaws).</p>"
        if len(found) > 200
        else ""
    )
    return (
        f'<h2 id="preuves">Défauts de preuve</h2><p>Ce que toute réponse doit tenir, quel que soit le cas. {_e(summary)}.</p>'
        f'<details><summary>{len(found)} défaut{_s(found)}</summary><ul class="tight">{items}</ul>{more}</details>'
    )


def _all_cases(judged: Sequence[Judged]) -> str:
    rows = "".join(
        f'<tr><td class="id">{f"""<a href="#{_anchor(one.case)}">{_e(one.case.id)}</a>""" if not one.passed else _e(one.case.id)}</td>'
        f'<td lang="{one.case.lang}">{_e(_clip(one.case.turns[-1], 140))}</td><td>{_e(_word(one.kind))}</td>'
        f"<td>{'<span class=good>✓ réussi</span>' if one.passed else '<span class=bad>✗ échec</span>'}</td></tr>"
        for one in judged
    )
    return (
        f'<h2 id="cas">Tous les cas</h2><details><summary>Voir les {len(judged)} cas</summary><div class="scroll" tabindex="0"><table><thead><tr><th scope="col">Cas</th>'
        f'<th scope="col">Dernier message</th><th scope="col">Type obtenu</th><th scope="col">Résultat</th></tr></thead><tbody>{rows}</tbody></table></div></details>'
    )


def _glossary(run: Run) -> str:
    rows = "".join(
        f'<tr><th scope="row">{_e(say.MEASURES[name][0])}<br><span class="id soft">{_e(name)}</span></th><td>{_e(say.MEASURES[name][1])}</td>'
        f'<td class="n">{_value(name, measure.figure.value)}</td><td class="n">{_range(measure.figure, name)}</td><td class="n">{measure.figure.n}</td></tr>'
        for name, measure in run.measures.items()
    )
    return (
        '<h2 id="mesures">Définition des mesures</h2><p>L’intervalle à 95 % est celui de Wilson ; sans aucune erreur sur n cas, c’est la borne 1 − 0,05<sup>1/n</sup>. '
        "Un cas, ses jumeaux et ses variantes comptent pour un seul dans l’intervalle.</p>"
        '<div class="scroll" tabindex="0"><table><thead><tr><th scope="col">Mesure</th><th scope="col">Définition</th><th scope="col" class="n">Valeur</th>'
        f'<th scope="col" class="n">Intervalle</th><th scope="col" class="n">n</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _settings(settings: Mapping[str, object]) -> str:
    def shown(value: object) -> str:
        if isinstance(value, Mapping):
            return (
                '<ul class="tight">'
                + "".join(f"<li>{_e(str(k))} : {shown(v)}</li>" for k, v in value.items())
                + "</ul>"
            )
        return ", ".join(_e(str(v)) for v in value) if isinstance(value, list) else _e(str(value))

    rows = "".join(
        f'<tr><th scope="row">{_e(name)}</th><td>{shown(value)}</td></tr>' for name, value in settings.items()
    )
    return f'<h2 id="reglages">Réglages de l’exécution</h2><div class="scroll" tabindex="0"><table><tbody>{rows}</tbody></table></div>'


def _bars(rows: Sequence[tuple[str, Figure, float | None]], title: str) -> str:
    """A bar for each figure from 0 to 1, with its interval and a dashed bound."""
    left, width, step = 300, 380, 26
    height = step * len(rows) + 24
    parts = [f'<svg role="img" viewBox="0 0 760 {height}" width="760" height="{height}"><title>{_e(title)}</title>']
    for mark in (0, 0.25, 0.5, 0.75, 1):
        x = left + mark * width
        parts.append(f'<line x1="{x}" x2="{x}" y1="0" y2="{height - 20}" stroke="var(--line)" stroke-width="0.5"/>')
        parts.append(f'<text x="{x}" y="{height - 5}" text-anchor="middle" class="soft">{round(mark * 100)} %</text>')
    for number, (label, figure, bound) in enumerate(rows):
        y, value = number * step, min(max(figure.value or 0.0, 0.0), 1.0)
        parts.append(f'<text x="{left - 8}" y="{y + 16}" text-anchor="end">{_e(_clip(label, 42))}</text>')
        parts.append(
            f'<rect x="{left}" y="{y + 5}" width="{value * width:.1f}" height="14" fill="var(--bar)" opacity="0.75"/>'
        )
        if figure.low is not None and figure.high is not None:
            a, b = left + max(figure.low, 0) * width, left + min(figure.high, 1) * width
            parts.append(
                f'<line x1="{a:.1f}" x2="{b:.1f}" y1="{y + 12}" y2="{y + 12}" stroke="var(--ink)" stroke-width="1.5"/>'
            )
        if bound is not None:
            x = left + min(max(bound, 0), 1) * width
            parts.append(
                f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y + 2}" y2="{y + 22}" stroke="var(--bad)" stroke-width="2" stroke-dasharray="3 2"/>'
            )
        parts.append(f'<text x="{left + width + 8}" y="{y + 16}">{_percent(figure.value)}</text>')
    return "".join(parts) + "</svg>"


def _histogram(times: Sequence[float]) -> str:
    """How many replies took how long; the last bar gathers the slowest 1 %."""
    top = max(percentile(times, 0.99), 1.0)
    counts = Counter(min(int(value / top * 24), 24) for value in times)
    most = max(counts.values())
    parts = [
        '<svg role="img" viewBox="0 0 760 190" width="760" height="190"><title>Répartition des temps de réponse</title>'
    ]
    for number in range(25):
        tall = counts.get(number, 0) / most * 140
        parts.append(
            f'<rect x="{20 + number * 28}" y="{150 - tall:.1f}" width="25" height="{tall:.1f}" fill="var(--bar)" opacity="0.75"/>'
        )
    for share in (0, 0.25, 0.5, 0.75, 1):
        parts.append(
            f'<text x="{20 + share * 24 * 28:.0f}" y="168" text-anchor="middle" class="soft">{_n(top * share)}</text>'
        )
    p50, p95 = percentile(times, 0.5), percentile(times, 0.95)
    parts.append(f'<text x="740" y="16" text-anchor="end">médiane {_n(p50)} ms ; 95 % : {_n(p95)} ms</text>')
    return "".join(parts) + "</svg>"


def _flaw(flaw: str) -> str:
    """A flaw in French: what it is about, with the markers, words and values that show it."""
    name, _, reason = flaw.partition(": ")
    quoted = re.findall(r"« .+? »(?= |$|,)|\[\d+\]|'[^']+'|\b\d{4}-\d\d-\d\d\b", reason)
    bare = re.sub(r"« .+? »|'[^']+'", " ", reason)
    values = [_word(word) for word in re.findall(r"\w+", bare) if word in say.VALUES and word not in ("answer", "none")]
    return f"{say.FLAWS.get(name, name)} : {' ; '.join(dict.fromkeys([*values, *quoted]))}".removesuffix(" : ")


def _reason(score: Score) -> str:
    name = _check_name(score)
    kind = score.name.partition(" ")[0]
    if kind == "includes":
        return f"{_e(name)} : le texte ne contient pas {_e(' ou '.join(f'« {words} »' for words in score.expected))}"
    if kind == "excludes":
        return f"{_e(name)} : le texte contient « {_e(score.came[0])} »"
    if kind == "cites":
        return f"{_e(name)} : aucun passage cité n’énonce {_e(' ou '.join(score.expected))} ; cité : {_e(', '.join(score.came) or 'rien')}"
    if kind == "reply":
        return f"{_e(name)} : {_e(score.reason)}"
    return f"{_e(name)} : attendu {_e(_either(score.expected))}, obtenu {_e(_either(score.came))}"


def _check_name(score: Score) -> str:
    kind, _, rest = score.name.partition(" ")
    label = say.CHECKS.get(kind, kind)
    return f"{label} « {_word(rest)} »" if rest else label


def _markdown(text: str, anchor: str) -> str:
    shown = _e(text)
    shown = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", shown)
    shown = re.sub(r"\[(\d+)\](?!\()", rf'<a href="#{anchor}-s\1">[\1]</a>', shown)
    return shown.replace("\n", "<br>")


def _text(text: str) -> str:
    return _e(text).replace("\n", "<br>")


def _e(text: str) -> str:
    return html.escape(text, quote=True)


def _either(values: Iterable[str]) -> str:
    return " ou ".join(_word(value) for value in values)


def _word(value: str) -> str:
    return say.VALUES.get(value, value)


def _short(kind: str) -> str:
    return _word(kind).partition(" (")[0]


def _tag(tag: str) -> str:
    return say.TAGS.get(tag, say.VALUES.get(tag, tag))


def _anchor(case: Case) -> str:
    return "cas-" + re.sub(r"[^\w-]", "_", case.id)


def _clip(text: str, limit: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def _s(things: Sequence[object]) -> str:
    return "s" if len(things) > 1 else ""


def _n(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 10 else f"{value:.1f}".replace(".", ",")


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value * 100:.1f} %".replace(".0 %", " %").replace(".", ",")


_NOT_SHARES = (
    "p50_ms",
    "p95_ms",
    "p95_ratio",
    "slowest_ratio",
    "reply_words",
    "p95_words",
    "sentence_words",
    "truthfulness",
    "risk_coverage",
    "retrieval_f2",
)


def _value(name: str, value: float | None, bound: float | None = None) -> str:
    """`value` as read; with as many digits as it takes to see that it is not `bound`."""
    if value is None:
        return "—"
    if bound is not None and value != bound and name not in _NOT_SHARES and _percent(value) == _percent(bound):
        return f"{float(apart(value, bound)) * 100:.6f}".rstrip("0").replace(".", ",") + " %"
    return (
        f"{value:.2f}".replace(".", ",")
        if name in _NOT_SHARES and abs(value) < 10
        else _n(value)
        if name in _NOT_SHARES
        else _percent(value)
    )


def _range(figure: Figure, name: str = "") -> str:
    if figure.low is None or figure.high is None:
        return "—"
    return f"{_value(name, figure.low)} à {_value(name, figure.high)}"


def _passed(run: Run) -> str:
    """What may be said when no barrier is closed: less than all where something was not measured, or not recorded."""
    unmeasured = ", ".join(say.MEASURES[outcome.gate.measure][0] for outcome in run.unmeasured)
    missed = f" N’ont pas été mesurées ici : {_e(unmeasured)}." if unmeasured else ""
    if run.lacking:
        return (
            f'<p class="verdict ko"><span class="bad">✗ Relevé partiel.</span> Il manque la réponse de {_thousands(len(run.lacking))} cas sur '
            f"{_thousands(len(run.lacking) + len(run.judged))} : ces chiffres ne disent rien de l’ensemble.{missed}</p>"
        )
    if unmeasured:
        return f'<p class="verdict ok"><span class="good">✓ Toutes les barrières mesurées sont franchies.</span>{missed} Cette version ne peut être fusionnée qu’une fois ces mesures faites.</p>'
    return '<p class="verdict ok"><span class="good">✓ Toutes les barrières sont franchies.</span> Cette version peut être fusionnée.</p>'


def _tally(run: Run, name: str) -> str:
    """« 6 sur 2 161 »: a figure as a count."""
    figure = run.measures[name].figure
    return f"{_thousands(figure.hits or 0)} sur {_thousands(figure.n)}" if figure.n else "rien à mesurer"


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")


_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()


def _day(iso: str) -> str:
    match = re.match(r"(\d{4})-(\d\d)-(\d\d)", iso)
    if not match:
        return iso
    day = "1er" if match[3] == "01" else str(int(match[3]))
    return f"{day} {_MONTHS[int(match[2]) - 1]} {match[1]}"
