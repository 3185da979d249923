"""What the server keeps when a meeting is over: past rooms, recordings, files."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..base import Recording
from .replies import date, moment, number


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRoom:
    """One run of a room that is over."""

    room_id: str
    session_id: str
    title: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    people: int = 0
    analytics_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A file about a meeting: analytics, a summary, a transcript; or what an AI service used."""

    artifact_id: str
    room_id: str
    kind: str  # their name for it, such as MEETING_ANALYTICS
    created_at: datetime | None = None
    downloadable: bool = False


DOWNLOADABLE = {"MEETING_ANALYTICS", "MEETING_SUMMARY", "SPEECH_TRANSCRIPTION"}


def past_room(row: Mapping[str, Any], room_id: str) -> PastRoom:
    return PastRoom(
        room_id=room_id,
        session_id=str(row.get("room_sid") or ""),
        title=str(row.get("room_title") or ""),
        started_at=date(row.get("created")),
        ended_at=date(row.get("ended")),
        people=number(row.get("joined_participants")),
        analytics_id=str(row.get("analytics_file_id") or ""),
    )


def is_over(room: PastRoom) -> bool:
    """Their list seems to hold running rooms too, whose end is missing or before their start."""
    if room.ended_at is None:
        return False
    return room.started_at is None or room.ended_at >= room.started_at


def recording(row: Mapping[str, Any], room_id: str) -> Recording:
    """One recording. Its size is left out: bytes in the manual, megabytes by their samples."""
    about = row.get("metadata")
    return Recording(
        recording_id=str(row.get("record_id") or ""),
        room_id=room_id,
        title=str(about.get("title") or "") if isinstance(about, dict) else "",
        started_at=_began(str(row.get("record_id") or "")) or moment(row.get("creation_time")),
    )


def _began(record_id: str) -> datetime | None:
    """When the recorder was called: the id is “<session>-<milliseconds>”."""
    milliseconds = record_id.rpartition("-")[2]
    exact = len(milliseconds) == 13 and milliseconds.isdecimal()
    return moment(int(milliseconds) / 1000) if exact else None


def artifact(row: Mapping[str, Any], room_id: str) -> Artifact:
    kind = str(row.get("type") or "")
    return Artifact(
        artifact_id=str(row.get("artifact_id") or ""),
        room_id=room_id,
        kind=kind,
        created_at=date(row.get("created")),
        downloadable=kind in DOWNLOADABLE,
    )


def analytics_of_1x(row: Mapping[str, Any], room_id: str) -> Artifact:
    return Artifact(
        artifact_id=str(row.get("file_id") or ""),
        room_id=room_id,
        kind="MEETING_ANALYTICS",
        created_at=moment(row.get("creation_time")),
        downloadable=True,
    )
