"""Signing in at the operator's own OpenID provider."""

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.models import Invitation, User
from config.people import OidcPlace
from tests.conftest import PASSWORD
from tests.oidc_double import CLIENT, SECRET, OidcDouble

from .conftest import sign_in
from .elsewhere import ANA, LOGIN, Place, come_back, double, is_in, place, way_back
from .factors import show_it_is_me, with_app

__all__ = ["double", "place"]

pytestmark = pytest.mark.django_db


def test_somebody_new_comes_in_with_name_and_confirmed_address(
    client: Client, place: Place, double: OidcDouble
) -> None:
    assert "Continue with Acme" in client.get("/account/login/").text

    client.cookies["zone"] = "Europe/Lisbon"
    done = come_back(client, next="/meetings/new/")

    ana = User.objects.get()
    assert done.url == "/meetings/new/"
    assert is_in(client)
    assert (ana.email, ana.name, ana.time_zone) == (ANA, "Ana Sommer", "Europe/Lisbon")
    assert EmailAddress.objects.get(user=ana).verified
    assert not ana.has_usable_password()


def test_they_are_asked_with_pkce_a_state_and_a_nonce(
    client: Client, place: Place, double: OidcDouble
) -> None:
    come_back(client)

    asked = double.asked[0]
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["nonce"]) >= 22
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}
    assert SECRET not in str(asked)


def test_second_time_is_the_same_person_whatever_their_address_is_now(
    client: Client, place: Place, double: OidcDouble
) -> None:
    come_back(client)
    double.person["email"] = "sommer@example.org"
    second = Client()

    come_back(second)

    assert is_in(second)
    assert User.objects.get().email == ANA


@pytest.mark.parametrize("told", [False, None, "false", "yes", [True]])
def test_address_that_is_not_confirmed_there_opens_nothing(
    client: Client, place: Place, double: OidcDouble, told: object
) -> None:
    double.person["email_verified"] = told

    page = come_back(client)

    assert page.status_code == 403
    assert "not confirmed there" in page.text
    assert not User.objects.exists()


@pytest.mark.parametrize("verified", [True, False])
def test_account_of_the_same_address_is_not_taken_over(
    client: Client, place: Place, double: OidcDouble, ana: User, verified: bool
) -> None:
    double.person["email_verified"] = verified

    page = come_back(client)

    assert page.status_code == 403
    assert not is_in(client)
    assert not SocialAccount.objects.exists()


def test_linking_is_done_from_the_profile_and_asks_for_the_password(
    member: Client, place: Place, double: OidcDouble, ana: User
) -> None:
    double.person["email"] = "somebody@else.example"
    asked = come_back(member, f"{LOGIN}?process=connect")
    assert asked.url == "/account/reauthenticate/"
    assert not SocialAccount.objects.exists()

    member.post(asked.url, {"password": PASSWORD})

    assert SocialAccount.objects.get().user == ana
    assert mail.outbox[-1].subject.startswith("Another sign-in is linked")
    browser = Client()
    come_back(browser)
    assert browser.get("/account/profile/").context["user"] == ana


def test_link_is_taken_away_again(member: Client, place: Place, ana: User) -> None:
    show_it_is_me(member)
    come_back(member, f"{LOGIN}?process=connect")
    link = SocialAccount.objects.get()

    member.post("/account/elsewhere/", {"account": link.pk})

    assert not SocialAccount.objects.exists()
    assert mail.outbox[-1].subject.startswith("A sign-in is no longer linked")


def test_only_way_in_is_not_taken_away(client: Client, place: Place) -> None:
    come_back(client)
    link = SocialAccount.objects.get()

    page = client.post("/account/elsewhere/", {"account": link.pk})

    assert "no password" in page.text
    assert SocialAccount.objects.exists()


def test_link_that_is_somebody_elses_stays_theirs(
    client: Client, place: Place, boss: User, double: OidcDouble
) -> None:
    come_back(client)
    other = Client()
    sign_in(other, boss.email)
    show_it_is_me(other)

    come_back(other, f"{LOGIN}?process=connect")

    assert SocialAccount.objects.get().user.email == ANA


@pytest.mark.parametrize(
    ("signup", "domains", "let_in"),
    [
        ("open", [], True),
        ("domain", ["example.org"], True),
        ("domain", ["else.example"], False),
        ("invitation", [], False),
        ("closed", [], False),
    ],
)
def test_who_may_make_an_account_may_by_this_way_too_and_nobody_else(
    client: Client,
    place: Place,
    settings: Settings,
    signup: str,
    domains: list[str],
    let_in: bool,
) -> None:
    settings.SIGNUP, settings.SIGNUP_DOMAINS = signup, domains

    come_back(client)

    assert is_in(client) is let_in
    assert User.objects.exists() is let_in


