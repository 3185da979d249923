"""Planning: book, change, cancel."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from meetings.conflicts import Span, next_free
from meetings.invitees import Invitee
from meetings.models import Booking, BookingChange, JoinLink, Room, Series
from meetings.models.booking import LONGEST_TITLE, BookingQuerySet

from . import answering
from .inviting import invite, invite_more
from .mail import notices
from .reservations import want, want_new
from .rooms import room_changes
from .transactions import saving

LOOK_AHEAD = timedelta(days=14)
# A change of anything else asks nobody whether the time is free.
TAKES_TIME = {"starts_at", "duration", "room", "may_overlap"}
ASKS_ANEW = {"starts_at", "duration"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingWish:
    """A meeting as somebody wants it. `room` is a permanent room, or None for one of its own."""

    title: str
    starts_at: datetime
    duration: int  # minutes
    time_zone: str
    description: str = ""
    room: Room | None = None
    options: Mapping[str, Any] = field(default_factory=dict)  # of the meeting's own room
    reminders: tuple[int, ...] = ()  # minutes before
    guests: tuple[Invitee, ...] = ()  # of a new meeting
    may_overlap: bool = False
    request_key: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.starts_at + timedelta(minutes=self.duration))


class SchedulingError(Exception):
    """A wish that cannot be granted as it stands."""


class Overlaps(SchedulingError):
    """Organizer or room is taken: by what, and when they are free next."""

    def __init__(self, bookings: list[Booking], free: list[Span]) -> None:
        super().__init__(_("This time is taken."))
        self.bookings = bookings
        self.free = free


class StaleEdit(SchedulingError):
    """Somebody else, or another tab, has changed the meeting since the form was opened."""


class RoomRefused(SchedulingError):
    """The room cannot be had for this: it was given up, or the meeting is on in another one."""


class AlreadyCancelled(SchedulingError):
    """A cancelled meeting is not changed any more."""


def book(organizer: User, wish: MeetingWish) -> Booking:
    """A new meeting with its room and links; `Overlaps` when the time is taken.

    The same wish (by its request key) sent twice, even at once, is one meeting.
    """
    try:
        return _book(organizer, wish)
    except IntegrityError:
        earlier = _made_with(wish.request_key)
        if earlier and _is_same(earlier, organizer, wish):
            return earlier
        # PostgreSQL's exclusion constraint saw a booking that our query could not see yet.
        raise _overlaps(organizer, wish, room=wish.room) from None


@saving
def _book(organizer: User, wish: MeetingWish) -> Booking:
    lock(organizer, wish.room)
    if earlier := _made_with(wish.request_key):
        if _is_same(earlier, organizer, wish):
            invite_more(earlier, wish.guests, by=organizer)
            return earlier
        # The form of an earlier meeting, filled in anew after the Back button: another meeting.
        wish = replace(wish, request_key=uuid.uuid4())
    refuse_overlap(organizer, wish)
    overlaps = wish.may_overlap and _others(organizer, wish).exists()
    booking = Booking.objects.create(
        organizer=organizer,
        room=wish.room or own_room(organizer, name=wish.title, options=wish.options),
        request_key=wish.request_key,
        **_plain(wish),
    )
    make_links(organizer, booking=booking)
    want_new(booking)
    BookingChange.objects.create(
        booking=booking,
        kind=BookingChange.Kind.BOOKED,
        by=organizer,
        values={"may_overlap": [False, True]} if overlaps else {},
    )
    if wish.guests:
        invite(booking, wish.guests, by=organizer)
    return booking


def meet_now(organizer: User, *, request_key: uuid.UUID, minutes: int = 60) -> Booking:
    """A meeting that has just begun. It asks nobody whether the time is free: it is happening.

    The same press of the button, sent twice, is one meeting.
    """
    if same := Booking.objects.filter(organizer=organizer, request_key=request_key).first():
        return same
    title = _("Meeting of %(name)s") % {"name": organizer}
    return book(
        organizer,
        MeetingWish(
            title=title[:LONGEST_TITLE],
            starts_at=timezone.now().replace(second=0, microsecond=0),
            duration=minutes,
            time_zone=organizer.time_zone,
            may_overlap=True,
            request_key=request_key,
        ),
    )


@saving
def edit(booking: Booking, wish: MeetingWish, *, by: User, version: int) -> Booking:
    """Change a meeting; `StaleEdit` when it is no longer the version the wish was made from.

    Links stay as they are, whatever changes.
    """
    lock(booking.organizer, wish.room if wish.room != booking.room else None)
    booking = Booking.objects.select_for_update().get(pk=booking.pk)
    _refuse_stale(booking, version)
    changed = changed_values(booking, wish)
    if changed.keys() & TAKES_TIME:
        refuse_overlap(booking.organizer, wish, besides=booking)
    room = _room_for_edit(booking, wish)
    if room != booking.room and booking.sessions.running().exists():
        raise RoomRefused(_("The meeting is on in its room. End it there before you move it."))
    booking.room = room
    _rewrite(booking, wish, changed)
    note_in_series(booking)
    want(booking)
    if changed.keys() & ASKS_ANEW:
        answering.reset(booking)
    if changed:
        BookingChange.objects.create(
            booking=booking, kind=BookingChange.Kind.EDITED, by=by, values=changed
        )
        notices.changed(booking, changed)
    return booking


def _rewrite(booking: Booking, wish: MeetingWish, changed: Mapping[str, Any]) -> None:
    for name, value in _plain(wish).items():
        setattr(booking, name, value)
    if changed.keys() & {"starts_at", "time_zone"}:
        booking.set_wall()
    booking.version += 1
    if notices.is_told(changed):
        booking.sequence = answering.sequence_of(booking) + 1
    booking.is_exception |= bool(changed and booking.series_id)
    booking.save()


@saving
def cancel(booking: Booking, *, by: User, reason: str = "") -> Booking:
    """Call a meeting off. Its links stay and say so. Twice is fine: the first reason counts."""
    cancelled = (
        Booking.objects.confirmed()
        .filter(pk=booking.pk)
        .update(
            state=Booking.State.CANCELLED,
            cancelled_at=timezone.now(),
            cancel_reason=reason,
            remind_at=None,
            version=booking.version + 1,
            sequence=Greatest("sequence", answering.sequence_of(booking)) + 1,
            is_exception=booking.series_id is not None,
            updated_at=timezone.now(),
        )
    )
    booking.refresh_from_db()
    if cancelled:
        note_in_series(booking)
        want(booking)
        BookingChange.objects.create(
            booking=booking,
            kind=BookingChange.Kind.CANCELLED,
            by=by,
            values={"reason": ["", reason]} if reason else {},
        )
        notices.cancelled(booking, reason=reason)
    return booking


@saving
def remove_from_lists(booking: Booking, *, by: User) -> None:
    """Hide a cancelled or past meeting. Its history, attendance and links' answers stay."""
    hidden = Booking.objects.filter(pk=booking.pk, deleted_at=None).update(
        deleted_at=timezone.now()
    )
    if hidden:
        booking.refresh_from_db()
        want(booking)
        BookingChange.objects.create(booking=booking, kind=BookingChange.Kind.DELETED, by=by)


