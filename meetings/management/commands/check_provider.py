"""`manage.py check_provider <alias>`: does the account do what its provider's adapter promises?"""

import json
import logging
import signal
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from meetings.providers import AnyProvider, aliases, get_provider
from meetings.services.conformance import PLAN, Line, Sheet, Trial

MARKS = {"confirmed": "+", "in part": "~", "failed": "!", "not tried": "-"}
INTERRUPTED = 130


class Command(BaseCommand):
    help = (
        "Try what a provider's account promises: open a throw-away room, look at what comes back, "
        "take everything away again. Nothing that it did not make is touched. Any adapter can be "
        "tried: MEETING_PROVIDERS=probe=acme.rooms.Provider MEETING_PROBE_…=… "
        "manage.py check_provider probe"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("alias", help="the account, as in MEETING_PROVIDERS or the admin")
        parser.add_argument("--yes", action="store_true", help="do not ask before it begins")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be tried")
        parser.add_argument("--json", action="store_true", help="the sheet for machines")

    def handle(self, **options: Any) -> None:
        self.as_json = options["json"]
        provider = self.provider(options["alias"])
        if options["dry_run"]:
            self.announce(provider)
            return
        if not options["yes"]:
            self.ask(provider)
        with politely_ended(), without_chatter(options["verbosity"]):
            sheet = Trial(provider, told=self.line).run(PLAN)
        self.show(sheet)
        if not sheet.passed:
            code = INTERRUPTED if sheet.interrupted else 1
            raise CommandError(verdict(sheet), returncode=code)

    def provider(self, alias: str) -> AnyProvider:
        try:
            return get_provider(alias)
        except ImproperlyConfigured as error:
            if self.as_json:
                self.say_json({"alias": alias, "passed": False, "trouble": str(error)})
            known = ", ".join(aliases())
            raise CommandError(f"{error} There are: {known}.") from error

    def ask(self, provider: AnyProvider) -> None:
        """Nobody's account is used without a yes."""
        if self.as_json:
            raise CommandError("Say --yes with --json: it cannot ask.")
        question = (
            f"Rooms are opened and closed at {provider.label} (“{provider.alias}”). Go on? [y/N] "
        )
        try:
            answer = input(question)
        except EOFError:
            raise CommandError("Nobody answered. Say --yes to begin without asking.") from None
        if answer.strip().lower() not in {"y", "yes"}:
            raise CommandError("Nothing was done.")

    # What is shown

    def announce(self, provider: AnyProvider) -> None:
        steps = [
            step for step in PLAN if not step.feature or getattr(provider.features, step.feature)
        ]
        if self.as_json:
            self.say_json({"alias": provider.alias, "would_try": [step.name for step in steps]})
            return
        self.stdout.write(f"{provider.label} (“{provider.alias}”): nothing is asked. It would try:")
        for step in steps:
            self.stdout.write(f"  {step.name}" + (f" ({step.feature})" if step.feature else ""))

    def line(self, line: Line) -> None:
        if not self.as_json:
            words = f": {line.words}" if line.words else ""
            self.stdout.write(f"{MARKS[line.outcome]} {line.name}{words}")
            self.stdout.flush()

    def show(self, sheet: Sheet) -> None:
        if self.as_json:
            self.say_json(sheet.as_dict())
            return
        self.stdout.write(f"\n{sheet.provider} (“{sheet.alias}”)\n")
        for row in table(sheet):
            self.stdout.write(row)
        self.list("Answers to open questions", [f"{q} {a}" for q, a in sheet.answers.items()])
        self.list("Taken away", sheet.cleaned)
        self.list("LEFT BEHIND, please look at the provider", sheet.left)

    def list(self, title: str, rows: list[str]) -> None:
        if rows:
            self.stdout.write(f"\n{title}")
        for row in rows:
            self.stdout.write(f"  {row}")

    def say_json(self, content: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(content, ensure_ascii=False, indent=2))


def table(sheet: Sheet) -> Iterator[str]:
    """The capability sheet as text."""
    yield f"  {'feature':<18} {'claimed':<8} {'outcome':<10} seen"
    for each in sheet.capabilities:
        shown = each.outcome if each.claimed or each.words else ""
        row = f"  {each.feature:<18} {'yes' if each.claimed else 'no':<8} {shown:<10} {each.words}"
        yield row.rstrip()


def verdict(sheet: Sheet) -> str:
    if sheet.interrupted:
        return "Interrupted."
    failed = ", ".join(dict.fromkeys(line.feature or line.name for line in sheet.failures))
    return f"Failed: {failed}." if failed else "Something was left behind."


@contextmanager
def without_chatter(verbosity: int) -> Iterator[None]:
    """The sheet alone, without a line of the log for each call; `-v 2` shows them."""
    calls = logging.getLogger("meetings.providers")
    level = calls.level
    if verbosity < 2:
        calls.setLevel(logging.WARNING)
    try:
        yield
    finally:
        calls.setLevel(level)


@contextmanager
def politely_ended() -> Iterator[None]:
    """Whoever ends the process or closes its terminal gets the cleaning up that Ctrl-C gets."""
    handlers = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP)}
    try:
        for each in handlers:
            signal.signal(each, signal.default_int_handler)
        yield
    finally:
        for each, handler in handlers.items():
            signal.signal(each, handler)
