"""Adapters that keep their promises, and some that do not: rooms and reservations are in memory."""

import signal
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import jwt

from meetings.providers.base import (
    Attendee,
    BookedRoom,
    Check,
    EventKind,
    Features,
    JoinTicket,
    MeetingProvider,
    Options,
    Peer,
    ProviderEvent,
    Recording,
    RoomRef,
    RoomSpec,
    WebhookRequest,
    WebhookResult,
)
from meetings.providers.errors import (
    BadCredentials,
    OutcomeUnknown,
    ProviderMisconfigured,
    ProviderRefused,
    ProviderUnavailable,
    RoomNotFound,
    WebhookRejected,
)

KEY = "api-k3y-of-the-account"
HOST_KEY = "h0st-k3y-of-the-room"
rooms: set[str] = set()
kept: dict[str, BookedRoom] = {}
asked: list[str] = []


def forget() -> None:
    rooms.clear()
    kept.clear()
    asked.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOptions(Options):
    key: str = field(repr=False)


class Honest(MeetingProvider[KeyOptions]):
    slug, label = "honest", "Honest"
    options_class = KeyOptions
    destinations = ("https://rooms.example",)
    features = Features(
        booking=True,
        ending=True,
        live_status=True,
        roster=True,
        removing=True,
        muting=True,
        locking=True,
        passcode=True,
        capacity=True,
        recording=True,
        recording_control=True,
        listing=True,
        webhooks=True,
    )

    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        asked.append("init_room")
        rooms.add(spec.key)
        return RoomRef(room_id=spec.key, host_key=HOST_KEY)

    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        asked.append("join")
        key = f"?key={ref.host_key}" if attendee.role.hosts else ""
        return JoinTicket(url=f"https://rooms.example/{ref.room_id}{key}")

    def ping(self) -> list[Check]:
        return [Check(name="Answer", passed=True)]

    def end_room(self, ref: RoomRef) -> None:
        rooms.discard(ref.room_id)

    def is_live(self, ref: RoomRef) -> bool:
        return ref.room_id in rooms

    def roster(self, ref: RoomRef) -> tuple[Peer, ...]:
        return ()

    def live_rooms(self) -> tuple[RoomRef, ...]:
        return tuple(RoomRef(room_id=each) for each in rooms)

    def remove(self, ref: RoomRef, key: str) -> None:
        raise ProviderRefused("nobody of that name.", provider=self.label)

    def mute(self, ref: RoomRef, key: str) -> None:
        """Nobody is there who could be muted."""

    def set_lock(self, ref: RoomRef, locked: bool) -> None:
        asked.append(f"lock {locked}")

    def set_passcode(self, ref: RoomRef, passcode: str) -> None:
        asked.append(f"passcode {bool(passcode)}")

    def recordings(self, ref: RoomRef) -> tuple[Recording, ...]:
        return ()

    def delete_recording(self, recording_id: str) -> None:
        asked.append("delete_recording")

    def recording_url(self, recording_id: str) -> str:
        asked.append("recording_url")
        return ""

    def start_recording(self, ref: RoomRef) -> None:
        asked.append("start_recording")

    def stop_recording(self, ref: RoomRef) -> None:
        asked.append("stop_recording")

    def book(self, spec: RoomSpec) -> RoomRef:
        asked.append("book")
        return self.keep(RoomRef(room_id=spec.key, booking_id=f"b-{spec.key}"), spec)

    def rebook(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        return self.keep(ref, spec)

    def keep(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        kept[ref.booking_id] = BookedRoom(ref=ref, starts_at=spec.starts_at, minutes=spec.minutes)
        return ref

    def cancel(self, ref: RoomRef) -> None:
        kept.pop(ref.booking_id, None)

    def bookings(self) -> tuple[BookedRoom, ...]:
        return tuple(kept.values())

    def find_bookings(self, spec: RoomSpec) -> tuple[BookedRoom, ...]:
        return tuple(each for each in kept.values() if each.ref.room_id == spec.key)

    def parse_webhook(self, request: WebhookRequest) -> WebhookResult:
        if request.body != b"signed":
            raise WebhookRejected("The delivery is not signed.")
        return WebhookResult(events=(ProviderEvent(kind=EventKind.UNKNOWN, room_id="r"),))

    def webhook_sample(self) -> WebhookRequest:
        return WebhookRequest(body=b"signed", headers={})


# Liars: what they claim and do not do


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


# Those that are honest about what they cannot do


class Equal(Honest):
    """Tells nobody who is a host."""

    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        return JoinTicket(url=f"https://rooms.example/{ref.room_id}")


class Reluctant(Honest):
    """Does otherwise than asked, and says so."""

    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        told = ("capacity",) if spec.capacity else ()
        return replace(super().init_room(ref, spec), differences=told)

    def book(self, spec: RoomSpec) -> RoomRef:
        return replace(super().book(spec), differences=("capacity",))


class Unsigned(Honest):
    """Only they can sign."""

    def webhook_sample(self) -> None:
        return None


class Blind(Honest):
    """Closes rooms, and cannot say which are open."""

    features = replace(Honest.features, live_status=False)
    is_live = MeetingProvider.is_live


class Strict(Honest):
    """Knows no room that is over."""

    def is_live(self, ref: RoomRef) -> bool:
        if ref.room_id not in rooms:
            raise RoomNotFound("no such room.", provider=self.label)
        return True


class Framed(Honest):
    """People stay on our page, which holds something that only looks like a token."""

    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        secret = ref.host_key if attendee.role.hosts else "aaaaaaaaaa.bbbbbbbbbb.cccccccccc"
        room = {"people": 2, "ways": {"in": secret}}
        return JoinTicket(template="meetings/embed/builtin.html", context={"room": room})


# Bad days


class Locked(Honest):
    """The account's keys are wrong."""

    def live_rooms(self) -> tuple[RoomRef, ...]:
        raise BadCredentials(f"unknown key {KEY}", provider=self.label, status=401)

    def remove(self, ref: RoomRef, key: str) -> None:
        raise BadCredentials(f"unknown key {KEY}", provider=self.label, status=401)


class HalfLocked(Honest):
    """Some of what the keys should allow, they do not."""

    def remove(self, ref: RoomRef, key: str) -> None:
        raise BadCredentials("not with this key.", provider=self.label, status=403)


class Dying(Honest):
    """Gone in the middle, and not there any more for the cleaning."""

    def roster(self, ref: RoomRef) -> tuple[Peer, ...]:
        raise ProviderUnavailable("does not answer.", provider=self.label)

    def end_room(self, ref: RoomRef) -> None:
        raise ProviderUnavailable("does not answer.", provider=self.label)


class Overloaded(Honest):
    """Busy for one call, and well for the others."""

    def roster(self, ref: RoomRef) -> tuple[Peer, ...]:
        raise ProviderUnavailable("too many requests.", provider=self.label, status=429)


class Evicting(Honest):
    """Closes empty rooms by itself, so that ours is gone before it is ended."""

    def end_room(self, ref: RoomRef) -> None:
        rooms.discard(ref.room_id)
        raise RoomNotFound("no such room.", provider=self.label)

    def is_live(self, ref: RoomRef) -> bool:
        if ref.room_id not in rooms:
            raise RoomNotFound("no such room.", provider=self.label)
        return True


class Mumbling(Honest):
    """The room is made, the reservation too, and both answers are lost, once."""

    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        first = "init_room" not in asked
        made = super().init_room(ref, spec)
        return self.lost(made) if first else made

    def book(self, spec: RoomSpec) -> RoomRef:
        return self.lost(super().book(spec))

    def lost(self, made: RoomRef) -> RoomRef:
        raise OutcomeUnknown("the answer was lost; it may have worked.", provider=self.label)


class Interrupted(Honest):
    """Somebody presses Ctrl-C while it answers."""

    def roster(self, ref: RoomRef) -> tuple[Peer, ...]:
        signal.raise_signal(signal.SIGINT)
        return ()


class Ended(Honest):
    """Somebody ends the process while it answers."""

    def roster(self, ref: RoomRef) -> tuple[Peer, ...]:
        signal.raise_signal(signal.SIGTERM)
        return ()


class HungUp(Honest):
    """The terminal is gone."""

    def roster(self, ref: RoomRef) -> tuple[Peer, ...]:
        signal.raise_signal(signal.SIGHUP)
        return ()


class InterruptedTwice(Interrupted):
    """And once more while it cleans up."""

    def end_room(self, ref: RoomRef) -> None:
        signal.raise_signal(signal.SIGINT)
