"""Rooms and coming meetings move to another provider; links stay and nobody is written to."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.models import AuditEntry, User
from meetings.models import Booking, JoinLink, ProviderSwitch, Reservation, Room, RoomSession
from meetings.services import moving, scheduling
from meetings.services.moving import CannotMove, PlanChanged
from meetings.services.opening import open_room
from meetings.services.rooms import create_room
from tests.able_provider import Able, able
from tests.conftest import Share
from tests.provider_for_tests import Telling
from tests.together import seen_by_all, together

__all__ = ["able"]

Book = Callable[..., Booking]
HOUR = timedelta(hours=1)


@pytest.fixture
def rooms(dana: User, able: Telling) -> list[Room]:
    """Two permanent rooms at `main`."""
    return [create_room(dana, name=name) for name in ("Weekly", "Office hours")]


def aliases() -> dict[str, str]:
    return dict(Room.objects.values_list("name", "provider_alias"))


def move(source: str, target: str, by: User, owner: User | None = None) -> moving.Plan:
    mark = moving.count(source, target, owner=owner).mark
    return moving.move(source, target, mark=mark, by=by, owner=owner)


def test_all_rooms_and_coming_meetings_move(rooms: list[Room], book: Book, dana: User) -> None:
    booked = book("Weekly 1", room=rooms[0])
    own = book("Own room", at=timezone.now() + HOUR)

    plan = move("main", "modest", dana)

    assert (len(plan.rooms), plan.meetings, plan.stuck) == (3, 2, ())
    assert set(aliases().values()) == {"modest"}
    assert AuditEntry.objects.filter(action="moved", about="meetings.room").count() == 3
    for booking in (booked, own):
        change = booking.changes.first()
        assert (change.kind, change.by) == ("edited", dana)
        assert change.values == {"provider_alias": ["main", "modest"]}


def test_counting_changes_nothing_and_asks_no_provider(rooms: list[Room], able: Telling) -> None:
    plan = moving.count("main", "modest")

    assert [room.name for room in plan.rooms] == ["Weekly", "Office hours"]
    assert set(aliases().values()) == {"main"}
    assert able.asked == []


def test_links_stay_and_nobody_is_written_to(rooms: list[Room], book: Book, dana: User) -> None:
    book("Weekly 1", room=rooms[0])
    links = list(JoinLink.objects.order_by("pk").values())

    move("main", "modest", dana)

    assert list(JoinLink.objects.order_by("pk").values()) == links
    assert mail.outbox == []


def test_what_runs_goes_on_where_it_is_and_the_next_begins_at_the_new_place(
    rooms: list[Room], dana: User
) -> None:
    running = open_room(rooms[0])

    plan = move("main", "modest", dana)

    assert plan.running == 1
    still = open_room(Room.objects.get(pk=rooms[0].pk))
    assert (still.pk, still.alias) == (running.pk, "main")
    running.end(RoomSession.EndReason.HOST)
    assert open_room(Room.objects.get(pk=rooms[0].pk)).alias == "modest"


def test_what_is_over_given_up_or_called_off_stays_in_its_history(
    rooms: list[Room], book: Book, dana: User
) -> None:
    book("Past", at=timezone.now() - 2 * HOUR)
    scheduling.cancel(book("Called off"), by=dana)
    rooms[1].archive()

    plan = move("main", "modest", dana)

    assert plan.meetings == 0
    assert aliases() == {
        "Weekly": "modest",
        "Office hours": "main",
        "Past": "main",
        "Called off": "main",
    }


def test_room_that_uses_what_the_other_cannot_do_stays_and_is_named(
    rooms: list[Room], book: Book, dana: User
) -> None:
    Room.objects.filter(pk=rooms[0].pk).update(chat=False, participants_share=False)
    book("Weekly 1", room=rooms[0])

    plan = move("main", "modest", dana)

    (stuck,) = plan.stuck
    assert (stuck.room.name, stuck.meetings, plan.meetings) == ("Weekly", 1, 0)
    assert stuck.reasons == ["its chat is switched off", "only hosts may share their screen"]
    assert aliases() == {"Weekly": "main", "Office hours": "modest"}


def test_room_for_more_people_than_fit_there_stays(
    rooms: list[Room], dana: User, settings: Settings
) -> None:
    settings.MEETING_PROVIDERS = {**settings.MEETING_PROVIDERS, "small": {"BACKEND": "builtin"}}
    Room.objects.filter(pk=rooms[0].pk).update(capacity=40)

    plan = move("main", "small", dana)

    assert [each.room.name for each in plan.stuck] == ["Weekly"]
    assert "more people" in plan.stuck[0].reasons[0]


def test_organizer_moves_their_own_alone(
    rooms: list[Room], book: Book, dana: User, colin: User
) -> None:
    book("Colin’s", by=colin)

    plan = move("main", "modest", colin, owner=colin)

    assert [room.name for room in plan.rooms] == ["Colin’s"]
    assert aliases()["Weekly"] == "main"


def test_sources_are_the_aliases_with_something_to_move(
    rooms: list[Room], dana: User, colin: User
) -> None:
    create_room(colin, name="At Modest", provider_alias="modest")
    given_up = create_room(dana, name="Given up", provider_alias="former")
    given_up.archive()

    assert moving.sources() == ["main", "modest"]
    assert moving.sources(dana) == ["main"]


def test_rooms_of_a_provider_that_is_gone_can_be_moved_away(
    rooms: list[Room], dana: User, settings: Settings
) -> None:
    settings.MEETING_PROVIDERS = {"modest": settings.MEETING_PROVIDERS["modest"]}

    move("main", "modest", dana)

    assert set(aliases().values()) == {"modest"}


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        ("main", "main", "already"),
        ("main", "imagined", "no provider “imagined”"),
        ("main", "", "no provider"),
        ("main", "modest", "switched off"),
    ],
)
def test_move_to_where_nothing_can_be_held_is_refused(
    rooms: list[Room], dana: User, source: str, target: str, words: str
) -> None:
    ProviderSwitch.objects.create(alias="modest", off_by=dana)

    with pytest.raises(CannotMove, match=words):
        moving.count(source, target)
    with pytest.raises(CannotMove, match=words):
        moving.move(source, target, mark="", by=dana)

    assert set(aliases().values()) == {"main"}


def test_form_that_was_open_during_the_move_does_not_move_it_back(
    rooms: list[Room], book: Book, dana: User
) -> None:
    booking = book("Own room")
    wish = scheduling.MeetingWish(
        title="New title",
        starts_at=booking.starts_at,
        duration=30,
        time_zone=booking.time_zone,
        options={"provider_alias": "main"},
    )

    move("main", "modest", dana)

    with pytest.raises(scheduling.StaleEdit):
        scheduling.edit(booking, wish, by=dana, version=booking.version)
    assert aliases()["Own room"] == "modest"


# Between looking and doing


def test_meeting_planned_after_the_look_is_told_before_anything_moves(
    rooms: list[Room], book: Book, dana: User
) -> None:
    mark = moving.count("main", "modest").mark
    book("Just planned")

    with pytest.raises(PlanChanged) as changed:
        moving.move("main", "modest", mark=mark, by=dana)

    assert changed.value.plan.meetings == 1
    assert set(aliases().values()) == {"main"}
    moving.move("main", "modest", mark=changed.value.plan.mark, by=dana)
    assert set(aliases().values()) == {"modest"}


def test_provider_that_lost_a_feature_after_the_look_moves_nothing(
    rooms: list[Room], dana: User, settings: Settings
) -> None:
    settings.MEETING_PROVIDERS = {
        **settings.MEETING_PROVIDERS,
        "spare": {"BACKEND": f"{Able.__module__}.Able"},
    }
    Room.objects.filter(pk=rooms[0].pk).update(chat=False)
    mark = moving.count("main", "spare").mark
    settings.MEETING_PROVIDERS = {
        **settings.MEETING_PROVIDERS,
        "spare": settings.MEETING_PROVIDERS["modest"],
    }

    with pytest.raises(PlanChanged) as changed:
        moving.move("main", "spare", mark=mark, by=dana)

    assert [each.room.name for each in changed.value.plan.stuck] == ["Weekly"]
    assert set(aliases().values()) == {"main"}


def test_second_of_two_who_move_the_same_is_told(rooms: list[Room], dana: User) -> None:
    mark = moving.count("main", "modest").mark
    moving.move("main", "modest", mark=mark, by=dana)

    with pytest.raises(PlanChanged) as changed:
        moving.move("main", "modest", mark=mark, by=dana)

    assert changed.value.plan.rooms == ()


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_move_it_once(
    rooms: list[Room], book: Book, dana: User, share_database: Share
) -> None:
    booking = book("Weekly 1", room=rooms[0])
    share_database()
    mark = moving.count("main", "modest").mark

    def press() -> bool:
        try:
            moving.move("main", "modest", mark=mark, by=dana)
        except PlanChanged:
            return False
        return True

    assert sorted(together(press, press)) == [False, True]
    assert seen_by_all(booking.changes.filter(kind="edited").count) == 1


def test_nothing_is_half_done_when_the_history_cannot_be_written(
    rooms: list[Room], book: Book, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    book("Weekly 1", room=rooms[0])

    def fail(_: Room) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(moving.reservations, "want_all", fail)
    with pytest.raises(RuntimeError):
        move("main", "modest", dana)

    assert set(aliases().values()) == {"main"}
    assert not Booking.objects.filter(changes__kind="edited").exists()


def test_looking_at_50_rooms_costs_as_much_as_at_1(
    rooms: list[Room], book: Book, dana: User
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            moving.count("main", "modest")
        return len(queries)

    book("Weekly 1", room=rooms[0])
    with_few = cost()
    for number in range(20):
        book(f"No. {number}", at=timezone.now() + (number + 30) * HOUR)

    assert cost() == with_few


# Reservations


class Booker(Able):
    """One that holds rooms ahead."""

    label = "Booker"
    features = Able.features.__class__(booking=True, ending=True)


@pytest.fixture
def booker(able: Telling, settings: Settings) -> None:
    settings.MEETING_PROVIDERS = {
        **settings.MEETING_PROVIDERS,
        "booker": {"BACKEND": f"{__name__}.Booker"},
    }


def wanted() -> list[tuple[str, bool]]:
    return list(Reservation.objects.order_by("alias").values_list("alias", "is_wanted"))


def test_reservations_follow_to_a_provider_that_books_and_back(
    rooms: list[Room], book: Book, dana: User, booker: None
) -> None:
    book("Weekly 1", room=rooms[0])

    move("main", "booker", dana)
    there = wanted()
    move("booker", "main", dana)

    assert there == [("booker", True)]
    assert wanted() == [("booker", False)]


# One room


def test_room_that_its_owner_moves_takes_its_meetings_along(
    rooms: list[Room], book: Book, dana: User, booker: None
) -> None:
    booking = book("Weekly 1", room=rooms[0])

    moving.save_room(rooms[0], {"name": "Moved", "provider_alias": "booker"}, by=dana)

    booking.refresh_from_db()
    assert booking.version == 2
    assert booking.changes.first().values == {"provider_alias": ["main", "booker"]}
    assert wanted() == [("booker", True)]
    assert aliases()["Moved"] == "booker"


def test_room_that_stays_leaves_its_meetings_alone(
    rooms: list[Room], book: Book, dana: User
) -> None:
    booking = book("Weekly 1", room=rooms[0])

    moving.save_room(rooms[0], {"name": "Renamed"}, by=dana)

    booking.refresh_from_db()
    assert booking.version == 1
    assert "Renamed" in aliases()


def test_room_that_was_changed_after_the_look_is_left_as_it_is(
    rooms: list[Room], dana: User
) -> None:
    seen = rooms[0].mark
    move("main", "modest", dana)

    with pytest.raises(moving.RoomChanged):
        moving.save_room(rooms[0], {"provider_alias": "main"}, by=dana, seen=seen)

    assert aliases()["Weekly"] == "modest"


def test_only_what_was_changed_is_saved(rooms: list[Room], dana: User) -> None:
    before = Room.objects.get(pk=rooms[0].pk)
    rooms[0].archive()

    moving.save_room(before, {"name": "Renamed"}, by=dana)

    room = Room.objects.get(name="Renamed")
    assert room.is_archived
