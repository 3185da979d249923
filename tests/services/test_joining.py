"""The way in keeps to the time that a click may take."""

import time
from collections.abc import Callable

import pytest
from pytest_django import Settings

from meetings.models import JoinLink, Room
from meetings.providers.time_limit import time_left
from meetings.services import joining
from meetings.services.door import Visitor
from meetings.services.opening import ALONE, FIRST, SHORTEST, open_room
from tests.places_apart import Apart, Plain, apart, set_up

from .failing_over import SILENCE, room

__all__ = ["apart", "room"]

Come = Callable[[], float]


@pytest.fixture
def come(room: Room, apart: Apart) -> Come:
    """A host clicks; the seconds that the provider has for the way in."""
    link = JoinLink.objects.with_meeting().get(room=room, purpose="host")
    host = Visitor(identity=f"u:{room.owner.pk}", name="Dana", user=room.owner)

    def click() -> float:
        had: list[float] = []
        for alias in ("main", "spare"):
            apart.pause[f"{alias} join"] = lambda: had.append(time_left() or 0.0)
        joining.enter(link, host)
        return had[-1]

    return click


@pytest.fixture
def slow(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, float], None]:
    """The room takes so long to be opened there; the clock goes on, and nobody waits."""
    real, passed = time.monotonic, [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: real() + passed[0])

    def opens(alias: str, seconds: float) -> None:
        apart.pause[f"{alias} init_room"] = lambda: passed.append(passed.pop() + seconds)

    return opens


def test_way_in_after_a_fail_over_has_what_is_left_of_ten_seconds(
    apart: Apart, come: Come, slow: Callable[[str, float], None]
) -> None:
    apart.trouble["main init_room"] = SILENCE
    slow("main", 5)

    assert come() == pytest.approx(5, abs=0.5)


def test_way_in_is_never_left_without_time(
    apart: Apart, come: Come, slow: Callable[[str, float], None]
) -> None:
    apart.trouble["main init_room"] = SILENCE
    slow("main", FIRST)
    slow("spare", 4.5)

    assert come() == pytest.approx(SHORTEST, abs=0.5)


def test_way_in_to_a_room_opened_at_once_keeps_to_ten_seconds_too(apart: Apart, come: Come) -> None:
    assert come() == pytest.approx(10, abs=0.5)


def test_way_in_to_a_room_that_was_open_may_take_as_long_as_its_account_allows(
    room: Room, come: Come
) -> None:
    open_room(room)

    assert come() == pytest.approx(ALONE, abs=0.5)


def test_slow_provider_without_another_is_not_hurried(
    come: Come, slow: Callable[[str, float], None], settings: Settings
) -> None:
    set_up(settings, main=Plain)
    slow("main", 12)

    assert come() == pytest.approx(ALONE, abs=0.5)