def refuse_overlap(organizer: User, wish: MeetingWish, *, besides: Booking | None = None) -> None:
    """`Overlaps` when organizer or room is busy then, unless the wish says that is all right."""
    if wish.may_overlap:
        return
    if found := list(_others(organizer, wish, besides)[:10]):
        raise _overlaps(organizer, wish, room=wish.room, besides=besides, found=found)


def free_from(organizer: User, start: datetime, *, minutes: int) -> datetime:
    """The first start from there on when the organizer is free for so long, within a fortnight."""
    wish = Span(start, start + timedelta(minutes=minutes))
    until = start + LOOK_AHEAD
    near = busy_of(organizer, None, None).overlapping(start, until)
    spans = [Span(*times) for times in near.values_list("starts_at", "ends_at")]
    free = next_free(wish, spans, until=until, count=1)
    return free[0].start if free else start


def changed_values(booking: Booking, wish: MeetingWish) -> dict[str, list[Any]]:
    """Field → old and new value as JSON, for those that the wish changes."""
    old = {name: getattr(booking, name) for name in _plain(wish)}
    old["room"] = booking.room if booking.room.is_permanent else None
    new = {**_plain(wish), "room": wish.room}
    named = {name: [_as_json(old[name]), _as_json(new[name])] for name in old}
    return {name: pair for name, pair in named.items() if pair[0] != pair[1]} | _changed_options(
        booking, wish
    )


def _changed_options(booking: Booking, wish: MeetingWish) -> dict[str, list[Any]]:
    if wish.room or booking.room.is_permanent:
        return {}
    return room_changes(booking.room, wish.options)


