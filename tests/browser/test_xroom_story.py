"""xroom from the account to the end of a meeting, at a double that runs as people run it."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from . import at_a_double
from .at_a_double import SOON, DoubleByHand
from .people import Person
from .server import OPERATOR, Server, until

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

NewPerson = Callable[..., Person]


@pytest.fixture(scope="module")
def double(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DoubleByHand]:
    with at_a_double.double_by_hand("xroom", tmp_path_factory.mktemp("double")) as double:
        yield double


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with at_a_double.site(tmp_path_factory.mktemp("parley")) as server:
        yield server


def test_from_the_account_to_the_end_of_a_meeting(
    double: DoubleByHand, server: Server, new_person: NewPerson, host: Person
) -> None:
    operator, ana, carl = new_person("Olga", OPERATOR), new_person("Ana"), new_person("Carl")

    at_a_double.add_account(operator, double)
    checks = at_a_double.passes(operator, double)
    tested = double.calls()
    meeting = reserved_moved_and_given_back(host, double, server)
    room, link = host_opens_and_lets_in(host, ana, meeting)
    rights = [page.locator("h1").inner_text() for page in (room, ana.page)]
    addresses = [room.url, ana.page.url]
    host_locks_and_ends_it(host, room, ana, carl, meeting, link)
    another_is_reserved_and_given_back(host, double)

    assert checks
    assert [line for line in checks if "Passed" not in line] == []
    assert rights == ["You are in as host", "You are in as participant"]
    assert ["host-key=" in address for address in addresses] == [True, False]
    assert [each.errors for each in (host, ana, carl, operator)] == [[]] * 4
    the_double_heard_what_is_right(double, tested)


def reserved_moved_and_given_back(host: Person, double: DoubleByHand, server: Server) -> str:
    """Planned for tomorrow, later that day, and at last for now, which needs no reservation."""
    meeting = at_a_double.plan(host, "Review", at_a_double.tomorrow(), waits="guests")
    until(lambda: "booking/add" in double.calls(), "the reservation")
    at_a_double.a_minute_passes(server)
    at_a_double.move(host, meeting, at_a_double.tomorrow() + timedelta(hours=1))
    until(lambda: "booking/update" in double.calls(), "the reservation's new time")
    at_a_double.move(host, meeting, at_a_double.now())
    until(lambda: "booking/remove" in double.calls(), "the reservation given back")
    return meeting


def host_opens_and_lets_in(host: Person, ana: Person, meeting: str) -> tuple[Page, str]:
    """The host's page over there, and the guests' link."""
    host_link, link = at_a_double.links_of(host, meeting)
    room = at_a_double.comes_in_as_host(host, host_link, inside)
    host.go_to(meeting)
    at_a_double.let_in_at_the_door(host, ana, link, inside)
    at_a_double.keep(host.page, "xroom-3-meeting")
    at_a_double.keep(room, "xroom-4-host")
    at_a_double.keep(ana.page, "xroom-5-participant")
    lets_in = at_a_double.roster(host).filter(has_text="Ana").filter(has_text="let in at")
    expect(lets_in).to_have_count(1)  # xroom tells nobody's name, so this is all that is known
    return room, link


def host_locks_and_ends_it(
    host: Person, room: Page, ana: Person, carl: Person, meeting: str, link: str
) -> None:
    host.press("Lock")
    expect(room.locator("dt:text-is('Locked') + dd")).to_have_text("yes", timeout=SOON)
    carl.go_to(link)
    carl.sees("The host has locked this meeting.")
    at_a_double.end_for_all(host, meeting)
    expect(room.locator("h1")).to_have_text("The meeting has ended", timeout=SOON)
    expect(ana.page.locator("h1")).to_have_text("The meeting has ended", timeout=SOON)
    carl.sees("This meeting is over.")


def another_is_reserved_and_given_back(host: Person, double: DoubleByHand) -> None:
    other = at_a_double.plan(host, "Another", at_a_double.tomorrow())
    until(lambda: double.calls().count("booking/add") == 2, "the other reservation")
    at_a_double.cancel(host, other)
    until(lambda: double.calls().count("booking/remove") == 2, "the other one given back")


def the_double_heard_what_is_right(double: DoubleByHand, tested: list[str]) -> None:
    assert double.changes(since=tested) == [
        "booking/add",
        "webhook/add",
        "booking/update",
        "booking/remove",  # what begins now needs no reservation
        "room/init",
        "room/setLock",
        "room/destroy",
        "booking/add",
        "booking/remove",
    ]
    assert double.looks(since=tested) == {
        "booking/get",  # the time, read back
        "room/list",  # before opening, and after each hint
        "webhook/list",
    }
    assert double.unproven() == []
    assert set(dict(double.events())) == {"validation", "roomCreated", "clientAdded", "roomRemoved"}
    assert {status for _, status in double.events()} == {200}


def inside(page: Page) -> Locator:
    return page.get_by_text("You are in as")
