"""The same site on the real index: what people get from `python app.py`."""

from __future__ import annotations

import re

import pytest
from e2e.test_journeys import CLEAN, PATHS, ask, check_axe, left_behind, nothing_leaves, open_page
from playwright.sync_api import BrowserContext, Page, expect

__all__ = ["nothing_leaves"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_real_assistant_answers_with_its_sources(
    page: Page, context: BrowserContext, real_address: str, language: str
) -> None:
    question = {"fr": "Quelle était la date limite de dépôt ?", "en": "What was the deadline to apply?"}[language]
    verdict = {"fr": "Nous sommes une PME sans partenaire public. Peut-on candidater ?",
               "en": "We are a small company with no public partner. Can we apply?"}[language]  # fmt: skip
    open_page(page, real_address + PATHS[language]["chat"])
    assert page.locator("button.starter").count() >= 4
    ask(page, question)
    expect(page.locator(".reply .text")).to_contain_text(
        "30 septembre 2023" if language == "fr" else "30 September 2023"
    )
    page.locator("a.marker").first.click()
    expect(page.locator("#panel-document mark.quote").first).to_be_visible()
    assert page.locator("#panel-document .passage .references a").first.get_attribute("href", timeout=2000)
    ask(page, verdict)
    reply = page.locator(".reply").last
    expect(reply.locator(".state")).to_have_text(re.compile("Cela dépend|It depends"))
    expect(reply.locator(".understood")).to_be_visible()
    check_axe(page, "real verdict")
    page.get_by_role("link", name=re.compile("Reprendre dans le test|Continue in the guided")).click()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("input[name=public_partner][value=no]")).to_be_checked()
    expect(page.locator("#check-card details.source").first).to_be_visible()
    check_axe(page, "real check")
    assert left_behind(context, page) == CLEAN
