"""The address that calendar programs read: who gets what, and how little is sent again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from meetings.models import Booking, Feed
from meetings.services.calendars.feeds import open_feed
from tests.calendar_reader import read

from .conftest import NOW

Book = Callable[..., Booking]
Clock = time_machine.TimeMachineFixture


@pytest.fixture
def feed(dana: User) -> Feed:
    return open_feed(dana)


def address(feed: Feed) -> str:
    return reverse("feed", args=[feed.token])


def test_program_reads_a_calendar_with_a_name_that_asks_to_be_read_hourly(
    client: Client, feed: Feed, book: Book
) -> None:
    book("Review")

    answer = client.get(address(feed))

    calendar = read(answer.content)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert (calendar.method, [each.title for each in calendar.events]) == ("PUBLISH", ["Review"])
    for line in (
        "X-WR-CALNAME:Parley: Dana",
        "NAME:Parley: Dana",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ):
        assert f"\r\n{line}\r\n" in answer.text


def test_nothing_is_sent_to_a_program_that_has_it_already(
    client: Client, feed: Feed, book: Book
) -> None:
    book("Review")
    first = client.get(address(feed)).headers

    for known in (
        {"If-None-Match": first["ETag"]},
        {"If-Modified-Since": first["Last-Modified"]},
    ):
        again = client.get(address(feed), headers=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == first["ETag"]


def test_change_is_sent_to_a_program_that_has_what_was_before(
    client: Client, feed: Feed, book: Book, clock: Clock
) -> None:
    first = client.get(address(feed)).headers
    clock.move_to(NOW + timedelta(seconds=1))
    book("Review")

    for known in (
        {"If-None-Match": first["ETag"]},
        {"If-Modified-Since": first["Last-Modified"]},
    ):
        assert "SUMMARY:Review" in client.get(address(feed), headers=known).text


def test_head_tells_the_same_without_the_calendar(client: Client, feed: Feed) -> None:
    whole, head = client.get(address(feed)), client.head(address(feed))

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == whole.headers["ETag"]


def test_unknown_and_dead_addresses_are_answered_alike(
    client: Client, dana: User, colin: User, feed: Feed
) -> None:
    gone = open_feed(colin)
    User.objects.filter(pk=colin.pk).update(is_active=False)
    feed.revoke()

    answers = [
        client.get(path)
        for path in (address(feed), address(gone), "/feeds/unknown.ics", "/feeds/%00.ics")
    ]

    assert {(each.status_code, each.content) for each in answers} == {(404, b"")}
    for each in answers:
        del each.headers["X-Request-ID"]  # each request has its own
    assert len({str(sorted(each.headers.items())) for each in answers}) == 1


def test_who_guesses_addresses_of_feeds_is_slowed_down_and_others_are_not(
    client: Client, feed: Feed, book: Book
) -> None:
    link = book().links.get(purpose="participant").get_absolute_url()

    answers = [client.get(f"/feeds/{number}.ics").status_code for number in range(61)]

    assert answers == [404] * 60 + [429]
    assert client.get(address(feed)).status_code == 429
    assert client.get(address(feed), REMOTE_ADDR="198.51.100.7").status_code == 200
    assert client.get(link).status_code == 200


def test_reading_is_noted_once_an_hour(client: Client, feed: Feed, clock: Clock) -> None:
    def read_at(minutes: int) -> object:
        clock.move_to(NOW + timedelta(minutes=minutes))
        client.get(address(feed))
        feed.refresh_from_db()
        return feed.last_read_at

    assert read_at(0) == NOW
    assert read_at(59) == NOW
    assert read_at(61) == NOW + timedelta(minutes=61)
