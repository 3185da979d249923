"""A folder at a mail server (IMAP4rev1, RFC 3501)."""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from typing import Any

from config.mailbox import ImapPlace

from .boxes import LARGEST, Away, Key, Vanished

TIMEOUT = 20  # seconds, for each step


class ImapBox:
    """Looks without marking (PEEK); what is settled is marked as read and stays."""

    def __init__(self, server: imaplib.IMAP4) -> None:
        self.server = server

    def unread(self) -> list[Key]:
        found = self._ask("SEARCH", "UNSEEN")
        return [key.decode() for key in (found[0] or b"").split()]

    def content(self, key: Key) -> bytes | None:
        # One byte more than we take: then it is too large, and we need not ask how large.
        for part in self._ask("FETCH", key, f"(BODY.PEEK[]<0.{LARGEST + 1}>)"):
            if isinstance(part, tuple):
                content: bytes = part[1]
                return content if len(content) <= LARGEST else None
        raise Vanished

    def settle(self, key: Key, *, flagged: bool) -> None:
        flags = r"(\Seen \Flagged)" if flagged else r"(\Seen)"
        self._ask("STORE", key, "+FLAGS.SILENT", flags)

    def _ask(self, command: str, *arguments: str) -> list[Any]:
        answer, data = self.server.uid(command, *arguments)
        if answer != "OK":
            raise Away(f"{command}: {_text(data)}")
        return data


@contextmanager
def imap_box(place: ImapPlace) -> Iterator[ImapBox]:
    """The folder, open; `Away` whenever the server is not there, hangs, breaks off or says no."""
    try:
        with _connected(place) as server:
            _sign_in(server, place)
            answer, data = server.select(_quoted(place.folder))
            if answer != "OK":
                raise Away(f"There is no folder {place.folder}: {_text(data)}")
            yield ImapBox(server)
    except (imaplib.IMAP4.error, OSError) as error:
        # Without a cause: what the server said may repeat what it was told.
        words = f"{type(error).__name__}: {error}".replace(place.password, "…")
        raise Away(words[:300]) from None


@contextmanager
def _connected(place: ImapPlace) -> Iterator[imaplib.IMAP4]:
    server = _connect(place)
    try:
        yield server
    except BaseException:
        server.shutdown()  # one that hangs is not waited for again
        raise
    with suppress(imaplib.IMAP4.error, OSError):
        server.logout()


def _connect(place: ImapPlace) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    if place.is_secure:
        return imaplib.IMAP4_SSL(place.host, place.port, ssl_context=context, timeout=TIMEOUT)
    server = imaplib.IMAP4(place.host, place.port, timeout=TIMEOUT)
    if "STARTTLS" in server.capabilities:
        server.starttls(context)
    elif not _is_this_machine(place.host):
        server.shutdown()
        raise Away("The server offers no encryption, so it is not told the password.")
    return server


def _sign_in(server: imaplib.IMAP4, place: ImapPlace) -> None:
    if (place.user + place.password).isascii():
        server.login(_quoted(place.user), place.password)
        return
    words = f"\0{place.user}\0{place.password}".encode()  # LOGIN knows ASCII only
    server.authenticate("PLAIN", lambda _: words)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _is_this_machine(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def _text(data: list[Any]) -> str:
    return " ".join(part.decode(errors="replace") for part in data if isinstance(part, bytes))
