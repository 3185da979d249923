"""Providers for the crowd: they answer in 200 ms, and count what they are asked."""

import os
import time
from datetime import datetime
from pathlib import Path

import jwt
from django.utils import timezone

from meetings.providers.base import (
    Attendee,
    Check,
    EventKind,
    Features,
    JoinTicket,
    MeetingProvider,
    Options,
    Peer,
    ProviderEvent,
    Role,
    RoomRef,
    RoomSpec,
    WebhookRequest,
    WebhookResult,
)
from meetings.providers.errors import ProviderUnavailable
from meetings.providers.pace import before_call
from meetings.providers.time_limit import within_limit

ANSWERS_IN = 0.2  # seconds
HANGS = 30.0
KEY = "a key of the length that the algorithm asks for"


class Local(MeetingProvider[Options]):
    """Opening a room is a call; the way in is a token that is signed here."""

    slug = label = "local"
    features = Features(webhooks=True)

    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        note("init_room")
        self._is_asked()
        return RoomRef(room_id=spec.key, host_key="key")

    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        facts = {"sub": attendee.key, "name": attendee.name, "role": attendee.role, "exp": until}
        token = jwt.encode(facts | {"room": ref.room_id, "iss": self.alias}, KEY)
        return JoinTicket(url=f"https://rooms.example/{ref.room_id}?token={token}")

    def parse_webhook(self, request: WebhookRequest) -> WebhookResult:
        found = jwt.decode(request.headers["Authorization"], KEY, algorithms=["HS256"])
        event = ProviderEvent(
            kind=EventKind(found["kind"]),
            room_id=found["room"],
            event_id=found["id"],
            occurred_at=timezone.now(),
            attendee=Peer(key=found["id"], name="Ana", role=Role.PARTICIPANT),
        )
        return WebhookResult(events=(event,))

    def ping(self) -> list[Check]:
        return []

    def _is_asked(self) -> None:
        """As an adapter's own client does it."""
        before_call(self.alias, self.calls_per_second)
        time.sleep(ANSWERS_IN)


class Asked(Local):
    """Each way in is a call, as plugNmeet has it."""

    slug = label = "asked"

    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        note("join")
        self._is_asked()
        return super().join(ref, attendee, until=until)


class Hanging(Local):
    """Takes every call and answers none."""

    slug = label = "hanging"

    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        return self._hang()

    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        return self._hang()

    def _hang(self) -> "RoomRef | JoinTicket":
        before_call(self.alias, self.calls_per_second)
        time.sleep(within_limit(HANGS) or HANGS)
        raise ProviderUnavailable("did not answer in time.", provider=self.label)


def event_of(room: str, number: int) -> str:
    """What this provider says of a room, signed."""
    event = {"kind": EventKind.ATTENDEE_JOINED, "room": room, "id": f"{room}-{number}"}
    return jwt.encode(event, KEY)


def note(what: str) -> None:
    """One line for each call, in a file that all processes share."""
    with Path(os.environ["BENCH_CALLS"]).open("a") as file:
        file.write(f"{what}\n")
