"""What guests hear of a series that changes."""

from datetime import UTC, datetime

import pytest
import time_machine

from accounts.models import User
from meetings.models import OutgoingMail, Series
from meetings.services.series.cancelling import cancel_all

from .edits import TEN, change_all, follow, on


def told(series: Series) -> list[tuple[str, str, list[str]]]:
    """Each mail's kind and method, with the rules of the calendar events in it."""
    mails = OutgoingMail.objects.filter(guest__series=series).select_related("notice")
    return [
        (
            each.notice.kind,
            each.notice.facts["method"],
            [event["rule"] for event in each.notice.facts["events"]],
        )
        for each in mails.order_by("pk")
    ]


@pytest.fixture
def invited(series: Series) -> Series:
    series.guests.create(email="ana@example.org")
    return series


def test_guests_hear_of_both_parts_of_a_split(invited: Series) -> None:
    follow(on(invited, 3, 23), clock=TEN)

    assert told(invited) == [
        ("changed", "REQUEST", ["FREQ=WEEKLY;BYDAY=MO;COUNT=2"]),
        ("changed", "REQUEST", ["FREQ=WEEKLY;BYDAY=MO;COUNT=4"]),
    ]


def test_guests_hear_that_the_rest_is_off_also_when_all_that_stays_is_over(
    invited: Series, dana: User, clock: time_machine.TimeMachineFixture
) -> None:
    clock.move_to(datetime(2026, 3, 20, tzinfo=UTC))

    cancel_all(invited, by=dana, version=invited.version, reason="Done")

    assert told(invited) == [("cancelled", "REQUEST", ["FREQ=WEEKLY;BYDAY=MO;COUNT=2"])]


def test_guests_of_a_series_that_never_began_hear_that_it_is_off(
    invited: Series, dana: User
) -> None:
    cancel_all(invited, by=dana, version=invited.version)

    assert [each[:2] for each in told(invited)] == [("cancelled", "CANCEL")]


def test_guests_hear_of_other_words_once_and_of_other_options_not_at_all(
    invited: Series,
) -> None:
    change_all(invited, title="Daily")
    change_all(invited, options={"waiting_room": "nobody"})

    assert [each[:2] for each in told(invited)] == [("changed", "REQUEST")]
