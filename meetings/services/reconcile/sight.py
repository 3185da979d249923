"""What a look at a provider shows."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from meetings.models import Drift, Reservation, RoomSession
from meetings.providers.base import RoomRef

# What changed a moment ago may not have come to everybody's ears: it is no difference yet.
QUIET = timedelta(minutes=1)
A_DAY = timedelta(days=1)
MOST_ASKED = 40  # rooms asked one by one in one look, so that 10,000 sessions are no 10,000 calls
LONGEST_LOOK = 60.0  # seconds for these, so that a provider that is slow keeps nobody from theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One disagreement about one room or reservation."""

    kind: Drift.Kind
    room_id: str
    session: RoomSession | None = None
    reservation: Reservation | None = None
    details: str = ""


@dataclass(frozen=True, slots=True)
class Inside:
    """People whom a provider's list has shown in a session's room, and when that was asked."""

    session: RoomSession
    at: datetime
    identities: frozenset[str]


@dataclass(slots=True)
class Sight:
    """All differences of one kind at one provider, and the rooms whose turn it was not."""

    kind: Drift.Kind
    found: dict[str, Difference] = field(default_factory=dict)  # by the provider's room
    unseen: set[str] = field(default_factory=set)
    asked: set[int] = field(default_factory=set)  # sessions whose turn it was
    inside: list[Inside] = field(default_factory=list)

    def add(self, difference: Difference) -> None:
        self.found.setdefault(difference.room_id, difference)


def place_of(row: RoomSession | Reservation) -> RoomRef:
    """Their room by its names. Looking needs no key, so one that is unreadable stops nothing."""
    run = row.provider_session_id if isinstance(row, RoomSession) else ""
    return RoomRef(
        room_id=row.provider_room_id or row.key,
        booking_id=row.provider_booking_id,
        session_id=run,
    )


class Budget:
    """How much one look may ask."""

    def __init__(self) -> None:
        self.calls = MOST_ASKED
        self.until = monotonic() + LONGEST_LOOK

    def spend(self) -> bool:
        """Whether one more may be asked."""
        if self.calls <= 0 or monotonic() > self.until:
            return False
        self.calls -= 1
        return True
