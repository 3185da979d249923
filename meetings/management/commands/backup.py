"""`manage.py backup FILE`: everything in one archive, made while the site runs."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import audit
from meetings.services.keeping.archive import Manifest
from meetings.services.keeping.backups import back_up, whole_file

KEYS_INSIDE = (
    "The archive holds FIELD_KEYS and SECRET_KEY: whoever has it reads every secret. Keep it as "
    "you keep those."
)
KEYS_OUTSIDE = (
    "FIELD_KEYS and SECRET_KEY are not inside. Without FIELD_KEYS its secrets are lost: keep them "
    "elsewhere."
)


class Command(BaseCommand):
    help = (
        "Write everything that is in the database into one archive, as it is at this moment. The "
        "site may run meanwhile. `restore` reads it, also into the other kind of database."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a new file, or - for the standard output")
        parser.add_argument(
            "--with-keys",
            action="store_true",
            help="put FIELD_KEYS and SECRET_KEY inside: whoever has the file reads every secret",
        )

    def handle(self, **options: Any) -> None:
        with_keys = options["with_keys"]
        if options["file"] == "-":
            manifest = back_up(sys.stdout.buffer, with_keys=with_keys)
        else:
            manifest = self.to_file(Path(options["file"]), with_keys=with_keys)
        audit.record(audit.Action.EXPORTED, values={"rows": manifest.rows, "with_keys": with_keys})
        # Beside what may be the archive itself
        self.stderr.write(f"{manifest.rows} rows of {len(manifest.parts)} kinds are in the backup.")
        self.stderr.write(KEYS_INSIDE if with_keys else KEYS_OUTSIDE)

    def to_file(self, path: Path, *, with_keys: bool) -> Manifest:
        if path.exists():
            raise CommandError(f"{path} is there already: choose another name.")
        try:
            with whole_file(path) as file:
                return back_up(file, with_keys=with_keys)
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
