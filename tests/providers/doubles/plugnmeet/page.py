"""The room's page: who came in, with which rights."""

from html import escape

from .. import people
from ..people import ENDED, GONE, Presence
from ..wire import Reply
from .rooms import Room, User


def inside(room: Room, user: User, token: str) -> Reply:
    buttons = people.button("Leave", "/leave", access_token=token)
    if user.is_admin:
        buttons += people.button("End for all", "/end", access_token=token)
    presence = presence_of(room, user)
    body = (
        people.heading(room.metadata["room_title"], presence)
        + f"<p><b id=name>{escape(user.name)}</b> came in as <b id=rights>{_rights(user)}</b></p>"
        + people.in_the_room(presence, buttons)
    )
    return _html(body, follow=people.follow(room.room_id, user.user_id))


def presence_of(room: Room | None, user: User | None) -> Presence:
    """How it stands with somebody."""
    if room is None or room.ended:
        return ENDED
    if user is None or not user.joined_at:
        return GONE
    return Presence(
        words="Waiting for approval" if user.waits else "",
        people=tuple(f"{each.name} ({_rights(each)})" for each in room.inside),
        facts={"Locked for participants": ", ".join(_locks(room)) or "nothing"},
        knocks=tuple(_knock(room, each) for each in room.inside if each.waits and user.is_admin),
    )


def _locks(room: Room) -> list[str]:
    locks = room.metadata["default_lock_settings"]
    return [name.removeprefix("lock_") for name, on in locks.items() if on]


def _knock(room: Room, user: User) -> dict[str, str]:
    return {"name": user.name, "url": f"/approve?room={room.room_id}&person={user.user_id}"}


def _rights(user: User) -> str:
    return "moderator" if user.is_admin else "participant"


def gone(room: Room) -> Reply:
    address = escape(room.metadata.get("logout_url", ""))
    back = f"<p><a href='{address}'>Back</a></p>" if address else ""
    return _html(f"<h1>You have left</h1>{back}")


def closed(words: str) -> Reply:
    return _html(f"<h1>{escape(words)}</h1>", status=401)


def _html(body: str, status: int = 200, follow: str = "") -> Reply:
    content = people.page("plugNmeet (double)", body, follow=follow)
    return Reply(content, status=status, kind="text/html; charset=utf-8")
