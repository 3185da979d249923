"""What browsers are told of every page, whoever sees it and whatever went wrong."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from meetings.models import Room

PUBLIC = ["/", "/account/login/", "/account/signup/", "/account/password/reset/", "/my-data/"]
PUBLIC += ["/j/unknown/", "/nothing-here/", "/hooks/main/wrong/", "/admin/login/"]
MEMBERS = ["/", "/account/profile/", "/account/sessions/", "/account/security/", "/account/email/"]
OWN = ["dashboard", "booking-new", "room-list", "room-new", "calendars", "move"]
STAFF = ["/admin/", "/admin/accounts/user/", "/admin/accounts/auditentry/", "/admin/jsi18n/"]


def check(answer: object) -> None:
    headers = answer.headers  # type: ignore[attr-defined]
    policy = dict(part.strip().partition(" ")[::2] for part in said(headers).split(";") if part)
    assert "unsafe" not in said(headers)
    assert "*" not in said(headers)
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"].startswith("'self'")
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] in {
        "same-origin",
        "no-referrer",
        "strict-origin-when-cross-origin",
    }
    assert "geolocation=()" in headers["Permissions-Policy"]


def said(headers: dict[str, str]) -> str:
    return headers["Content-Security-Policy"]


@pytest.mark.parametrize("page", PUBLIC)
def test_public_page_and_refusal_are_told_the_same(client: Client, db: None, page: str) -> None:
    check(client.get(page))


@pytest.mark.parametrize("page", MEMBERS)
def test_page_of_an_account_is_told_the_same(as_dana: Client, page: str) -> None:
    check(as_dana.get(page))


@pytest.mark.parametrize("name", OWN)
def test_own_page_is_told_the_same(as_dana: Client, name: str) -> None:
    check(as_dana.get(reverse(name)))


@pytest.mark.parametrize("page", STAFF)
def test_administration_is_told_the_same(as_staff: Client, page: str) -> None:
    check(as_staff.get(page))


def test_door_and_room_are_told_the_same(as_dana: Client, client: Client, room: Room) -> None:
    link = room.links.get(purpose="participant")

    check(as_dana.get(reverse("room", args=[room.pk])))
    check(client.get(link.get_absolute_url()))


def test_error_of_ours_is_told_the_same(client: Client, db: None, monkeypatch: object) -> None:
    from meetings.views import home  # noqa: PLC0415

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(home, "render", broken)  # type: ignore[attr-defined]
    client.raise_request_exception = False

    answer = client.get("/")

    assert answer.status_code == 500
    check(answer)


def test_form_without_its_token_is_refused_with_the_same_headers(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/account/login/", {})

    assert answer.status_code == 403
    check(answer)


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "evil.example:80@x"])
def test_name_that_is_not_ours_gets_no_page(client: Client, db: None, host: str) -> None:
    answer = client.get("/account/password/reset/", headers={"Host": host})

    assert answer.status_code == 400
    assert "evil" not in re.sub(r"<title>.*?</title>", "", answer.text)


def test_cookies_are_out_of_reach_of_scripts(as_dana: Client, settings: Settings) -> None:
    settings.SESSION_COOKIE_SECURE = True
    as_dana.get("/account/profile/")

    cookie = as_dana.cookies["sessionid"]
    assert (settings.SESSION_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE) == (True, "Lax")
    assert cookie is not None


def test_session_that_somebody_planted_is_not_the_one_after_signing_in(
    client: Client, dana: object
) -> None:
    from tests.conftest import PASSWORD  # noqa: PLC0415

    client.get("/account/login/")
    client.session.create()
    client.cookies["sessionid"] = planted = "a" * 32

    client.post("/account/login/", {"login": "dana@example.org", "password": PASSWORD})

    assert client.cookies["sessionid"].value != planted
    assert client.session.get("_auth_user_id")
