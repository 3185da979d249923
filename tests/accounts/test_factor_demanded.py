"""A second factor that the operator demands: of staff, or of everybody."""

from io import StringIO
from itertools import product

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from accounts.checks import sign_in_is_possible_and_as_safe_as_said
from accounts.models import User
from tests.conftest import PASSWORD

from .conftest import sign_in
from .factors import code_of, show_it_is_me, with_app, with_passkey

pytestmark = pytest.mark.django_db
ADMIN = "/admin/accounts/user/?q=ana"
SECURITY = "/account/security/"
PEOPLE = "/admin/accounts/user/"


@pytest.fixture
def operator(client: Client, boss: User) -> Client:
    sign_in(client, boss.email)
    return client


def pass_by_code(client: Client, user: User, secret: str) -> None:
    sign_in(client, user.email)
    client.post(f"{SECURITY}authenticate/", {"code": code_of(secret)})


@pytest.fixture
def staff_only(settings: Settings) -> None:
    settings.SECOND_FACTOR = "staff"


@pytest.fixture
def of_everyone(settings: Settings) -> None:
    settings.SECOND_FACTOR = "everyone"


@pytest.mark.parametrize("demand", ["optional", "staff", "everyone"])
def test_administration_opens_only_as_far_as_it_is_demanded(
    operator: Client, settings: Settings, demand: str
) -> None:
    settings.SECOND_FACTOR = demand

    answer = operator.get(ADMIN)

    assert answer.status_code == (200 if demand == "optional" else 302)


@pytest.mark.django_db(transaction=True)  # mails go out after commit
def test_staff_are_led_to_set_one_up_and_then_to_where_they_were_going(
    operator: Client,
    staff_only: None,
) -> None:
    page = operator.get(ADMIN, follow=True)
    assert page.request["PATH_INFO"] == SECURITY
    assert "This site asks for a second factor" in page.text
    show_it_is_me(operator)
    secret = operator.get(f"{SECURITY}totp/activate/").context["form"].secret

    done = operator.post(f"{SECURITY}totp/activate/", {"code": code_of(secret)})
    shown = operator.get(done.url)

    assert f'href="{ADMIN}"' in shown.text
    assert "Go on to where you were going" in operator.get(SECURITY).text
    assert operator.get(ADMIN).status_code == 200
    assert "Go on to where you were going" not in operator.get(SECURITY).text


def test_staff_who_signed_in_with_theirs_are_in(
    client: Client, boss: User, staff_only: None
) -> None:
    pass_by_code(client, boss, with_app(boss))

    assert client.get(ADMIN).status_code == 200


def test_session_from_before_the_factor_is_asked_for_it(
    operator: Client, boss: User, staff_only: None
) -> None:
    secret = with_app(boss)

    asked = operator.get(ADMIN)
    done = operator.post(asked.url, {"code": code_of(secret)})

    assert asked.url.startswith(f"{SECURITY}reauthenticate/?next=%2Fadmin%2F")
    assert done.url == ADMIN
    assert operator.get(ADMIN).status_code == 200


def test_factor_that_was_taken_away_counts_no_more(
    client: Client, boss: User, staff_only: None
) -> None:
    pass_by_code(client, boss, with_app(boss))

    Authenticator.objects.all().delete()

    assert client.get(ADMIN).url == SECURITY


PAGES_OF_FACTORS = ["totp/activate/", "totp/deactivate/", "webauthn/add/"]
PAGES_OF_FACTORS += ["recovery-codes/", "recovery-codes/generate/", "recovery-codes/download/"]


@pytest.mark.parametrize("demand", ["staff", "everyone"])
def test_session_from_before_the_factor_changes_no_factor_by_password(
    operator: Client, boss: User, settings: Settings, demand: str
) -> None:
    settings.SECOND_FACTOR = demand
    with_app(boss)
    show_it_is_me(operator)

    for ask, page in product((operator.get, operator.post), PAGES_OF_FACTORS):
        assert ask(f"{SECURITY}{page}").url.startswith(f"{SECURITY}reauthenticate/"), page

    assert Authenticator.objects.filter(user=boss, type="totp").exists()


def test_session_from_before_the_passkey_sets_up_no_app_by_password(
    operator: Client, boss: User, staff_only: None
) -> None:
    with_passkey(boss)
    show_it_is_me(operator)

    asked = operator.get(f"{SECURITY}totp/activate/")

    assert asked.url.startswith(f"{SECURITY}webauthn/reauthenticate/")


def test_own_sign_in_of_the_administration_is_no_way_around(
    client: Client, ana: User, boss: User
) -> None:
    with_app(boss)
    User.objects.filter(pk=ana.pk).update(is_staff=True)
    sign_in(client, ana.email)

    answer = client.post("/admin/login/", {"username": boss.email, "password": PASSWORD})
    Client().post("/admin/login/", {"username": boss.email, "password": PASSWORD})

    assert answer.url == "/admin/"
    assert client.get("/account/profile/").context["user"] == ana


