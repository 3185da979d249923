"""plugNmeet: one person's way in, and who is inside."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from meetings.providers.base import Attendee, Role
from meetings.providers.errors import (
    OutcomeUnknown,
    ProviderRefused,
    RoomNotFound,
)
from meetings.providers.plugnmeet import Provider

from ..contract import GUEST, HOST, REF, SPEC
from ..doubles import base as faults
from ..doubles.plugnmeet import Double
from .kit import SOON, account, enter, says


def test_host_is_moderator_and_guest_is_not(double: Double, provider: Provider) -> None:
    room = provider.init_room(REF, SPEC)

    pages = [enter(provider.join(room, who, until=SOON).url) for who in (HOST, GUEST)]

    assert "<b id=name>Hanna</b> came in as <b id=rights>moderator</b>" in pages[0]
    assert "<b id=name>Ana</b> came in as <b id=rights>participant</b>" in pages[1]


def test_cohost_has_a_hosts_rights(double: Double, provider: Provider) -> None:
    room = provider.init_room(REF, SPEC)

    provider.join(room, Attendee(key="u:9", name="Cai", role=Role.COHOST), until=SOON)

    assert double.rooms[SPEC.key].users["u-9"].is_admin


def test_person_waits_in_the_providers_waiting_room_where_asked(
    double: Double, provider: Provider
) -> None:
    room = provider.init_room(REF, replace(SPEC, waits=True))

    pages = [enter(provider.join(room, who, until=SOON).url) for who in (HOST, GUEST)]

    assert ["Waiting for approval" in page for page in pages] == [False, True]


def test_people_go_where_the_clients_files_are(double: Double) -> None:
    provider = account(double, client_url="https://rooms.example/pnm/", design='{"a": "#fff é"}')

    ticket = provider.join(provider.init_room(REF, SPEC), GUEST, until=SOON)

    parts = urlsplit(ticket.url)
    query = parse_qs(parts.query)
    assert (parts.netloc, parts.path) == ("rooms.example", "/pnm/")
    assert set(query) == {"access_token", "custom_design"}
    assert json.loads(query["custom_design"][0]) == {"a": "#fff é"}


def test_token_is_asked_for_on_the_click_only(double: Double, provider: Provider) -> None:
    room = provider.init_room(REF, SPEC)
    provider.ping()
    provider.roster(room)
    provider.end_room(room)

    assert not [path for path in double.paths() if "getJoinToken" in path]


def test_token_whose_answer_was_lost_is_not_asked_for_again(
    double: Double, provider: Provider
) -> None:
    room = provider.init_room(REF, SPEC)
    double.journal.clear()

    with double.failing(faults.cut), pytest.raises(OutcomeUnknown):
        provider.join(room, GUEST, until=SOON)

    assert double.paths() == ["/auth/room/getJoinToken"]


def test_person_who_comes_twice_is_one_person(double: Double, provider: Provider) -> None:
    room = provider.init_room(REF, SPEC)
    enter(provider.join(room, GUEST, until=SOON).url)

    enter(provider.join(room, GUEST, until=SOON).url)

    assert double.kicked == ["g-2"]
    assert [peer.key for peer in provider.roster(room)] == [GUEST.key]


def test_room_that_ended_meanwhile_is_to_be_opened_afresh(
    double: Double, provider: Provider
) -> None:
    room = provider.init_room(REF, SPEC)
    provider.end_room(room)

    with pytest.raises(RoomNotFound, match="plugNmeet: room is not active"):
        provider.join(room, GUEST, until=SOON)


def test_person_whom_a_moderator_has_blocked_is_refused(double: Double, provider: Provider) -> None:
    room = provider.init_room(REF, SPEC)
    double.blocked.add("g-2")

    with pytest.raises(ProviderRefused, match="this user is blocked"):
        provider.join(room, GUEST, until=SOON)


def test_room_keeps_to_its_capacity(double: Double, provider: Provider) -> None:
    room = provider.init_room(REF, replace(SPEC, capacity=1))

    pages = [enter(provider.join(room, who, until=SOON).url) for who in (HOST, GUEST)]

    assert "max-num-participates-exceeded" in pages[1]
    assert [peer.name for peer in provider.roster(room)] == ["Hanna"]


# Who is inside


def test_roster_tells_people_with_our_keys_and_their_rights(
    double: Double, provider: Provider
) -> None:
    room = provider.init_room(REF, SPEC)
    for who in (HOST, GUEST):
        enter(provider.join(room, who, until=SOON).url)

    host, guest = provider.roster(room)

    assert (host.key, host.name, host.role) == (HOST.key, "Hanna", Role.HOST)
    assert (guest.key, guest.name, guest.role) == (GUEST.key, "Ana", Role.PARTICIPANT)
    assert abs(guest.joined_at - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("listed", [True, False])
def test_people_in_the_waiting_room_are_not_inside(listed: bool) -> None:
    with Double(waiting_are_listed=listed) as double:
        provider = account(double)
        room = provider.init_room(REF, replace(SPEC, waits=True))
        enter(provider.join(room, GUEST, until=SOON).url)

        assert provider.roster(room) == ()


def test_server_without_livekit_tells_nobody() -> None:
    with Double(livekit=False) as double:
        provider = account(double)
        room = provider.init_room(REF, SPEC)
        enter(provider.join(room, GUEST, until=SOON).url)

        assert provider.roster(room) == ()


def test_recorders_streams_and_those_who_left_are_not_inside(
    double: Double, provider: Provider
) -> None:
    people = [
        {"identity": "RECORDER_BOT", "name": "Recorder"},
        {"identity": "ingres_1", "kind": "STANDARD"},
        {"identity": "u-3", "kind": "INGRESS"},
        {"identity": "u-4", "state": "DISCONNECTED"},
        {"identity": ""},
        {"identity": "sip_49221", "name": "+49 221", "kind": "SIP"},
    ]
    answer = {"status": True, "room": {"participants_info": people}}

    with double.failing(says(answer)):
        assert [peer.key for peer in provider.roster(REF)] == ["sip_49221"]


def test_person_who_leaves_is_led_back_to_us(double: Double, provider: Provider) -> None:
    room = provider.init_room(REF, replace(SPEC, return_url="https://parley.example/j/x/"))
    ticket = provider.join(room, GUEST, until=SOON)
    enter(ticket.url)

    page = enter(ticket.url.replace("/?", "/leave?"))

    assert "href='https://parley.example/j/x/'" in page
    assert provider.roster(room) == ()


def test_way_in_of_somebody_else_is_none(double: Double, provider: Provider) -> None:
    room = provider.init_room(REF, SPEC)
    ticket = provider.join(room, GUEST, until=SOON)

    assert "user-info-not-found" not in enter(ticket.url)
    assert "missing or expired" in enter(ticket.url[:-1])
