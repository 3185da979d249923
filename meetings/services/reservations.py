"""What should be reserved where: kept with the change that causes it. No provider is called here.

Each booking has one row for each provider that it was, or is to be, reserved at; `mirroring` makes
the providers follow.
"""

import hashlib
import logging
import time
from dataclasses import replace
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from meetings.models import Booking, Reservation, Room, RoomSession, was_ended
from meetings.models.booking import BookingQuerySet
from meetings.models.fields import SecretUnreadable
from meetings.models.reservation import ReservationQuerySet
from meetings.providers import aliases
from meetings.signals import doors_changed

from .mirroring import mirror, start
from .rooms import provider_of
from .specs import spec_of_booking
from .transactions import saving

log = logging.getLogger(__name__)

State = Reservation.State
LONGEST_SWEEP = timedelta(seconds=45)  # the next one begins after a minute
MOST_AT_ONCE = 1000
RESERVED_AHEAD = timedelta(days=30)  # of a series, so that none fills a provider for years


def reservation_for(booking: Booking | None, alias: str) -> Reservation | None:
    """The reservation that stands for this meeting at the alias, for whoever opens its room."""
    if booking is None:
        return None
    held = Reservation.objects.filter(booking=booking, alias=alias).held().wanted().first()
    try:
        _ = held and held.host_key  # opened by the first look, and of no use when it cannot be
    except SecretUnreadable as error:
        log.warning("The reservation of meeting %s cannot be used: %s", booking.pk, error)
        return None
    return held


def reservation_of(booking: Booking) -> Reservation | None:
    """What is, or is to be, reserved for this meeting, for whoever looks how it stands."""
    alias = booking.room.provider_alias
    return _without_secrets(booking).wanted().filter(alias=alias).first()


def want(booking: Booking) -> None:
    """Have the rows say what should be, inside the caller's transaction; the rest follows.

    To be called whenever a meeting, its room or its room's provider has changed.
    """
    alias, is_on = booking.room.provider_alias, _is_on(booking)
    for reservation in _without_secrets(booking).wanted():
        if not is_on or reservation.alias != alias or _is_too_late(reservation, booking):
            give_back(reservation)
    if is_on:
        want_new(booking)


def want_new(booking: Booking) -> None:
    """The same for a meeting that was made this moment: nothing is to be given back."""
    alias = booking.room.provider_alias
    if booking.is_ahead and _books(alias) and _is_its_turn(booking):
        _hold(booking, alias)


@saving
def want_all(room: Room) -> None:
    """The same for every meeting that is planned in the room."""
    near = Q(series=None) | Q(starts_at__lte=timezone.now() + RESERVED_AHEAD)
    stands = Exists(Reservation.objects.wanted().filter(booking=OuterRef("pk")))
    for booking in room.bookings.confirmed().not_over().filter(near | stands):
        booking.room = room
        want(booking)


def give_back(reservation: Reservation) -> None:
    reservation.owe(is_wanted=False)
    start(reservation)


def let_go(chosen: ReservationQuerySet) -> None:
    """Have these given back this moment, as far as their providers answer: they will be deleted."""
    for reservation in chosen.wanted().defer("host_key"):
        give_back(reservation)
    for pk in chosen.outstanding().values_list("pk", flat=True):
        mirror(pk)


@saving
def try_again(reservation: Reservation) -> None:
    """Ask the provider now rather than later; what is done already stays done."""
    if reservation.is_outstanding:
        reservation.owe()
        start(reservation, in_any_case=True)


# What should be


def _is_on(booking: Booking) -> bool:
    """Whether anything needs to stand for it. A meeting that has begun keeps what it has."""
    return not (booking.is_cancelled or booking.deleted_at or booking.is_over)


def _is_its_turn(booking: Booking) -> bool:
    """A meeting of a series that is far off waits, unless something stands for it already."""
    if booking.series_id is None or booking.starts_at <= timezone.now() + RESERVED_AHEAD:
        return True
    return _without_secrets(booking).wanted().exists()


def _is_too_late(reservation: Reservation, booking: Booking) -> bool:
    """Whether it stands for another time, and the meeting has begun: it would keep people out."""
    return not booking.is_ahead and reservation.wish != _wish(booking, reservation)


def _books(alias: str) -> bool:
    provider = provider_of(alias)
    return bool(provider and provider.features.booking)


