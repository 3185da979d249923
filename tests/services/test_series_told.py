"""What guests are told when a series is changed from a date on: calendars lose nothing of it."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
import time_machine

from accounts.models import User
from meetings.models import Notice, OutgoingMail, Room, Series
from meetings.recurrence import weekly
from meetings.services import scheduling
from meetings.services.answering import answer, answer_of
from meetings.services.mail.mails import message_for
from meetings.services.series.stretches import Later

from .answers import change_all, change_following, dates_of, guest_of, weekly_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine: time_machine.TimeMachineFixture) -> None:
    time_machine.move_to(datetime(2026, 11, 23, 8, 20, tzinfo=UTC), tick=False)


def told_of(series: Series) -> set[str]:
    """The stretches whose mails have all of it that takes place now, by their UID."""
    latest = {}
    for notice in Notice.objects.filter(series=series).order_by("pk"):
        event = notice.facts["events"][0]
        latest[event["uid"]] = (event["rule"], event["is_cancelled"])
    stretches = series.patterns.filter(cancelled_at=None)
    return {str(each.uid) for each in stretches if latest.get(str(each.uid)) == (each.rule, False)}


def stretches_of(series: Series) -> set[str]:
    return {str(each.uid) for each in series.patterns.filter(cancelled_at=None)}


def test_another_room_from_a_date_on_leaves_all_dates_in_calendars(dana: User) -> None:
    series = weekly_for(dana)
    guest_of(series)
    attic = Room.objects.create(owner=dana, name="Attic", is_permanent=True)

    change_following(dates_of(series)[3], room=attic)

    assert len(stretches_of(series)) == 2
    assert told_of(series) == stretches_of(series)
    last = OutgoingMail.objects.order_by("pk").last()
    assert last is not None
    assert "has changed this series of meetings" in str(message_for(last).body)


def test_another_room_for_all_leaves_the_dates_of_every_stretch_in_calendars(dana: User) -> None:
    series = weekly_for(dana)
    guest_of(series)
    change_following(dates_of(series)[3], title="Later")
    attic = Room.objects.create(owner=dana, name="Attic", is_permanent=True)

    change_all(series, room=attic)

    assert len(stretches_of(series)) == 2
    assert told_of(series) == stretches_of(series)


def test_organizer_is_led_to_the_series_though_its_next_date_is_gone(dana: User) -> None:
    series = weekly_for(dana)
    guest = guest_of(series)
    first, *_ = dates_of(series)
    scheduling.cancel(first, by=dana)
    scheduling.remove_from_lists(first, by=dana)

    answer(guest, "accepted")

    mail = OutgoingMail.objects.get(user=dana)
    words = " ".join(str(message_for(mail).body).split())
    assert f"Show the series: http://localhost:8000/series/{series.pk}/" in words


def test_dates_of_a_later_stretch_that_move_are_asked_anew(dana: User) -> None:
    series = weekly_for(dana)
    guest = guest_of(series)
    change_following(dates_of(series)[3], clock=time(15))
    answer(guest, "accepted")

    four = replace(weekly([0]), count=4)
    change_following(dates_of(series)[1], rule=four, later=Later.REPLACE)

    assert {each.wall[11:] for each in dates_of(series)} == {"09:00"}
    said = [answer_of(guest, each) for each in dates_of(series)]
    assert [each.choice if each else "" for each in said] == ["accepted", *[""] * 4]
