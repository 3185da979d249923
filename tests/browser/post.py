"""The mails of a server that writes them to files, as a mail program shows them."""

import re
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from pathlib import Path

from .server import until

BETWEEN = b"-" * 79 + b"\n"  # Django writes this line after each mail


class Post:
    """What was sent so far, and to whom."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def to(self, address: str) -> list[EmailMessage]:
        return [each for each in self._all() if address in each["To"]]

    def brings(self, address: str, count: int) -> EmailMessage:
        """Wait until somebody has so many mails: the last of them."""
        until(lambda: len(self.to(address)) >= count, f"mail {count} to {address}")
        mails = self.to(address)
        assert len(mails) == count, [each["Subject"] for each in mails]
        return mails[-1]

    def _all(self) -> Iterator[EmailMessage]:
        for file in sorted(self.folder.glob("*.log")):
            for written in file.read_bytes().split(BETWEEN)[:-1]:
                yield BytesParser(policy=SMTP).parsebytes(written)  # type: ignore[misc]


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part
    return " ".join(str(part.get_content()).split())


def calendar_of(mail: EmailMessage) -> bytes:
    (part,) = (each for each in mail.walk() if each.get_content_type() == "text/calendar")
    written: bytes = part.get_payload(decode=True)  # type: ignore[assignment]
    return written


def link_in(mail: EmailMessage, word: str) -> str:
    """The first address in the mail's text that has this in it."""
    found = re.search(rf"https?://\S*{re.escape(word)}\S*", text_of(mail))
    assert found, text_of(mail)
    return found[0]
