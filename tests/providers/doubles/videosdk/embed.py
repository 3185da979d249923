"""The page inside the frame: who came in, as whom, and what they may do."""

import re
from html import escape
from typing import Any
from urllib.parse import parse_qsl, unquote

from .. import people
from ..people import Presence


def told(query: str) -> dict[str, str]:
    """The parameters as the vendor's page reads them: decoded, and then decoded once more."""
    return {name: decoded_again(value) for name, value in parse_qsl(query, keep_blank_values=True)}


def decoded_again(value: str) -> str:
    """Like decodeURIComponent: a `%` that begins no code is an error and ends the page."""
    if re.search("%(?![0-9A-Fa-f]{2})", value):
        raise ValueError(value)
    return unquote(value, errors="strict")


def page(title: str, content: str = "") -> str:
    return people.page("VideoSDK (double)", f"<h1>{escape(title)}</h1>{content}")


def inside(params: dict[str, str], claims: dict[str, Any], presence: Presence) -> str:
    """Somebody who is in: their rights by token, their switches by address, and who knocks."""
    told = {
        "Participant": params["participantId"],
        "Room": params["meetingId"],
        "Rights": " ".join(claims["permissions"]),
        "Roles": " ".join(claims.get("roles", ["any"])),
        "Shown": " ".join(sorted(name for name, value in params.items() if value == "true")),
    }
    rows = "".join(f"<dt>{k}</dt><dd>{escape(v)}</dd>" for k, v in told.items())
    title = people.heading(f"{params['name']} is in the meeting")
    return people.page(
        "VideoSDK (double)",
        f"{title}{people.in_the_room(presence, buttons(params))}<dl>{rows}</dl>",
        follow=people.follow(params["meetingId"], params["participantId"]),
    )


def buttons(params: dict[str, str]) -> str:
    room = params["meetingId"]
    left = {"room": room, "who": params["participantId"]}
    back = params.get("redirectOnLeave", "")
    shown = people.button("Leave", "/embed/leave", **left, back=back)
    if params.get("participantCanEndMeeting") == "true":
        shown += people.button("End for all", "/embed/end", room=room)
    return shown


def knocking(params: dict[str, str], seconds: int = 1) -> str:
    """Somebody who waits to be let in; the page asks again by itself."""
    again = f'<meta http-equiv="refresh" content="{seconds}">'
    return page(f"{params['name']} asks to be let in", again)
