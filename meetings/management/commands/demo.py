"""`manage.py demo`: the demo's data in, or out again."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.demo import demo_sign_in_path
from meetings import demo
from meetings.models import Booking

NOT_A_DEMO = (
    "DEMO is off, so this may be a site that people use. To load the demo here all the same, "
    "say --yes; `manage.py demo remove` takes it out again."
)


class Command(BaseCommand):
    help = "Load the demo, three people with their meetings, or remove it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["load", "remove"])
        parser.add_argument("--yes", action="store_true", help="load it though DEMO is off")

    def handle(self, **options: Any) -> None:
        if options["what"] == "remove":
            self.remove()
        elif settings.DEMO or options["yes"]:
            self.load()
        else:
            raise CommandError(NOT_A_DEMO)

    def load(self) -> None:
        if demo.organizer():
            self.stdout.write("The demo is here already; nothing changed.")
        dana = demo.load()
        count = Booking.objects.filter(organizer=dana, series=None).count()
        self.stdout.write(f"{dana} has {count} meetings around today, and a weekly one.")
        if settings.DEMO:
            self.stdout.write(
                f"Sign in as {dana} (works once): {settings.SITE_URL}{demo_sign_in_path(dana)}"
            )

    def remove(self) -> None:
        try:
            people = demo.remove()
        except demo.StillNeeded as error:
            raise CommandError(f"{error} Move or cancel that first.") from error
        self.stdout.write("The demo is removed." if people else "There is no demo here.")
