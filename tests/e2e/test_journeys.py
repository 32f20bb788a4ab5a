"""The site as people use it: mouse, keyboard, phone, both languages, light and dark; with axe, and nothing left behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from e2e.fakes import HOSTILE
from playwright.sync_api import BrowserContext, Page, expect

PATHS = {
    "fr": {"chat": "/", "check": "/eligibilite", "privacy": "/confidentialite", "accessibility": "/accessibilite"},
    "en": {"chat": "/en", "check": "/en/eligibility", "privacy": "/en/privacy", "accessibility": "/en/accessibility"},
}
QUESTIONS = {
    "fr": {"answer": "Quelle était la date limite ?", "verdict": "Une start-up seule peut-elle candidater ?",
           "abstention": "Quel est le budget ?"},
    "en": {"answer": "What was the deadline?", "verdict": "Can a start-up apply, in the rules?",
           "abstention": "What is the budget?"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_leaves(context: BrowserContext, request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test also proves that no request goes elsewhere and that no script of ours fails."""
    seen: list[str] = []
    problems: list[str] = []
    context.on("request", lambda sent: seen.append(sent.url))
    context.on("weberror", lambda error: problems.append(str(error.error)))
    context.on("console", lambda message: problems.append(message.text) if "Content Security" in message.text else None)
    yield
    assert [url for url in seen if not re.match(r"http://127\.0\.0\.1:\d+/|data:|blob:", url)] == []
    assert problems == [] or "hostile" in request.node.name, problems


def open_page(page: Page, url: str) -> Page:
    page.goto(url)
    page.wait_for_selector("html[data-ready]")
    return page


def ask(page: Page, question: str, *, by_mouse: bool = False) -> None:
    turns = page.locator(".turn").count()
    page.locator("#question-field").fill(question)
    if by_mouse:
        page.locator("#send").click()
    else:
        page.locator("#question-field").press("Enter")
    page.wait_for_selector(f".turn:nth-child({turns + 1}) .reply")


def check_axe(page: Page, state: str) -> None:
    # Colours that change from one state to the next are neither: the page is looked at when it is at rest.
    page.evaluate(
        "Promise.allSettled(document.getAnimations().filter(one => one.effect.getComputedTiming().endTime !== Infinity)"
        ".map(one => one.finished)).then(() => null)"
    )
    results = Axe().run(page).response
    found = [
        f"{state}: {violation['id']} ({violation['impact']}) {[node['target'] for node in violation['nodes']][:3]}"
        for violation in results["violations"]
    ]
    assert found == []


def check_fits(page: Page, state: str) -> None:
    width, inner = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width <= inner, f"{state} scrolls sideways: {width} > {inner}"


def check_one_title(page: Page, language: str) -> None:
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == 1
    assert page.get_by_role("banner").count() == 1
    assert page.get_by_role("contentinfo").count() == 1
    assert page.title()


def left_behind(context: BrowserContext, page: Page) -> dict[str, Any]:
    stored: dict[str, Any] = page.evaluate(
        """async () => ({
            local: {...localStorage}, session: {...sessionStorage}, cookies: document.cookie,
            databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
            workers: (await navigator.serviceWorker?.getRegistrations() ?? []).length,
        })"""
    )
    return {**stored, "jar": context.cookies()}


