"""Mail that comes back: each is understood, what it says is kept, and then it counts as read.

In this order: a process that dies before the last step does it again, and that changes nothing.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from config.mailbox import ImapPlace, MailboxPlace

from .answers import keep_answers
from .bounces import keep_bounce
from .boxes import Away, Box, Key, Vanished
from .folders import maildir_box, mbox_box
from .imap import imap_box
from .outcomes import Kind, Outcome

log = logging.getLogger(__name__)

MOST_AT_ONCE = 200
LONGEST_TICK = 50  # seconds
MACHINES = {"bulk", "junk", "list", "auto_reply"}  # values of Precedence


def read_due() -> None:
    """What has arrived, if there is a mailbox. One that is away is asked again in a minute."""
    if settings.MAILBOX is None:
        return
    try:
        for outcome in read_mailbox(settings.MAILBOX):
            log.info("Mail that came back: %s (%s).", outcome.kind, outcome.text)
    except Away as trouble:
        log.warning("The mailbox cannot be read now: %s", trouble)


def read_mailbox(place: MailboxPlace) -> Iterator[Outcome]:
    """What became of each unread mail, as it is read, until the time is up."""
    until = time.monotonic() + LONGEST_TICK
    with opened(place) as box:
        for key in box.unread()[:MOST_AT_ONCE]:
            if time.monotonic() > until:
                return
            if outcome := _read(box, key):
                yield outcome


def opened(place: MailboxPlace) -> AbstractContextManager[Box]:
    if isinstance(place, ImapPlace):
        return imap_box(place)
    return mbox_box(place.path) if place.kind == "mbox" else maildir_box(place.path)


def _read(box: Box, key: Key) -> Outcome | None:
    try:
        content = box.content(key)
    except Vanished:
        return None
    outcome = Outcome(Kind.FOR_A_PERSON, "too large") if content is None else take_in(content)
    box.settle(key, flagged=outcome.kind is Kind.FOR_A_PERSON)
    return outcome


def take_in(content: bytes) -> Outcome:
    """Keep what one mail says. Raises only when the database cannot keep anything now."""
    try:
        with transaction.atomic():
            return _understood(message_from_bytes(content, policy=policy.default))
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001  (mails are written by anybody; one blocks no other)
        # Without the error's words: they may be the mail's.
        log.warning("A mail cannot be understood: %s", type(error).__name__)
        return Outcome(Kind.FOR_A_PERSON, "cannot be understood")


def _understood(message: EmailMessage) -> Outcome:
    if outcome := keep_bounce(message) or keep_answers(message, sender=_sender(message)):
        return outcome
    if _is_automatic(message):
        return Outcome(Kind.IGNORED, "written by a machine")
    return Outcome(Kind.FOR_A_PERSON, "neither an answer nor a report")


def _sender(message: EmailMessage) -> str:
    """Who writes; nobody, when it is not one person."""
    header = message["From"]
    addresses: tuple[Address, ...] = header.addresses if header else ()
    return addresses[0].addr_spec if len(addresses) == 1 else ""


def _is_automatic(message: EmailMessage) -> bool:
    """A note of absence, most often (RFC 3834)."""
    submitted = str(message.get("Auto-Submitted", "no")).strip().lower()
    precedence = str(message.get("Precedence", "")).strip().lower()
    return submitted != "no" or precedence in MACHINES or str(message.get("Return-Path")) == "<>"
