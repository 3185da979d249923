"""What Prometheus reads, who may read it, and that it tells nobody's name."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
import responses
from django.conf import settings as current
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries, Settings

from meetings import metrics
from meetings.models import Booking, Notice, OutgoingMail, Room
from meetings.providers import pace
from meetings.providers.errors import BadCredentials, ProviderUnavailable
from meetings.services import background, measures, pacing
from meetings.services.door import DoorState
from meetings.services.opening import open_room
from tests.providers.test_time_limit import account

TOKEN = "a-token-that-nobody-guesses"
Book = Callable[..., Booking]
MONITORING = Path(current.BASE_DIR) / "docs" / "monitoring"


@pytest.fixture
def prometheus(settings: Settings) -> Client:
    settings.METRICS_TOKEN = TOKEN
    return Client(headers={"Authorization": f"Bearer {TOKEN}"})


def values(client: Client) -> dict[tuple[str, ...], float]:
    """Each sample's value, by its name and the values of its labels."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


@pytest.fixture
def counted() -> Callable[..., float]:
    """How much a counter has grown since the test began."""
    before = _samples()
    return lambda *sample: _samples().get(sample, 0.0) - before.get(sample, 0.0)


def _samples() -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in metrics.REGISTRY.collect()
        for sample in family.samples
    }


# Who may read


def test_there_is_no_such_page_unless_the_operator_says_for_whom(client: Client) -> None:
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize(
    "said", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", "Bearer ä", f"Bearer {TOKEN}x"]
)
def test_who_does_not_know_the_token_finds_nothing(settings: Settings, said: str) -> None:
    settings.METRICS_TOKEN = TOKEN

    assert Client(headers={"Authorization": said}).get("/metrics").status_code == 404


@pytest.mark.django_db
def test_token_opens(prometheus: Client) -> None:
    answer = prometheus.get("/metrics")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")


@pytest.mark.django_db
def test_network_that_is_allowed_needs_no_token(settings: Settings) -> None:
    settings.METRICS_ALLOWED = [ip_network("10.0.0.0/24")]

    assert Client(REMOTE_ADDR="10.0.0.7").get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="10.0.1.7").get("/metrics").status_code == 404


@pytest.mark.django_db
def test_nobody_chooses_the_address_that_they_are_known_by(settings: Settings) -> None:
    settings.METRICS_ALLOWED = [ip_network("10.0.0.0/24")]
    forged = Client(REMOTE_ADDR="203.0.113.9", headers={"X-Forwarded-For": "10.0.0.7"})

    assert forged.get("/metrics").status_code == 404


# What it says


@pytest.mark.django_db
def test_door_is_timed_by_what_came_of_it(
    as_dana: Client, room: Room, counted: Callable[..., float]
) -> None:
    link = room.links.get(purpose="host")

    as_dana.get(f"/j/{link.token}/")
    as_dana.post(f"/j/{link.token}/enter/", {"name": "Dana"})
    as_dana.get("/j/nobodys-link/")

    assert counted("parley_door_seconds_count", "look", DoorState.OPEN) == 1
    assert counted("parley_door_seconds_count", "enter", "entered") == 1
    assert counted("parley_door_seconds_count", "look", "unknown") == 1
    assert counted("parley_room_opens_total", "builtin", "opened") == 1


@pytest.mark.django_db
def test_what_stands_in_the_database_is_told(
    prometheus: Client, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "heartbeat_age", lambda: timedelta(seconds=8))
    open_room(room)
    OutgoingMail.objects.create(
        notice=Notice.objects.create(kind=Notice.Kind.INVITED),
        once="one",
        message_id="one",
        to_email="ana@example.org",
        next_try_at=timezone.now() - timedelta(minutes=5),
        attempts=2,
        error="away",
    )

    told = values(prometheus)

    assert told["parley_live_sessions", "builtin"] == 1
    assert told["parley_waiting_people",] == 0
    assert told["parley_builtin_peers",] == 0
    assert told["parley_worker_seen_seconds",] == 8
    assert told["parley_owed", "OutgoingMail"] == told["parley_owed_failing", "OutgoingMail"] == 1
    assert told["parley_owed_running", "OutgoingMail"] == 0
    assert 299 < told["parley_owed_age_seconds", "OutgoingMail"] < 330
    assert told["parley_owed", "Reservation"] == 0


