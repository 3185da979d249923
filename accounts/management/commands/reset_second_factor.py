"""`manage.py reset_second_factor`: somebody has lost their phone, their key and their codes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.second_factor import take_away, tell_taken_away


class Command(BaseCommand):
    help = (
        "Remove a person's second factors, passkeys and recovery codes, sign them out everywhere "
        "and tell them by mail. Make sure first that it is them who asks."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the person's e-mail address")

    def handle(self, *, email: str, **options: Any) -> None:
        user = User.objects.filter(email__address=email).first()
        if user is None:
            raise CommandError(f"Nobody here has the address {email}.")
        if not take_away(user):
            raise CommandError(f"{email} has no second factor.")
        self.stdout.write(f"The second factor of {email} is removed. They are signed out.")
        if not tell_taken_away(user):
            self.stderr.write("The mail that tells them could not be sent: tell them yourself.")
