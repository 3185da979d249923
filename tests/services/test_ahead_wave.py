"""The ninth hour: many meetings at once, and a crowd at one door."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from meetings.models import Booking, JoinLink, RoomSession
from meetings.providers import pace
from meetings.services import ahead, joining, pacing
from meetings.services.door import Visitor
from meetings.wave import lead
from tests import early_provider
from tests.conftest import Share
from tests.early_provider import Provider, early
from tests.provider_for_tests import Telling
from tests.together import seen_by_all, together

__all__ = ["early"]

pytestmark = pytest.mark.django_db(transaction=True)

Book = Callable[..., Booking]
ALIASES = ("north", "east", "west")
EACH = 10  # meetings at each
PER_SECOND = 100.0
CROWD, AT_ONCE = 40, 10


def test_wave_is_ready_in_time_and_never_faster_than_the_limit(
    book: Book,
    early: Telling,
    settings: Settings,
    share_database: Share,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    early_provider.set_up(settings, *ALIASES)
    monkeypatch.setattr(Provider, "calls_per_second", PER_SECOND)
    monkeypatch.setattr(Provider, "answers_in", 0.02)
    each = 1 / pacing.worker_pace(PER_SECOND)
    starts_at = timezone.now() + lead(EACH, each) + timedelta(seconds=1.5)
    for number in range(EACH * len(ALIASES)):
        alias = ALIASES[number % len(ALIASES)]
        book(at=starts_at, may_overlap=True, options={"provider_alias": alias})
    share_database()
    pacing.start()

    rounds = [lambda alias=alias: ahead.open_due.call(alias) for alias in ALIASES]
    errors = [found for found in together(*rounds) if found]
    pace.put_gate(None)

    assert errors == []
    ready = seen_by_all(lambda: list(RoomSession.objects.ready()))
    assert len(ready) == EACH * len(ALIASES) == len(Provider.calls)
    assert timezone.now() < starts_at
    for alias in ALIASES:
        assert most_in_a_second(alias) <= PER_SECOND


def most_in_a_second(alias: str) -> int:
    times = [at for at, where in Provider.calls if where == alias]
    return max(sum(at <= other < at + 1 for other in times) for at in times)


def test_crowd_at_one_cold_door_opens_its_room_once(
    book: Book, dana: User, early: Telling, share_database: Share
) -> None:
    room = {"provider_alias": "main", "needs_host": False, "waiting_room": "nobody"}
    booking = book(at=timezone.now() + timedelta(minutes=3), options=room)
    link = JoinLink.objects.with_meeting().get(booking=booking, purpose="participant")
    share_database()
    people = [Visitor(identity=f"g:{number}", name="Ana") for number in range(CROWD)]

    def come_in(part: int) -> int:
        return sum(enters(link, visitor) for visitor in people[part::AT_ONCE])

    entered = together(*[lambda part=part: come_in(part) for part in range(AT_ONCE)])

    assert sum(each for each in entered if isinstance(each, int)) == CROWD, entered
    assert early.asked.count("init_room") == 1
    assert seen_by_all(RoomSession.objects.count) == 1


def enters(link: JoinLink, visitor: Visitor) -> bool:
    """As a page does: asks again while somebody else opens the room."""
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        try:
            return bool(joining.enter(link, visitor).url)
        except joining.CannotEnter:
            time.sleep(0.05)
    return False