def test_invited_address_may_come_this_way(
    client: Client, place: Place, settings: Settings
) -> None:
    settings.SIGNUP = "invitation"
    invitation = Invitation.objects.create(email=ANA)

    come_back(client)

    invitation.refresh_from_db()
    assert is_in(client)
    assert invitation.accepted_at


@pytest.mark.parametrize(
    ("groups", "rights"),
    [
        (["staff"], (True, False)),
        (["admins"], (True, True)),
        ("staff", (True, False)),
        (["guests"], (False, False)),
        (None, (False, False)),
        ({"staff": 1}, (False, False)),
        (7, (False, False)),
    ],
)
def test_groups_give_and_take_rights_at_each_sign_in(
    client: Client, place: Place, double: OidcDouble, groups: object, rights: tuple[bool, bool]
) -> None:
    place(staff_group="staff", admin_group="admins")
    for before in (["admins"], groups):
        double.person["groups"] = before
        come_back(client)

    ana = User.objects.get()

    assert (ana.is_staff, ana.is_superuser) == rights


def test_rights_that_were_given_here_stay_where_no_group_is_named(
    client: Client, place: Place
) -> None:
    come_back(client)
    User.objects.update(is_staff=True, is_superuser=True)

    come_back(Client())

    assert User.objects.get().is_superuser


@pytest.mark.parametrize(
    "bad",
    [
        "no id token",
        "signed by our secret",
        "not signed",
        "signed by a stranger",
        "server_error",
        "userinfo",
        "jwks",
    ],
)
def test_answer_that_cannot_be_believed_lets_nobody_in(
    client: Client, place: Place, double: OidcDouble, bad: str
) -> None:
    double.bad = bad

    page = come_back(client)

    assert page.status_code == 401
    assert "The sign-in did not come to an end" in page.text
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another"},
        {"iss": "https://elsewhere.example"},
        {"exp": 1},
        {"exp": None},
        {"sub": "somebody else"},
        {"nonce": "of another browser"},
        {"nonce": None},
        {"nonce": 7},
    ],
)
def test_token_for_somebody_or_something_else_lets_nobody_in(
    client: Client, place: Place, double: OidcDouble, claims: dict[str, object]
) -> None:
    double.claims = claims

    page = come_back(client)

    assert page.status_code in {401, 403}
    assert "You are not signed in" in page.text
    assert not User.objects.exists()


def test_answer_in_a_browser_that_has_not_asked_lets_nobody_in(
    client: Client, place: Place
) -> None:
    stranger = Client()

    page = stranger.get(way_back(client))

    assert page.status_code == 401
    assert not is_in(stranger)


def test_answer_counts_once(client: Client, place: Place) -> None:
    back = way_back(client)
    client.get(back)

    assert client.get(back).status_code == 401


def test_who_does_not_agree_over_there_reads_so(
    client: Client, place: Place, double: OidcDouble
) -> None:
    double.bad = "access_denied"

    page = client.get(come_back(client).url)

    assert "You did not agree to it there" in page.text


def test_place_that_is_down_is_said_in_a_sentence(
    client: Client, place: Place, settings: Settings
) -> None:
    settings.OIDC = OidcPlace(
        url="http://127.0.0.1:9", name="Acme", client_id=CLIENT, client_secret=SECRET
    )

    page = client.post(LOGIN)

    assert page.status_code == 401
    assert "does not answer" in page.text


@pytest.mark.parametrize("bad", [".well-known/openid-configuration", "nothing"])
def test_place_that_says_nonsense_of_itself_is_said_in_a_sentence(
    client: Client, place: Place, double: OidcDouble, bad: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    double.bad = bad
    monkeypatch.setattr(OidcDouble, "configuration", lambda _: [])

    assert client.post(LOGIN).status_code == 401


def test_without_a_place_there_is_no_button_and_no_page(client: Client) -> None:
    assert "Continue with" not in client.get("/account/login/").text
    assert client.get(LOGIN).status_code == 404
    assert client.get(f"{LOGIN}callback/").status_code == 404


def test_second_factor_of_ours_is_asked_for_here_as_well(client: Client, place: Place) -> None:
    come_back(client)
    with_app(User.objects.get())
    second = Client()

    asked = come_back(second)

    assert asked.url == "/account/security/authenticate/"
    assert not is_in(second)


def test_going_there_takes_a_press_and_a_page_not_a_form_that_leaves(
    client: Client, place: Place, double: OidcDouble
) -> None:
    seen = client.get(LOGIN)
    page = client.post(LOGIN)

    assert "Continue with Acme" in seen.text
    assert not double.asked
    assert page.status_code == 200
    assert parse_qs(urlsplit(page.context["goal"]).query)["client_id"] == [CLIENT]
