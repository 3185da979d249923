"""The links of a series: which of its meetings they lead to, and what the door says."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from meetings.models import Booking, JoinLink, RoomSession, Series
from meetings.models.occurrence import occurrence_for
from meetings.recurrence import daily, weekly
from meetings.services import controls, hosting, scheduling
from meetings.services.controls import Actor
from meetings.services.opening import open_room
from meetings.services.series.booking import SeriesWish, book_series
from meetings.services.series.cancelling import cancel_all, cancel_following

from .doors import ask, state
from .reading import page, text_of

Clock = time_machine.TimeMachineFixture
WEEK = timedelta(weeks=1)


def berlin(day: int, hour: int, minute: int = 0) -> datetime:
    """In November 2026, in the zone of the series."""
    return datetime(2026, 11, day, hour - 1, minute, tzinfo=UTC)


def make(dana: User, **changed: Any) -> Series:
    usual = {
        "title": "Stand-up",
        "rule": replace(weekly([0]), count=2),
        "first_date": date(2026, 11, 23),
        "clock": time(14),
        "duration": 30,
        "time_zone": "Europe/Berlin",
        "options": {"waiting_room": "nobody"},
    }
    return book_series(dana, SeriesWish(**{**usual, **changed}))


@pytest.fixture
def series(dana: User) -> Series:
    """Mondays at two: today, 23 November, and a week later."""
    return make(dana)


def address(series: Series, purpose: str = "participant") -> str:
    return series.links.get(purpose=purpose).get_absolute_url()


def days(series: Series) -> list[Booking]:
    return list(series.bookings.all())


HOURS = [
    (berlin(22, 12), "too_early", 23),
    (berlin(23, 13, 49), "too_early", 23),
    (berlin(23, 13, 50), "needs_host", 23),
    (berlin(23, 14, 29), "needs_host", 23),
    (berlin(23, 14, 59), "needs_host", 23),  # people may finish their sentence
    (berlin(23, 15), "too_early", 30),
    (berlin(30, 14), "needs_host", 30),
    (berlin(30, 15), "ended", 30),
]


def test_link_leads_to_the_meeting_that_is_on_or_next(
    client: Client, series: Series, clock: Clock
) -> None:
    for at, expected, day in HOURS:
        clock.move_to(at, tick=False)

        answer = client.get(address(series))

        assert state(answer) == expected
        assert f"{day} November" in text_of(answer)


def test_whole_series_is_held_by_its_links(
    as_dana: Client, client: Client, series: Series, clock: Clock
) -> None:
    for at, booking in zip((berlin(23, 14), berlin(30, 14)), days(series), strict=True):
        clock.move_to(at, tick=False)
        assert ask(as_dana, address(series, "host")).status_code == 200
        assert ask(client, address(series)).status_code == 200
        session = RoomSession.objects.live().get()
        assert session.booking == booking
        assert session.admissions.count() == 2
        hosting.end_for_all(session)


def test_meeting_that_was_ended_says_so_until_its_doors_close(
    client: Client, series: Series, clock: Clock
) -> None:
    clock.move_to(berlin(23, 14), tick=False)
    first = days(series)[0]
    hosting.end_for_all(open_room(first.room, first))

    assert state(client.get(address(series))) == "ended"
    clock.move_to(berlin(23, 15), tick=False)
    assert state(client.get(address(series))) == "too_early"


def test_meeting_that_runs_late_is_the_one(client: Client, dana: User, clock: Clock) -> None:
    series = make(dana, rule=replace(daily(), count=2), duration=24 * 60 - 15)
    first, second = days(series)
    clock.move_to(berlin(23, 14), tick=False)
    open_room(first.room, first)

    clock.move_to(second.doors_open_at + timedelta(minutes=6), tick=False)

    assert occurrence_for(series) == first
    RoomSession.objects.live().get().end(RoomSession.EndReason.TIME)
    assert occurrence_for(series) == second


def test_rehearsal_of_the_host_is_open_to_the_others(client: Client, series: Series) -> None:
    later = days(series)[1]
    open_room(later.room, later)

    assert state(client.get(address(series))) == "open"


def test_cancelled_meeting_is_told_on_its_day_and_passed_over_afterwards(
    client: Client, series: Series, dana: User, clock: Clock
) -> None:
    scheduling.cancel(days(series)[0], by=dana, reason="Snow")

    answer = client.get(address(series))

    assert state(answer) == "cancelled"
    assert "Snow" in page(answer)
    clock.move_to(berlin(24, 9), tick=False)
    assert state(client.get(address(series))) == "too_early"


def test_cancelled_meeting_of_another_day_is_passed_over(
    client: Client, series: Series, dana: User
) -> None:
    scheduling.cancel(days(series)[1], by=dana)

    answer = client.get(address(series))

    assert (state(answer), "23 November" in text_of(answer)) == ("too_early", True)


def test_links_of_a_cancelled_series_say_so_also_when_meetings_were_held(
    client: Client, series: Series, dana: User, clock: Clock
) -> None:
    clock.move_to(berlin(26, 9), tick=False)
    cancel_all(series, by=dana, version=series.version, reason="No more")

    answer = client.get(address(series))

    assert state(answer) == "cancelled"
    assert "No more" in page(answer)


def test_links_of_a_series_that_was_ended_earlier_say_that_it_is_over(
    client: Client, series: Series, dana: User, clock: Clock
) -> None:
    cancel_following(days(series)[1], by=dana, version=series.version)

    clock.move_to(berlin(25, 9), tick=False)

    assert state(client.get(address(series))) == "ended"


def test_series_whose_meetings_were_all_cancelled_by_themselves_says_so(
    client: Client, series: Series, dana: User, clock: Clock
) -> None:
    for booking in days(series):
        scheduling.cancel(booking, by=dana)

    clock.move_to(berlin(26, 9), tick=False)

    assert state(client.get(address(series))) == "cancelled"


def test_moved_meeting_is_found_where_it_is_now(
    client: Client, series: Series, dana: User, clock: Clock
) -> None:
    first = days(series)[0]
    moved = scheduling.MeetingWish(
        title="Elsewhen", starts_at=berlin(25, 9), duration=30, time_zone="Europe/Berlin"
    )
    scheduling.edit(first, moved, by=dana, version=first.version)

    clock.move_to(berlin(25, 9), tick=False)

    answer = client.get(address(series))
    assert (state(answer), "Elsewhen" in page(answer)) == ("needs_host", True)


def test_host_link_is_its_owners(as_colin: Client, client: Client, series: Series) -> None:
    assert state(as_colin.get(address(series, "host"))) == "not_yours"
    assert state(client.get(address(series, "host"))) == "sign_in"


def test_person_who_was_removed_may_come_next_time(
    as_dana: Client, client: Client, series: Series, clock: Clock
) -> None:
    clock.move_to(berlin(23, 14), tick=False)
    ask(as_dana, address(series, "host"))
    ask(client, address(series))
    session = RoomSession.objects.live().get()
    identity = session.admissions.get(role="participant").identity
    controls.remove(session, identity, by=Actor.owner(session.room.owner))
    assert state(client.get(address(series))) == "removed"
    hosting.end_for_all(session)

    clock.move_to(berlin(30, 14), tick=False)

    assert state(client.get(address(series))) == "needs_host"


def test_revoked_link_leads_nowhere(client: Client, series: Series) -> None:
    link = series.links.get(purpose="participant")
    link.revoke()

    assert client.get(link.get_absolute_url()).status_code == 410


# Where the links are shown


def test_page_of_each_meeting_shows_the_links_of_the_series(
    as_dana: Client, series: Series
) -> None:
    for booking in days(series):
        shown = page(as_dana.get(reverse("booking", args=[booking.pk])))
        assert all(link.token in shown for link in series.links.all())


def test_lists_show_the_links_of_the_series_and_nobodys_own(
    as_dana: Client, series: Series, book: Callable[..., Booking]
) -> None:
    single = book("Alone")
    guest = series.guests.create(email="ana@example.org")
    own = JoinLink.objects.create(series=series, guest=guest, purpose="participant")

    shown = page(as_dana.get(reverse("dashboard")))

    assert shown.count(series.links.get(purpose="host").token) >= 2
    assert single.links.get(purpose="host").token in shown
    assert own.token not in shown


def test_host_link_of_a_series_can_be_made_transferable_by_its_owner_alone(
    as_dana: Client, as_colin: Client, series: Series
) -> None:
    link = series.links.get(purpose="host")
    change = reverse("link-transferable", args=[link.pk])

    assert as_colin.post(change).status_code == 404
    answer = as_dana.post(change)

    link.refresh_from_db()
    assert link.transferable
    assert answer.headers["Location"] == reverse("series", args=[series.pk])


def test_cost_of_the_door_does_not_grow_with_the_series(
    client: Client, dana: User, django_assert_max_num_queries: Any
) -> None:
    long = make(dana, rule=daily(), title="Daily")
    client.get(address(long))

    with django_assert_max_num_queries(14):
        client.get(address(long))
