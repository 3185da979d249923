"""What hosts do with an open room, and how people come in."""

from datetime import timedelta
from urllib.request import urlopen

import pytest
from django.utils import timezone

from meetings.providers.base import Attendee, Role, RoomKind, RoomRef
from meetings.providers.errors import (
    BadCredentials,
    Conflict,
    ProviderRefused,
    RoomNotFound,
    UnexpectedReply,
)

from ..doubles.base import cut, html_503, status
from ..doubles.xroom.faults import on, refusing, telling
from .conftest import DOMAIN, REF, ROOM, make_spec

HOST = Attendee(key="u:1", name="Hanna", role=Role.HOST)
COHOST = Attendee(key="u:2", name="Carl", role=Role.COHOST)
GUEST = Attendee(key="g:3", name="Ana")
UNTIL = timezone.now() + timedelta(minutes=5)


def opened(provider, **changed):
    return provider.init_room(REF, make_spec(**changed))


# The way in


def test_host_gets_the_key_and_nobody_else_does(provider):
    room = opened(provider)

    tickets = {who: provider.join(room, who, until=UNTIL).url for who in (HOST, COHOST, GUEST)}

    assert tickets[HOST] == f"https://{ROOM}?host-key={room.host_key}"
    assert tickets[COHOST] == tickets[GUEST] == f"https://{ROOM}"


def test_key_is_written_so_that_it_arrives_as_it_is(provider):
    opened(provider)
    room = RoomRef(room_id=ROOM, host_key="a+b/c=&#% é")

    url = provider.join(room, HOST, until=UNTIL).url

    assert url == f"https://{ROOM}?host-key=a%2Bb%2Fc%3D%26%23%25%20%C3%A9"


def test_host_without_a_key_is_not_sent_in_without_rights(provider):
    opened(provider)

    with pytest.raises(ProviderRefused, match="no host key"):
        provider.join(RoomRef(room_id=ROOM), HOST, until=UNTIL)


def test_way_into_a_room_that_was_just_opened_needs_no_call(provider, double):
    room = opened(provider)
    double.journal.clear()

    provider.join(room, GUEST, until=UNTIL)

    assert double.journal == []


def test_way_into_a_room_that_has_gone_is_none(build, provider):
    room = opened(provider)
    elsewhere = build()  # another process, which has not heard of it yet
    elsewhere.end_room(room)

    with pytest.raises(RoomNotFound, match="closed the room"):
        build().join(room, GUEST, until=UNTIL)


def test_room_that_we_closed_is_known_to_be_gone_at_once(provider):
    room = opened(provider)
    provider.end_room(room)

    with pytest.raises(RoomNotFound):
        provider.join(room, GUEST, until=UNTIL)


def test_many_who_come_at_once_are_one_question(build, provider, double):
    room = opened(provider)
    later = build()
    double.journal.clear()

    for _ in range(20):
        later.join(room, GUEST, until=UNTIL)

    assert double.methods() == ["room/list"]


@pytest.mark.parametrize("fault", [html_503, cut, status(401)])
def test_people_go_in_also_when_it_cannot_be_said_whether_the_room_is_open(
    build, provider, double, fault
):
    room = opened(provider)
    later = build()
    double.journal.clear()

    with double.failing(fault):
        tickets = [later.join(room, GUEST, until=UNTIL) for _ in range(3)]

    assert {ticket.url for ticket in tickets} == {f"https://{ROOM}"}
    assert len(double.journal) <= 2  # one question and its repetition, not one for each


def test_address_is_made_from_our_own_name_for_the_room(provider, double):
    double.switch["init_tells"] = {"id": "evil.example/room"}

    room = opened(provider)

    assert provider.join(room, HOST, until=UNTIL).url.startswith(f"https://{ROOM}?")


@pytest.mark.parametrize(("kind", "name"), [("conference", "conference"), ("webinar", "webinar")])
def test_browser_that_follows_the_address_has_the_rights_of_its_link(build, double, kind, name):
    provider = build(domain=double.url.removeprefix("http://"))
    room = opened(provider, kind=RoomKind(kind))

    pages = [urlopen(provider.join(room, who, until=UNTIL).url).read() for who in (HOST, GUEST)]

    assert b"You are in as host" in pages[0]
    assert b"You are in as participant" in pages[1]
    assert all(name.encode() in page for page in pages)
    assert [peer.role for peer in provider.roster(room)] == [Role.HOST, Role.PARTICIPANT]


def test_browser_is_asked_for_the_passcode(build, double):
    provider = build(domain=double.url.removeprefix("http://"))
    room = opened(provider, passcode="otter-42")
    address = provider.join(room, GUEST, until=UNTIL).url

    asked = urlopen(address).read()
    entered = urlopen(f"{address}?password=otter-42").read()

    assert b"<form>" in asked
    assert b"You are in as participant" in entered


# Who is inside


def test_people_are_counted_and_robots_are_not(provider, double):
    room = opened(provider)
    double.rooms[ROOM].clients = {"a": 1, "b": 2, "robot": 3, "odd": 5}

    roster = provider.roster(room)

    assert [(peer.key, peer.name, peer.role) for peer in roster] == [
        ("a", "", Role.HOST),
        ("b", "", Role.PARTICIPANT),
    ]


