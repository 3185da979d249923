"""Switching a provider off for a while."""

import pytest

from accounts.models import User
from meetings.models import ProviderSwitch
from meetings.services import switches

pytestmark = pytest.mark.django_db


def test_nothing_is_off_until_somebody_switches_it_off() -> None:
    assert switches.off_aliases() == frozenset()
    assert not switches.is_off("main")


def test_one_alias_is_off_and_the_others_are_not(staff: User) -> None:
    switches.switch_off("main", by=staff)

    assert switches.off_aliases() == {"main"}
    assert switches.is_off("main")
    assert not switches.is_off("Main")
    assert not switches.is_off("spare")


def test_who_switched_it_off_first_is_remembered(staff: User, dana: User) -> None:
    first = switches.switch_off("main", by=staff)

    again = switches.switch_off("main", by=dana)

    assert again == first
    assert (again.off_by, again.off_since) == (staff, first.off_since)
    assert str(ProviderSwitch.objects.get()) == "main"


def test_switched_on_again_it_is_as_before(staff: User) -> None:
    switches.switch_off("main", by=staff)

    switches.switch_on("main")
    switches.switch_on("main")

    assert not switches.is_off("main")


def test_switch_outlives_the_person_who_used_it(staff: User) -> None:
    switches.switch_off("main", by=staff)

    staff.delete()

    assert switches.is_off("main")
    assert ProviderSwitch.objects.get().off_by is None
