"""MAILBOX_URL and MAILBOX_ADDRESS."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.mailbox import FolderPlace, ImapPlace, mailbox_address, mailbox_place


def test_mail_server_is_named_with_user_password_and_folder() -> None:
    place = mailbox_place("imaps://meet%40example.org:p%2Fs%23%40@mail.example.org/Meetings")

    assert place == ImapPlace(
        host="mail.example.org",
        port=993,
        user="meet@example.org",
        password="p/s#@",
        folder="Meetings",
        is_secure=True,
    )
    assert "p/s#@" not in repr(place)


def test_port_and_folder_have_their_usual_values() -> None:
    place = mailbox_place("imap://meet:secret@localhost")

    assert isinstance(place, ImapPlace)
    assert (place.port, place.folder, place.is_secure) == (143, "INBOX", False)


def test_mailbox_may_be_a_folder_or_a_file_or_missing() -> None:
    assert mailbox_place("") is None
    assert mailbox_place("maildir:///var/mail/a%20b") == FolderPlace(
        "maildir", Path("/var/mail/a b")
    )
    assert mailbox_place("mbox:///var/mail/meet") == FolderPlace("mbox", Path("/var/mail/meet"))


@pytest.mark.parametrize(
    "url",
    [
        "imaps://meet:s3cr/et@mail.example.org",
        "imaps://meet:s3cr#et@mail.example.org",
        "imaps://meet:s3cr?et@mail.example.org/INBOX",
        "imaps://[meet:s3cret@mail.example.org",
        "imaps://meet:s3cret@mail.example.org:port",
        "imaps://mail.example.org/s3cret",
        "pop3://meet:s3cret@mail.example.org",
        "maildir://s3cret/mail",
        "mbox:///",
    ],
)
def test_address_without_sense_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="MAILBOX_URL makes no sense") as refusal:
        mailbox_place(url)

    assert "s3cr" not in str(refusal.value)
    assert refusal.value.__suppress_context__


def test_programs_answer_to_the_senders_address_where_its_mailbox_is_read() -> None:
    place, sender = FolderPlace("mbox", Path("/m")), "Parley <meet@example.org>"

    assert mailbox_address("", place, sender) == "meet@example.org"
    assert mailbox_address("", None, sender) == ""
    assert mailbox_address("answers@example.org", None, sender) == "answers@example.org"
    with pytest.raises(ImproperlyConfigured, match="plain mail address"):
        mailbox_address("Parley <meet@example.org>", place, sender)
