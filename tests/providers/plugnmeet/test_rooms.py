"""plugNmeet: rooms are opened, looked for and ended."""

from dataclasses import replace

import pytest

from meetings.providers.base import RoomKind, RoomRef
from meetings.providers.errors import (
    ProviderRefused,
    ProviderUnavailable,
    RoomNotFound,
)
from meetings.providers.plugnmeet import Provider

from ..contract import GUEST, REF, SPEC
from ..doubles import base as faults
from ..doubles.base import Call, Reply
from ..doubles.plugnmeet import Double
from .kit import SOON, VERSIONS, account, enter, says


@pytest.mark.parametrize("version", VERSIONS)
def test_room_opens_at_every_version_and_does_as_asked(version: str) -> None:
    with Double(version=version) as double:
        ref = account(double).init_room(REF, SPEC)

    assert ref == RoomRef(room_id=SPEC.key, session_id=double.rooms[SPEC.key].sid)


def test_room_is_asked_for_in_full(double: Double, provider: Provider) -> None:
    spec = replace(
        SPEC,
        title="50 % & <Été>",
        capacity=7,
        webhook_url="https://parley.example/hooks/main/t0k3n/",
        return_url="https://parley.example/j/x/",
    )

    provider.init_room(REF, spec)

    asked = double.journal[-1].json()
    assert asked["room_id"] == SPEC.key
    assert asked["max_participants"] == 7
    assert asked["empty_timeout"] == 1800
    assert asked["metadata"]["room_title"] == "50 % & <Été>"
    assert asked["metadata"]["webhook_url"] == spec.webhook_url
    assert asked["metadata"]["logout_url"] == spec.return_url


def test_room_leaves_out_what_the_server_refuses_to_see_empty(
    double: Double, provider: Provider
) -> None:
    provider.init_room(REF, replace(SPEC, title=" ", return_url="javascript:alert(1)"))

    asked = double.journal[-1].json()
    assert "max_participants" not in asked
    assert {"webhook_url", "logout_url"}.isdisjoint(asked["metadata"])
    assert asked["metadata"]["room_title"] == SPEC.key


def test_room_that_nobody_enters_is_kept_at_least_two_minutes(double: Double) -> None:
    account(double, empty_minutes=1).init_room(REF, SPEC)

    assert double.rooms[SPEC.key].empty_timeout == 120  # anything less would be half an hour


def test_lost_answer_to_create_is_asked_for_again(double: Double, provider: Provider) -> None:
    def first_is_lost(double: faults.Double, call: Call, reply: Reply) -> Reply | None:
        return reply if len(double.journal) > 1 else None

    with double.failing(first_is_lost):
        ref = provider.init_room(REF, SPEC)

    assert [room.sid for room in double.past] == [ref.session_id]
    assert len(double.journal) == 2


def test_room_that_ran_already_keeps_its_session_and_says_what_differs(
    double: Double, provider: Provider
) -> None:
    first = provider.init_room(REF, SPEC)

    changed = replace(SPEC, waits=True, kind=RoomKind.WEBINAR, webhook_url="https://p.example/")
    again = provider.init_room(first, changed)

    assert again.session_id == first.session_id
    assert again.differences == ("waiting_room", "webinars", "sharing_switch", "webhooks")


def test_room_opened_after_it_ended_is_a_new_session(double: Double, provider: Provider) -> None:
    first = provider.init_room(REF, SPEC)
    provider.end_room(first)

    again = provider.init_room(first, SPEC)

    assert again.session_id != first.session_id
    assert provider.is_live(again)


def test_room_still_being_ended_is_for_later() -> None:
    with Double(lock_seconds=60) as double:
        provider = account(double)
        provider.end_room(provider.init_room(REF, SPEC))

        with pytest.raises(ProviderUnavailable, match="operation is currently locked"):
            provider.init_room(REF, SPEC)


def test_room_id_that_is_too_long_is_refused_before_it_breaks_the_server() -> None:
    with Double(long_ids_break=True) as double:
        provider = account(double, room_prefix="p" * 24)

        assert provider.init_room(REF, replace(SPEC, key="k" * 37))
        with pytest.raises(ProviderRefused, match="plugNmeet: the room's id is too long"):
            provider.init_room(REF, replace(SPEC, key="k" * 38))

        assert len(double.journal) == 1