CLEAN = {"local": {}, "session": {}, "cookies": "", "databases": 0, "caches": 0, "workers": 0, "jar": []}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_state_passes_axe(page: Page, address: str, language: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    open_page(page, address + PATHS[language]["chat"])
    check_one_title(page, language)
    check_axe(page, "home")
    ask(page, QUESTIONS[language]["answer"])
    page.locator("a.marker").first.click()
    page.wait_for_selector("#panel-document .doc")
    check_axe(page, "answer with its document open")
    page.keyboard.press("Escape")
    page.locator("details.source summary").first.click()
    check_axe(page, "answer with a source open")
    ask(page, QUESTIONS[language]["verdict"])
    page.locator("details.criteria summary").last.click()
    page.locator(".correction summary").last.click()
    page.locator('[data-action="report"]').last.click()
    check_axe(page, "verdict, with all that opens")
    ask(page, QUESTIONS[language]["abstention"])
    check_axe(page, "abstention")
    page.locator("#question-field").fill("x" * 1001)
    page.locator("#send").click()
    check_axe(page, "error")
    for name in ("check", "privacy", "accessibility"):
        page.goto(address + PATHS[language][name])
        check_one_title(page, language)
        check_axe(page, name)
    open_page(page, address + PATHS[language]["check"])
    page.locator("input[name=applicant][value=private]").check()
    page.locator("input[name=public_partner][value=no]").check()
    expect(page.locator("#check-card")).to_contain_text(re.compile("public", re.IGNORECASE))
    check_axe(page, "guided check with a verdict")
    page.goto(f"{address}/absent")
    check_axe(page, "missing page")


def test_the_whole_journey_by_keyboard_alone(page: Page, address: str) -> None:
    open_page(page, address)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    field = page.locator("#question-field")
    expect(field).to_be_focused()
    page.keyboard.type("Une start-up seule")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("peut-elle candidater ?")
    expect(field).to_have_value("Une start-up seule\npeut-elle candidater ?")
    page.keyboard.press("Enter")
    expect(page.locator("#announcer")).to_contain_text("Cela dépend")
    expect(field).to_be_focused()
    expect(field).to_have_value("")

    # Back to the first marker, into its source, and back again.
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('.claims a.marker')"):
            break
    marker = page.locator(".claims a.marker").last
    expect(marker).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#panel-document #passage")).to_be_focused()
    expect(page.locator("#panel-document mark.quote")).to_be_visible()
    page.keyboard.press("Escape")
    expect(marker).to_be_focused()
    expect(page.locator("#panel-document .doc")).to_have_count(0)
    expect(page.locator("#panel-sources details[open] mark").first).to_be_visible()

    # Start again, from the composer.
    page.locator("#question-field").focus()
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "restart":
            break
    page.keyboard.press("Enter")
    expect(page.locator("#announcer")).to_contain_text("effacée")
    expect(page.locator(".turn")).to_have_count(0)
    expect(field).to_be_focused()


def test_markers_have_names_and_the_way_back_works_by_mouse(page: Page, address: str) -> None:
    open_page(page, address)
    ask(page, QUESTIONS["fr"]["verdict"], by_mouse=True)
    marker = page.get_by_role("link", name="source 1 : Candidats privés").first
    marker.click()
    expect(page.locator("#panel-document mark.quote")).to_contain_text("mène le projet avec au moins un acteur public")
    page.get_by_role("button", name="Fermer le document").click()
    expect(marker).to_be_focused()
    panel = page.locator("#panel")
    expect(panel.locator("details[open] mark")).to_have_text("mène le projet avec au moins un acteur public")
    link = panel.get_by_role("link", name=re.compile("nouvel onglet")).first
    assert link.get_attribute("target") == "_blank"
    panel.get_by_role("link", name="Revenir à la réponse").first.click()
    expect(marker).to_be_focused()


def test_each_answer_keeps_its_own_sources(page: Page, address: str) -> None:
    open_page(page, address)
    ask(page, QUESTIONS["fr"]["verdict"])
    ask(page, QUESTIONS["fr"]["answer"])
    expect(page.locator("#panel-sources")).to_contain_text("Date limite")
    page.locator(".turn").first.locator("a.marker").first.click()
    expect(page.locator("#panel-sources")).to_contain_text("Candidats privés")
    ask(page, QUESTIONS["fr"]["abstention"])
    expect(page.locator("#panel-about")).to_contain_text("aucune source")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".turn").nth(1).locator(".sources")).to_contain_text("Date limite")
    expect(page.locator(".turn").first.locator(".sources")).to_contain_text("Candidats privés")


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_scrolls_sideways_on_a_phone(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    for language in ("fr", "en"):
        open_page(page, address + PATHS[language]["chat"])
        check_fits(page, "home")
        ask(page, QUESTIONS[language]["verdict"])
        page.locator("details.criteria summary").click()
        page.locator(".correction summary").first.click()
        page.locator("a.marker").first.click()
        expect(page.locator("#panel-document #passage")).to_be_focused()
        check_fits(page, "document")
        page.keyboard.press("Escape")
        page.locator(".sources summary").first.click()
        check_fits(page, "verdict")
        expect(page.locator("#question-field")).to_be_in_viewport()
        for name in ("check", "privacy", "accessibility"):
            page.goto(address + PATHS[language][name])
            check_fits(page, name)


def test_text_twice_as_large_loses_nothing(page: Page, address: str) -> None:
    for name in ("chat", "check"):
        open_page(page, address + PATHS["fr"][name])
        page.add_style_tag(content="html { font-size: 200% !important; }")
        if name == "chat":
            ask(page, QUESTIONS["fr"]["verdict"])
        check_fits(page, f"{name} at 200 %")


def test_the_wait_shows_at_once_and_a_second_question_waits(page: Page, address: str, fake: Any) -> None:
    open_page(page, address)
    fake.pause = 0.8
    try:
        page.locator("#question-field").fill("Quelle était la date limite ?")
        waited = page.evaluate(
            """() => new Promise((done) => {
                const start = performance.now();
                new MutationObserver(() => {
                    if (document.querySelector('.waiting')) done(performance.now() - start);
                }).observe(document.body, {childList: true, subtree: true});
                document.getElementById('send').click();
            })"""
        )
        assert waited < 100
        expect(page.locator("#announcer")).to_contain_text("Recherche dans les sources")
        page.locator("#question-field").fill("Et après ?")
        page.keyboard.press("Enter")
        expect(page.locator("#announcer")).to_contain_text("en cours")
        expect(page.locator("#question-field")).to_have_value("Et après ?")
        page.wait_for_selector(".reply")
        expect(page.locator(".turn")).to_have_count(1)
    finally:
        fake.pause = 0.0


def test_starting_again_while_waiting_forgets_the_answer(page: Page, address: str, fake: Any) -> None:
    open_page(page, address)
    ask(page, "Quelle était la date limite ?")
    fake.pause = 0.6
    try:
        page.locator("#question-field").fill("Et les lauréats ?")
        page.keyboard.press("Enter")
        page.wait_for_selector(".waiting")
        page.locator("#restart").click()
        page.wait_for_timeout(900)
        expect(page.locator(".turn")).to_have_count(0)
    finally:
        fake.pause = 0.0
    ask(page, "Quelle était la date limite ?")
    assert fake.asked[-1][1] == ()


@pytest.mark.parametrize(
    ("question", "words"), [("une panne", "référence"), ("x" * 1001, "1 001 caractères"), ("   ", "Écrivez d’abord")]
)
def test_a_failure_says_what_to_do_and_keeps_the_question(page: Page, address: str, question: str, words: str) -> None:
    open_page(page, address)
    page.locator("#question-field").fill(question)
    page.locator("#question-field").press("Enter")
    expect(page.locator("#composer-message")).to_contain_text(words)
    expect(page.locator("#question-field")).to_have_value(question)
    expect(page.locator("#question-field")).to_be_focused()
    expect(page.locator("#question-field")).to_have_attribute("aria-invalid", "true")
    assert "composer-message" in str(page.locator("#question-field").get_attribute("aria-describedby"))
    expect(page.locator(".turn")).to_have_count(0)


def test_without_the_network_the_question_is_kept(page: Page, address: str, context: BrowserContext) -> None:
    open_page(page, address)
    ask(page, "Quelle était la date limite ?")
    context.set_offline(True)
    page.locator("#question-field").fill("Et les résultats ?")
    page.keyboard.press("Enter")
    expect(page.locator("#composer-message")).to_contain_text("ne répond pas")
    expect(page.locator("#question-field")).to_have_value("Et les résultats ?")
    context.set_offline(False)
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(2)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_nothing_is_left_on_the_device(page: Page, context: BrowserContext, address: str, language: str) -> None:
    open_page(page, address + PATHS[language]["chat"])
    for name in ("verdict", "answer", "abstention", "answer", "verdict"):
        ask(page, QUESTIONS[language][name])
    page.locator('[data-action="vote"]').first.click()
    page.locator('[data-action="copy"]').first.click()
    page.wait_for_timeout(300)
    assert left_behind(context, page) == CLEAN
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator(".turn")).to_have_count(0)
    page.goto(address + PATHS[language]["check"])
    page.locator("input[name=applicant][value=public]").check()
    assert left_behind(context, page) == CLEAN


