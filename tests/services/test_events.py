from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone
from pytest_django import Settings

from meetings.models import Attendance, Room, RoomSession
from meetings.providers.base import EventKind, Peer, ProviderEvent, Role
from meetings.services.deliveries.events import Effect, apply_event
from tests.conftest import Share
from tests.together import seen_by_all, together

ANA = Peer(key="g:ana", name="Ana")
NOW = timezone.now() - timedelta(hours=1)
Tell = Callable[..., None]


@pytest.fixture
def session(room: Room) -> RoomSession:
    session = RoomSession.objects.create(room=room, alias="main", waiting_room="nobody", capacity=6)
    session.take_claim()
    session.keep(session.ref)
    RoomSession.objects.update(live_at=NOW)
    session.refresh_from_db()
    return session


@pytest.fixture
def tell(session: RoomSession) -> Tell:
    def make(kind: EventKind, minutes: float = 0, *, who: Peer | None = ANA) -> None:
        at = NOW + timedelta(minutes=minutes)
        event = ProviderEvent(
            kind=kind, room_id=session.provider_room_id, occurred_at=at, attendee=who
        )
        apply_event("main", event)

    return make


def stays() -> list[tuple[str, float | None]]:
    """Who stayed for how many minutes; None while they are still there."""
    return [
        (
            each.name,
            (each.left_at - each.joined_at) / timedelta(minutes=1) if each.left_at else None,
        )
        for each in Attendance.objects.all()
    ]


def test_person_who_comes_and_goes_was_there_in_between(tell: Tell) -> None:
    tell(EventKind.ATTENDEE_JOINED, 0)
    tell(EventKind.ATTENDEE_LEFT, 5)
    tell(EventKind.ATTENDEE_JOINED, 8)

    assert stays() == [("Ana", 5), ("Ana", None)]


def test_host_is_remembered_as_host(tell: Tell) -> None:
    tell(EventKind.ATTENDEE_JOINED, who=Peer(key="u:1", name="Hanna", role=Role.HOST))

    assert Attendance.objects.get().role == Role.HOST


def test_event_told_twice_counts_once(tell: Tell) -> None:
    for _ in range(2):
        tell(EventKind.ATTENDEE_JOINED, 0)
    for _ in range(2):
        tell(EventKind.ATTENDEE_LEFT, 5)
    tell(EventKind.ATTENDEE_JOINED, 0)

    assert stays() == [("Ana", 5)]


@pytest.mark.django_db(transaction=True)
def test_arrival_told_many_times_at_once_counts_once(tell: Tell, share_database: Share) -> None:
    share_database()

    answers = together(*[lambda: tell(EventKind.ATTENDEE_JOINED)] * 8)

    assert answers == [None] * 8
    assert seen_by_all(stays) == [("Ana", None)]


