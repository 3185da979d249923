from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.conftest import PASSWORD

from .conftest import sign_in

pytestmark = pytest.mark.django_db
URL = "/account/login/"


def test_sign_in_by_address_whatever_its_case(client: Client, ana: User) -> None:
    response = client.post(URL, {"login": "ANA@Example.org", "password": PASSWORD})

    assert response.status_code == 302
    assert 'value="Ana"' in client.get("/account/profile/").text


def test_sign_in_goes_on_to_where_the_person_was_going(client: Client, ana: User) -> None:
    asked = client.get("/account/sessions/")
    assert asked.url == "/account/login/?next=/account/sessions/"

    page = client.get(asked.url)
    assert 'name="next" value="/account/sessions/"' in page.text
    form = {"login": ana.email, "password": PASSWORD, "next": "/account/sessions/"}

    assert client.post(URL, form).url == "/account/sessions/"


def test_sign_in_never_leads_to_a_foreign_site(client: Client, ana: User) -> None:
    form = {"login": ana.email, "password": PASSWORD, "next": "https://evil.example/"}

    assert "evil" not in client.post(URL, form).url


def test_who_is_signed_in_does_not_see_the_form(member: Client) -> None:
    assert member.get(URL).status_code == 302


def test_wrong_password_and_unknown_address_read_the_same(client: Client, ana: User) -> None:
    wrong = client.post(URL, {"login": ana.email, "password": "nonsense-77"})
    unknown = client.post(URL, {"login": "nobody@example.org", "password": "nonsense-77"})

    text = "Address and password do not belong together."
    assert text in wrong.text
    assert text in unknown.text


def test_the_sixth_try_is_refused_even_with_the_right_password(client: Client, ana: User) -> None:
    for _ in range(5):
        client.post(URL, {"login": ana.email, "password": "nonsense-77"})

    response = client.post(URL, {"login": ana.email, "password": PASSWORD})

    assert "Too many wrong passwords" in response.text
    assert client.get("/account/profile/").status_code == 302


def test_a_flood_gets_our_own_page(client: Client, db: None) -> None:
    for _ in range(30):
        client.post(URL, {"login": "x@example.org", "password": "x"})

    response = client.post(URL, {"login": "x@example.org", "password": "x"})

    assert response.status_code == 429
    assert "Too many tries" in response.text


def test_a_forgotten_password_is_set_anew_by_the_mailed_link(
    client: Client, ana: User, path_in_mail: Callable[[], str]
) -> None:
    client.post("/account/password/reset/", {"email": "Ana@example.org"})
    form = client.get(path_in_mail(), follow=True)
    assert form.status_code == 200

    client.post(form.request["PATH_INFO"], {"password1": "calm-heron-31"})

    sign_in(client, ana.email, "calm-heron-31")
    assert "changed" in mail.outbox[-1].subject


def test_the_reset_link_works_once(
    client: Client, ana: User, path_in_mail: Callable[[], str]
) -> None:
    client.post("/account/password/reset/", {"email": ana.email})
    link = path_in_mail()
    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "calm-heron-31"})

    again = Client().get(link, follow=True)

    assert "This link does not work" in again.text


def test_asking_for_a_reset_tells_nobody_which_addresses_exist(client: Client, ana: User) -> None:
    known = client.post("/account/password/reset/", {"email": ana.email})
    unknown = client.post("/account/password/reset/", {"email": "nobody@example.org"})

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert "No account" in mail.outbox[-1].subject


def test_changing_the_password_signs_other_browsers_out(member: Client, ana: User) -> None:
    other = Client()
    sign_in(other, ana.email)

    member.post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password1": "calm-heron-31"}
    )

    assert member.get("/account/profile/").status_code == 200
    assert other.get("/account/profile/").status_code == 302


def test_who_is_switched_off_cannot_sign_in(client: Client, ana: User) -> None:
    User.objects.update(is_active=False)

    response = client.post(URL, {"login": ana.email, "password": PASSWORD}, follow=True)

    assert "This account is switched off" in response.text


def test_signing_out_is_asked_and_done(member: Client) -> None:
    assert "Sign out?" in member.get("/account/logout/").text

    member.post("/account/logout/")

    assert member.get("/account/profile/").status_code == 302


PUBLIC = [
    "login/",
    "signup/",
    "password/reset/",
    "password/reset/done/",
    "password/reset/key/done/",
    "password/reset/key/1-nonsense/",
    "confirm-email/",
    "confirm-email/nonsense/",
    "inactive/",
]
OWN = ["profile/", "email/", "password/change/", "sessions/", "reauthenticate/", "logout/"]


@pytest.mark.parametrize("page", PUBLIC)
def test_pages_of_the_entrance_wear_our_look(client: Client, page: str) -> None:
    text = client.get(f"/account/{page}").text

    assert '<article class="card entrance__card">' in text
    assert "<h1></h1>" not in text


@pytest.mark.parametrize("page", OWN)
def test_pages_of_the_profile_wear_our_look(member: Client, page: str) -> None:
    text = member.get(f"/account/{page}").text

    assert "accounts.css" in text
    assert "Menu:" not in text  # django-allauth's own frame


@pytest.mark.parametrize("page", PUBLIC)
def test_pages_carry_nothing_that_our_content_policy_forbids(client: Client, page: str) -> None:
    text = client.get(f"/account/{page}").text

    assert "<style" not in text
    assert "style=" not in text
    assert "<script>" not in text
    assert " onclick=" not in text
