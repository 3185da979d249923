"""What the console is told, and what it never is."""

import io
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from config.logs import discreet, without_secrets
from meetings.middleware import PauseMiddleware

SECRET = "Zx81-kQ_9vTtN3rW0aBcDe"
PUBLIC_PARAMETERS = {"pk", "alias", "object_id", "app_label", "content_type_id", "url", "form"}


@pytest.fixture
def console() -> Iterator[io.StringIO]:
    """What the console's handler prints."""
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    assert handler.name == "console"
    before = handler.setStream(printed := io.StringIO())
    yield printed
    handler.setStream(before)


def patterns(found: Iterable[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    """The route of every address of the site."""
    for each in found:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns, route)
        else:
            yield route


def parameters(route: str) -> set[str]:
    before_names = route.replace("(?P<", "<").split("<")[1:]
    return {each.partition(">")[0].rpartition(":")[2] for each in before_names}


def test_every_address_that_carries_a_secret_is_known_to_the_logs() -> None:
    secret = {
        route
        for route in patterns(get_resolver().url_patterns)
        if parameters(route) - PUBLIC_PARAMETERS
    }

    assert secret == {
        "/j/<str:token>/",
        "/j/<str:token>/enter/",
        "/j/<str:token>/stop/",
        "/j/<str:token>/recordings/<int:pk>/",
        "/j/<str:token>/answer/",
        "/j/<str:token>/answer/<int:meeting>/",
        "/j/<str:token>/hello/",
        "/j/<str:token>/calendar.ics",
        "/j/<str:token>/connection/",
        "/j/<str:token>/still/<int:pk>/",
        "/j/<str:token>/host/",
        "/j/<str:token>/host/live/",
        "/j/<str:token>/host/waiting/",
        "/j/<str:token>/host/<slug:action>/",
        "/admit/<str:token>/",
        "/my-data/<str:token>/",
        "/my-data/<str:token>/download/",
        "/my-data/<str:token>/erase/",
        "/feeds/<str:token>.ics",
        "/hooks/<slug:alias>/<str:token>/",
        "/account/demo/<str:token>/",
        "/account/invitation/<str:token>/",
        "/account/sign-in/<str:token>/",
        "/account/^confirm-email/(?P<key>[-:\\w]+)/$",
        "/account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
    }


SECRET_PATHS = [
    f"/j/{SECRET}/",
    f"/j/{SECRET}/enter/",
    f"/j/{SECRET}/answer/7/",
    f"/j/{SECRET}/hello/",
    f"/j/{SECRET}/calendar.ics",
    f"/j/{SECRET}/host/admit/",
    f"/feeds/{SECRET}.ics",
    f"/admit/7.{SECRET}/",
    f"/my-data/{SECRET}:d0s6xu:{SECRET}/erase/",
    f"/hooks/main/{SECRET}.d0s6xu/",
    f"/account/demo/1-d0s6xu-{SECRET}/",
    f"/account/invitation/{SECRET}/",
    f"/account/sign-in/1-d0s6xu-{SECRET}/",
    f"/account/confirm-email/MQ:1vK2xR:{SECRET}/",
    f"/account/password/reset/key/1-d0s6xu-{SECRET}/",
]


@pytest.mark.parametrize("path", SECRET_PATHS)
@pytest.mark.parametrize(
    "line",
    [
        "Not Found: {}",
        '127.0.0.1:5 - "GET {} HTTP/1.1" 404',
        '127.0.0.1:5 - "GET /account/login/?next={} HTTP/1.1" 302',
        '"{}?seen=3#top"',
        "https://parley.example{}",
        "https://parley.example/base{}",
    ],
)
@pytest.mark.parametrize("written", [str, quote, lambda path: quote(path, safe="")])
def test_line_keeps_its_place_and_loses_its_secret(
    path: str, line: str, written: Callable[[str], str]
) -> None:
    said = without_secrets(line.format(written(path)))

    assert resolve(path).view_name
    assert SECRET not in said
    assert "d0s6xu" not in said
    assert said == line.format(written(path.replace(secret_of(path), "SECRET"))).replace(
        "SECRET", "…"
    )


def secret_of(path: str) -> str:
    return next(part for part in path.split("/") if SECRET in part)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        (f"/account/first-run/?code={SECRET}", "/account/first-run/?code=…"),
        (f"/join/?a=b&link={quote(f'https://x/j/{SECRET}/', safe='')}", "/join/?a=b&link=…"),
    ],
)
def test_secret_in_a_query_is_left_out(query: str, shown: str) -> None:
    assert without_secrets(f"GET {query} HTTP/1.1") == f"GET {shown} HTTP/1.1"


@pytest.mark.parametrize(
    "line",
    [
        "/meetings/12/edit/?code",
        "/static/js/door.js",
        "/account/confirm-email/",
        "/account/password/reset/",
        "Watching j/k",
    ],
)
def test_what_is_no_secret_is_left_alone(line: str) -> None:
    assert without_secrets(line) == line


def test_path_of_any_length_is_told_in_no_time() -> None:
    path = f"Not Found: /meetings/{'9' * 200_000}/"
    began = time.process_time()

    assert discreet(path) == path

    assert time.process_time() - began < 0.5  # by trying every beginning it takes minutes


@pytest.mark.django_db
@pytest.mark.parametrize("path", [path for path in SECRET_PATHS if "/hooks/" not in path])
def test_console_is_told_of_refusals_without_their_links(console: io.StringIO, path: str) -> None:
    Client(enforce_csrf_checks=True).post(path)

    assert SECRET not in console.getvalue()
    assert "Forbidden (CSRF cookie not set.): /" in console.getvalue()
    assert "/…" in console.getvalue()


@pytest.mark.django_db
def test_console_is_told_of_unknown_links_without_naming_them(
    client: Client, console: io.StringIO
) -> None:
    client.get(f"/j/{SECRET}/")

    assert "WARNING django.request: Not Found: /j/…/ request=" in console.getvalue()


@pytest.mark.django_db
def test_console_is_told_of_wrong_hooks_without_their_tokens(
    client: Client, console: io.StringIO
) -> None:
    client.post(f"/hooks/main/{SECRET}/")

    assert "WARNING django.request: Not Found: /hooks/main/…/ request=" in console.getvalue()


def test_console_is_told_of_errors_without_the_links_in_them(console: io.StringIO) -> None:
    error = OperationalError(f"asked for /j/{SECRET}/")

    logging.getLogger("meetings").error("No page: %s", f"/j/{SECRET}/", exc_info=error)

    assert SECRET not in console.getvalue()
    assert "No page: /j/…/\n" in console.getvalue()
    assert "OperationalError: asked for /j/…/" in console.getvalue()


def test_busy_database_is_told_by_the_name_of_the_page(console: io.StringIO) -> None:
    request = RequestFactory().get(f"/j/{SECRET}/")
    request.resolver_match = resolve(request.path)

    def view(request: HttpRequest) -> HttpResponse:
        raise NotImplementedError

    PauseMiddleware(view).process_exception(request, OperationalError("database is locked"))

    assert console.getvalue().endswith("Asked to come again, as the database is busy: door\n")


@pytest.mark.parametrize(
    "name",
    ["django", "django.request", "django.server", "uvicorn", "uvicorn.access", "huey", "meetings"],
)
def test_every_log_goes_to_the_one_console(name: str) -> None:
    found: logging.Logger | None = logging.getLogger(name)
    handlers = []
    while found:
        handlers += found.handlers
        found = found.parent if found.propagate else None

    assert [each.name for each in handlers if type(each) is logging.StreamHandler] == ["console"]
