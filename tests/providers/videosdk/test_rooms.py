from dataclasses import replace
from typing import Any

import pytest

from meetings.providers.base import RoomKind, RoomRef, RoomSpec
from meetings.providers.errors import (
    BadCredentials,
    Conflict,
    ProviderRefused,
    RoomNotFound,
    UnexpectedReply,
)
from meetings.providers.videosdk import Provider
from tests.providers.contract import REF, SPEC
from tests.providers.doubles import base as faults
from tests.providers.doubles.videosdk import Double

from .kit import HOOK, build, once, saying


class TestCreatingRooms:
    def test_room_is_named_for_our_session(self, provider: Provider, double: Double) -> None:
        room = provider.create_meeting(SPEC)

        assert double.rooms[room.room_id]["customRoomId"] == f"parley-{SPEC.key}"
        assert room == RoomRef(room_id=room.room_id)

    @pytest.mark.parametrize("status", [200, 201])
    def test_either_way_of_saying_created_will_do(self, status: int) -> None:
        with Double(create_status=status) as double:
            assert build(double).init_room(REF, SPEC).room_id in double.rooms

    def test_lost_answer_is_asked_for_again_and_makes_no_second_room(
        self, provider: Provider, double: Double
    ) -> None:
        with double.failing(once(faults.cut)):
            room = provider.init_room(REF, SPEC)

        assert list(double.rooms) == [room.room_id]

    @pytest.mark.parametrize("key", ["Ümlaut 1", "a" * 33, "UPPER", "a/b?c"])
    def test_key_that_may_not_please_them_is_replaced_by_its_digest(
        self, provider: Provider, double: Double, key: str
    ) -> None:
        spec = replace(SPEC, key=key)

        room = provider.init_room(REF, spec)

        assert provider.init_room(REF, spec) == room
        name = double.rooms[room.room_id]["customRoomId"]
        assert len(name) <= 64
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")

    def test_room_never_closes_by_itself(self, provider: Provider, double: Double) -> None:
        room = provider.init_room(REF, SPEC)

        assert double.rooms[room.room_id]["autoCloseConfig"] is None
        assert double.rooms[room.room_id]["autoStartConfig"] is None

    def test_room_lies_where_the_account_says_and_records_if_asked(self, double: Double) -> None:
        provider = build(double, geo_fence="eu001")

        room = provider.init_room(REF, replace(SPEC, record=True))

        assert double.rooms[room.room_id]["geoFence"] == "eu001"
        assert "layout" in double.rooms[room.room_id]["autoStartConfig"]["recording"]["config"]

    @pytest.mark.parametrize("way", ["answers", 409, 400])
    def test_deactivated_room_is_replaced_by_another(self, way: Any) -> None:
        with Double(disabled_again=way) as double:
            provider = build(double)
            dead = provider.init_room(REF, SPEC)
            provider.deactivate_room(dead.room_id)

            room = provider.init_room(REF, SPEC)

            assert room.room_id != dead.room_id
            assert double.rooms[room.room_id]["customRoomId"] == f"parley-{SPEC.key}-2"
            assert provider.init_room(REF, SPEC) == room

    def test_deactivated_room_is_not_blamed_on_the_webhook(self) -> None:
        spec = replace(SPEC, webhook_url=HOOK)
        with Double(disabled_again=400) as double:
            provider = build(double)
            provider.deactivate_room(provider.init_room(REF, spec).room_id)

            provider.init_room(REF, spec)

            assert double.paths().count("/v2/rooms") == 3

    def test_meeting_whose_rooms_are_all_deactivated_is_a_conflict(
        self, provider: Provider
    ) -> None:
        for _ in range(5):
            provider.deactivate_room(provider.init_room(REF, SPEC).room_id)

        with pytest.raises(Conflict, match="VideoSDK: deactivated every room"):
            provider.init_room(REF, SPEC)

    @pytest.mark.parametrize("status", [402, 404])
    def test_not_found_at_creation_is_about_the_account(
        self, provider: Provider, double: Double, status: int
    ) -> None:
        with (
            double.failing(saying({"message": "Plan expired"}, status)),
            pytest.raises(ProviderRefused, match="Plan expired") as caught,
        ):
            provider.init_room(REF, SPEC)

        assert not isinstance(caught.value, RoomNotFound)

    @pytest.mark.parametrize("answer", [{}, [], "made", {"roomId": ""}, {"roomId": "a/../b"}])
    def test_answer_without_a_room_is_unexpected(
        self, provider: Provider, double: Double, answer: Any
    ) -> None:
        with double.failing(saying(answer)), pytest.raises(UnexpectedReply, match="VideoSDK"):
            provider.init_room(REF, SPEC)


