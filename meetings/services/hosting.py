"""What a host does while a meeting runs."""

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import DateTimeField, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts import audit
from accounts.models import User
from meetings.models import Admission, Booking, JoinLink, RoomSession
from meetings.models.admission import AdmissionQuerySet
from meetings.models.session import RoomSessionQuerySet
from meetings.providers.base import Peer, Role
from meetings.providers.errors import ProviderError
from meetings.signals import doors_changed, role_given

from . import links
from .rooms import provider_of
from .transactions import saving

log = logging.getLogger(__name__)

WORTH_ANOTHER_TRY = timedelta(hours=1)  # then what is compared with the provider has closed it


def admit(
    session: RoomSession, admissions: Iterable[int] | None = None, *, by: User | None = None
) -> int:
    """Let these people in, or everyone who waits; how many that were.

    Whose link is used up for somebody new waits on: `kept_out` says who that is.
    """
    return _decide(session, Admission.State.ADMITTED, admissions, by=by)


def kept_out(session: RoomSession, admissions: Iterable[int] | None = None) -> list[str]:
    """The names of those who wait on, as the link that they came by is used up."""
    asked = _asked(session, admissions).waiting().select_related("link")
    used_up = JoinLink.State.USED_UP
    return [each.name for each in asked if each.link and each.link.state == used_up]


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
    decided = _say(session, _asked(session, admissions), state, by=by, message=message)
    announce(session)
    return decided


def _asked(session: RoomSession, admissions: Iterable[int] | None) -> AdmissionQuerySet:
    if admissions is None:
        return session.admissions.at_the_door()
    return session.admissions.filter(pk__in=admissions)


@saving
def _say(
    session: RoomSession,
    asked: AdmissionQuerySet,
    state: Admission.State,
    *,
    by: User | None,
    message: str,
) -> int:
    limited = _limited(asked) if state == Admission.State.ADMITTED else []
    decided = asked.decide(state, by=by, message=message)
    decided -= _wait_on(session, limited)
    if decided:
        audit.record(audit.Action(state.value), session, user=by, values={"people": decided})
    return decided


def _limited(asked: AdmissionQuerySet) -> list[int]:
    """Those who wait at links for so many."""
    links_for_some = JoinLink.objects.standing().filter(max_uses__isnull=False)
    return list(asked.waiting().filter(link__in=links_for_some).values_list("pk", flat=True))


def _wait_on(session: RoomSession, limited: list[int]) -> int:
    """Take a use for each who was let in by a link for so many; how many found none left."""
    let_in = session.admissions.filter(pk__in=limited, state=Admission.State.ADMITTED)
    found_none = [
        each.pk
        for each in let_in.select_related("link")
        if each.link and not links.use_if_left(each.link, session, each.identity)
    ]
    undecided = {"state": Admission.State.WAITING, "decided_at": None, "decided_by": None}
    return session.admissions.filter(pk__in=found_none).update(**undecided)


@saving
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
        is_new = bool(others.filter(pk=admission.pk).update(**decision))
    if is_new:
        audit.record(audit.Action.REMOVED, session, user=by, values={"admission": admission.pk})


@saving
def give_role(session: RoomSession, identity: str, role: Role) -> bool:
    """Make somebody who was let in co-host or host; False when nobody of theirs is there.

    For participants it takes back what a host has given. Whoever hosts passes a lock.
    """
    given = "" if role is Role.PARTICIPANT else role.value
    now = Value(timezone.now(), output_field=DateTimeField())
    theirs = session.admissions.filter(identity=identity, state=Admission.State.ADMITTED)
    done = bool(theirs.update(given_role=given, decided_at=Coalesce("decided_at", now)))
    if done:
        values = {"admission": theirs.values_list("pk", flat=True).first(), "role": role.value}
        audit.record(audit.Action.ROLE_GIVEN, session, values=values)
    return done


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
