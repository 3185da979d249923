"""Machines are asked, each in its time: one that is away, or hangs, is named and stops nothing."""

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from pytest_django import Settings

from config.mailbox import mailbox_place
from meetings.models import ProviderAccount
from meetings.providers import get_provider
from meetings.providers.base import Check
from meetings.services.doctor import Level, data, examine, mail, media, providers, work
from meetings.services.doctor.finding import Finding, Question, fine
from meetings.services.health import background
from tests.smtp_double import smtp_double


def levels(findings: Iterable[Finding]) -> set[Level]:
    return {finding.level for finding in findings}


def closed_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port: int = server.getsockname()[1]
        return port


# The examination


def test_what_hangs_is_given_up_and_named() -> None:
    never = threading.Event()
    hanging = Question("Slow", lambda: [fine(str(never.wait(5)))], patience=0.05)

    (examined,) = examine([hanging])
    never.set()

    assert examined.findings[0].level == Level.WRONG
    assert examined.findings[0].words == "There was no answer within 0.05 seconds."


@pytest.mark.parametrize("patience", [0, 2])
def test_what_breaks_is_named_without_its_words(patience: float) -> None:
    def ask() -> Iterator[Finding]:
        raise ConnectionError("redis://:s3cret@host")
        yield

    broken, after = examine(
        [Question("Bad", ask, patience=patience), Question("Good", lambda: [fine("Well.")])]
    )

    assert broken.findings[0].words == "This could not be looked at: ConnectionError."
    assert after.findings[0].words == "Well."


# The database and its folder


@pytest.mark.django_db
def test_database_of_the_suite_is_fine() -> None:
    for ask in (data.database, data.clock, data.migrations, data.field_keys):
        assert levels(ask()) == {Level.FINE}


@pytest.mark.django_db
@pytest.mark.postgres
def test_extension_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"SELECT extname FROM pg_extension": [], "SHOW TimeZone": ["Europe/Berlin"]}
    monkeypatch.setattr(data, "_column", answers.__getitem__)

    assert levels(data.database()) == {Level.FINE, Level.WRONG, Level.LOOK}


@pytest.mark.django_db
def test_old_database_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "OLDEST_POSTGRES", 990_000)
    monkeypatch.setattr(data, "OLDEST_SQLITE", (9, 0))

    assert Level.WRONG in levels(data.database())


@pytest.mark.django_db
@pytest.mark.postgres
def test_clocks_that_differ_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    later = Mock(now=lambda zone: datetime.now(zone) + timedelta(minutes=1))
    monkeypatch.setattr(data, "datetime", later)

    assert levels(data.clock()) == {Level.WRONG}
    assert later.now(UTC) > datetime.now(UTC)


@pytest.mark.django_db
def test_migrations_that_are_missing_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "pending_migrations", lambda: {("meetings", "9999_next")})

    (found,) = data.migrations()

    assert (found.level, found.words) == (Level.WRONG, "1 migrations are not applied.")


@pytest.mark.django_db
def test_every_secret_is_tried(settings: Settings) -> None:
    for alias in ("one", "two"):
        ProviderAccount.objects.create(alias=alias, backend="xroom", secrets='{"key": "k"}')
    assert "2 stored secrets" in next(iter(data.field_keys())).words

    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    (found,) = data.field_keys()
    assert found.level == Level.WRONG
    assert "2 in provider account.secrets" in found.words


