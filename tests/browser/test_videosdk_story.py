"""VideoSDK from the account to the end of a meeting, at a double that runs as people run it."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from . import at_a_double
from .at_a_double import SOON, DoubleByHand
from .people import Person
from .server import HOST, OPERATOR, Server, until

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.enable_socket]

NewPerson = Callable[..., Person]


@pytest.fixture(scope="module")
def double(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DoubleByHand]:
    with at_a_double.double_by_hand("videosdk", tmp_path_factory.mktemp("double")) as double:
        yield double


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with at_a_double.site(tmp_path_factory.mktemp("parley")) as server:
        yield server


def test_from_the_account_to_the_end_of_a_meeting(
    double: DoubleByHand, new_person: NewPerson, host: Person
) -> None:
    operator, ana, carl = new_person("Olga", OPERATOR), new_person("Ana"), new_person("Carl")

    at_a_double.add_account(operator, double)
    checks = at_a_double.passes(operator, double)
    tested = double.calls()
    meeting = at_a_double.plan(host, "Review", at_a_double.tomorrow(), waits="guests")
    at_a_double.move(host, meeting, at_a_double.now())
    tab, link = host_opens_and_lets_in(host, ana, meeting)
    rights = [fact(page, "Rights").inner_text() for page in (tab, ana.page)]
    shown = [fact(page, "Shown").inner_text() for page in (tab, ana.page)]
    host_records_for_a_while(host, tab)
    guest_leaves_returns_and_is_removed(host, ana, link)
    another_is_refused_from_beside_the_room(tab, carl, link)
    at_a_double.end_for_all(host, meeting)
    expect(frame(tab).locator("h1")).to_have_text("The meeting has ended", timeout=SOON)
    carl.sees("This meeting is over.")

    assert checks
    assert [line for line in checks if "Passed" not in line] == []
    assert rights == ["allow_join allow_mod", "allow_join"]
    assert ["participantCanEndMeeting" in names for names in shown] == [True, False]
    assert [each.errors for each in (host, ana, carl, operator)] == [[]] * 4
    the_double_heard_what_is_right(double, tested)


def host_opens_and_lets_in(host: Person, ana: Person, meeting: str) -> tuple[Page, str]:
    """The host's page with the room in it, and the guests' link."""
    host_link, link = at_a_double.links_of(host, meeting)
    tab = at_a_double.comes_in_as_host(host, host_link, inside)
    host.go_to(meeting)
    at_a_double.is_inside(host, HOST)
    at_a_double.let_in_at_the_door(host, ana, link, inside)
    at_a_double.is_inside(host, "Ana")
    at_a_double.keep(host.page, "videosdk-3-meeting")
    at_a_double.keep(tab, "videosdk-4-host")
    at_a_double.keep(ana.page, "videosdk-5-participant")
    return tab, link


def host_records_for_a_while(host: Person, tab: Page) -> None:
    host.page.get_by_role("button", name="Record", exact=True).click()
    expect(fact(tab, "Recording")).to_have_text("yes", timeout=SOON)
    host.press("Stop recording")
    expect(fact(tab, "Recording")).to_have_text("no", timeout=SOON)


def guest_leaves_returns_and_is_removed(host: Person, ana: Person, link: str) -> None:
    ana.page.get_by_role("link", name="Leave").click()
    at_a_double.is_gone(host, "Ana")
    ana.page.goto(link)
    ana.press("Join now")
    at_a_double.is_inside(host, "Ana")
    remove(host, "Ana")
    expect(frame(ana.page).locator("h1")).to_have_text(re.compile("no longer in"), timeout=SOON)
    at_a_double.is_gone(host, "Ana")


def another_is_refused_from_beside_the_room(tab: Page, carl: Person, link: str) -> None:
    """The bar above the vendor's page tells who waits; the room goes on beneath it."""
    carl.join(link)
    carl.sees("The host was asked to let you in.")
    expect(tab.get_by_role("heading", name="1 person waits")).to_be_visible(timeout=SOON)
    at_a_double.keep(tab, "videosdk-6-who-waits")
    tab.locator("summary[aria-label='Refuse Carl']").click()
    tab.get_by_role("button", name="Refuse", exact=True).click()
    carl.sees("The host did not let you in.")
    expect(inside(tab)).to_be_visible()


def the_double_heard_what_is_right(double: DoubleByHand, tested: list[str]) -> None:
    assert double.changes(since=tested) == [
        "POST /v2/rooms",
        "POST /v2/recordings/start",
        "POST /v2/recordings/end",
        "POST /v2/sessions/participants/remove",
        "POST /v2/sessions/end",
        "POST /v2/rooms/deactivate",
    ]
    assert double.looks(since=tested) - {"GET /v2/recordings"} == {  # each minute, by the worker
        "GET /v2/public/rsa-public-key",  # to verify events
        "GET /v2/sessions",  # to remove somebody: under which id are they inside?
        "GET /v2/sessions/…/participants/active",
    }
    assert double.unproven() == []
    until(lambda: "session-ended" in dict(double.events()), "the last event")
    assert {status for _, status in double.events()} == {200}


def inside(page: Page) -> Locator:
    return frame(page).get_by_text("is in the meeting")


def frame(page: Page) -> FrameLocator:
    """The vendor's page in ours."""
    return page.frame_locator("iframe")


def remove(host: Person, name: str) -> None:
    line = at_a_double.roster(host).filter(has_text=name)
    line.locator("summary", has_text="Remove").click()
    line.locator(".menu__question button").click()


def fact(page: Page, name: str) -> Locator:
    return frame(page).locator(f"dt:text-is('{name}') + dd")