def test_leaving_told_before_coming_ends_no_later_stay(tell: Tell) -> None:
    tell(EventKind.ATTENDEE_JOINED, 10)
    tell(EventKind.ATTENDEE_LEFT, 5)
    tell(EventKind.ATTENDEE_JOINED, 0)

    assert stays() == [("Ana", 5), ("Ana", None)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_coming_going_and_the_end_may_be_told_in_any_order(
    tell: Tell, order: tuple[int, ...]
) -> None:
    told = (
        (EventKind.ATTENDEE_JOINED, 0),
        (EventKind.ATTENDEE_LEFT, 5),
        (EventKind.ROOM_ENDED, 30),
    )

    for number in order:
        tell(*told[number])

    assert stays() == [("Ana", 5)]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_coming_back_may_be_told_in_any_order(tell: Tell, order: tuple[int, ...]) -> None:
    told = (
        (EventKind.ATTENDEE_JOINED, 0),
        (EventKind.ATTENDEE_LEFT, 5),
        (EventKind.ATTENDEE_JOINED, 8),
        (EventKind.ATTENDEE_LEFT, 9),
    )

    for number in (*order, *order):
        tell(*told[number])

    assert stays() == [("Ana", 5), ("Ana", 1)]


@pytest.mark.parametrize("minutes", [(0, 8), (8, 0)])
def test_two_arrivals_are_one_stay_whichever_is_told_first(
    tell: Tell, minutes: tuple[int, int]
) -> None:
    for each in minutes:
        tell(EventKind.ATTENDEE_JOINED, each)

    assert stays() == [("Ana", None)]
    assert Attendance.objects.get().joined_at == NOW


def test_departure_that_was_only_noticed_says_until_when_they_were_seen(
    session: RoomSession, tell: Tell
) -> None:
    tell(EventKind.ATTENDEE_JOINED, 0)
    apply_event("main", noticed(session, seen=10, gone=15))

    stay = Attendance.objects.get()
    assert (stay.left_after, stay.left_at) == (minute(10), minute(15))


@pytest.mark.parametrize("exact", [12, 16])
@pytest.mark.parametrize("first", [True, False])
def test_departure_told_at_last_makes_it_exact(
    session: RoomSession, tell: Tell, exact: int, *, first: bool
) -> None:
    tell(EventKind.ATTENDEE_JOINED, 0)
    if first:
        tell(EventKind.ATTENDEE_LEFT, exact)
    apply_event("main", noticed(session, seen=10, gone=15))
    tell(EventKind.ATTENDEE_LEFT, exact)

    stay = Attendance.objects.get()
    assert (stay.left_after, stay.left_at) == (None, minute(exact))


def test_whoever_came_back_before_it_was_noticed_was_seen_until_then(
    session: RoomSession, tell: Tell
) -> None:
    tell(EventKind.ATTENDEE_JOINED, 0)
    apply_event("main", noticed(session, seen=0, gone=15))
    tell(EventKind.ATTENDEE_JOINED, 10)

    stay = Attendance.objects.get()
    assert (stay.left_after, stay.left_at) == (minute(10), minute(15))


def noticed(session: RoomSession, *, seen: float, gone: float) -> ProviderEvent:
    return ProviderEvent(
        kind=EventKind.ATTENDEE_LEFT,
        room_id=session.provider_room_id,
        occurred_at=minute(gone),
        seen_until=minute(seen),
        attendee=ANA,
    )


def minute(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


def test_arrival_told_after_the_end_leaves_nobody_in_an_ended_room(
    session: RoomSession, tell: Tell
) -> None:
    tell(EventKind.ROOM_ENDED, 30, who=None)

    tell(EventKind.ATTENDEE_JOINED, 0)
    tell(EventKind.ATTENDEE_JOINED, 90, who=Peer(key="g:bo", name="Bo"))

    session.refresh_from_db()
    assert Attendance.objects.get().left_at == session.ended_at
    assert Attendance.objects.get().name == "Ana"


def test_departure_told_with_the_end_is_no_stay_of_its_own(tell: Tell) -> None:
    tell(EventKind.ATTENDEE_JOINED, 0)
    tell(EventKind.ROOM_ENDED, 30, who=None)
    tell(EventKind.ATTENDEE_LEFT, 31)

    assert stays() == [("Ana", 30)]


def test_who_came_as_the_room_ended_was_there_for_no_time(tell: Tell) -> None:
    tell(EventKind.ATTENDEE_JOINED, 31)
    tell(EventKind.ROOM_ENDED, 30, who=None)

    assert stays() == [("Ana", 0)]


def test_who_comes_back_within_the_same_second_is_there(tell: Tell) -> None:
    tell(EventKind.ATTENDEE_JOINED, 0)
    tell(EventKind.ATTENDEE_LEFT, 5)
    tell(EventKind.ATTENDEE_JOINED, 5)
    tell(EventKind.ATTENDEE_LEFT, 5)

    assert stays() == [("Ana", 5), ("Ana", None)]


def test_second_page_of_a_person_is_no_second_stay(tell: Tell) -> None:
    tell(EventKind.ATTENDEE_JOINED, 0)
    tell(EventKind.ATTENDEE_JOINED, 3)
    tell(EventKind.ATTENDEE_LEFT, 9)

    assert stays() == [("Ana", 9)]


def test_end_of_the_room_ends_the_session_and_every_stay(session: RoomSession, tell: Tell) -> None:
    tell(EventKind.ATTENDEE_JOINED, 0)
    tell(EventKind.ROOM_ENDED, 30, who=None)
    tell(EventKind.ROOM_ENDED, 40, who=None)

    session.refresh_from_db()
    assert (session.state, session.end_reason) == ("ended", "provider")
    assert stays() == [("Ana", 30)]


def test_reason_we_gave_ourselves_stands(session: RoomSession, tell: Tell) -> None:
    session.end(RoomSession.EndReason.HOST)

    tell(EventKind.ROOM_ENDED, who=None)

    session.refresh_from_db()
    assert session.end_reason == "host"


@pytest.mark.parametrize("kind", list(EventKind))
def test_strangers_rooms_and_other_accounts_change_nothing(
    session: RoomSession, kind: EventKind
) -> None:
    apply_event("main", ProviderEvent(kind=kind, room_id="not-ours", attendee=ANA))
    apply_event("spare", ProviderEvent(kind=kind, room_id=session.provider_room_id, attendee=ANA))

    session.refresh_from_db()
    assert session.is_live
    assert not Attendance.objects.exists()


@pytest.mark.parametrize("kind", [EventKind.ATTENDEE_JOINED, EventKind.ATTENDEE_LEFT])
def test_event_about_nobody_changes_nothing(tell: Tell, kind: EventKind) -> None:
    tell(kind, who=None)

    assert stays() == []


@pytest.mark.parametrize("kind", [EventKind.UNKNOWN, EventKind.ROOM_STARTED])
def test_event_that_says_nothing_new_changes_nothing(
    session: RoomSession, tell: Tell, kind: EventKind
) -> None:
    tell(kind)

    session.refresh_from_db()
    assert session.is_live
    assert stays() == []


@pytest.fixture
def later(session: RoomSession) -> RoomSession:
    """The same room at the provider, opened again half an hour after its first run began."""
    session.end(RoomSession.EndReason.HOST, at=NOW + timedelta(minutes=20))
    return RoomSession.objects.create(
        room=session.room,
        alias="main",
        waiting_room="nobody",
        capacity=6,
        state=RoomSession.State.LIVE,
        live_at=NOW + timedelta(minutes=30),
        provider_room_id=session.provider_room_id,
        provider_session_id="run-2",
    )


def test_room_opened_again_gets_the_events_of_its_latest_session(
    later: RoomSession, tell: Tell
) -> None:
    tell(EventKind.ATTENDEE_JOINED, 31)

    assert Attendance.objects.get().session == later


def test_event_of_an_earlier_run_told_late_belongs_to_that_run(
    session: RoomSession, later: RoomSession, tell: Tell
) -> None:
    tell(EventKind.ATTENDEE_JOINED, 5)
    tell(EventKind.ROOM_ENDED, 20, who=None)

    later.refresh_from_db()
    assert later.is_live
    assert Attendance.objects.get().session == session


def test_run_that_the_provider_names_counts_more_than_the_clock(
    session: RoomSession, later: RoomSession
) -> None:
    event = ProviderEvent(
        kind=EventKind.ROOM_ENDED,
        room_id=session.provider_room_id,
        session_id="run-2",
        occurred_at=NOW,
    )

    assert apply_event("main", event) is Effect.DOUBTFUL

    later.refresh_from_db()
    assert later.is_live


def test_end_of_a_run_that_is_not_ours_is_doubtful(session: RoomSession) -> None:
    RoomSession.objects.update(provider_session_id="run-1")
    event = ProviderEvent(
        kind=EventKind.ROOM_ENDED, room_id=session.provider_room_id, session_id="run-0"
    )

    assert apply_event("main", event) is Effect.DOUBTFUL

    session.refresh_from_db()
    assert session.is_live


def test_event_counts_though_nobody_can_read_the_host_key_any_more(
    session: RoomSession, tell: Tell, settings: Settings
) -> None:
    RoomSession.objects.update(host_key="h0st-k3y", passcode="passc0de")
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    tell(EventKind.ATTENDEE_JOINED)
    tell(EventKind.ROOM_ENDED, 5)

    assert stays() == [("Ana", 5)]


def test_event_without_a_time_happened_now(session: RoomSession) -> None:
    apply_event(
        "main",
        ProviderEvent(
            kind=EventKind.ATTENDEE_JOINED, room_id=session.provider_room_id, attendee=ANA
        ),
    )

    assert timezone.now() - Attendance.objects.get().joined_at < timedelta(seconds=5)