def test_hostile_texts_do_nothing(page: Page, address: str) -> None:
    open_page(page, address)
    ask(page, f"injection {HOSTILE}"[:900])
    page.locator("a.marker").first.click()
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    for selector in ("script", "img", "iframe", "form", "style", 'a[href^="javascript"]'):
        assert page.locator(f"#conversation {selector}, #panel {selector}").count() == 0
    expect(page.locator(".asked-words")).to_contain_text("<script>")


def test_opinions_and_reports_are_counted_and_can_be_withdrawn(page: Page, address: str) -> None:
    open_page(page, address)
    ask(page, QUESTIONS["fr"]["verdict"])
    sent: list[Any] = []
    page.on("request", lambda r: sent.append(r.post_data_json) if r.url.endswith("/feedback") else None)
    up = page.get_by_role("button", name="Utile", exact=True)
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    up.click()
    expect(up).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Signaler une erreur").click()
    page.get_by_role("button", name="Envoyer le signalement").click()
    expect(page.locator(".outcome")).to_contain_text("Choisissez")
    page.get_by_label("La réponse est fausse").check()
    page.get_by_role("button", name="Envoyer le signalement").click()
    expect(page.locator(".outcome")).to_contain_text("compté")
    assert sent == [
        {"opinion": "up", "kind": "verdict"},
        {"opinion": "up", "kind": "verdict", "undo": True},
        {"opinion": "report", "kind": "verdict", "reason": "wrong"},
    ]


