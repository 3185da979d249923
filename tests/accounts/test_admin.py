import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.models import AuditEntry, User
from tests.conftest import PASSWORD

from .conftest import sign_in

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/user/"


@pytest.fixture
def operator(client: Client, boss: User) -> Client:
    sign_in(client, boss.email)
    return client


def fields(user: User, **changes: str) -> dict[str, str]:
    sizes = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0"}
    inlines = {
        f"{name}_set-{key}": value
        for name in ("emailaddress", "usersession")
        for key, value in sizes.items()
    }
    about = {"email": user.email, "name": user.name, "language": "en", "time_zone": "UTC"}
    return {**about, "is_active": "on", **inlines, **changes}


def test_the_admin_is_entered_by_our_sign_in_page(client: Client) -> None:
    assert client.get("/admin/", follow=True).request["PATH_INFO"] == "/account/login/"
    assert client.get("/admin/login/?next=/admin/").url == "/account/login/?next=/admin/"


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("en", ["People", "Addresses of people", "Where people are signed in"]),
        ("de", ["Personen", "Adressen der Personen", "Wo Personen angemeldet sind"]),
    ],
)
def test_the_admin_names_its_parts_in_our_words(
    operator: Client, boss: User, language: str, titles: list[str]
) -> None:
    User.objects.update(language=language)

    page = operator.get("/admin/").text

    sections = [name.strip() for name in re.findall(r'class="section"[^>]*>([^<]+)<', page)]
    assert set(titles) <= set(sections)
    assert not {"Accounts", "Konten", "User Sessions", "Benutzersitzungen"} & set(sections)


def test_the_admin_is_for_staff_only(member: Client) -> None:
    assert member.get("/admin/login/").status_code == 403
    assert member.get("/admin/", follow=True).status_code == 403


def test_staff_change_their_password_where_everybody_does(operator: Client) -> None:
    page = operator.get("/admin/password_change/")

    assert "All other browsers will be signed out." in page.text


@pytest.mark.parametrize("query", ["", "?q=ana", "?is_staff__exact=1", "?language__exact=de"])
def test_people_are_listed_found_and_filtered(operator: Client, ana: User, query: str) -> None:
    assert operator.get(LIST + query).status_code == 200


@pytest.mark.parametrize("model", ["accounts/user", "account/emailaddress", "accounts/invitation"])
def test_every_list_can_be_searched(operator: Client, ana: User, model: str) -> None:
    assert operator.get(f"/admin/{model}/?q=ana").status_code == 200


def test_sessions_are_found_by_person_and_show_no_key(operator: Client, boss: User) -> None:
    page = operator.get("/admin/usersessions/usersession/?q=boss")

    assert "An unknown browser" in page.text
    assert operator.session.session_key not in page.text


def test_a_person_shows_addresses_and_browsers_and_no_password(operator: Client, ana: User) -> None:
    page = operator.get(f"{LIST}{ana.pk}/change/").text

    assert "ana@example.org" in page
    assert ana.password not in page
    assert "md5$" not in page


def test_a_person_made_in_the_admin_sets_the_password_by_the_mailed_link(
    operator: Client, path_in_mail: Callable[[], str]
) -> None:
    operator.post(
        f"{LIST}add/",
        {"email": "Eve@example.org", "name": "Eve", "language": "en", "time_zone": "UTC"},
    )
    eve = Client()
    form = eve.get(path_in_mail(), follow=True)

    eve.post(form.request["PATH_INFO"], {"password1": "calm-heron-31"})

    sign_in(eve, "eve@example.org", "calm-heron-31")
    assert eve.get("/account/profile/").status_code == 200


def test_an_address_corrected_in_the_admin_is_the_one_to_sign_in_with(
    operator: Client, ana: User
) -> None:
    operator.post(f"{LIST}{ana.pk}/change/", fields(ana, email="Ana@new.example"))

    sign_in(Client(), "ana@new.example")
    old = Client().post("/account/login/", {"login": "ana@example.org", "password": PASSWORD})
    assert old.status_code == 200


def test_an_address_in_use_is_refused_whatever_its_case(
    operator: Client, ana: User, boss: User
) -> None:
    response = operator.post(f"{LIST}{ana.pk}/change/", fields(ana, email="BOSS@example.org"))

    assert "exists already" in response.text


def act(client: Client, action: str, *people: User) -> None:
    client.post(LIST, {"action": action, "_selected_action": [person.pk for person in people]})


def test_a_link_to_set_the_password_is_sent_to_those_selected(operator: Client, ana: User) -> None:
    act(operator, "send_password_link", ana)

    assert mail.outbox[-1].to == [ana.email]


def test_switching_off_signs_out_at_once_and_spares_oneself(
    operator: Client, ana: User, boss: User
) -> None:
    browser = Client()
    sign_in(browser, ana.email)

    act(operator, "switch_off", ana, boss)

    assert browser.get("/account/profile/").status_code == 302
    assert operator.get(LIST).status_code == 200
    act(operator, "switch_on", ana)
    sign_in(Client(), ana.email)


def test_switching_off_and_on_stands_in_the_audit_log(
    operator: Client, ana: User, boss: User
) -> None:
    for action in ("switch_off", "switch_off", "switch_on"):
        act(operator, action, ana, boss)

    told = AuditEntry.objects.about(ana).filter(user=boss, by="operator").order_by("pk")
    assert [entry.action for entry in told] == ["switched_off", "switched_on"]
    assert not AuditEntry.objects.about(boss).filter(action__startswith="switched").exists()


def test_staff_without_all_rights_cannot_give_rights_nor_touch_those_who_have_them(
    client: Client, ana: User, boss: User
) -> None:
    User.objects.filter(pk=ana.pk).update(is_staff=True)
    ana.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    sign_in(client, ana.email)

    client.post(f"{LIST}{ana.pk}/change/", fields(ana, is_superuser="on"))
    refused = client.post(f"{LIST}{boss.pk}/change/", fields(boss, email="mine@evil.example"))
    act(client, "switch_off", boss)

    assert refused.status_code == 403
    boss.refresh_from_db()
    ana.refresh_from_db()
    assert (boss.email, boss.is_active) == ("boss@example.org", True)
    assert not ana.is_superuser


def test_a_person_is_made_also_when_the_mail_fails_and_the_page_says_so(
    operator: Client, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    about = {"email": "eve@example.org", "name": "Eve", "language": "en", "time_zone": "UTC"}

    page = operator.post(f"{LIST}add/", about, follow=True)

    assert "The mail to eve@example.org could not be sent" in page.text
    assert User.objects.filter(email="eve@example.org").exists()
