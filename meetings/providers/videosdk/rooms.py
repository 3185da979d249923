"""Rooms: create-meeting and validate-meeting of the vendor's server pattern, and the rest."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ..base import RoomKind, RoomRef, RoomSpec
from ..errors import Conflict, ProviderRefused, RoomNotFound, UnexpectedReply
from ..http import Reply
from .api import Api, custom_id_of, in_path, moment, room_id_of, text

# Patterns, and the plain names for servers that do not know patterns.
EVENTS = ("session-*", "participant-*", "recording-*", "transcription-*")
EVERY_EVENT = (
    "session-started",
    "session-ended",
    "participant-joined",
    "participant-left",
    "recording-started",
    "recording-stopped",
    "recording-failed",
    "transcription-completed",
)
# Of a recording; the layout must be there, and four tiles are the most.
GRID = {"layout": {"type": "GRID", "priority": "SPEAKER", "gridSize": 4}}
MOST_LIVES = 5  # rooms of one key: each but the last was deactivated, which is for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room as the account keeps it."""

    room_id: str
    custom_id: str = ""  # ours: prefix and key
    disabled: bool = False
    created_at: datetime | None = None
    webhook_url: str | None = field(default=None, repr=False)  # None: they do not say


class Rooms(Api):
    """The room calls."""

    def create_meeting(self, spec: RoomSpec) -> RoomRef:
        """The room for this key, made or found again: `create-meeting` of the server pattern."""
        for life in range(MOST_LIVES):
            name = self.custom_id(spec.key, life)
            try:
                room = self._create(self._wanted(spec, name), webhooks_for(spec))
            except Conflict:
                continue
            if not room.disabled:
                return RoomRef(room_id=room.room_id, differences=differences(spec, room))
        raise Conflict("deactivated every room of this meeting.", provider=self.label)

    def validate_meeting(self, room_id: str) -> bool:
        """Whether it is a room of this account and usable: `validate-meeting` of the pattern."""
        try:
            reply = self.thing(self.get(f"/v2/rooms/validate/{in_path(room_id)}"))
        except RoomNotFound:
            return False
        except ProviderRefused as error:
            if error.status == 400:
                return False
            raise
        return not self._room(reply).disabled

    def fetch_room(self, room_id: str) -> Room:
        """One room, by their id or ours; `RoomNotFound` when it is not the account's."""
        return self._room(self.thing(self.get(f"/v2/rooms/{in_path(room_id)}")))

    def rooms(self) -> Iterator[Room]:
        """The account's rooms, ours and others'."""
        return (self._room(each) for each in self.every("/v2/rooms"))

    def is_ours(self, room: Room) -> bool:
        """Whether a room was made under this site's prefix."""
        return room.custom_id.startswith(f"{self.options.room_prefix}-")

    def deactivate_room(self, room_id: str) -> None:
        """Close a room for ever: no token opens it again. Twice is fine."""
        # Only their own id is taken here: ours is answered with 402.
        with suppress(RoomNotFound, Conflict):
            self.post("/v2/rooms/deactivate", {"roomId": room_id}, repeatable=True)

    def custom_id(self, key: str, life: int = 0) -> str:
        """Our name for a room: what may stand in it is documented nowhere, so little does."""
        if not re.fullmatch(r"[a-z0-9-]{1,32}", key):
            key = hashlib.sha256(key.encode()).hexdigest()[:32]
        name = f"{self.options.room_prefix}-{key}"
        return f"{name}-{life + 1}" if life else name

    def _wanted(self, spec: RoomSpec, custom_id: str) -> dict[str, Any]:
        wanted: dict[str, Any] = {"customRoomId": custom_id}
        if self.options.geo_fence:
            wanted["geoFence"] = self.options.geo_fence
        if spec.record:
            wanted["autoStartConfig"] = {"recording": {"config": GRID}}
        # No autoCloseConfig: minutes on one of their pages, seconds on another. Read as seconds,
        # its default would end a meeting after eight minutes.
        return wanted

    def _create(self, wanted: Mapping[str, Any], webhooks: list[dict[str, Any]]) -> Room:
        """Create it; should they dislike the webhook, try a plainer one and then none."""
        try:
            return self._post_room({**wanted, **webhooks[0]})
        except ProviderRefused as error:
            if error.status != 400 or isinstance(error, Conflict) or len(webhooks) == 1:
                raise
        return self._create(wanted, webhooks[1:])

    def _post_room(self, wanted: Mapping[str, Any]) -> Room:
        """Repeatable: an id of ours that is used again brings back the same room."""
        try:
            room = self._room(self.thing(self.post("/v2/rooms", wanted, repeatable=True)))
        except RoomNotFound as error:  # 402, where nothing could be found: the account is meant
            words = error.args[0]
            raise ProviderRefused(words, provider=self.label, status=error.status) from None
        if room.webhook_url is None and "webhook" not in wanted:
            return replace(room, webhook_url="")
        return room

    def _room(self, given: Reply) -> Room:
        webhook = given.get("webhook")
        room = Room(
            room_id=room_id_of(given),
            custom_id=custom_id_of(given),
            disabled=bool(given.get("disabled")),
            created_at=moment(given.get("createdAt")),
            webhook_url=text(webhook, "endPoint") if isinstance(webhook, dict) else None,
        )
        if not re.fullmatch(r"[A-Za-z0-9-]+", room.room_id):
            raise UnexpectedReply("the answer has no room id.", provider=self.label)
        return room


def webhooks_for(spec: RoomSpec) -> list[dict[str, Any]]:
    """The webhooks to try, best first; the meeting is held even if none is taken."""
    if not spec.webhook_url:
        return [{}]
    lists = (EVENTS, EVERY_EVENT)
    return [*({"webhook": {"endPoint": spec.webhook_url, "events": list(e)}} for e in lists), {}]


def differences(spec: RoomSpec, room: Room) -> tuple[str, ...]:
    """What was asked and is not so, in the features' words."""
    otherwise = {
        "chat_switch": not spec.chat,
        "sharing_switch": not spec.participants_share,
        "webinars": spec.kind is RoomKind.WEBINAR,
        # A room that existed keeps the webhook it was made with; no call changes it.
        "webhooks": bool(spec.webhook_url) and room.webhook_url not in {None, spec.webhook_url},
    }
    return tuple(feature for feature, is_so in otherwise.items() if is_so)
