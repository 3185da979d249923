"""plugNmeet from the account to the end of a meeting, at a double that runs as people run it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from . import at_a_double
from .at_a_double import SOON, DoubleByHand
from .people import Person
from .server import HOST, OPERATOR, Server, until

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.enable_socket]

NewPerson = Callable[..., Person]


@pytest.fixture(scope="module")
def double(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DoubleByHand]:
    with at_a_double.double_by_hand("plugnmeet", tmp_path_factory.mktemp("double")) as double:
        yield double


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with at_a_double.site(tmp_path_factory.mktemp("parley")) as server:
        yield server


def test_from_the_account_to_the_end_of_a_meeting(
    double: DoubleByHand, server: Server, new_person: NewPerson, host: Person
) -> None:
    operator, ana, carl = new_person("Olga", OPERATOR), new_person("Ana"), new_person("Carl")
    other = new_person(HOST, next(server.hosts))

    at_a_double.add_account(operator, double)
    checks = at_a_double.passes(operator, double)
    tested = double.calls()
    meeting = at_a_double.plan(host, "Review", at_a_double.tomorrow(), waits="guests")
    at_a_double.move(host, meeting, at_a_double.now())
    room, link = host_opens_and_lets_in(host, ana, meeting)
    rights, people = [], []
    for page in (room, ana.page):
        rights.append(page.locator("#rights").inner_text())
        people.append(page.locator("[data-people]").inner_text())
    one_leaves_one_knocks_and_the_host_ends_it(host, ana, carl, meeting, link)
    expect(room.locator("h1")).to_have_text("The meeting has ended", timeout=SOON)
    another_is_ended_over_there(other, carl)

    assert checks
    assert [line for line in checks if "Passed" not in line] == []
    assert rights == ["moderator", "participant"]
    assert people == [f"{HOST} (moderator)\nAna (participant)"] * 2
    assert [each.errors for each in (host, ana, carl, operator, other)] == [[]] * 5
    the_double_heard_what_is_right(double, tested)


def host_opens_and_lets_in(host: Person, ana: Person, meeting: str) -> tuple[Page, str]:
    """The host's page over there, and the guests' link."""
    host_link, link = at_a_double.links_of(host, meeting)
    room = at_a_double.comes_in_as_host(host, host_link, inside)
    host.go_to(meeting)
    at_a_double.is_inside(host, HOST)
    at_a_double.let_in_at_the_door(host, ana, link, inside)
    at_a_double.is_inside(host, "Ana")
    at_a_double.keep(host.page, "plugnmeet-3-meeting")
    at_a_double.keep(room, "plugnmeet-4-host")
    at_a_double.keep(ana.page, "plugnmeet-5-participant")
    return room, link


def one_leaves_one_knocks_and_the_host_ends_it(
    host: Person, ana: Person, carl: Person, meeting: str, link: str
) -> None:
    ana.press("Leave")
    at_a_double.is_gone(host, "Ana")
    carl.join(link)
    carl.sees("The host was asked to let you in.")
    at_a_double.end_for_all(host, meeting)
    carl.sees("This meeting is over.")


def another_is_ended_over_there(other: Person, carl: Person) -> None:
    """In the provider's own room: our pages follow, and whoever may come in can go on."""
    short = at_a_double.plan(other, "Ended there", at_a_double.now())
    host_link, link = at_a_double.links_of(other, short)
    room = at_a_double.comes_in_as_host(other, host_link, inside)
    other.go_to(short)
    at_a_double.is_inside(other, HOST)
    room.get_by_role("button", name="End for all").click()
    expect(other.page.locator("#live")).to_have_count(0, timeout=10_000)
    carl.go_to(link)
    carl.sees("The meeting starts when the host is there.")


def the_double_heard_what_is_right(double: DoubleByHand, tested: list[str]) -> None:
    assert double.changes(since=tested) == [
        "/auth/room/create",
        "/auth/room/getJoinToken",
        "/auth/room/getJoinToken",
        "/auth/room/endRoom",
        "/auth/room/create",
        "/auth/room/getJoinToken",
    ]
    assert double.looks(since=tested) <= {"/auth/recording/fetch"}  # each minute, by the worker
    assert double.unproven() == []
    until(lambda: "session_ended" in dict(double.events()), "the last event")
    assert {status for _, status in double.events()} == {200}


def inside(page: Page) -> Locator:
    return page.locator("#rights")
