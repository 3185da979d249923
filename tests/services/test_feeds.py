"""What a feed tells, to whom, and what becomes of its address."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from meetings.models import Booking, Feed, Room, Series
from meetings.recurrence import weekly
from meetings.services import scheduling
from meetings.services.calendars import feeds
from meetings.services.calendars.feeds import FeedContent, content_of, open_feed
from meetings.services.rooms import create_room
from meetings.services.scheduling import MeetingWish
from meetings.services.series.booking import SeriesWish, book_series
from tests.calendar_reader import Program, read
from tests.conftest import Share
from tests.together import seen_by_all, together

Book = Callable[..., Booking]
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)  # a Monday


@pytest.fixture(autouse=True)
def clock(time_machine: time_machine.TimeMachineFixture) -> time_machine.TimeMachineFixture:
    time_machine.move_to(NOW, tick=False)
    return time_machine


def repeated(dana: User, **changed: Any) -> Series:
    usual = {
        "title": "Stand-up",
        "rule": weekly([0]),
        "first_date": date(2026, 3, 9),
        "clock": time(9),
        "duration": 30,
        "time_zone": "Europe/Berlin",
    }
    return book_series(dana, SeriesWish(**{**usual, **changed}))


def moved(booking: Booking, **values: Any) -> None:
    names = ("title", "description", "starts_at", "duration", "time_zone")
    wish = {name: getattr(booking, name) for name in names} | values
    scheduling.edit(booking, MeetingWish(**wish), by=booking.organizer, version=booking.version)


def titles(content: FeedContent) -> list[str]:
    return sorted(event.title for event in content.events)


def shown(content: FeedContent) -> list[tuple[datetime, int, str]]:
    program = Program()
    program.take(read(content.written()))
    return program.shown()


def cost(feed: Feed) -> int:
    with CaptureQueriesContext(connection) as queries:
        content_of(feed)
    return len(queries)


def test_series_without_an_end_is_one_event_with_its_exceptions(dana: User) -> None:
    series = repeated(dana)
    dates = list(series.bookings.all())
    moved(dates[2], starts_at=dates[2].starts_at + timedelta(hours=3))
    scheduling.cancel(dates[4], by=dana)

    content = content_of(open_feed(dana))

    there = series.bookings.confirmed()
    assert shown(content)[: there.count()] == [
        (each.starts_at, 30, "Stand-up") for each in there.order_by("starts_at")
    ]
    assert content.written().count(b"BEGIN:VEVENT") == 2
    assert len(shown(content)) > there.count()


def test_series_that_comes_rarely_is_shown_though_no_meeting_of_it_is_made_yet(
    dana: User, clock: time_machine.TimeMachineFixture
) -> None:
    repeated(dana, rule=weekly([0], interval=99))
    clock.move_to(datetime(2027, 1, 20, tzinfo=UTC))
    Booking.objects.filter(starts_at__gt=NOW + timedelta(days=8)).delete()

    assert titles(content_of(open_feed(dana))) == ["Stand-up"]


def test_what_ended_more_than_90_days_ago_is_left_out(
    dana: User, book: Book, clock: time_machine.TimeMachineFixture
) -> None:
    repeated(dana, rule=replace(weekly([0]), count=2))
    book("Old", at=NOW + timedelta(days=15))
    book("Late", at=NOW + timedelta(days=40))
    clock.move_to(NOW + timedelta(days=115))
    book("Ahead", at=NOW + timedelta(days=116))

    assert titles(content_of(open_feed(dana))) == ["Ahead", "Late"]


def test_cancelled_and_removed_meetings_and_those_of_others_are_absent(
    dana: User, colin: User, book: Book
) -> None:
    scheduling.cancel(book("Cancelled", at=NOW + timedelta(days=1)), by=dana)
    book("Of Colin", by=colin)
    removed = book("Removed", at=NOW + timedelta(days=2))
    Booking.objects.filter(pk=removed.pk).update(deleted_at=NOW)

    assert titles(content_of(open_feed(dana))) == []


def test_event_has_the_uid_of_the_mails(dana: User, book: Book) -> None:
    booking, series = book(), repeated(dana)

    uids = {event.uid for event in content_of(open_feed(dana)).events}

    assert uids == {str(booking.request_key), str(series.patterns.get().uid)}


def test_organizer_reads_the_own_link_unless_it_makes_anybody_a_host(
    dana: User, book: Book
) -> None:
    mine, given = book("Mine"), book("Given", at=NOW + timedelta(days=3))
    given.links.filter(purpose="host").update(transferable=True)

    urls = {event.title: event.url for event in content_of(open_feed(dana)).events}

    assert mine.links.get(purpose="host").token in urls["Mine"]
    assert given.links.get(purpose="participant").token in urls["Given"]


def test_feed_of_a_room_tells_title_time_and_participants_link_alone(
    dana: User, room: Room, book: Book
) -> None:
    booking = book(room=room, description="Confidential")
    book("Elsewhere", at=NOW + timedelta(days=3))
    series = repeated(dana, room=room, description="Confidential")

    content = content_of(open_feed(dana, room))

    text = content.written().replace(b"\r\n ", b"").decode()
    assert titles(content) == ["Review", "Stand-up"]
    for secret in ("Confidential", dana.email, "ORGANIZER"):
        assert secret not in text
    for place in (booking, series):
        assert place.links.get(purpose="participant").token in text
        assert place.links.get(purpose="host").token not in text
        assert place.links.get(purpose="cohost").token not in text


def test_date_that_was_moved_to_another_room_is_shown_there_and_not_here(
    dana: User, room: Room
) -> None:
    series, other = repeated(dana, room=room), create_room(dana, name="Attic")
    first = series.bookings.first()
    assert first
    moved(first, room=other)

    here, there = (shown(content_of(open_feed(dana, each))) for each in (room, other))

    assert (first.starts_at, 30, "Stand-up") not in here
    assert there == [(first.starts_at, 30, "Stand-up")]


@pytest.mark.parametrize("of_room", [False, True], ids=["of a person", "of a room"])
def test_500_meetings_cost_as_many_queries_as_10(
    dana: User, room: Room, book: Book, of_room: bool
) -> None:
    series = repeated(dana, room=room)
    for booking in series.bookings.all()[:3]:
        moved(booking, title="Moved", room=room)
    first = book(room=room)
    copies(first, 9)
    feed = feeds.feed_at(open_feed(dana, room if of_room else None).token)
    assert feed
    with_10 = cost(feed)

    copies(first, 490)
    for number in range(20):
        repeated(dana, room=room, clock=time(number, 5), rule=replace(weekly([3]), count=3))

    assert cost(feed) == with_10 <= 4
    assert len(content_of(feed).events) == 500 + 4 + 20


def copies(booking: Booking, count: int) -> None:
    values = {"organizer": booking.organizer, "room": booking.room, "duration": 1}
    Booking.objects.bulk_create(
        Booking(
            title="Copy",
            starts_at=NOW + timedelta(hours=number),
            ends_at=NOW + timedelta(hours=number, minutes=1),
            time_zone="UTC",
            may_overlap=True,
            **values,
        )
        for number in range(count)
    )


def test_feed_is_bounded_and_what_is_ahead_comes_first(
    dana: User, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "MOST", 2)
    past = book("Yesterday", at=NOW + timedelta(hours=1))
    Booking.objects.filter(pk=past.pk).update(
        starts_at=NOW - timedelta(days=1), ends_at=NOW - timedelta(hours=23)
    )
    for day in (3, 2, 4):
        book(f"In {day} days", at=NOW + timedelta(days=day))

    assert titles(content_of(open_feed(dana))) == ["In 2 days", "In 3 days"]


def test_tag_is_the_same_until_something_is_different(
    dana: User, book: Book, clock: time_machine.TimeMachineFixture
) -> None:
    booking, feed = book(at=NOW + timedelta(days=2)), open_feed(dana)
    before = content_of(feed)

    clock.move_to(NOW + timedelta(days=1))
    later = content_of(feed)
    moved(booking, title="Other")
    changed = content_of(feed)

    assert (later.tag, later.written()) == (before.tag, before.written())
    assert changed.tag != later.tag
    assert changed.modified_at > later.modified_at > before.modified_at


def test_what_was_called_off_changes_the_date_too(
    dana: User, book: Book, clock: time_machine.TimeMachineFixture
) -> None:
    booking, feed = book(at=NOW + timedelta(days=2)), open_feed(dana)
    before = content_of(feed).modified_at

    clock.move_to(NOW + timedelta(minutes=1))
    scheduling.cancel(booking, by=dana)

    assert content_of(feed).modified_at > before


# Addresses


def test_rotating_gives_another_address_and_the_old_one_is_dead(dana: User, room: Room) -> None:
    feed = open_feed(dana, room)

    new = feeds.rotate(feed)

    assert new
    assert feeds.feed_at(feed.token) is None
    assert feeds.feed_at(new.token) == new
    assert (new.owner, new.room) == (dana, room)


def test_old_tab_that_rotates_again_gets_the_address_that_there_is(dana: User) -> None:
    feed = open_feed(dana)
    new = feeds.rotate(feed)

    assert feeds.rotate(feed) == new
    assert Feed.objects.count() == 2


def test_address_that_was_taken_back_is_not_made_again_by_rotating(dana: User) -> None:
    feed = open_feed(dana)
    feed.revoke()

    assert feeds.rotate(feed) is None
    assert not Feed.objects.usable().exists()


def test_feed_of_somebody_who_is_gone_or_of_a_room_given_to_another_is_silent(
    dana: User, colin: User, room: Room
) -> None:
    mine, of_room = open_feed(dana), open_feed(dana, room)
    Room.objects.filter(pk=room.pk).update(owner=colin)

    assert feeds.feed_at(mine.token) == mine
    assert feeds.feed_at(of_room.token) is None
    User.objects.filter(pk=dana.pk).update(is_active=False)
    assert feeds.feed_at(mine.token) is None


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_make_and_rotate_at_once_have_one_address(
    dana: User, share_database: Share
) -> None:
    share_database()

    made = together(*[lambda: open_feed(dana)] * 4)
    assert len(set(made)) == 1
    (feed,) = set(made)
    assert isinstance(feed, Feed)
    rotated = together(*[lambda: feeds.rotate(feed)] * 4)

    assert len(set(rotated)) == 1
    assert seen_by_all(lambda: list(Feed.objects.usable())) == [rotated[0]]
