"""The rooms of a plugNmeet server that is not there: who is in them, and what was asked wrongly."""

import re
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

ID = re.compile(r"[a-zA-Z0-9_-]+")
RESERVED = re.compile(r"(user_|ingres_|pnm_agent-|pnm_tts_agent-|sip_).*|.*-FIELD_.*|.*-native")


class Refused(Exception):
    """`status: false`, with HTTP 200."""

    def __init__(self, code: str, words: str, **more: Any) -> None:
        super().__init__(words)
        self.content = {"status": False, "msg": words, "status_code": code, **more}


@dataclass(slots=True)
class User:
    user_id: str
    name: str
    is_admin: bool
    waits: bool
    joined_at: float = 0.0  # 0: has a token and is not in

    def info(self, metadata: str) -> dict[str, Any]:
        return {
            "sid": f"PA_{self.user_id}",
            "identity": self.user_id,
            "state": "ACTIVE",
            "metadata": metadata,
            "joined_at": str(int(self.joined_at)),
            "joined_at_ms": str(int(self.joined_at * 1000)),
            "name": self.name,
            "kind": "STANDARD",
        }


@dataclass(slots=True)
class Room:
    room_id: str
    metadata: dict[str, Any]
    most: int = 0
    empty_timeout: int = 1800
    sid: str = field(default_factory=lambda: str(uuid.uuid4()))
    created: float = field(default_factory=time.time)
    ended: float = 0.0
    started: bool = False  # somebody has been in
    users: dict[str, User] = field(default_factory=dict)

    @property
    def inside(self) -> list[User]:
        return [user for user in self.users.values() if user.joined_at]

    @property
    def is_full(self) -> bool:
        return bool(self.most) and len(self.inside) >= self.most


def check_create(asked: dict[str, Any]) -> None:
    """Refuse what their validation refuses."""
    _check_room_id(asked.get("room_id"))
    metadata = asked.get("metadata")
    if not isinstance(metadata, dict) or not metadata.get("room_title"):
        raise _invalid("metadata.room_title: value is required")
    if not isinstance(metadata.get("room_features"), dict):
        raise _invalid("metadata.room_features: value is required")
    for name in ("max_participants", "empty_timeout"):
        if name in asked and not asked[name] > 0:
            raise _invalid(f"{name}: must be greater than 0")
    for name in ("webhook_url", "logout_url"):
        if name in metadata and not urlsplit(metadata[name]).scheme:
            raise _invalid(f"metadata.{name}: value is empty, which is not a valid URI")
    _check_switches(metadata["room_features"])


def _check_room_id(room_id: Any) -> None:
    if not isinstance(room_id, str) or not ID.fullmatch(room_id):
        raise _invalid("room_id: room_id should only contain ASCII letters, digits or -_")
    if room_id.startswith("user_") or "-FIELD_" in room_id:
        raise Refused("INTERNAL_SERVER_ERROR", "room_id contains a reserved pattern")


def _check_switches(tree: dict[str, Any]) -> None:
    for name, value in tree.items():
        if isinstance(value, dict):
            _check_switches(value)
        elif not isinstance(value, bool) and name not in {"room_duration", "allowed_number_rooms"}:
            raise Refused("INVALID_PARAMETERS", f"proto: (line 1:1): invalid value for {name}")


def check_user(info: Any) -> None:
    if not isinstance(info, dict) or not info.get("name"):
        raise Refused("INVALID_PARAMETERS", "UserInfo required")
    if not ID.fullmatch(info.get("user_id") or ""):
        words = "user_id should only contain ASCII letters (a-z A-Z), digits (0-9) or -_"
        raise Refused("INTERNAL_SERVER_ERROR", words)
    if RESERVED.fullmatch(info["user_id"]) or info["name"] == "PLUGNMEET_RECORDER_AUTH":
        raise Refused("INTERNAL_SERVER_ERROR", "user_id or name uses a reserved pattern")


def _invalid(words: str) -> Refused:
    return Refused("INVALID_PARAMETERS", f"validation error: {words}")