def make_links(organizer: User, **place: Booking | Series) -> None:
    """Links of a meeting or series: the organizer's, which hosts; one for co-hosts and the rest."""
    purpose = JoinLink.Purpose
    links = [
        JoinLink(purpose=purpose.HOST, owner=organizer, **place),
        JoinLink(purpose=purpose.COHOST, owner=organizer, transferable=True, **place),
        JoinLink(purpose=purpose.PARTICIPANT, **place),
    ]
    JoinLink.objects.bulk_create(links)


def _plain(wish: MeetingWish) -> dict[str, Any]:
    names = {"title", "description", "starts_at", "duration", "time_zone", "may_overlap"}
    plain = {each.name: getattr(wish, each.name) for each in fields(wish) if each.name in names}
    return {**plain, "reminders": list(wish.reminders)}


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Room) else value


def own_room(organizer: User, *, name: str, options: Mapping[str, Any]) -> Room:
    """A room for one meeting, or for one series."""
    return Room.objects.create(owner=organizer, name=name, **options)


def note_in_series(booking: Booking) -> None:
    """A form of the whole series that was opened before is stale now."""
    if booking.series_id is None:
        return
    changed = Series.objects.filter(pk=booking.series_id)
    changed.update(version=F("version") + 1, updated_at=timezone.now())


def _room_for_edit(booking: Booking, wish: MeetingWish) -> Room:
    if wish.room:
        return wish.room
    if booking.pattern and booking.room == booking.pattern.room and not booking.room.is_permanent:
        if not _changed_options(booking, wish):
            return booking.room
        return _new_room(booking, wish)  # the others of its series stay as they are
    if booking.room.is_permanent:
        return _new_room(booking, wish)
    room = booking.room
    for name, value in {**wish.options, "name": wish.title}.items():
        setattr(room, name, value)
    room.save()
    return room


def _new_room(booking: Booking, wish: MeetingWish) -> Room:
    return own_room(booking.organizer, name=wish.title, options=wish.options)


def _made_with(request_key: uuid.UUID) -> Booking | None:
    return Booking.objects.select_related("room").filter(request_key=request_key).first()


def _is_same(earlier: Booking, organizer: User, wish: MeetingWish) -> bool:
    """Whether it is this very form, sent twice, that has made the meeting."""
    return earlier.organizer_id == organizer.pk and not changed_values(earlier, wish)


def lock(organizer: User, room: Room | None) -> None:
    """Whoever books for the same person or room waits here (SQLite has one writer anyway)."""
    if connection.features.has_select_for_update:
        locked = User.objects.select_for_update().filter(pk=organizer.pk)
        locked.values_list("pk", flat=True).get()
    if room and not Room.objects.in_use().select_for_update().filter(pk=room.pk).exists():
        raise RoomRefused(_("This room was given up in the meantime. Please choose another."))


def busy_of(organizer: User, room: Room | None, besides: Booking | None = None) -> BookingQuerySet:
    """Whatever takes time of the organizer or the room."""
    theirs = Booking.objects.confirmed().filter(organizer=organizer)
    if room:
        theirs = theirs | Booking.objects.confirmed().filter(room=room)
    return theirs.exclude(pk=besides.pk) if besides else theirs


def _others(organizer: User, wish: MeetingWish, besides: Booking | None = None) -> BookingQuerySet:
    """What takes time of the organizer or the room when the meeting is to be."""
    return busy_of(organizer, wish.room, besides).overlapping(wish.span.start, wish.span.end)


def _overlaps(
    organizer: User,
    wish: MeetingWish,
    *,
    room: Room | None,
    besides: Booking | None = None,
    found: list[Booking] | None = None,
) -> Overlaps:
    busy = busy_of(organizer, room, besides)
    if found is None:
        found = list(busy.overlapping(wish.span.start, wish.span.end)[:10])
    until = wish.span.start + LOOK_AHEAD
    near = busy.overlapping(wish.span.start, until)
    spans = (Span(*times) for times in near.values_list("starts_at", "ends_at"))
    return Overlaps(found, next_free(wish.span, spans, until=until))


def _refuse_stale(booking: Booking, version: int) -> None:
    if booking.is_cancelled:
        raise AlreadyCancelled(_("This meeting was cancelled in the meantime."))
    if booking.version != version:
        raise StaleEdit(
            _("This meeting was changed elsewhere since you opened it. Please look again.")
        )
