"""What logs carry so that one request or task can be followed, and what they leave out."""

import io
import json
import logging
import re
from collections.abc import Callable, Iterator

import pytest
import structlog
from asgiref.sync import async_to_sync
from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import HttpResponse
from django.test import AsyncClient, Client
from django.urls import path
from django.urls.base import clear_url_caches
from huey.contrib.djhuey import HUEY, task
from pytest_django import Settings

from accounts.models import User
from config.logs import DiscreetFormatter, JsonFormatter, bind, discreet, reference
from config.urls import handler500 as our_handler
from config.urls import urlpatterns as our_pages
from meetings.models import Room
from meetings.services.opening import open_room

TOKEN = "Zx81-kQ_9vTtN3rW0aBcDe"
log = logging.getLogger("meetings.tests")


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, object]]]]:
    """What is logged, as JSON."""
    handler = logging.StreamHandler(printed := io.StringIO())
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in printed.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


@login_not_required
def breaks(request: object) -> HttpResponse:
    log.warning("Now it breaks.")
    raise RuntimeError(f"asked for /j/{TOKEN}/ by ana@example.org")


@login_not_required
def is_busy(request: object) -> HttpResponse:
    raise OperationalError("database is locked")


handler500 = our_handler
urlpatterns = [path("breaks", breaks), path("busy", is_busy), *our_pages]


@pytest.fixture
def broken_site(settings: Settings) -> Iterator[Client]:
    settings.ROOT_URLCONF = __name__
    settings.DEBUG = False
    clear_url_caches()
    yield Client(raise_request_exception=False)
    clear_url_caches()


# The id of a request


def test_each_request_has_an_id_of_its_own(client: Client) -> None:
    ids = {client.get("/healthz").headers["X-Request-ID"] for _ in range(3)}

    assert len(ids) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)


def test_id_of_a_proxy_is_taken(client: Client) -> None:
    given = "proxy-7f3a.92_b1"

    answer = client.get("/healthz", headers={"X-Request-ID": given})

    assert answer.headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "short", "x" * 65, 'a"; drop', "ä" * 9, "<script>12345"])
def test_id_that_is_not_a_plain_one_is_not_taken(client: Client, given: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given})

    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_async_server_gives_ids_too_and_takes_them_back() -> None:
    @async_to_sync
    async def asked() -> str:
        answer = await AsyncClient().get("/healthz", headers={"X-Request-ID": "from-a-proxy"})
        return str(answer.headers["X-Request-ID"])

    assert asked() == "from-a-proxy"
    assert reference() == ""


@pytest.mark.django_db
def test_error_page_names_the_reference_that_the_logs_have(
    broken_site: Client, lines: Callable[[], list[dict[str, object]]]
) -> None:
    answer = broken_site.get("/breaks")

    told = answer.headers["X-Request-ID"]
    assert answer.status_code == 500
    assert f"<code>{told}</code>" in answer.text
    assert [line["request"] for line in lines()] == [told, told]
    assert reference() == ""


@pytest.mark.django_db
def test_page_of_a_busy_database_names_it_too(broken_site: Client) -> None:
    answer = broken_site.get("/busy")

    assert answer.status_code == 503
    assert f"<code>{answer.headers['X-Request-ID']}</code>" in answer.text


@pytest.mark.django_db
def test_page_of_a_form_that_was_open_too_long_is_ours_and_names_it() -> None:
    answer = Client(enforce_csrf_checks=True).post("/account/login/")

    assert answer.status_code == 403
    assert "You may not do this" in answer.text
    assert f"<code>{answer.headers['X-Request-ID']}</code>" in answer.text


@pytest.mark.django_db
def test_refusals_carry_it_though_django_tells_of_them_last(
    client: Client, lines: Callable[[], list[dict[str, object]]]
) -> None:
    answer = client.get(f"/j/{TOKEN}/")

    (line,) = lines()
    assert line["event"] == "Not Found: /j/…/"
    assert line["request"] == answer.headers["X-Request-ID"]


# What else they carry


@pytest.mark.django_db
def test_who_is_signed_in_is_told_by_number(
    as_dana: Client, dana: User, settings: Settings, lines: Callable[[], list[dict[str, object]]]
) -> None:
    settings.LOG_REQUESTS = True

    as_dana.get("/meetings/?find=secret")

    (line,) = [each for each in lines() if each["logger"] == "meetings.middleware"]
    assert line["user"] == dana.pk
    assert re.fullmatch(r"GET /meetings/: 200 in \d+ ms", str(line["event"]))
    assert "ana@example.org" not in json.dumps(lines())


@pytest.mark.django_db
def test_session_and_alias_are_told_while_a_room_is_opened(room: Room) -> None:
    with structlog.contextvars.bound_contextvars(request="r1"):
        session = open_room(room)

        found = structlog.contextvars.get_contextvars()
        structlog.contextvars.clear_contextvars()

    assert found == {
        "request": "r1",
        "session": session.pk,
        "booking": None,
        "alias": "builtin",
    }


def test_outside_of_requests_nothing_is_kept() -> None:
    bind(user=7)

    assert structlog.contextvars.get_contextvars() == {}


def test_tasks_of_the_worker_have_an_id_as_well(
    lines: Callable[[], list[dict[str, object]]],
) -> None:
    @task()
    def look_around() -> None:
        log.warning("Here.")

    queued = look_around.s()
    HUEY.execute(queued)

    (line,) = [each for each in lines() if each["event"] == "Here."]
    assert (line["task"], line["task_id"]) == ("look_around", queued.id)
    assert structlog.contextvars.get_contextvars() == {}


# What they leave out


def test_json_lines_stay_json_whatever_is_left_out(
    lines: Callable[[], list[dict[str, object]]],
) -> None:
    error = OperationalError(f'asked for "/j/{TOKEN}"')

    log.error('"GET /j/%s" by %s', TOKEN, "ana@example.org", exc_info=error)

    (line,) = lines()
    assert line["event"] == '"GET /j/…" by …@example.org'
    assert line["level"] == "error"
    assert 'OperationalError: asked for "/j/…"' in str(line["exception"])
    assert TOKEN not in json.dumps(line)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("550 <ana.b+c@mail.example.org> unknown", "550 <…@mail.example.org> unknown"),
        ("Mail 7 to ana@example.org waits", "Mail 7 to …@example.org waits"),
        ("5 @ 7, user@localhost", "5 @ 7, user@localhost"),
    ],
)
def test_mail_addresses_lose_their_person(said: str, left: str) -> None:
    assert discreet(said) == left


@pytest.mark.parametrize("formatter", [DiscreetFormatter, JsonFormatter])
@pytest.mark.parametrize("wanted", [True, False])
def test_callers_addresses_are_told_only_if_wanted(
    formatter: type[DiscreetFormatter] | type[JsonFormatter], wanted: bool
) -> None:
    arguments = ("203.0.113.9:4711", "GET", f"/j/{TOKEN}/", "1.1", 200)
    record = logging.LogRecord(
        "uvicorn.access", logging.INFO, "", 0, '%s - "%s %s HTTP/%s" %d', arguments, None
    )

    said = formatter(addresses=wanted).format(record)

    assert ("203.0.113.9" in said) == wanted
    assert TOKEN not in said
    assert record.args == arguments  # others may still want to see it
