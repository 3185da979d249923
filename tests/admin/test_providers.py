from dataclasses import fields

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from meetings.admin.providers import WORDS
from meetings.models import Room
from meetings.providers.base import Check, Features
from meetings.providers.builtin import Provider as BuiltIn
from meetings.providers.errors import ProviderUnavailable
from meetings.services import rooms

pytestmark = pytest.mark.django_db


class Silent(BuiltIn):
    label = "Far away"

    def ping(self) -> list[Check]:
        raise ProviderUnavailable("did not answer within 5 seconds.", provider=self.label)


@pytest.fixture
def overview() -> str:
    return reverse("admin:meetings_providers")


def test_the_front_page_leads_to_the_overview(as_staff: Client, overview: str) -> None:
    assert f'href="{overview}"' in as_staff.get("/admin/").text


def test_it_lists_what_is_set_up_what_it_can_do_and_how_many_rooms_have_it(
    as_staff: Client, overview: str, room: Room
) -> None:
    page = as_staff.get(overview).text

    assert "Built-in room" in page
    assert "1 room is held here." in page
    assert "mutes a person" in page
    assert "Passed" not in page


def test_the_test_button_tells_each_check(
    as_staff: Client, overview: str, settings: Settings
) -> None:
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.example.org"], ""

    page = as_staff.post(overview, {"alias": "builtin"}).text

    assert "Messages between people" in page
    assert page.count("Passed</span>") == 2
    assert page.count("Failed</span>") == 1
    assert "people behind strict firewalls cannot connect" in page
    assert "Not everything is as it should be" in page


def test_an_account_without_fault_is_praised(
    as_staff: Client, overview: str, settings: Settings
) -> None:
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.example"], "a-secret-of-the-relay"

    page = as_staff.post(overview, {"alias": "builtin"}).text

    assert "Everything works" in page
    assert "a-secret-of-the-relay" not in page


def test_a_provider_that_does_not_answer_is_a_failed_check_and_no_broken_page(
    as_staff: Client, overview: str, settings: Settings
) -> None:
    settings.MEETING_PROVIDERS = {
        "far": {"BACKEND": f"{Silent.__module__}.Silent"},
        "near": {"BACKEND": "builtin"},
    }

    page = as_staff.post(overview, {"alias": "far"}).text

    assert "did not answer within 5 seconds." in page
    assert page.count("Failed</span>") == 1
    assert "Passed</span>" not in page


def test_an_alias_that_rooms_still_have_but_nobody_set_up_is_shown_as_trouble(
    as_staff: Client, overview: str, dana: User
) -> None:
    rooms.create_room(dana, name="Left behind", provider_alias="former")

    page = as_staff.post(overview, {"alias": "former"}).text

    assert "There is no provider “former”." in page
    assert "1 room is held here." in page


def test_testing_something_unknown_tests_nothing(as_staff: Client, overview: str) -> None:
    assert "Passed" not in as_staff.post(overview, {"alias": "imagined"}).text


def test_every_feature_has_its_words() -> None:
    assert set(WORDS) == {feature.name for feature in fields(Features)}