class TestWebhookOfARoom:
    spec = replace(SPEC, webhook_url=HOOK)

    def test_room_tells_us_what_happens_in_it(self, provider: Provider, double: Double) -> None:
        room = provider.init_room(REF, self.spec)

        webhook = double.rooms[room.room_id]["webhook"]
        assert webhook["endPoint"] == HOOK
        assert "session-*" in webhook["events"]
        assert room.differences == ()
        assert HOOK not in repr(provider.fetch_room(room.room_id))

    def test_server_without_patterns_gets_plain_names(self) -> None:
        with Double(patterns_known=False) as double:
            room = build(double).init_room(REF, self.spec)

            events = double.rooms[room.room_id]["webhook"]["events"]
            assert {"session-ended", "participant-joined"} <= set(events)
            assert not room.differences

    def test_meeting_is_held_even_if_no_webhook_is_taken(self) -> None:
        with Double(webhook_taken=False) as double:
            room = build(double).init_room(REF, self.spec)

            assert double.rooms[room.room_id]["webhook"] is None
            assert room.differences == ("webhooks",)

    def test_room_that_keeps_an_old_webhook_says_so(
        self, provider: Provider, double: Double
    ) -> None:
        provider.init_room(REF, self.spec)

        again = provider.init_room(REF, replace(SPEC, webhook_url=HOOK + "new/"))

        assert again.differences == ("webhooks",)

    def test_room_that_takes_the_new_webhook_is_as_asked(self) -> None:
        with Double(webhook_renewed=True) as double:
            provider = build(double)
            provider.init_room(REF, self.spec)

            assert not provider.init_room(REF, replace(SPEC, webhook_url=HOOK + "new/")).differences

    def test_room_that_tells_more_than_asked_is_as_asked(self, provider: Provider) -> None:
        provider.init_room(REF, self.spec)

        assert not provider.init_room(REF, SPEC).differences

    def test_server_that_does_not_repeat_the_webhook_is_believed(self) -> None:
        with Double(webhook_echoed=False) as double:
            assert not build(double).init_room(REF, self.spec).differences

    def test_refusal_for_another_reason_stays_a_refusal(
        self, provider: Provider, double: Double
    ) -> None:
        with (
            double.failing(saying({"message": "no"}, 400)),
            pytest.raises(ProviderRefused, match="no"),
        ):
            provider.init_room(REF, self.spec)

        assert len(double.journal) == 3


@pytest.mark.parametrize(
    ("changed", "difference"),
    [
        ({"chat": False}, "chat_switch"),
        ({"participants_share": False}, "sharing_switch"),
        ({"kind": RoomKind.WEBINAR}, "webinars"),
    ],
)
def test_what_a_room_cannot_do_is_told(
    provider: Provider, changed: dict[str, Any], difference: str
) -> None:
    spec: RoomSpec = replace(SPEC, **changed)

    assert provider.init_room(REF, spec).differences == (difference,)


class TestKnowingRooms:
    def test_room_of_the_account_is_valid_until_it_is_deactivated(self, provider: Provider) -> None:
        room = provider.init_room(REF, SPEC)

        assert provider.validate_meeting(room.room_id)
        assert provider.validate_meeting(f"parley-{SPEC.key}")
        provider.deactivate_room(room.room_id)
        assert not provider.validate_meeting(room.room_id)

    @pytest.mark.parametrize("status", [400, 402, 404])
    @pytest.mark.parametrize("shape", ["message", "string", "nothing"])
    def test_strangers_room_is_not_valid(self, status: int, shape: str) -> None:
        with Double(not_found=status, error_shape=shape) as double:
            assert not build(double).validate_meeting("what-ever-room")

    def test_trouble_is_not_taken_for_an_answer(self, provider: Provider, double: Double) -> None:
        with double.failing(faults.status(401)), pytest.raises(BadCredentials):
            provider.validate_meeting("abcd-efgh-ijkl")

    def test_room_is_asked_for_under_its_whole_name(
        self, provider: Provider, double: Double
    ) -> None:
        provider.validate_meeting("../rooms?x=1")

        assert double.paths() == ["/v2/rooms/validate/..%2Frooms%3Fx%3D1"]

    def test_fetched_room_says_whether_it_is_ours_and_nothing_of_the_owner(
        self, provider: Provider
    ) -> None:
        room = provider.init_room(REF, replace(SPEC, webhook_url=HOOK))

        found = provider.fetch_room(room.room_id)

        assert provider.is_ours(found)
        assert found.webhook_url == HOOK
        assert found.created_at
        assert "owner" not in repr(found).lower()
        with pytest.raises(RoomNotFound):
            provider.fetch_room("none-such-room")

    @pytest.mark.parametrize("pages", ["pageInfo", "pagination", "bare"])
    def test_all_rooms_are_listed_however_they_are_paged(self, pages: str) -> None:
        with Double(pages=pages) as double:
            provider = build(double)
            made = {provider.init_room(REF, replace(SPEC, key=f"k{n}")).room_id for n in range(45)}

            found = [each.room_id for each in provider.rooms()]

        assert len(found) == 45
        assert set(found) == made

    def test_list_without_an_end_is_given_up(self, provider: Provider, double: Double) -> None:
        endless = {"pageInfo": {"currentPage": 1, "lastPage": 2}, "data": [{"roomId": "a-b"}]}

        with double.failing(saying(endless)), pytest.raises(UnexpectedReply, match="does not end"):
            list(provider.rooms())

    @pytest.mark.parametrize(
        ("page", "count"),
        [
            ({"data": [{"roomId": "a-b"}]}, 1),
            ({"pageInfo": {"currentPage": True, "lastPage": "2"}, "data": [{"roomId": "a-b"}]}, 1),
            ({"pageInfo": {"currentPage": 1, "lastPage": 9}, "data": []}, 0),
            ({"data": {"odd": 1}}, 0),
            ([1, "two", {"roomId": "a-b"}], 1),
        ],
    )
    def test_odd_page_is_read_as_far_as_it_can_be(
        self, provider: Provider, double: Double, page: Any, count: int
    ) -> None:
        with double.failing(saying(page)):
            assert len(list(provider.rooms())) == count

    def test_text_is_no_list(self, provider: Provider, double: Double) -> None:
        with double.failing(saying("none")), pytest.raises(UnexpectedReply, match="no list"):
            list(provider.rooms())

    @pytest.mark.parametrize("again", [1, 2])
    def test_room_can_be_deactivated_twice(
        self, provider: Provider, double: Double, again: int
    ) -> None:
        room = provider.init_room(REF, SPEC)

        for _ in range(again):
            provider.deactivate_room(room.room_id)

        assert double.rooms[room.room_id]["disabled"]
        provider.deactivate_room("none-such-room")
