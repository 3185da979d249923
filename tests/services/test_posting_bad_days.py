"""Mails on bad days of the mail server: nothing lost, and nothing that stands in others' way."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from smtplib import SMTPException

import pytest
import time_machine
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from pytest_django import Settings

from meetings.models import Booking, Guest, Notice, OutgoingMail
from meetings.models.owed import LEASE
from meetings.services.mail import mails, notices, posting
from tests.smtp_double import SmtpDouble, smtp_double

pytestmark = [pytest.mark.django_db, pytest.mark.uncounted]
Book = Callable[..., Booking]
Outcome = OutgoingMail.Outcome


@pytest.fixture
def server(settings: Settings) -> Iterator[SmtpDouble]:
    with smtp_double() as double:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", double.port
        yield double


@pytest.fixture
def guests(book: Book) -> list[Guest]:
    """Ana, Ben and Cleo, whose invitations are due."""
    booking = book("Review")
    names = ("ana", "ben", "cleo")
    invited = [Guest.objects.create(booking=booking, email=f"{n}@example.com") for n in names]
    notices.invited(invited)
    return invited


def outcomes() -> dict[str, str]:
    return dict(OutgoingMail.objects.values_list("to_email", "outcome"))


def mail_to(name: str) -> OutgoingMail:
    return OutgoingMail.objects.get(to_email=f"{name}@example.com")


def refuse(step: str, who: str, words: str) -> Callable[[str, str], str | None]:
    return lambda now, argument: words if now == step and who in argument else None


def test_one_connection_takes_all_that_is_due(server: SmtpDouble, guests: list[Guest]) -> None:
    posting.post_due()

    assert server.recipients == [guest.email for guest in guests]
    assert server.connections == 1
    assert set(outcomes().values()) == {Outcome.SENT}
    assert {mail.message_id for mail in OutgoingMail.objects.all()} == {
        message_id for _, message_id in server.taken
    }


@pytest.mark.parametrize("step", ["RCPT", "END"])
def test_address_that_is_refused_for_good_is_shown_and_the_others_get_theirs(
    server: SmtpDouble, guests: list[Guest], step: str
) -> None:
    server.answer = refuse(step, "ben", "550 5.1.1 No such user here")

    posting.post_due()
    posting.post_due()

    assert server.recipients == ["ana@example.com", "cleo@example.com"]
    assert outcomes()["ben@example.com"] == Outcome.REFUSED
    ben = guests[1]
    ben.refresh_from_db()
    assert ben.bounced_at is not None
    assert "No such user here" in ben.bounce
    assert not mail_to("ben").is_outstanding


@pytest.mark.parametrize("step", ["RCPT", "END"])
def test_address_that_is_refused_for_now_is_tried_again(
    server: SmtpDouble, guests: list[Guest], step: str
) -> None:
    server.answer = refuse(step, "ben", "451 4.7.1 Greylisted, come back")

    posting.post_due()

    assert server.recipients == ["ana@example.com", "cleo@example.com"]
    assert "Greylisted" in mail_to("ben").error
    server.answer = lambda step, argument: None
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        posting.post_due()
    assert server.recipients[-1] == "ben@example.com"
    assert mail_to("ben").error == ""


def test_address_that_is_never_taken_is_given_up_after_two_days_and_shown(
    server: SmtpDouble, guests: list[Guest]
) -> None:
    server.answer = refuse("RCPT", "ben", "451 4.3.0 Try again later")
    begun, now, tries = timezone.now(), timezone.now(), 0

    while mail_to("ben").is_outstanding:
        with time_machine.travel(now, tick=False):
            posting.post_due()
        now, tries = mail_to("ben").next_try_at or now, tries + 1

    assert timedelta(hours=47) < now - begun < timedelta(hours=50)
    assert outcomes()["ben@example.com"] == Outcome.REFUSED
    ben = guests[1]
    ben.refresh_from_db()
    assert "Try again later" in ben.bounce
    assert tries == posting.MOST_TRIES + 1


def test_one_thread_of_a_process_waits_for_a_server_that_hangs(
    server: SmtpDouble, guests: list[Guest], monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[int] = []

    def hang() -> bool:
        rounds.append(len(rounds))
        if len(rounds) == 1:
            for _change in range(3):
                posting.post_due()  # as other threads would, while this one waits
        return True

    monkeypatch.setattr(posting, "_post_all", hang)

    posting.post_due()

    assert rounds == [0, 1]  # and one more, for what they came for
    posting.post_due()
    assert rounds == [0, 1, 2]


@pytest.mark.parametrize("step", ["CONNECT", "MAIL", "RCPT", "DATA", "END"])
def test_server_that_hangs_is_left_and_found_again(
    server: SmtpDouble, guests: list[Guest], settings: Settings, step: str
) -> None:
    settings.EMAIL_TIMEOUT = 0.2

    def hang(now: str, argument: str) -> str | None:
        if now == step:
            time.sleep(0.6)
            return ""
        return None

    server.answer = hang
    posting.post_due()

    assert server.connections == 1  # one try a tick, however many wait
    assert server.taken == []
    assert mail_to("ana").attempts == 1
    assert mail_to("ben").attempts == 0
    server.answer = lambda step, argument: None
    settings.EMAIL_TIMEOUT = 20
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        posting.post_due()
    assert sorted(server.recipients) == sorted(guest.email for guest in guests)


def test_ten_minutes_of_outage_lose_no_invitation_and_delay_it_little(
    server: SmtpDouble, guests: list[Guest]
) -> None:
    server.answer = refuse("CONNECT", "", "421 closed for repairs")
    begun = timezone.now()
    for minute in range(10):
        with time_machine.travel(begun + timedelta(minutes=minute)):
            posting.post_due()
    assert server.taken == []

    server.answer = lambda step, argument: None
    for minute in range(10, 22):
        with time_machine.travel(begun + timedelta(minutes=minute)):
            posting.post_due()

    assert sorted(server.recipients) == sorted(guest.email for guest in guests)
    assert len({message_id for _, message_id in server.taken}) == 3


def test_reminder_is_late_or_never_and_an_invitation_just_late(
    server: SmtpDouble, book: Book
) -> None:
    soon = book("Soon", at=timezone.now() + timedelta(minutes=5))
    later = book("Later", at=timezone.now() + timedelta(hours=1))
    for booking in (soon, later):
        guest = Guest.objects.create(booking=booking, email=f"{booking.title}@example.com")
        reminder = notices.Reminder(booking=booking, minutes=5, people=(guest,))
        notices.reminded([reminder])
    late = Guest.objects.create(booking=soon, email="late@example.com")
    notices.invited([late])
    server.answer = refuse("CONNECT", "", "421 closed for repairs")
    posting.post_due()

    server.answer = lambda step, argument: None
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        posting.post_due()

    assert outcomes() == {
        "Soon@example.com": Outcome.DROPPED,
        "Later@example.com": Outcome.SENT,
        "late@example.com": Outcome.SENT,
    }


def test_pauses_grow_to_an_hour(server: SmtpDouble, guests: list[Guest]) -> None:
    server.answer = refuse("RCPT", "ana", "450 not now")
    pauses = []
    for _ in range(12):
        mail = mail_to("ana")
        assert mail.next_try_at is not None
        with time_machine.travel(mail.next_try_at + timedelta(seconds=1), tick=False):
            now = timezone.now()
            posting.post_due()
            again = mail_to("ana").next_try_at
            assert again is not None
            pauses.append(again - now)

    assert pauses[0] == timedelta(seconds=15)
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(hours=1)


def test_mails_to_one_guest_keep_their_order(server: SmtpDouble, guests: list[Guest]) -> None:
    server.answer = refuse("RCPT", "ana", "450 not now")
    posting.post_due()
    server.answer = lambda step, argument: None
    notices.cancelled(guests[0].booking)

    posting.post_due()

    assert "ana@example.com" not in server.recipients  # not called off before she was invited
    for minute in (1, 2):
        with time_machine.travel(timezone.now() + timedelta(minutes=minute)):
            posting.post_due()
    theirs = [message_id for email, message_id in server.taken if email == "ana@example.com"]
    in_order = OutgoingMail.objects.filter(to_email="ana@example.com").order_by("pk")
    assert theirs == [mail.message_id for mail in in_order]


def test_mail_that_cannot_be_written_keeps_no_other_from_its_turn(
    server: SmtpDouble, guests: list[Guest]
) -> None:
    broken = OutgoingMail.objects.get(to_email="ana@example.com")
    broken.notice = Notice.objects.create(
        kind=Notice.Kind.INVITED, booking=guests[0].booking, facts={}
    )
    broken.save()

    posting.post_due()

    assert server.recipients == ["ben@example.com", "cleo@example.com"]
    assert mail_to("ana").error == "KeyError"


def test_worker_that_took_too_long_does_not_send_what_is_somebody_elses(
    server: SmtpDouble, guests: list[Guest], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = mails.message_for

    def slowly(mail: OutgoingMail) -> object:
        OutgoingMail.objects.filter(pk=mail.pk).update(
            lease="somebody else’s", leased_until=timezone.now() + LEASE
        )
        return write(mail)

    monkeypatch.setattr(posting, "message_for", slowly)
    posting.post_due()

    assert server.taken == []
    assert set(outcomes().values()) == {Outcome.WAITING}


def test_tick_ends_when_its_time_is_up(
    server: SmtpDouble, guests: list[Guest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "LONGEST_TICK", -1)

    posting.post_due()

    assert server.taken == []
    assert OutgoingMail.objects.due().count() == 3


class ServiceDown(BaseEmailBackend):
    """A mail service with errors of its own."""

    def open(self) -> bool:
        raise RuntimeError("503 from the service")

    def close(self) -> None:
        raise SMTPException("closed already")


def test_mail_service_with_errors_of_its_own_is_away(
    guests: list[Guest], settings: Settings
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.ServiceDown"

    posting.post_due()

    assert mail_to("ana").error == "RuntimeError: 503 from the service"
    assert mail_to("ben").attempts == 0


def test_wrong_password_of_ours_is_no_fault_of_an_address(
    server: SmtpDouble, guests: list[Guest]
) -> None:
    server.answer = refuse("MAIL", "", "530 5.7.0 Authentication required")

    posting.post_due()

    assert mail_to("ana").error.startswith("530 5.7.0")
    assert set(outcomes().values()) == {Outcome.WAITING}
    assert not Guest.objects.exclude(bounced_at=None).exists()