@pytest.mark.django_db
def test_scrape_costs_as_much_however_much_there_is(
    prometheus: Client, book: Book, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(3):
        book(f"Meeting {number}", at=timezone.now() + timedelta(days=2 + number))

    with django_assert_max_num_queries(16):
        prometheus.get("/metrics")


@pytest.mark.django_db
def test_question_that_fails_leaves_the_others_standing(
    prometheus: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Iterator[measures.GaugeMetricFamily]:
        raise DatabaseError
        yield

    monkeypatch.setattr(measures, "QUESTIONS", (broken, measures.people))

    assert ("parley_waiting_people",) in values(prometheus)


def test_calls_to_a_provider_are_counted_by_what_they_came_to(
    counted: Callable[..., float],
) -> None:
    with metrics.provider_call("main"):
        pass
    for error in (BadCredentials("no"), ProviderUnavailable("away")):
        with pytest.raises(type(error)), metrics.provider_call("main"):
            raise error

    for outcome in ("ok", "BadCredentials", "ProviderUnavailable"):
        assert counted("parley_provider_calls_total", "main", outcome) == 1


@responses.activate
def test_time_of_a_call_is_theirs_without_the_wait_for_its_turn(
    counted: Callable[..., float],
) -> None:
    responses.post("https://meet.example/rooms", json={})
    pace.put_gate(lambda alias, per_second: time.sleep(0.3))

    account("https://meet.example").post("/rooms", {})

    assert counted("parley_provider_call_seconds_count", "main") == 1
    assert counted("parley_provider_call_seconds_sum", "main") < 0.3


@pytest.mark.django_db
def test_wait_for_a_turn_is_told_by_itself(counted: Callable[..., float]) -> None:
    for _ in range(2):
        pacing.take_turns("main", 50.0)

    assert counted("parley_provider_turn_seconds_count", "main") == 2
    assert 0 < counted("parley_provider_turn_seconds_sum", "main") < 2 / pacing.worker_pace(50.0)


def test_labels_are_words_and_never_ids() -> None:
    labels = {label for metric in metrics.REGISTRY.collect() for label in _labels(metric.name)}

    assert labels == {"alias", "asked", "outcome", "to"}


def _labels(name: str) -> tuple[str, ...]:
    found = metrics.REGISTRY._names_to_collectors[name]
    return tuple(found._labelnames)


def test_processes_count_together(tmp_path: Path) -> None:
    """Also when the one that counted is gone."""
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "counts")}
    count = "from meetings import metrics; metrics.mail_tried('sent')"
    read = "from prometheus_client import CollectorRegistry as R, generate_latest\n"
    read += "from prometheus_client.multiprocess import MultiProcessCollector as M\n"
    read += "import meetings.metrics; r = R(); M(r); print(generate_latest(r).decode())"

    for program in (count, count):
        subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=30)
    told = subprocess.run(
        [sys.executable, "-c", read],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=30,
    ).stdout

    assert 'parley_mails_total{outcome="sent"} 2.0' in told


@pytest.mark.django_db
def test_page_reads_the_common_counts_where_there_are_any(
    prometheus: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))

    names = {name for name, *_ in values(prometheus)}

    assert "parley_waiting_people" in names
    assert not [name for name in names if name.startswith("parley_door")]  # nobody wrote there yet


# What is made of it


@pytest.mark.django_db
@pytest.mark.parametrize("file", ["grafana.json", "alerts.yml"])
def test_dashboard_and_alerts_name_metrics_that_exist(
    prometheus: Client, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "heartbeat_age", lambda: timedelta(seconds=8))
    named = set(re.findall(r"\bparley_\w+", (MONITORING / file).read_text()))

    text = prometheus.get("/metrics").text
    known = {name for family in text_string_to_metric_families(text) for name in _names(family)}

    assert named
    assert named - known == set()


def _names(family: object) -> Iterator[str]:
    name, kind = str(vars(family)["name"]), str(vars(family)["type"])
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(kind, ("",))
    yield from (name + ending for ending in endings)


def test_dashboard_is_one_that_grafana_can_read() -> None:
    board = json.loads((MONITORING / "grafana.json").read_text())

    assert board["title"] == "Parley"
    assert all(panel["targets"] for panel in board["panels"])
