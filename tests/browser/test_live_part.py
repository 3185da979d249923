"""The page of a meeting that runs: it follows by itself, and works without scripts too."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from .people import Person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone,
    pytest.mark.looks,
    pytest.mark.enable_socket,
]

NewPerson = Callable[..., Person]
SOON = 15_000
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
    ana = new_person("Ana Lima")
    live = host.page.locator("#live")

    # The page was open before the meeting began, and shows it all the same
    expect(live).to_contain_text("Happening now", timeout=SOON)
    expect(live).to_contain_text("(you)", timeout=SOON)

    # Somebody knocks; they are let in with the keyboard
    ana.join(guest_link)
    expect(live).to_contain_text("1 person waits", timeout=SOON)
    expect(host.page.locator("#announcer")).to_contain_text("1 person waits")
    host.page.get_by_role("button", name="Admit Ana Lima").focus()
    host.page.keyboard.press("Enter")
    host.sees("1 person is let in.")
    ana.is_in()
    expect(live.locator(".live__person", has_text="Ana Lima")).to_contain_text(
        "inside since", timeout=SOON
    )

    # A question that is open stays open while others come and go
    host.page.locator(".live__person", has_text="Ana Lima").locator(
        "summary", has_text="Remove"
    ).click()
    ben = new_person("Ben Okoro")
    ben.join(guest_link)
    ben.sees("The host was asked to let you in")
    host.page.wait_for_timeout(4000)  # longer than the page takes to ask again
    question = live.get_by_text("Ana Lima cannot come back with the same link.")
    expect(question).to_be_visible()

    # And is answered
    live.locator("details[open]").get_by_role("button", name="Remove").click()
    host.sees("They are removed.")
    ana.sees("removed")
    ana.go_to(guest_link)
    ana.sees("removed")

    # The end is seen by the page that did not press it
    watching = new_person(host.name, storage_state=host.page.context.storage_state())
    watching.go_to(address)
    watching.sees("Happening now")
    host.page.locator("summary", has_text="End for all").click()
    host.press("End for all")
    host.sees("The meeting is over for everybody.")
    watching.sees_no_more("Happening now")
    assert host.errors == watching.errors == []


def test_a_question_stays_open_when_an_answer_was_under_way(
    host: Person, new_person: NewPerson
) -> None:
    _, address, guest_link = begin(host, new_person)
    ana = new_person("Ana Lima")
    page = host.page
    held: list[Route] = []  # what the page asked, and nobody has answered yet
    host.go_to(address)
    ana.join(guest_link)
    page.get_by_role("button", name="Admit Ana Lima").click(timeout=SOON)
    summary = page.locator(".live__person", has_text="Ana Lima").locator(
        "summary", has_text="Remove"
    )
    summary.wait_for()

    with page.expect_request(POLL):
        page.route(POLL, lambda route: held.extend([route]))
    summary.click()
    with page.expect_response(POLL):
        held[0].fulfill(body="<p>Somebody came</p>")

    page.wait_for_timeout(500)  # in which it would be swapped
    expect(page.get_by_text("Ana Lima cannot come back with the same link.")).to_be_visible()


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
