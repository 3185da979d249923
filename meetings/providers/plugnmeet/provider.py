"""The adapter: rooms, the way in, and what is left when they are over."""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from ..base import (
    Attendee,
    Check,
    Features,
    JoinTicket,
    Peer,
    Recording,
    RoomRef,
    RoomSpec,
    WebhookRequest,
    WebhookResult,
)
from ..errors import ProviderRefused, RoomNotFound
from ..http import Reply, origin_of
from . import records, webhooks
from .checks import checks
from .client import PlugnmeetClient
from .identifiers import user_id_of
from .people import is_inside, peer
from .replies import NoSuchCall, NothingFound, entries, number
from .settings import differences, metadata

LONGEST_ID = 61  # of 64: a breakout room's id is its room's and “-16”


class Provider(PlugnmeetClient):
    slug = "plugnmeet"
    features = Features(
        ending=True,
        live_status=True,
        roster=True,
        chat_switch=True,
        sharing_switch=True,
        capacity=True,
        waiting_room=True,
        webinars=True,
        recording=True,
        listing=True,
        webhooks=True,
    )
    takes_typed_webhook = True

    # Rooms

    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        """Create the room; one that runs already comes back as it is, differences told."""
        room_id = self._their_id(spec.key)
        if len(room_id) > LONGEST_ID:
            raise ProviderRefused("the room's id is too long.", provider=self.label)
        wanted: dict[str, Any] = {
            "room_id": room_id,
            "empty_timeout": max(120, self.options.empty_minutes * 60),  # less is read as 1800
            "metadata": metadata(spec, self.options),
        }
        if spec.capacity:  # 0 is refused
            wanted["max_participants"] = spec.capacity
        info = self.part(self.call("/room/create", wanted), "room_info")
        return RoomRef(
            room_id=spec.key,
            session_id=str(info.get("sid") or ""),
            differences=differences(wanted["metadata"], info),
        )

    @property
    def destinations(self) -> tuple[str, ...]:
        return (origin_of(self.options.people_go_to),)

    def end_room(self, ref: RoomRef) -> None:
        try:
            self.call("/room/endRoom", {"room_id": self._their_id(ref.room_id)})
        except RoomNotFound:
            return  # ended before

    def is_live(self, ref: RoomRef) -> bool:
        """Whether the room is there; also while nobody has entered it."""
        try:
            answer = self.call("/room/isRoomActive", {"room_id": self._their_id(ref.room_id)})
        except RoomNotFound:
            return False
        return answer.get("is_active") is True

    def live_rooms(self) -> tuple[RoomRef, ...]:
        """The server's open rooms, with our prefix if there is one, and without breakout rooms."""
        try:
            rooms = entries(self.call("/room/getActiveRoomsInfo", {}).get("rooms"))
        except NothingFound:
            return ()
        infos = entries([room.get("room_info") for room in rooms])
        return tuple(
            RoomRef(room_id=key, session_id=str(info.get("sid") or ""))
            for info in infos
            if not number(info.get("is_breakout_room")) and (key := self._key_in(info))
        )

    def roster(self, ref: RoomRef) -> tuple[Peer, ...]:
        """Who has sound and picture now; nobody where the server runs without LiveKit."""
        wanted = {"room_id": self._their_id(ref.room_id)}
        try:
            room = self.part(self.call("/room/getActiveRoomInfo", wanted), "room")
        except RoomNotFound:
            return ()
        people = entries(room.get("participants_info"))
        return tuple(peer(each) for each in people if is_inside(each))

    def past_rooms(self, keys: Sequence[str]) -> tuple[records.PastRoom, ...]:
        """The runs of these rooms of ours that are over, the latest first."""
        if not keys:
            return ()  # no names would be everybody's rooms
        wanted = {"room_ids": [self._their_id(key) for key in keys]}
        rows = self.rows("/room/fetchPastRooms", wanted, "rooms_list")
        past = (records.past_room(row, self._key_in(row)) for row in rows)
        return tuple(room for room in past if records.is_over(room))

    # The way in

    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        """A token of the server's, good for some ten minutes by its own settings.

        Asking for one puts out whoever is inside under the same id: it is asked on the click only.
        """
        user = {
            "name": attendee.name,
            "user_id": user_id_of(attendee.key),
            "is_admin": attendee.role.hosts,
            "is_hidden": False,
            "user_metadata": {"record_webcam": True},
        }
        wanted = {"room_id": self._their_id(ref.room_id), "user_info": user}
        answer = self.call("/room/getJoinToken", wanted, repeatable=False)
        query = {"access_token": self.token(answer)}
        if self.options.design:
            query["custom_design"] = json.dumps(json.loads(self.options.design))
        return JoinTicket(url=f"{self.options.people_go_to}/?{urlencode(query)}")

    # What is left

    def recordings(self, ref: RoomRef) -> tuple[Recording, ...]:
        rows = self.rows("/recording/fetch", self._only(ref), "recordings_list")
        return tuple(self._recording(row) for row in rows)

    def recording(self, recording_id: str) -> Recording:
        """One recording, and whose room it is of."""
        wanted = {"record_id": recording_id}
        found = self.call_either("/recording/info", "/recording/recordingInfo", wanted)
        return self._recording(self.part(found, "recording_info"))

    def delete_recording(self, recording_id: str) -> None:
        try:
            self.call("/recording/delete", {"record_id": recording_id})
        except NothingFound:
            return  # deleted before

    def recording_url(self, recording_id: str) -> str:
        wanted = {"record_id": recording_id}
        return self._download("recording", self.call("/recording/getDownloadToken", wanted))

    def artifacts(self, ref: RoomRef) -> tuple[records.Artifact, ...]:
        """Analytics, summaries and transcripts of the room; analytics only before 2.0."""
        try:
            rows = self.rows("/artifact/fetch", self._only(ref), "artifacts_list")
            return tuple(self._artifact(row) for row in rows)
        except NoSuchCall:
            older = self.rows("/analytics/fetch", self._only(ref), "analytics_list")
            return tuple(records.analytics_of_1x(row, self._key_in(row)) for row in older)

    def artifact(self, artifact_id: str) -> records.Artifact:
        """One file, and whose room it is of; servers before 2.0 cannot say."""
        wanted = {"artifact_id": artifact_id}
        return self._artifact(self.part(self.call("/artifact/info", wanted), "artifact_info"))

    def artifact_url(self, artifact_id: str) -> str:
        """A short-lived address to download it from; for one person, never stored."""
        wanted = {"artifact_id": artifact_id}
        try:
            return self._download("artifact", self.call("/artifact/getDownloadToken", wanted))
        except NoSuchCall:
            older = self.call("/analytics/getDownloadToken", {"file_id": artifact_id})
            return self._download("analytics", older)

    def delete_artifact(self, artifact_id: str) -> None:
        """Delete a file at the server. Twice is fine."""
        wanted = {"artifact_id": artifact_id, "file_id": artifact_id}
        try:
            self.call_either("/artifact/delete", "/analytics/delete", wanted)
        except NothingFound:
            return

    # Events and health

    def parse_webhook(self, request: WebhookRequest) -> WebhookResult:
        """Read a delivery; rooms without our prefix are others' and left out."""
        webhooks.verify(request, self.options)
        ours = (
            replace(event, room_id=key)
            for event in webhooks.events(request)
            if (key := self._our_key(event.room_id))
        )
        return WebhookResult(events=tuple(ours))

    def ping(self) -> list[Check]:
        return checks(self)

    def stubborn_switches(self) -> tuple[str, ...]:
        """What the server keeps on though told not to: opens an empty room, and ends it."""
        off: dict[str, Any] = {
            each.name: False for each in fields(self.options) if each.type is bool
        }
        spec = RoomSpec(key=secrets.token_hex(16), title="Test", chat=False)
        reluctant = type(self)(self.alias, replace(self.options, **off), trusted=self.trusted)
        ref = reluctant.init_room(RoomRef(room_id=spec.key), spec)
        self.end_room(ref)
        return ref.differences

    def open_questions(self, ref: RoomRef) -> Mapping[str, Callable[[], str]]:
        return {
            "Which switches cannot be turned off?": lambda: named(self.stubborn_switches()),
            "Does the tree of settings fit?": lambda: named(ref.differences),
            "Are running rooms among the past ones?": lambda: (
                f"{len(self.past_rooms([ref.room_id]))} of them told as over"
            ),
        }

    def webhook_sample(self) -> WebhookRequest:
        return webhooks.signed(b'{"event":"test"}', self.options)

    # Their words and ours

    def _their_id(self, key: str) -> str:
        return self.options.room_prefix + key

    def _our_key(self, room_id: str) -> str:
        """Our key of a room of theirs; empty when it is not ours."""
        prefix = self.options.room_prefix
        return room_id.removeprefix(prefix) if room_id.startswith(prefix) else ""

    def _key_in(self, row: dict[str, Any]) -> str:
        return self._our_key(str(row.get("room_id") or ""))

    def _only(self, ref: RoomRef) -> dict[str, Any]:
        return {"room_ids": [self._their_id(ref.room_id)]}

    def _recording(self, row: dict[str, Any]) -> Recording:
        return records.recording(row, self._key_in(row))

    def _artifact(self, row: dict[str, Any]) -> records.Artifact:
        return records.artifact(row, self._key_in(row))

    def _download(self, kind: str, answer: Reply) -> str:
        token = quote(self.token(answer), safe="")
        return f"{self.options.url.rstrip('/')}/download/{kind}/{token}"


def named(switches: Sequence[str]) -> str:
    return ", ".join(switches) or "none"
