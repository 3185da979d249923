"""Names that are long, from right to left, or somebody else’s too: at the door and to hosts."""

from html import escape

import pytest
from django.test import Client

from meetings.models import RoomSession
from meetings.names import LONGEST_NAME

from .doors import ask, door_of, state
from .reading import page

NAMES = {
    "500 characters": "Bartholomew " * 42,
    "right to left": "שרה لطيفة 12",
    "emoji": "👩‍👩‍👧 Ana 🚀",
    "markup": "<b>Ana</b> & “Co”",
}


@pytest.fixture
def asked_first(live: RoomSession) -> RoomSession:
    """A meeting that runs, in which everybody waits."""
    RoomSession.objects.update(waiting_room="everyone")
    return live


def meeting_of(session: RoomSession) -> str:
    return f"/meetings/{session.booking_id}/"


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_any_name_waits_and_stands_apart_from_the_words_around_it(
    client: Client, as_dana: Client, asked_first: RoomSession, name: str
) -> None:
    ask(client, door_of(asked_first), name=name)

    door = page(client.get(door_of(asked_first)))
    hosts = page(as_dana.get(meeting_of(asked_first)))
    as_dana.post(f"/sessions/{asked_first.pk}/admit/", {"admission": "all"})
    inside = page(as_dana.get(meeting_of(asked_first)))

    shown = name[:LONGEST_NAME].strip()
    assert f'value="{escape(shown)}"' in door
    for seen in (hosts, inside):
        assert f"<bdi>{escape(shown)}</bdi>" in seen


def test_of_two_people_with_one_name_a_host_admits_one_and_refuses_the_other(
    as_dana: Client, asked_first: RoomSession
) -> None:
    first, second = Client(), Client()
    for each in (first, second):
        ask(each, door_of(asked_first), name="Ana")
    came, stranger = asked_first.admissions.order_by("pk")

    as_dana.post(f"/sessions/{asked_first.pk}/admit/", {"admission": came.pk})
    as_dana.post(f"/sessions/{asked_first.pk}/refuse/", {"admission": stranger.pk})

    assert [state(each.get(door_of(asked_first))) for each in (first, second)] == [
        "open",
        "refused",
    ]
