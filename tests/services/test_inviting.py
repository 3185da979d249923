"""Inviting people: one row, one link and one mail for each, however often it is said."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time

import pytest
import time_machine
from django.core import mail as sent_by_django
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from meetings.invitees import Invitee, read
from meetings.models import Booking, Guest, JoinLink, OutgoingMail, Series
from meetings.recurrence import weekly
from meetings.services import inviting, scheduling
from meetings.services.inviting import MOST_GUESTS, CannotInvite, TooManyGuests
from meetings.services.mail import posting
from meetings.services.scheduling import MeetingWish
from meetings.services.series.booking import SeriesWish, book_series
from tests.conftest import Share, next_hour
from tests.inviting import address_of, invite
from tests.together import seen_by_all, together

pytestmark = pytest.mark.django_db
Book = Callable[..., Booking]
THREE = read("Ana Gomez <ana@example.com>\nben@example.com\nEva <eva@example.com>").invitees


def series_of(dana: User, guests: tuple[Invitee, ...] = ()) -> Series:
    day = (timezone.now() + timedelta(days=2)).date()
    usual = {"clock": clock_time(9), "duration": 30, "time_zone": "UTC", "first_date": day}
    return book_series(dana, SeriesWish(title="Stand-up", rule=weekly([0]), guests=guests, **usual))


def posted() -> list[tuple[str, str]]:
    """Send what is due: to whom, and what about."""
    sent_by_django.outbox.clear()
    posting.post_due()
    return [(each.to[0], each.subject.partition(":")[0]) for each in sent_by_django.outbox]


def test_meeting_is_made_with_its_guests_their_links_and_mails(dana: User) -> None:
    at = next_hour()
    wish = MeetingWish(title="Review", starts_at=at, duration=30, time_zone="UTC", guests=THREE)

    booking = scheduling.book(dana, wish)
    again = scheduling.book(dana, wish)

    ana, ben, eva = booking.guests.all()
    assert again == booking
    assert [str(each) for each in (ana, ben, eva)] == ["Ana Gomez", "ben@example.com", "Eva"]
    links = JoinLink.objects.filter(guest__in=[ana, ben, eva])
    assert {(each.booking, each.purpose) for each in links} == {(booking, "participant")}
    assert len({each.token for each in links}) == 3
    assert booking.links.common().count() == 3
    assert [to for to, __ in posted()] == [
        "Ana Gomez <ana@example.com>",
        "ben@example.com",
        "Eva <eva@example.com>",
    ]
    change = booking.changes.get(kind="invited")
    assert (change.by, change.values) == (dana, {"guests": [0, 3]})


def test_series_is_made_with_its_guests_and_one_invitation_for_all_its_meetings(dana: User) -> None:
    series = series_of(dana, guests=THREE)

    assert [each.email for each in series.guests.all()] == [each.email for each in THREE]
    assert {each.series for each in JoinLink.objects.exclude(guest=None)} == {series}
    assert [subject for __, subject in posted()] == ["Invitation"] * 3
    assert series.changes.get(kind="invited").values == {"guests": [0, 3]}


def test_form_that_is_sent_again_with_one_more_guest_invites_that_one(dana: User) -> None:
    at = next_hour()
    usual = {"title": "Review", "starts_at": at, "duration": 30, "time_zone": "UTC"}
    first = MeetingWish(**usual, guests=THREE[:1])
    booking = scheduling.book(dana, first)
    inviting.remove(booking.guests.get(), by=dana)

    scheduling.book(dana, MeetingWish(**usual, guests=THREE, request_key=first.request_key))

    assert [each.email for each in booking.guests.invited()] == [each.email for each in THREE[1:]]


def test_who_is_invited_already_is_not_invited_twice_in_whatever_letters(book: Book) -> None:
    booking = book()
    invite(booking, "Ana <ana@example.com>", "ana@müller.example")

    guests = invite(booking, "Ana Gomez <ANA@example.COM>", "ana@xn--mller-kva.example")

    assert [each.email for each in guests] == ["ana@example.com", "ana@müller.example"]
    assert OutgoingMail.objects.count() == 2
    assert booking.changes.filter(kind="invited").count() == 1


def test_removed_guest_is_told_and_their_link_leads_nowhere(book: Book, dana: User) -> None:
    booking = book()
    (ana,) = invite(booking, "ana@example.com")
    posted()

    first, second = inviting.remove(ana, by=dana), inviting.remove(ana, by=dana)

    assert (first, second) == (True, False)
    assert not booking.guests.invited().exists()
    assert not JoinLink.objects.usable().filter(guest=ana).exists()
    assert posted() == [("ana@example.com", "No longer invited")]
    assert booking.changes.get(kind="uninvited").values == {"guests": [1, 0]}


def test_guest_who_comes_back_has_the_same_row_another_link_and_each_mail_again(
    book: Book, dana: User
) -> None:
    booking = book()
    (ana,) = invite(booking, "Ana <ana@example.com>")
    former = address_of(ana)
    for __ in range(2):
        inviting.remove(ana, by=dana)
        (back,) = invite(booking, "ana@example.com")

    subjects = [subject for __ in range(5) for __, subject in posted()]

    assert (back.pk, back.name, back.removed_at) == (ana.pk, "Ana", None)
    assert address_of(back) != former
    assert subjects == ["Invitation", "No longer invited"] * 2 + ["Invitation"]


def test_invitation_that_came_back_is_sent_again(book: Book) -> None:
    (ana,) = invite(book(), "ana@example.com")
    Guest.objects.update(bounced_at=timezone.now(), bounce="550 who?")
    posted()

    assert inviting.invite_again(ana)

    ana.refresh_from_db()
    assert (ana.bounced_at, ana.bounce) == (None, "")
    assert posted() == [("ana@example.com", "Invitation")]


def test_nobody_is_invited_to_what_is_over_or_cancelled(
    book: Book, dana: User, time_machine: time_machine.TimeMachineFixture
) -> None:
    cancelled, over = book("Off"), book("Over", at=next_hour())
    (ana,) = invite(over, "ana@example.com")
    scheduling.cancel(cancelled, by=dana)
    time_machine.move_to(over.ends_at + timedelta(minutes=1), tick=False)
    mails = OutgoingMail.objects.count()

    with pytest.raises(CannotInvite, match="cancelled"):
        inviting.invite(cancelled, THREE, by=dana)
    with pytest.raises(CannotInvite, match="over"):
        inviting.invite(over, THREE, by=dana)
    with pytest.raises(CannotInvite, match="over"):
        inviting.invite_again(ana)
    assert inviting.remove(ana, by=dana)

    assert Guest.objects.count() == 1
    assert OutgoingMail.objects.count() == mails  # no calendar needs to let go what is past


def test_endless_series_can_always_be_joined_and_one_that_is_over_cannot(
    dana: User, time_machine: time_machine.TimeMachineFixture
) -> None:
    series = series_of(dana)
    time_machine.move_to(datetime(2036, 1, 1, tzinfo=UTC), tick=False)

    endless = inviting.is_ahead(series)
    series.patterns.update(rule="FREQ=WEEKLY;COUNT=3")

    assert endless
    assert not inviting.is_ahead(series)


def test_header_in_a_name_is_no_header(book: Book) -> None:
    tricky = Invitee(email="ana@example.com", name="Ana\r\nBcc: all@example.com")
    booking = book()
    inviting.invite(booking, [tricky], by=booking.organizer)

    posting.post_due()

    (message,) = sent_by_django.outbox
    assert message.message()["To"] == '"Ana Bcc: all@example.com" <ana@example.com>'
    assert message.message()["Bcc"] is None


def test_two_thousand_are_invited_in_few_statements_and_not_one_more(
    book: Book, dana: User
) -> None:
    large = book()
    crowd = [Invitee(email=f"g{number}@example.com") for number in range(MOST_GUESTS)]

    with CaptureQueriesContext(connection) as statements:
        invited = inviting.invite(large, crowd, by=dana)

    assert len(invited) == MOST_GUESTS
    assert len(statements) < 100  # SQLite takes 999 values in one
    assert OutgoingMail.objects.filter(notice__booking=large).count() == MOST_GUESTS
    with pytest.raises(TooManyGuests):
        inviting.invite(large, THREE[:1], by=dana)
    assert large.guests.count() == MOST_GUESTS


@pytest.mark.django_db(transaction=True)
def test_same_list_sent_twice_at_once_invites_everybody_once(
    book: Book, dana: User, share_database: Share
) -> None:
    booking = book()
    share_database()

    answers = together(*[lambda: inviting.invite(booking, THREE, by=dana)] * 3)

    assert sorted(len(each) for each in answers if isinstance(each, list)) == [0, 0, 3]
    assert seen_by_all(Guest.objects.count) == 3
    assert seen_by_all(JoinLink.objects.exclude(guest=None).count) == 3
    assert seen_by_all(OutgoingMail.objects.count) == 3


def test_zone_and_language_of_a_guest_are_known_from_another_meeting_of_the_same_organizer(
    dana: User, colin: User, book: Book
) -> None:
    (known,) = invite(book("First"), "ana@example.com")
    inviting.note_opened(known, zone="Asia/Tokyo", language="de-AT")

    ana, eva = invite(series_of(dana), "Ana@Example.com", "eva@example.com")
    (elsewhere,) = invite(series_of(colin), "ana@example.com")

    assert (ana.time_zone, ana.language) == ("Asia/Tokyo", "de")
    assert (eva.time_zone, elsewhere.time_zone) == ("", "")
