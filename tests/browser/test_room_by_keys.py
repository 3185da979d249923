"""A whole meeting by keys alone, and what each state of it is to somebody who does not see it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator

from .looks import violations
from .people import Person, Probe

pytestmark = [
    pytest.mark.browser,
    pytest.mark.looks,
    pytest.mark.enable_socket,
]

NewPerson = Callable[..., Person]
MOST_TABS = 60
LINE = "line => roomDebug.session.dispatch({ t: 'line', line })"
# What screen readers are told, politely and at once, from now on
LISTEN = """() => {
  window.heard = [];
  for (const place of document.querySelectorAll("[data-say], [data-say-now]")) {
    const note = () => window.heard.push(place.textContent);
    new MutationObserver(note).observe(place, { childList: true });
  }
}"""


class Faults:
    """What axe finds, by the state in which it was found."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}

    def look(self, person: Person, state: str) -> None:
        if found := violations(person.page):
            self.found[state] = [fault["id"] for fault in found]


def test_a_meeting_is_held_by_keys_alone(host: Person, new_person: NewPerson) -> None:
    faults, ana = Faults(), new_person("Ana Lima")
    for person in (host, ana):
        person.bring_no_devices()
    host_link, guest_link = host.plan_meeting("By keys")

    host_comes_in(host, host_link, faults)
    guest_knocks_and_is_admitted(host, ana, guest_link, faults)
    they_speak_share_and_write(host, ana, faults)
    guest_raises_her_hand_writes_leaves_and_returns(host, ana)
    line_breaks_and_comes_back(host, faults)
    guest_is_muted_and_removed(host, ana, faults)
    heard = host.page.evaluate("window.heard.join('|')")
    host_ends_it(host, faults)

    assert faults.found == {}
    assert "Ana Lima wants to come in" in heard
    assert "Ana Lima joined" in heard
    assert "The connection to the server is lost" in heard
    assert [host.errors, ana.errors] == [[], []]


# What they do, in order


def host_comes_in(host: Person, link: str, faults: Faults) -> None:
    host.go_to(link)
    host.page.locator("[data-prejoin]").wait_for()
    faults.look(host, "door")
    press(host, host.page.locator("#state button"))
    host.is_in()
    host.page.evaluate(LISTEN)


def guest_knocks_and_is_admitted(host: Person, ana: Person, link: str, faults: Faults) -> None:
    ana.go_to(link)
    reach(ana, ana.page.get_by_label("Your name"))
    ana.page.keyboard.type(ana.name)
    press(ana, ana.page.locator("#state button"))
    host.sees("Ana Lima wants to come in")
    ana.sees("The host was asked to let you in.")
    faults.look(ana, "waiting")
    faults.look(host, "knock")
    press(host, host.page.locator("[data-toasts]").get_by_role("button", name="Admit"))
    ana.is_in()


def they_speak_share_and_write(host: Person, ana: Person, faults: Faults) -> None:
    keys, page = host.page.keyboard, host.page
    press(host, page.locator("[data-control=mic]"))
    page.locator("[data-control=mic][aria-pressed=true]").wait_for()
    keys.press("m")
    page.locator("[data-control=mic][aria-pressed=false]").wait_for()
    keys.press("s")
    ana.sees(f"{host.name} is sharing")
    faults.look(ana, "screen")
    keys.press("s")
    ana.page.locator(".tile--screen").wait_for(state="detached")
    keys.press("c")
    keys.type("Is anybody there?")
    keys.press("Enter")
    ana.reads("Is anybody there?")
    faults.look(host, "chat")
    keys.press("Escape")


def guest_raises_her_hand_writes_leaves_and_returns(host: Person, ana: Person) -> None:
    keys, page = ana.page.keyboard, ana.page
    press(ana, page.locator("[data-control=hand]"))
    host.until(lambda probe: hands(probe) == [ana.name], "her hand")
    keys.press("h")
    host.until(lambda probe: hands(probe) == [], "the hand to be lowered")
    keys.press("c")
    keys.type("I have to go for a moment.")
    keys.press("Enter")
    host.reads("I have to go for a moment.")
    keys.press("Escape")
    press(ana, page.locator("[data-control=leave]"))
    page.get_by_role("heading", name="You left the meeting").wait_for()
    host.until(lambda probe: len(probe["roster"]) == 1, "her to leave")
    press(ana, page.get_by_role("link", name="Join again"))
    press(ana, page.locator("#state button"))
    ana.is_in()


def line_breaks_and_comes_back(host: Person, faults: Faults) -> None:
    host.page.evaluate(LINE, "down")
    host.sees("The connection to the server is lost.")
    faults.look(host, "line lost")
    host.page.evaluate(LINE, "up")


def guest_is_muted_and_removed(host: Person, ana: Person, faults: Faults) -> None:
    page = host.page
    page.keyboard.press("p")
    assert page.evaluate("document.activeElement.textContent.trim()") == "People"
    ana_here = host.person("Ana Lima")
    press(host, ana_here.locator("summary"))
    press(host, ana_here.get_by_role("button", name="Mute", exact=True))
    ana.page.locator("[data-say-now]", has_text="A host muted you.").wait_for(state="attached")
    press(host, ana_here.locator("summary"))
    faults.look(host, "people")
    press(host, ana_here.get_by_role("button", name="Remove"))
    faults.look(host, "removing")
    press(host, page.get_by_role("dialog").get_by_role("button", name="Remove"))
    ana.page.get_by_role("heading", name="A host removed you").wait_for()
    faults.look(ana, "removed")
    ana_here.wait_for(state="detached")
    host.becomes("document.activeElement.matches('[data-panel-title]')")


def host_ends_it(host: Person, faults: Faults) -> None:
    keys, page = host.page.keyboard, host.page
    keys.press("?")
    faults.look(host, "keys")
    keys.press("Escape")
    press(host, page.locator("[data-control=leave]"))
    faults.look(host, "leaving")
    press(host, page.get_by_role("button", name="End the meeting for everyone"))
    page.get_by_role("heading", name="The meeting is over").wait_for()
    faults.look(host, "end")


def hands(probe: Probe) -> list[str]:
    """Who has raised theirs."""
    return [peer["name"] for peer in probe["roster"] if peer["hand"]]


def press(person: Person, button: Locator) -> None:
    """Go there with the Tab key, and press Enter."""
    reach(person, button)
    person.page.keyboard.press("Enter")


def reach(person: Person, place: Locator) -> None:
    """Go there with the Tab key."""
    place.wait_for()
    for _ in range(MOST_TABS):
        if place.evaluate("place => place === document.activeElement"):
            return
        person.page.keyboard.press("Tab")
    raise AssertionError(f"The Tab key does not lead to {place}.")
