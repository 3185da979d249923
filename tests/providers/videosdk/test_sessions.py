from dataclasses import replace
from typing import Any

import pytest

from meetings.providers.base import Attendee, Role, RoomRef
from meetings.providers.errors import BadCredentials, ProviderRefused
from meetings.providers.videosdk import Provider
from meetings.providers.videosdk.tokens import participant_id_of
from tests.providers.contract import GUEST, HOST, REF, SPEC
from tests.providers.doubles import base as faults
from tests.providers.doubles.videosdk import Double

from .kit import build, posts, saying

COHOST = Attendee(key="u:3", name="Colin", role=Role.COHOST)


@pytest.fixture
def room(provider: Provider) -> RoomRef:
    return provider.init_room(REF, SPEC)


def come(double: Double, room: RoomRef, *people: Attendee) -> list[str]:
    ids = [participant_id_of(each) for each in people]
    for participant_id, person in zip(ids, people, strict=True):
        double.enter(room.room_id, participant_id, person.name)
    return ids


class TestBeingLive:
    def test_room_is_live_while_somebody_is_inside(
        self, provider: Provider, double: Double, room: RoomRef
    ) -> None:
        assert not provider.is_live(room)
        come(double, room, HOST)
        assert provider.is_live(room)
        double.end(room.room_id)
        assert not provider.is_live(room)

    def test_filter_that_they_do_not_know_is_made_up_for(self) -> None:
        with Double(filters_known=False) as double:
            provider = build(double)
            empty = provider.init_room(REF, SPEC)
            busy = provider.init_room(REF, replace(SPEC, key="another"))
            come(double, busy, HOST)

            assert not provider.is_live(empty)
            assert provider.roster(empty) == ()
            assert provider.is_live(busy)

    @pytest.mark.parametrize("status", [400, 402, 404])
    def test_room_that_they_do_not_know_is_not_live(
        self, provider: Provider, double: Double, status: int
    ) -> None:
        with double.failing(saying({"error": "Room not found."}, status)):
            assert not provider.is_live(REF)

    def test_newest_of_two_sessions_is_the_current_one(
        self, provider: Provider, double: Double, room: RoomRef
    ) -> None:
        page = [
            {"id": "undated", "roomId": room.room_id},
            {"id": "new", "roomId": room.room_id, "start": "2026-01-02T00:00:00Z"},
            {"id": "old", "roomId": room.room_id, "start": "2026-01-01T00:00:00.000+00:00"},
            {
                "id": "over",
                "roomId": room.room_id,
                "start": "2026-01-03T00:00:00Z",
                "end": "2026-01-03T01:00:00Z",
            },
        ]

        with double.failing(saying(page)):
            session = provider.current_session(room.room_id)

        assert session
        assert session.session_id == "new"

    def test_open_rooms_are_those_with_people(
        self, provider: Provider, double: Double, room: RoomRef
    ) -> None:
        provider.init_room(REF, replace(SPEC, key="empty"))
        come(double, room, HOST)

        (found,) = provider.live_rooms()

        assert found.room_id == room.room_id
        assert found.session_id == double.sessions[0]["id"]


class TestRoster:
    @pytest.mark.parametrize("form", ["list", "object"])
    def test_roster_knows_people_by_our_keys(self, form: str) -> None:
        with Double(active_form=form) as double:
            provider = build(double)
            room = provider.init_room(REF, SPEC)
            come(double, room, HOST, COHOST, GUEST)

            peers = provider.roster(room)

        assert [(each.key, each.name, each.role) for each in peers] == [
            (each.key, each.name, each.role) for each in (HOST, COHOST, GUEST)
        ]
        assert all(each.joined_at for each in peers)

    def test_host_with_two_devices_is_one_person(
        self, provider: Provider, double: Double, room: RoomRef
    ) -> None:
        come(double, room, HOST, HOST)

        assert len(double.inside(room.room_id)) == 2
        assert [each.key for each in provider.roster(room)] == [HOST.key]

    def test_participant_who_reloads_leaves_no_ghost(
        self, provider: Provider, double: Double, room: RoomRef
    ) -> None:
        come(double, room, GUEST, GUEST)

        assert len(double.inside(room.room_id)) == 1
        assert len(provider.roster(room)) == 1

    def test_stranger_is_shown_and_is_nobody_of_ours(
        self, provider: Provider, double: Double, room: RoomRef
    ) -> None:
        double.enter(room.room_id, "u:1", "Mallory")

        (peer,) = provider.roster(room)

        assert (peer.key, peer.role) == ("stranger:u:1", Role.PARTICIPANT)

    def test_nobody_is_inside_when_the_session_ends_between_two_questions(
        self, provider: Provider, double: Double, room: RoomRef
    ) -> None:
        come(double, room, HOST)

        def gone(double: Any, call: Any, reply: Any) -> Any:
            return faults.status(404)(double, call, reply) if "/active" in call.path else reply

        with double.failing(gone):
            assert provider.roster(room) == ()

    def test_attendance_tells_each_time_that_somebody_was_there(
        self, provider: Provider, double: Double, room: RoomRef
    ) -> None:
        come(double, room, HOST, GUEST, GUEST)
        double.end(room.room_id)
        (session,) = provider.sessions(room.room_id)

        host, guest = provider.participants(session.session_id)

        assert session.ended_at
        assert (host.key, len(host.times)) == (HOST.key, 1)
        assert (guest.key, len(guest.times)) == (GUEST.key, 2)
        assert all(start and end for start, end in guest.times)
        assert "Berlin" not in repr(host)

    @pytest.mark.parametrize("pages", ["pageInfo", "bare"])
    def test_attendance_of_many_is_read_to_its_end(self, pages: str) -> None:
        with Double(pages=pages) as double:
            provider = build(double)
            room = provider.init_room(REF, SPEC)
            come(double, room, *(Attendee(key=f"g:{n}", name=f"Ana {n}") for n in range(45)))

            found = provider.participants(double.sessions[0]["id"])

        assert len({each.key for each in found}) == 45

    @pytest.mark.parametrize("data", [[], {}, [[]], {"participants": "none"}, "odd", None])
    def test_odd_answer_is_an_empty_room(
        self, provider: Provider, double: Double, data: Any
    ) -> None:
        with double.failing(saying({"data": data})):
            assert provider.participants("s1") == ()

    def test_person_without_times_is_there_since_nobody_knows_when(
        self, provider: Provider, double: Double
    ) -> None:
        people = [{"participantId": "p-Zzoy", "name": 7, "timelog": "?"}]

        with double.failing(saying([{"participants": people}])):
            (found,) = provider.participants("s1")

        assert found.peer.joined_at is None
        assert found.peer.key == "g:2"


