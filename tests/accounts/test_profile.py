from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.utils.encoding import iri_to_uri

from accounts.models import User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
URL = "/account/profile/"


def fields(**changes: str) -> dict[str, str]:
    return {"name": "Ana", "language": "en", "time_zone": "Europe/Berlin", **changes}


def test_a_new_zone_changes_how_times_read_and_no_stored_instant(member: Client, ana: User) -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    UserSession.objects.update(created_at=noon)
    assert "2:00 PM" in member.get("/account/sessions/").text

    member.post(URL, fields(time_zone="Asia/Tokyo"))

    page = member.get("/account/sessions/").text
    assert "9:00 PM" in page
    assert "2:00 PM" not in page
    assert UserSession.objects.get().created_at == noon


def test_a_new_language_is_spoken_from_the_next_page_on(member: Client) -> None:
    response = member.post(URL, fields(language="de"), follow=True)

    assert ' lang="de"' in response.text
    assert response.headers["Content-Language"] == "de"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../../etc/passwd", "localtime"])
def test_what_is_not_a_zone_is_refused_at_its_field(member: Client, ana: User, zone: str) -> None:
    response = member.post(URL, fields(time_zone=zone))

    assert 'id="id_time_zone_error' in response.text
    ana.refresh_from_db()
    assert ana.time_zone == "Europe/Berlin"


def test_a_zone_under_an_old_name_can_be_kept(member: Client, ana: User) -> None:
    User.objects.update(time_zone="US/Pacific")

    member.post(URL, fields(name="Ana Alvarez", time_zone="US/Pacific"))

    ana.refresh_from_db()
    assert (ana.name, ana.time_zone) == ("Ana Alvarez", "US/Pacific")


def test_nobody_is_asked_about_a_zone_they_have_confirmed(member: Client) -> None:
    assert "your time zone?" not in member.get(URL).text


def test_a_guessed_zone_is_asked_about_and_confirmed_by_one_click(
    member: Client, ana: User
) -> None:
    User.objects.update(zone_confirmed=False)
    member.cookies["zone"] = "Europe/Lisbon"
    asked = member.get(URL)
    assert "Is <strong>Europe/Lisbon</strong> your time zone?" in asked.text

    member.post("/account/zone/", {"time_zone": "Europe/Lisbon", "next": URL})

    ana.refresh_from_db()
    assert (ana.time_zone, ana.zone_confirmed) == ("Europe/Lisbon", True)
    assert "your time zone?" not in member.get(URL).text


def test_who_travels_is_asked_and_nothing_changes_by_itself(member: Client, ana: User) -> None:
    member.cookies["zone"] = "America/New_York"

    asked = member.get(URL)

    assert "This device is in <strong>America/New York</strong>" in asked.text
    ana.refresh_from_db()
    assert ana.time_zone == "Europe/Berlin"


def test_who_keeps_their_zone_is_not_asked_again_until_they_travel_on(member: Client) -> None:
    member.cookies["zone"] = "America/New_York"

    member.post("/account/zone/", {"time_zone": "America/New_York", "keep": "yes", "next": URL})

    assert "This device is in <strong>" not in member.get(URL).text
    member.cookies["zone"] = "Asia/Tokyo"
    assert "This device is in <strong>Asia/Tokyo" in member.get(URL).text


def test_a_zone_with_the_same_clock_is_no_question(member: Client) -> None:
    member.cookies["zone"] = "Europe/Paris"

    assert "This device is in <strong>" not in member.get(URL).text


def test_the_banner_takes_no_zone_that_does_not_exist(member: Client, ana: User) -> None:
    response = member.post("/account/zone/", {"time_zone": "Mars/Olympus"}, follow=True)

    assert "That is not a time zone" in response.text
    ana.refresh_from_db()
    assert ana.time_zone == "Europe/Berlin"


def test_the_banner_leads_back_to_our_pages_only(member: Client) -> None:
    form = {"time_zone": "Europe/Berlin", "next": "https://evil.example/"}

    assert member.post("/account/zone/", form).url == URL


@pytest.mark.parametrize("address", ["/account/zone/", "/account/theme/"])
@pytest.mark.parametrize(
    "nonsense",
    [
        "nonsense",
        "dashboard",
        "profile/",
        "[",
        "../x",
        "?",
        "",
        " ",
        "\0",
        "/a\nb",
        "//x",
        "/" + "x" * 9000,
    ],
)
def test_nonsense_as_the_page_to_go_back_to_leads_to_the_profile(
    member: Client, address: str, nonsense: str
) -> None:
    form = {"time_zone": "Europe/Berlin", "theme": "dark", "next": nonsense}

    assert member.post(address, form).url == URL


@pytest.mark.parametrize("page", ["/meetings/?q=Büro&day=2026-07-01", "/j/x/", "/"])
def test_the_theme_leads_back_to_the_page_it_was_chosen_on(member: Client, page: str) -> None:
    answer = member.post("/account/theme/", {"theme": "dark", "next": page})

    assert answer.url == iri_to_uri(page)


def test_a_zone_to_keep_that_is_none_is_not_kept(member: Client) -> None:
    for zone in ("\0", "\n", "Mars/Olympus", "é" * 500, ""):
        answer = member.post("/account/zone/", {"keep": "1", "time_zone": zone})

        assert (answer.status_code, answer.url) == (302, URL)
        assert "zone_kept" not in answer.cookies


def test_a_new_address_counts_once_its_mailed_link_was_followed(
    member: Client, ana: User, path_in_mail: Callable[[], str]
) -> None:
    member.post("/account/email/", {"email": "ana@new.example", "action_add": "1"})
    member.post("/account/reauthenticate/?next=/account/email/", {"password": PASSWORD})
    member.post("/account/email/", {"email": "ana@new.example", "action_add": "1"})
    ana.refresh_from_db()
    assert ana.email == "ana@example.org"
    assert "ana@new.example" in member.get("/account/email/").text

    member.post(path_in_mail())

    ana.refresh_from_db()
    assert ana.email == "ana@new.example"
    assert mail.outbox[-1].to == ["ana@example.org"]


def test_an_address_that_is_somebody_elses_by_now_is_refused(
    member: Client, ana: User, path_in_mail: Callable[[], str]
) -> None:
    member.post("/account/reauthenticate/", {"password": PASSWORD})
    member.post("/account/email/", {"email": "eve@example.org", "action_add": "1"})
    User.objects.create_user("eve@example.org", PASSWORD, name="Eve")

    member.post(path_in_mail())

    ana.refresh_from_db()
    assert ana.email == "ana@example.org"


def test_light_and_dark_are_chosen_per_browser(member: Client) -> None:
    member.post("/account/theme/", {"theme": "dark"})
    assert 'data-theme="dark"' in member.get(URL).text

    member.post("/account/theme/", {"theme": "system"})

    assert "data-theme" not in member.get(URL).text


def test_the_profile_is_for_those_who_are_signed_in(client: Client) -> None:
    assert client.get(URL).url == "/account/login/?next=/account/profile/"