def test_people_who_are_no_staff_are_asked_nothing(member: Client, staff_only: None) -> None:
    assert member.get("/meetings/").status_code == 200


@pytest.mark.parametrize("page", ["/meetings/", "/account/profile/", "/account/email/", "/admin/"])
def test_everybody_is_led_to_set_one_up_before_anything_else(
    operator: Client, of_everyone: None, page: str
) -> None:
    assert operator.get(page).url == SECURITY


@pytest.mark.parametrize("page", [SECURITY, "/account/reauthenticate/", "/account/logout/"])
def test_pages_on_the_way_to_a_second_factor_are_open(
    operator: Client, of_everyone: None, page: str
) -> None:
    assert operator.get(page).status_code == 200


def test_links_to_meetings_are_as_open_as_before(member: Client, of_everyone: None) -> None:
    for browser in (member, Client()):
        assert browser.get("/j/no-such-link/").status_code == 404


def test_form_that_was_sent_leads_to_the_first_page_afterwards(
    member: Client, of_everyone: None
) -> None:
    assert member.post("/account/sessions/others/end/").url == SECURITY
    assert member.session["second_factor_goal"] == "/meetings/"


@pytest.mark.parametrize(
    ("stands_on", "goal"),
    [
        ("http://testserver/meetings/?past=1", "/meetings/"),
        ("http://elsewhere.example/meetings/7/", "/meetings/"),
        ("http://testserver//elsewhere.example/", "/meetings/"),
    ],
)
def test_part_of_a_page_sends_the_whole_page_there(
    member: Client, of_everyone: None, stands_on: str, goal: str
) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": stands_on}

    answer = member.get("/meetings/", headers=headers)

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, SECURITY)
    assert member.session["second_factor_goal"] == goal


def test_program_is_told_in_a_sentence(member: Client, of_everyone: None) -> None:
    answer = member.get("/meetings/", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.text[:16]) == (403, "A second factor ")


def test_operator_removes_a_lost_factor_and_the_person_is_told(ana: User) -> None:
    browser = Client()
    pass_by_code(browser, ana, with_app(ana))
    User.objects.update(language="de")

    call_command("reset_second_factor", "ANA@example.org", stdout=StringIO())

    assert not Authenticator.objects.exists()
    assert browser.get("/account/profile/").status_code == 302
    assert (mail.outbox[-1].to, len(mail.outbox)) == ([ana.email], 1)
    sign_in(browser, ana.email)
    assert browser.get("/account/profile/").status_code == 200


@pytest.mark.parametrize("email", ["nobody@example.org", "ana@example.org"])
def test_there_is_nothing_to_remove(ana: User, email: str) -> None:
    with pytest.raises(CommandError):
        call_command("reset_second_factor", email)


def test_administration_removes_a_lost_factor(operator: Client, ana: User) -> None:
    with_app(ana)

    page = operator.post(
        PEOPLE, {"action": "reset_second_factor", "_selected_action": [ana.pk]}, follow=True
    )

    assert "The second factor of ana@example.org is removed" in page.text
    assert not Authenticator.objects.exists()
    assert mail.outbox[-1].to == [ana.email]


def test_removal_is_done_also_when_the_mail_fails(
    operator: Client, ana: User, settings: Settings
) -> None:
    with_app(ana)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    told = StringIO()

    call_command("reset_second_factor", ana.email, stdout=StringIO(), stderr=told)

    assert "could not be sent" in told.getvalue()
    assert not Authenticator.objects.exists()


def test_staff_without_all_rights_leave_the_factors_of_those_who_have_them(
    client: Client, ana: User, boss: User
) -> None:
    with_app(boss)
    User.objects.filter(pk=ana.pk).update(is_staff=True)
    ana.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    sign_in(client, ana.email)

    client.post(PEOPLE, {"action": "reset_second_factor", "_selected_action": [boss.pk]})

    assert Authenticator.objects.filter(user=boss).exists()


def test_administration_lists_factors_and_shows_nothing_secret(operator: Client, ana: User) -> None:
    with_app(ana)
    row = Authenticator.objects.get(type="totp")

    page = operator.get(f"/admin/mfa/authenticator/{row.pk}/change/").text

    assert "ana" in operator.get("/admin/mfa/authenticator/?q=ana").text.lower()
    assert row.data["secret"] not in page
    assert "secret" not in page
    assert operator.get("/admin/mfa/authenticator/add/").status_code == 403
    assert operator.get("/admin/socialaccount/socialapp/").status_code == 404


@pytest.mark.parametrize(
    ("second_factor", "local", "errors"),
    [
        ("optional", True, []),
        ("everyone", True, []),
        ("all", True, ["accounts.E003"]),
        ("staff", False, ["accounts.E004"]),
    ],
)
def test_settings_that_make_no_sense_are_named(
    settings: Settings, second_factor: str, local: bool, errors: list[str]
) -> None:
    settings.SECOND_FACTOR, settings.LOCAL_SIGN_IN = second_factor, local

    assert [each.id for each in sign_in_is_possible_and_as_safe_as_said()] == errors
