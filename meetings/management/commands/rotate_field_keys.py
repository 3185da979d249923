"""`manage.py rotate_field_keys`: secrets at rest under the first of FIELD_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import audit
from meetings.services.factor_keys import rotate_factors
from meetings.services.field_keys import Rotation, encrypted_fields, rotate

NAMED = 20  # rows of one field; the others are counted


class Command(BaseCommand):
    help = (
        "Encrypt every secret in the database with the first of FIELD_KEYS, so that the other keys "
        "can be taken away. It may be stopped and begun again at any time."
    )

    def handle(self, **options: Any) -> None:
        done = [self.say(rotate(*each)) for each in encrypted_fields()]
        done.append(self.say(rotate_factors()))
        audit.record(audit.Action.KEYS_ROTATED, values={each.where: each.renewed for each in done})
        if unreadable := sum(len(each.unreadable) for each in done):
            raise CommandError(
                f"{unreadable} secrets cannot be decrypted with any of FIELD_KEYS. They were left "
                "as they are: put the key that they were made with at the end of FIELD_KEYS, and "
                "begin again. Keep every key until then."
            )
        self.stdout.write(
            "Done: the first of FIELD_KEYS decrypts everything. The others can be taken away."
        )

    def say(self, done: Rotation) -> Rotation:
        self.stdout.write(
            f"{done.where}: {done.renewed} encrypted anew, {done.current} as they should be, "
            f"{len(done.unreadable)} unreadable"
        )
        for row in done.unreadable[:NAMED]:
            self.stderr.write(f"{done.where}: row {row} cannot be decrypted")
        if more := done.unreadable[NAMED:]:
            self.stderr.write(f"{done.where}: and {len(more)} more")
        return done
