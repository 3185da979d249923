from typing import Any

import pytest

from meetings.providers.base import RoomRef
from meetings.providers.errors import OutcomeUnknown, ProviderRefused, RoomNotFound
from meetings.providers.videosdk import Provider
from tests.providers.contract import REF, SPEC
from tests.providers.doubles import base as faults
from tests.providers.doubles.videosdk import Double

from .kit import build, posts, saying


def busy_room(provider: Provider, double: Double) -> RoomRef:
    room = provider.init_room(REF, SPEC)
    double.enter(room.room_id, "p-Zzoy")
    return room


def record(provider: Provider, double: Double) -> RoomRef:
    room = busy_room(provider, double)
    provider.start_recording(room)
    provider.stop_recording(room)
    return room


@pytest.mark.parametrize("status", [200, 400, 409])
def test_recording_that_runs_is_started_already(status: int) -> None:
    with Double(second_start=status) as double:
        provider = build(double)
        room = busy_room(provider, double)

        provider.start_recording(room)
        provider.start_recording(room)

        assert double.sessions[0]["recording"]


@pytest.mark.parametrize("status", [200, 400, 404, 409])
def test_recording_that_does_not_run_is_stopped_already(status: int) -> None:
    with Double(stop_nothing=status) as double:
        provider = build(double)
        room = record(provider, double)

        provider.stop_recording(room)

        assert len(double.recordings) == 1


def test_nothing_is_recorded_where_nobody_is(provider: Provider) -> None:
    room = provider.init_room(REF, SPEC)

    with pytest.raises(ProviderRefused, match="No active session"):
        provider.start_recording(room)


def test_refusal_to_stop_is_told(provider: Provider, double: Double) -> None:
    room = busy_room(provider, double)

    with (
        double.failing(posts(saying({"message": "not now"}, 400))),
        pytest.raises(ProviderRefused, match="not now"),
    ):
        provider.stop_recording(room)


@pytest.mark.parametrize("call", ["start_recording", "stop_recording"])
def test_role_that_may_not_record_is_told(provider: Provider, double: Double, call: str) -> None:
    said = posts(saying({"message": "Recording not started: role not allowed"}, 403))

    with double.failing(said), pytest.raises(ProviderRefused, match="not allowed"):
        getattr(provider, call)(REF)


def test_start_whose_answer_is_lost_is_not_repeated(provider: Provider, double: Double) -> None:
    room = busy_room(provider, double)

    with double.failing(faults.cut), pytest.raises(OutcomeUnknown):
        provider.start_recording(room)

    assert double.paths().count("/v2/recordings/start") == 1


def test_recording_is_listed_with_its_length_and_size(provider: Provider, double: Double) -> None:
    room = record(provider, double)

    (found,) = provider.recordings(room)

    assert found.room_id == room.room_id
    assert (found.seconds, found.size, found.ready) == (61, 1_048_576, True)
    assert found.started_at
    assert provider.recordings(RoomRef(room_id="another-room")) == ()


def test_filter_that_they_do_not_know_shows_no_strangers_recording() -> None:
    with Double(filters_known=False) as double:
        provider = build(double)
        record(provider, double)

        assert provider.recordings(RoomRef(room_id="another-room")) == ()


@pytest.mark.parametrize("file", [None, {}, "odd", {"meta": None, "size": "big", "fileUrl": None}])
def test_recording_without_a_file_is_not_ready(
    provider: Provider, double: Double, file: Any
) -> None:
    with double.failing(saying([{"id": "r1", "roomId": "a-b", "file": file}])):
        (found,) = provider.recordings(RoomRef(room_id="a-b"))

    assert (found.ready, found.seconds, found.size) == (False, None, None)


def test_length_that_is_no_number_is_not_known(provider: Provider, double: Double) -> None:
    body = b'[{"id": "r1", "roomId": "a-b", "file": {"meta": {"duration": NaN}, "size": true}}]'

    with double.failing(saying(body)):
        (found,) = provider.recordings(RoomRef(room_id="a-b"))

    assert (found.seconds, found.size) == (None, None)


def test_recording_has_an_address(provider: Provider, double: Double) -> None:
    (found,) = provider.recordings(record(provider, double))

    assert provider.recording_url(found.recording_id).startswith("https://cdn.")


def test_recording_in_the_operators_own_storage_has_none() -> None:
    with Double(own_storage=True) as double:
        provider = build(double)
        (found,) = provider.recordings(record(provider, double))

        assert found.ready
        with pytest.raises(ProviderRefused, match="own storage"):
            provider.recording_url(found.recording_id)


def test_address_that_is_none_is_not_handed_out(provider: Provider, double: Double) -> None:
    with (
        double.failing(saying({"file": {"fileUrl": "javascript:alert(1)"}})),
        pytest.raises(ProviderRefused),
    ):
        provider.recording_url("r1")


@pytest.mark.parametrize("status", [400, 402, 404])
def test_recording_is_deleted_once_and_for_all(status: int) -> None:
    with Double(not_found=status) as double:
        provider = build(double)
        (found,) = provider.recordings(record(provider, double))

        provider.delete_recording(found.recording_id)
        provider.delete_recording(found.recording_id)

        assert double.recordings == []
        with pytest.raises(RoomNotFound):
            provider.recording_url(found.recording_id)
