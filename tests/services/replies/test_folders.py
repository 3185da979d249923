"""Mailboxes on this machine: Maildir folders and mbox files."""

import os
from collections.abc import Callable
from contextlib import closing
from mailbox import Maildir, mbox, mboxMessage
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import Settings

from config.mailbox import FolderPlace
from meetings.models import Booking, Guest
from meetings.services import replies
from meetings.services.replies import Kind, folders, reading
from tests.mails_that_come_back import Said, plain, written_by

pytestmark = pytest.mark.django_db
Book = Callable[..., Booking]


@pytest.fixture
def answer(book: Book) -> bytes:
    booking = book("Review")
    Guest.objects.create(booking=booking, email="ana@example.com")
    return written_by("outlook", Said(uid=booking.request_key, starts_at=booking.starts_at))


@pytest.fixture
def maildir(tmp_path: Path, settings: Settings) -> Maildir:
    settings.MAILBOX = FolderPlace("maildir", tmp_path / "box")
    return Maildir(tmp_path / "box")


@pytest.fixture
def file(tmp_path: Path, settings: Settings) -> mbox:
    settings.MAILBOX = FolderPlace("mbox", tmp_path / "box")
    return mbox(tmp_path / "box")


def fill(box: Maildir | mbox, *contents: bytes) -> None:
    for content in contents:
        box.add(content)
    box.close()


def kinds() -> list[Kind]:
    """What became of each mail of the mailbox."""
    assert settings.MAILBOX
    return [outcome.kind for outcome in reading.read_mailbox(settings.MAILBOX)]


def mails_in(box: mbox) -> list[mboxMessage]:
    with closing(mbox(box._path)) as file:
        return list(file)


def test_mails_of_a_maildir_are_read_once_and_stay(maildir: Maildir, answer: bytes) -> None:
    fill(maildir, answer, plain(), plain("Precedence: bulk"))

    first, second = kinds(), kinds()

    assert sorted(first) == [Kind.ANSWER, Kind.FOR_A_PERSON, Kind.IGNORED]
    assert second == []
    assert sorted(each.get_flags() for each in maildir) == ["FS", "S", "S"]
    assert {each.get_subdir() for each in maildir} == {"cur"}


def test_mail_that_a_mail_program_showed_in_its_list_is_still_read(
    maildir: Maildir, answer: bytes
) -> None:
    key = maildir.add(answer)
    (new,) = (Path(maildir._path) / "new").iterdir()
    new.rename(new.parent.parent / "cur" / f"{key}:2,F")

    assert kinds() == [Kind.ANSWER]
    assert [each.get_flags() for each in Maildir(maildir._path)] == ["FS"]


def test_answers_leave_an_mbox_and_what_people_wrote_stays_flagged(
    file: mbox, answer: bytes
) -> None:
    fill(file, plain(text="From here on\n\nFrom there"), answer, plain("Precedence: bulk"))

    first, second = kinds(), kinds()

    assert first == [Kind.FOR_A_PERSON, Kind.ANSWER, Kind.IGNORED]
    assert second == []
    (kept,) = mails_in(file)
    assert set(kept.get_flags()) == set("ROF")
    assert "From here on" in kept.get_payload()


def test_mbox_that_another_program_uses_is_left_alone(
    file: mbox, answer: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    fill(file, answer)
    before = Path(file._path).read_bytes()
    lock = Path(f"{file._path}.lock")
    lock.touch()

    replies.read_due()

    assert "in use by another program" in caplog.text
    assert Path(file._path).read_bytes() == before
    assert lock.exists()
    os.utime(lock, (0, 0))  # whoever made it was killed long ago
    assert kinds() == [Kind.ANSWER]
    assert not lock.exists()


def test_mbox_keeps_what_was_not_yet_read_when_reading_breaks_off(
    file: mbox, answer: bytes
) -> None:
    fill(file, answer, plain(), answer)

    with pytest.raises(KeyboardInterrupt):
        break_off_after_one(Path(file._path))

    assert len(mails_in(file)) == 2
    assert kinds() == [Kind.FOR_A_PERSON, Kind.ANSWER]


def break_off_after_one(path: Path) -> None:
    with folders.mbox_box(path) as box:
        box.settle(box.unread()[0], flagged=False)
        raise KeyboardInterrupt


@pytest.mark.parametrize("kind", ["maildir", "mbox"])
def test_mailbox_that_is_not_there_is_said(
    kind: str, tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MAILBOX = FolderPlace(kind, tmp_path / "none")

    replies.read_due()

    assert f"at {tmp_path}/none" in caplog.text


def test_too_large_mails_are_flagged(maildir: Maildir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "LARGEST", 1000)
    fill(maildir, plain("Precedence: bulk", text="x" * 1000))

    assert kinds() == [Kind.FOR_A_PERSON]