def test_static_files_that_nobody_collected_are_named(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    assert levels(data.static_files()) == {Level.WRONG}

    (tmp_path / "staticfiles.json").touch()

    assert levels(data.static_files()) == {Level.FINE}


@pytest.mark.parametrize(
    ("free", "level"), [(10**12, Level.FINE), (10**9, Level.LOOK), (10**6, Level.WRONG)]
)
def test_space_is_told(monkeypatch: pytest.MonkeyPatch, free: int, level: Level) -> None:
    monkeypatch.setattr(data.shutil, "disk_usage", lambda _: Mock(free=free))

    assert next(iter(data.folder())).level == level


def test_keys_that_others_can_read_are_named(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    kept = tmp_path / "secrets.env"
    kept.touch(mode=0o600)
    assert Level.WRONG not in levels(data.folder())

    kept.chmod(0o644)

    assert Level.WRONG in levels(data.folder())


# Beside pages


def test_redis_is_asked_only_where_there_is_one(settings: Settings) -> None:
    settings.REDIS_URL = ""
    assert levels(work.redis()) == {Level.FINE}

    settings.REDIS_URL = f"redis://127.0.0.1:{closed_port()}/0"
    (examined,) = examine([Question("Redis", work.redis, patience=5)])

    assert levels(examined.findings) == {Level.WRONG}


@pytest.mark.parametrize(
    ("age", "level"),
    [(timedelta(seconds=9), Level.FINE), (timedelta(hours=1), Level.WRONG), (None, Level.WRONG)],
)
def test_worker_that_nobody_saw_lately_is_named(
    monkeypatch: pytest.MonkeyPatch, age: timedelta | None, level: Level
) -> None:
    monkeypatch.setattr(background, "heartbeat_age", lambda: age)

    assert levels(work.worker()) == {level}


@pytest.mark.django_db
def test_cache_and_outbox_of_the_suite_are_fine() -> None:
    assert levels([*work.cache_works(), *work.outbox()]) == {Level.FINE}


# Mail


def smtp(settings: Settings, port: int) -> None:
    settings.EMAIL_BACKEND = mail.SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port


def test_mail_server_is_reached_and_told_nothing(settings: Settings) -> None:
    with smtp_double() as double:
        smtp(settings, double.port)

        assert levels(mail.server()) == {Level.FINE}
        assert double.recipients == []


def test_mail_server_that_is_away_is_named(settings: Settings) -> None:
    smtp(settings, closed_port())

    assert levels(mail.server()) == {Level.WRONG}
    assert levels(mail.send("olga@example.org")) == {Level.WRONG}


def test_mail_server_that_hangs_is_given_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "PATIENCE", 0.3)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        smtp(settings, silent.getsockname()[1])

        assert levels(mail.server()) == {Level.WRONG}


def test_one_mail_is_sent_to_who_asks(settings: Settings) -> None:
    with smtp_double() as double:
        smtp(settings, double.port)

        assert levels(mail.send("olga@example.org")) == {Level.FINE}
        assert double.recipients == ["olga@example.org"]


def test_mails_that_stay_here_are_pointed_out(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"

    assert levels(mail.server()) == {Level.LOOK}


def test_mailbox_is_read_and_nothing_is_marked(settings: Settings, tmp_path: Path) -> None:
    settings.MAILBOX = None
    assert levels(mail.mailbox()) == {Level.FINE}
    settings.MAILBOX = mailbox_place(f"maildir://{tmp_path}/none")
    assert levels(mail.mailbox()) == {Level.WRONG}

    for name in ("cur", "new", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    settings.MAILBOX = mailbox_place(f"maildir://{tmp_path}/box")

    assert levels(mail.mailbox()) == {Level.FINE}


# STUN and TURN


@pytest.fixture
def stun_server() -> Iterator[int]:
    """Answers one binding request as RFC 8489 has it: the same number comes back."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as server:
        server.bind(("127.0.0.1", 0))

        def answer() -> None:
            asked, who = server.recvfrom(2048)
            server.sendto(b"\x01\x01\x00\x00" + asked[4:20], who)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server.getsockname()[1]


def test_stun_server_that_answers_is_fine(settings: Settings, stun_server: int) -> None:
    settings.ICE_STUN_URLS = [f"stun:127.0.0.1:{stun_server}"]

    assert levels(media.stun()) == {Level.FINE}


def test_servers_that_do_not_answer_are_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "FOR_ONE", 0.05)
    settings.TURN_SECRET = "s" * 20
    settings.TURN_URLS = [
        f"turn:127.0.0.1:{closed_port()}",
        f"turns:127.0.0.1:{closed_port()}?transport=tcp",
        "turn:[::1]:9",
        "http://relay.example",
    ]

    found = list(media.turn())

    assert levels(found) == {Level.WRONG}
    assert len(found) == 4


def test_relay_by_tcp_is_reached(settings: Settings) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as relay:
        settings.TURN_SECRET = "s" * 20
        settings.TURN_URLS = [f"turn:127.0.0.1:{relay.getsockname()[1]}?transport=tcp"]

        assert levels(media.turn()) == {Level.FINE}


# Providers


@pytest.mark.django_db
def test_provider_that_cannot_be_made_is_named(settings: Settings) -> None:
    settings.MEETING_PROVIDERS = {"main": {"BACKEND": "xroom", "OPTIONS": {}}}
    settings.ALLOW_PRIVATE_PROVIDERS = True

    assert levels(providers.configured()) == {Level.WRONG, Level.LOOK}
    assert list(providers.to_be_asked()) == []


@pytest.mark.django_db
def test_provider_says_what_works_in_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = get_provider("builtin")
    told = [Check(name="Keys", passed=True), Check(name="Rooms", passed=False, message="No.")]
    monkeypatch.setattr(provider, "ping", lambda: told)

    (question,) = providers.to_be_asked()
    keys, rooms = question.ask()

    assert (keys.level, rooms.level) == (Level.FINE, Level.WRONG)
    assert rooms.words == "Rooms: No."
    assert connection.vendor
