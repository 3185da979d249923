"""`manage.py sign_in_link`: an administrator signs in though nothing else lets them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit
from accounts.models import User
from accounts.ways_in import link_for


class Command(BaseCommand):
    help = "Show an address that signs an administrator in, once and within ten minutes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the administrator's e-mail address")

    def handle(self, *, email: str, **options: Any) -> None:
        admins = User.objects.filter(is_active=True, is_superuser=True)
        user = admins.filter(email__address=email).first()
        if user is None:
            raise CommandError(f"{email} is no administrator of this site.")
        audit.record(audit.Action.LINK_SHOWN, user)
        self.stdout.write(link_for(user))
