"""The room's page: who came in, with which rights."""

from html import escape

from ..base import Reply
from .rooms import Room, User


def inside(room: Room, user: User, leave: str) -> Reply:
    locked = [name for name, on in room.metadata["default_lock_settings"].items() if on]
    rights = "moderator" if user.is_admin else "participant"
    waiting = "<p id=waiting>Waiting for approval</p>" if user.waits else ""
    people = "".join(
        f"<li>{escape(each.name)} ({'moderator' if each.is_admin else 'participant'})</li>"
        for each in room.inside
    )
    locks = "" if user.is_admin else f"<p id=locks>{escape(', '.join(locked))}</p>"
    return _html(
        f"<h1>{escape(room.metadata['room_title'])}</h1>"
        f"<p><b id=name>{escape(user.name)}</b> came in as <b id=rights>{rights}</b></p>"
        f"{waiting}{locks}<ul id=people>{people}</ul>"
        f"<p><a id=leave href='{escape(leave)}'>Leave</a></p>"
    )


def gone(room: Room) -> Reply:
    address = escape(room.metadata.get("logout_url", ""))
    return _html(f"<h1>You have left</h1><p><a href='{address}'>Back</a></p>")


def closed(words: str) -> Reply:
    return _html(f"<h1>{escape(words)}</h1>", status=401)


def _html(body: str, status: int = 200) -> Reply:
    page = f"<!doctype html><meta charset=utf-8><title>plugNmeet (double)</title>{body}"
    return Reply(page, status=status, kind="text/html; charset=utf-8")
