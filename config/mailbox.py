"""Where mail that comes back is read, from its address in the environment."""

import re
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PORTS = {"imaps": 993, "imap": 143}
FOLDERS = {"maildir", "mbox"}
ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")
LOOKS_LIKE = (
    "write imaps://user:password@mail.example.org/INBOX, maildir:///path or mbox:///path, and in a "
    "user or password %2F for a slash, %40 for @, %3A for a colon, %23 for # and %25 for %."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapPlace:
    """A folder at a mail server; without `is_secure`, TLS begins after the greeting."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str
    is_secure: bool


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """Mails on this machine: a Maildir folder, or an mbox file."""

    kind: str
    path: Path


MailboxPlace = ImapPlace | FolderPlace


def mailbox_place(url: str) -> MailboxPlace | None:
    """The place that MAILBOX_URL names. The refusal of one without sense shows no part of it."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        place = _folder(parts) if parts.scheme in FOLDERS else _imap(parts)
    except (ValueError, KeyError):
        # Without a cause: what could not be read may be half of a password.
        raise ImproperlyConfigured(f"MAILBOX_URL makes no sense: {LOOKS_LIKE}") from None
    return place


def mailbox_address(given: str, place: MailboxPlace | None, sender: str) -> str:
    """Where calendar programs answer to: as given, else the sender's if its mailbox is read."""
    address = given or (parseaddr(sender)[1] if place else "")
    if address and not ADDRESS.fullmatch(address):
        raise ImproperlyConfigured(
            "MAILBOX_ADDRESS must be a plain mail address, such as meetings@example.org."
        )
    return address


def _imap(parts: SplitResult) -> ImapPlace:
    usual_port = PORTS[parts.scheme]
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if not (parts.hostname and parts.username and parts.password and folder.isascii()):
        raise ValueError
    if parts.query or parts.fragment:  # of a password, most likely
        raise ValueError
    return ImapPlace(
        host=parts.hostname,
        port=parts.port or usual_port,
        user=unquote(parts.username),
        password=unquote(parts.password),
        folder=folder,
        is_secure=parts.scheme == "imaps",
    )


def _folder(parts: SplitResult) -> FolderPlace:
    path = Path(unquote(parts.path))
    if parts.netloc or len(path.parts) < 2:  # "maildir://var/mail" would lose "var"
        raise ValueError
    return FolderPlace(kind=parts.scheme, path=path)
