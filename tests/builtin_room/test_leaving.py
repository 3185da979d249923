from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from meetings.builtin_room import engine
from meetings.builtin_room.sweeper import sweep
from meetings.models import Attendance, Booking, RoomPeer, RoomSession
from meetings.services.hosting import announce

from .conftest import ComeIn

Committing = Callable[..., Any]


def fall_silent(peer: RoomPeer, *, seconds: int, online: bool = False) -> None:
    at = timezone.now() - timedelta(seconds=seconds)
    RoomPeer.objects.filter(pk=peer.pk).update(online=online, seen_at=at)


def leave(session: RoomSession, peer: RoomPeer, *, minutes_ago: int = 0) -> None:
    engine.carry_out(session.key, peer.pid, {"t": "leave"})
    at = timezone.now() - timedelta(minutes=minutes_ago)
    RoomPeer.objects.filter(pk=peer.pk).update(left_at=at)


def age(session: RoomSession, minutes: int) -> None:
    at = timezone.now() - timedelta(minutes=minutes)
    RoomSession.objects.filter(pk=session.pk).update(created_at=at, live_at=at)


def book(session: RoomSession, *, started_minutes_ago: int, duration: int = 60) -> None:
    booking = Booking.objects.create(
        title="Review",
        room=session.room,
        organizer=session.room.owner,
        starts_at=timezone.now() - timedelta(minutes=started_minutes_ago),
        duration=duration,
        time_zone="UTC",
    )
    RoomSession.objects.filter(pk=session.pk).update(booking=booking)


def test_lost_socket_keeps_the_persons_place(ana: RoomPeer) -> None:
    [effect] = engine.go_offline(ana.pid, conn=1)

    assert effect.message["online"] is False
    assert RoomPeer.objects.inside().filter(pk=ana.pk).exists()


def test_late_close_of_an_old_socket_does_not_count(come_in: ComeIn) -> None:
    entry = come_in("Ana")
    engine.enter(engine.understand({"v": 1, "resume": entry.welcome["resume"]}))

    assert engine.go_offline(entry.peer.pid, conn=1) == []
    assert RoomPeer.objects.get().is_online


@pytest.mark.parametrize("times", [1, 2])
def test_going_offline_twice_is_told_once(session: RoomSession, ana: RoomPeer, times: int) -> None:
    effects = [effect for _ in range(times) for effect in engine.go_offline(ana.pid)]

    assert len(effects) == 1
    assert RoomSession.objects.get().rev == effects[0].message["rev"]


def test_nobody_we_know_goes_offline(session: RoomSession) -> None:
    assert engine.go_offline("0123456789abcdef") == []


def test_sweeper_removes_who_stayed_away_longer_than_the_grace_time(
    session: RoomSession, host: RoomPeer, ana: RoomPeer, settings: Any
) -> None:
    settings.BUILTIN_ROOM_GRACE = 20
    fall_silent(host, seconds=15)
    fall_silent(ana, seconds=25)

    sweep()

    ana.refresh_from_db()
    assert list(RoomPeer.objects.inside()) == [host]
    assert (ana.left_why, ana.left_at) == ("timeout", ana.seen_at)


def test_sweeper_finds_pages_whose_server_died_without_a_word(
    session: RoomSession, host: RoomPeer, ana: RoomPeer
) -> None:
    fall_silent(host, seconds=30, online=True)
    fall_silent(ana, seconds=90, online=True)

    sweep()

    assert list(RoomPeer.objects.inside()) == [host]


def test_page_not_heard_of_is_shown_as_offline(ana: RoomPeer, come_in: ComeIn) -> None:
    fall_silent(ana, seconds=50, online=True)

    peers = come_in("Ben").welcome["peers"]

    assert {peer["name"]: peer["online"] for peer in peers} == {
        "Hanna": True,
        "Ana": False,
        "Ben": True,
    }


def test_room_empty_for_ten_minutes_ends(session: RoomSession, ana: RoomPeer) -> None:
    age(session, 30)
    for peer in RoomPeer.objects.inside():
        leave(session, peer, minutes_ago=11)

    sweep()

    session.refresh_from_db()
    assert (session.state, session.end_reason) == ("ended", "empty")


def test_room_somebody_just_left_goes_on(session: RoomSession, ana: RoomPeer) -> None:
    age(session, 30)
    for peer in RoomPeer.objects.inside():
        leave(session, peer, minutes_ago=9)

    sweep()

    session.refresh_from_db()
    assert session.is_live


def test_room_with_people_goes_on_past_its_time(session: RoomSession, ana: RoomPeer) -> None:
    age(session, 300)
    book(session, started_minutes_ago=200)

    sweep()

    session.refresh_from_db()
    assert session.is_live


