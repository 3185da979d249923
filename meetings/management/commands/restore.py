"""`manage.py restore FILE`: the database as it was when the backup was made."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts import audit
from meetings.services.keeping.archive import BadArchive
from meetings.services.keeping.backups import NotEmpty, restore

NOT_EMPTY = (
    "The database is not empty, and nothing was touched. Give an empty one, or say --replace to "
    "lose what is in it."
)


class Command(BaseCommand):
    help = (
        "Read a backup into the database of DATABASE_URL, SQLite or PostgreSQL. Stop the server "
        "and the worker first. The archive is proved before anything is touched."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--replace", action="store_true", help="lose what is there now")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, **options: Any) -> None:
        if options["replace"] and not options["yes"]:
            self.ask()
        try:
            with Path(options["file"]).open("rb") as file:
                manifest = restore(file, replace=options["replace"], tell=self.stdout.write)
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        except NotEmpty as error:
            raise CommandError(NOT_EMPTY) from error
        except BadArchive as error:
            raise CommandError(str(error)) from error
        audit.record(audit.Action.RESTORED, values={"made_at": manifest.made_at})
        self.stdout.write(
            f"Done: {manifest.rows} rows, as of {manifest.made_at}. What was owed then (mails, "
            "reservations) is done as soon as the worker starts."
        )

    def ask(self) -> None:
        name = settings.DATABASES["default"]["NAME"]
        answer = input(f"Everything in {name} will be lost. Type “yes” to go on: ")
        if answer.strip().lower() != "yes":
            raise CommandError("Nothing was touched.")
