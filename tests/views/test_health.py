"""What load balancers and monitoring are told."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from cryptography.fernet import Fernet
from django.core.cache.backends.locmem import LocMemCache
from django.db import OperationalError, connection, connections
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from meetings.models import Notice, OutgoingMail, ProviderAccount
from meetings.services import health
from meetings.services.health import answer as asking
from meetings.services.health import background, data


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    health.forget()
    data.forget()
    yield
    health.forget()
    data.forget()


@pytest.fixture
def worker_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "heartbeat_age", lambda: timedelta(seconds=20))


def parts(client: Client, address: str = "/readyz") -> dict[str, Any]:
    found: dict[str, Any] = client.get(address).json()["parts"]
    return found


def test_process_is_alive_without_any_database(client: Client) -> None:
    answer = client.get("/healthz")  # a query would fail here: this test has no database

    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
@pytest.mark.usefixtures("worker_lives")
def test_ready_site_says_so_for_each_part(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"
    assert all(part["ok"] and part["says"] for part in answer.json()["parts"].values())
    assert {"database", "migrations", "cache", "field keys", "outbox"} <= set(parts(client))
    assert answer.headers["Cache-Control"].startswith("max-age=0")


@pytest.mark.django_db
@pytest.mark.usefixtures("worker_lives")
def test_asking_costs_few_queries_and_none_for_two_seconds(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(5):
        client.get("/readyz")
    with django_assert_max_num_queries(0):
        client.get("/readyz")


def test_database_that_is_gone_is_named_and_no_error_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = Mock(side_effect=OperationalError("connection to 10.1.2.3 failed for user hugo"))
    monkeypatch.setattr(connections["default"], "cursor", gone)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["status"] == "not ready"
    assert not answer.json()["parts"]["database"]["ok"]
    assert b"10.1.2.3" not in answer.content
    assert b"hugo" not in answer.content


@pytest.mark.django_db
def test_migration_that_is_missing_is_counted(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = data._migrations_on_disk() | {("meetings", "9999_to_come")}
    monkeypatch.setattr(data, "_migrations_on_disk", lambda: more)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["parts"]["migrations"] == {
        "ok": False,
        "says": "1 not applied: run manage.py migrate.",
    }


@pytest.mark.django_db
def test_cache_that_forgets_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocMemCache, "get", lambda *_, **__: None)

    assert not parts(client)["cache"]["ok"]


@pytest.mark.django_db
def test_redis_that_is_gone_is_named(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://:s3cret@127.0.0.1:1/0"

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert not answer.json()["parts"]["channel layer"]["ok"]
    assert b"s3cret" not in answer.content


@pytest.mark.django_db
def test_secrets_of_another_key_are_named(client: Client, settings: Settings) -> None:
    ProviderAccount.objects.create(alias="spare", backend="xroom", secrets='{"key": "k"}')
    assert parts(client)["field keys"]["ok"]
    health.forget()

    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    assert client.get("/readyz").status_code == 503
    assert not parts(client)["field keys"]["ok"]


@pytest.mark.django_db
def test_full_disk_is_named_where_the_database_is_on_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data.shutil, "disk_usage", lambda _: Mock(free=5_000_000))

    found = parts(client)

    if connection.vendor == "sqlite":
        assert found["disk"] == {"ok": False, "says": "4 MB are free."}
    else:
        assert "disk" not in found


@pytest.mark.django_db
def test_dead_worker_is_told_and_takes_no_web_server_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "heartbeat_age", lambda: timedelta(minutes=10))

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["parts"]["worker"]["says"] == "A worker was seen 10 min ago."
    assert client.get("/readyz?strict").status_code == 503


@pytest.mark.django_db
@pytest.mark.usefixtures("worker_lives")
def test_mail_that_is_late_is_told(client: Client) -> None:
    OutgoingMail.objects.create(
        notice=Notice.objects.create(kind=Notice.Kind.INVITED),
        once="one",
        message_id="one",
        to_email="ana@example.org",
        next_try_at=timezone.now() - timedelta(minutes=30),
    )

    answer = client.get("/readyz")

    assert answer.json()["status"] == "degraded"
    assert answer.json()["parts"]["outbox"]["says"] == "A mail has been due for 30 min."


def test_part_that_breaks_in_any_way_is_named_and_logged_without_a_500(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(asking, "PARTS", {"cache": Mock(side_effect=RuntimeError("odd"))})

    with caplog.at_level(logging.WARNING):
        answer = client.get("/readyz")

    assert answer.json() == {
        "status": "not ready",
        "parts": {"cache": {"ok": False, "says": "Cannot be asked. The log says more."}},
    }
    assert "RuntimeError: odd" in caplog.text


@pytest.mark.django_db
def test_probes_are_not_sent_to_https(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.METRICS_TOKEN = "t" * 32

    for address in ("/healthz", "/readyz", "/metrics"):
        assert client.get(address).status_code != 301
    assert client.get("/").status_code == 301