def test_room_is_gone_when_the_server_has_forgotten_it() -> None:
    with Double(lifetime=0) as double:
        provider = account(double)
        room = provider.init_room(REF, SPEC)

        assert provider.is_live(room) is False
        with pytest.raises(RoomNotFound):
            provider.join(room, GUEST, until=SOON)


@pytest.mark.parametrize("ends", [True, False])
def test_room_whose_last_person_left_can_be_entered_again(ends: bool) -> None:
    with Double(last_one_ends_it=ends) as double:
        provider = account(double)
        room = provider.init_room(REF, SPEC)
        enter(provider.join(room, GUEST, until=SOON).url)

        double.leave(SPEC.key, "g-2")

        assert provider.is_live(room) is not ends
        assert "came in as" in enter(
            provider.join(provider.init_room(room, SPEC), GUEST, until=SOON).url
        )


def test_prefix_is_outside_only(double: Double) -> None:
    provider = account(double, room_prefix="cnf-")

    ref = provider.init_room(REF, SPEC)

    assert list(double.rooms) == ["cnf-" + SPEC.key]
    assert ref.room_id == SPEC.key
    assert provider.is_live(ref)
    assert provider.live_rooms() == (RoomRef(room_id=SPEC.key, session_id=ref.session_id),)


def test_open_rooms_are_ours_and_no_breakout_rooms(double: Double, provider: Provider) -> None:
    ours = provider.init_room(REF, SPEC)
    account(double, room_prefix="lms-").init_room(REF, SPEC)
    double.rooms["breakout"] = double.rooms[SPEC.key].__class__(
        f"{SPEC.key}-1", {"room_title": "1", "is_breakout_room": True}
    )

    assert [room.room_id for room in provider.live_rooms()] == [ours.room_id, "lms-" + SPEC.key]
    assert [room.room_id for room in account(double, room_prefix="lms-").live_rooms()] == [SPEC.key]


def test_no_open_room_is_an_empty_list(provider: Provider) -> None:
    assert provider.live_rooms() == ()


@pytest.mark.parametrize("version", ["1.9.4", "2.4.0"])
def test_room_that_never_was_is_not_live_and_has_ended(version: str) -> None:
    with Double(version=version) as double:
        provider = account(double)

        assert provider.is_live(REF) is False
        assert provider.end_room(REF) is None
        assert provider.roster(REF) == ()


def test_refusal_to_look_at_a_room_is_a_room_that_is_not_live(
    double: Double, provider: Provider
) -> None:
    with double.failing(says({"status": False, "msg": "room is not active"})):
        assert provider.is_live(REF) is False


def test_past_rooms_are_over_for_sure(double: Double, provider: Provider) -> None:
    provider.end_room(provider.init_room(REF, SPEC))
    running = provider.init_room(REF, SPEC)

    (past,) = provider.past_rooms([SPEC.key])

    assert past.session_id != running.session_id
    assert (past.room_id, past.title) == (SPEC.key, SPEC.title)
    assert past.started_at
    assert past.ended_at
    assert past.ended_at >= past.started_at


def test_past_rooms_of_nobody_are_not_everybodys(double: Double, provider: Provider) -> None:
    provider.end_room(provider.init_room(REF, SPEC))

    assert provider.past_rooms([]) == ()
    assert provider.past_rooms(["other"]) == ()


@pytest.mark.parametrize(
    ("created", "ended"),
    [("2026-01-02T10:00:00Z", "2026-01-01T10:00:00Z"), ("2026-01-02T10:00:00Z", "")],
)
def test_past_room_that_ends_before_it_began_is_running(
    double: Double, provider: Provider, created: str, ended: str
) -> None:
    row = {"room_id": SPEC.key, "room_sid": "s", "created": created, "ended": ended}
    answer = {"status": True, "result": {"rooms_list": [row]}}

    with double.failing(says(answer)):
        assert provider.past_rooms([SPEC.key]) == ()