def test_copy_takes_the_answer_with_its_markers(page: Page, context: BrowserContext, address: str) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    open_page(page, address)
    ask(page, QUESTIONS["fr"]["answer"])
    page.get_by_role("button", name="Copier").click()
    expect(page.locator(".outcome")).to_contain_text("copiée")
    assert "La date limite de dépôt était le 30 septembre 2023. [1]" in page.evaluate("navigator.clipboard.readText()")


def test_suggestions_and_follow_ups_ask(page: Page, address: str, fake: Any) -> None:
    open_page(page, address)
    page.get_by_role("button", name="Une commune peut-elle candidater ?").click()
    page.wait_for_selector(".reply")
    page.get_by_role("button", name="Quelle était la date limite ?").last.click()
    page.wait_for_selector(".turn:nth-child(2) .reply")
    assert fake.asked[-1] == ("Quelle était la date limite\u00a0?", ("Une commune peut-elle candidater\u00a0?",))


def test_what_was_understood_can_be_corrected(page: Page, address: str, fake: Any) -> None:
    open_page(page, address)
    ask(page, QUESTIONS["fr"]["verdict"])
    page.locator(".correction summary").last.press("Enter")
    expect(page.locator(".correction[open]")).to_contain_text("D’après vos mots : « seule »")
    page.locator(".correction[open] button", has_text="Oui").press("Enter")
    expect(page.locator(".turn:nth-child(2) .state")).to_be_focused()
    expect(page.locator(".turn:nth-child(2) .state")).to_be_in_viewport()
    assert fake.asked[-1][0].startswith("Acteur public associé\u00a0: oui.")


@pytest.mark.parametrize("size", [{"width": 1280, "height": 900}, {"width": 390, "height": 844}])
def test_the_focus_is_never_under_the_composer(page: Page, address: str, size: Any) -> None:
    page.set_viewport_size(size)
    open_page(page, address)
    ask(page, QUESTIONS["fr"]["verdict"])
    page.evaluate("document.querySelectorAll('#conversation details').forEach((each) => { each.open = true; })")
    page.locator('[data-action="report"]').click()
    page.locator(".state").focus()
    page.evaluate("window.scrollTo(0, 0)")
    hidden, seen = [], set()
    for _ in range(60):
        page.keyboard.press("Tab")
        words, top, bottom, composer = page.evaluate(
            """() => {
                const focused = document.activeElement.getBoundingClientRect();
                const words = document.activeElement.closest('#conversation') && document.activeElement.textContent.trim();
                return [words, focused.top, focused.bottom, document.getElementById('composer').getBoundingClientRect().top];
            }"""
        )
        if words is None:
            break
        seen.add(words)
        hidden += [words] if top < 0 or bottom > composer else []
    assert hidden == []
    assert {"Reprendre dans le test guidé", "Copier", "Utile", "Pas utile", "Signaler une erreur", "Oui"} <= seen


