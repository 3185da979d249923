"""xroom's server as far as its manual goes, with a switch for everything it leaves open."""

import hashlib
import itertools
import threading
from contextlib import suppress
from typing import Any, ClassVar

from .. import base
from ..wire import Call, Reply
from .bookings import Bookings
from .people import People
from .rooms import Rooms
from .values import Booking, Hook, Refusal, Room, method_of, padded
from .webhooks import Webhooks


class Double(People, Rooms, Bookings, Webhooks, base.Double):
    label = "xroom"
    auth_id: ClassVar[str] = "demo-id"
    api_secret: ClassVar[str] = "54ed8ea9722c38499ea8dbbeca19762e"
    webhook_key: ClassVar[str] = "webhook-key-not-hex"
    switches: ClassVar[dict[str, Any]] = {
        "time_format": "ms",  # understood: ms, iso, both
        "wrong_time": "error",  # or "null": kept as an invalid date; or minutes: kept that much off
        "first_init": "key",  # or "no_key": success, and no key
        "init_twice": "error",  # same, new, no_key, error
        "init_tells": {},  # what init does otherwise than asked
        "init_inherits_booking": False,  # the key of the booking is the room's
        "booking_tells_key": True,  # booking/get holds the host key
        "booking_keeps": {},  # what a booking holds otherwise than asked
        "booking_auto_creates_room": False,  # at the booking's start
        "update_rotates_key": True,
        "update_tells_key": True,
        "destroy_on_missing": "error",  # error, False, True
        "force_works": True,  # forceKick closes a room with people inside
        "kick_works": True,
        "error_status": 200,  # 200, 500, 503, "4xx"
        "errmsg_shape": "string",  # string, null, list
        "list_shape": "object",  # what no rooms look like: object, array, null, domain
        "rooms_told": True,  # False: every RoomObject is null
        "names_in_list": "full",  # full, bare, upper
        "ids_as_strings": False,
        "old_bookings": False,  # the names of 2020
        "envelope": "full",  # bare: no isError
        "event_shape": "new",  # new, flat
        "handshake": "during_add",  # during_add, on_validate
        "handshake_expects": "text",  # text, json
        "empty_room_ttl": None,  # 0: forgotten at once
        "tells_events": True,  # to validated webhooks, by itself
    }

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.rooms: dict[str, Room] = {}
        self.bookings: dict[int, Booking] = {}
        self.hooks: dict[int, Hook] = {}
        self.salts: set[str] = set()
        self.entered: list[tuple[str, str]] = []
        self.ids = itertools.count(11)

    def account(self) -> dict[str, str]:
        keys = {"auth_id": self.auth_id, "api_secret": self.api_secret}
        domain = self.url.removeprefix("http://")
        return {**keys, "domain": domain, "webhook_key": self.webhook_key, "url": self.url}

    def is_for_people(self, path: str) -> bool:
        return not path.startswith("/api/")

    def name_of(self, call: Call) -> str:
        with suppress(ValueError, KeyError, TypeError):  # whatever a stranger may send
            return method_of(call)
        return ""

    # Proof, by arithmetic of our own

    def verify(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bool:
        if not path.startswith("/api/"):
            return True  # people prove nothing
        salt = headers.get("x-random", "")
        inner = hashlib.sha256(padded(self.api_secret, 0x36) + salt.encode()).digest()
        proof = hashlib.sha256(padded(self.api_secret, 0x5C) + inner).hexdigest()
        is_new = salt not in self.salts
        self.salts.add(salt)
        return (
            method == "POST"
            and is_new
            and len(salt) >= 32
            and headers.get("content-type") == "application/json"
            and headers.get("x-api-version") == "2"
            and headers.get("x-auth-id") == self.auth_id
            and headers.get("x-auth-key") == proof
        )

    def methods(self) -> list[str]:
        """The calls that came, as collection/method."""
        return [method_of(call) for call in self.journal if call.path.startswith("/api/")]

    def calls(self, name: str) -> list[dict[str, Any]]:
        """What calls of this name held."""
        return [call.json()["data"] for call in self.journal if method_of(call) == name]

    def answer(self, call: Call) -> Reply:
        self.forget_empty_rooms()
        if not call.path.startswith("/api/"):
            return self.page(call.path)
        try:
            return self.enclosed(self.obey(call))
        except Refusal as refusal:
            return self.refused(str(refusal), denied=not call.verified)

    def obey(self, call: Call) -> Any:
        if not call.verified:
            raise Refusal("Authentication failed")
        collection, method = method_of(call).split("/")
        known = {"room": self.room_methods, "booking": self.booking_methods}
        methods = known.get(collection, self.webhook_methods)()
        if method not in methods:
            raise Refusal(f"Unknown method {method}")
        return methods[method](call.json()["data"])

    def enclosed(self, data: Any) -> Reply:
        if self.switch["envelope"] == "bare":
            return Reply({"data": data})
        return Reply({"isError": False, "errMsg": None, "data": data, "time": 3})

    def refused(self, text: str, *, denied: bool = False) -> Reply:
        shapes = {"string": text, "null": None, "list": [{"tag": "id", "text": text}]}
        status = self.switch["error_status"]
        if status == "4xx":
            status = 401 if denied else 404 if "not found" in text else 400
        shape = shapes[self.switch["errmsg_shape"]]
        return Reply({"isError": True, "errMsg": shape, "data": None}, status=status)

    # Events

    def event(self, name: str, room: str, /, **payload: Any) -> dict[str, Any]:
        """An event as it is sent: unsigned. `room` is the full id; `payload` may hold clients."""
        domain, bare = room.split("/")
        number = next(iter(self.hooks), 1)
        if self.switch["event_shape"] == "flat":
            flat = {"id": number, "event": name, "domain": domain, "roomName": bare}
            return {**flat, "options": payload.get("room", {})}
        inside = {"name": bare, **payload.pop("room", {})}
        wrapped = {"room": inside, **payload}
        return {"webhookId": number, "event": name, "domain": domain, "payload": wrapped}

    def deliver(self, url: str, name: str, room: str, /, **payload: Any) -> int:
        """Call a webhook; the status of the answer."""
        return self.send(url, self.event(name, room, **payload))[0]

    def announce(self, name: str, room: str, /, **payload: Any) -> None:
        """Call every validated webhook, without waiting for its answer."""
        if not self.switch["tells_events"]:
            return
        content = self.event(name, room, **payload)
        for hook in self.hooks.values():
            if hook.validated and hook.domain == content["domain"]:
                threading.Thread(target=self.send, args=(hook.url, content), daemon=True).start()
