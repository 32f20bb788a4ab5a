"""A click on a citation, in a browser: the document beside the chat, over it on a phone, on its own page; by keyboard, without a script, on paper."""

from __future__ import annotations

import re
from typing import Any

import pytest
from e2e.fakes import CITED, HOSTILE, passage_of
from e2e.test_journeys import CLEAN, ask, check_axe, check_fits, check_one_title, left_behind, nothing_leaves, open_page
from playwright.sync_api import BrowserContext, Page, expect

from assistant.site.reading import link_to

__all__ = ["nothing_leaves"]
PHONE = {"width": 390, "height": 844}


def link(name: str, language: Any = "fr") -> str:
    document, words = CITED[name]
    return link_to(passage_of(document, words), words, language)


def open_citation(page: Page, address: str, name: str) -> None:
    open_page(page, address)
    ask(page, f"Que disent {name} ?")
    page.locator("a.marker").first.click()
    expect(page.locator("#panel-document #passage")).to_be_focused()


def marked(page: Page) -> str:
    """The quoted words as they are marked in the text, without what is said to screen readers only."""
    text: str = page.evaluate(
        """() => [...document.querySelectorAll('.doc-text mark.quote')].map((mark) => {
            const copy = mark.cloneNode(true);
            copy.querySelectorAll('.vh').forEach((each) => each.remove());
            return copy.textContent;
        }).join('')"""
    )
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize("name", ["registre", "comité"])
def test_the_document_opens_beside_the_chat_at_the_passage(page: Page, address: str, name: str) -> None:
    open_citation(page, address, name)
    assert marked(page) == CITED[name][1]
    target = page.locator("#panel-document .sheet svg rect" if name == "comité" else ".doc-text mark.quote").first
    expect(target).to_be_in_viewport()
    expect(page.locator("#question-field")).to_be_in_viewport()
    expect(page.locator(".card")).to_be_in_viewport()
    assert page.evaluate("document.querySelector('#talk').inert") is False
    marker = page.locator("a.marker").first
    expect(marker).to_have_attribute("aria-current", "true")
    page.keyboard.press("Escape")
    expect(marker).to_be_focused()
    expect(page.locator("#panel-document .doc")).to_have_count(0)
    assert marker.get_attribute("aria-current") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["registre", "comité", "notes"])