def test_the_other_language_asks_before_it_erases_the_conversation(page: Page, address: str, fake: Any) -> None:
    open_page(page, address)
    ask(page, QUESTIONS["fr"]["verdict"])
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.get_by_role("link", name="EN", exact=True).click()
    expect(page.locator(".reply")).to_have_count(1)
    assert "efface la conversation" in asked[0]
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="EN", exact=True).click()
    page.wait_for_url(f"{address}/en")
    expect(page.locator(".reply")).to_have_count(0)


def test_the_answers_of_the_check_follow_into_the_other_language(page: Page, address: str) -> None:
    open_page(page, address + "/eligibilite")
    page.locator("input[name=applicant][value=private]").check()
    page.locator("input[name=public_partner][value=no]").check()
    page.get_by_role("link", name="EN", exact=True).click()
    expect(page.locator("#check-state")).to_contain_text("It depends")
    expect(page.locator("input[name=public_partner][value=no]")).to_be_checked()
    assert page.url == f"{address}/en/eligibility"


def test_the_check_follows_the_answers_and_talks_to_the_chat(page: Page, address: str, fake: Any) -> None:
    open_page(page, address + "/eligibilite")
    expect(page.locator("#field-public_partner")).to_be_hidden()
    page.get_by_label("Organisme privé", exact=True).check()
    expect(page.locator("#field-public_partner")).to_be_visible()
    page.locator("#field-public_partner").get_by_label("Non").check()
    page.locator("#field-shared_need").get_by_label("Par aucun").check()
    expect(page.locator("#check-state")).to_contain_text("Non éligible")
    expect(page.locator("#announcer")).to_contain_text("Non éligible")
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger").click()
    assert download.value.suggested_filename.startswith("eligibilite-")
    page.get_by_role("link", name="En parler dans la conversation").click()
    page.wait_for_selector(".reply")
    assert page.url == f"{address}/"
    assert "Acteur public associé\u00a0: non." in fake.asked[-1][0]

    # And back, with what the chat understood.
    open_page(page, address)
    ask(page, QUESTIONS["fr"]["verdict"])
    page.get_by_role("link", name="Reprendre dans le test guidé").click()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("input[name=applicant][value=private]")).to_be_checked()
    expect(page.locator("input[name=public_partner][value=no]")).to_be_checked()
    assert page.url == f"{address}/eligibilite"


def test_the_check_asks_one_question_a_screen_on_a_phone(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, address + "/eligibilite")
    for _ in range(12):
        assert page.locator("fieldset.field:visible").count() <= 1
        if not page.locator("#step-next").is_visible():
            break
        page.locator("fieldset.field:visible input").first.check()
        page.locator("#step-next").click()
    expect(page.locator("#check-state")).to_be_focused()
    expect(page.locator("#check-state")).to_contain_text("Éligible")
    page.locator("#step-back").click()
    assert page.locator("fieldset.field:visible").count() == 1
    check_fits(page, "check on a phone")


def test_the_back_of_a_phone_leads_to_the_question_before(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, address + "/")
    open_page(page, address + "/eligibilite")
    count = page.locator("#step-count")
    for _ in range(2):
        page.locator("fieldset.field:visible input").first.check()
        page.locator("#step-next").click()
    expect(count).to_contain_text("Question 3")
    page.go_back()
    expect(count).to_contain_text("Question 2")
    expect(page.locator("fieldset.field:visible legend")).to_be_focused()
    page.locator("#step-back").click()  # the button of the page goes the same way
    expect(count).to_contain_text("Question 1")
    expect(page.locator("fieldset.field:visible input").first).to_be_checked()
    page.go_forward()
    expect(count).to_contain_text("Question 2")
    page.go_back()
    page.go_back()
    assert page.url == f"{address}/"


def test_the_check_works_by_keyboard(page: Page, address: str) -> None:
    open_page(page, address + "/en/eligibility")
    page.locator("input[name=applicant]").last.focus()
    page.keyboard.press("ArrowDown")  # from "not known" to the first choice
    expect(page.locator("input[name=applicant][value=public]")).to_be_checked()
    expect(page.locator("#announcer")).to_contain_text("It depends")


def answer(page: Page, **answers: str) -> None:
    for name, value in answers.items():
        page.locator(f"input[name={name}][value={value}]").check()


