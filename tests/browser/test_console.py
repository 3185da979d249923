"""A co-host without an account, on a phone: the console of her link."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from .at_a_double import keep
from .people import Person

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

NewPerson = Callable[..., Person]
SOON = 15_000
PHONE = {"width": 390, "height": 844}


def test_cohost_on_a_phone_admits_two_of_three_and_hands_the_role_on(
    host: Person, new_person: NewPerson
) -> None:
    _, guest_link = host.plan_meeting("Weekly planning")
    meeting = host.page.url
    cohost_link = host.page.locator("#cohost-link").input_value()
    cora = new_person("Cora", viewport=PHONE, has_touch=True)
    guests = [new_person(name, java_script_enabled=False) for name in ("Ana", "Ben", "Cem")]

    console = cohost_opens_her_controls_beside_the_call(cora, cohost_link)
    two_of_three_are_chosen_and_let_in(console, guests, guest_link)
    host_hands_the_role_over(host, console, meeting)
    new_host_shares_it(console)

    assert cora.errors == console.errors == []


def cohost_opens_her_controls_beside_the_call(cora: Person, link: str) -> Person:
    """In another tab, while the call goes on in the first one."""
    cora.join(link)
    cora.is_in()
    controls = Person("Cora", cora.page.context.new_page())
    controls.go_to(link)
    with controls.page.expect_popup() as opened:
        controls.page.get_by_role("link", name="Host controls").click()
    console = Person("Cora", opened.value)
    expect(live_of(console)).to_contain_text("(you)", timeout=SOON)
    return console


def two_of_three_are_chosen_and_let_in(console: Person, guests: list[Person], link: str) -> None:
    """The choice outlives that the third one comes."""
    for guest in guests[:2]:
        guest.join(link)
    for guest in guests[:2]:
        console.page.get_by_label(f"Choose {guest.name}").check(timeout=SOON)
    guests[2].join(link)
    expect(live_of(console)).to_contain_text("3 people wait", timeout=SOON)
    keep(console.page, "console-1-waiting")
    console.press("Admit the chosen")
    console.sees("2 people are let in.")
    expect(live_of(console)).to_contain_text("1 person waits")
    guests[2].sees("The host was asked to let you in")
    assert console.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def host_hands_the_role_over(host: Person, console: Person, meeting: str) -> None:
    """What is the host's alone is the co-host's from then on."""
    expect(console.page.locator("summary", has_text="End for all")).to_have_count(0)
    host.go_to(meeting)
    host.page.locator("#live summary[aria-label='Rights of Cora']").click()
    keep(host.page, "console-2-rights")
    host.press("Make host")
    host.sees("They are host now.")


def new_host_shares_it(console: Person) -> None:
    console.page.locator("#live summary[aria-label='Rights of Ana']").click(timeout=SOON)
    console.press("Make co-host")
    console.sees("They are co-host now.")
    ana = live_of(console).locator(".live__person", has_text="Ana")
    expect(ana).to_contain_text("Co-host")
    keep(console.page, "console-3-host")


def live_of(person: Person) -> Locator:
    return person.page.locator("#live")
