"""A provider that takes its time and refuses whoever asks too often, as a strict vendor would."""

import threading
import time
from collections import Counter, deque
from datetime import datetime, timedelta
from typing import ClassVar

from meetings.providers import pace
from meetings.providers.base import (
    Attendee,
    Check,
    Features,
    JoinTicket,
    MeetingProvider,
    Options,
    RoomRef,
    RoomSpec,
)
from meetings.providers.errors import ProviderUnavailable

ANSWERS_IN = 0.2  # seconds
LIMIT = 5.0  # calls per second


class Provider(MeetingProvider[Options]):
    """Each call is noted: when it came, at which alias, and what was asked."""

    slug = label = "slow"
    features = Features(ending=True)
    opens_ahead = timedelta(minutes=10)
    calls_per_second = LIMIT

    calls: ClassVar[list[tuple[float, str, str]]] = []
    refused: ClassVar[Counter[str]] = Counter()
    _lock: ClassVar[threading.Lock] = threading.Lock()
    _lately: ClassVar[dict[str, deque[float]]] = {}

    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        self._called("init_room")
        return RoomRef(room_id=spec.key, host_key="key")

    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        return JoinTicket(url=f"https://rooms.example/{ref.room_id}")  # made here: no call

    def ping(self) -> list[Check]:
        return []

    def end_room(self, ref: RoomRef) -> None:
        self._called("end_room")

    def _called(self, what: str) -> None:
        pace.before_call(self.alias, self.calls_per_second)
        now = time.monotonic()
        with self._lock:
            self.calls.append((now, self.alias, what))
            lately = self._lately.setdefault(self.alias, deque())
            while lately and lately[0] <= now - 1:
                lately.popleft()
            lately.append(now)
            if len(lately) > LIMIT:
                self.refused[self.alias] += 1
                raise ProviderUnavailable("too many requests.", provider=self.label)
        time.sleep(ANSWERS_IN)
