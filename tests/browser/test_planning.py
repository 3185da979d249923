"""The form answers while somebody types."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from .people import Person
from .server import Server

pytestmark = pytest.mark.browser
NewPerson = Callable[..., Person]


@pytest.fixture
def hanna(new_person: NewPerson, server: Server) -> Person:
    return new_person("Hanna", next(server.hosts), viewport={"width": 390, "height": 800})


def test_dates_and_conflicts_show_as_soon_as_they_are_known(hanna: Person) -> None:
    hanna.plan_meeting("Review")  # from this minute on
    page, now = hanna.page, datetime.now(UTC)
    page.goto("/meetings/new/")
    plan = page.locator("#plan")

    page.get_by_label("Date", exact=True).fill(f"{now:%Y-%m-%d}")
    page.get_by_label("Start", exact=True).fill(f"{now:%H:%M}")

    expect(plan).to_contain_text("This time is taken.")
    page.locator("[data-take-time]").first.click()
    expect(plan).not_to_contain_text("This time is taken.")

    page.get_by_label("Date", exact=True).fill(f"{now + timedelta(days=14):%Y-%m-%d}")
    weekday = f"{now:%A}"
    weekly = page.get_by_role("option", name=f"Every week on {weekday}")
    expect(weekly).to_have_count(1)
    page.get_by_label("Repeats").select_option("weekly")

    expect(plan.get_by_role("listitem")).to_have_count(5)
    expect(plan.get_by_role("listitem").first).to_have_text(re.compile(rf"^\s*{weekday[:3]}, "))
    assert not hanna.errors


def test_only_what_fits_the_choice_is_asked(hanna: Person) -> None:
    page = hanna.page
    page.goto("/meetings/new/")
    asked = [page.get_by_label(name) for name in ("Unit", "Monday", "Which day", "Last date")]

    for field in asked:
        expect(field).to_be_hidden()
    page.get_by_label("Repeats").select_option("custom")
    page.get_by_label("Ends").select_option("until")

    unit, monday, which_day, last_date = asked
    for field in (unit, monday, last_date):
        expect(field).to_be_visible()
    expect(which_day).to_be_hidden()
    assert not hanna.errors


def test_styles_that_others_left_in_the_page_are_not_written_again(hanna: Person) -> None:
    """Password managers mark fields; carried over, that is inline, and the policy forbids it."""
    page = hanna.page
    page.goto("/meetings/new/")
    page.wait_for_load_state("networkidle")
    mark = "document.querySelectorAll('input').forEach((each) => { each.style.color = 'teal'; })"
    page.evaluate(mark)

    page.get_by_label("Start", exact=True).fill("03:21")

    expect(page.locator("#plan input[style]")).to_have_count(0)  # it has come anew
    assert hanna.errors == []
