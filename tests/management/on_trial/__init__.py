"""An adapter that keeps its promises; rooms and reservations are in memory. Others inherit it."""

from dataclasses import dataclass, field
from datetime import datetime

from meetings.providers.base import (
    Attendee,
    BookedRoom,
    Check,
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
from meetings.providers.errors import ProviderRefused, WebhookRejected
from meetings.providers.options import Options

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
