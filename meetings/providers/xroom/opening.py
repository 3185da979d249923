"""Opening a room, and finding its host key when the answer does not tell it.

At most two `room/init` and one `room/destroy` for one click: nothing here loops.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from django.utils import timezone

from ..base import RoomRef, RoomSpec
from ..errors import (
    BadCredentials,
    Conflict,
    HostKeyLost,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    UnexpectedReply,
)
from .bookings import LONGEST, Bookings, Made
from .envelope import FINAL, LABEL
from .rooms import OpenRoom, Rooms

log = logging.getLogger(__name__)

MOST_INITS = 2


@dataclass(slots=True)
class Opening:
    """One attempt to open one room."""

    rooms: Rooms
    bookings: Bookings
    ref: RoomRef
    spec: RoomSpec
    inits: int = 0  # of ours, in this attempt: a room found after one is our own
    cleared: bool = False

    def run(self) -> RoomRef:
        """The open room with its host key. A room that is open is never opened again."""
        if room := self.rooms.find(self.ref.room_id):
            return self._found(room)
        self._bring_forward()
        return self._init()

    def reset(self) -> RoomRef:
        """The room closed, whoever is inside, and opened anew."""
        self.cleared = True
        self.rooms.destroy(self.ref.room_id, force=True)
        self.ref = replace(self.ref, host_key="")
        return self._init()

    # The reservation: before its start, guests might be held outside although the host is in

    def _bring_forward(self) -> None:
        """Let the reservation begin now; or give it back, for an open room needs none.

        Before the room is opened: this may make a new host key, and the room's must be the last.
        """
        if not self.ref.booking_id or not self._is_early():
            return
        try:
            made = self._booked_from(timezone.now())
        except (ProviderUnavailable, BadCredentials):
            raise
        except ProviderError as error:
            log.warning("xroom did not let a reservation begin early: %s", error)
            self._give_back()
        else:
            key = made.host_key or self.ref.host_key
            self.ref = replace(self.ref, booking_id=made.booking_id, host_key=key)

    def _is_early(self) -> bool:
        return self.spec.starts_at is not None and self.spec.starts_at > timezone.now()

    def _booked_from(self, now: datetime) -> Made:
        end = (self.spec.starts_at or now) + timedelta(minutes=self.spec.minutes)
        minutes = min(ceil((end - now) / timedelta(minutes=1)), LONGEST)
        spec = replace(self.spec, starts_at=now, minutes=minutes)
        return self.bookings.update(self.ref.booking_id, self.ref.room_id, spec)

    def _give_back(self) -> None:
        try:
            self.bookings.remove(self.ref.booking_id)
        except ProviderError as error:
            log.warning("xroom did not take a reservation back: %s", error)
            return
        self.ref = replace(self.ref, booking_id="")

    # The room

    def _init(self) -> RoomRef:
        self.inits += 1
        try:
            fresh = self.rooms.init(self.ref.room_id, self.spec)
        except FINAL:
            raise
        except (OutcomeUnknown, ProviderRefused, UnexpectedReply) as error:
            return self._recovered(error)
        if fresh.host_key:
            return replace(self.ref, host_key=fresh.host_key, differences=fresh.differences)
        return self._recovered(
            UnexpectedReply("opened the room without a host key.", provider=LABEL)
        )

    # Recovery: no answer, a refusal that may mean "exists", or an answer without a key

    def _recovered(self, error: ProviderError) -> RoomRef:
        if room := self.rooms.find(self.ref.room_id):
            return self._found(room)
        if self.inits < MOST_INITS and not isinstance(error, Conflict):
            return self._init()
        raise error

    def _found(self, room: OpenRoom) -> RoomRef:
        """The room is open. Its key, wherever it can be had; or the room anew, if it is empty."""
        if key := self._key_of(room):
            return replace(self.ref, host_key=key)
        if self._cleared(room):
            return self._init()
        if self.inits:
            raise HostKeyLost(
                "has the room open, and tells nobody its host key.",
                room_id=room.room_id,
                provider=LABEL,
            )
        raise Conflict("has the room in use by somebody else.", provider=LABEL)

    def _key_of(self, room: OpenRoom) -> str:
        """The reservation's key; or the one we hold, of a room that was open before.

        A key other than the reservation's was told by an opening, so that room is ours. With the
        reservation's it may be a stranger's, unless it is as we want it.
        """
        booked = self._booked_key()
        if self.inits:
            return booked
        if self.ref.host_key and self.ref.host_key != booked:
            return self.ref.host_key
        return booked if room.fits(self.spec) else ""

    def _booked_key(self) -> str:
        if not self.ref.booking_id:
            return ""
        try:
            return self.bookings.get(self.ref.booking_id).host_key or self.ref.host_key
        except (ProviderRefused, UnexpectedReply) as error:
            log.warning("xroom did not tell a reservation's key: %s", error)
            return self.ref.host_key

    def _cleared(self, room: OpenRoom) -> bool:
        """Whether an empty room could be closed, once; never by force."""
        if self.cleared or self.inits >= MOST_INITS or room.people:
            return False
        self.cleared = True
        return self._destroyed()

    def _destroyed(self) -> bool:
        try:
            return self.rooms.destroy(self.ref.room_id, force=False)
        except ProviderRefused:  # somebody has come in, or it was robots that we do not count
            return False
