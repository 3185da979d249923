"""`manage.py read_mail`: by hand, and for mail servers that hand mails over."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from pytest_django import Settings

from config.mailbox import FolderPlace
from meetings.models import Answer, Booking, Guest
from meetings.services import answering
from tests.mails_that_come_back import Said, written_by

pytestmark = pytest.mark.django_db
Book = Callable[..., Booking]


@pytest.fixture
def answer(book: Book) -> bytes:
    booking = book("Review")
    Guest.objects.create(booking=booking, email="ana@example.com")
    return written_by("apple", Said(uid=booking.request_key, starts_at=booking.starts_at))


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(answer)))


def read_mail(*arguments: str) -> str:
    said = io.StringIO()
    call_command("read_mail", *arguments, stdout=said)
    return said.getvalue()


def test_mail_that_a_mail_server_hands_over_is_kept(piped: None) -> None:
    assert read_mail("-").startswith("answer: guest ")
    assert Answer.objects.count() == 1


def test_database_that_is_busy_asks_the_mail_server_to_try_again(
    piped: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object, **__: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(answering, "answer", busy)

    with pytest.raises(CommandError) as refusal:
        read_mail("-")

    assert refusal.value.returncode == 75


def test_file_with_a_mail_is_read(answer: bytes, tmp_path: Path) -> None:
    file = tmp_path / "reply.eml"
    file.write_bytes(answer)

    assert read_mail(str(file)).startswith("answer:")


def test_mailbox_is_read_and_what_was_found_is_said(tmp_path: Path, settings: Settings) -> None:
    for folder in ("new", "cur"):
        (tmp_path / folder).mkdir()
    settings.MAILBOX = FolderPlace("maildir", tmp_path)

    assert "Nothing has come back." in read_mail()
    (tmp_path / "new" / "1").write_text("From: ana@example.com\n\nHello")
    assert "for a person: neither an answer nor a report" in read_mail()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [([], "set MAILBOX_URL"), (["/nowhere/mail"], "/nowhere/mail cannot be read: No such file")],
)
def test_what_is_missing_is_said(arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        read_mail(*arguments)


def test_mailbox_that_is_away_is_said(tmp_path: Path, settings: Settings) -> None:
    settings.MAILBOX = FolderPlace("mbox", tmp_path / "none")

    with pytest.raises(CommandError, match="cannot be read now: There is no mailbox file"):
        read_mail()
