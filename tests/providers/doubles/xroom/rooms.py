"""The collection `room`."""

import secrets
import time
from collections.abc import Callable
from typing import Any

from .values import Booking, Refusal, Room


class Rooms:
    """The collection `room`."""

    switch: dict[str, Any]
    rooms: dict[str, Room]
    bookings: dict[int, Booking]

    def room_methods(self) -> dict[str, Callable[..., Any]]:
        return {
            "init": self.init,
            "destroy": self.destroy,
            "kickOut": self.kick_out,
            "setLock": self.set_lock,
            "setPassword": self.set_password,
            "list": self.list_rooms,
        }

    def init(self, given: dict[str, Any]) -> dict[str, Any]:
        name = given["id"]
        if "/" not in name or given.get("key") == "":
            raise Refusal("Invalid room identifier or key")
        self.create_booked_rooms()
        if name in self.rooms:
            return self.init_again(name)
        key = self.new_key(name) if given.get("addHostKey") else ""
        room = Room(given.get("type", 1), given.get("lock", False), given.get("key"), key)
        self.rooms[name] = room
        inside = {"type": room.type, "capacity": 100, "isLocked": room.locked}
        self.announce("roomCreated", name, room=inside | {"hostKey": key})
        return self.told(name, room, key if self.switch["first_init"] == "key" else "")

    def init_again(self, name: str) -> dict[str, Any]:
        room, behaviour = self.rooms[name], self.switch["init_twice"]
        if behaviour == "error":
            raise Refusal("Room already exists")
        if behaviour == "new":
            room.host_key = secrets.token_hex(6)
        return self.told(name, room, "" if behaviour == "no_key" else room.host_key)

    def new_key(self, name: str) -> str:
        booking = next((b for b in self.bookings.values() if b.full_name == name), None)
        if booking and self.switch["init_inherits_booking"]:
            return str(booking.options["hostKey"])
        return secrets.token_hex(6)

    def told(self, name: str, room: Room, key: str) -> dict[str, Any]:
        told = {"id": name, "type": room.type, "isLocked": room.locked, "key": room.password}
        told |= self.switch["init_tells"]
        return told | ({"hostKey": key} if key else {})

    def destroy(self, given: dict[str, Any]) -> bool:
        if given["id"] not in self.rooms:
            if self.switch["destroy_on_missing"] == "error":
                raise Refusal("Room not found")
            return bool(self.switch["destroy_on_missing"])
        forced = given.get("forceKick") and self.switch["force_works"]
        if self.rooms[given["id"]].clients and not forced:
            return False
        del self.rooms[given["id"]]
        self.announce("roomRemoved", given["id"])
        return True

    def kick_out(self, given: dict[str, Any]) -> None:
        clients, peer = self.known(given["id"]).clients, given["peerId"]
        if not self.switch["kick_works"]:
            return
        gone = list(clients) if peer == "all" else [peer]
        told = [{"id": each, "type": clients.pop(each, 0)} for each in gone]
        self.announce("clientsRemoved", given["id"], clients=told)

    def set_lock(self, given: dict[str, Any]) -> None:
        self.known(given["id"]).locked = given["lock"]

    def set_password(self, given: dict[str, Any]) -> None:
        if given["password"] == "":
            raise Refusal("Password may not be empty")
        self.known(given["id"]).password = given["password"]

    def list_rooms(self, given: dict[str, Any]) -> Any:
        self.create_booked_rooms()
        domain = given["domain"]
        if not self.rooms:
            shapes = {"object": {}, "array": [], "null": None, "domain": {domain: []}}
            return shapes[self.switch["list_shape"]]
        names = {"full": str, "upper": str.upper, "bare": lambda name: name.split("/")[1]}
        shown = names[self.switch["names_in_list"]]
        found = {shown(name): self.listed(room) for name, room in self.rooms.items()}
        return {domain: found, "other.example": {"x": None}}

    def listed(self, room: Room) -> dict[str, Any] | None:
        if not self.switch["rooms_told"]:
            return None
        options = {"type": room.type, "isLocked": room.locked, "password": room.password}
        clients = [{"id": peer, "type": kind} for peer, kind in room.clients.items()]
        return {"options": options, "clients": clients}

    def known(self, name: str) -> Room:
        if name not in self.rooms:
            raise Refusal("Room not found")
        return self.rooms[name]

    def create_booked_rooms(self) -> None:
        """Where bookings make rooms: at their start, with their options and key."""
        if not self.switch["booking_auto_creates_room"]:
            return
        for booking in self.bookings.values():
            options = booking.options
            if booking.start <= time.time() * 1000 and booking.full_name not in self.rooms:
                self.rooms[booking.full_name] = Room(
                    options["type"], options["isLocked"], options["password"], options["hostKey"]
                )

    def forget_empty_rooms(self) -> None:
        if self.switch["empty_room_ttl"] == 0:
            self.rooms = {name: room for name, room in self.rooms.items() if room.clients}
