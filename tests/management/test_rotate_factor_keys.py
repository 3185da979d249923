"""`manage.py rotate_field_keys` and the secrets of second factors."""

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.accounts.factors import code_of, recovery_codes, with_app
from tests.conftest import make_user

pytestmark = pytest.mark.django_db


def new_key() -> str:
    return Fernet.generate_key().decode()


def test_codes_still_count_when_the_old_key_is_gone(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    ana = make_user("Ana")
    secret, codes = with_app(ana), recovery_codes(ana)
    settings.FIELD_KEYS = [new_key(), *settings.FIELD_KEYS]

    call_command("rotate_field_keys")
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]

    assert recovery_codes(ana) == codes
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code_of(secret))
    assert "mfa.Authenticator.data: 2 encrypted anew" in capsys.readouterr().out


def test_secret_that_no_key_opens_is_named_and_left_as_it_is(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with_app(make_user("Ana"))
    before = list(Authenticator.objects.order_by("pk").values_list("data", flat=True))
    settings.FIELD_KEYS = [new_key()]

    with pytest.raises(CommandError):
        call_command("rotate_field_keys")

    assert list(Authenticator.objects.order_by("pk").values_list("data", flat=True)) == before
    assert "2 unreadable" in capsys.readouterr().out
