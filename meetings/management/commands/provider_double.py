"""`manage.py provider_double`: a provider that is not there, for trying Parley out."""

import errno
from argparse import ArgumentParser
from dataclasses import fields
from importlib import import_module
from threading import Lock
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from meetings.forms.provider_accounts import label_of
from meetings.providers import class_of

from .serve import port_number

DOUBLES = "tests.providers.doubles.by_hand"  # a checkout has it, an installation may not


class Command(BaseCommand):
    help = (
        "Stand in for a provider on this machine, so that Parley can be tried without an account."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.one_at_a_time = Lock()  # requests are answered side by side

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("provider", help="plugnmeet, videosdk or xroom")
        parser.add_argument("--port", type=port_number, default=9001, help="default: 9001")
        parser.add_argument(
            "--switch", action="append", default=[], metavar="NAME=VALUE", help="how it behaves"
        )
        parser.add_argument(
            "--list-switches", action="store_true", help="show how it can behave, and end"
        )

    def handle(self, **options: Any) -> None:
        doubles = the_doubles()
        try:
            if options["list_switches"]:
                self.say(*doubles.switch_lines(options["provider"]))
            else:
                self.run_one(doubles, options["provider"], options["port"], options["switch"])
        except doubles.Misused as error:
            raise CommandError(str(error)) from error

    def run_one(self, doubles: Any, name: str, port: int, switches: list[str]) -> None:
        try:
            double = doubles.make(name, port, switches)
        except OSError as error:
            raise cannot_listen(port, error) from error
        double.diary.watch = self.say
        self.say(*doubles.welcome(name, double, labels_of(name)))
        try:
            double.serve_forever()
        except KeyboardInterrupt:
            self.say("Ended.")

    def say(self, *lines: object) -> None:
        with self.one_at_a_time:
            for line in lines:
                self.stdout.write(str(line))
            self.stdout.flush()  # what runs us may read it through a pipe


def the_doubles() -> Any:
    try:
        return import_module(DOUBLES)
    except ImportError as error:
        raise CommandError(
            "The doubles are among the tests, which are not installed here. "
            "Run this in a checkout of Parley's source."
        ) from error


def labels_of(name: str) -> dict[str, str]:
    """What the admin's form calls the options of an account at this provider."""
    options = class_of(name, alias=name).options_class
    return {option.name: label_of(option) for option in fields(options)}


def cannot_listen(port: int, error: OSError) -> CommandError:
    if error.errno == errno.EADDRINUSE:
        return CommandError(f"Port {port} is in use; name another one with --port.")
    return CommandError(f"Cannot listen at port {port}: {error.strerror}.")
