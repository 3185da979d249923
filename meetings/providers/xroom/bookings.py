"""The collection `booking`: a room's name held until the meeting."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.utils import timezone

from ..base import RoomSpec
from ..errors import (
    OutcomeUnknown,
    ProviderRefused,
    ProviderUnavailable,
    RoomNotFound,
    UnexpectedReply,
)
from . import times
from .envelope import FINAL, LABEL, Call
from .rooms import KINDS, differences, first, full_id, key_for, number
from .times import TimeFormat

log = logging.getLogger(__name__)

LONGEST, MOST_PEOPLE = 24 * 60, 256
LATE = timedelta(minutes=1)  # what they do with times in the past is unknown
DRIFT = timedelta(minutes=1)  # a start kept otherwise than this is another start

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A booking as they keep it."""

    booking_id: str
    room_id: str
    starts_at: datetime | None
    minutes: int
    host_key: str = field(default="", repr=False)
    told: dict[str, Any] = field(default_factory=dict, repr=False)

    def starts(self, moment: datetime) -> bool:
        return self.starts_at is not None and abs(self.starts_at - moment) <= DRIFT

    def otherwise(self, spec: RoomSpec) -> tuple[str, ...]:
        """What it holds otherwise than asked, in the words of our features."""
        longer = ("booking",) if self.minutes not in {0, spec.minutes} else ()
        return differences(self.told, spec) + longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A reservation that stands: its id, its host key, and what is otherwise than asked."""

    booking_id: str
    host_key: str = field(default="", repr=False)
    differences: tuple[str, ...] = ()


class WrongTime(UnexpectedReply):
    """They keep another start than we asked for, in every format that we know."""


class Bookings:
    """The domain's bookings. How a time is written is found out once, and remembered."""

    def __init__(self, call: Call, domain: str, *, time_format: str, grace_minutes: int) -> None:
        self.call, self.domain = call, domain
        self.pinned = time_format in times.FORMATS
        self.time_format = time_format if self.pinned else "ms"
        self.grace = timedelta(minutes=grace_minutes)

    def add(self, room_id: str, spec: RoomSpec) -> Made:
        """Reserve the name, and see that they understood the time."""
        return self._understood(lambda form: self._added(room_id, spec, form))

    def update(self, booking_id: str, room_id: str, spec: RoomSpec) -> Made:
        """Change all of it; added again when they know it no more. The key may be a new one."""
        try:
            return self._understood(lambda form: self._updated(booking_id, spec, form))
        except RoomNotFound:
            return self.add(room_id, spec)

    def remove(self, booking_id: str) -> None:
        """Give it back. One that is not there is given back."""
        with suppress(RoomNotFound):
            self.call("booking", "remove", {"id": int(booking_id)}, repeatable=True)

    def get(self, booking_id: str) -> Kept:
        answer = self.call("booking", "get", {"id": int(booking_id)}, repeatable=True)
        return kept(answer, self.domain)

    def all(self) -> list[Kept]:
        """The domain's bookings, ours and others'. The answer holds keys: it is kept nowhere."""
        answer = self.call("booking", "list", {"domain": self.domain}, repeatable=True)
        if answer is None or answer == {}:
            return []
        if not isinstance(answer, list):
            raise UnexpectedReply("the list of bookings is none.", provider=LABEL)
        return [kept(each, self.domain) for each in answer]

    def of_room(self, room_id: str) -> list[Kept]:
        """The bookings of one name, which is used once: more than one is one too many."""
        return [each for each in self.all() if each.room_id == room_id.lower()]

    # Times: what they mean by "JS format" shows only in what they keep

    def _understood(self, attempt: Callable[[TimeFormat], T]) -> T:
        """The attempt in the format known so far, then once in the other one."""
        known = self.time_format
        try:
            return attempt(known)
        except FINAL:
            raise
        except (ProviderRefused, WrongTime) as error:
            if self.pinned:
                raise
            first_error = error
        other = times.OTHER[known]
        try:
            result = attempt(other)
        except (ProviderRefused, WrongTime) as error:
            raise first_error from error
        self.time_format = other
        return result

    def _added(self, room_id: str, spec: RoomSpec, form: TimeFormat) -> Made:
        try:
            answer = self._add(room_id, spec, form)
        except OutcomeUnknown:
            return self._adopted(room_id, spec, form)
        return self._seen(new_id(answer), spec, key_of(answer), undo=True)

    def _add(self, room_id: str, spec: RoomSpec, form: TimeFormat) -> Any:
        name = room_id.rpartition("/")[2]
        data = {"domain": self.domain, "roomName": name, **self._wanted(spec, form)}
        return self.call("booking", "add", data)

    def _adopted(self, room_id: str, spec: RoomSpec, form: TimeFormat) -> Made:
        """After a lost answer: the booking if it was made, or else a new one."""
        found = self.of_room(room_id)
        if not found:
            answer = self._add(room_id, spec, form)
            return self._seen(new_id(answer), spec, key_of(answer), undo=True)
        found.sort(key=lambda each: not each.starts(self._start(spec)))
        for spare in found[1:]:
            self.remove(spare.booking_id)
        return self._seen(found[0].booking_id, spec, found[0].host_key, undo=True)

    def _updated(self, booking_id: str, spec: RoomSpec, form: TimeFormat) -> Made:
        data = {"id": int(booking_id), **self._wanted(spec, form)}
        try:
            answer = self.call("booking", "update", data)
        except OutcomeUnknown:
            if self._holds(self.get(booking_id), spec):
                answer = None
            else:
                answer = self.call("booking", "update", data)
        return self._seen(booking_id, spec, key_of(answer), undo=False)

    def _seen(self, booking_id: str, spec: RoomSpec, host_key: str, *, undo: bool) -> Made:
        """The booking as it stands now; taken back when it stands at another time."""
        try:
            seen = self.get(booking_id)
        except ProviderUnavailable:
            log.warning("xroom: booking %s stands, and could not be looked at.", booking_id)
            return Made(booking_id=booking_id, host_key=host_key)
        if seen.starts(self._start(spec)):
            return Made(
                booking_id=booking_id,
                host_key=host_key or seen.host_key,
                differences=seen.otherwise(spec),
            )
        if undo:
            self.remove(booking_id)
        raise WrongTime("keeps another start than the one asked for.", provider=LABEL)

    def _holds(self, seen: Kept, spec: RoomSpec) -> bool:
        return seen.starts(self._start(spec)) and not seen.otherwise(spec)

    def _start(self, spec: RoomSpec) -> datetime:
        if spec.starts_at is None:
            raise ProviderRefused("holds rooms only from a start.", provider=LABEL)
        return spec.starts_at + self.grace

    def _wanted(self, spec: RoomSpec, form: TimeFormat) -> dict[str, Any]:
        """The whole booking, checked: neither their limits nor their answers to them are known."""
        start = self._start(spec)
        if start < timezone.now() - LATE:
            raise ProviderRefused("cannot hold a room from a time that has passed.", provider=LABEL)
        if not 1 <= spec.minutes <= LONGEST:
            raise ProviderRefused(f"holds a room for 1 to {LONGEST} minutes.", provider=LABEL)
        options = {"duration": spec.minutes, "lock": spec.locked, "type": KINDS[spec.kind]}
        written = times.FORMATS[form](start)
        extras = {**capacity_for(spec), **key_for(spec), "addHostKey": True}
        return {"startTime": written, "meetingOptions": {**options, **extras}}


