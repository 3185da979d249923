"""The room as the provider adapter reaches it."""

import base64
import hashlib
import hmac
import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from meetings import checks
from meetings.builtin_room import control, engine, tokens
from meetings.builtin_room.turn import ice_servers
from meetings.models import Booking, RoomPeer, RoomSession
from meetings.providers.base import Attendee, Peer, Role
from meetings.providers.errors import RoomNotFound

from .conftest import ComeIn

ANA = Attendee(key="g:ana", name="Ana")


def test_ticket_holds_what_the_page_needs_to_come_in(session: RoomSession) -> None:
    ticket = control.ticket(session.key, ANA, until=timezone.now() + timedelta(minutes=5))

    assert tokens.read(ticket.pop("token")).identity == "g:ana"
    assert ticket == {
        "v": 1,
        "ws": "/ws/room/",
        "leave": "/room/leave/",
        "title": "Atelier",
        "seats": 6,
        "hosts": False,
    }


def test_ticket_for_a_meeting_has_its_title(session: RoomSession) -> None:
    session.booking = Booking.objects.create(
        title="Review",
        room=session.room,
        organizer=session.room.owner,
        starts_at=timezone.now(),
        duration=30,
        time_zone="UTC",
    )
    session.save()

    assert control.ticket(session.key, ANA, until=timezone.now())["title"] == "Review"
    assert control.ticket("elsewhere", ANA, until=timezone.now())["title"] == ""


def test_room_is_live_while_its_session_is(session: RoomSession) -> None:
    before = control.is_live(session.key)
    control.end(session.key)

    assert (before, control.is_live(session.key)) == (True, False)
    assert control.is_live("elsewhere") is False


def test_roster_names_each_person_once(session: RoomSession, come_in: ComeIn) -> None:
    come_in("Hanna", Role.HOST)
    come_in("Ana")
    ana = come_in("Ana").peer

    hanna_told, ana_told = control.roster(session.key)

    assert (hanna_told.name, hanna_told.role) == ("Hanna", Role.HOST)
    assert ana_told == Peer(key="g:ana", name="Ana", joined_at=ana.entered_at)
    assert control.roster("elsewhere") == ()


def test_person_is_muted_removed_and_locked_out_from_outside(
    session: RoomSession, ana: RoomPeer
) -> None:
    control.mute(session.key, "g:ana")
    ana.refresh_from_db()
    control.remove(session.key, "g:ana")
    control.set_lock(session.key, True)

    session.refresh_from_db()
    assert ana.forced == {"audio": True}
    assert session.admissions.get().state == "removed"
    assert session.locked


def test_acting_on_somebody_who_is_not_there_is_fine(session: RoomSession) -> None:
    control.mute(session.key, "g:nobody")
    control.remove(session.key, "g:nobody")

    assert not session.admissions.exists()


def test_acting_in_a_room_that_is_not_ours_says_so(db: None) -> None:
    with pytest.raises(RoomNotFound, match="Built-in room: There is no such room"):
        control.set_lock("elsewhere", True)


def test_room_ends_for_everyone_twice_or_never_opened(session: RoomSession, ana: RoomPeer) -> None:
    control.end(session.key)
    control.end(session.key)
    control.end("elsewhere")

    assert not RoomPeer.objects.inside().exists()


def test_nobody_is_found_under_a_made_up_account(
    session: RoomSession, host: RoomPeer, ana: RoomPeer
) -> None:
    RoomPeer.objects.filter(pk=host.pk).update(identity="u:999999")

    engine.carry_out(session.key, host.pid, {"t": "kick", "id": ana.pid})

    assert session.admissions.get().decided_by is None


@pytest.mark.parametrize(
    ("site", "passed"),
    [
        ("https://meet.example.org", True),
        ("http://localhost:8000", True),
        ("http://parley.localhost", True),
        ("http://192.168.1.20:8000", False),
    ],
)
def test_checks_say_whether_browsers_give_the_camera(
    settings: Any, site: str, passed: bool
) -> None:
    settings.SITE_URL = site
    settings.SITE_IS_SECURE = site.startswith("https")

    assert control.checks()[1].passed is passed


def test_checks_try_the_layer_and_look_for_a_relay(settings: Any) -> None:
    def relay() -> bool:
        return control.checks()[2].passed

    without = relay()
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.example.org"], ""
    half = relay()
    settings.TURN_SECRET = "s"

    assert control.checks()[0].passed
    assert (without, half, relay()) == (True, False, True)


def test_checks_tell_what_is_wrong_with_the_layer(settings: Any) -> None:
    settings.CHANNEL_LAYERS = {}

    layer = control.checks()[0]

    assert (layer.passed, layer.message) == (False, "There is no channel layer.")


@pytest.mark.parametrize(("most", "found"), [(1, 1), (2, 0), (8, 0), (9, 1), (0, 1)])
def test_size_of_the_built_in_room_is_checked(settings: Any, most: int, found: int) -> None:
    settings.BUILTIN_ROOM_MAX_PEERS = most

    assert [check.id for check in checks.built_in_room_is_small()] == ["meetings.E002"] * found


@pytest.mark.parametrize(
    ("debug", "redis", "found"), [(False, "", 1), (True, "", 0), (False, "redis://r", 0)]
)
def test_one_process_without_redis_is_pointed_out(
    settings: Any, debug: bool, redis: str, found: int
) -> None:
    settings.DEBUG, settings.REDIS_URL = debug, redis

    found_checks = checks.built_in_room_has_one_process()

    assert [check.id for check in found_checks] == ["meetings.I001"] * found


def test_no_server_is_asked_unless_the_operator_names_one(settings: Any) -> None:
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.example.org"], ""

    assert ice_servers("g:ana") == []


def test_relay_credentials_are_signed_for_a_while(settings: Any) -> None:
    settings.ICE_STUN_URLS = ["stun:stun.example.org"]
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.example.org"], "north"
    settings.TURN_TTL = 100

    stun, turn = ice_servers("g:ana")

    until, _, identity = turn["username"].partition(":")
    digest = hmac.new(b"north", turn["username"].encode(), hashlib.sha1).digest()
    assert stun == {"urls": ["stun:stun.example.org"]}
    assert abs(int(until) - time.time() - 100) < 5
    assert identity == "g:ana"
    assert turn["credential"] == base64.b64encode(digest).decode()
