"""Deliveries that were kept: applied at once, or by the worker when that did not come about."""

import logging
from datetime import timedelta

from django.utils import timezone

from meetings.models import RoomSession, WebhookDelivery
from meetings.providers.base import EventKind, Peer, ProviderEvent, Role

from . import hints
from .events import Effect, apply_event, runs_of
from .hints import PATIENCE, Outcome
from .hosting import announce
from .transactions import saving

log = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=30)
MOST_TRIES = 6  # of one that fails for a reason that is ours
AT_ONCE = 500  # deliveries of one round
LOOKS_AT_ONCE = 20  # each of them asks a provider


def apply(delivery: WebhookDelivery) -> None:
    """Bring our rows up to what was told, unless somebody else is at it or it was done before."""
    if not delivery.take():
        return
    try:
        effect = _apply(delivery, delivery.lease)
    except Exception:
        log.exception("Delivery %s was not applied.", delivery.pk)
        _fail(delivery)
        return
    if effect is Effect.APPLIED:
        _announce(delivery)
    elif effect is Effect.DOUBTFUL:
        _ask(delivery)


@saving
def _apply(delivery: WebhookDelivery, lease: str) -> Effect:
    """What the event does and that it was done are saved together."""
    delivery.lease = lease  # also when this goes again, after it was settled and that was undone
    effect = apply_event(
        delivery.alias,
        event_of(delivery),
        addressed=delivery.session_id,
        told_at=delivery.received_at,
    )
    if effect is Effect.STRANGER and delivery.received_at > timezone.now() - PATIENCE:
        delivery.postpone("")
    else:
        delivery.settle(outcome=_OUTCOMES[effect])
    return effect


_OUTCOMES = {
    Effect.APPLIED: Outcome.APPLIED,
    Effect.IGNORED: Outcome.IGNORED,
    Effect.STRANGER: Outcome.STRANGER,
    Effect.DOUBTFUL: Outcome.IGNORED,  # what the provider answers counts
}


def event_of(delivery: WebhookDelivery) -> ProviderEvent:
    """The event as it was told, as far as it was kept."""
    person = delivery.attendee
    return ProviderEvent(
        kind=EventKind(delivery.kind),
        room_id=delivery.room_id,
        event_id=delivery.event_id,
        session_id=delivery.run_id,
        recording_id=delivery.recording_id,
        occurred_at=delivery.occurred_at,
        attendee=Peer(**{**person, "role": Role(person["role"])}) if person else None,
    )


def _fail(delivery: WebhookDelivery) -> None:
    reason = "It could not be applied; the log says why."
    if delivery.attempts + 1 < MOST_TRIES:
        delivery.postpone(reason)
    else:
        delivery.give_up(reason, outcome=Outcome.FAILED)


def _announce(delivery: WebhookDelivery) -> None:
    for session in _sessions(delivery):
        announce(session)


def _ask(delivery: WebhookDelivery) -> None:
    for session in _sessions(delivery):
        hints.look_at.enqueue(session.pk)


def _sessions(delivery: WebhookDelivery) -> list[RoomSession]:
    return runs_of(delivery.alias, delivery.room_id, addressed=delivery.session_id)[:1]


# The worker's


def apply_due() -> None:
    """What was kept and not applied: its process died, or its room was not known yet."""
    due = WebhookDelivery.objects.due()
    for delivery in due.exclude(kind=EventKind.HINT)[:AT_ONCE]:
        apply(delivery)
    notes = due.filter(kind=EventKind.HINT).values_list("alias", "room_id")
    for alias, room_id in list(dict.fromkeys(notes))[:LOOKS_AT_ONCE]:
        hints.look.call(alias, room_id)


def apply_again(delivery: WebhookDelivery) -> None:
    """Do it once more: nothing is done twice by that."""
    delivery.owe(outcome=Outcome.RECEIVED)
    if delivery.kind == EventKind.HINT:
        hints.look.call(delivery.alias, delivery.room_id)
    else:
        apply(delivery)
    delivery.refresh_from_db()


def forget_old() -> None:
    """Deliveries are kept for a month."""
    WebhookDelivery.objects.filter(received_at__lt=timezone.now() - KEPT_FOR).delete()
