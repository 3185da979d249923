"""What the worker does without being asked."""

import threading
from datetime import time, timedelta

import pytest
import time_machine
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from huey.contrib.djhuey import HUEY

from accounts.models import User
from meetings import tasks
from meetings.models import Room, RoomSession, ZoneRules
from meetings.recurrence import daily
from meetings.services.series.booking import SeriesWish, book_series

pytestmark = pytest.mark.django_db


def test_sessions_that_expired_are_forgotten_and_others_kept() -> None:
    kept, expired = SessionStore(), SessionStore()
    kept.create()
    expired.create()
    Session.objects.filter(pk=expired.session_key).update(
        expire_date=timezone.now() - timedelta(seconds=1)
    )

    tasks.forget_expired_sessions.call_local()
    tasks.forget_expired_sessions.call_local()

    assert list(Session.objects.values_list("pk", flat=True)) == [kept.session_key]


def test_room_that_nobody_came_to_is_closed_and_a_second_tick_changes_nothing(room: Room) -> None:
    session = RoomSession.objects.create(room=room, alias="builtin", capacity=6)
    session.take_claim()
    session.keep(session.ref)

    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        tasks.tidy_rooms.call_local()
        session.refresh_from_db()
        first = (session.state, session.end_reason, session.ended_at)
        tasks.tidy_rooms.call_local()

    session.refresh_from_db()
    assert first == (session.state, session.end_reason, session.ended_at)
    assert session.state == RoomSession.State.ENDED
    assert session.end_reason == RoomSession.EndReason.EMPTY


def test_worker_tidies_rooms_every_minute_and_forgets_sessions_every_hour() -> None:
    day = timezone.now().replace(hour=0, minute=0)
    minutes = [(day + timedelta(minutes=n)).replace(tzinfo=None) for n in range(24 * 60)]
    due = [task.name for at in minutes for task in HUEY.read_periodic(at)]

    assert due.count("tidy_rooms") == 24 * 60
    assert due.count("forget_expired_sessions") == 24
    assert due.count("hear_providers") == due.count("close_what_is_over") == 24 * 60
    assert due.count("read_mails") == 24 * 60
    assert due.count("forget_deliveries") == 24
    assert due.count("continue_series") == due.count("keep_walls") == 24


def test_series_without_end_are_continued(dana: User) -> None:
    wish = SeriesWish(
        title="Stand-up",
        rule=daily(),
        first_date=timezone.now().date() + timedelta(days=1),
        clock=time(9),
        duration=30,
        time_zone="UTC",
    )
    series = book_series(dana, wish)
    before = series.bookings.count()

    with time_machine.travel(timezone.now() + timedelta(days=3)):
        tasks.continue_series.call_local()
        tasks.continue_series.call_local()

    assert before < series.bookings.count() <= before + 3


def test_worker_sees_to_the_rules_of_time_zones_when_it_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[str] = []
    monkeypatch.setattr(HUEY, "enqueue", lambda task: begun.append(task.name))
    monkeypatch.setattr(tasks, "_began", threading.Lock())

    for _thread in range(4):
        tasks.begin()

    assert begun == ["keep_walls"]
    tasks.keep_walls.call_local()
    assert ZoneRules.objects.exists()
