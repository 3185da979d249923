"""What people are told of series by mail."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from accounts.models import User
from meetings.models import Answer, Guest, Series
from meetings.services import scheduling
from meetings.services.mail import notices
from tests import calendar_stories

from .mailing import change, posted, text_of

pytestmark = pytest.mark.django_db


def test_mails_about_one_date_of_a_series_say_that_the_others_stay(dana: User) -> None:
    with time_machine.travel(calendar_stories.BEGIN):
        calendar_stories.repeated_across_a_change_of_clocks(dana)
        posted()
        first, second = Series.objects.get().bookings.all()[:2]
        change(first, dana, starts_at=first.starts_at + timedelta(hours=3))
        scheduling.cancel(second, by=dana)
        told = [text_of(each) for _ in range(2) for each in posted()]

    assert len(told) == 2
    assert all("The other dates of the series stay as they are." in text for text in told)


def mails_of(story: Callable[[User], None], dana: User) -> list[str]:
    """Subject and text of each mail of a story."""
    with time_machine.travel(calendar_stories.BEGIN):
        story(dana)
        told = [each for _ in range(4) for each in posted()]  # one to a guest each time
    return [f"{each['Subject']}\n{text_of(each)}" for each in told]


def test_another_time_from_a_date_on_is_told_as_an_end_and_a_beginning(dana: User) -> None:
    invitation, end, beginning = mails_of(calendar_stories.another_time_from_a_date_on, dana)

    assert "a series of meetings" in invitation
    assert "Another mail tells what comes after these dates." in end
    assert "3:00 PM" in beginning
    assert re.search(r"before: .*9:00 AM", beginning)


def test_series_that_is_ended_or_replaced_says_so(dana: User) -> None:
    _, end = mails_of(calendar_stories.ended_from_a_date_on, dana)

    assert end.startswith("Ends earlier")


def test_series_called_off_is_told_for_each_of_its_parts(dana: User) -> None:
    *_, first, second = mails_of(calendar_stories.split_and_then_called_off, dana)

    assert "has cancelled this series" in first + second


def test_organizer_hears_of_dates_that_collide_and_of_new_rules(dana: User) -> None:
    with time_machine.travel(calendar_stories.BEGIN):
        calendar_stories.repeated_across_a_change_of_clocks(dana)
        posted()
        series = Series.objects.get()
        bookings = list(series.bookings.all())
        notices.collided(series, bookings * 2)
        notices.collided(series, [])
        notices.zone_rules_changed(bookings[0], was=bookings[0].starts_at + timedelta(hours=1))
        told = [each for _ in range(2) for each in posted()]

    to_dana = [text_of(each) for each in told if "dana@" in each["To"]]
    assert any("and 4 more" in text for text in to_dana)
    assert any("rules for clocks in Berlin" in text for text in to_dana)


def test_answer_to_a_whole_series_says_so(dana: User) -> None:
    with time_machine.travel(calendar_stories.BEGIN):
        calendar_stories.repeated_across_a_change_of_clocks(dana)
        posted()
        guest = Guest.objects.get()
        pattern = guest.series.patterns.get()
        answer = Answer.objects.create(guest=guest, pattern=pattern, choice="declined")

        notices.answered(answer)

        (message,) = posted()
    assert message["Subject"].startswith("ana@example.com will not come")
    assert "for all meetings of the series" in text_of(message)
