"""plugNmeet: what is left when a meeting is over."""

from datetime import UTC, datetime

import pytest
import requests

from meetings.providers.plugnmeet import Provider
from meetings.providers.plugnmeet.replies import NothingFound

from ..contract import REF, SPEC
from ..doubles.plugnmeet import Double
from .kit import account, says


@pytest.mark.parametrize("megabytes", [True, False])
def test_recordings_are_listed_linked_and_deleted(megabytes: bool) -> None:
    with Double(sizes_in_megabytes=megabytes) as double:
        provider = account(double)
        room = provider.init_room(REF, SPEC)
        recording_id = double.record(SPEC.key, title="Review", at=1763700000.5)

        (found,) = provider.recordings(room)
        link = provider.recording_url(recording_id)
        downloaded = requests.get(link, timeout=5).text
        provider.delete_recording(recording_id)
        provider.delete_recording(recording_id)

        assert (found.recording_id, found.room_id, found.title) == (
            recording_id,
            SPEC.key,
            "Review",
        )
        assert found.started_at == datetime.fromtimestamp(1763700000.5, UTC)
        assert found.size is None  # bytes or megabytes: nobody knows yet
        assert link.startswith(f"{double.url}/download/recording/")
        assert downloaded == recording_id
        assert provider.recordings(room) == ()


@pytest.mark.parametrize("version", ["1.9.4", "2.4.0"])
def test_one_recording_is_found_by_its_name_at_every_version(version: str) -> None:
    with Double(version=version) as double:
        provider = account(double)
        provider.init_room(REF, SPEC)
        recording_id = double.record(SPEC.key)

        assert provider.recording(recording_id).room_id == SPEC.key
        with pytest.raises(NothingFound, match="recording not found"):
            provider.recording("another")
        with pytest.raises(NothingFound):
            provider.recording_url("another")


def test_merged_recording_has_the_time_of_its_making(double: Double, provider: Provider) -> None:
    row = {"record_id": "merged", "room_id": SPEC.key, "creation_time": 1763700000}

    with double.failing(says({"status": True, "recording_info": row})):
        found = provider.recording("merged")

    assert found.started_at == datetime.fromtimestamp(1763700000, UTC)


def test_long_lists_are_read_to_their_end(double: Double, provider: Provider) -> None:
    room = provider.init_room(REF, SPEC)
    for second in range(101):
        double.record(SPEC.key, at=1763700000 + second)

    assert len(provider.recordings(room)) == 101
    assert double.paths().count("/auth/recording/fetch") == 2


def test_list_that_never_ends_is_left_at_some_point(double: Double, provider: Provider) -> None:
    rows = [{"record_id": str(n)} for n in range(100)]

    with double.failing(says({"status": True, "result": {"recordings_list": rows}})):
        assert len(provider.recordings(REF)) == 5000


@pytest.mark.parametrize(
    ("version", "kinds", "door"),
    [
        ("2.4.0", ["MEETING_ANALYTICS", "CHAT_TRANSLATION_USAGE"], "artifact"),
        ("1.9.4", ["MEETING_ANALYTICS", "MEETING_ANALYTICS"], "analytics"),
    ],
)
def test_files_are_found_whatever_the_server_calls_them(
    version: str, kinds: list[str], door: str
) -> None:
    with Double(version=version) as double:
        provider = account(double)
        room = provider.init_room(REF, SPEC)
        file_id = double.keep_file(SPEC.key)
        double.keep_file(SPEC.key, "CHAT_TRANSLATION_USAGE")

        found = provider.artifacts(room)
        link = provider.artifact_url(file_id)
        downloaded = requests.get(link, timeout=5).text
        provider.delete_artifact(file_id)
        provider.delete_artifact(file_id)

        assert [each.kind for each in found] == kinds
        assert found[0].artifact_id == file_id
        assert found[0].created_at
        assert found[0].downloadable
        assert f"/download/{door}/" in link
        assert downloaded == file_id
        assert len(provider.artifacts(room)) == 1


def test_one_file_is_found_by_its_name(double: Double, provider: Provider) -> None:
    provider.init_room(REF, SPEC)
    file_id = double.keep_file(SPEC.key, "AI_TEXT_CHAT_SUMMARIZATION_USAGE")

    found = provider.artifact(file_id)

    assert (found.room_id, found.downloadable) == (SPEC.key, False)
