"""The page of a meeting that runs: it follows by itself, and works without scripts too."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Route, expect

from .people import Person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.looks,
    pytest.mark.enable_socket,
]

NewPerson = Callable[..., Person]
SOON = 15_000
QUESTION = "Ana Lima cannot come back with the same link."
POLL = re.compile(r"/live/\?seen=.")


def begin(host: Person, new_person: NewPerson) -> tuple[Person, str, str]:
    """A meeting opened in another window of its host: that one, its page, the guests' link."""
    host_link, guest_link = host.plan_meeting("Weekly planning")
    address = host.page.url
    room = new_person(host.name, storage_state=host.page.context.storage_state())
    room.join(host_link)
    room.is_in()
    return room, address, guest_link


def test_page_follows_and_hosts_the_meeting(host: Person, new_person: NewPerson) -> None:
    _, address, guest_link = begin(host, new_person)
    ana, ben = new_person("Ana Lima"), new_person("Ben Okoro")

    page_that_was_open_before_shows_it(host)
    host_lets_in_by_keys(host, ana, guest_link)
    open_question_outlives_who_comes(host, ben, guest_link)
    host_answers_it(host, ana, guest_link)
    watching = new_person(host.name, storage_state=host.page.context.storage_state())
    end_is_seen_where_nobody_pressed(host, watching, address)

    assert host.errors == watching.errors == []


def page_that_was_open_before_shows_it(host: Person) -> None:
    expect(live_of(host)).to_contain_text("Happening now", timeout=SOON)
    expect(live_of(host)).to_contain_text("(you)", timeout=SOON)


def host_lets_in_by_keys(host: Person, ana: Person, link: str) -> None:
    ana.join(link)
    expect(live_of(host)).to_contain_text("1 person waits", timeout=SOON)
    expect(host.page.locator("#announcer")).to_contain_text("1 person waits")
    host.page.get_by_role("button", name="Admit Ana Lima").focus()
    host.page.keyboard.press("Enter")
    host.sees("1 person is let in.")
    ana.is_in()
    expect(line_of(host, "Ana Lima")).to_contain_text("inside since", timeout=SOON)


def open_question_outlives_who_comes(host: Person, ben: Person, link: str) -> None:
    opened_while_an_answer_was_under_way(host)
    ben.join(link)
    ben.sees("The host was asked to let you in")
    host.page.wait_for_timeout(4000)  # longer than the page takes to ask again
    expect(live_of(host).get_by_text(QUESTION)).to_be_visible()


def opened_while_an_answer_was_under_way(host: Person) -> None:
    page = host.page
    held: list[Route] = []  # what the page asked, and nobody has answered yet
    with page.expect_request(POLL):
        page.route(POLL, lambda route: held.extend([route]))
    line_of(host, "Ana Lima").locator("summary", has_text="Remove").click()
    with page.expect_response(POLL):
        held[0].fulfill(body="<p>Somebody came</p>")

    page.wait_for_timeout(500)  # in which it would be swapped
    expect(page.get_by_text(QUESTION)).to_be_visible()
    page.unroute(POLL)
    for later in held[1:]:
        later.continue_()


def host_answers_it(host: Person, ana: Person, link: str) -> None:
    live_of(host).locator("details[open]").get_by_role("button", name="Remove").click()
    host.sees("They are removed.")
    ana.sees("removed")
    ana.go_to(link)
    ana.sees("removed")


def end_is_seen_where_nobody_pressed(host: Person, watching: Person, address: str) -> None:
    watching.go_to(address)
    watching.sees("Happening now")
    host.page.locator("summary", has_text="End for all").click()
    host.press("End for all")
    host.sees("The meeting is over for everybody.")
    watching.sees_no_more("Happening now")


def live_of(host: Person) -> Locator:
    return host.page.locator("#live")


def line_of(host: Person, name: str) -> Locator:
    return live_of(host).locator(".live__person", has_text=name)


def test_buttons_work_without_scripts(host: Person, new_person: NewPerson) -> None:
    room, address, guest_link = begin(host, new_person)
    ana = new_person("Ana Lima")
    ana.join(guest_link)
    room.sees("Ana Lima wants to come in")
    plain = new_person(
        host.name,
        storage_state=host.page.context.storage_state(),
        java_script_enabled=False,
    )

    plain.go_to(address)
    plain.press("Admit Ana Lima")
    plain.sees("1 person is let in.")
    ana.is_in()
    plain.press("Lock")
    plain.sees("The meeting is locked.")

    expect(plain.page).to_have_url(re.compile(r"/meetings/\d+/$"))
    late = new_person("Late")
    late.go_to(guest_link)
    late.sees("locked")
    room.sees_no_more("Ana Lima wants to come in")
