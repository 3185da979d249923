from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.devices import device_name
from accounts.models import User

from .conftest import sign_in

pytestmark = pytest.mark.django_db
URL = "/account/sessions/"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile Safari/604.1"
LAPTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"


@pytest.fixture
def phone(ana: User) -> Client:
    client = Client(headers={"User-Agent": PHONE}, REMOTE_ADDR="192.0.2.7")
    sign_in(client, ana.email)
    return client


def test_the_list_names_device_and_address(member: Client, phone: Client) -> None:
    page = member.get(URL).text

    assert "Safari on iPhone" in page
    assert "192.0.2.7" in page
    assert page.count("This browser") == 1


def test_ending_a_session_signs_that_browser_out_and_no_other(
    member: Client, phone: Client
) -> None:
    session = UserSession.objects.get(ip="192.0.2.7")

    member.post(f"{URL}{session.pk}/end/")

    assert phone.get(URL).status_code == 302
    assert member.get(URL).status_code == 200


def test_all_other_browsers_can_be_signed_out_at_once(
    member: Client, phone: Client, ana: User
) -> None:
    third = Client()
    sign_in(third, ana.email)

    member.post(f"{URL}others/end/")

    assert [phone.get(URL).status_code, third.get(URL).status_code] == [302, 302]
    assert member.get(URL).status_code == 200


def test_the_sessions_of_others_cannot_be_ended(member: Client, boss: User) -> None:
    foreign = Client()
    sign_in(foreign, boss.email)
    session = UserSession.objects.get(user=boss)

    response = member.post(f"{URL}{session.pk}/end/")

    assert response.status_code == 404
    assert foreign.get(URL).status_code == 200


def test_no_session_key_stands_in_the_page(member: Client) -> None:
    key = UserSession.objects.get().session_key

    assert key not in member.get(URL).text


def test_the_last_visit_is_noted_once_a_minute(member: Client) -> None:
    first = UserSession.objects.get().last_seen_at
    member.get(URL)
    assert UserSession.objects.get().last_seen_at == first

    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        member.get(URL)

    assert UserSession.objects.get().last_seen_at > first


def test_a_visitor_without_a_session_costs_no_query(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        client.get("/account/inactive/")


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (LAPTOP, "Firefox on Linux"),
        (PHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/129.0 Safari/537.36 Edg/129.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/129.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5.0", "An unknown browser"),
        ("", "An unknown browser"),
    ],
)
def test_browsers_are_named_in_words(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name


@pytest.mark.parametrize("cookie", ["\x00", "a\x00b", "schlüssel", "'; --", " "])
def test_a_session_cookie_that_cannot_be_ours_is_no_session(client: Client, cookie: str) -> None:
    client.cookies["sessionid"] = cookie

    response = client.get("/account/login/")

    assert response.status_code == 200
