"""Everything that strangers can guess at is slowed down, by a count that all processes share."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver, reverse
from pytest_django import Settings

from meetings.views import throttles

from .test_access import PUBLIC

# Addresses with a token: how they are asked, and whose limit is theirs
GUESSED: dict[str, tuple[str, str]] = {
    "door": ("get", "unknown_link"),
    "door-calendar": ("get", "unknown_link"),
    "door-connection": ("post", "unknown_link"),
    "door-hello": ("post", "unknown_link"),
    "door-still": ("get", "unknown_link"),
    "door-recording": ("post", "unknown_link"),
    "door-stop": ("post", "unknown_link"),
    "enter": ("post", "unknown_link"),
    "answer": ("get", "unknown_link"),
    "answer-meeting": ("get", "unknown_link"),
    "admit": ("get", "unknown_link"),
    "console": ("get", "unknown_link"),
    "console-live": ("get", "unknown_link"),
    "console-waiting": ("get", "unknown_link"),
    "console-act": ("post", "unknown_link"),
    "feed": ("get", "unknown_feed"),
    "hook": ("post", "unknown_hook"),
}
# Signed and dated (nothing to guess), or without a token
NOTHING_TO_GUESS = {
    *("home", "favicon", "alive", "ready", "metrics", "find", "room-leave"),
    *("my-data", "my-data-held", "my-data-download", "my-data-erase"),
}


def test_each_public_address_is_known_here() -> None:
    assert {*GUESSED, *NOTHING_TO_GUESS} == PUBLIC


@pytest.mark.parametrize("name", sorted(GUESSED))
def test_guesses_are_answered_alike_and_then_refused(
    client: Client, db: None, settings: Settings, name: str
) -> None:
    how, limit = GUESSED[name]
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, limit: "2/m/ip"}

    codes = [getattr(client, how)(address_of(name, n)).status_code for n in range(3)]

    assert codes == [404, 404, 429]


@pytest.mark.parametrize(
    ("limit", "most"), [("unknown_link", 20), ("unknown_feed", 60), ("unknown_hook", 60)]
)
def test_few_wrong_ones_a_minute_are_heard(settings: Settings, limit: str, most: int) -> None:
    assert settings.ACCOUNT_RATE_LIMITS[limit] == f"{most}/m/ip"


def address_of(name: str, number: int) -> str:
    """With a wrong token, and whatever else it asks for."""
    (pattern,) = get_resolver().reverse_dict.getlist(name)[0][:1]
    values = {"token": f"wrong-{number}", "alias": "main", "pk": 1, "action": "end", "day": 1}
    return reverse(name, kwargs={part: values.get(part, 1) for part in pattern[0][1]})


@pytest.fixture(params=["database", "memory"])
def shared_cache(request: Any, settings: Settings, db: None) -> Iterator[None]:
    backend = {
        "database": ("django.core.cache.backends.db.DatabaseCache", "parley_cache"),
        "memory": ("django.core.cache.backends.locmem.LocMemCache", "shared"),
    }[request.param]
    settings.CACHES = {"default": dict(zip(("BACKEND", "LOCATION"), backend, strict=True))}
    call_command("createcachetable", verbosity=0)
    yield
    caches["default"].clear()


@pytest.fixture
def three_tries(settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "unknown_link": "3/m/ip"}


@pytest.mark.usefixtures("shared_cache", "three_tries")
def test_another_process_goes_on_counting(client: Client) -> None:
    assert [client.get(f"/j/wrong{n}/").status_code for n in range(3)] == [404] * 3

    throttles.forget()  # what the other process has never known

    assert client.get("/j/wrong/").status_code == 429


@pytest.mark.usefixtures("three_tries")
def test_made_up_forwarding_header_gives_no_new_tries(client: Client, db: None) -> None:
    codes = [
        client.get(f"/j/wrong{n}/", headers={"X-Forwarded-For": f"203.0.113.{n}"}).status_code
        for n in range(4)
    ]

    assert codes[-1] == 429


@pytest.mark.usefixtures("three_tries")
def test_behind_a_proxy_only_what_the_proxy_says_counts(
    client: Client, db: None, settings: Settings
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    codes = [
        client.get(
            f"/j/wrong{n}/", headers={"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.9"}
        ).status_code
        for n in range(4)
    ]
    other = client.get("/j/wrong/", headers={"X-Forwarded-For": "203.0.113.10"})

    assert (codes[-1], other.status_code) == (429, 404)
