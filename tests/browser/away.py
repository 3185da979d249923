"""A provider that holds its rooms on another site: it sends people to the address it is given."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from meetings.providers.base import (
    Attendee,
    Check,
    JoinTicket,
    MeetingProvider,
    Options,
    RoomRef,
    RoomSpec,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayOptions(Options):
    url: str


class Provider(MeetingProvider[AwayOptions]):
    slug = "away"
    label = "Away"
    options_class = AwayOptions

    @property
    def destinations(self) -> tuple[str, ...]:
        return (self.options.url,)

    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        return RoomRef(room_id=spec.key)

    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        person = urlencode({"name": attendee.name, "role": attendee.role.value})
        return JoinTicket(url=f"{self.options.url}/arrived?{person}")

    def ping(self) -> list[Check]:
        return []
