"""Answers that calendar programs send by mail."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.core import mail as sent_by_django
from pytest_django import Settings

from accounts.models import User
from meetings.models import Answer, Booking, Guest, OutgoingMail, Series
from meetings.recurrence import daily
from meetings.services import answering, replies
from meetings.services.mail import notices, posting
from meetings.services.replies import Kind
from meetings.services.series.booking import SeriesWish, book_series
from tests.mails_that_come_back import SHAPES, Said, plain, written_by

pytestmark = pytest.mark.django_db
Book = Callable[..., Booking]
START = datetime(2027, 1, 15, 9, tzinfo=UTC)
DEEP = range(400)  # parts within parts


@pytest.fixture
def booking(book: Book) -> Booking:
    return book("Review", at=START)


@pytest.fixture
def ana(booking: Booking) -> Guest:
    return Guest.objects.create(booking=booking, email="Ana@example.com", name="Ana")


@pytest.fixture
def said(booking: Booking, ana: Guest) -> Said:
    return Said(uid=booking.request_key, starts_at=booking.starts_at)


@pytest.fixture
def series(dana: User) -> Series:
    """Each day at 9 in Berlin, from 15 January on; Ana is invited."""
    wish = SeriesWish(
        title="Stand-up",
        rule=replace(daily(), count=10),
        first_date=date(2027, 1, 15),
        clock=time(9),
        duration=30,
        time_zone="Europe/Berlin",
    )
    series = book_series(dana, wish)
    Guest.objects.create(series=series, email="ana@example.com")
    return series


def take_in(said: Said, shape: str = "google") -> Kind:
    return replies.take_in(written_by(shape, said)).kind


def told() -> int:
    """How often the organizer was told."""
    return OutgoingMail.objects.filter(notice__kind="answered").count()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("choice", ["accepted", "declined"])
def test_answer_is_kept_however_the_program_writes_it(
    ana: Guest, said: Said, shape: str, choice: str
) -> None:
    kind = take_in(replace(said, status=choice.upper(), comment="Größe: passt 🎉"), shape)

    (answer,) = ana.answers.all()
    assert kind is Kind.ANSWER
    assert (answer.choice, answer.comment) == (choice, "Größe: passt 🎉")
    assert told() == 1


def test_the_same_mail_read_twice_is_one_answer_and_told_once(ana: Guest, said: Said) -> None:
    take_in(said)
    answer = ana.answers.get()

    take_in(said)

    assert ana.answers.get() == answer
    assert told() == 1


def test_answers_count_in_the_order_in_which_they_were_written(ana: Guest, said: Said) -> None:
    now = datetime.now(UTC)
    take_in(replace(said, status="DECLINED", at=now))

    late = take_in(replace(said, status="ACCEPTED", at=now - timedelta(minutes=5)))

    assert late is Kind.IGNORED
    assert ana.answers.get().choice == "declined"


def test_answer_from_the_future_does_not_silence_later_ones(ana: Guest, said: Said) -> None:
    take_in(replace(said, status="DECLINED", at=datetime.now(UTC) + timedelta(days=900)))

    take_in(replace(said, status="ACCEPTED", at=datetime.now(UTC) + timedelta(seconds=1)))

    assert ana.answers.get().choice == "accepted"


def test_answer_to_a_time_that_was_changed_counts_no_more(
    booking: Booking, ana: Guest, said: Said
) -> None:
    Booking.objects.filter(pk=booking.pk).update(sequence=2, asks_since=2)

    assert take_in(replace(said, sequence=None)) is Kind.IGNORED
    assert take_in(replace(said, sequence=1)) is Kind.IGNORED
    assert take_in(replace(said, sequence=2)) is Kind.ANSWER


def test_number_that_we_never_sent_is_no_promise_for_later(
    booking: Booking, ana: Guest, said: Said
) -> None:
    take_in(replace(said, sequence=2_000_000_000))
    take_in(replace(said, sequence=-1, status="TENTATIVE"))

    answer = ana.answers.get()
    assert (answer.sequence, answer.choice) == (0, "tentative")


@pytest.mark.parametrize(
    "changed",
    [
        {"sender": "eve@example.com"},
        {"email": "eve@example.com"},
        {"uid": "4f3e2c4f-7b0c-4f3e-9d65-0d3f0a6d3a11"},
        {"uid": "somebody else's\x00"},
        {"status": "DELEGATED"},
        {"status": "NEEDS-ACTION"},
        {"sender": "ana@example.com>, <eve@example.com"},
    ],
)
def test_what_no_guest_said_of_their_own_meeting_is_ignored(
    ana: Guest, said: Said, changed: dict[str, str]
) -> None:
    kind = take_in(replace(said, **changed))

    assert kind is Kind.IGNORED
    assert not Answer.objects.exists()


def test_guest_of_another_meeting_answers_only_their_own(book: Book, ana: Guest) -> None:
    other = book("Other", at=START + timedelta(days=1))

    kind = take_in(Said(uid=other.request_key, starts_at=other.starts_at))

    assert kind is Kind.IGNORED


@pytest.mark.parametrize("ended", ["cancelled", "over", "removed"])
def test_answer_that_comes_too_late_is_ignored(
    booking: Booking, ana: Guest, said: Said, ended: str
) -> None:
    now = datetime.now(UTC)
    if ended == "cancelled":
        Booking.objects.filter(pk=booking.pk).update(state="cancelled", cancelled_at=now)
    if ended == "removed":
        Guest.objects.update(removed_at=now)

    with time_machine.travel(START + timedelta(days=ended == "over"), tick=False):
        assert take_in(said) is Kind.IGNORED


@pytest.mark.parametrize("shape", ["google", "outlook"])
def test_another_time_is_kept_as_a_proposal(
    booking: Booking, ana: Guest, said: Said, shape: str
) -> None:
    later = booking.starts_at + timedelta(hours=3)

    take_in(replace(said, method="COUNTER", status="TENTATIVE", starts_at=later), shape)

    answer = ana.answers.get()
    assert (answer.choice, answer.proposed_at) == ("tentative", later)


def test_no_with_another_time_stays_a_no(booking: Booking, ana: Guest, said: Said) -> None:
    later = booking.starts_at + timedelta(hours=3)

    take_in(replace(said, method="COUNTER", status="DECLINED", starts_at=later))

    assert ana.answers.get().choice == "declined"


def test_time_in_a_zone_that_nobody_knows_is_not_guessed(ana: Guest, said: Said) -> None:
    odd = written_by("google", replace(said, method="COUNTER", status="TENTATIVE"))
    odd = odd.replace(b"\nDTSTART:", b"\nDTSTART;TZID=Our/Office:").replace(
        b"0000Z\r\nORG", b"00\r\nORG"
    )

    replies.take_in(odd)

    assert ana.answers.get().proposed_at is None


# Series


def of(series: Series, **fields: object) -> Said:
    pattern = series.patterns.get()
    return Said(uid=pattern.uid, starts_at=START, **fields)


def test_answer_to_a_series_is_for_all_of_it(series: Series) -> None:
    take_in(of(series))

    guest, last = series.guests.get(), series.bookings.last()
    assert last
    assert guest.answers.get().booking is None
    assert answering.answer_of(guest, last).choice == "accepted"


@pytest.mark.parametrize(
    "named",
    [
        "RECURRENCE-ID;TZID=Europe/Berlin:20270118T090000",
        "RECURRENCE-ID:20270118T080000Z",
        "RECURRENCE-ID;TZID=W. Europe Standard Time:20270118T090000",
        "RECURRENCE-ID;TZID=Our/Office:20270118T090000",
        "RECURRENCE-ID;VALUE=DATE:20270118",
    ],
)
def test_answer_to_one_date_is_for_that_date_however_it_is_named(
    series: Series, named: str
) -> None:
    kind = take_in(of(series, more=named, status="DECLINED"))

    answer = series.guests.get().answers.get()
    assert kind is Kind.ANSWER
    assert answer.booking == series.bookings.get(recurrence_date=date(2027, 1, 18))


@pytest.mark.parametrize(
    "named",
    [
        "RECURRENCE-ID:20270214T080000Z",
        "RECURRENCE-ID:soon",
        "RECURRENCE-ID:00010101T000000Z",
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20270118T080000Z",
    ],
)
def test_answer_to_a_date_that_cannot_be_told_is_not_taken_for_another(
    series: Series, named: str
) -> None:
    assert take_in(of(series, more=named)) is Kind.IGNORED
    assert not Answer.objects.exists()


# Other mails


@pytest.mark.parametrize(
    "header", ["Auto-Submitted: auto-replied", "Precedence: bulk", "Return-Path: <>"]
)
def test_notes_of_absence_are_ignored(header: str) -> None:
    assert replies.take_in(plain(header)).kind is Kind.IGNORED


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff" * 1000,
        plain(text="Could we meet at the café instead?"),
        plain("Content-Type: text/calendar; charset=nonsense", text="BEGIN:VCALENDAR\nMETHOD:REP"),
        plain("Content-Type: text/calendar", text="BEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR"),
        plain("Content-Type: multipart/mixed; boundary=x", text="--x\n" * 3000),
        b"Content-Type: multipart/mixed; boundary=" + b"a" * 5000 + b"\nFrom: <<>,;:\n\n--",
        b"".join(
            b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(400)
        ),
    ],
)
def test_what_people_write_is_left_for_a_person(content: bytes) -> None:
    assert replies.take_in(content).kind is Kind.FOR_A_PERSON


def test_zone_with_a_rule_for_each_second_keeps_nobody_busy(ana: Guest, said: Said) -> None:
    busy = (
        "BEGIN:VTIMEZONE\nTZID:Europe/Berlin\nBEGIN:STANDARD\nDTSTART:16010101T000000\n"
        "RRULE:FREQ=SECONDLY\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE"
    )
    text = (
        f"BEGIN:VCALENDAR\nMETHOD:REPLY\n{busy}\n"
        f"BEGIN:VEVENT\nUID:{said.uid}\nDTSTART;TZID=Europe/Berlin:20270115T100000\n"
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{said.email}\nEND:VEVENT\nEND:VCALENDAR"
    )

    kind = replies.take_in(plain("Content-Type: text/calendar", text=text)).kind

    assert kind is Kind.ANSWER


def test_calendar_part_may_claim_any_size_and_is_read_only_when_it_is_small(
    ana: Guest, said: Said
) -> None:
    kind = take_in(replace(said, more="X-PADDING:" + "x" * 300_000))

    assert kind is Kind.FOR_A_PERSON
    assert not Answer.objects.exists()


# Where programs answer to


def test_programs_answer_to_the_mailbox_and_people_to_the_organizer(
    ana: Guest, settings: Settings
) -> None:
    settings.MAILBOX_ADDRESS = "meetings@example.org"
    notices.invited([ana])

    posting.post_due()

    (mail,) = sent_by_django.outbox
    (part,) = (each for each in mail.message().walk() if each.get_content_type() == "text/calendar")
    assert "ORGANIZER;CN=Dana:mailto:meetings@example.org" in part.get_payload(decode=True).decode()
    assert "dana@example.org" in mail.reply_to[0]
