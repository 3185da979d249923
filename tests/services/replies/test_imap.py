"""A mailbox at a mail server, on good and on bad days."""

import logging
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from threading import Event

import pytest
from django.db import OperationalError
from pytest_django import Settings

from config.certificate import certificate_for
from config.mailbox import ImapPlace
from meetings.models import Answer, Booking, Guest, OutgoingMail
from meetings.services import answering, replies
from meetings.services.replies import imap, reading
from tests.imap_double import USER, ImapDouble, imap_double
from tests.mails_that_come_back import Said, plain, written_by

pytestmark = pytest.mark.django_db
Book = Callable[..., Booking]


@pytest.fixture
def server(settings: Settings) -> Iterator[ImapDouble]:
    with imap_double() as double:
        settings.MAILBOX = place_of(double)
        yield double


@pytest.fixture
def said(book: Book) -> Said:
    booking = book("Review")
    Guest.objects.create(booking=booking, email="ana@example.com")
    return Said(uid=booking.request_key, starts_at=booking.starts_at)


def place_of(double: ImapDouble, *, is_secure: bool = False) -> ImapPlace:
    return ImapPlace(
        host="127.0.0.1",
        port=double.port,
        user=USER,
        password=double.password,
        folder="INBOX",
        is_secure=is_secure,
    )


def test_each_mail_is_read_once_and_what_people_wrote_is_flagged(
    server: ImapDouble, said: Said
) -> None:
    server.deliver(plain(), written_by("google", said), plain("Precedence: bulk"))

    replies.read_due()
    asked = len(server.asked)
    replies.read_due()

    assert Answer.objects.get().choice == "accepted"
    assert server.flags == [{r"\Seen", r"\Flagged"}, {r"\Seen"}, {r"\Seen"}]
    assert server.asked[asked:] == ["CAPABILITY", "LOGIN", "SELECT", "SEARCH", "LOGOUT"]


def test_mail_that_is_too_large_is_left_for_a_person(
    server: ImapDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "LARGEST", 1000)
    server.deliver(plain("Precedence: bulk", text="x" * 1000))

    replies.read_due()

    assert server.flags == [{r"\Seen", r"\Flagged"}]


def test_connection_that_breaks_before_the_mark_gives_the_same_result_again(
    server: ImapDouble, said: Said
) -> None:
    server.deliver(written_by("google", said))
    server.answer = lambda command: "" if command == "STORE" else None
    replies.read_due()
    assert Answer.objects.count() == 1
    assert server.flags == [set()]

    server.answer = lambda command: None
    replies.read_due()

    assert server.flags == [{r"\Seen"}]
    assert Answer.objects.count() == OutgoingMail.objects.count() == 1


@pytest.mark.parametrize("step", ["GREETING", "LOGIN", "SELECT", "SEARCH", "FETCH"])
def test_server_that_hangs_up_is_asked_again_later(
    server: ImapDouble, said: Said, step: str, caplog: pytest.LogCaptureFixture
) -> None:
    server.deliver(written_by("google", said))
    server.answer = lambda command: "" if command == step else None

    replies.read_due()

    assert "The mailbox cannot be read now" in caplog.text
    server.answer = lambda command: None
    replies.read_due()
    assert server.flags == [{r"\Seen"}]


@pytest.mark.parametrize("step", ["GREETING", "LOGIN", "FETCH"])
def test_server_that_hangs_keeps_nobody(
    server: ImapDouble, step: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(imap, "TIMEOUT", 0.2)
    over = Event()
    server.deliver(plain())
    server.answer = lambda command: "" if command == step and over.wait(20) else None

    replies.read_due()
    over.set()

    assert "timed out" in caplog.text


def test_wrong_password_is_said_without_the_password(
    server: ImapDouble, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MAILBOX = replace(settings.MAILBOX, password="my-s3cret")

    replies.read_due()

    assert "AUTHENTICATIONFAILED" in caplog.text
    assert "s3cret" not in caplog.text


def test_password_may_have_letters_of_any_language(server: ImapDouble, settings: Settings) -> None:
    server.password = "Schlüssel-日本"
    settings.MAILBOX = place_of(server)
    server.deliver(plain())

    replies.read_due()

    assert server.flags == [{r"\Seen", r"\Flagged"}]


def test_server_without_encryption_is_told_no_password(
    server: ImapDouble, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(imap, "_is_this_machine", lambda host: False)

    replies.read_due()

    assert "offers no encryption" in caplog.text
    assert "LOGIN" not in server.asked


def test_server_must_prove_who_it_is(
    tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    certificate = certificate_for(["127.0.0.1"], tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.path, certificate.key_path)
    with imap_double(context) as server:
        settings.MAILBOX = place_of(server, is_secure=True)

        replies.read_due()

    assert "CERTIFICATE_VERIFY_FAILED" in caplog.text
    assert "LOGIN" not in server.asked


def test_mail_that_cannot_be_understood_is_flagged_and_blocks_no_other(
    server: ImapDouble,
    said: Said,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    understand = reading.keep_answers

    def stumble(message: EmailMessage, *, sender: str) -> replies.Outcome | None:
        if "Poison" in message["Subject"]:
            raise ValueError(message["Subject"])
        return understand(message, sender=sender)

    monkeypatch.setattr(reading, "keep_answers", stumble)
    server.deliver(plain().replace(b"Review", b"Poison"), written_by("google", said))

    replies.read_due()

    assert Answer.objects.count() == 1
    assert server.flags == [{r"\Seen", r"\Flagged"}, {r"\Seen"}]
    assert "ValueError" in caplog.text
    assert "Poison" not in caplog.text


def test_database_that_is_busy_leaves_the_mail_unread(
    server: ImapDouble, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object, **__: object) -> None:
        raise OperationalError("database is locked")

    server.deliver(written_by("google", said))
    monkeypatch.setattr(answering, "answer", busy)

    with pytest.raises(OperationalError):
        replies.read_due()

    assert server.flags == [set()]


def test_at_most_so_many_are_read_at_once_and_the_rest_in_the_next_minute(
    server: ImapDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_AT_ONCE", 2)
    server.deliver(*[plain()] * 3)

    replies.read_due()
    assert sum(bool(flags) for flags in server.flags) == 2
    replies.read_due()

    assert all(server.flags)


def test_mail_that_somebody_took_out_meanwhile_is_passed_over(server: ImapDouble) -> None:
    server.deliver(plain(), plain())

    def take_out(command: str) -> None:
        if command == "FETCH":
            server.mails.pop(1, None)

    server.answer = take_out
    replies.read_due()

    assert server.flags == [{r"\Seen", r"\Flagged"}]


def test_without_a_mailbox_nothing_is_done(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MAILBOX = None
    caplog.set_level(logging.INFO)

    replies.read_due()

    assert not caplog.records