def _hold(booking: Booking, alias: str) -> None:
    rows = _without_secrets(booking)
    reservation, is_new = rows.get_or_create(booking=booking, alias=alias)
    wish = _wish(booking, reservation)
    is_same = reservation.is_wanted and reservation.wish == wish
    if not is_new and is_same and reservation.state != State.LAPSED:
        return
    state = State.HELD if reservation.is_held else State.PENDING
    reservation.owe(is_wanted=True, wish=wish, state=state)
    start(reservation)


def _wish(booking: Booking, reservation: Reservation) -> str:
    """All that the provider will be asked for, in short; without the passcode and our key."""
    spec = replace(spec_of_booking(booking, reservation), key="")
    return hashlib.sha256(repr(spec).encode()).hexdigest()


def _without_secrets(booking: Booking) -> ReservationQuerySet:
    """A key that cannot be decrypted any more keeps nobody from planning."""
    return Reservation.objects.filter(booking=booking).defer("host_key")


# After a session


def after_session(session: RoomSession) -> None:
    """The room is closed: its reservation is given back, or held again if it was a rehearsal."""
    booking = session.booking
    if booking is None or session.is_running:
        return
    rows = _without_secrets(booking)
    if session.provider_booking_id:  # it may have been made anew to open the room early
        used = rows.filter(alias=session.alias, provider_room_id=session.provider_room_id)
        used.update(provider_booking_id=session.provider_booking_id)
    for reservation in rows:
        _after(session, reservation, booking)


def _after(session: RoomSession, reservation: Reservation, booking: Booking) -> None:
    place = (reservation.alias, reservation.provider_room_id)
    was_used = reservation.is_held and place == (session.alias, session.provider_room_id)
    if reservation.is_wanted and reservation.is_held and _was_held(booking):
        give_back(reservation)
    elif reservation.is_outstanding or (was_used and booking.is_ahead):
        reservation.owe()
        start(reservation)


def _was_held(booking: Booking) -> bool:
    """Whether the meeting is over, or was ended by a host since it began."""
    begun = Booking.objects.filter(pk=booking.pk).annotate(was_ended=was_ended())
    return booking.is_over or begun.filter(was_ended=True).exists()


def hear(*, session: RoomSession, **_: object) -> None:
    after_session(session)


doors_changed.connect(hear, dispatch_uid="meetings.services.reservations")


# Every minute


def sweep() -> None:
    """What is over, what is due again, and what the queue has lost."""
    for reservation in _left_over()[:MOST_AT_ONCE]:
        give_back(reservation)
    for booking in _missing()[:MOST_AT_ONCE]:
        _want_now(booking)
    until = time.monotonic() + LONGEST_SWEEP.total_seconds()
    silent: set[str] = set()
    due = Reservation.objects.due().values_list("pk", "alias")
    for pk, alias in due[:MOST_AT_ONCE]:
        if time.monotonic() > until:
            return
        if alias not in silent and not _mirrored(pk):
            silent.add(alias)  # one try a minute, however many wait for it


def _mirrored(pk: int) -> bool:
    try:
        return mirror(pk)
    except Exception:  # one row's trouble keeps no other from its turn
        log.exception("Reservation %s cannot be mirrored.", pk)
        return True


def _missing() -> BookingQuerySet:
    """Coming meetings that nothing is reserved for: planned before their provider held any."""
    booking_aliases = [alias for alias in aliases() if _books(alias)]
    # One that was given up stands too: it was tried, and a change of the meeting tries again.
    theirs = Reservation.objects.wanted().filter(booking=OuterRef("pk"))
    there = theirs.filter(alias=OuterRef("room__provider_alias"))
    now = timezone.now()
    coming = Booking.objects.confirmed().filter(starts_at__gt=now, deleted_at=None)
    near = Q(series=None) | Q(starts_at__lte=now + RESERVED_AHEAD)
    return coming.filter(near).filter(~Exists(there), room__provider_alias__in=booking_aliases)


@saving
def _want_now(missing: Booking) -> None:
    """As it stands now: somebody may have changed it since it was found."""
    booking = Booking.objects.select_for_update(of=("self",)).select_related("room")
    want(booking.get(pk=missing.pk))


def _left_over() -> ReservationQuerySet:
    """Reservations that stand though their meeting is over."""
    ended = Booking.objects.annotate(was_ended=was_ended()).filter(was_ended=True)
    over = Q(booking__ends_at__lte=timezone.now()) | Q(booking__in=ended)
    stands = ~Q(provider_room_id="") | Q(is_unsure=True)
    found = Reservation.objects.defer("host_key").wanted().filter(over & stands)
    return found.exclude(booking__sessions__state=RoomSession.State.LIVE)