def listen(page: Page) -> None:
    """Keep what the live region says from now on."""
    page.evaluate(
        """() => { window.heard = []; new MutationObserver(() => {
            const words = document.getElementById("announcer").textContent; if (words) window.heard.push(words);
        }).observe(document.getElementById("announcer"), {childList: true}); }"""
    )


ALL_YES = {
    "applicant": "private",
    "public_partner": "yes",
    "uses_ai": "yes",
    "public_service": "yes",
    "stage": "before",
}


@pytest.mark.parametrize("width", [390, 1280])
def test_coming_back_to_the_check_finds_it_as_it_was_left(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    open_page(page, address + "/eligibilite")
    if width < 1000:
        for value in ("private", "", "yes"):
            page.locator(f'fieldset.field:visible input[value="{value}"]').check()
            page.locator("#step-next").click()
        expect(page.locator("#step-count")).to_have_text("Question 4 sur 9")
    else:
        answer(page, **ALL_YES)
        expect(page.locator("#check-state")).to_contain_text("Éligible")
    page.goto(address + "/confidentialite")
    page.go_back()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("input[name=public_partner][value=yes]")).to_be_checked()
    if width < 1000:
        expect(page.locator("#step-count")).to_have_text("Question 4 sur 9")
        expect(page.locator("#mini-link")).to_have_text("Cela dépend")
    else:
        expect(page.locator("#field-public_partner")).to_be_visible()
        expect(page.locator("#check-state")).to_contain_text("Éligible")


