"""xroom's events are never believed: nothing proves who sent them."""

import time
from urllib.request import urlopen

import pytest

from meetings.providers.base import EventKind, RoomRef
from meetings.providers.errors import (
    WebhookRejected,
)

from .conftest import DOMAIN, KEY, ROOM, make_spec, read

EVENTS = {
    "roomCreated": {"room": {"type": 1, "capacity": 9, "isLocked": False}},
    "roomRemoved": {},
    "clientAdded": {"client": {"id": "p1", "type": 1}},
    "clientsRemoved": {"clients": [{"id": "p1", "type": 1}, {"id": "p2", "type": 2}]},
    "clientsAdded": {"clients": [{"id": "p3", "type": 2}]},
    "somethingNew": {},
}


@pytest.mark.parametrize("shape", ["new", "flat"])
@pytest.mark.parametrize("name", EVENTS)
def test_every_event_is_only_a_reason_to_look(provider, double, name, shape):
    double.switch["event_shape"] = shape

    result = read(provider, double.event(name, ROOM, **EVENTS[name]))

    (event,) = result.events
    assert (event.kind, event.room_id, event.raw["event"]) == (EventKind.HINT, ROOM, name)
    assert (event.attendee, event.event_id, result.reply) == (None, "", "")


def test_event_reaches_us_and_is_answered_with_nothing(provider, double, ours):
    provider.ensure_webhook(ours.url)
    provider.init_room(provider.book(make_spec()), make_spec())

    client = {"id": "p1", "type": 2}

    status = double.deliver(ours.url, "clientAdded", ROOM, client=client)

    assert status == 200
    assert client in [call.json().get("payload", {}).get("client") for call in ours.journal]


def test_people_who_come_and_go_are_told_and_the_list_says_who_is_inside(build, double, ours):
    ours.provider = provider = build(domain=double.url.removeprefix("http://"))
    provider.ensure_webhook(ours.url)
    room = provider.init_room(RoomRef(room_id=KEY), make_spec())

    page = urlopen(f"{double.url}/{KEY}?host-key={room.host_key}").read().decode()
    inside = provider.roster(room)
    urlopen(f"{double.url}/{KEY}?leave={inside[0].key}").read()

    wait_for(lambda: len(ours.journal) == 4)
    told = sorted(call.json()["event"] for call in ours.journal)
    assert told == ["clientAdded", "clientsRemoved", "roomCreated", "validation"]
    assert "You are in as host" in page
    assert (len(inside), provider.roster(room)) == (1, ())


def wait_for(happened):
    """Deliveries come by themselves, soon."""
    give_up = time.monotonic() + 5
    while not happened() and time.monotonic() < give_up:
        time.sleep(0.01)


def test_connections_and_the_webhook_are_kept_of_an_event(provider, double):
    (event,) = read(
        provider, double.event("clientsRemoved", ROOM, **EVENTS["clientsRemoved"])
    ).events

    assert event.raw == {
        "event": "clientsRemoved",
        "webhook_id": 1,
        "room_id": ROOM,
        "peers": ["p1", "p2"],
    }


def test_host_key_is_taken_out_of_an_event_and_passcode_is_dropped(provider, double):
    room = {"hostKey": "k3y", "password": "otter-42"}

    (event,) = read(provider, double.event("roomCreated", ROOM, room=room)).events

    assert event.host_key == "k3y"
    assert "k3y" not in repr(event) + str(event.raw)
    assert "otter-42" not in repr(event) + str(event.raw)


def test_host_key_is_taken_only_where_a_room_is_made(provider, double):
    content = double.event("roomRemoved", ROOM, room={"hostKey": "k3y"})

    assert read(provider, content).events[0].host_key == ""


@pytest.mark.parametrize("name", [KEY, KEY.upper(), ROOM, f"Meet.Example.ORG/{KEY}"])
def test_room_is_known_however_they_write_its_name(provider, name):
    content = {
        "event": "roomCreated",
        "domain": DOMAIN.upper(),
        "payload": {"room": {"name": name}},
    }

    assert read(provider, content).events[0].room_id == ROOM


def test_event_delivered_again_or_out_of_order_reads_the_same(provider, double):
    added = double.event("clientAdded", ROOM, client={"id": "p1", "type": 2})
    removed = double.event("clientsRemoved", ROOM, clients=[{"id": "p1", "type": 2}])

    read_once = [read(provider, each) for each in (added, removed)]
    read_again = [read(provider, each) for each in (removed, added, removed)]

    assert read_again == [read_once[1], read_once[0], read_once[1]]


@pytest.mark.parametrize("moment", ["late", "forged"])
def test_event_of_any_age_or_origin_ends_nothing(provider, double, moment):
    """Nothing proves who sent it or when: the room is what the list says."""
    room = provider.init_room(provider.book(make_spec()), make_spec())

    read(provider, double.event("roomRemoved", ROOM))

    assert provider.is_live(room)


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"event": None},
        {"event": 7},
        {"event": ""},
        {"event": "x" * 65},
        {"event": ["roomCreated"]},
        {"event": "roomRemoved"},
        {"event": "roomRemoved", "domain": DOMAIN},
        {"event": "roomRemoved", "domain": DOMAIN, "payload": []},
        {"event": "roomRemoved", "domain": DOMAIN, "payload": {"room": "x"}},
        {"event": "roomRemoved", "domain": DOMAIN, "payload": {"room": {"name": 7}}},
        {"event": "roomRemoved", "domain": DOMAIN, "payload": {"room": {"name": ""}}},
        {"event": "roomRemoved", "domain": DOMAIN, "payload": {"room": {"name": "x" * 201}}},
        {"event": "roomRemoved", "domain": ["x"], "payload": {"room": {"name": KEY}}},
        {"event": "roomRemoved", "payload": {"room": {"name": KEY}}},
        {"event": "roomRemoved", "domain": "evil.example", "payload": {"room": {"name": KEY}}},
        {"event": "roomRemoved", "domain": DOMAIN, "payload": {"room": {"name": "evil.example/x"}}},
        {"event": "roomRemoved", "domain": DOMAIN, "payload": {"room": {"name": f"x/{ROOM}"}}},
    ],
    ids=str,
)
def test_strangers_and_garbage_are_rejected(provider, content):
    with pytest.raises(WebhookRejected):
        read(provider, content)


def test_delivery_that_is_too_long_is_rejected_unread(provider, double):
    content = double.event("roomRemoved", ROOM) | {"filler": "x" * 65_536}

    with pytest.raises(WebhookRejected, match="too long"):
        read(provider, content)


@pytest.mark.parametrize("body", [b'{"event":"roomRem', b"[" * 60_000, b"\x00" * 9])
def test_truncated_or_bottomless_delivery_is_rejected(provider, body):
    with pytest.raises(WebhookRejected):
        read(provider, body)
