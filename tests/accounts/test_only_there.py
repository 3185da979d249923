"""Where people sign in at the operator's OpenID provider and nowhere else."""

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.conftest import PASSWORD, make_user
from tests.oidc_double import OidcDouble

from .elsewhere import ANA, Place, come_back, double, is_in, only_there, place

__all__ = ["double", "only_there", "place"]

pytestmark = pytest.mark.django_db


def test_nobody_signs_in_here_where_people_sign_in_there(
    client: Client, only_there: None, ana: User
) -> None:
    page = client.get("/account/login/").text
    refused = client.post("/account/login/", {"login": ana.email, "password": PASSWORD})

    assert 'type="password"' not in page
    assert "Continue with Acme" in page
    assert refused.status_code == 200
    assert not is_in(client)


@pytest.mark.parametrize("page", ["signup/", "password/reset/", "security/webauthn/login/"])
def test_other_ways_in_are_closed_then(client: Client, only_there: None, page: str) -> None:
    for ask in (client.get, client.post):
        assert ask(f"/account/{page}").url == "/account/login/"


def test_people_who_have_an_account_are_known_by_their_confirmed_address_then(
    client: Client, only_there: None, ana: User
) -> None:
    come_back(client)

    assert client.get("/account/profile/").context["user"] == ana
    assert SocialAccount.objects.get().user == ana


def test_unconfirmed_address_takes_over_nobody_then_either(
    client: Client, only_there: None, double: OidcDouble, ana: User
) -> None:
    double.person["email_verified"] = False

    assert come_back(client).status_code == 403
    assert not is_in(client)


@pytest.mark.parametrize("local_sign_in", [True, False])
def test_address_that_somebody_only_claims_is_not_theirs(
    client: Client, place: Place, double: OidcDouble, settings: Settings, local_sign_in: bool
) -> None:
    """Who adds another's address to their account gets neither them nor their rights."""
    settings.LOCAL_SIGN_IN = local_sign_in
    place(admin_group="admins")
    double.person["groups"] = ["admins"]
    eve = make_user("Eve")
    EmailAddress.objects.create(user=eve, email=ANA, verified=False, primary=False)

    come_back(client)

    eve.refresh_from_db()
    assert not eve.is_superuser
    assert not SocialAccount.objects.filter(user=eve).exists()
    assert client.get("/account/profile/").context["user"].email == ANA


def test_address_that_looks_alike_is_not_the_same(
    client: Client, place: Place, double: OidcDouble, settings: Settings
) -> None:
    settings.LOCAL_SIGN_IN = False
    mia = make_user("Mia")
    double.person["email"] = "m\u0131a@example.org"  # an i without its dot

    come_back(client)

    assert not SocialAccount.objects.filter(user=mia).exists()
