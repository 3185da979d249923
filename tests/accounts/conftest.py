import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.conftest import PASSWORD, make_user


@pytest.fixture(autouse=True)
def data_dir(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def ana(db: None) -> User:
    return make_user("Ana")


@pytest.fixture
def boss(db: None) -> User:
    return make_user("Boss", is_staff=True, is_superuser=True)


@pytest.fixture
def member(client: Client, ana: User) -> Client:
    """A browser that has signed in by the page, as people do."""
    sign_in(client, ana.email)
    return client


def sign_in(client: Client, email: str, password: str = PASSWORD) -> None:
    response = client.post("/account/login/", {"login": email, "password": password})
    assert response.status_code == 302, response.text


@pytest.fixture
def path_in_mail() -> Callable[[], str]:
    """The path of the link in the last mail."""

    def path() -> str:
        found = re.search(r"https?://\S+", mail.outbox[-1].body)
        assert found
        parts = urlsplit(found[0])
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    return path
