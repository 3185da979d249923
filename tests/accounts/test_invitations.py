from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Invitation, User
from tests.conftest import PASSWORD

from .conftest import sign_in

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/invitation/"
FORM = {"name": "Eve", "email": "eve@example.org", "password1": PASSWORD}


@pytest.fixture(autouse=True)
def by_invitation(settings: Settings) -> None:
    settings.SIGNUP = "invitation"


@pytest.fixture
def invitation(boss: User) -> Invitation:
    return Invitation.objects.create(email="eve@example.org", invited_by=boss)


def test_an_invitation_from_the_admin_leads_through_the_mail_to_an_account(
    client: Client, boss: User, path_in_mail: Callable[[], str]
) -> None:
    sign_in(client, boss.email)
    expires = timezone.now() + timedelta(days=3)
    client.post(
        "/admin/accounts/invitation/add/",
        {
            "email": "Eve@example.org",
            "expires_at_0": expires.date(),
            "expires_at_1": "12:00",
        },
    )
    assert mail.outbox[-1].to == ["eve@example.org"]

    eve = Client()
    form = eve.get(path_in_mail(), follow=True)
    assert 'value="eve@example.org"' in form.text
    eve.post("/account/signup/", FORM)

    assert eve.get("/account/profile/").status_code == 200
    assert Invitation.objects.get().accepted_at


def test_nobody_signs_up_without_an_invitation(client: Client) -> None:
    client.post("/account/signup/", FORM)

    assert "Sign-up is closed" in client.get("/account/signup/").text
    assert not User.objects.exists()


@pytest.mark.parametrize("query", ["", "?email=mallory@evil.example"])
def test_the_invited_address_cannot_be_exchanged(
    client: Client, invitation: Invitation, query: str
) -> None:
    client.get(invitation.get_absolute_url())

    client.post(f"/account/signup/{query}", {**FORM, "email": "mallory@evil.example"})

    assert User.objects.filter(email="eve@example.org").exists()
    assert not User.objects.filter(email="mallory@evil.example").exists()


def test_an_invitation_works_once(client: Client, invitation: Invitation) -> None:
    client.get(invitation.get_absolute_url())
    client.post("/account/signup/", FORM)

    again = Client().get(invitation.get_absolute_url())

    assert again.status_code == 404


def test_unknown_used_and_expired_invitations_look_the_same(
    client: Client, invitation: Invitation
) -> None:
    unknown = client.get("/account/invitation/nosuchtoken/")
    used = Invitation.objects.create(email="a@example.org", accepted_at=timezone.now())
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        expired = client.get(invitation.get_absolute_url())

    answers = [unknown, expired, client.get(used.get_absolute_url())]

    assert {answer.status_code for answer in answers} == {404}
    assert all("This invitation does not work" in answer.text for answer in answers)
    assert all("example.org" not in answer.text for answer in answers)


@pytest.mark.parametrize("token", ["a%00b", "%00", "%0A", "%FF%FE", "A" * 5000, "%D0%BA"])
def test_malformed_invitations_look_like_unknown_ones(client: Client, token: str) -> None:
    answer = client.get(f"/account/invitation/{token}/")

    assert answer.status_code == 404
    assert "This invitation does not work" in answer.text


def test_guessing_invitations_is_slowed_down(client: Client, db: None) -> None:
    answers = [client.get(f"/account/invitation/guess{number}/") for number in range(21)]

    assert answers[19].status_code == 404
    assert answers[20].status_code == 429


def test_who_has_an_account_already_is_sent_to_sign_in(client: Client, ana: User) -> None:
    invitation = Invitation.objects.create(email="ANA@example.org".lower())

    response = client.get(invitation.get_absolute_url(), follow=True)

    assert "You have an account already" in response.text


def test_sending_again_makes_a_new_link_and_kills_the_old(
    client: Client, boss: User, invitation: Invitation
) -> None:
    old = invitation.get_absolute_url()
    sign_in(client, boss.email)

    client.post(
        "/admin/accounts/invitation/",
        {"action": "send_again", "_selected_action": [invitation.pk]},
    )

    assert Client().get(old).status_code == 404
    assert old not in mail.outbox[-1].body


def test_the_admin_shows_no_invitation_token(
    client: Client, boss: User, invitation: Invitation
) -> None:
    sign_in(client, boss.email)

    pages = [
        client.get("/admin/accounts/invitation/"),
        client.get(f"/admin/accounts/invitation/{invitation.pk}/change/"),
    ]

    assert all(invitation.email in page.text for page in pages)
    assert all(invitation.token not in page.text for page in pages)


@pytest.mark.parametrize(
    ("state", "shown"), [("open", 1), ("accepted", 1), ("expired", 1), ("", 3)]
)
def test_invitations_are_listed_by_state(
    client: Client, boss: User, invitation: Invitation, state: str, shown: int
) -> None:
    now = timezone.now()
    Invitation.objects.create(email="used@example.org", accepted_at=now)
    Invitation.objects.create(email="old@example.org", expires_at=now - timedelta(days=1))
    sign_in(client, boss.email)

    page = client.get(f"/admin/accounts/invitation/?state={state}" if state else LIST)

    assert len(page.context["cl"].queryset) == shown


def test_the_admin_says_when_an_invitation_could_not_be_sent(
    client: Client, boss: User, invitation: Invitation, settings: Settings
) -> None:
    sign_in(client, boss.email)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    form = {"action": "send_again", "_selected_action": [invitation.pk]}
    page = client.post(LIST, form, follow=True)

    assert "The mail to eve@example.org could not be sent" in page.text


def test_only_the_time_of_a_sent_invitation_can_be_changed(
    client: Client, boss: User, invitation: Invitation
) -> None:
    sign_in(client, boss.email)
    later = timezone.now() + timedelta(days=60)

    client.post(
        f"{LIST}{invitation.pk}/change/",
        {"email": "x@evil.example", "expires_at_0": later.date(), "expires_at_1": "12:00"},
    )

    invitation.refresh_from_db()
    assert invitation.email == "eve@example.org"
    assert invitation.expires_at.date() == later.date()
    assert not mail.outbox
