"""All that is ahead becomes another's, and whatever was sent stays valid."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, User
from meetings.models import Booking, Feed, JoinLink, Room
from meetings.services import handing_over, scheduling
from meetings.services.handing_over import CannotHandOver, Estate, hand_over
from meetings.services.keeping import erasing
from tests.views.repeating import make_series

pytestmark = pytest.mark.django_db

Book = Callable[..., Booking]


def test_rooms_meetings_series_and_feeds_go_and_what_took_place_stays(
    book: Book, room: Room, dana: User, colin: User
) -> None:
    now = timezone.now()
    past = book("Past", at=now - timedelta(days=1))
    ahead, series = (
        book("Ahead"),
        make_series(dana, first_date=timezone.localdate() + timedelta(days=8)),
    )
    of_room = Feed.objects.create(owner=dana, room=room)
    of_dana = Feed.objects.create(owner=dana)

    estate = hand_over(dana, colin, by=dana)

    for row in (past, ahead, series, room, of_room, of_dana):
        row.refresh_from_db()
    assert (past.organizer, past.room.owner) == (dana, dana)
    assert ahead.organizer == ahead.room.owner == series.organizer == room.owner == colin
    assert set(series.bookings.values_list("organizer", flat=True)) == {colin.pk}
    assert (of_room.owner, of_dana.owner) == (colin, dana)
    assert set(Feed.objects.usable()) == {of_room, of_dana}
    assert estate.meetings == 1 + series.bookings.confirmed().not_over().count()
    assert (estate.rooms, estate.series) == (1, 1)
    assert not handing_over.estate_of(dana)


def test_links_stay_as_they_are_and_host_links_are_the_new_owners(
    book: Book, room: Room, dana: User, colin: User
) -> None:
    book()
    before = dict(JoinLink.objects.values_list("pk", "token"))

    hand_over(dana, colin, by=dana)

    assert dict(JoinLink.objects.standing().values_list("pk", "token")) == before
    hosts = JoinLink.objects.filter(purpose="host")
    assert {link.owner for link in hosts} == {colin}


def test_meetings_at_the_same_time_both_stand(book: Book, dana: User, colin: User) -> None:
    mine, theirs = book(), book(by=colin)
    free = book(at=mine.ends_at)

    hand_over(dana, colin, by=dana)

    for row in (mine, theirs, free):
        row.refresh_from_db()
    assert mine.starts_at == theirs.starts_at
    assert (mine.organizer, mine.may_overlap) == (colin, True)
    assert (free.may_overlap, theirs.may_overlap) == (False, False)
    with pytest.raises(scheduling.Overlaps):
        book(by=colin, at=free.starts_at)


def test_history_and_audit_log_say_so_by_numbers(
    book: Book, room: Room, dana: User, colin: User, staff: User
) -> None:
    booking = book()

    hand_over(dana, colin, by=staff)

    told = {"organizer": [dana.pk, colin.pk]}
    change = booking.changes.get(kind="edited")
    assert (change.by, change.values) == (staff, told)
    assert AuditEntry.objects.about(booking).filter(values=told, user=staff).count() == 1
    owner = {"owner": [dana.pk, colin.pk]}
    assert AuditEntry.objects.about(room).filter(values=owner, user=staff).count() == 1


def test_whoever_handed_over_can_be_erased_and_nothing_is_cancelled(
    book: Book, room: Room, dana: User, colin: User
) -> None:
    booking = book()
    hand_over(dana, colin, by=dana)

    assert erasing.erase(dana.email).ahead == 0

    booking.refresh_from_db()
    assert not booking.is_cancelled
    assert Room.objects.in_use().filter(pk=room.pk).exists()
    assert JoinLink.objects.standing().filter(booking=booking).count() == 3


def test_nothing_goes_to_who_cannot_sign_in_or_has_it_already(
    book: Book, dana: User, colin: User
) -> None:
    booking = book()
    User.objects.filter(pk=colin.pk).update(is_active=False)

    with pytest.raises(CannotHandOver):
        hand_over(dana, colin, by=dana)
    with pytest.raises(CannotHandOver):
        hand_over(dana, dana, by=dana)
    booking.refresh_from_db()
    assert booking.organizer == dana


def test_twice_is_as_once(book: Book, dana: User, colin: User) -> None:
    booking = book()

    hand_over(dana, colin, by=dana)

    assert hand_over(dana, colin, by=dana) == Estate(rooms=0, series=0, meetings=0)
    assert booking.changes.filter(kind="edited").count() == 1


def test_all_of_it_or_nothing(
    book: Book, dana: User, colin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = book()

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(handing_over, "_hand_over_links", fails)

    with pytest.raises(RuntimeError):
        hand_over(dana, colin, by=dana)
    booking.refresh_from_db()
    assert booking.organizer == dana
