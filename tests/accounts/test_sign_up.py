from collections.abc import Callable

import pytest
from django.core import mail
from django.db import IntegrityError
from django.test import Client
from pytest_django import Settings

from accounts.forms.entrance import SignupForm
from accounts.models import User
from tests.conftest import PASSWORD

from .conftest import sign_in

pytestmark = pytest.mark.django_db
URL = "/account/signup/"
EVE = {
    "name": "Eve  Eberhardt",
    "email": "Eve@Example.org",
    "password1": PASSWORD,
    "time_zone": "Asia/Tokyo",
}


def test_who_signs_up_confirms_by_the_mailed_link_and_is_in(
    client: Client, path_in_mail: Callable[[], str]
) -> None:
    client.post(URL, EVE)
    assert mail.outbox[-1].to == ["eve@example.org"]
    link = path_in_mail()

    assert "eve@example.org" in client.get(link).text
    client.post(link)

    sign_in(client, "eve@example.org")
    assert client.get("/account/profile/").status_code == 200
    assert User.objects.get().name == "Eve Eberhardt"


def test_opening_the_mailed_link_confirms_nothing_yet(
    client: Client, path_in_mail: Callable[[], str]
) -> None:
    client.post(URL, EVE)

    client.get(path_in_mail())

    assert not User.objects.get().emailaddress_set.get().verified


def test_who_has_not_confirmed_cannot_sign_in(client: Client) -> None:
    client.post(URL, EVE)
    other = Client()

    response = other.post("/account/login/", {"login": EVE["email"], "password": PASSWORD})

    assert response.url == "/account/confirm-email/"
    assert other.get("/account/profile/").status_code == 302


def test_the_browsers_zone_is_kept_as_a_guess(client: Client) -> None:
    client.post(URL, EVE)

    eve = User.objects.get()
    assert (eve.time_zone, eve.zone_confirmed) == ("Asia/Tokyo", False)


@pytest.mark.parametrize(
    ("guess", "cookie", "zone"),
    [
        ("Mars/Olympus", "", "UTC"),
        ("", "Europe/Lisbon", "Europe/Lisbon"),
        ("", "../../etc/passwd", "UTC"),
    ],
)
def test_a_wrong_guess_never_stops_a_sign_up(
    client: Client, guess: str, cookie: str, zone: str
) -> None:
    client.cookies["zone"] = cookie

    client.post(URL, {**EVE, "time_zone": guess})

    assert User.objects.get().time_zone == zone


def test_the_language_of_the_browser_becomes_the_persons(client: Client) -> None:
    client.post(URL, EVE, headers={"Accept-Language": "de-CH,de;q=0.9"})

    assert User.objects.get().language == "de"


def test_an_address_in_use_looks_like_any_other_and_its_owner_gets_a_mail(
    client: Client, ana: User
) -> None:
    fresh = client.post(URL, EVE)
    again = Client().post(URL, {**EVE, "email": "ANA@example.org"})

    assert (again.status_code, again.url) == (fresh.status_code, fresh.url)
    assert User.objects.filter(email__iexact=ana.email).count() == 1
    assert mail.outbox[-1].to == [ana.email]
    assert "already" in mail.outbox[-1].subject


def test_the_database_itself_keeps_addresses_apart_whatever_their_case(ana: User) -> None:
    with pytest.raises(IntegrityError):
        User.objects.bulk_create([User(email="Ana@Example.ORG", name="Other Ana")])


def test_a_password_that_everybody_uses_is_refused_at_its_field(client: Client) -> None:
    response = client.post(URL, {**EVE, "password1": "password123"})

    assert "too common" in response.text
    assert 'id="id_password1_error' in response.text
    assert not User.objects.exists()


def test_a_name_cannot_smuggle_lines_into_mails(client: Client) -> None:
    client.post(URL, {**EVE, "name": "Eve\n\nWin a prize:\nhttps://evil.example"})

    assert "\n" not in User.objects.get().name
    assert "evil" not in mail.outbox[-1].body


def test_when_sign_up_is_closed_there_is_no_form(client: Client, settings: Settings) -> None:
    settings.SIGNUP = "closed"

    page = client.get(URL)
    client.post(URL, EVE)

    assert "Sign-up is closed" in page.text
    assert "Make an account" not in client.get("/account/login/").text
    assert not User.objects.exists()


def test_sign_up_by_domain_takes_addresses_of_that_domain_only(
    client: Client, settings: Settings
) -> None:
    settings.SIGNUP, settings.SIGNUP_DOMAINS = "domain", ["example.org"]

    refused = client.post(URL, {**EVE, "email": "eve@sub.example.org.evil.example"})
    client.post(URL, EVE)

    assert "Please use your address at example.org." in refused.text
    assert [user.email for user in User.objects.all()] == ["eve@example.org"]


def test_a_mail_server_that_is_down_is_said_in_plain_words(
    client: Client, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    response = client.post(URL, EVE)

    assert response.status_code == 503
    assert "The mail did not go out" in response.text


def test_who_signs_up_a_moment_after_another_reads_what_everybody_reads(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = SignupForm.clean

    def clean_and_lose_the_race(form: SignupForm) -> dict[str, object]:
        values = checked(form)
        User.objects.create_user("eve@example.org", PASSWORD, name="Faster Eve")
        return values

    monkeypatch.setattr(SignupForm, "clean", clean_and_lose_the_race)

    response = client.post(URL, EVE)

    assert (response.status_code, response.url) == (302, "/account/confirm-email/")
    assert [user.name for user in User.objects.all()] == ["Faster Eve"]
    assert "already" in mail.outbox[-1].subject
