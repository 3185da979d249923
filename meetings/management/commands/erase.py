"""`manage.py erase MAIL`: whoever has this address, guest or with an account."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from meetings.services.keeping import erasing
from meetings.services.keeping.erasing import LastAdministrator, Report


class Command(BaseCommand):
    help = (
        "Erase a person by mail address, as a guest and with their account: meetings ahead are "
        "cancelled and their guests told, names and words are removed (docs/privacy.md lists each "
        "field). It may be stopped and begun again. With --dry-run: count what would change."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("mail", help="the address")
        parser.add_argument("--dry-run", action="store_true", help="look, and change nothing")

    def handle(self, **options: Any) -> None:
        do = erasing.foresee if options["dry_run"] else erasing.erase
        try:
            report = do(options["mail"].strip())
        except LastAdministrator as error:
            raise CommandError(
                "This is the last administrator: give somebody else all rights first."
            ) from error
        self.tell(report, "would change" if options["dry_run"] else "changed")

    def tell(self, report: Report, done: str) -> None:
        for what, count in report.counts.items():
            self.stdout.write(f"{what}: {count} {done}")
        if not report.total:
            self.stdout.write("Nothing is held about this address.")
        for alias in report.stays:
            self.stdout.write(
                f"What {alias} keeps of its meetings cannot be removed from here: ask them."
            )
        if report.waits:
            self.stdout.write(
                "Guests are being told that meetings do not take place. The worker finishes the "
                "account when these mails have gone, after a day at the latest."
            )
