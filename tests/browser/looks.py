"""How pages are looked at: wide and narrow, light and dark, by eyes and by axe.

`SCREENSHOTS=folder` keeps a picture of each.
"""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

LOOKS: dict[str, dict[str, Any]] = {
    "desktop-light": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "light"},
    "desktop-dark": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "dark"},
    "phone-light": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
    "phone-dark": {"viewport": {"width": 320, "height": 700}, "color_scheme": "dark"},
}
# The two that differ most are always looked at; pictures are taken of all four.
LOOKED_AT = LOOKS if os.environ.get("SCREENSHOTS") else ("desktop-light", "phone-dark")
SERIOUS = {"serious", "critical"}
AS_IT_SHOULD_BE = (404, 410, 422, 429)


def visit_all(
    context: BrowserContext, pages: dict[str, str], stories: dict[str, str], *answers: int
) -> list[str]:
    """What is wrong with these pages in any look, in words; hopefully nothing."""
    troubles: list[str] = []
    page = context.new_page()
    heard = listen(page, *answers)
    for name, path in pages.items():
        asked = path or stories[name]
        page.goto(asked)
        page.evaluate(SETTLED)
        if urlsplit(page.url).path != urlsplit(asked).path:
            troubles.append(f"{name}: leads to {page.url}")
        troubles += look_at(page, name, heard)
    return troubles


def look_at(page: Page, name: str, heard: list[str]) -> list[str]:
    """What is wrong with the page as it is now, in each look. What it has said is used up."""
    troubles: list[str] = []
    for look in LOOKED_AT:
        put_on(page, **LOOKS[look])
        found = (*heard, *too_wide(page), *barriers(page))
        troubles += [f"{name}, {look}: {each}" for each in found]
        heard.clear()
        keep_picture(page, f"{name}-{look}")
    return troubles


def listen(page: Page, *answers: int) -> list[str]:
    """The errors that the page tells from now on; that something answers one of these is none."""
    heard: list[str] = []
    fine = "|".join(map(str, (*AS_IT_SHOULD_BE, *answers)))
    is_fine = re.compile(f"status of ({fine}) ").search

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not is_fine(message.text):
            heard.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


# Django's admin fades also for those who want no motion. What turns for ever has no end to go to.
ARRIVE = """
() => document.getAnimations().forEach((each) => {
  if (each.effect.getComputedTiming().endTime < Infinity) each.finish();
})
"""
# What a page asks for when it is there (htmx) has come, and so have its letters.
SETTLED = """
async () => {
  await document.fonts.ready;
  do await new Promise((resolve) => setTimeout(resolve, 50));
  while (document.querySelector(".htmx-request"));
}
"""

VIOLATIONS = "axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)"


def put_on(page: Page, *, viewport: Any, color_scheme: Any) -> None:
    """Another screen and colours at once: nothing is on its way between two."""
    page.emulate_media(color_scheme=color_scheme, reduced_motion="reduce")
    page.set_viewport_size(viewport)
    page.evaluate(ARRIVE)


def too_wide(page: Page) -> list[str]:
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"wider than the screen by {over} px"] if over > 0 else []


def barriers(page: Page) -> list[str]:
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:120]} ({each['nodes'][0]['failureSummary']})"
        for each in violations(page)
        if each["impact"] in SERIOUS
    ]


def violations(page: Page) -> list[dict[str, Any]]:
    """All that axe finds. It stays in the page for the next time; what is fine stays there too."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(VIOLATIONS)
    return found


def keep_picture(page: Page, name: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
