"""What a host does while a meeting runs."""

import logging
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from meetings.models import Admission, Booking, RoomSession
from meetings.providers.base import Peer
from meetings.providers.errors import ProviderError
from meetings.signals import doors_changed

from .rooms import provider_of

log = logging.getLogger(__name__)


def admit(
    session: RoomSession, admissions: Iterable[int] | None = None, *, by: User | None = None
) -> int:
    """Let these people in, or everyone who waits; how many that were."""
    return _decide(session, Admission.State.ADMITTED, admissions, by=by)


def refuse(
    session: RoomSession,
    admissions: Iterable[int] | None = None,
    *,
    by: User | None = None,
    message: str = "",
) -> int:
    """Send these people away, or everyone who waits, with a word if there is one."""
    return _decide(session, Admission.State.REFUSED, admissions, by=by, message=message)


def _decide(
    session: RoomSession,
    state: Admission.State,
    admissions: Iterable[int] | None,
    *,
    by: User | None,
    message: str = "",
) -> int:
    asked = session.admissions.all()
    if admissions is not None:
        asked = asked.filter(pk__in=admissions)
    decided = asked.decide(state, by=by, message=message)
    announce(session)
    return decided


def shut_out(
    session: RoomSession,
    person: Peer,
    *,
    user: User | None = None,
    by: User | None = None,
) -> None:
    """The door takes this person in no more. Who removed them first is who removed them."""
    decision = {
        "state": Admission.State.REMOVED,
        "decided_at": timezone.now(),
        "decided_by": by,
    }
    admission, is_new = session.admissions.get_or_create(
        identity=person.key,
        defaults={**decision, "name": person.name, "role": person.role, "user": user},
    )
    if not is_new:
        others = Admission.objects.exclude(state=Admission.State.REMOVED)
        others.filter(pk=admission.pk).update(**decision)


def end_for_all(
    session: RoomSession, reason: RoomSession.EndReason = RoomSession.EndReason.HOST
) -> None:
    """Close the room at the provider and here.

    Here it is closed in any case: a provider that does not answer keeps nobody's door open.
    """
    provider, was_live = provider_of(session.alias), session.is_live
    session.end(reason)
    if provider and provider.features.ending and was_live:
        try:
            provider.end_room(session.ref)
        except ProviderError as error:
            log.warning("The provider did not close the room of session %s: %s", session.pk, error)
    announce(session)


def end_meeting(
    booking: Booking, reason: RoomSession.EndReason = RoomSession.EndReason.HOST
) -> bool:
    """End whatever runs of a meeting; whether anything did."""
    running = list(booking.sessions.running())
    for session in running:
        end_for_all(session, reason)
    return bool(running)


def announce(session: RoomSession) -> None:
    """Tell live pages that the doors changed, once it is certain that they did."""
    # Robust: nobody's saved work is repeated or lost because a live page could not be told.
    transaction.on_commit(
        lambda: doors_changed.send(sender=RoomSession, session=session), robust=True
    )
