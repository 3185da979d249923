"""Who asks: a stranger at the door, somebody who comes back, and the organizer."""

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.test import Client

from accounts.models import User
from benchmarks.meter import Browser, Call
from tests.views.reading import FormReader

CSRF = "a" * 32  # cookie and form say the same, as a browser's do
AS_HTMX = {"HTTP_HX_REQUEST": "true"}

application = get_wsgi_application()


def stranger(**cookies: str) -> Browser:
    return Browser(application, {settings.CSRF_COOKIE_NAME: CSRF, **cookies})


def member(user: User) -> Browser:
    """The browser of somebody who has signed in."""
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    return stranger(**{settings.SESSION_COOKIE_NAME: key})


def form(**values: object) -> bytes:
    return urlencode({"csrfmiddlewaretoken": CSRF, **values}).encode()


def enters(door: str, browser: Browser | None = None) -> Call:
    """A click on Join, each time by somebody else unless it is this browser's."""
    body = form(name="Ana")
    return answers(302, lambda: (browser or stranger()).post(f"{door}enter/", body))


def kept_by(door: str) -> Browser:
    """The browser of somebody who was let in before."""
    _, headers, _ = stranger().post(f"{door}enter/", form(name="Ana"))
    name, _, rest = headers["Set-Cookie"].partition("=")
    return stranger(**{name: rest.partition(";")[0].strip('"')})


def plans(browser: Browser, dates: Callable[[], dict[str, str]]) -> Call:
    """The form of a new meeting, sent for another time each time it is called."""
    empty = _form_of(browser.get("/meetings/new/")[2].decode())

    def send() -> Any:
        key = {"request_key": f"{secrets.randbits(128):032x}"}
        return browser.post("/meetings/new/", form(**empty | dates() | key))

    return answers(302, send)


def answers(status: int, call: Call) -> Call:
    """The same, unless it answers something else: then there is nothing to be measured."""

    def checked() -> object:
        found, _, body = call()  # type: ignore[misc]
        if found != status:
            raise RuntimeError(f"{found}, not {status}: {body[:2000]!r}")
        return body

    return checked


def _form_of(page: str) -> dict[str, str]:
    reader = FormReader()
    reader.feed(page)
    found = next(each for each in reader.forms if "title" in each)
    return {name: value for name, value in found.items() if value is not None and name != CSRF}
