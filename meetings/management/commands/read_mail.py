"""`manage.py read_mail [path]`: what came back by mail."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError

from meetings.services import replies

TRY_AGAIN = 75  # EX_TEMPFAIL: a mail server that hands us a mail keeps it and tries again


class Command(BaseCommand):
    help = (
        "Read what came back by mail: answers of calendar programs, and mails that could not be "
        "delivered. Without a path the mailbox of MAILBOX_URL, as the worker does every minute; "
        "with one, a file with one mail; with “-” the mail that a mail server hands over."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", nargs="?", help="a file with one mail; - reads it from stdin")

    def handle(self, **options: Any) -> None:
        try:
            count = self.tell(self.outcomes(options["path"]))
        except replies.Away as trouble:
            raise CommandError(f"The mailbox cannot be read now: {trouble}") from trouble
        except (OperationalError, InterfaceError) as error:
            text = "The database keeps nothing now; the mail is to be read again."
            raise CommandError(text, returncode=TRY_AGAIN) from error
        if not count:
            self.stdout.write("Nothing has come back.")

    def outcomes(self, path: str | None) -> Iterator[replies.Outcome]:
        if path:
            return iter([replies.take_in(self.content(path))])
        if settings.MAILBOX is None:
            raise CommandError("There is no mailbox to read: set MAILBOX_URL (docs/mail.md).")
        return replies.read_mailbox(settings.MAILBOX)

    def content(self, path: str) -> bytes:
        if path == "-":
            return sys.stdin.buffer.read()
        try:
            return Path(path).read_bytes()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error

    def tell(self, outcomes: Iterable[replies.Outcome]) -> int:
        count = 0
        for count, outcome in enumerate(outcomes, start=1):  # noqa: B007
            self.stdout.write(f"{outcome.kind}: {outcome.text}")
        return count