@pytest.mark.parametrize("width", [640, 1280])
def test_enter_in_an_answer_sends_nothing(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    open_page(page, address + "/eligibilite")
    page.evaluate("window.same = true")
    page.locator("input[name=applicant][value=public]").check()
    page.keyboard.press("Enter")
    if width == 640:
        expect(page.locator("#step-count")).to_have_text("Question 2 sur 7")
        expect(page.locator("#field-established legend")).to_be_focused()
    else:
        expect(page.locator("input[name=applicant][value=public]")).to_be_focused()
    page.wait_for_timeout(300)
    assert page.evaluate("window.same") is True


@pytest.mark.parametrize("width", [390, 1280])
def test_a_failure_of_the_check_leaves_no_verdict_and_can_be_tried_again(
    page: Page, address: str, context: BrowserContext, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    open_page(page, address + "/eligibilite")
    page.locator("input[name=applicant][value=public]").check()
    expect(page.locator("#check-state")).to_contain_text("Cela dépend")
    expect(page.locator("#check-card")).to_contain_text("Organisme candidat\u00a0: remplie")
    context.set_offline(True)
    page.locator("input[name=applicant][value=private]").check()
    message = page.get_by_text("Le service ne répond pas").locator("visible=true")
    expect(message).to_be_in_viewport()
    expect(page.locator("#announcer")).to_contain_text("Le verdict n’est pas à jour")
    assert "Cela dépend" not in page.locator("#check").inner_text()
    assert "remplie" not in page.locator("#check").inner_text()
    check_axe(page, "failure of the check")
    check_fits(page, "failure of the check")
    if width == 390:
        page.locator("#step-next").click()
        expect(page.get_by_role("button", name="Réessayer")).to_be_in_viewport()
    context.set_offline(False)
    page.get_by_role("button", name="Réessayer").click()
    expect(page.locator("#check-state")).to_contain_text("Cela dépend")
    expect(message).to_have_count(0)
    expect(page.locator("#field-established legend" if width == 390 else "#check-state")).to_be_focused()


@pytest.mark.parametrize("width", [390, 1280])
def test_paper_holds_the_answers_and_the_verdict_in_dark_ink(page: Page, address: str, width: int) -> None:
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": width, "height": 844})
    open_page(page, address + "/eligibilite")
    page.locator("input[name=applicant][value=public]").check()
    expect(page.locator("#check-card")).to_contain_text("Organisme candidat\u00a0: remplie")
    page.emulate_media(color_scheme="dark", media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    words = page.locator("#check").inner_text()
    for seen in ("Vos réponses", "Quel organisme porte le projet", "Organisme public", "Cela dépend", "Références"):
        assert seen in words
    for unseen in ("Aucune réponse", "Association", "Le projet recourt-il", "Continuer", "Télécharger"):
        assert unseen not in words.split("Critère par critère")[0].replace("plus\u00a0: Le projet recourt-il", "")
    ink, ground = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert (ink, ground) == ("rgb(29, 36, 51)", "rgb(255, 255, 255)")
    assert page.evaluate("getComputedStyle(document.querySelector('#check .card')).breakInside") == "auto"
    titles = page.locator("#check-card details[open] .source-title").all_inner_texts()
    assert len(titles) == len(set(titles)) > 0
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("#check-card details[open]").count() == 0


def test_what_can_be_done_with_the_verdict_is_in_sight(page: Page, address: str) -> None:
    open_page(page, address + "/eligibilite")
    answer(page, **ALL_YES)
    expect(page.locator("#check-state")).to_contain_text("Éligible")
    page.evaluate("window.scrollTo(0, 0)")
    for name in ("Imprimer", "Télécharger", "Recommencer"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("link", name="En parler dans la conversation")).to_be_in_viewport(ratio=1)


def test_an_unchanged_verdict_is_not_said_again_and_what_is_open_stays_open(page: Page, address: str) -> None:
    open_page(page, address + "/eligibilite")
    listen(page)
    page.locator("input[name=applicant][value=public]").check()
    expect(page.locator("#announcer")).to_contain_text("Cela dépend")
    page.locator("#check-card details summary").first.click()
    for theme in ("edtech", "cameras"):  # the theme changes nothing of the verdict
        with page.expect_response("**/verdict"):
            page.locator(f"input[name=theme][value={theme}]").check()
    expect(page.locator("#check-card")).to_contain_text("non prioritaire")
    expect(page.locator("#check-card details[open]")).to_have_count(1)
    page.locator("input[name=uses_ai][value=no]").check()
    expect(page.locator("#announcer")).to_contain_text("Non éligible")
    expect(page.locator("#announcer")).to_contain_text("une condition n’est pas remplie")
    assert len(page.evaluate("window.heard")) == 2


def test_a_phone_is_told_what_becomes_of_the_answers(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, address + "/eligibilite")
    promise = page.get_by_text("Vos réponses ne sont pas conservées")
    expect(promise).to_be_in_viewport(ratio=1)
    expect(promise).to_contain_text("n’engage pas la CNIL")


def test_a_note_does_not_take_the_colour_of_a_verdict(page: Page, address: str) -> None:
    open_page(page, address + "/eligibilite")
    page.locator("input[name=applicant][value=private]").check()
    page.locator("#check-card details", has_text="À noter").locator("summary").first.click()
    note, state = (
        page.locator(f"#check-card {one} strong").first.evaluate("one => getComputedStyle(one).color")
        for one in (".note", ".criterion-name")
    )
    assert note != state


def test_the_check_works_without_a_script(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "/eligibilite")
    page.get_by_label("Organisme public", exact=True).check()
    page.get_by_role("button", name="Voir le verdict").click()
    assert "Organisme candidat" in page.locator("#check-card").inner_text()
    assert page.get_by_label("Organisme public", exact=True).is_checked()
    context.close()


def test_reduced_motion_and_forced_colours_are_respected(page: Page, address: str, fake: Any) -> None:
    page.emulate_media(reduced_motion="reduce", forced_colors="active")
    open_page(page, address)
    fake.pause = 0.4
    try:
        page.locator("#question-field").fill("Quelle était la date limite ?")
        page.keyboard.press("Enter")
        page.wait_for_selector(".waiting")
        animation = page.evaluate("getComputedStyle(document.querySelector('.waiting'), '::before').animationName")
        assert animation == "none"
        page.wait_for_selector(".reply")
    finally:
        fake.pause = 0.0
    check_axe(page, "forced colours")


def test_gradio_client_gets_the_same_answers_and_sees_only_ask(address: str) -> None:
    client_module = pytest.importorskip("gradio_client")
    client = client_module.Client(address, analytics_enabled=False, verbose=False)
    endpoints = client.view_api(return_format="dict")["named_endpoints"]
    assert list(endpoints) == ["/ask"]
    answer = client.predict("Quelle était la date limite ?", api_name="/ask")
    assert answer["kind"] == "answer"
    assert answer["citations"][0]["fact_ids"] == ["call-deadline"]
    with pytest.raises(Exception, match="Écrivez d’abord"):
        client.predict(" ", api_name="/ask")
    client.close()
