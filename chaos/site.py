"""The site as it is deployed: two web servers, two workers, and those whom they talk to."""

import os
import secrets
import sys
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from django.core.management import call_command

from chaos.machines import Postgres, Process, free_port, wait_for
from chaos.outside import Mails, Meeting, Reserving
from tests.redis_server import Redis

ROOT = Path(__file__).resolve().parent.parent
MAIN, DESK = "main", "desk"  # where people meet, and where rooms are reserved


class Site:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.postgres = Postgres(directory)
        self.postgres.start()
        self.redis = Redis(directory)
        self.mails = Mails()
        self.main, self.desk = Meeting(sends_webhooks=True), Reserving()
        self.clock = directory / "clock"  # of the second web server and the second worker
        self.set_clock(0)
        self.ports = [free_port(), free_port()]
        self.environment = self._environment()
        self.webs = [self._uvicorn(self.ports[0]), self._gunicorn(self.ports[1])]
        self.workers = [self._worker(), self._second_worker()]

    @property
    def urls(self) -> list[str]:
        return [f"http://127.0.0.1:{port}" for port in self.ports]

    def set_clock(self, seconds: int) -> None:
        """How far the second node's clock is ahead; its processes notice at once."""
        draft = self.clock.with_suffix(".new")
        draft.write_text(f"{seconds:+d}\n")
        draft.replace(self.clock)

    def prepare(self) -> None:
        for command in ("migrate", "createcachetable", "collectstatic"):
            call_command(command, verbosity=0)

    def start(self) -> None:
        for process in [*self.webs, *self.workers]:
            process.start()
        for port in self.ports:
            wait_for(port)

    def stop(self) -> None:
        for process in [*self.webs, *self.workers]:
            process.stop()
        self.redis.kill()
        self.postgres.stop("immediate")

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "DEBUG": "false",
            "DATA_DIR": str(self.directory / "data"),
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.redis.url,
            "SECRET_KEY": secrets.token_urlsafe(48),
            "FIELD_KEYS": Fernet.generate_key().decode(),
            "SITE_URL": self.urls[0],
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mails.port}",
            "LOG_LEVEL": "WARNING",
            "LOG_FORMAT": "console",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "MEETING_PROVIDERS": f"{MAIN}=plugnmeet,{DESK}=xroom,spare=builtin",
            **_account(MAIN, self.main),
            **_account(DESK, self.desk),
        }

    def _uvicorn(self, port: int) -> Process:
        command = [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(port)]
        return Process(command, self.environment, self.directory / "web-a.log", port)

    def _gunicorn(self, port: int) -> Process:
        command = [sys.executable, "-m", "gunicorn", "chaos.second_node", "--chdir", str(ROOT)]
        command += ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8"]
        return Process(command, self._second(), self.directory / "web-b.log", port)

    def _worker(self) -> Process:
        command = [sys.executable, str(ROOT / "manage.py"), "run_huey"]
        return Process(command, self.environment, self.directory / "worker-a.log")

    def _second_worker(self) -> Process:
        command = [sys.executable, "-m", "chaos.second_node", "run_huey"]
        return Process(command, self._second(), self.directory / "worker-b.log")

    def _second(self) -> dict[str, str]:
        return self.environment | {"CHAOS_CLOCK": str(self.clock), "PYTHONPATH": str(ROOT)}


def _account(alias: str, double: Any) -> dict[str, str]:
    return {f"MEETING_{alias.upper()}_{k.upper()}": v for k, v in double.account().items()}
