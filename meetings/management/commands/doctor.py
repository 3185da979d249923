"""`manage.py doctor`: what is missing, wrong or risky here, in plain words."""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from meetings.services.doctor import QUESTIONS, Examined, Level, examine
from meetings.services.doctor import mail as mails
from meetings.services.doctor import providers as accounts
from meetings.services.doctor.finding import Question

from .check_provider import without_chatter

GROUPS = {Level.FINE: "OK", Level.LOOK: "WORTH A LOOK", Level.WRONG: "WRONG"}


class Command(BaseCommand):
    help = (
        "Look at every setting and everything that Parley needs, and say in plain words what is "
        "OK, worth a look, or wrong, and what to do. Changes nothing. Exit code 1 if anything is "
        "wrong."
    )
    requires_system_checks: list[str] = []  # what is wrong is to be told, not to stop us

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mail", metavar="someone@x", help="send a mail there, as a test")
        parser.add_argument("--providers", action="store_true", help="ask each provider, too")

    def handle(self, **options: Any) -> None:
        with without_chatter(options["verbosity"]):
            examined = list(examine(questions(options)))
        for level in GROUPS:  # the worst last, where the eye is
            self.show(level, examined)
        counted = Counter(finding.level for each in examined for finding in each.findings)
        self.stdout.write(
            f"{counted[Level.FINE]} OK, {counted[Level.LOOK]} worth a look, "
            f"{counted[Level.WRONG]} wrong."
        )
        if counted[Level.WRONG]:
            raise CommandError("Something is wrong: see above.")

    def show(self, level: Level, examined: list[Examined]) -> None:
        lines = [line for each in examined for line in told(each, level)]
        if lines:
            self.stdout.write("\n".join([GROUPS[level], *lines]) + "\n\n")


def told(examined: Examined, level: Level) -> Iterator[str]:
    """What was found that is of this level, each with what to do about it."""
    for finding in examined.findings:
        if finding.level == level:
            yield f"  {examined.title}: {finding.words}"
            if finding.advice:
                yield f"    → {finding.advice}"


def questions(options: dict[str, Any]) -> Iterator[Question]:
    """All of them, and those that only who asks for them wants."""
    asked: list[Question] = []
    if options["mail"]:
        asked.append(Question("Test mail", partial(mails.send, options["mail"]), patience=30))
    yield from chain(QUESTIONS, asked)
    if options["providers"]:
        yield from accounts.to_be_asked()
