"""A plugNmeet server that is not there: the calls under /auth, the room's page, and deliveries."""

import json
import threading
import time
import uuid
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from .. import base
from ..people import Presence
from ..wire import Call, Reply, post
from . import features, page, signing
from .archive import Archive, page_of, rfc3339
from .rooms import Refused, Room, User, check_create, check_user

Asked = dict[str, Any]
SINCE = {
    "/artifact/fetch": (2,),
    "/artifact/info": (2,),
    "/artifact/delete": (2,),
    "/artifact/getDownloadToken": (2,),
    "/recording/info": (2,),
    "/room/broadcastToRoom": (2, 2),
}
# Before 2.1.5 the same refusals had other words.
OLDER_WORDS = {
    "INVALID_API_KEY": "invalid API key",
    "MISSING_REQUIRED_PARAMETER": "hash signature value required",
    "INVALID_TOKEN_OR_SIGNATURE": "can't verify provided information",
}
DELIVERIES = 3


class Double(Archive, base.Double):
    """`version` decides most; the other switches are what nobody could tell without a server."""

    label = "plugNmeet"
    switches: ClassVar[dict[str, Any]] = {
        "version": "2.4.0",
        "false_is_lost": None,  # None: from 2.3.0 on; a later release may mend it
        "livekit": True,  # False: nobody is ever listed
        "waiting_are_listed": False,
        "past_has_running": True,
        "long_ids_break": False,  # beyond the database's 64 characters
        "last_one_ends_it": True,  # LiveKit closes an empty room after some seconds; here at once
        "lifetime": 86_400.0,  # seconds that a room's state is kept
        "tells_rights": True,  # whether deliveries carry the participant's metadata
        "sizes_in_megabytes": True,
        "analytics": True,
        "insights": False,
        "sip": False,
        "lock_seconds": 0.0,  # how long an ended room cannot be created again
        "health": "Healthy",
        "sends_webhooks": False,  # by itself, to the room's address
    }
    by_hand: ClassVar[dict[str, Any]] = {"sends_webhooks": True}
    api_key = "lab-key"
    api_secret = "lab-secret-0f1e2d3c4b5a69788796a5b4c3d2e1f0"

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.rooms: dict[str, Room] = {}
        self.past: list[Room] = []
        self.blocked: set[str] = set()
        self.kicked: list[str] = []

    @property
    def version(self) -> tuple[int, ...]:
        return tuple(int(part) for part in str(self.switch["version"]).split("."))

    def account(self) -> dict[str, str]:
        url = self.url.replace("127.0.0.1", "localhost")  # without TLS their page starts there only
        return {"url": url, "api_key": self.api_key, "api_secret": self.api_secret}

    # Who asks

    def is_for_people(self, path: str) -> bool:
        return urlsplit(path).path in {"/", "/leave", "/end", "/approve"}

    def presence(self, room: str, person: str) -> Presence:
        found = self.rooms.get(room)
        return page.presence_of(found, found.users.get(person) if found else None)

    def verify(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bool:
        if method == "GET" or self.is_for_people(path):  # pages and files: their token proves them
            return True
        return self._stranger(headers, body) is None

    def _stranger(self, headers: dict[str, str], body: bytes) -> tuple[str, str] | None:
        if "api-key" not in headers:
            return "MISSING_REQUIRED_PARAMETER", "Missing API-KEY header."
        if headers["api-key"] != self.api_key:
            return "INVALID_API_KEY", "Invalid API key provided."
        if "hash-signature" not in headers:
            return "MISSING_REQUIRED_PARAMETER", "Missing HASH-SIGNATURE header."
        if headers["hash-signature"] != signing.signature(self.api_secret, body):
            words = "Failed to verify provided authentication details."
            return "INVALID_TOKEN_OR_SIGNATURE", words
        return None

    def leaves(self, room: str, person: str) -> None:
        found = self._running(room)
        if found and person in {user.user_id for user in found.inside}:
            self.leave(room, person)

    def answer(self, call: Call) -> Reply:
        parts = urlsplit(call.path)
        if call.method == "GET" or self.is_for_people(call.path):
            return self._public(parts.path, parse_qs(parts.query))
        if stranger := self._stranger(call.headers, call.body):
            return self._said(
                {"status": False, "status_code": stranger[0], "msg": stranger[1]}, 401
            )
        method = self._methods().get(parts.path.removeprefix("/auth"))
        if method is None or not parts.path.startswith("/auth/"):
            return Reply("not found", status=404, kind="text/plain")
        try:
            content = method(self._parsed(call.body))
        except Refused as refused:
            return self._said(refused.content)
        return self._said({"status": True, "msg": "success", "status_code": "SUCCESS", **content})

    def _parsed(self, body: bytes) -> Asked:
        try:
            asked = json.loads(body)
        except ValueError:
            asked = None
        if not isinstance(asked, dict):
            raise Refused("INVALID_PARAMETERS", "proto: syntax error (line 1:1)")
        return {name: value for name, value in asked.items() if value is not None}

    def _said(self, content: Asked, status: int = 200) -> Reply:
        if self.version < (2, 1, 7):
            code = content.pop("status_code")
            if status == 401:
                content["msg"] = OLDER_WORDS[code]
        return Reply(content, status=status)

    def _methods(self) -> dict[str, Any]:
        methods = {
            "/room/create": self._create,
            "/room/getJoinToken": self._join_token,
            "/room/isRoomActive": self._is_active,
            "/room/getActiveRoomInfo": self._room_info,
            "/room/getActiveRoomsInfo": self._rooms_info,
            "/room/endRoom": self._end,
            "/room/fetchPastRooms": self._past_rooms,
            "/room/broadcastToRoom": self._broadcast,
            "/recording/fetch": self._fetch_recordings,
            "/recording/info": self._recording,
            "/recording/recordingInfo": self._recording,
            "/recording/delete": self._delete_recording,
            "/recording/getDownloadToken": self._recording_token,
            "/artifact/fetch": self._fetch_artifacts,
            "/artifact/info": self._artifact,
            "/artifact/delete": self._delete_artifact,
            "/artifact/getDownloadToken": self._artifact_token,
            "/analytics/fetch": self._fetch_analytics,
            "/analytics/delete": self._delete_artifact,
            "/analytics/getDownloadToken": self._artifact_token,
        }
        return {path: do for path, do in methods.items() if self.version >= SINCE.get(path, ())}

    # Rooms

    def _create(self, asked: Asked) -> Asked:
        check_create(asked)
        if self.switch["long_ids_break"] and len(asked["room_id"]) > 64:
            raise Refused("INTERNAL_SERVER_ERROR", "Data too long for column 'room_id' at row 1")
        self._refuse_while_locked(asked["room_id"])
        if not (room := self._running(asked["room_id"])):
            room = Room(
                asked["room_id"],
                self._effective(asked["metadata"]),
                asked.get("max_participants", 0),
                asked.get("empty_timeout", 1800),
            )
            self.rooms[room.room_id] = room
            self.past.append(room)
            self.tell(room, "room_created")
        return {"room_info": self._info(room)}

    def _effective(self, metadata: Asked) -> Asked:
        lost = self.switch["false_is_lost"]
        asked = metadata["room_features"]
        effective = features.effective(
            asked,
            self.version,
            false_is_lost=self.version >= (2, 3) if lost is None else lost,
            server=self.switch,
        )
        locks = features.locks(metadata.get("default_lock_settings", {}), self.version)
        return {**metadata, "room_features": effective, "default_lock_settings": locks}

    def _refuse_while_locked(self, room_id: str) -> None:
        room = self.rooms.get(room_id)
        if room and room.ended and time.time() < room.ended + self.switch["lock_seconds"]:
            words = "timeout waiting to acquire lock for room {}, operation is currently locked"
            raise Refused("INTERNAL_SERVER_ERROR", words.format(room_id))

    def _running(self, room_id: Any) -> Room | None:
        room = self.rooms.get(room_id)
        if room and time.time() >= room.created + self.switch["lifetime"]:
            del self.rooms[room_id]
            return None
        return room if room and not room.ended else None

    def _info(self, room: Room) -> Asked:
        return {
            "room_title": room.metadata["room_title"],
            "room_id": room.room_id,
            "sid": room.sid,
            "joined_participants": str(len(room.inside)),
            "is_running": int(not room.ended),
            "is_recording": 0,
            "is_active_rtmp": 0,
            "webhook_url": room.metadata.get("webhook_url", ""),
            "is_breakout_room": int(bool(room.metadata.get("is_breakout_room"))),
            "parent_room_id": room.metadata.get("parent_room_id", ""),
            "creation_time": str(int(room.created)),
            "metadata": json.dumps(room.metadata),
        }

    def _is_active(self, asked: Asked) -> Asked:
        self._running(asked.get("room_id"))
        room = self.rooms.get(asked.get("room_id"))
        if room is None:
            code = {"msg": "room not found", "status_code": "ROOM_NOT_FOUND"}
            return {"is_active": False, **code}
        if room.ended:
            return {
                "is_active": False,
                "msg": "room is not active",
                "status_code": "ROOM_NOT_ACTIVE",
            }
        return {"is_active": True, "msg": "room is active"}

    def _room_info(self, asked: Asked) -> Asked:
        if not (room := self._running(asked.get("room_id"))):
            raise Refused("ROOM_NOT_FOUND", "room not found in active state", room=None)
        return {"room": self._with_people(room)}

    def _rooms_info(self, asked: Asked) -> Asked:
        rooms = [self._with_people(room) for room in self.rooms.values() if not room.ended]
        if not rooms:
            raise Refused("NOT_FOUND", "no active room found", rooms=[])
        return {"rooms": rooms}

    def _with_people(self, room: Room) -> Asked:
        shown = room.inside if self.switch["livekit"] else []
        if not self.switch["waiting_are_listed"]:
            shown = [user for user in shown if not user.waits]
        people = [user.info(_rights(user)) for user in shown]
        return {"room_info": self._info(room), "participants_info": people}

    def _end(self, asked: Asked) -> Asked:
        if asked.get("room_id") not in self.rooms:
            raise Refused("ROOM_NOT_FOUND", "room not found or not active")
        if room := self._running(asked["room_id"]):
            self._close(room)
        return {}

    def _close(self, room: Room) -> None:
        room.ended = time.time()
        self.tell(room, "session_ended")
        if room.started:
            self.tell(room, "room_finished")
        room.users.clear()

    def _past_rooms(self, asked: Asked) -> Asked:
        rows = [
            {
                "room_title": room.metadata["room_title"],
                "room_id": room.room_id,
                "room_sid": room.sid,
                "joined_participants": str(len(room.users)),
                "created": rfc3339(room.created),
                "ended": rfc3339(room.ended) if room.ended else "0001-01-01T00:00:00Z",
            }
            for room in self.past
            if room.ended or self.switch["past_has_running"]
        ]
        return page_of(asked, rows, "rooms_list", "total_rooms", "no room found")

    def _broadcast(self, asked: Asked) -> Asked:
        if not asked.get("room_id"):
            raise Refused("INVALID_PARAMETERS", "validation error: room_id: value is required")
        raise Refused("ROOM_NOT_FOUND", "room is not active")

    # The way in

    def _join_token(self, asked: Asked) -> Asked:
        check_user(info := asked.get("user_info"))
        if not (room := self._running(asked.get("room_id"))):
            raise Refused("ROOM_NOT_FOUND", "room is not active")
        if info["user_id"] in self.blocked:
            raise Refused("USER_BLOCKED", "this user is blocked to join this session")
        earlier = room.users.get(info["user_id"])
        if earlier and earlier.joined_at:
            self.kicked.append(earlier.user_id)
        waiting_room = room.metadata["room_features"]["waiting_room_features"]["is_active"]
        admin = bool(info.get("is_admin"))
        user = User(info["user_id"], info["name"], admin, waiting_room and not admin)
        room.users[user.user_id] = user
        now = int(time.time())
        claims = {"iss": self.api_key, "sub": user.user_id, "nbf": now, "exp": now + 600}
        claims |= {"name": user.name, "user_id": user.user_id, "room_id": room.room_id}
        claims |= {"is_admin": True} if user.is_admin else {}
        return {"token": signing.token(self.api_secret, claims)}

    def _public(self, path: str, query: dict[str, list[str]]) -> Reply:
        if path == "/healthCheck":
            status = 200 if self.switch["health"] == "Healthy" else 503
            return Reply(self.switch["health"], status=status, kind="text/plain")
        if path.startswith("/download/"):
            return self._file(unquote(path.rpartition("/")[2]))
        if path == "/approve":
            self.rooms[query["room"][0]].users[query["person"][0]].waits = False
            return Reply({})
        return self._page(path, query.get("access_token", [""])[0])

    def _page(self, path: str, token: str) -> Reply:
        claims = signing.read(self.api_secret, token)
        if not claims or claims["exp"] < time.time():
            return page.closed("Access token is missing or expired")
        room = self._running(claims["room_id"])
        user = room.users.get(claims["user_id"]) if room else None
        if not room or not user:
            return page.closed("user-info-not-found")
        if path == "/leave":
            self.leave(room.room_id, user.user_id)
            return page.gone(room)
        if path == "/end" and user.is_admin:
            self._close(room)
            return page.gone(room)
        if not user.joined_at and room.is_full:
            return page.closed("max-num-participates-exceeded")
        self._enter(room, user)
        return page.inside(room, user, token)

    def _enter(self, room: Room, user: User) -> None:
        if user.joined_at:
            return
        user.joined_at = time.time()
        if not room.started:
            room.started = True
            self.tell(room, "room_started")
        self.tell(room, "participant_joined", participant=self._participant(user))

    def _participant(self, user: User) -> Asked:
        return user.info(_rights(user) if self.switch["tells_rights"] else "")

    def leave(self, room_id: str, user_id: str) -> None:
        room = self.rooms[room_id]
        user = room.users[user_id]
        self.tell(room, "participant_left", participant=self._participant(user))
        user.joined_at = 0.0
        if self.switch["last_one_ends_it"] and not room.inside:
            self._close(room)

    # Deliveries

    def delivery(
        self, event: str, room: Asked, *, at: float | None = None, **more: Any
    ) -> tuple[bytes, dict[str, str]]:
        """A delivery as it goes out: its bytes and its headers."""
        now = int(time.time() if at is None else at)
        content = {"event": event, "room": room, "id": str(uuid.uuid4()), "created_at": str(now)}
        body = json.dumps({**content, **more}, separators=(",", ":")).encode()
        token = signing.delivery_token(self.api_key, self.api_secret, body, now)
        kind = "application/json" if self.version >= (2, 4) else "application/webhook+json"
        return body, {"Authorization": token, "Hash-Token": token, "Content-Type": kind}

    def deliver(self, url: str, event: str, room: Asked, **more: Any) -> int:
        """Post it as the server does: again after trouble, and what came back in the end."""
        body, headers = self.delivery(event, room, **more)
        for _ in range(DELIVERIES):
            status, _ = post(url, body, headers)
            self.diary.write_event(event, url, status)
            if status and status != 429 and status < 500:
                break
        return status

    def tell(self, room: Room, event: str, **more: Any) -> None:
        """Deliver to the room's own address, in the background, if this server does."""
        url = room.metadata.get("webhook_url")
        if not url or not self.switch["sends_webhooks"]:
            return
        about = {"sid": room.sid, "room_id": room.room_id, "creation_time": str(int(room.created))}
        about["metadata"] = json.dumps(room.metadata)
        threading.Thread(target=self.deliver, args=(url, event, about), kwargs=more).start()


def _rights(user: User) -> str:
    return json.dumps({"is_admin": user.is_admin, "wait_for_approval": user.waits})
