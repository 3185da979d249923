"""What a host does while a meeting runs."""

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import DateTimeField, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from meetings.models import Admission, Booking, RoomSession
from meetings.models.session import RoomSessionQuerySet
from meetings.providers.base import Peer, Role
from meetings.providers.errors import ProviderError
from meetings.signals import doors_changed, role_given

from .rooms import provider_of

log = logging.getLogger(__name__)

WORTH_ANOTHER_TRY = timedelta(hours=1)  # then what is compared with the provider has closed it


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
    if admissions is None:
        asked = session.admissions.at_the_door()
    else:
        asked = session.admissions.filter(pk__in=admissions)
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


def give_role(session: RoomSession, identity: str, role: Role) -> bool:
    """Make somebody who was let in co-host or host; False when nobody of theirs is there.

    For participants it takes back what a host has given. Whoever hosts passes a lock.
    """
    given = "" if role is Role.PARTICIPANT else role.value
    now = Value(timezone.now(), output_field=DateTimeField())
    theirs = session.admissions.filter(identity=identity, state=Admission.State.ADMITTED)
    return bool(theirs.update(given_role=given, decided_at=Coalesce("decided_at", now)))


def end_for_all(
    session: RoomSession, reason: RoomSession.EndReason = RoomSession.EndReason.HOST
) -> None:
    """Close the room at the provider and here.

    Here it is closed in any case: a provider that does not answer keeps nobody's door open.
    """
    was_live = session.is_live
    is_first = session.end(reason)
    if was_live or (is_first and session.live_at):  # it may have opened a moment ago
        close_room(session)
    announce(session)


def close_room(session: RoomSession) -> bool:
    """Have the provider close the room of a session that is over; `error` says why it did not."""
    provider, error = provider_of(session.alias), ""
    if provider and provider.features.ending:
        try:
            provider.end_room(session.ref)
        except ProviderError as refusal:
            log.warning("The provider did not close a room (session %s): %s", session.pk, refusal)
            error = str(refusal)[:500]
    if session.error != error:
        session.error = error
        session.save(update_fields=["error"])
    return not error


def left_open(sessions: RoomSessionQuerySet) -> RoomSession | None:
    """The last of these, if it was ended lately and its provider did not close the room."""
    last = sessions.first()
    if last is None or last.state != RoomSession.State.ENDED or not last.error:
        return None
    is_recent = last.ended_at and last.ended_at > timezone.now() - WORTH_ANOTHER_TRY
    return last if is_recent else None


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


def tell_role(session: RoomSession, identity: str) -> None:
    """Tell live pages what somebody is now, once it is certain."""
    transaction.on_commit(
        lambda: role_given.send(sender=RoomSession, session=session, identity=identity), robust=True
    )
