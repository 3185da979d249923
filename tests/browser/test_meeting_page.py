"""The page of a meeting that runs: nothing stands before what it is about, or says what was."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from .people import Person
from .test_live_part import SOON, begin

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

NewPerson = Callable[..., Person]
COVERED = """() => {
  const box = (selector) => document.querySelector(selector).getBoundingClientRect();
  const question = box(".page-head .menu[open] > .menu__question");
  return [...document.querySelectorAll("#live, .page-head a, .page-head summary")].some((each) => {
    const { left, right, top, bottom } = each.getBoundingClientRect();
    const width = Math.min(right, question.right) - Math.max(left, question.left);
    const height = Math.min(bottom, question.bottom) - Math.max(top, question.top);
    return each.checkVisibility() && width > 1 && height > 1;
  });
}"""


def test_nothing_is_covered_and_nothing_said_that_is_so_no_more(
    host: Person, new_person: NewPerson
) -> None:
    _, address, guest_link = begin(host, new_person)
    ana = new_person("Ana Lima")
    host.go_to(address)

    ana.join(guest_link)
    expect(said_on(host.page)).to_contain_text("1 person waits", timeout=SOON)
    ana.press("Stop waiting")
    expect(said_on(host.page)).not_to_contain_text("waits", timeout=SOON)
    ana.join(guest_link)
    for width in (320, 390, 800, 1280):
        question_whether_to_end_covers_nobody(host.page, address, width)
    what_was_said_of_the_doors_goes(host, new_person, address)


def question_whether_to_end_covers_nobody(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(address)
    page.get_by_role("button", name="Admit Ana Lima").wait_for(timeout=SOON)

    page.locator("summary", has_text="End for all").click()

    expect(page.locator(".menu[open] > .menu__question")).to_be_visible()
    assert not page.evaluate(COVERED)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def what_was_said_of_the_doors_goes(host: Person, new_person: NewPerson, address: str) -> None:
    other = new_person(host.name, storage_state=host.page.context.storage_state())
    host.go_to(address)
    host.press("Lock")
    host.sees("The meeting is locked.")
    other.go_to(address)

    other.press("Unlock")

    other.sees("The meeting is open again.")
    expect(host.page.get_by_text("The meeting is locked.")).to_have_count(0, timeout=SOON)


def said_on(page: Page) -> Locator:
    return page.locator("#announcer")