class TestRemoving:
    def test_person_is_removed_with_all_devices(
        self, provider: Provider, double: Double, room: RoomRef
    ) -> None:
        come(double, room, HOST, COHOST, COHOST, GUEST)

        provider.remove(room, COHOST.key)

        assert {each.key for each in provider.roster(room)} == {HOST.key, GUEST.key}

    def test_person_who_is_not_there_is_removed_already(
        self, provider: Provider, double: Double, room: RoomRef
    ) -> None:
        provider.remove(room, GUEST.key)
        come(double, room, HOST)
        provider.remove(room, GUEST.key)

        assert not [path for path in double.paths() if path.endswith("/remove")]

    @pytest.mark.parametrize("status", [400, 402, 404])
    def test_person_who_left_in_between_is_removed_already(self, status: int) -> None:
        with Double(not_found=status) as double:
            provider = build(double)
            room = provider.init_room(REF, SPEC)

            provider.remove_participant(room.room_id, "p-Zzoy")

            assert double.paths()[-1] == "/v2/sessions/participants/remove"

    @pytest.mark.parametrize("said", ["string", "object", "empty", "text"])
    def test_any_way_of_saying_done_will_do(self, said: str) -> None:
        with Double(actions_say=said) as double:
            provider = build(double)
            room = provider.init_room(REF, SPEC)
            come(double, room, HOST, GUEST)

            provider.remove(room, GUEST.key)

            assert [each.key for each in provider.roster(room)] == [HOST.key]


class TestEnding:
    def test_ended_room_lets_nobody_in_again(
        self, provider: Provider, double: Double, room: RoomRef
    ) -> None:
        come(double, room, HOST)

        provider.end_room(room)

        assert not double.inside(room.room_id)
        assert double.rooms[room.room_id]["disabled"]

    def test_account_may_keep_its_rooms(self, double: Double) -> None:
        provider = build(double, deactivate_ended="no")
        room = provider.init_room(REF, SPEC)
        come(double, room, HOST)

        provider.end_room(room)

        assert not provider.is_live(room)
        assert provider.validate_meeting(room.room_id)

    def test_room_where_nobody_is_is_ended_by_one_call(
        self, provider: Provider, double: Double, room: RoomRef
    ) -> None:
        provider.end_session(room.room_id)

        assert double.paths()[1:] == ["/v2/sessions/end"]

    @pytest.mark.parametrize("status", [200, 400, 402, 404, 409])
    def test_room_where_nobody_is_ends_in_peace(self, status: int) -> None:
        with Double(end_closed=status) as double:
            provider = build(double)
            room = provider.init_room(REF, SPEC)

            provider.end_room(room)
            provider.end_room(room)

            assert double.rooms[room.room_id]["disabled"]

    def test_end_that_takes_its_time_is_an_end(self) -> None:
        with Double(ends_slowly=True) as double:
            provider = build(double)
            room = provider.init_room(REF, SPEC)
            come(double, room, HOST)

            provider.end_room(room)

            assert provider.is_live(room)  # still: the event will tell
            assert double.rooms[room.room_id]["disabled"]

    def test_refusal_to_end_a_running_meeting_is_told(self) -> None:
        with Double(ends_slowly=True) as double:
            provider = build(double)
            room = provider.init_room(REF, SPEC)
            come(double, room, HOST)

            with (
                double.failing(posts(saying({"message": "not now"}, 400))),
                pytest.raises(ProviderRefused, match="not now"),
            ):
                provider.end_room(room)

            assert not double.rooms[room.room_id]["disabled"]

    def test_wrong_keys_end_nothing(
        self, provider: Provider, double: Double, room: RoomRef
    ) -> None:
        with double.failing(posts(faults.status(401))), pytest.raises(BadCredentials):
            provider.end_room(room)
