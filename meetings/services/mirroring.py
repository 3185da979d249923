"""Bringing a provider's reservations up to what is wanted: one row, one worker, one try at a time.

The row says what should be there; it is leased while its provider is called, and no transaction is
open then. When a try may have had an effect that we did not save (a lost answer, a worker that
died), the next one looks at the provider before it does anything.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django_tasks import task

from meetings.models import Reservation
from meetings.models.fields import SecretUnreadable
from meetings.models.owed import LEASE
from meetings.models.session import new_key
from meetings.providers import AnyProvider, get_provider
from meetings.providers.base import RoomRef, RoomSpec
from meetings.providers.errors import (
    Conflict,
    FeatureUnsupported,
    OutcomeUnknown,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    RoomNotFound,
)
from meetings.providers.time_limit import time_limit

from . import breakers
from .attendance import outages
from .specs import spec_of_booking
from .transactions import when_certain

log = logging.getLogger(__name__)

State = Reservation.State
SELDOM = timedelta(hours=1)  # after a no: an operator may mend the account
IN_SESSION = timedelta(minutes=1)  # until it is looked at again whether the session is over
LEFT_BEHIND = timedelta(days=1)  # after the meeting: what is still there then harms nobody
LONGEST_TRY = LEASE.total_seconds() * 3 / 4
NO_ANSWER = (ProviderUnavailable, OutcomeUnknown)
NOTHING_THERE: dict[str, Any] = {"provider_room_id": "", "provider_booking_id": "", "host_key": ""}


class OurFault(Exception):
    """Something that nobody thought of; the log has it all."""


class LeaseLost(Exception):
    """Somebody else does it now: not another word to the provider."""


LASTING = (ProviderRefused, ImproperlyConfigured, SecretUnreadable, OurFault)


@task()
def mirror_soon(pk: int, *, in_any_case: bool = False) -> None:
    """For the queue, which may lose it: the minute's sweep does what is left.

    That includes all that waits for a provider that is known to be silent.
    """
    alias = Reservation.objects.filter(pk=pk).values_list("alias", flat=True).first()
    if alias and (in_any_case or not breakers.is_open(alias)):
        mirror(pk)


def start(reservation: Reservation, *, in_any_case: bool = False) -> None:
    """Have it done as soon as what the caller saves is certain."""
    # A queue that cannot be reached costs a minute, and not the meeting.
    when_certain(mirror_soon.enqueue, reservation.pk, in_any_case=in_any_case)


def mirror(pk: int) -> bool:
    """Do what is owed about one reservation; False when its provider does not answer."""
    reservation = Reservation.objects.defer("host_key").filter(pk=pk).first()
    if reservation is None or not reservation.take():
        return True
    answers = True
    try:
        _attend_to(reservation)
    except LeaseLost:
        log.warning("Reservation %s took too long and is somebody else's now.", pk)
    except (ProviderError, ImproperlyConfigured, SecretUnreadable) as error:
        log.warning("Reservation %s is not as it is wanted: %s", pk, error)
        answers = not isinstance(error, NO_ANSWER)
        _not_done(reservation, error)
    except Exception:
        log.exception("Reservation %s cannot be mirrored.", pk)
        _not_done(reservation, OurFault("Something went wrong here; the log says what."))
    if reservation.is_due:  # owed anew while the provider was called
        start(reservation)
    return answers


def _attend_to(reservation: Reservation) -> None:
    is_ahead = reservation.booking.starts_at > timezone.now()
    if _is_in_session(reservation):
        reservation.put_off(IN_SESSION)
    elif reservation.is_wanted and is_ahead:
        with _asking(reservation.alias) as provider:
            _hold(reservation, provider)
    elif reservation.is_wanted and reservation.is_held:
        reservation.settle(state=State.LAPSED)  # what is there stays: its start is past
    else:
        _give_back(reservation)


@contextmanager
def _asking(alias: str) -> Iterator[AnyProvider]:
    """The provider, while our lease lasts; whether it answers is remembered for the next."""
    with time_limit(LONGEST_TRY), outages.watching(alias):
        yield get_provider(alias)


def _is_in_session(reservation: Reservation) -> bool:
    """While a room is open, nobody knows what a change of its reservation would do to it."""
    running = reservation.booking.sessions.running().filter(alias=reservation.alias)
    return any(session.is_live or session.is_being_opened for session in running)


def _hold(reservation: Reservation, provider: AnyProvider) -> None:
    """The one reservation that is there brought up to date, or made if there is none."""
    if not provider.features.booking:
        raise provider.unsupported("booking")
    spec = spec_of_booking(reservation.booking, reservation)
    there = _there(reservation, provider, spec)
    _begin(reservation)
    for spare in there[1:]:
        provider.cancel(spare)
    ref = provider.rebook(there[0], spec) if there else provider.book(spec)
    reservation.settle(
        state=State.HELD,
        is_unsure=False,
        provider_room_id=ref.room_id,
        provider_booking_id=ref.booking_id,
        host_key=ref.host_key,
        differences=list(ref.differences),
    )


def _give_back(reservation: Reservation) -> None:
    """Nothing of it there any more. If it is wanted again, it gets a new name."""
    if reservation.is_held or reservation.is_unsure:
        with _asking(reservation.alias) as provider:
            _remove(reservation, provider)
    reservation.settle(
        state=State.LAPSED if reservation.is_wanted else State.RELEASED,
        is_unsure=False,
        differences=[],
        key=new_key(),
        **_former(reservation),
        **NOTHING_THERE,
    )


def _former(reservation: Reservation) -> dict[str, str]:
    """What was given back just now: the reconciler looks whether it is gone."""
    if not reservation.is_held:
        return {}
    return {
        "former_room_id": reservation.provider_room_id,
        "former_booking_id": reservation.provider_booking_id,
    }


def _remove(reservation: Reservation, provider: AnyProvider) -> None:
    spec = spec_of_booking(reservation.booking, reservation)
    there = _there(reservation, provider, spec)
    _begin(reservation)
    for each in there:
        provider.cancel(each)


def _there(reservation: Reservation, provider: AnyProvider, spec: RoomSpec) -> list[RoomRef]:
    """What we hold there: as we remember it, unless a try before may have changed that."""
    if not reservation.is_unsure:
        return [reservation.ref] if reservation.is_held else []
    known = reservation.provider_booking_id
    found = [booked.ref for booked in provider.find_bookings(spec)]
    return sorted(found, key=lambda ref: ref.booking_id != known)


def _begin(reservation: Reservation) -> None:
    """From here on the provider may know more than we do."""
    if not reservation.note(is_unsure=True):
        raise LeaseLost


def _not_done(reservation: Reservation, error: Exception) -> None:
    """What the error means for the next try."""
    words = str(error)
    if reservation.booking.ends_at + LEFT_BEHIND < timezone.now():
        reservation.give_up(words)
    elif isinstance(error, FeatureUnsupported):
        reservation.give_up(words, state=State.LAPSED)
    elif isinstance(error, RoomNotFound):
        reservation.postpone(words, **NOTHING_THERE)
    elif isinstance(error, LASTING) and not isinstance(error, Conflict):
        is_no = reservation.is_wanted and isinstance(error, ProviderRefused)
        state = State.REFUSED if is_no else reservation.state
        reservation.postpone(words, pause=SELDOM, state=state)
    else:
        reservation.postpone(words)
