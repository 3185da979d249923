"""What processes do that are forked for a test, and write down for it."""

from pathlib import Path

from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client


def guess(count: int, answers: Path) -> None:
    """Somebody tries so many links; the status of each answer."""
    client = Client(SERVER_NAME="localhost")
    statuses = [client.get(f"/j/{number}/").status_code for number in range(count)]
    answers.write_text(" ".join(map(str, statuses)))


def check_for_deployment(found: Path) -> None:
    """`manage.py check --deploy`: what it finds, down to warnings."""
    found.write_text("")
    try:
        call_command("check", "--deploy", "--fail-level=WARNING")
    except SystemCheckError as error:
        found.write_text(str(error))
