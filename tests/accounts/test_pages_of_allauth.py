"""No page of django-allauth shows itself in its own, bare look."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import allauth
import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.template.loader import get_template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from accounts.models import User
from config.people import OidcPlace

from .conftest import sign_in
from .factors import show_it_is_me, with_app, with_passkey

pytestmark = pytest.mark.django_db


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver) and entry.app_name == "admin":
            continue
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


def names() -> list[str]:
    """Every address of django-allauth, whether its own view answers or one of ours."""
    found = {
        each.name
        for each in patterns(get_resolver())
        if each.name and each.name.startswith(("account_", "mfa_", "socialaccount_", "openid_"))
    }
    return sorted(found)


def address_of(name: str, key: Authenticator) -> str:
    arguments = {
        "mfa_edit_webauthn": [key.pk],
        "mfa_remove_webauthn": [key.pk],
        "account_confirm_email": ["MQ:1vK2xR:x"],
        "account_reset_password_from_key": ["1", "d0s6xu-x"],
    }
    return reverse(name, args=arguments.get(name, []))


@pytest.fixture
def key(ana: User) -> Authenticator:
    return with_passkey(ana)


@pytest.fixture
def place(settings: Settings) -> None:
    settings.OIDC = OidcPlace(
        url="http://127.0.0.1:9", name="Acme", client_id="parley", client_secret="x"
    )


def sources(answer: Any) -> set[str]:
    return {each.origin.name for each in answer.templates if each.origin}


def test_stranger_sees_pages_in_our_look(
    key: Authenticator, place: None, subtests: pytest.Subtests
) -> None:
    for name in names():
        with subtests.test(name):
            answer = Client().get(address_of(name, key), follow=True)

            assert not [source for source in sources(answer) if "/allauth/" in source]
            assert any(source.endswith("templates/base.html") for source in sources(answer))


def test_member_sees_pages_in_our_look(
    member: Client, ana: User, key: Authenticator, place: None, subtests: pytest.Subtests
) -> None:
    SocialAccount.objects.create(user=ana, provider="sso", uid="42", extra_data={})
    show_it_is_me(member)
    session = member.session.session_key

    for name in sorted(names(), key=lambda each: each != "mfa_activate_totp"):
        with subtests.test(name):
            answer = member.get(address_of(name, key), follow=True)

            assert not [source for source in sources(answer) if "/allauth/" in source]
            is_page = answer.headers["Content-Type"].startswith("text/html")
            assert is_page is (name != "mfa_download_recovery_codes")
            assert not is_page or any(one.endswith("/base.html") for one in sources(answer))
        if name == "mfa_activate_totp":  # nobody has an app before
            with_app(ana)
    assert member.session.session_key == session


def test_step_between_password_and_session_is_in_our_look(
    client: Client, ana: User, key: Authenticator
) -> None:
    with_app(ana)
    sign_in(client, ana.email)
    Authenticator.objects.filter(pk=key.pk).delete()

    answer = client.get("/account/security/authenticate/")

    assert "One more step" in answer.text
    assert not [source for source in sources(answer) if "/allauth/" in source]


OURS_TOO = ("mfa/messages", "socialaccount/messages")


@pytest.mark.parametrize("folder", OURS_TOO)
def test_every_message_is_in_our_words(folder: str) -> None:
    theirs = Path(allauth.__file__).parent / "templates" / folder

    for path in theirs.glob("*.txt"):
        assert "/allauth/" not in get_template(f"{folder}/{path.name}").origin.name
