"""Time zones to choose from: each once, under the name that it has today."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.zones import (
    ZonesWith,
    known_zone,
    name_of_today,
    renamed_zones,
    zone_choices,
    zone_names,
)

OLD = ["Asia/Calcutta", "Europe/Kiev", "America/Buenos_Aires", "Asia/Saigon", "Asia/Istanbul"]


def offered(name: str = "UTC") -> dict[str, str]:
    """Name → what is shown for it, of all that stand in a region."""
    return {
        zone: label
        for __, zones in ZonesWith(name)
        if isinstance(zones, list)
        for zone, label in zones
    }


@pytest.mark.parametrize("old", OLD)
def test_zone_with_an_old_name_is_offered_once(old: str) -> None:
    assert old not in offered()
    assert name_of_today(old) in offered()


def test_each_city_of_a_region_is_offered_once() -> None:
    for __, zones in zone_choices():
        labels = [label for __, label in zones]
        assert len(labels) == len({*labels})


@pytest.mark.parametrize(
    "name", ["Europe/Berlin", "Europe/Oslo", "America/Argentina/Buenos_Aires", "Asia/Urumqi", "UTC"]
)
def test_places_of_today_are_offered_though_their_rules_are_those_of_others(name: str) -> None:
    assert name in offered()


@pytest.mark.parametrize("old", OLD)
def test_whoever_has_an_old_name_keeps_it_and_reads_the_one_of_today(old: str) -> None:
    today = name_of_today(old)

    theirs = offered(old)

    assert theirs[old] == offered()[today]
    assert today not in theirs
    assert len(theirs) == len(offered())


def test_name_of_no_place_stands_before_the_list() -> None:
    assert ZonesWith("US/Pacific")[0] == ("US/Pacific", "US/Pacific")


def test_old_names_are_those_of_zones_that_are_on_offer() -> None:
    renamed = renamed_zones()

    assert {*renamed} <= zone_names()
    assert {*renamed.values()} <= {*offered()}
    assert renamed["Asia/Calcutta"] == "Asia/Kolkata"


@pytest.mark.parametrize("old", OLD)
def test_old_name_is_accepted_and_kept(member: Client, ana: User, old: str) -> None:
    fields = {"name": "Ana", "language": "en", "time_zone": old}

    member.post("/account/profile/", fields)
    shown = member.get("/account/profile/")
    member.post("/account/profile/", {**fields, "name": "Ana Alvarez"})

    ana.refresh_from_db()
    assert (ana.name, ana.time_zone) == ("Ana Alvarez", old)
    assert f'<option value="{old}" selected>' in shown.text
    assert known_zone(old)
