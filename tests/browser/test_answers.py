"""From the button in a mail to the organizer's page, without an account."""

from collections.abc import Callable

import pytest

from .people import Person
from .server import Server

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


def test_guest_answers_from_the_mail_and_proposes_another_time(
    host: Person, new_person: Callable[..., Person], server: Server
) -> None:
    host.plan_meeting("Review")
    meeting = host.page.url
    host.page.get_by_text("Invite people by e-mail").click()
    host.page.get_by_label("People").fill("Ana Gomez <ana@example.com>")
    host.press("Preview")
    host.press("Invite 1 person")
    host.page.goto(meeting)
    link = host.page.locator("[id^=guest-link]").text_content() or ""

    ana = new_person("Ana", timezone_id="Asia/Tokyo")
    ana.page.goto(f"{link}answer/?choice=tentative")
    ana.page.get_by_text("Add a comment, or propose another time").click()
    ana.page.get_by_label("Comment").fill("Later would be better.")
    ana.page.get_by_label("Date").fill("2031-03-04")
    ana.page.get_by_label("Start").fill("17:00")
    ana.press("Maybe, I do not know yet")
    ana.sees("You said maybe.")
    ana.sees("You proposed Tue, 4 March 2031")

    host.page.reload()
    host.sees("Other times that guests propose")
    host.sees("“Later would be better.”")
    host.page.get_by_role("link", name="Move the meeting there").click()
    assert host.page.get_by_label("Date").first.input_value() == "2031-03-04"
    assert host.page.get_by_label("Start").first.input_value() == "08:00"  # the host is in UTC
    assert host.errors == ana.errors == []
