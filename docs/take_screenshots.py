"""Takes the screenshots of docs/images from a site that runs: `python docs/take_screenshots.py http://127.0.0.1:7860`.

With a question as second argument, whose answer cites a PDF file, the page of that file is taken too.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
DESKTOP, PHONE = (1280, 900), (390, 844)


def open_page(browser: Browser, url: str, size: tuple[int, int], scheme: str) -> Page:
    """The page at `url`, ready, on a screen of that size."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="fr-FR",
    )
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector("html[data-ready]")
    page.wait_for_timeout(300)
    return page


def ask(page: Page, question: str) -> None:
    """Ask, and wait for the reply."""
    turns = page.locator(".turn").count()
    page.locator("#question-field").fill(question)
    page.locator("#question-field").press("Enter")
    page.wait_for_selector(f".turn:nth-child({turns + 1}) .reply")
    page.wait_for_timeout(300)


def open_citation(page: Page) -> None:
    """Open the document that the last answer cites first."""
    page.locator(".turn").last.locator("a.marker").first.click()
    page.wait_for_selector("#panel-document .doc")
    page.wait_for_timeout(600)


def take_page_of_pdf(browser: Browser, site: str, question: str) -> None:
    """A PDF file at the cited passage, beside the chat and on its own page."""
    for suffix, size, scheme in (("", DESKTOP, "light"), ("-phone", PHONE, "light"), ("-dark", DESKTOP, "dark")):
        page = open_page(browser, site + "/", size, scheme)
        ask(page, question)
        open_citation(page)
        save(page, f"document{suffix}")
        page.goto(site + str(page.locator("#panel-document .doc").get_attribute("data-link")))
        page.wait_for_timeout(600)
        save(page, f"document-alone{suffix}")


def save(page: Page, name: str) -> None:
    """Write docs/images/`name`.png."""
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


def take(browser: Browser, site: str) -> None:
    """Every state that the documentation shows, desktop and phone, light and dark."""
    for suffix, size, scheme in (("", DESKTOP, "light"), ("-phone", PHONE, "light"), ("-dark", DESKTOP, "dark")):
        page = open_page(browser, site + "/", size, scheme)
        save(page, f"home{suffix}")
        ask(page, "Quelle était la date limite de dépôt ?")
        open_citation(page)
        save(page, f"answer{suffix}")
        page.keyboard.press("Escape")
        ask(page, "Nous sommes une PME sans partenaire public. Peut-on candidater ?")
        save(page, f"verdict{suffix}")
        page = open_page(browser, site + "/", size, scheme)
        ask(page, "Combien coûte l’accompagnement ?")
        save(page, f"abstention{suffix}")
        page.locator("#question-field").fill("Notre projet. " * 90)
        page.locator("#send").click()
        page.wait_for_timeout(300)
        save(page, f"error{suffix}")
        page = open_page(browser, site + "/eligibilite", size, scheme)
        page.locator("input[name=applicant][value=private]").check()
        if size == DESKTOP:
            page.locator("input[name=public_partner][value=yes]").check()
            page.locator("input[name=uses_ai][value=yes]").check()
            page.evaluate("window.scrollTo(0, 0)")
        page.wait_for_timeout(500)
        save(page, f"check{suffix}")
    save(open_page(browser, site + "/en", DESKTOP, "light"), "home-english")


def main() -> None:
    """Take them all."""
    site = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://127.0.0.1:7860"
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        take(browser, site)
        if len(sys.argv) > 2:
            take_page_of_pdf(browser, site, sys.argv[2])
        browser.close()


if __name__ == "__main__":
    main()
