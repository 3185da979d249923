from typing import Any

from django.core.management.base import BaseCommand

from accounts import first_run


class Command(BaseCommand):
    help = "Show the address where the first admin is made."

    def handle(self, *args: Any, **options: Any) -> None:
        if first_run.is_needed():
            self.stdout.write(first_run.link())
        else:
            self.stdout.write("This site has an admin already: sign in as usual.")
