"""Recordings: started and stopped in a room with people in it, kept as files."""

from contextlib import suppress
from urllib.parse import urlsplit

from ..base import Recording, RoomRef
from ..errors import Conflict, ProviderRefused, RoomNotFound
from ..http import Reply
from .api import Api, in_path, moment, nothing_to_do, number, room_id_of, text
from .rooms import GRID


class Recordings(Api):
    """The recording calls."""

    def start_recording(self, ref: RoomRef) -> None:
        """Begin to record; somebody must be inside. Twice is fine."""
        wanted = {"roomId": ref.room_id, "config": GRID}
        try:
            self.post("/v2/recordings/start", wanted)
        except Conflict:
            return
        except ProviderRefused as error:
            if "already" not in str(error).lower():
                raise

    def stop_recording(self, ref: RoomRef) -> None:
        """Stop recording. Twice is fine."""
        try:
            self.post("/v2/recordings/end", {"roomId": ref.room_id}, repeatable=True)
        except (Conflict, RoomNotFound):
            return
        except ProviderRefused as error:
            if not nothing_to_do(error):
                raise

    def recordings(self, ref: RoomRef) -> tuple[Recording, ...]:
        """A room's recordings. Starting one tells no id: this is where it is found."""
        found = self.every("/v2/recordings", {"roomId": ref.room_id})
        return tuple(recording_of(each) for each in found if room_id_of(each) == ref.room_id)

    def delete_recording(self, recording_id: str) -> None:
        """Delete a recording at VideoSDK. Twice is fine."""
        with suppress(RoomNotFound):
            self.delete(f"/v2/recordings/{in_path(recording_id)}")

    def recording_url(self, recording_id: str) -> str:
        """Where the file is: a public address that never expires, so only for those who may."""
        found = self.thing(self.get(f"/v2/recordings/{in_path(recording_id)}"))
        url = text(file_of(found), "fileUrl")
        if urlsplit(url).scheme == "https":
            return url
        words = "has no address for it: it is not ready, or lies in your own storage."
        raise ProviderRefused(words, provider=self.label)


def recording_of(given: Reply) -> Recording:
    file = file_of(given)
    meta = file.get("meta")
    return Recording(
        recording_id=text(given, "id"),
        room_id=room_id_of(given),
        started_at=moment(given.get("start") or given.get("createdAt")),
        seconds=number(meta, "duration") if isinstance(meta, dict) else None,
        size=number(file, "size"),
        ready=bool(text(file, "fileUrl", "filePath")),
    )


def file_of(given: Reply) -> Reply:
    file = given.get("file")
    return file if isinstance(file, Reply) else Reply()
