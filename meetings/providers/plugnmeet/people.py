"""People in a room, as the server and its deliveries tell of them."""

from collections.abc import Mapping
from typing import Any

from ..base import Peer, Role
from .identifiers import is_person, key_of
from .replies import json_text, moment, snake

MACHINES = {"INGRESS", "EGRESS", "AGENT"}


def peer(participant: Mapping[str, Any]) -> Peer:
    """Somebody in a room; hosts are known by the rights in their metadata, where it is given."""
    return Peer(
        key=key_of(str(participant["identity"])),
        name=str(participant.get("name") or ""),
        role=Role.HOST if _rights(participant).get("is_admin") is True else Role.PARTICIPANT,
        joined_at=moment(participant.get("joined_at")),
    )


def is_inside(participant: Mapping[str, Any]) -> bool:
    """Whether it is a person who is in, rather than gone, a machine, or waiting to be let in."""
    return (
        is_person(str(participant.get("identity") or ""))
        and participant.get("kind") not in MACHINES
        and participant.get("state") != "DISCONNECTED"
        and _rights(participant).get("wait_for_approval") is not True
    )


def _rights(participant: Mapping[str, Any]) -> dict[str, Any]:
    rights: dict[str, Any] = snake(json_text(participant.get("metadata")))
    return rights
