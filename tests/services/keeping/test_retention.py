"""What is kept no longer goes, and nothing else."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from config.env import Environment
from config.keeping import DEFAULTS, retention_from
from meetings import tasks
from meetings.models import (
    Attendance,
    Booking,
    BookingChange,
    ChatMessage,
    JoinLink,
    Notice,
    OutgoingMail,
    Recording,
    Reservation,
    Room,
    RoomSession,
    Series,
    WebhookDelivery,
)
from meetings.services.keeping import retention
from tests.together import together

Book = Callable[..., Booking]
NEVER = dict.fromkeys(DEFAULTS, 0)


@pytest.fixture(autouse=True)
def for_ever(settings: Settings) -> None:
    settings.RETENTION = NEVER


def ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def held(booking: Booking, *, days: int) -> RoomSession:
    """Have the meeting be over for so long, with what is left of it."""
    rows = Booking.objects.filter(pk=booking.pk)
    begun = ago(days) - timedelta(hours=1)
    rows.update(starts_at=begun, ends_at=ago(days), may_overlap=True)
    Room.objects.filter(pk=booking.room_id).update(created_at=ago(days + 1))
    session = RoomSession.objects.create(
        room=booking.room,
        booking=booking,
        alias="builtin",
        state=RoomSession.State.ENDED,
        waiting_room="nobody",
        ended_at=ago(days),
    )
    was = {"session": session, "name": "Ana"}
    Attendance.objects.create(**was, identity="g:1", joined_at=ago(days), left_at=ago(days))
    ChatMessage.objects.create(**was, pid=f"p{booking.pk}", text="Hello", client_id="1")
    return session


def test_meetings_go_with_all_that_is_known_of_them(book: Book, settings: Settings) -> None:
    settings.RETENTION = {**NEVER, "meetings": 30}
    held(book("Old"), days=31)
    held(book("Young", at=timezone.now() + timedelta(days=3)), days=29)
    book("Ahead", at=timezone.now() + timedelta(days=5))

    gone = retention.sweep()

    assert gone["meetings"] == 1
    assert set(Booking.objects.values_list("title", flat=True)) == {"Young", "Ahead"}
    assert Attendance.objects.count() == RoomSession.objects.count() == 1
    assert Room.objects.count() == 2
    assert not JoinLink.objects.filter(booking__title="Old").exists()


def test_nothing_goes_where_things_are_kept_for_ever(book: Book) -> None:
    held(book("Old"), days=9000)

    assert retention.sweep() == {}
    assert Attendance.objects.count() == 1


@pytest.mark.parametrize("why", ["live", "recorded", "owed", "untold"])
def test_meeting_stays_while_something_of_it_is_to_be_done(
    book: Book, settings: Settings, why: str
) -> None:
    settings.RETENTION = {**NEVER, "meetings": 30}
    booking = book("Old")
    session = held(booking, days=31)
    if why == "live":
        RoomSession.objects.update(state="live", ended_at=None)
    elif why == "recorded":
        Recording.objects.create(session=session, recording_id="r", next_try_at=None, state="ready")
    elif why == "owed":
        Reservation.objects.create(booking=booking, alias="main", is_wanted=False)
    else:
        WebhookDelivery.objects.create(alias="main", event_id="e", kind="hint", session=session)

    retention.sweep()

    assert Booking.objects.filter(pk=booking.pk).exists()


def test_series_that_goes_on_keeps_its_meetings(dana: User, book: Book, settings: Settings) -> None:
    settings.RETENTION = {**NEVER, "meetings": 30, "logs": 30}
    series = Series.objects.create(organizer=dana, title="Weekly")
    Series.objects.update(created_at=ago(90))
    for title, days in (("First", 60), ("Last", 10)):
        of_series(series, book(title, at=timezone.now() + timedelta(days=days)), days=days)
    BookingChange.objects.update(at=ago(60))

    retention.sweep()
    assert Booking.objects.count() == 2
    assert BookingChange.objects.count() == 2

    Booking.objects.filter(title="Last").update(starts_at=ago(32), ends_at=ago(31))
    retention.sweep()
    assert not Booking.objects.exists()
    assert not Series.objects.exists()


def of_series(series: Series, booking: Booking, *, days: int) -> None:
    pattern = series.patterns.create(
        first_date=ago(days).date(),
        clock="09:00",
        time_zone="UTC",
        rule="FREQ=WEEKLY;COUNT=1",
        duration=60,
        title="Weekly",
        room=booking.room,
    )
    Booking.objects.filter(pk=booking.pk).update(
        series=series, pattern=pattern, recurrence_date=pattern.first_date
    )
    held(booking, days=days)


def test_rosters_go_and_the_meeting_stays(book: Book, settings: Settings) -> None:
    settings.RETENTION = {**NEVER, "rosters": 30}
    held(book("Old"), days=31)

    gone = retention.sweep()

    assert (gone["attendance"], gone["chat messages"]) == (1, 1)
    assert not Attendance.objects.exists()
    assert Booking.objects.count() == RoomSession.objects.count() == 1


def test_recordings_are_asked_to_be_deleted_over_there(book: Book, settings: Settings) -> None:
    settings.RETENTION = {**NEVER, "recordings": 30}
    session = held(book("Old"), days=31)
    made = {"session": session, "state": "ready", "next_try_at": None}
    old = Recording.objects.create(recording_id="old", started_at=ago(31), **made)
    young = Recording.objects.create(recording_id="young", started_at=ago(29), **made)

    retention.sweep()

    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.state, old.is_outstanding) == (Recording.State.DELETING, True)
    assert (young.state, young.is_outstanding) == (Recording.State.READY, False)


def test_mails_that_wait_and_those_about_what_is_ahead_stay(
    book: Book, dana: User, settings: Settings
) -> None:
    settings.RETENTION = {**NEVER, "logs": 30}
    old, ahead = book("Old"), book("Ahead", at=timezone.now() + timedelta(days=5))
    held(old, days=31)
    for booking, owed in ((old, False), (old, True), (ahead, False)):
        mail(booking, dana, owed=owed)

    gone = retention.sweep()

    assert (gone["mails"], gone["notices"]) == (1, 1)
    assert OutgoingMail.objects.count() == Notice.objects.count() == 2


def mail(booking: Booking, user: User, *, owed: bool) -> None:
    notice = Notice.objects.create(kind=Notice.Kind.CHANGED, booking=booking)
    OutgoingMail.objects.create(
        notice=notice,
        once=f"{notice.pk}",
        message_id=f"{notice.pk}",
        user=user,
        to_email=user.email,
        next_try_at=timezone.now() if owed else None,
    )
    Notice.objects.update(created_at=ago(40))
    OutgoingMail.objects.update(created_at=ago(40))


def test_dry_run_lists_what_would_go_and_removes_nothing(book: Book, settings: Settings) -> None:
    settings.RETENTION = {**NEVER, "meetings": 30}
    held(book("Old"), days=31)
    said = StringIO()

    call_command("retention", "--dry-run", stdout=said)

    assert "meetings are kept for 30 days" in said.getvalue()
    assert f"meetings  meetings  1     {ago(31):%Y-%m-%d}" in said.getvalue()
    assert Booking.objects.count() == 1

    call_command("retention", stdout=said)

    assert "meetings: 1 removed" in said.getvalue()
    assert not Booking.objects.exists()

    call_command("retention", "--dry-run", stdout=said)

    assert said.getvalue().endswith("Nothing would go.\n")


def test_many_go_in_batches(
    book: Book, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RETENTION = {**NEVER, "meetings": 30}
    monkeypatch.setattr(retention, "ROWS_AT_ONCE", 2)
    for number in range(5):
        held(book(str(number), at=timezone.now() + timedelta(days=number + 1)), days=31)

    assert retention.sweep()["meetings"] == 5


def test_two_at_once_do_no_harm(
    share_database: Callable[[], str], dana: User, book: Book, settings: Settings
) -> None:
    settings.RETENTION = {**NEVER, "meetings": 30, "rosters": 30}
    for number in range(6):
        held(book(str(number), at=timezone.now() + timedelta(days=number + 1)), days=31)
    share_database()

    answers: list[Any] = together(retention.sweep, retention.sweep)

    assert sum(answer["meetings"] for answer in answers) == 6


def test_worker_does_it_by_itself(book: Book, settings: Settings) -> None:
    settings.RETENTION = {**NEVER, "meetings": 30}
    held(book("Old"), days=31)

    tasks.keep_no_longer.call_local()

    assert not Booking.objects.exists()


def test_days_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETENTION_MEETINGS_DAYS", "730")
    monkeypatch.setenv("RETENTION_LOGS_DAYS", "0")
    monkeypatch.setenv("RETENTION_ROSTERS_DAYS", "")

    assert retention_from(Environment()) == {**DEFAULTS, "meetings": 730, "logs": 0}

    monkeypatch.setenv("RETENTION_MEETINGS_DAYS", "-1")
    with pytest.raises(ImproperlyConfigured, match="RETENTION_MEETINGS_DAYS"):
        retention_from(Environment())