def test_empty_room_ends_with_its_booking(session: RoomSession, ana: RoomPeer) -> None:
    book(session, started_minutes_ago=91)
    for peer in RoomPeer.objects.inside():
        leave(session, peer)

    sweep()

    session.refresh_from_db()
    assert (session.state, session.end_reason) == ("ended", "time")


def test_room_opened_ahead_of_its_hour_is_not_ended_for_being_empty(session: RoomSession) -> None:
    age(session, 20)
    book(session, started_minutes_ago=-5)

    sweep()

    session.refresh_from_db()
    assert session.is_live


def test_room_at_whose_door_somebody_waits_is_not_ended(session: RoomSession) -> None:
    age(session, 20)
    session.admissions.create(identity="g:wim", name="Wim", state="waiting")

    sweep()

    session.refresh_from_db()
    assert session.is_live


def test_rooms_of_other_providers_are_left_alone(session: RoomSession) -> None:
    age(session, 600)
    RoomSession.objects.update(alias="elsewhere")

    sweep()

    session.refresh_from_db()
    assert session.is_live


def test_provider_that_cannot_be_built_does_not_stop_the_sweeper(
    session: RoomSession, settings: Any
) -> None:
    settings.MEETING_PROVIDERS = {
        "gone": {"BACKEND": "nowhere"},
        "builtin": {"BACKEND": "builtin"},
    }
    age(session, 600)

    sweep()

    session.refresh_from_db()
    assert session.end_reason == "empty"


def test_people_in_a_room_that_was_ended_elsewhere_are_seen_out(
    session: RoomSession, ana: RoomPeer
) -> None:
    session.end(RoomSession.EndReason.CANCELLED)

    sweep()

    session.refresh_from_db()
    assert not RoomPeer.objects.inside().exists()
    assert session.end_reason == "cancelled"


def test_cancelling_a_meeting_sees_everyone_out_at_once(
    session: RoomSession, ana: RoomPeer, django_capture_on_commit_callbacks: Committing
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        session.end(RoomSession.EndReason.CANCELLED)
        announce(session)

    assert not RoomPeer.objects.inside().exists()


def test_ending_twice_and_ending_a_strange_room_are_fine(session: RoomSession) -> None:
    engine.end(session.key, RoomSession.EndReason.HOST)
    engine.end(session.key, RoomSession.EndReason.TIME)

    session.refresh_from_db()
    assert session.end_reason == "host"
    assert engine.end("no-such-room", RoomSession.EndReason.HOST) == []


def test_room_in_use_does_not_end_for_being_empty(session: RoomSession, ana: RoomPeer) -> None:
    assert engine.end_if_empty(session.key, RoomSession.EndReason.EMPTY) == []

    session.refresh_from_db()
    assert session.is_live


def test_seeing_out_a_room_that_is_open_changes_nothing(
    session: RoomSession, ana: RoomPeer
) -> None:
    assert engine.see_out(session.key) == []
    assert RoomPeer.objects.inside().count() == 2


def test_attendance_is_one_stay_however_many_pages(
    session: RoomSession, come_in: ComeIn, django_capture_on_commit_callbacks: Committing
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        one, other = come_in("Ana").peer, come_in("Ana").peer
        leave(session, one)

    stay = Attendance.objects.get()
    assert (stay.identity, stay.name, stay.left_at) == ("g:ana", "Ana", None)

    with django_capture_on_commit_callbacks(execute=True):
        leave(session, other)
    stay.refresh_from_db()
    assert stay.left_at is not None


def test_reload_does_not_interrupt_a_stay(
    session: RoomSession, come_in: ComeIn, django_capture_on_commit_callbacks: Committing
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        old = come_in("Ana")
        come_in("Ana", replaces=old.welcome["resume"])

    assert Attendance.objects.get().left_at is None


def test_end_of_the_meeting_ends_every_stay(
    session: RoomSession, come_in: ComeIn, django_capture_on_commit_callbacks: Committing
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        come_in("Ana")
        come_in("Ben")
        engine.end(session.key, RoomSession.EndReason.HOST)

    assert Attendance.objects.count() == 2
    assert not Attendance.objects.filter(left_at=None).exists()


def test_coming_back_after_leaving_is_a_new_stay(
    session: RoomSession, come_in: ComeIn, django_capture_on_commit_callbacks: Committing
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        leave(session, come_in("Ana").peer)
        come_in("Ana")

    assert [stay.left_at is None for stay in Attendance.objects.order_by("pk")] == [False, True]
