"""An account on trial by `manage.py check_provider`, and what the command said of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.providers import test_jitsi as jitsi
from tests.providers.doubles.base import Double
from tests.providers.doubles.plugnmeet import Double as Plugnmeet
from tests.providers.doubles.videosdk import API_KEY, SECRET
from tests.providers.doubles.videosdk import Double as Videosdk
from tests.providers.doubles.xroom import Double as Xroom

from . import on_trial

HERE = on_trial.__name__
ACCOUNTS: dict[str, tuple[type[Double], dict[str, str], tuple[str, ...]]] = {
    "plugnmeet": (
        Plugnmeet,
        {"api_key": Plugnmeet.api_key, "api_secret": Plugnmeet.api_secret},
        ("api_secret",),
    ),
    "videosdk": (Videosdk, {"api_key": API_KEY, "secret": SECRET}, ("secret",)),
    "xroom": (
        Xroom,
        {
            "auth_id": Xroom.auth_id,
            "api_secret": Xroom.api_secret,
            "domain": "meet.example.org",
            "webhook_key": Xroom.webhook_key,
        },
        ("api_secret", "webhook_key"),
    ),
    "jitsi": (
        jitsi.Double,
        {"app_id": jitsi.APP_ID, "app_secret": jitsi.APP_SECRET},
        ("app_secret",),
    ),
}

Start = Callable[..., Double]
Choose = Callable[[str], None]


class Said:
    """What the command printed, and how it ended."""

    def __init__(self, *arguments: str) -> None:
        out = StringIO()
        self.code, self.verdict = 0, ""
        try:
            call_command("check_provider", *arguments, stdout=out)
        except CommandError as error:
            self.code, self.verdict = error.returncode, str(error)
        self.text = out.getvalue()

    def feature(self, name: str) -> str:
        """The feature's row of the sheet, after its name."""
        rows = [row.split(maxsplit=1) for row in self.text.splitlines() if row.startswith("  ")]
        return next(row[1] for row in rows if row[0] == name)


@pytest.fixture
def account_at(settings: Settings) -> Iterator[Start]:
    """Start a provider's double, with an account at it under the alias `main`."""
    with ExitStack() as running:

        def begin(slug: str, **changed: str) -> Double:
            kind, options, _ = ACCOUNTS[slug]
            double = running.enter_context(kind())
            url = double.url.replace("127.0.0.1", "localhost")
            settings.MEETING_PROVIDERS = {
                "main": {"BACKEND": slug, "OPTIONS": {**options, "url": url, **changed}}
            }
            return double

        yield begin


@pytest.fixture
def choose(settings: Settings) -> Iterator[Choose]:
    """An account at one of the adapters that are on trial, by its dotted path."""

    def take(name: str) -> None:
        settings.MEETING_PROVIDERS = {
            "main": {"BACKEND": f"{HERE}.{name}", "OPTIONS": {"key": on_trial.KEY}}
        }

    on_trial.forget()
    yield take
    on_trial.forget()


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A room that is not over at once is not waited for."""
    monkeypatch.setattr("meetings.services.conformance.trial.PATIENCE", 0.0)
