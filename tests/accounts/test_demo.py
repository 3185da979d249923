from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from accounts.demo import demo_sign_in_path
from accounts.models import User

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def dana(settings: Settings) -> User:
    settings.DEMO = True
    return User.objects.create_user("dana@demo.example", name="Dana Demo")


def test_the_link_shows_one_button_and_pressing_it_signs_in(client: Client, dana: User) -> None:
    link = demo_sign_in_path(dana)
    assert "Sign in as Dana" in client.get(link).text

    client.post(link)

    assert "Dana Demo" in client.get("/account/profile/").text


def test_a_preview_of_the_link_signs_nobody_in(client: Client, dana: User) -> None:
    link = demo_sign_in_path(dana)

    client.get(link)
    client.head(link)

    assert client.get("/account/profile/").status_code == 302
    assert client.get(link).status_code == 200


def test_the_link_works_once(client: Client, dana: User) -> None:
    link = demo_sign_in_path(dana)
    client.post(link)

    again = Client().post(link)

    assert again.status_code == 404
    assert "already" in again.text


def test_the_link_lasts_a_day(client: Client, dana: User) -> None:
    link = demo_sign_in_path(dana)

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)):
        assert client.post(link).status_code == 404


def test_without_demo_there_is_no_such_door(client: Client, dana: User, settings: Settings) -> None:
    link = demo_sign_in_path(dana)
    settings.DEMO = False

    assert client.post(link).status_code == 404
    assert client.get("/account/profile/").status_code == 302


@pytest.mark.parametrize("token", ["x", "1-2-3", "zzzzzzzzzzzz-1-2", "ⅷ-1-2", "-", "1-", "1-%00"])
def test_nonsense_is_not_found(client: Client, dana: User, token: str) -> None:
    assert client.get(f"/account/demo/{token}/").status_code == 404


def test_a_link_is_for_its_own_person(client: Client, dana: User, boss: User) -> None:
    number, secret = demo_sign_in_path(dana).split("/")[-2].split("-", 1)
    assert int(number, 36) == dana.pk

    response = client.post(f"/account/demo/{boss.pk}-{secret}/")

    assert response.status_code == 404


def test_who_came_by_the_link_can_set_a_first_password(client: Client, dana: User) -> None:
    client.post(demo_sign_in_path(dana))

    page = client.get("/account/password/change/", follow=True)
    client.post("/account/password/set/", {"password1": "calm-heron-31"})

    assert "You have no password yet." in page.text
    dana.refresh_from_db()
    assert dana.check_password("calm-heron-31")
    assert client.get("/account/profile/").status_code == 200
