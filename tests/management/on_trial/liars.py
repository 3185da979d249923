"""Adapters that claim what they do not do."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import jwt

from meetings.providers.base import (
    Attendee,
    BookedRoom,
    EventKind,
    Features,
    JoinTicket,
    MeetingProvider,
    Peer,
    ProviderEvent,
    Recording,
    RoomRef,
    RoomSpec,
    WebhookRequest,
    WebhookResult,
)
from meetings.providers.errors import (
    ProviderMisconfigured,
    ProviderRefused,
)

from . import HOST_KEY, KEY, Honest, KeyOptions, asked


class NeverOver(Honest):
    def end_room(self, ref: RoomRef) -> None:
        """Says that it is done."""


class NeverOpen(Honest):
    def is_live(self, ref: RoomRef) -> bool:
        return False


class Vague(Honest):
    def is_live(self, ref: RoomRef) -> Any:
        return "perhaps"


class Haunted(Honest):
    def roster(self, ref: RoomRef) -> tuple[Peer, ...]:
        return (Peer(key="x", name="Nobody"),)


class Unlisted(Honest):
    def live_rooms(self) -> tuple[RoomRef, ...]:
        return ()


class Broken(Honest):
    def set_lock(self, ref: RoomRef, locked: bool) -> None:
        raise TypeError(f"cannot lock with {self.options.key} and {HOST_KEY}")


class Rejecting(Honest):
    def set_passcode(self, ref: RoomRef, passcode: str) -> None:
        raise ProviderRefused(f"<b>no</b> {KEY} \x1b[31m", provider=self.label, status=500)


class Misconfigured(Honest):
    def set_lock(self, ref: RoomRef, locked: bool) -> None:
        raise ProviderMisconfigured("“domain” is needed to lock.")


class Painted(Honest):
    """Its rooms' names are orders to a terminal."""

    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        made = super().init_room(ref, spec)
        return replace(made, room_id=f"{made.room_id}\x1b[31m")


class Gifted(Honest):
    def recordings(self, ref: RoomRef) -> tuple[Recording, ...]:
        return (Recording(recording_id="1", room_id=ref.room_id),)


class Credulous(Honest):
    def parse_webhook(self, request: WebhookRequest) -> WebhookResult:
        return WebhookResult(events=(ProviderEvent(kind=EventKind.ROOM_ENDED, room_id="r"),))


class Careless(Honest):
    """Looks at the beginning of what was signed."""

    def parse_webhook(self, request: WebhookRequest) -> WebhookResult:
        return super().parse_webhook(replace(request, body=request.body[:6]))


class Forgetful(Honest):
    def bookings(self) -> tuple[BookedRoom, ...]:
        return ()


class Tardy(Honest):
    def keep(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        late = spec.starts_at + timedelta(hours=1) if spec.starts_at else None
        return super().keep(ref, replace(spec, starts_at=late))


class Brief(Honest):
    def keep(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        return super().keep(ref, replace(spec, minutes=5))


class Clinging(Honest):
    def cancel(self, ref: RoomRef) -> None:
        """Says that it is done."""


class Boastful(Honest):
    features = replace(Honest.features, listing=False)


class Overclaiming(MeetingProvider[KeyOptions]):
    """Has what every provider must have, and claims more."""

    slug, label, options_class = "overclaiming", "Overclaiming", KeyOptions
    features = Features(locking=True)
    destinations = ("https://rooms.example",)
    init_room, join, ping = Honest.init_room, Honest.join, Honest.ping


class Generous(Honest):
    """Gives everybody the host key."""

    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        return JoinTicket(url=f"https://rooms.example/{ref.room_id}?key={ref.host_key}")


class Astray(Honest):
    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        return JoinTicket(url=f"https://elsewhere.example/{attendee.key}")


class Ticketless(Honest):
    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> Any:
        return None


class Twins(Honest):
    """Another room each time."""

    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        return super().init_room(ref, replace(spec, key=f"{spec.key}-{len(asked)}"))


class Nameless(Honest):
    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        return RoomRef(room_id="")


class Stale(Honest):
    """Gives out tokens that have expired."""

    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        token = jwt.encode({"host": attendee.role.hosts, "exp": 1}, "x" * 32, algorithm="HS256")
        return JoinTicket(url=f"https://rooms.example/?t={token}")