def capacity_for(spec: RoomSpec) -> dict[str, int]:
    if spec.capacity is None:
        return {}
    if not 1 <= spec.capacity <= MOST_PEOPLE:
        raise ProviderRefused(f"takes 1 to {MOST_PEOPLE} people.", provider=LABEL)
    return {"capacity": spec.capacity}


def new_id(answer: Any) -> str:
    found = number(answer.get("id")) if isinstance(answer, dict) else None
    if found is None:
        raise UnexpectedReply("a booking was made without an id.", provider=LABEL)
    return str(found)


def key_of(answer: Any) -> str:
    return str(answer.get("hostKey") or "") if isinstance(answer, dict) else ""


def kept(answer: Any, domain: str) -> Kept:
    """A booking in their words; older accounts say `validUntil` and `domain`."""
    if not isinstance(answer, dict):
        raise UnexpectedReply("a booking is no object.", provider=LABEL)
    options = answer.get("meetingOptions")
    options = options if isinstance(options, dict) else {}
    place = str(first(answer, "domainName", "domain") or domain)
    return Kept(
        booking_id=str(number(answer.get("id")) or ""),
        room_id=full_id(place, str(answer.get("roomName") or "")),
        starts_at=times.read(first(answer, "startTime", "validUntil")),
        minutes=number(options.get("duration")) or 0,
        host_key=str(options.get("hostKey") or ""),
        told=options,
    )
