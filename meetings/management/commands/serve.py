"""`manage.py serve`: the web server alone."""

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.addresses import EVERYWHERE, is_free
from config.server import Server


class Command(BaseCommand):
    help = "Serve pages, static files and the built-in room from one process."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_server_arguments(parser)

    def handle(self, **options: Any) -> None:
        server = server_from(options)
        refuse_busy_port(server)
        if not (settings.DEBUG or (settings.STATIC_ROOT / "staticfiles.json").exists()):
            raise CommandError("Static files are not collected: run manage.py collectstatic first.")
        for url in server.urls:
            self.stdout.write(f"Parley is served at {url}")
        self.stdout.flush()
        os.execve(sys.executable, server.command(), server.environment())  # noqa: S606 (no shell)


def add_server_arguments(parser: ArgumentParser) -> None:
    """Where to listen, and how."""
    parser.add_argument("--host", help="address to listen on (default: this machine only)")
    parser.add_argument(
        "--port", type=port_number, default=settings.PORT, help="default: PORT, or 8000"
    )
    parser.add_argument(
        "--https",
        action="store_true",
        help="serve the whole network, with a certificate that this machine signs itself: "
        "browsers warn once, then cameras work on other machines too",
    )


def server_from(options: dict[str, Any]) -> Server:
    """The server that these options ask for."""
    https = options["https"]
    host = options["host"] or (EVERYWHERE if https else "127.0.0.1")
    return Server(host, options["port"], https, access_log=options["verbosity"] > 1)


def refuse_busy_port(server: Server) -> None:
    try:
        free = is_free(server.host, server.port)
    except OSError as error:
        raise cannot_listen(server, error) from error
    if not free:
        raise CommandError(f"Port {server.port} is in use; name another one with --port.")


def cannot_listen(server: Server, error: OSError) -> CommandError:
    return CommandError(f"Cannot listen at {server.host}:{server.port}: {error.strerror}.")


def port_number(value: str) -> int:
    if value.isdecimal() and 0 < int(value) < 65536:
        return int(value)
    raise ArgumentTypeError(f"{value} is not a port: 1 to 65535.")
