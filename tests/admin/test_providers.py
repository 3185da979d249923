import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from meetings.admin.providers import WORDS
from meetings.models import Booking, ProviderAccount, Room
from meetings.providers.base import Check, Features, Options
from meetings.providers.builtin import Provider as BuiltIn
from meetings.providers.errors import ProviderUnavailable
from meetings.services import breakers, rooms, switches
from tests.conftest import make_user, signed_in

pytestmark = pytest.mark.django_db


class Silent(BuiltIn):
    label = "Far away"

    def ping(self) -> list[Check]:
        raise ProviderUnavailable("did not answer within 5 seconds.", provider=self.label)


class Halting(BuiltIn):
    """It does one thing and not another, and repeats our secret."""

    label = "Halting"

    def __init__(self, alias: str, options: Options, *, trusted: bool = True) -> None:
        super().__init__(alias, Told(), trusted=trusted)

    def ping(self) -> list[Check]:
        return [
            Check(name="One", passed=True, features=("muting", "locking")),
            Check(name="Two", passed=False, message="It said: no, k3y is wrong.", features=LOCKING),
        ]


@dataclass(frozen=True)
class Told(Options):
    key: str = field(default="k3y", repr=False)


LOCKING = ("locking",)


@pytest.fixture
def overview() -> str:
    return reverse("admin:meetings_providers")


def test_the_front_page_leads_to_the_overview(as_staff: Client, overview: str) -> None:
    assert f'href="{overview}"' in as_staff.get("/admin/").text


def test_every_page_of_the_administration_leads_to_the_overview(
    as_staff: Client, overview: str
) -> None:
    page = as_staff.get(reverse("admin:meetings_booking_changelist")).text

    assert f'href="{overview}"' in page


def test_rooms_of_past_meetings_are_not_held_anywhere(
    as_staff: Client, overview: str, book: Callable[..., Booking]
) -> None:
    now = timezone.now()
    book(at=now - timedelta(days=2))
    book(at=now + timedelta(days=2))

    assert "1 room is held here." in as_staff.get(overview).text


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

    assert "Everything that was tried works" in page
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


# Where it comes from, and whether anything begins there


@pytest.fixture
def typed_in(db: None) -> ProviderAccount:
    return ProviderAccount.objects.create(alias="mine", backend=f"{Silent.__module__}.Silent")


def part_of(page: str, alias: str) -> str:
    """What the page says of one account."""
    found = [part for part in page.split("<section")[1:] if f"\n          {alias}\n" in part]
    assert len(found) == 1
    return found[0]


def test_it_says_where_each_account_comes_from_and_where_it_is_changed(
    as_staff: Client, overview: str, settings: Settings, typed_in: ProviderAccount
) -> None:
    always = as_staff.get(overview).text
    settings.MEETING_PROVIDERS = {"main": {"BACKEND": "builtin"}}

    page = as_staff.get(overview).text

    assert "always there" in part_of(always, "builtin")
    assert "from the environment" in part_of(page, "main")
    assert "typed in here" in part_of(page, "mine")
    edit = reverse("admin:meetings_provideraccount_change", args=[typed_in.pk])
    assert f'href="{edit}"' in part_of(page, "mine")
    assert f'href="{edit}"' not in part_of(page, "main")
    assert reverse("admin:meetings_provideraccount_add") in page


def test_an_account_that_counts_for_nothing_is_the_environments_with_the_way_to_its_row(
    as_staff: Client, overview: str, settings: Settings, typed_in: ProviderAccount
) -> None:
    settings.MEETING_PROVIDERS = {"mine": {"BACKEND": "builtin"}}

    part = part_of(as_staff.get(overview).text, "mine")

    assert "from the environment" in part
    assert f"/provideraccount/{typed_in.pk}/change/" in part


def test_a_test_tells_of_each_capability_whether_it_works(
    as_staff: Client, overview: str, settings: Settings
) -> None:
    settings.MEETING_PROVIDERS = {"far": {"BACKEND": f"{Silent.__module__}.Halting"}}

    part = part_of(as_staff.post(overview, {"alias": "far"}).text, "far")

    assert said_of(part, "mutes a person") == "It works"
    assert said_of(part, "locks a room") == "Does not work"
    assert said_of(part, "says who is inside") == "Not tried"
    assert said_of(part, "keeps recordings") == ""
    assert "It said: no, … is wrong." in part


def said_of(page: str, words: str) -> str:
    """The badge beside a capability."""
    line = page[page.index(words) : page.index("</li>", page.index(words))]
    return re.sub(r"<[^>]*>", "", line.removeprefix(words)).strip()


def test_an_account_is_switched_off_and_on_again(
    as_staff: Client, staff: User, overview: str
) -> None:
    off = as_staff.post(overview, {"alias": "builtin", "switch": "off"}, follow=True)
    was_off = switches.is_off("builtin")
    on = as_staff.post(overview, {"alias": "builtin", "switch": "on"}, follow=True)

    assert off.redirect_chain == [(overview, 302)]
    assert was_off
    assert "Switched off" in part_of(off.text, "builtin")
    assert "no meeting begins there" in off.text
    assert "Switched off" not in part_of(on.text, "builtin")
    assert not switches.is_off("builtin")


def test_nothing_unknown_is_switched_off(as_staff: Client, overview: str) -> None:
    as_staff.post(overview, {"alias": "imagined", "switch": "off"})

    assert switches.off_aliases() == frozenset()


def test_who_may_only_look_switches_nothing(overview: str, db: None) -> None:
    looker = make_user("Lena", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__startswith="view"))
    client = signed_in(looker)

    page = client.get(overview).text
    answer = client.post(overview, {"alias": "builtin", "switch": "off"})

    assert "Switch off" not in page
    assert answer.status_code == 403
    assert not switches.is_off("builtin")


def test_an_account_that_did_not_answer_lately_says_so(as_staff: Client, overview: str) -> None:
    silence = ProviderUnavailable("does not answer.")
    for __ in range(breakers.THRESHOLD):
        with pytest.raises(ProviderUnavailable), breakers.watching("builtin"):
            raise silence

    page = as_staff.get(overview).text

    assert "meetings begin elsewhere for a moment" in part_of(page, "builtin")