def test_documents_pass_axe_beside_the_chat_and_alone(page: Page, address: str, name: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    open_citation(page, address, name)
    page.locator("#panel-document .doc-contents summary").click() if name == "registre" else None
    check_axe(page, f"{name} beside the chat")
    page.goto(address + link(name))
    expect(page.locator("#passage")).to_be_visible()
    check_one_title(page, "fr")
    check_axe(page, f"{name} alone")
    page.set_viewport_size(PHONE)
    check_axe(page, f"{name} alone on a phone")
    check_fits(page, name)


def test_on_a_phone_the_document_covers_the_page_and_the_way_back_closes_it(page: Page, address: str) -> None:
    page.set_viewport_size(PHONE)
    for close in ("button", "escape", "back"):
        open_citation(page, address, "comité")
        dialog = page.get_by_role("dialog", name="Rapport annuel du comité")
        expect(dialog).to_be_visible()
        assert dialog.get_attribute("aria-modal") == "true"
        assert page.evaluate("document.querySelector('#talk').inert && document.querySelector('header.top').inert")
        check_fits(page, "document on a phone")
        check_axe(page, "document on a phone")
        expect(page.locator(".sheet svg rect").first).to_be_in_viewport()
        if close == "button":
            page.get_by_role("button", name="Fermer le document").click()
        elif close == "escape":
            page.keyboard.press("Escape")
        else:
            page.go_back()
        expect(page.locator("#panel-document .doc")).to_have_count(0)
        expect(page.locator("a.marker").first).to_be_focused()
        expect(page.locator(".turn")).to_have_count(1)
        assert page.evaluate("document.querySelector('#talk').inert") is False
        page.locator("#restart").click()


def test_the_pages_of_a_document_turn_in_place_by_keyboard(page: Page, address: str) -> None:
    open_citation(page, address, "comité")
    page.get_by_role("link", name="Page suivante").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#panel-document")).to_contain_text("Page ii (2 sur 2)")
    expect(page.locator("#doc-title")).to_be_focused()
    page.get_by_role("link", name="Revenir au passage cité").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#passage")).to_be_focused()
    expect(page.locator("#panel-document")).to_contain_text("Page i (1 sur 2)")
    page.keyboard.press("Escape")
    expect(page.locator("a.marker").first).to_be_focused()
    expect(page.locator(".turn")).to_have_count(1)


def test_the_contents_lead_to_a_heading_in_place(page: Page, address: str) -> None:
    open_citation(page, address, "registre")
    page.locator("#panel-document .doc-contents summary").click()
    page.get_by_role("link", name="Article 3", exact=True).click()
    expect(page.get_by_role("heading", name="Article 3", exact=True)).to_be_focused()
    expect(page.get_by_role("heading", name="Article 3", exact=True)).to_be_in_viewport()


def test_a_click_for_a_new_tab_opens_the_page_of_the_document(
    page: Page, context: BrowserContext, address: str
) -> None:
    open_page(page, address)
    ask(page, "Que dit le registre ?")
    with context.expect_page() as opened:
        page.locator("a.marker").first.click(modifiers=["Control"])
    alone = opened.value
    alone.wait_for_load_state()
    assert "/document/acte-essai?" in alone.url
    expect(alone.locator("#passage")).to_be_in_viewport()
    expect(page.locator("#panel-document .doc")).to_have_count(0)


def test_the_link_of_a_passage_can_be_copied(page: Page, context: BrowserContext, address: str) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_citation(page, address, "registre")
    page.get_by_role("button", name="Copier le lien vers ce passage").click()
    expect(page.locator("#announcer")).to_contain_text("Lien copié")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == address + link("registre")
    page.goto(copied)
    assert marked(page) == CITED["registre"][1]
    page.get_by_role("button", name="Copier le lien vers ce passage").click()
    expect(page.locator("#announcer")).to_contain_text("Lien copié")


def test_the_page_of_a_document_works_without_a_script(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    for name in ("registre", "comité"):
        page.goto(address + link(name))
        expect(page.locator(".doc-text mark.quote").first).to_contain_text(CITED[name][1][:20])
        expect(page.locator("#passage")).to_be_in_viewport()
        expect(page.get_by_role("button", name="Copier")).to_have_count(0)
    page.get_by_role("link", name="Page suivante").first.click()
    expect(page.locator(".doc")).to_contain_text("Page ii (2 sur 2)")
    page.get_by_role("link", name="EN", exact=True).click()
    expect(page.locator(".doc")).to_contain_text("Page ii (2 of 2)")
    context.close()


def test_hostile_documents_do_nothing(page: Page, address: str) -> None:
    open_citation(page, address, "notes")
    assert marked(page) == CITED["notes"][1]
    page.goto(address + link("notes"))
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    for selector in ("img", "iframe", "form", "input", "style", 'a[href^="javascript"]', 'a[href*="evil"]'):
        assert page.locator(f".doc {selector}").count() == 0
    expect(page.locator(".doc")).to_contain_text(HOSTILE.split("<img")[0])


def test_when_the_document_cannot_be_fetched_the_source_opens_instead(
    page: Page, context: BrowserContext, address: str
) -> None:
    open_page(page, address)
    ask(page, "Que dit le registre ?")
    context.set_offline(True)
    page.locator("a.marker").first.click()
    expect(page.locator("#panel details.source[open] summary")).to_be_focused()
    expect(page.locator("#announcer")).to_contain_text("n’a pas pu s’ouvrir")
    context.set_offline(False)
    page.locator("#panel a.read-on").click()
    expect(page.locator("#panel-document #passage")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#panel a.read-on")).to_be_focused()


def test_a_new_answer_closes_the_document_and_leaves_nothing_behind(
    page: Page, context: BrowserContext, address: str
) -> None:
    open_citation(page, address, "registre")
    ask(page, "Quelle était la date limite ?")
    expect(page.locator("#panel-document .doc")).to_have_count(0)
    expect(page.locator("#panel-sources")).to_contain_text("Date limite")
    expect(page.locator("#question-field")).to_be_focused()
    page.locator("a.marker").last.click()
    expect(page.locator("#passage")).to_be_focused()
    page.locator("#restart").click()
    expect(page.locator("#panel-document .doc")).to_have_count(0)
    assert left_behind(context, page) == CLEAN


def test_a_document_survives_a_change_of_width_and_twice_the_text(page: Page, address: str) -> None:
    open_citation(page, address, "registre")
    page.set_viewport_size(PHONE)
    expect(page.get_by_role("dialog")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.add_style_tag(content="html { font-size: 200% !important; }")
    check_fits(page, "document at 200 %")
    page.goto(address + link("comité"))
    page.add_style_tag(content="html { font-size: 200% !important; }")
    check_fits(page, "page of a PDF at 200 %")


def test_on_paper_the_passage_is_marked_and_the_controls_are_gone(page: Page, address: str) -> None:
    page.goto(address + link("registre"))
    page.emulate_media(media="print")
    expect(page.locator(".doc-text mark.quote").first).to_be_visible()
    for gone in (".pager", ".doc-ways", ".doc-contents", ".top nav"):
        expect(page.locator(gone).first).to_be_hidden()


def test_the_guided_check_leads_to_the_document_in_a_new_tab(page: Page, context: BrowserContext, address: str) -> None:
    open_page(page, f"{address}/eligibilite")
    page.locator("input[name=applicant][value=private]").check()
    source = page.locator("#check-card details.source").first
    source.locator("summary").click()
    with context.expect_page() as opened:
        source.get_by_role("link", name=re.compile("Lire dans le document")).click()
    opened.value.wait_for_load_state()
    assert "/document/texts/fr/l-appel" in opened.value.url


def test_what_gradio_draws_again_takes_nothing_away(page: Page, address: str) -> None:
    open_page(page, address)
    ask(page, "Que dit le registre ?")
    page.evaluate(
        """() => {
            for (const id of ['conversation-block', 'panel-block', 'composer-message-block']) {
                const block = document.getElementById(id);
                const drawn = document.createElement('div');
                drawn.innerHTML = '<div id="conversation"></div><p id="composer-message"></p><div id="panel-sources"></div>';
                block.replaceChildren(drawn);
            }
            const area = document.querySelector('#question textarea');
            const anew = area.cloneNode();
            anew.id = '';
            area.replaceWith(anew);
            document.getElementById('send').replaceWith(document.getElementById('send').cloneNode(true));
            document.getElementById('counter').remove();
        }"""
    )
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator("#conversation")).to_have_count(1)
    ask(page, "Quelle était la date limite ?", by_mouse=True)
    expect(page.locator(".turn")).to_have_count(2)
    page.locator("#question-field").fill("x" * 900)
    expect(page.locator("#counter")).to_contain_text("900")
    page.locator("a.marker").last.click()
    expect(page.locator("#passage")).to_be_focused()
