"""`manage.py up`: everything Parley needs, as one program."""

import sys
from argparse import ArgumentParser
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from accounts import first_run
from config.addresses import NoPortFree, answers, free_port
from config.only_one import OnlyOne, RunsAlready
from config.server import Server
from config.supervisor import Program, Supervisor
from meetings.management import demo

from .serve import add_server_arguments, cannot_listen, server_from


class Command(BaseCommand):
    help = "Prepare the database, then run the web server and the worker until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_server_arguments(parser)
        parser.add_argument("--demo", action="store_true", help="load the demo, and say how to try")

    def handle(self, **options: Any) -> None:
        if options["demo"] and not settings.DEMO:
            raise CommandError("--demo is for trying Parley out: set DEMO=true, or leave it away.")
        ours = self.only_one()
        prepare()
        if options["demo"]:
            demo.load_once()
        server = self.at_free_port(server_from(options))
        ours.say(server.site_url)
        supervisor = Supervisor([web(server), worker(server)], self.say)
        code = supervisor.run(
            is_ready=lambda: answers(server.host, server.port),
            when_ready=lambda: self.welcome(server, with_demo=options["demo"]),
        )
        sys.exit(code)

    def only_one(self) -> OnlyOne:
        """The data directory, ours alone."""
        ours = OnlyOne(settings.DATA_DIR)
        try:
            ours.hold()
        except RunsAlready as first:
            place = f", at {first}" if str(first) else ""
            raise CommandError(
                f"Parley runs already{place}, with the data in {settings.DATA_DIR}. Stop that one "
                "with Ctrl-C first, or name another place for the data: DATA_DIR."
            ) from first
        return ours

    def at_free_port(self, server: Server) -> Server:
        """The server at its own port, or at the next one that is free."""
        try:
            port = free_port(server.host, server.port)
        except OSError as error:
            raise cannot_listen(server, error) from error
        except NoPortFree as error:
            raise CommandError(str(error)) from error
        if port != server.port:
            self.say(f"Port {server.port} is in use, so Parley takes {port}.")
        return replace(server, port=port)

    def welcome(self, server: Server, *, with_demo: bool) -> None:
        """What to do next, now that pages are served."""
        site = server.site_url
        self.say(f"\n  Parley is at {site}")
        for url in server.urls:
            if url != site:
                self.say(f"          also {url}")
        if with_demo and (path := demo.sign_in_path()):
            self.say(f"  Try it as the demo's organizer (works once): {site}{path}")
        if first_run.is_needed():
            path = first_run.link().removeprefix(settings.SITE_URL)
            self.say(f"  Become the administrator: {site}{path}")
        if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
            self.say(f"  Mail is written to files in {settings.EMAIL_FILE_PATH}")
        self.say("  Ctrl-C stops everything.\n")

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()  # what runs us may read it through a pipe


def prepare() -> None:
    """A database that is up to date, and the files that browsers ask for."""
    try:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
    except OperationalError as error:
        raise CommandError(f"The database cannot be used: {error}") from error
    if not settings.DEBUG:
        call_command("collectstatic", interactive=False, verbosity=0)


def web(server: Server) -> Program:
    return Program("The web server", server.command(), server.environment())


def worker(server: Server) -> Program:
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "run_huey"]
    return Program("The worker", command, server.environment())
