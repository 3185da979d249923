"""What a provider is: plain values in, plain values out."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

from .errors import FeatureUnsupported, WebhookRejected
from .options import Options


class Role(StrEnum):
    HOST = "host"
    COHOST = "cohost"
    PARTICIPANT = "participant"

    @property
    def hosts(self) -> bool:
        """Whether the role carries host rights."""
        return self is not Role.PARTICIPANT


class RoomKind(StrEnum):
    CONFERENCE = "conference"  # everybody speaks
    WEBINAR = "webinar"  # hosts speak, the rest watch


class EventKind(StrEnum):
    ROOM_STARTED = "room_started"
    ROOM_ENDED = "room_ended"
    ATTENDEE_JOINED = "attendee_joined"
    ATTENDEE_LEFT = "attendee_left"
    RECORDING_STARTED = "recording_started"
    RECORDING_ENDED = "recording_ended"
    RECORDING_READY = "recording_ready"
    FILE_READY = "file_ready"  # analytics, a transcript, a chat file
    HINT = "hint"  # not proven: ask the provider what is true
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What a provider can do; False unless said. Forms, buttons and the docs table come from it."""

    booking: bool = False  # holds the room before it starts
    ending: bool = False  # we can close the room for everyone
    live_status: bool = False  # we can ask whether the room is open
    ends_when_empty: bool = False  # "ended" only says that all have left; they can come back
    roster: bool = False  # we can ask who is inside
    removing: bool = False  # we can remove a person
    muting: bool = False  # we can mute a person
    locking: bool = False  # we can let nobody else in
    chat_switch: bool = False  # chat can be switched off for a room
    sharing_switch: bool = False  # participants' screen sharing can be switched off for a room
    capacity: bool = False  # keeps to a maximum number of people
    passcode: bool = False  # asks people for a passcode of ours itself
    waiting_room: bool = False  # has a waiting room of its own, beside our door
    webinars: bool = False  # hosts speak, the rest watch
    recording: bool = False  # keeps recordings that we can list and delete
    recording_control: bool = False  # we can start and stop a recording
    listing: bool = False  # we can ask which rooms are open
    webhooks: bool = False  # tells us what happens in the room
    registers_webhook: bool = False  # is told our address by a call, once for all rooms


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSpec:
    """The room we want."""

    key: str  # ours: stable for one session, URL-safe; lets a lost answer be recovered
    title: str
    until: datetime | None = None  # when the reservation ends (UTC)
    capacity: int | None = None
    chat: bool = True
    participants_share: bool = True
    locked: bool = False
    kind: RoomKind = RoomKind.CONFERENCE
    waits: bool = False  # somebody may have to wait: where the provider has a waiting room too
    record: bool = False
    starts_at: datetime | None = None  # of the reservation (UTC)
    minutes: int = 60  # how long the reservation is
    passcode: str = field(default="", repr=False)
    webhook_url: str = field(default="", repr=False)  # ours; it carries a token
    return_url: str = ""  # where people go when they leave: our door


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRef:
    """The room as the provider knows it: all that is stored of it."""

    room_id: str
    booking_id: str = ""
    host_key: str = field(default="", repr=False)
    session_id: str = ""  # of this run, where one room has many
    # What the provider does otherwise than asked, in its features' words; told to the organizer.
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """One person at the door: `key` is ours and stable for the person."""

    key: str
    name: str
    role: Role = Role.PARTICIPANT
    waits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinTicket:
    """One person's way in: an address to go to, or a template of ours with its context."""

    url: str = field(default="", repr=False)
    template: str = ""
    context: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if bool(self.url) == bool(self.template):
            raise ValueError("A ticket is either an address or a template.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Somebody inside a room, as the provider tells it."""

    key: str
    name: str
    role: Role = Role.PARTICIPANT
    joined_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedRoom:
    """A reservation as the provider keeps it."""

    ref: RoomRef
    starts_at: datetime | None = None
    minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording that the provider keeps."""

    recording_id: str
    room_id: str
    title: str = ""
    started_at: datetime | None = None
    seconds: int | None = None
    size: int | None = None  # bytes
    ready: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the "Test" button: what was tried, and what came of it."""

    name: str
    passed: bool
    message: str = ""
    features: tuple[str, ...] = ()  # those of `Features` that it tells about


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """A delivery as it came: bytes and headers, no framework."""

    body: bytes
    headers: Mapping[str, str]

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; anything else is rejected."""
        try:
            content = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise WebhookRejected("The delivery is not JSON.") from error
        if not isinstance(content, dict):
            raise WebhookRejected("The delivery is not a JSON object.")
        return content


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEvent:
    """What happened in a room, in our words."""

    kind: EventKind
    room_id: str
    event_id: str = ""
    session_id: str = ""
    recording_id: str = ""
    webhook_id: str = ""  # theirs for our address, where they say it
    occurred_at: datetime | None = None
    # Of a departure that was only noticed: they were there until then, and gone by `occurred_at`
    seen_until: datetime | None = None
    attendee: Peer | None = None
    # Told in passing. It opens no door; it may replace one whose telling was lost.
    host_key: str = field(default="", repr=False)
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookResult:
    """What a delivery held, and the text the provider wants back."""

    events: tuple[ProviderEvent, ...] = ()
    reply: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Our address as the provider keeps it. `validated` is None where they do not say."""

    webhook_id: str
    validated: bool | None = None


O = TypeVar("O", bound=Options)  # noqa: E741  (the name the interface is known by)


class MeetingProvider(ABC, Generic[O]):
    """One integration. An instance is one configured account of it, under an alias."""

    slug: ClassVar[str]
    label: ClassVar[str]
    features: ClassVar[Features] = Features()
    options_class: ClassVar[type[Options]] = Options
    rooms_are_sessions: ClassVar[bool] = False  # a room is a session of ours: there is no other
    takes_typed_webhook: ClassVar[bool] = False  # the operator can enter an address of ours there
    calls_to_open: ClassVar[int] = 1  # what `init_room` usually takes
    calls_per_second: float | None = None  # that the account may have; None: no limit
    opens_ahead: timedelta | None = None  # how long a room may stand empty; None: not at all
    pool: str = ""  # accounts of one pool are equal: a room at one is held at any
    most_rooms: int | None = None  # open at once; None: no limit is known

    def __init__(self, alias: str, options: O, *, trusted: bool = True) -> None:
        self.alias = alias
        self.options = options
        # Typed into the admin rather than set by the operator: may not call private addresses.
        self.trusted = trusted
        # How far their clock is ahead of ours, as their last answer told; None when none did.
        self.clock_skew: timedelta | None = None

    @property
    def most_people(self) -> int | None:
        """How many a room of this account holds; None when the provider sets no limit we know."""
        return None

    @property
    def longest_passcode(self) -> int | None:
        """How many characters a passcode has at most; None when no limit is known."""
        return None

    @property
    def destinations(self) -> tuple[str, ...]:
        """Origins that a ticket's address may lead to: the door's form is allowed to go there."""
        return ()

    @property
    def origins(self) -> tuple[str, ...]:
        """Whose pages ours shows in a frame, which then need the camera and the microphone."""
        return ()

    # Every provider

    @abstractmethod
    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        """Make the room live. Safe to repeat: the same room comes back."""

    @abstractmethod
    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        """One person's way in, good for entering until then."""

    @abstractmethod
    def ping(self) -> list[Check]:
        """Try each capability that can be tried without effect."""

    def reset_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        """The room made anew, whoever is inside: for one whose host key is lost."""
        self.end_room(ref)
        return self.init_room(ref, spec)

    # Where `features` say so

    def book(self, spec: RoomSpec) -> RoomRef:
        """Reserve the room. Providers without bookings take our key for the room."""
        return RoomRef(room_id=spec.key)

    def rebook(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        """Change the reservation."""
        return ref

    def cancel(self, ref: RoomRef) -> None:
        """Give the reservation back. Twice is fine."""

    def end_room(self, ref: RoomRef) -> None:
        """Close the room for everyone. Twice is fine."""
        raise self.unsupported("ending")

    def is_live(self, ref: RoomRef) -> bool:
        """Whether the room is open now."""
        raise self.unsupported("live_status")

    def roster(self, ref: RoomRef) -> tuple[Peer, ...]:
        """Who is inside now."""
        raise self.unsupported("roster")

    def remove(self, ref: RoomRef, key: str) -> None:
        """Remove the person with this key of ours."""
        raise self.unsupported("removing")

    def mute(self, ref: RoomRef, key: str) -> None:
        """Mute the microphone of the person with this key of ours."""
        raise self.unsupported("muting")

    def set_lock(self, ref: RoomRef, locked: bool) -> None:
        """Let nobody else in, or let people in again."""
        raise self.unsupported("locking")

    def set_passcode(self, ref: RoomRef, passcode: str) -> None:
        """Ask people for this passcode from now on; none when it is empty."""
        raise self.unsupported("passcode")

    def bookings(self) -> tuple[BookedRoom, ...]:
        """The account's reservations, ours and others'."""
        raise self.unsupported("booking")

    def find_bookings(self, spec: RoomSpec) -> tuple[BookedRoom, ...]:
        """The reservations made for this key, where an answer was lost: a second is to spare."""
        raise self.unsupported("booking")

    def live_rooms(self) -> tuple[RoomRef, ...]:
        """The account's open rooms, ours and others'."""
        raise self.unsupported("listing")

    def recordings(self, ref: RoomRef) -> tuple[Recording, ...]:
        """The room's recordings."""
        raise self.unsupported("recording")

    def delete_recording(self, recording_id: str) -> None:
        """Delete a recording at the provider. Twice is fine."""
        raise self.unsupported("recording")

    def recording_url(self, recording_id: str) -> str:
        """A short-lived address to download it from; for one person, never stored."""
        raise self.unsupported("recording")

    def start_recording(self, ref: RoomRef) -> None:
        """Begin to record. Twice is fine."""
        raise self.unsupported("recording_control")

    def stop_recording(self, ref: RoomRef) -> None:
        """Stop recording. Twice is fine."""
        raise self.unsupported("recording_control")

    def parse_webhook(self, request: WebhookRequest) -> WebhookResult:
        """Verify a delivery and read it; `WebhookRejected` when it is not the provider's."""
        raise self.unsupported("webhooks")

    def ensure_webhook(self, url: str) -> Registration:
        """Have this address told what happens in the account's rooms. Twice is fine.

        They may call it while this very call is still open.
        """
        raise self.unsupported("registers_webhook")

    # For whoever has a real account: `manage.py check_provider` asks these

    def open_questions(self, ref: RoomRef) -> Mapping[str, Callable[[], str]]:
        """What the provider's page could not know, and this empty room of ours can tell."""
        return {}

    def webhook_sample(self) -> WebhookRequest | None:
        """A harmless delivery signed as theirs would be; None where only they can sign."""
        return None

    # Not for overriding

    def unsupported(self, feature: str) -> FeatureUnsupported:
        return FeatureUnsupported(f"cannot do “{feature}”.", provider=self.label)


# Which methods prove which feature: the contract test holds flags and methods together.
FEATURE_METHODS: Mapping[str, tuple[str, ...]] = {
    "booking": ("book", "rebook", "cancel", "bookings", "find_bookings"),
    "ending": ("end_room",),
    "live_status": ("is_live",),
    "roster": ("roster",),
    "removing": ("remove",),
    "muting": ("mute",),
    "locking": ("set_lock",),
    "passcode": ("set_passcode",),
    "listing": ("live_rooms",),
    "recording": ("recordings", "delete_recording", "recording_url"),
    "recording_control": ("start_recording", "stop_recording"),
    "webhooks": ("parse_webhook",),
    "registers_webhook": ("ensure_webhook",),
}
