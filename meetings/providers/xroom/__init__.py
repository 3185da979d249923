"""xroom: rooms on a domain of one's own, reserved ahead, with a host key for the host."""

import json
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ..base import (
    Attendee,
    BookedRoom,
    Check,
    Features,
    JoinTicket,
    Peer,
    Role,
    RoomRef,
    RoomSpec,
    WebhookRequest,
    WebhookResult,
)
from ..errors import (
    BadCredentials,
    Conflict,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    RoomNotFound,
)
from ..http import Answer, Call, HttpProvider, origin_of
from ..time_limit import time_limit
from . import envelope, signing
from .bookings import MOST_PEOPLE, Bookings, Kept, Made
from .opening import Opening
from .options import XroomOptions, check
from .rooms import MOST_PASSCODE, Rooms, address, full_id, room_name
from .webhooks import Deliveries, Webhook, Webhooks

log = logging.getLogger(__name__)

PATIENCE_AT_THE_DOOR = 3  # seconds to find out whether a room is still open

TOLD_BY = {  # which features a line of the test tells about
    "Rooms": ("live_status", "roster", "listing"),
    "Bookings": ("booking",),
    "Webhooks": ("webhooks",),
}


class Provider(HttpProvider[XroomOptions]):
    slug = "xroom"
    label = envelope.LABEL
    features = Features(
        booking=True,
        ending=True,
        live_status=True,
        roster=True,
        locking=True,
        capacity=True,
        passcode=True,
        webinars=True,
        listing=True,
        webhooks=True,
        registers_webhook=True,
    )
    options_class = XroomOptions
    usual_pace = 5.0  # no limit is published; nor is it how long an empty room lives
    calls_to_open = 2
    pause: float = 1.0  # seconds that people need to leave a room

    def __init__(self, alias: str, options: XroomOptions, *, trusted: bool = True) -> None:
        super().__init__(alias, options, trusted=trusted)
        check(options, alias)
        self.rooms = Rooms(self.call, options.host)
        self.reservations = Bookings(
            self.call,
            options.host,
            time_format=options.time_format,
            grace_minutes=options.booking_grace_minutes,
        )
        self.hooks = Webhooks(self.call, options.host)
        self.deliveries = Deliveries(
            alias, options.host, options.webhook_key, options.handshake_reply
        )

    @property
    def most_people(self) -> int:
        return MOST_PEOPLE

    @property
    def longest_passcode(self) -> int:
        return MOST_PASSCODE

    @property
    def destinations(self) -> tuple[str, ...]:
        return (origin_of(address(f"{self.options.host}/")),)

    # Room

    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        """Open the room and get its host key, by every way there is to it.

        `Conflict`: somebody else uses the name, so ask under a new key. `HostKeyLost`: the room is
        ours, but whoever enters it has no host rights; `reset_room` makes it anew.
        """
        return self._opening(ref, spec).run()

    def reset_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        """Close the room, whoever is inside, and open it anew."""
        return self._opening(ref, spec).reset()

    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        """The room's address; with the host key for the one host, who can pass the role on inside.

        Their addresses hold nothing of the person and do not expire. Nobody is sent to a room that
        has gone: whoever came first would own it anew.
        """
        self._check_open(self._id(ref))
        if attendee.role is not Role.HOST:
            return JoinTicket(url=address(self._id(ref)))
        if not ref.host_key:
            raise ProviderRefused("has told no host key for this room.", provider=self.label)
        return JoinTicket(url=address(self._id(ref), ref.host_key))

    def _check_open(self, room_id: str) -> None:
        """`RoomNotFound` when it is not; one who does not say so in time is trusted."""
        try:
            with time_limit(PATIENCE_AT_THE_DOOR):
                is_open = self.rooms.is_open(room_id)
        except ProviderError as error:
            log.warning("Whether a room of xroom is open is not known: %s", error)
            self.rooms.trust(room_id)
            return
        if not is_open:
            raise RoomNotFound("has closed the room.", provider=self.label)

    def end_room(self, ref: RoomRef) -> None:
        """Close the room for everyone."""
        room_id = self._id(ref)
        if self._closed(room_id):
            return
        self.rooms.kick_out(room_id, "all")
        time.sleep(self.pause)
        if not self._closed(room_id):
            raise Conflict("has not closed the room.", provider=self.label)

    def is_live(self, ref: RoomRef) -> bool:
        return self.rooms.find(self._id(ref)) is not None

    def roster(self, ref: RoomRef) -> tuple[Peer, ...]:
        """Who is inside: connections without names, so good for counting only."""
        room = self.rooms.find(self._id(ref))
        return (room.people or ()) if room else ()

    def live_rooms(self) -> tuple[RoomRef, ...]:
        return tuple(RoomRef(room_id=room_id) for room_id in self.rooms.all())

    def set_lock(self, ref: RoomRef, locked: bool) -> None:
        """Let people knock and wait for the host, or let them in again."""
        self.rooms.set_lock(self._id(ref), locked)

    def set_passcode(self, ref: RoomRef, passcode: str) -> None:
        self.rooms.set_password(self._id(ref), passcode)

    def remove_peer(self, ref: RoomRef, peer: str) -> None:
        """Remove one connection of the roster. Whoever it was may come in again."""
        self.rooms.kick_out(self._id(ref), peer)

    def remove_everyone(self, ref: RoomRef) -> None:
        """Empty the room without closing it. Lock it first, or they come in again."""
        self.rooms.kick_out(self._id(ref), "all")

    # Booking

    def book(self, spec: RoomSpec) -> RoomRef:
        """Hold the room's name from its start on, so that nobody else opens it."""
        room_id = self._id_for(spec)
        return booked(room_id, self.reservations.add(room_id, spec))

    def rebook(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        """Change the reservation, or make it where there is none. Not while the room is open."""
        room_id = self._id(ref)
        if not ref.booking_id:
            return booked(room_id, self.reservations.add(room_id, spec))
        made = self.reservations.update(ref.booking_id, room_id, spec)
        return booked(room_id, made, held=ref.host_key)

    def cancel(self, ref: RoomRef) -> None:
        if ref.booking_id:
            self.reservations.remove(ref.booking_id)

    def bookings(self) -> tuple[BookedRoom, ...]:
        return tuple(self._booked_room(kept) for kept in self.reservations.all())

    def booking(self, ref: RoomRef) -> BookedRoom:
        """The room's reservation as it stands."""
        return self._booked_room(self.reservations.get(ref.booking_id))

    def find_bookings(self, spec: RoomSpec) -> tuple[BookedRoom, ...]:
        """The reservations made for this key, for one whose answer was lost."""
        found = self.reservations.of_room(self._id_for(spec))
        return tuple(self._booked_room(kept) for kept in found)

    # Webhook

    def add_webhook(self, url: str) -> Webhook:
        """Have this address of ours called. It must be able to answer while this call is open."""
        return self.hooks.add(url)

    def ensure_webhook(self, url: str) -> Webhook:
        """Have this address called by one webhook, and its handshake tried."""
        return self.hooks.ensure(url)

    def webhooks(self, *, validated: bool | None = None, token: str = "") -> tuple[Webhook, ...]:
        """The domain's webhooks, all or those whose handshake worked (or did not)."""
        return self.hooks.all(validated=validated, token=token)

    def validate_webhook(self, webhook_id: str) -> bool:
        """Have the handshake tried again; whether our answer was right."""
        return self.hooks.validate(webhook_id)

    def remove_webhook(self, webhook_id: str) -> None:
        self.hooks.remove(webhook_id)

    def parse_webhook(self, request: WebhookRequest) -> WebhookResult:
        """The signed answer to a handshake, or a hint: nothing signs events, so ask them."""
        return self.deliveries.read(request)

    # The account

    def ping(self) -> list[Check]:
        """What can be tried without effect. One who does not answer is not asked again."""
        lines, outcome = [], None
        for name, ask in self._probes().items():
            if not isinstance(outcome, ProviderUnavailable):
                outcome = tried(ask)
            passed, told = isinstance(outcome, str), TOLD_BY[name]
            lines.append(Check(name=name, passed=passed, message=str(outcome), features=told))
        return [*lines, self._handshake_check()]

    def _probes(self) -> dict[str, Callable[[], str]]:
        return {
            "Rooms": lambda: f"{len(self.rooms.all())} open",
            "Bookings": lambda: f"{len(self.reservations.all())} made",
            "Webhooks": lambda: f"{len(self.hooks.all(validated=True))} validated",
        }

    def _handshake_check(self) -> Check:
        known = bool(self.options.webhook_key)
        message = "" if known else "“webhook_key” is not set, so webhooks cannot be validated."
        return Check(name="Webhook key", passed=known, message=message, features=("webhooks",))

    def open_questions(self, ref: RoomRef) -> Mapping[str, Callable[[], str]]:
        return {
            "opening twice": lambda: self._opened_twice(ref),
            "what “no” means when closing": self._closing_nothing,
            "milliseconds or ISO": lambda: self.reservations.time_format,
        }

    def webhook_sample(self) -> WebhookRequest:
        """A handshake, which asks for nothing but our signature."""
        challenge = {"event": "validation", "signThis": secrets.token_hex(32)}
        return WebhookRequest(body=json.dumps(challenge).encode(), headers={})

    def _opened_twice(self, ref: RoomRef) -> str:
        spec = RoomSpec(key=ref.room_id, title="")
        told = self.rooms.init(self._id(ref), spec).host_key
        if not told:
            return "accepted, and no host key is told"
        return "the same host key" if told == ref.host_key else "another host key"

    def _closing_nothing(self) -> str:
        nowhere = full_id(self.options.host, secrets.token_hex(16))
        done = self.rooms.destroy(nowhere, force=False)
        return f"an unknown room: {'yes' if done else 'no'}"

    # Transport

    def auth_headers(self, body: bytes) -> dict[str, str]:
        return signing.headers(self.options.auth_id, self.options.api_secret)

    def address_of(self, call: Call) -> str:
        """A region's own host for rooms, where the account needs one."""
        is_room = call.path == "/api/room"
        url = (is_room and self.options.room_url) or self.options.url
        return url.rstrip("/") + call.path

    def is_overload(self, answer: Answer) -> bool:
        """Not a 5xx in their envelope: that is a refusal, and trying again does not change it."""
        return super().is_overload(answer) and not envelope.is_envelope(answer)

    def call(
        self, collection: str, method: str, data: dict[str, Any], *, repeatable: bool = False
    ) -> Any:
        """What a method of a collection answers, out of its envelope."""
        payload = {"method": method, "data": data}
        answer = self.post(f"/api/{collection}", payload, repeatable=repeatable)
        return self._opened(answer, data)

    def read(self, answer: Answer) -> Answer:
        """The answer as it is: what is in the envelope depends on what was asked."""
        return answer

    def _opened(self, answer: Answer, data: dict[str, Any]) -> Any:
        in_envelope = envelope.is_envelope(answer) and not 300 <= answer.status < 400
        if in_envelope and answer.content["isError"]:
            raise self._refused(answer, data)
        if not answer.ok:
            raise self.refusal(answer)
        if in_envelope:
            return answer.content.get("data")
        if envelope.is_bare(answer):
            log.warning("%s answered without “isError”.", self.alias)
            return answer.content["data"]
        raise self._unexpected("the answer is not in their envelope", answer)

    def _refused(self, answer: Answer, data: dict[str, Any]) -> ProviderError:
        words = envelope.words_of(answer.content)
        kind = envelope.meaning_of(answer.status, words)
        harmless = self.harmless(envelope.without(data, words))
        return kind(harmless, provider=self.label, status=answer.status)

    # Their values and ours

    def _opening(self, ref: RoomRef, spec: RoomSpec) -> Opening:
        known = replace(ref, room_id=self._id(ref) if ref.room_id else self._id_for(spec))
        return Opening(self.rooms, self.reservations, known, spec)

    def _id(self, ref: RoomRef) -> str:
        """The room's id: as it was answered once, or else made from our key."""
        name = ref.room_id if "/" in ref.room_id else room_name(ref.room_id)
        return full_id(self.options.host, name)

    def _id_for(self, spec: RoomSpec) -> str:
        return full_id(self.options.host, room_name(spec.key))

    def _closed(self, room_id: str) -> bool:
        """Close it; an answer of “no” may mean that it is closed already."""
        try:
            if self.rooms.destroy(room_id, force=True):
                return True
        except BadCredentials:
            raise
        except ProviderRefused as error:
            log.warning("xroom did not close a room: %s", error)
        return self.rooms.find(room_id) is None

    def _booked_room(self, kept: Kept) -> BookedRoom:
        grace = timedelta(minutes=self.options.booking_grace_minutes)
        return BookedRoom(
            ref=RoomRef(room_id=kept.room_id, booking_id=kept.booking_id, host_key=kept.host_key),
            starts_at=kept.starts_at - grace if kept.starts_at else None,
            minutes=kept.minutes,
        )


def booked(room_id: str, made: Made, *, held: str = "") -> RoomRef:
    """The reservation as a room: with its new key, or the one we hold when none was told."""
    return RoomRef(
        room_id=room_id,
        booking_id=made.booking_id,
        host_key=made.host_key or held,
        differences=made.differences,
    )


def tried(ask: Callable[[], str]) -> str | ProviderError:
    """What they answered, or why not."""
    try:
        return ask()
    except ProviderError as error:
        return error
