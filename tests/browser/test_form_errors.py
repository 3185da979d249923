"""After an error, the keyboard stands where it can be mended."""

import pytest

from .people import Person

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

FOCUSED = "document.activeElement.name"


def test_error_in_the_form_of_links_leads_to_its_field(host: Person) -> None:
    host.plan_meeting("Review")
    host.page.goto(f"{host.page.url}links/")
    host.page.get_by_text("New link", exact=True).click()
    host.page.get_by_label("People at most").fill("0")

    host.press("Make the link")

    host.becomes(f"{FOCUSED} === 'max_uses'")
    assert host.page.get_by_label("People at most").is_visible()


def test_error_in_a_long_form_leads_to_its_first_field(host: Person) -> None:
    host.page.goto("/meetings/new/")
    host.page.get_by_label("Minutes", exact=True).fill("0")
    host.page.get_by_label("Title").fill("")

    host.press("Plan meeting")

    host.becomes(f"{FOCUSED} === 'title'")
