"""An OpenID provider of the operator's, and people who go there and come back."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
import requests
from django.test import Client
from pytest_django import Settings

from config.people import OidcPlace
from tests.oidc_double import CLIENT, SECRET, OidcDouble, running

LOGIN = "/account/oidc/sso/login/"
ANA = "ana@example.org"
Place = Callable[..., None]


@pytest.fixture
def double() -> Iterator[OidcDouble]:
    with running() as double:
        yield double


@pytest.fixture
def place(settings: Settings, double: OidcDouble) -> Place:
    def make(**changes: str) -> None:
        settings.OIDC = OidcPlace(
            url=double.url, name="Acme", client_id=CLIENT, client_secret=SECRET, **changes
        )

    make()
    return make


def way_back(client: Client, address: str = LOGIN, **form: str) -> str:
    """Press the button, be sent over there, and be sent back: the address here."""
    page = client.post(address, form)
    answer = requests.get(page.context["goal"], allow_redirects=False, timeout=5)
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def come_back(client: Client, address: str = LOGIN, **form: str):  # type: ignore[no-untyped-def]
    return client.get(way_back(client, address, **form))


def is_in(client: Client) -> bool:
    return client.get("/account/profile/").status_code == 200


@pytest.fixture
def only_there(settings: Settings, place: Place) -> None:
    settings.LOCAL_SIGN_IN = False
