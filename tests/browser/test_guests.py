"""Guests: from a pasted list to somebody who comes in under the name of their invitation."""

from collections.abc import Callable

import pytest

from .people import Person
from .server import Server, until

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

LIST = "Ana Gomez <ana@example.com>\nben at example.com\neva@example.com"


def test_pasted_list_is_looked_over_and_a_guest_opens_the_personal_link(
    host: Person, new_person: Callable[..., Person], server: Server
) -> None:
    host.plan_meeting("Review")
    host.page.get_by_text("Invite people by e-mail").click()
    host.page.get_by_label("People").fill(LIST)
    host.press("Preview")
    host.sees("2 people will be invited.")
    host.sees("“ben at example.com” is not an e-mail address.")
    host.press("Invite 2 people")
    host.sees("2 people are invited.")
    address = host.page.locator(".guest", has_text="Ana Gomez").locator("[id^=guest-link]")
    link = address.text_content() or ""

    ana = new_person("Ana", timezone_id="Asia/Tokyo", locale="de-DE")
    with ana.page.expect_response(lambda answer: answer.url.endswith("/hello/")) as hello:
        ana.go_to(link)

    assert hello.value.status == 204
    assert ana.page.locator("#name").input_value() == "Ana Gomez"
    host.page.reload()
    until(lambda: "Opened the link" in (host.page.text_content("#guests") or ""), "the mark")
    assert host.errors == ana.errors == []
