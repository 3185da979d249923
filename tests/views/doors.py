"""At the door: links, what the page says, and what it does by itself."""

import re
from typing import Any

from django.test import Client

from meetings.models import Booking, Room, RoomSession

from .reading import page


def host(place: Booking | Room) -> str:
    return place.links.get(purpose="host").get_absolute_url()


def participants(place: Booking | Room) -> str:
    return place.links.get(purpose="participant").get_absolute_url()


def state(answer: Any) -> str:
    found = re.search(r'data-state="(\w+)"', page(answer))
    return found[1] if found else ""


def ask(client: Client, address: str, name: str = "Ana") -> Any:
    return client.post(f"{address}enter/", {"name": name})


def look_again(client: Client, answer: Any, address: str) -> Any:
    """What the open page asks by itself after a while."""
    again = re.search(r'hx-get="(.+?)"', page(answer))
    assert again, "the page asks no more"
    assert again[1].startswith(address)
    return client.get(again[1], headers={"HX-Request": "true"})


def door_of(session: RoomSession) -> str:
    """The participants' link of the meeting that runs."""
    assert session.booking
    return participants(session.booking)
