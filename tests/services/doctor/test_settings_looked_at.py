"""Each setting that may be wrong is named, and each that is right is left alone."""

import re
from collections.abc import Callable, Iterable
from ipaddress import ip_network
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings as current
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from meetings.services.doctor import QUESTIONS, Level, addresses, mail, media, modes, people, work
from meetings.services.doctor.finding import Finding

GOOD = {
    "DEBUG": False,
    "DEMO": False,
    "SITE_URL": "https://meet.example.org",
    "SITE_IS_SECURE": True,
    "ALLOWED_HOSTS": ["meet.example.org"],
    "CSRF_TRUSTED_ORIGINS": ["https://meet.example.org"],
    "TRUSTED_PROXIES": 1,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECRET_KEY": "k3v7-Q_pZ" * 7,
    "SIGNUP": "closed",
    "SECOND_FACTOR": "staff",
    "OIDC": None,
    "LOCAL_SIGN_IN": True,
    "RETENTION": {"rosters": 365, "logs": 365, "audit": 730},
    "TASK_QUEUE": "postgres",
    "DEFAULT_FROM_EMAIL": "Parley <meet@example.org>",
}
Ask = Callable[[], Iterable[Finding]]
NETWORKS = SimpleNamespace(all=[ip_network("0.0.0.0/0")], one=[ip_network("10.0.0.9")])


@pytest.fixture(autouse=True)
def production(settings: Settings, tmp_path: Path) -> None:
    for name, value in GOOD.items():
        setattr(settings, name, value)
    settings.DATA_DIR = tmp_path


def worst(ask: Ask) -> Finding:
    return max(ask(), key=lambda finding: finding.level)


@pytest.mark.parametrize(
    "ask",
    [
        addresses.site_url,
        addresses.allowed_hosts,
        addresses.form_origins,
        addresses.proxies,
        addresses.https_only,
        modes.secret_key,
        modes.development,
        people.sign_up,
        people.sign_in,
        people.kept,
        modes.telling,
        work.tasks,
        mail.sender,
        media.limits,
    ],
)
def test_good_settings_are_left_alone(ask: Ask) -> None:
    assert worst(ask).level == Level.FINE
    assert worst(ask).words


@pytest.mark.parametrize(
    ("ask", "name", "value", "level"),
    [
        (addresses.site_url, "SITE_URL", "meet.example.org", Level.WRONG),
        (addresses.site_url, "SITE_URL", "http://meet.example.org", Level.WRONG),
        (addresses.site_url, "SITE_URL", "https://meet.example.org/parley", Level.WRONG),
        (addresses.allowed_hosts, "ALLOWED_HOSTS", ["elsewhere.example"], Level.WRONG),
        (addresses.allowed_hosts, "ALLOWED_HOSTS", ["*"], Level.LOOK),
        (addresses.form_origins, "CSRF_TRUSTED_ORIGINS", ["http://meet.example.org"], Level.LOOK),
        (addresses.proxies, "TRUSTED_PROXIES", 0, Level.WRONG),
        (addresses.proxies, "TRUSTED_PROXIES", 7, Level.LOOK),
        (addresses.https_only, "SECURE_HSTS_SECONDS", 60, Level.LOOK),
        (modes.secret_key, "SECRET_KEY", "short", Level.WRONG),
        (modes.secret_key, "SECRET_KEY", "a" * 80, Level.WRONG),
        (modes.secret_key, "SECRET_KEY_FALLBACKS", ["a", "b", "c"], Level.LOOK),
        (modes.development, "DEBUG", True, Level.WRONG),
        (modes.development, "DEMO", True, Level.WRONG),
        (people.sign_up, "SIGNUP", "open", Level.LOOK),
        (people.sign_in, "SECOND_FACTOR", "optional", Level.LOOK),
        (people.sign_in, "OIDC", SimpleNamespace(url="http://id.example"), Level.WRONG),
        (people.sign_in, "LOCAL_SIGN_IN", False, Level.WRONG),
        (people.kept, "RETENTION", {"rosters": 0, "logs": 9999, "audit": 730}, Level.LOOK),
        (people.kept, "RETENTION", {"rosters": 9, "logs": 99, "audit": 0}, Level.LOOK),
        (modes.telling, "METRICS_TOKEN", "guess", Level.WRONG),
        (modes.telling, "METRICS_ALLOWED", NETWORKS.all, Level.WRONG),
        (mail.sender, "DEFAULT_FROM_EMAIL", "Parley <parley@localhost>", Level.WRONG),
        (media.limits, "TURN_TTL", 5, Level.LOOK),
        (media.limits, "DOOR_REMEMBERED", 4.0, Level.LOOK),
        (media.limits, "BUILTIN_ROOM_GRACE", 0, Level.LOOK),
        (media.turn, "BUILTIN_ROOM_RELAY_ONLY", True, Level.WRONG),
        (media.turn, "TURN_SECRET", "abc", Level.LOOK),
        (media.stun, "ICE_STUN_URLS", [], Level.LOOK),
    ],
)
def test_what_is_wrong_or_risky_is_named_with_what_to_do(
    settings: Settings, ask: Ask, name: str, value: object, level: Level
) -> None:
    setattr(settings, name, value)

    found = worst(ask)

    assert found.level == level
    assert found.words
    assert found.advice


