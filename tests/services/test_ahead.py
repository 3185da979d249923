"""Rooms opened ahead of the hour: ready at the provider, and no door opens earlier for it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from meetings.models import Booking, JoinLink, RoomSession
from meetings.models.session import CLAIM_LASTS
from meetings.providers.errors import ProviderUnavailable, RoomNotFound
from meetings.services import ahead, breakers, closing, joining, ready, scheduling, switches
from meetings.services.door import DoorState, Visitor
from meetings.services.door_rules import door_for
from meetings.services.opening import RoomIsOpening, open_room
from tests import provider_for_tests
from tests.early_provider import early
from tests.provider_for_tests import Telling

__all__ = ["early"]

Book = Callable[..., Booking]
State = RoomSession.State
GUEST = Visitor(identity="g:1", name="Ana")


@pytest.fixture
def soon(book: Book, early: Telling) -> Booking:
    """It begins in five minutes; its doors open a minute before."""
    return book(
        at=timezone.now() + timedelta(minutes=5),
        options={"provider_alias": "main", "needs_host": False, "doors_open_minutes": 1},
    )


def link_of(booking: Booking, purpose: str = "participant") -> JoinLink:
    return JoinLink.objects.with_meeting().get(booking=booking, purpose=purpose)


def fresh(booking: Booking) -> Booking:
    return Booking.objects.select_related("room").get(pk=booking.pk)


def test_room_stands_ready_once_however_often_it_is_asked_for(
    soon: Booking, early: Telling
) -> None:
    assert ahead.open_ahead(soon.pk)
    assert not ahead.open_ahead(soon.pk)

    session = soon.sessions.get()
    assert (session.state, session.alias, session.live_at) == (State.READY, "main", None)
    assert early.live == {session.key}
    assert early.asked == ["init_room"]


def test_nobody_is_let_in_earlier_and_no_host_seems_to_be_there(soon: Booking) -> None:
    before = door_for(link_of(soon), GUEST).state

    ahead.open_ahead(soon.pk)

    assert before == door_for(link_of(soon), GUEST).state == DoorState.TOO_EARLY
    soon.room.needs_host = True
    soon.room.doors_open_minutes = 10
    soon.room.save()
    assert door_for(link_of(soon), GUEST).state == DoorState.NEEDS_HOST
    assert not soon.sessions.running().exists()


def test_click_takes_the_room_that_stands_ready_and_asks_for_none(
    soon: Booking, early: Telling
) -> None:
    ahead.open_ahead(soon.pk)

    session = open_room(soon.room, fresh(soon))

    assert session.is_live
    assert session.live_at is not None
    assert session == soon.sessions.get()
    assert early.asked == ["init_room"]


def test_click_while_the_room_is_opened_ahead_waits_for_it(soon: Booking, early: Telling) -> None:
    met: list[type[Exception]] = []

    def click() -> None:
        with pytest.raises(RoomIsOpening) as caught:
            open_room(soon.room, fresh(soon))
        met.append(caught.type)

    early.pause["init_room"] = click

    assert ahead.open_ahead(soon.pk)
    assert met == [RoomIsOpening]
    assert early.asked == ["init_room"]


def test_room_that_cannot_be_opened_ahead_is_as_if_it_had_not_been_tried(
    soon: Booking, early: Telling
) -> None:
    early.trouble["init_room"] = ProviderUnavailable("no answer")

    assert not ahead.open_ahead(soon.pk)

    assert not soon.sessions.exists()
    early.trouble.clear()
    assert open_room(soon.room, fresh(soon)).is_live


def test_claim_of_a_worker_that_died_is_gone_on_with(soon: Booking, early: Telling) -> None:
    dead = RoomSession.objects.create(
        room=soon.room, booking=soon, alias="main", waiting_room="nobody"
    )
    dead.take_claim()
    assert not ahead.open_ahead(soon.pk)
    RoomSession.objects.update(claimed_at=timezone.now() - CLAIM_LASTS - timedelta(seconds=1))

    assert ahead.open_ahead(soon.pk)

    assert soon.sessions.get() == dead
    assert early.live == {dead.key}


@pytest.mark.parametrize("trouble", [RoomNotFound("gone"), ProviderUnavailable("silent")])
def test_room_that_went_while_it_stood_ready_is_opened_anew_at_the_click(
    soon: Booking, early: Telling, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    soon.room.doors_open_minutes = 10
    soon.room.waiting_room = "nobody"
    soon.room.save()
    ahead.open_ahead(soon.pk)
    first = soon.sessions.get()
    join = provider_for_tests.Provider.join

    def lost(self: object, ref: object, *args: object, **options: object) -> object:
        if getattr(ref, "room_id", "") == first.key:
            raise trouble
        return join(self, ref, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(provider_for_tests.Provider, "join", lost)

    ticket = joining.enter(link_of(soon), GUEST)

    second = soon.sessions.running().get()
    assert second.key in ticket.url
    first.refresh_from_db()
    assert (first.state, first.end_reason) == ("ended", "provider")


@pytest.mark.parametrize("what", ["cancelled", "moved", "changed", "another provider", "nobody"])
def test_room_that_nobody_will_use_is_closed(soon: Booking, early: Telling, what: str) -> None:
    ahead.open_ahead(soon.pk)
    session = soon.sessions.get()
    if what == "cancelled":
        scheduling.cancel(soon, by=soon.organizer)
    elif what == "moved":
        soon.starts_at += timedelta(hours=3)
        soon.save()
    elif what == "changed":
        soon.room.passcode = "new"
        soon.room.save()
    elif what == "another provider":
        type(soon.room).objects.update(provider_alias="builtin")
    else:
        Booking.objects.update(starts_at=timezone.now() - ready.WAITS_FOR - timedelta(seconds=1))

    ready.close_unused()
    ready.close_unused()

    session.refresh_from_db()
    assert session.state == State.ENDED
    assert session.end_reason == ("cancelled" if what == "cancelled" else "unused")
    assert early.asked == ["init_room", "end_room"]


def test_changed_meeting_is_not_begun_in_the_room_as_it_was(soon: Booking, early: Telling) -> None:
    ahead.open_ahead(soon.pk)
    soon.room.capacity = 7
    soon.room.save()

    session = open_room(soon.room, fresh(soon))

    assert session.capacity == 7
    assert soon.sessions.ready().get() != session
    ready.close_unused()
    assert early.live == {session.key}


def test_change_by_a_machine_whose_clock_is_late_is_a_change(soon: Booking, early: Telling) -> None:
    ahead.open_ahead(soon.pk)
    with time_machine.travel(timezone.now() - timedelta(seconds=90)):
        soon.room.capacity = 7
        soon.room.save()

    session = open_room(soon.room, fresh(soon))

    assert session.capacity == 7


def test_what_stands_ready_is_not_ended_as_empty_before_the_start(
    soon: Booking, early: Telling
) -> None:
    ahead.open_ahead(soon.pk)
    RoomSession.objects.update(created_at=timezone.now() + timedelta(seconds=1))

    closing.end_unused()
    ready.close_unused()

    assert soon.sessions.get().state == State.READY


def test_only_what_begins_soon_at_a_provider_that_can_is_opened(
    soon: Booking, book: Book, early: Telling
) -> None:
    main = ahead.opens_ahead("main")
    assert main is not None
    at_main = {"options": {"provider_alias": "main"}, "may_overlap": True}
    book(at=timezone.now() + timedelta(minutes=30), **at_main)
    cancelled = book(at=timezone.now() + timedelta(minutes=7), **at_main)
    scheduling.cancel(cancelled, by=cancelled.organizer)

    due = ahead.due_until(main, timezone.now() + timedelta(minutes=10))

    assert [pk for pk, _at in due] == [soon.pk]


@pytest.mark.parametrize("how", ["switched off", "silent", "unknown"])
def test_alias_that_is_not_to_be_used_opens_nothing(
    soon: Booking, early: Telling, how: str
) -> None:
    if how == "switched off":
        switches.switch_off("main", by=soon.organizer)
    elif how == "silent":
        for _ in range(breakers.THRESHOLD):
            with pytest.raises(ProviderUnavailable), breakers.watching("main"):
                raise ProviderUnavailable("no answer")
    else:
        type(soon.room).objects.update(provider_alias="gone")

    assert not ahead.open_ahead(soon.pk)
    assert early.asked == []
