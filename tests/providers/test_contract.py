"""The contract notices providers that do not keep to it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from meetings.providers import builtin
from meetings.providers.base import (
    FEATURE_METHODS,
    Attendee,
    Check,
    JoinTicket,
    MeetingProvider,
    Options,
    RoomRef,
    RoomSpec,
)

from .contract import REF, SPEC, ProviderContract


def contract_for(provider: type[MeetingProvider[Any]], **options: str) -> ProviderContract:
    contract = ProviderContract()
    contract.provider_class, contract.options = provider, options  # type: ignore[misc]
    return contract


class Boastful(builtin.Provider):
    features = replace(builtin.Provider.features, booking=True)


class Modest(builtin.Provider):
    features = replace(builtin.Provider.features, muting=False)


class Indifferent(builtin.Provider):
    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        return JoinTicket(url="https://the.same.for/everyone")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedOptions(Options):
    api_key: str


class Keyed(builtin.Provider):
    options_class = KeyedOptions


class Plain(MeetingProvider[Options]):
    """Only what every provider must have."""

    slug, label = "plain", "Plain"

    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        return RoomRef(room_id=spec.key)

    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        return JoinTicket(url=f"https://plain.example/{attendee.key}")

    def ping(self) -> list[Check]:
        return [Check(name="Nothing", passed=True)]


@pytest.mark.parametrize("feature", sorted(FEATURE_METHODS))
def test_what_a_plain_provider_lacks_is_refused_by_name(feature: str) -> None:
    contract = contract_for(Plain)

    contract.test_feature_is_said_exactly_when_its_methods_are_written(feature)
    contract.test_missing_feature_is_refused_by_name(contract.build(), feature)


def test_plain_provider_takes_our_key_for_its_booking_and_sets_no_limit() -> None:
    plain = contract_for(Plain).build()

    assert plain.book(SPEC) == REF
    assert plain.rebook(REF, SPEC) == REF
    assert plain.cancel(REF) is None
    assert plain.most_people is None


@pytest.mark.parametrize(("provider", "feature"), [(Boastful, "booking"), (Modest, "muting")])
def test_flag_that_says_too_much_or_too_little_is_noticed(
    provider: type[MeetingProvider[Any]], feature: str
) -> None:
    with pytest.raises(AssertionError):
        contract_for(provider).test_feature_is_said_exactly_when_its_methods_are_written(feature)


def test_provider_that_does_not_tell_hosts_from_guests_is_noticed() -> None:
    contract = contract_for(Indifferent)

    with pytest.raises(AssertionError):
        contract.test_host_and_guest_get_different_ways_in(contract.build())


def test_secret_option_that_shows_is_noticed() -> None:
    contract = contract_for(Keyed, api_key="very-secret")
    contract.secrets = ("api_key",)  # type: ignore[misc]

    contract.test_missing_option_is_refused_by_name()
    with pytest.raises(AssertionError):
        contract.test_secrets_are_not_shown(contract.build())