def test_metrics_for_one_machine_are_fine(settings: Settings) -> None:
    settings.METRICS_ALLOWED = NETWORKS.one
    assert "counts of one process" in worst(modes.telling).words

    settings.PROMETHEUS_MULTIPROC_DIR = "/run/parley/counts"

    assert "/metrics is there" in worst(modes.telling).words


def test_key_that_development_made_is_pointed_out(settings: Settings) -> None:
    (settings.DATA_DIR / "secrets.env").write_text(f"SECRET_KEY={settings.SECRET_KEY}\n")

    assert worst(modes.secret_key).level == Level.LOOK
    assert settings.SECRET_KEY not in worst(modes.secret_key).words


def test_old_rules_of_zones_are_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modes, "zone_edition", lambda: f"{timezone.now().year}a")
    assert worst(modes.zones).level == Level.FINE

    monkeypatch.setattr(modes, "zone_edition", lambda: "2021a")

    assert worst(modes.zones).level == Level.LOOK


def test_missing_package_for_errors_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SENTRY_DSN = "https://k@errors.example/1"
    assert "told to SENTRY_DSN" in list(modes.telling())[-1].words

    monkeypatch.setattr(modes.importlib.util, "find_spec", lambda _: None)

    assert list(modes.telling())[-1].level == Level.WRONG


@pytest.mark.parametrize("backend", ["locmem.LocMemCache", "dummy.DummyCache"])
def test_cache_of_each_process_for_itself_is_named(settings: Settings, backend: str) -> None:
    settings.CACHES = {"default": {"BACKEND": f"django.core.cache.backends.{backend}"}}

    assert worst(work.shared_cache).level == Level.WRONG


def test_every_setting_of_the_example_is_considered() -> None:
    example = (Path(current.BASE_DIR) / ".env.example").read_text()
    named = set(re.findall(r"^# ([A-Z][A-Z_]+)=", example, re.MULTILINE))
    considered = {name for question in QUESTIONS for name in question.about}

    accounts_own = {name for name in named if name.startswith("MEETING_MAIN_")}
    assert named - considered - accounts_own == set()


def test_queue_in_a_file_beside_a_database_elsewhere_is_pointed_out(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TASK_QUEUE = "file"
    monkeypatch.setitem(connection.settings_dict, "HOST", "")
    assert worst(work.tasks).level == Level.FINE

    monkeypatch.setitem(connection.settings_dict, "HOST", "db.example")

    assert worst(work.tasks).level == Level.LOOK


def test_queue_that_listens_through_pgbouncer_is_wrong(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TASK_QUEUE = "postgres"
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", False)
    assert worst(work.tasks).level == Level.FINE

    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)

    assert worst(work.tasks).level == Level.WRONG
