"""Passkeys, as far as the server sees them; a browser makes them in tests/browser."""

import json
import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from accounts.models import User

from .conftest import sign_in
from .factors import recovery_codes, show_it_is_me, with_app, with_passkey

pytestmark = pytest.mark.django_db
SECURITY = "/account/security/"
LOGIN = f"{SECURITY}webauthn/login/"
MISSHAPEN = [
    "",
    "no json",
    "null",
    "7",
    "[]",
    '"x"',
    "{}",
    '{"id": 1, "rawId": [], "response": {}}',
    '{"id": "x", "rawId": "x", "type": "public-key", "response": {"clientDataJSON": "e30"}}',
    json.dumps(
        {
            "id": "eA",
            "rawId": "eA",
            "type": "public-key",
            "response": {
                "clientDataJSON": "e30",
                "authenticatorData": "eA",
                "attestationObject": "eA",
                "signature": "eA",
                "userHandle": "eA",
            },
        }
    ),
]


@pytest.mark.parametrize("credential", MISSHAPEN)
def test_answer_that_is_none_signs_nobody_in(client: Client, ana: User, credential: str) -> None:
    with_passkey(ana)
    client.get(LOGIN, headers={"X-Requested-With": "XMLHttpRequest"})

    answer = client.post(LOGIN, {"credential": credential})

    assert answer.url == "/account/login/"
    assert client.get("/account/profile/").status_code == 302


@pytest.mark.parametrize("credential", MISSHAPEN)
def test_answer_that_is_none_passes_no_step(client: Client, ana: User, credential: str) -> None:
    with_passkey(ana)
    sign_in(client, ana.email)
    step = f"{SECURITY}authenticate/"
    assert "Use a passkey" in client.get(step).text

    assert client.post(step, {"credential": credential}).status_code == 200
    assert client.get("/account/profile/").status_code == 302


@pytest.mark.parametrize("credential", MISSHAPEN)
def test_answer_that_is_none_is_kept_as_no_passkey(member: Client, credential: str) -> None:
    show_it_is_me(member)
    member.get(f"{SECURITY}webauthn/add/")

    page = member.post(f"{SECURITY}webauthn/add/", {"name": "x", "credential": credential})

    assert page.status_code == 200
    assert not Authenticator.objects.exists()


def test_question_to_sign_in_names_nobody(client: Client, ana: User) -> None:
    with_passkey(ana)

    asked = client.get(LOGIN, headers={"X-Requested-With": "XMLHttpRequest"}).json()

    public = asked["request_options"]["publicKey"]
    assert not public.get("allowCredentials")
    assert public["userVerification"] == "required"


def test_passkey_is_renamed_and_removed_by_its_owner(member: Client, ana: User) -> None:
    key = with_passkey(ana)
    show_it_is_me(member)

    member.post(f"{SECURITY}webauthn/keys/{key.pk}/edit/", {"name": "Blue one"})
    assert "Blue one" in member.get(SECURITY).text
    member.post(f"{SECURITY}webauthn/keys/{key.pk}/remove/")

    assert not Authenticator.objects.exists()
    assert mail.outbox[-1].subject.startswith("A passkey for")


@pytest.mark.parametrize("what", ["edit", "remove"])
def test_passkeys_of_others_are_not_there(member: Client, boss: User, what: str) -> None:
    key = with_passkey(boss)
    show_it_is_me(member)

    answer = member.post(f"{SECURITY}webauthn/keys/{key.pk}/{what}/", {"name": "Mine"})

    assert answer.status_code == 404
    assert Authenticator.objects.get().data["name"] == "My key"


@pytest.mark.parametrize("name", ["", "x" * 101, "\x00"])
def test_name_that_is_none_is_refused(member: Client, ana: User, name: str) -> None:
    key = with_passkey(ana)
    show_it_is_me(member)

    page = member.post(f"{SECURITY}webauthn/keys/{key.pk}/edit/", {"name": name})

    assert page.status_code == 200
    assert Authenticator.objects.get().data["name"] == "My key"


def test_page_says_of_everything_how_it_stands(member: Client, ana: User) -> None:
    bare = member.get(SECURITY).text
    with_app(ana)
    with_passkey(ana)

    full = member.get(SECURITY).text

    for sentence in ("You have a password.", "Switched off.", "You have none."):
        assert sentence in bare
    for sentence in ("Switched on:", "Enough to sign in.", "10 codes are left", "on 1 browser"):
        assert sentence in full
    assert not any(code in full for code in recovery_codes(ana))


def test_whoever_is_asked_for_a_code_may_use_a_passkey_or_the_password(
    member: Client, ana: User
) -> None:
    with_app(ana)
    with_passkey(ana)

    asked = member.get("/account/security/reauthenticate/").text

    ways = re.findall(r">\s*(Use [^<]*?)\s*</a>", asked)
    assert sorted(ways) == ["Use a passkey", "Use my password"]
