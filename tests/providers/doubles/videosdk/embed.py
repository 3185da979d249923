"""The page inside the frame: who came in, as whom, and what they may do."""

import re
from html import escape
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>VideoSDK double</title>
<body><h1>{heading}</h1>{content}</body></html>"""


def told(query: str) -> dict[str, str]:
    """The parameters as the vendor's page reads them: decoded, and then decoded once more."""
    return {name: decoded_again(value) for name, value in parse_qsl(query, keep_blank_values=True)}


def decoded_again(value: str) -> str:
    """Like decodeURIComponent: a `%` that begins no code is an error and ends the page."""
    if re.search("%(?![0-9A-Fa-f]{2})", value):
        raise ValueError(value)
    return unquote(value, errors="strict")


def page(heading: str, content: str = "") -> str:
    return PAGE.format(heading=escape(heading), content=content)


def inside(params: dict[str, str], claims: dict[str, Any], waiting: list[dict[str, str]]) -> str:
    """Somebody who is in: their rights by token, their switches by address, and who knocks."""
    facts = {
        "Participant": params["participantId"],
        "Room": params["meetingId"],
        "Rights": " ".join(claims["permissions"]),
        "Roles": " ".join(claims.get("roles", ["any"])),
        "Shown": " ".join(sorted(name for name, value in params.items() if value == "true")),
    }
    rows = "".join(f"<dt>{k}</dt><dd>{escape(v)}</dd>" for k, v in facts.items())
    doors = "".join(
        button(f"Let {each['name']} in", "admit", room=params["meetingId"], who=each["id"])
        for each in waiting
    )
    left = {"room": params["meetingId"], "who": params["participantId"]}
    back = params.get("redirectOnLeave", "")
    buttons = doors + button("Leave", "leave", **left, back=back)
    if params.get("participantCanEndMeeting") == "true":
        buttons += button("End for all", "end", room=params["meetingId"])
    return page(f"{params['name']} is in the meeting", f"<dl>{rows}</dl>{buttons}")


def knocking(params: dict[str, str], seconds: int = 2) -> str:
    """Somebody who waits to be let in; the page asks again by itself."""
    again = f'<meta http-equiv="refresh" content="{seconds}">'
    return page(f"{params['name']} asks to be let in", again)


def button(label: str, action: str, **fields: str) -> str:
    return (
        f'<form method="post" action="/embed/{action}?{escape(urlencode(fields))}">'
        f"<button>{escape(label)}</button></form>"
    )
