import pytest
from django.core.checks import run_checks
from pytest_django import Settings


def codes() -> set[str]:
    return {message.id for message in run_checks() if (message.id or "").startswith("accounts.")}


@pytest.mark.parametrize("policy", ["open", "invitation", "closed"])
def test_a_known_way_to_sign_up_is_fine(settings: Settings, policy: str) -> None:
    settings.SIGNUP = policy

    assert codes() == set()


def test_an_unknown_way_to_sign_up_is_named(settings: Settings) -> None:
    settings.SIGNUP = "everybody"

    assert codes() == {"accounts.E001"}


def test_sign_up_by_domain_needs_domains(settings: Settings) -> None:
    settings.SIGNUP, settings.SIGNUP_DOMAINS = "domain", []

    assert codes() == {"accounts.E002"}
