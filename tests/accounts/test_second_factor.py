"""Codes of an app, and recovery codes."""

from collections.abc import Iterator

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.models import User

from .conftest import sign_in
from .factors import (
    PERIOD,
    at_a_full_period,
    code_of,
    recovery_codes,
    show_it_is_me,
    with_app,
)

pytestmark = pytest.mark.django_db
SECURITY = "/account/security/"
STEP = f"{SECURITY}authenticate/"
ACTIVATE = f"{SECURITY}totp/activate/"
CODES = f"{SECURITY}recovery-codes/"
SET_PASSWORD = "/account/password/set/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with at_a_full_period() as traveller:
        yield traveller


def is_in(client: Client) -> bool:
    return client.get("/account/profile/").status_code == 200


@pytest.fixture
def halfway(client: Client, ana: User) -> tuple[Client, str]:
    """A browser whose password was right, and the secret of the app that is asked for now."""
    secret = with_app(ana)
    sign_in(client, ana.email)
    return client, secret


@pytest.mark.django_db(transaction=True)  # mails go out after commit
def test_app_is_switched_on_with_a_code_and_recovery_codes_are_shown_once(
    member: Client, ana: User
) -> None:
    show_it_is_me(member)
    form = member.get(ACTIVATE)
    secret = form.context["form"].secret

    done = member.post(ACTIVATE, {"code": code_of(secret)})
    shown = member.get(done.url)
    codes = shown.text

    assert "data:image/svg+xml" in form.text
    assert "no-store" in shown.headers["Cache-Control"]
    assert secret in form.text
    assert all(code in codes for code in recovery_codes(ana))
    assert recovery_codes(ana)[0] not in member.get(CODES).text
    assert "You have 10 recovery codes left" in member.get(CODES).text
    assert mail.outbox[-1].subject.startswith("Codes of an app are asked for")


@pytest.mark.django_db(transaction=True)  # a factor counts as shown after commit
def test_who_came_without_a_password_sees_the_recovery_codes_at_once(
    client: Client, ana: User
) -> None:
    ana.set_unusable_password()
    ana.save()
    client.force_login(ana, backend="allauth.account.auth_backends.AuthenticationBackend")
    secret = client.get(ACTIVATE).context["form"].secret

    done = client.post(ACTIVATE, {"code": code_of(secret)}, follow=True)

    assert done.redirect_chain[-1][0] == CODES
    assert all(code in done.text for code in recovery_codes(ana))


def test_password_is_set_beside_a_factor_by_who_has_it(client: Client, ana: User) -> None:
    ana.set_unusable_password()
    ana.save()
    secret = with_app(ana)
    client.force_login(ana, backend="allauth.account.auth_backends.AuthenticationBackend")
    new = {"password1": "a horse, a stapler"}

    asked = client.post(SET_PASSWORD, new, follow=True)

    ana.refresh_from_db()
    assert f"{SECURITY}reauthenticate/" in asked.redirect_chain[-1][0]
    assert new["password1"] not in str(dict(client.session))
    assert not ana.has_usable_password()

    client.post(f"{SECURITY}reauthenticate/", {"code": code_of(secret)})
    client.post(SET_PASSWORD, new)

    ana.refresh_from_db()
    assert ana.check_password(new["password1"])


def test_wrong_code_switches_nothing_on(member: Client) -> None:
    show_it_is_me(member)
    member.get(ACTIVATE)

    page = member.post(ACTIVATE, {"code": "000000"})

    assert "That was not right" in page.text
    assert not Authenticator.objects.exists()


def test_secrets_are_sealed_in_the_database(ana: User) -> None:
    secret = with_app(ana)

    stored = {row.type: row.data for row in Authenticator.objects.all()}

    assert secret not in str(stored)
    assert stored["totp"]["secret"].startswith("1:")
    assert stored["recovery_codes"]["seed"].startswith("1:")


def test_password_alone_does_not_sign_in(halfway: tuple[Client, str]) -> None:
    client, secret = halfway

    assert not is_in(client)
    page = client.get(STEP).text
    assert "One more step" in page
    assert "Use a passkey" not in page  # they have none
    client.post(STEP, {"code": code_of(secret)})
    assert is_in(client)