@pytest.mark.parametrize(
    ("peer_type", "role"),
    [(3, Role.HOST), (1, Role.HOST), (4, Role.PARTICIPANT), (2, Role.PARTICIPANT)],
)
def test_roles_in_a_webinar_come_in_two_counts(provider, double, peer_type, role):
    room = opened(provider, kind=RoomKind.WEBINAR)
    double.rooms[ROOM].clients = {"a": peer_type}

    assert [peer.role for peer in provider.roster(room)] == [role]


def test_nobody_is_inside_a_room_that_is_closed_or_of_which_nothing_is_told(provider, double):
    assert provider.roster(REF) == ()
    opened(provider)
    double.switch["rooms_told"] = False

    assert provider.roster(REF) == ()
    assert provider.is_live(REF)


@pytest.mark.parametrize("names", ["full", "bare", "upper"])
def test_room_is_found_however_they_write_its_name(provider, double, names):
    double.switch["names_in_list"] = names
    room = opened(provider)

    assert provider.is_live(room)
    assert [found.room_id for found in provider.live_rooms()] == [ROOM]


@pytest.mark.parametrize("shape", ["object", "array", "null", "domain"])
def test_no_rooms_come_in_any_shape(provider, double, shape):
    double.switch["list_shape"] = shape

    assert provider.live_rooms() == ()
    assert not provider.is_live(REF)


def test_room_told_in_odd_words_is_still_open(provider, double):
    odd = {"options": 4, "clients": [7, {"id": 5, "type": 1}, {"id": "a", "type": "2"}]}
    with double.failing(telling({DOMAIN: {ROOM: odd}})):
        assert [peer.key for peer in provider.roster(REF)] == ["a"]


@pytest.mark.parametrize("told", ["text", 7, ["x"], True])
def test_list_of_rooms_that_is_none_is_told_as_such(provider, double, told):
    with double.failing(telling(told)), pytest.raises(UnexpectedReply, match="xroom"):
        provider.live_rooms()


# While it is open


def test_lock_and_passcode_change_while_the_room_is_open(provider, double):
    room = opened(provider)

    provider.set_lock(room, True)
    provider.set_passcode(room, " badger-7 ")

    assert (double.rooms[ROOM].locked, double.rooms[ROOM].password) == (True, "badger-7")

    provider.set_lock(room, False)
    provider.set_passcode(room, "")

    assert (double.rooms[ROOM].locked, double.rooms[ROOM].password) == (False, None)
    assert double.calls("room/setPassword")[-1] == {"id": ROOM, "password": None}


def test_passcode_that_they_may_misread_is_not_sent(provider, double):
    with pytest.raises(ProviderRefused, match="1 to 32"):
        provider.set_passcode(REF, "x" * 33)

    assert double.journal == []


def test_change_of_a_room_that_is_closed_says_so(provider):
    with pytest.raises(RoomNotFound):
        provider.set_lock(REF, True)


def test_one_connection_or_everybody_is_removed(provider, double):
    room = opened(provider)
    double.rooms[ROOM].clients = {"a": 1, "b": 2, "c": 2}

    provider.remove_peer(room, "b")
    assert set(double.rooms[ROOM].clients) == {"a", "c"}

    provider.remove_everyone(room)
    assert double.rooms[ROOM].clients == {}
    assert provider.is_live(room)


# The end


def test_room_is_closed_for_everyone_who_is_inside(provider, double):
    room = opened(provider)
    double.rooms[ROOM].clients = {"a": 1, "b": 2}

    provider.end_room(room)

    assert double.calls("room/destroy") == [{"id": ROOM, "forceKick": True}]
    assert double.rooms == {}


@pytest.mark.parametrize("answer", ["error", False, True])
def test_room_that_is_closed_already_is_closed(provider, double, answer):
    double.switch["destroy_on_missing"] = answer

    provider.end_room(REF)

    assert "room/kickOut" not in double.methods()


def test_room_that_does_not_close_is_emptied_first(provider, double):
    room = opened(provider)
    double.rooms[ROOM].clients = {"a": 1, "b": 2}
    double.switch["force_works"] = False

    provider.end_room(room)

    assert double.rooms == {}
    assert double.methods()[2:] == [
        *("room/destroy", "room/list"),
        *("room/kickOut", "room/destroy"),
    ]


def test_room_that_cannot_be_closed_is_said_to_be_open(provider, double):
    room = opened(provider)
    double.rooms[ROOM].clients = {"a": 1}
    double.switch |= {"force_works": False, "kick_works": False}

    with pytest.raises(Conflict, match="not closed"):
        provider.end_room(room)


def test_room_that_was_closed_although_they_refused_is_closed(provider, double):
    room = opened(provider)

    with double.failing(on("room/destroy", refusing("Something went wrong"))):
        provider.end_room(room)

    assert double.rooms == {}


def test_room_that_closes_while_it_is_emptied_is_closed(provider, double):
    room = opened(provider)
    double.rooms[ROOM].clients = {"a": 1}
    double.switch["force_works"] = False

    def vanish(double, call, reply):
        double.rooms.clear()
        return reply

    with double.failing(on("room/list", vanish)):
        provider.end_room(room)

    assert double.rooms == {}


def test_wrong_secret_at_the_end_is_told_at_once(build, double):
    with pytest.raises(BadCredentials):
        build(api_secret="rotated").end_room(REF)

    assert double.methods() == ["room/destroy"]


def test_largest_room_is_theirs(provider):
    assert provider.most_people == 256
