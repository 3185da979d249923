"""The OpenID provider of the environment."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import Environment
from config.people import oidc_place

WHOLE = {
    "OIDC_URL": "https://id.example.org/",
    "OIDC_CLIENT_ID": "parley",
    "OIDC_CLIENT_SECRET": "s3cret",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What is set, for the reader of settings."""
    values: dict[str, str] = {}
    monkeypatch.setattr(Environment, "ENVIRON", values)
    return values


def test_without_one_nobody_signs_in_elsewhere(environment: dict[str, str]) -> None:
    assert oidc_place(Environment()) is None


def test_whole_one_is_read_and_shows_no_secret(environment: dict[str, str]) -> None:
    environment |= WHOLE

    place = oidc_place(Environment())

    assert place
    assert (place.url, place.name, place.groups_claim) == (
        "https://id.example.org",
        "OpenID",
        "groups",
    )
    assert "s3cret" not in repr(place)


@pytest.mark.parametrize("missing", list(WHOLE))
def test_half_of_one_stops_the_start_by_the_name_of_what_lacks(
    environment: dict[str, str], missing: str
) -> None:
    environment |= WHOLE
    del environment[missing]

    with pytest.raises(ImproperlyConfigured, match=missing):
        oidc_place(Environment())
