"""What a plugNmeet server that is not there keeps of its meetings: recordings and files."""

import time
import uuid
from datetime import UTC, datetime
from typing import Any, ClassVar

from ..base import Reply
from . import signing
from .rooms import Refused, Room

Asked = dict[str, Any]


class Archive:
    """The calls under /recording, /artifact and (1.x) /analytics."""

    api_key: ClassVar[str]
    api_secret: ClassVar[str]
    switch: dict[str, Any]
    rooms: dict[str, Room]

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.recordings: dict[str, Asked] = {}
        self.artifacts: dict[str, Asked] = {}

    def record(self, room_id: str, *, title: str = "", at: float | None = None) -> str:
        """A recording of the room, as the recorder leaves it."""
        room = self.rooms[room_id]
        began = int((at or time.time()) * 1000)
        size = 12.34 if self.switch["sizes_in_megabytes"] else 12_340_000.0
        row = {"record_id": f"{room.sid}-{began}", "room_id": room_id, "room_sid": room.sid}
        row |= {"file_size": size, "creation_time": str(began // 1000 + 600)}
        self.recordings[row["record_id"]] = row | ({"metadata": {"title": title}} if title else {})
        return str(row["record_id"])

    def keep_file(self, room_id: str, kind: str = "MEETING_ANALYTICS") -> str:
        """An artifact of the room."""
        row = {"artifact_id": str(uuid.uuid4()), "room_id": room_id, "type": kind}
        self.artifacts[row["artifact_id"]] = {**row, "created": rfc3339(time.time())}
        return row["artifact_id"]

    def _fetch_recordings(self, asked: Asked) -> Asked:
        rows = list(self.recordings.values())
        words = "no recording found"
        return page_of(asked, rows, "recordings_list", "total_recordings", words)

    def _recording(self, asked: Asked) -> Asked:
        return {"recording_info": _found(self.recordings, asked.get("record_id"), "recording")}

    def _delete_recording(self, asked: Asked) -> Asked:
        self._recording(asked)
        del self.recordings[asked["record_id"]]
        return {}

    def _recording_token(self, asked: Asked) -> Asked:
        self._recording(asked)
        return {"token": self._file_token(asked["record_id"])}

    def _file_token(self, name: str) -> str:
        claims = {"iss": self.api_key, "sub": name, "exp": int(time.time()) + 600}
        return signing.token(self.api_secret, claims)

    def _file(self, token: str) -> Reply:
        claims = signing.read(self.api_secret, token)
        if not claims:
            return Reply("token is invalid", status=401, kind="text/plain")
        if claims["sub"] not in {**self.recordings, **self.artifacts}:
            return Reply("file not found", status=404, kind="text/plain")
        return Reply(claims["sub"].encode(), kind="application/octet-stream")

    def _fetch_artifacts(self, asked: Asked) -> Asked:
        rows = list(self.artifacts.values())
        return page_of(asked, rows, "artifacts_list", "total_artifacts", "no artifact found")

    def _artifact(self, asked: Asked) -> Asked:
        return {"artifact_info": _found(self.artifacts, asked.get("artifact_id"), "artifact")}

    def _delete_artifact(self, asked: Asked) -> Asked:
        name = asked.get("artifact_id") or asked.get("file_id")
        _found(self.artifacts, name, "artifact")
        del self.artifacts[str(name)]
        return {}

    def _artifact_token(self, asked: Asked) -> Asked:
        name = asked.get("artifact_id") or asked.get("file_id")
        _found(self.artifacts, name, "artifact")
        return {"token": self._file_token(str(name))}

    def _fetch_analytics(self, asked: Asked) -> Asked:
        rows = [
            {
                "file_id": row["artifact_id"],
                "room_id": row["room_id"],
                "creation_time": "1763700000",
            }
            for row in self.artifacts.values()
        ]
        return page_of(asked, rows, "analytics_list", "total_analytics", "no analytics found")


def page_of(asked: Asked, rows: list[Asked], name: str, total: str, none: str) -> Asked:
    """What was asked for of the rows; their way to say “none” is to refuse."""
    wanted = asked.get("room_ids")
    rows = [row for row in rows if not wanted or row["room_id"] in wanted]
    begin, limit = asked.get("from", 0), min(asked.get("limit", 20), 100)
    if not rows[begin : begin + limit]:
        raise Refused("NOT_FOUND", none)
    paging = {total: str(len(rows)), "from": begin, "limit": limit, "order_by": "DESC"}
    return {"result": {**paging, name: rows[begin : begin + limit]}}


def _found(rows: dict[str, Asked], name: Any, what: str) -> Asked:
    if name not in rows:
        raise Refused("NOT_FOUND", f"{what} not found")
    return rows[name]


def rfc3339(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