@pytest.mark.parametrize(("periods_ago", "let_in"), [(-1, 1), (1, 1), (-2, 0), (2, 0)])
def test_clock_of_the_phone_may_be_half_a_minute_off(
    halfway: tuple[Client, str], periods_ago: int, let_in: int
) -> None:
    client, secret = halfway

    client.post(STEP, {"code": code_of(secret, periods_ago=periods_ago)})

    assert is_in(client) == bool(let_in)


@pytest.mark.parametrize("later", [0, PERIOD, PERIOD + 1])
def test_code_works_once_as_long_as_it_is_valid(
    halfway: tuple[Client, str], ana: User, clock: time_machine.Traveller, later: int
) -> None:
    client, secret = halfway
    code = code_of(secret, periods_ago=-1)
    client.post(STEP, {"code": code})
    second = Client()
    sign_in(second, ana.email)

    clock.shift(later)
    page = second.post(STEP, {"code": code})

    assert is_in(client)
    assert "That was not right" in page.text
    assert not is_in(second)


def test_recovery_code_lets_in_once_and_one_less_is_left(
    halfway: tuple[Client, str], ana: User
) -> None:
    client, _secret = halfway
    code = recovery_codes(ana)[3]
    client.post(STEP, {"code": code})
    second = Client()
    sign_in(second, ana.email)

    second.post(STEP, {"code": code})

    assert "9 codes are left" in client.get(SECURITY).text
    assert not is_in(second)


def test_guessing_codes_is_slowed_down(halfway: tuple[Client, str]) -> None:
    client, secret = halfway
    for _guess in range(5):
        client.post(STEP, {"code": "000000"})

    page = client.post(STEP, {"code": code_of(secret)})

    assert "Too many wrong codes" in page.text
    assert not is_in(client)


@pytest.mark.parametrize("code", ["", " ", "x" * 5000, "\x00", "٣", "-1"])
def test_code_that_is_none_is_a_wrong_code(halfway: tuple[Client, str], code: str) -> None:
    client, _secret = halfway

    assert client.post(STEP, {"code": code}).status_code == 200
    assert not is_in(client)


def test_codes_that_no_key_opens_are_said_to_be_so(
    halfway: tuple[Client, str], settings: Settings
) -> None:
    client, secret = halfway
    settings.FIELD_KEYS = ["MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA="]

    page = client.post(STEP, {"code": code_of(secret)})

    assert "cannot be checked at the moment" in page.text
    assert not is_in(client)


def test_switching_off_asks_for_proof_first_and_ends_the_recovery_codes(
    halfway: tuple[Client, str], clock: time_machine.Traveller
) -> None:
    client, secret = halfway
    client.post(STEP, {"code": code_of(secret)})
    off = f"{SECURITY}totp/deactivate/"

    asked = client.post(off)
    assert asked.url.startswith("/account/reauthenticate/")
    show_it_is_me(client)
    client.post(off)

    assert not Authenticator.objects.exists()
    assert mail.outbox[-1].subject.startswith("Codes of an app are switched off")


@pytest.mark.django_db(transaction=True)  # mails go out after commit
def test_new_recovery_codes_end_the_ones_before(
    halfway: tuple[Client, str],
    ana: User,
) -> None:
    client, secret = halfway
    client.post(STEP, {"code": code_of(secret)})
    before = recovery_codes(ana)
    show_it_is_me(client)

    client.post(f"{CODES}generate/")

    assert not set(before) & set(recovery_codes(ana))
    assert mail.outbox[-1].subject.startswith("You have new recovery codes")


def test_mails_about_factors_are_in_the_readers_language(
    halfway: tuple[Client, str],
) -> None:
    client, secret = halfway
    client.post(STEP, {"code": code_of(secret)})
    User.objects.update(language="de")
    show_it_is_me(client)

    client.post(f"{SECURITY}totp/deactivate/", headers={"Accept-Language": "en"})

    letter = mail.outbox[-1]
    assert ' lang="de"' in str(letter.alternatives[0][0])  # type: ignore[attr-defined]


def test_address_can_be_changed_with_a_second_factor(halfway: tuple[Client, str]) -> None:
    client, secret = halfway
    client.post(STEP, {"code": code_of(secret)})
    show_it_is_me(client)

    client.post("/account/email/", {"action_add": "1", "email": "ana@new.example"})

    assert "ana@new.example" in client.get("/account/email/").text
    assert client.get(ACTIVATE).url.endswith("/totp/deactivate/")
