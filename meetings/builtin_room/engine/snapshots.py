"""The room as its pages are told of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from meetings.models import ChatMessage, RoomPeer, RoomSession

from ..protocol import CHAT_SHOWN, VERSION, Message
from ..turn import ice_servers


def peer_as_told(peer: RoomPeer, *, is_invited: bool) -> dict[str, Any]:
    """One page; `is_invited`: whoever it is came by a personal link."""
    return {
        "id": peer.pid,
        "name": peer.name,
        "role": peer.role,
        "seq": peer.seq,
        "media": peer.media,
        "forced": peer.forced,
        "hand": peer.hand,
        "online": peer.is_online,
        "invited": is_invited,
    }


def room_as_told(session: RoomSession) -> dict[str, Any]:
    booking = session.booking
    return {
        "title": booking.title if booking else session.room.name,
        "locked": session.locked,
        "waiting_room": session.waiting_room,
        "capacity": seats(session),
        "chat_open": session.chat_open,
        "participants_share": session.participants_share,
        "ends_at": _moment(booking.ends_at if booking else None),
        "opened_at": _moment(session.live_at),
    }


def chat_as_told(message: ChatMessage) -> dict[str, Any]:
    return {
        "id": message.pk,
        "from": message.pid,
        "name": message.name,
        "text": message.text,
        "at": _moment(message.at),
        "cid": message.client_id,
    }


def waiting_as_told(session: RoomSession) -> list[dict[str, Any]]:
    return [
        {"id": each.pk, "name": each.name, "since": _moment(each.asked_at)}
        for each in session.admissions.at_the_door()
    ]


def welcome(session: RoomSession, peer: RoomPeer, secret: str) -> Message:
    """Everything a page needs to know, whatever it missed."""
    inside = list(session.peers.inside())
    by_own_link = session.admissions.filter(link__guest__isnull=False)
    invited = set(by_own_link.order_by().values_list("identity", flat=True))
    told: Message = {
        "t": "welcome",
        "v": VERSION,
        "self": peer.pid,
        "resume": secret,
        "conn": peer.conn,
        "rev": session.rev,
        "room": room_as_told(session),
        "peers": [peer_as_told(each, is_invited=each.identity in invited) for each in inside],
        "chat": [chat_as_told(each) for each in _recent_chat(session)],
        "ice": ice_servers(peer.identity),
        "relay_only": settings.BUILTIN_ROOM_RELAY_ONLY,
        "elsewhere": sum(each.identity == peer.identity for each in inside) - 1,
        "plane": "mesh",
    }
    if peer.hosts:
        told["waiting"] = waiting_as_told(session)
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """How the doors stand, as one page is told it: those who wait are for hosts only."""

    rev: int
    over: bool
    room: dict[str, Any]
    waiting: list[dict[str, Any]] | None


def doors_for(key: str, pid: str) -> Doors | None:
    """The doors now, for this page; None when it is not in the room."""
    peer = RoomPeer.objects.select_related("session__room", "session__booking").filter(
        session__key=key, pid=pid
    )
    if (found := peer.first()) is None:
        return None
    session = found.session
    return Doors(
        rev=session.rev,
        over=not session.is_running,
        room=room_as_told(session),
        waiting=waiting_as_told(session) if found.hosts else None,
    )


def seats(session: RoomSession) -> int:
    """How many pages fit: every one more costs each of the others a link."""
    most: int = settings.BUILTIN_ROOM_MAX_PEERS
    return min(session.capacity or most, most)


def _recent_chat(session: RoomSession) -> list[ChatMessage]:
    return list(session.chat.order_by("-at", "-pk")[:CHAT_SHOWN])[::-1]


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
