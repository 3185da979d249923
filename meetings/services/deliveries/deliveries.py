"""Deliveries that were kept: applied at once, or by the worker when that did not come about."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone

from meetings.models import RoomSession, WebhookDelivery
from meetings.providers.base import EventKind, Peer, ProviderEvent, Role
from meetings.services import hints
from meetings.services.hosting import announce
from meetings.services.transactions import in_turn, saving

from .events import Effect, apply_event, runs_of
from .waiting import Outcome, fail, one_by_one, wait

log = logging.getLogger(__name__)

AT_ONCE = 500  # deliveries of one round
LOOKS_AT_ONCE = 20  # each of them asks a provider


def apply(delivery: WebhookDelivery) -> None:
    """Bring our rows up to what was told, unless somebody else is at it or it was done before."""
    if not delivery.is_outstanding:
        return
    try:
        with in_turn():
            effect = _take_and_apply(delivery)
    except OperationalError as error:  # it is kept, so the worker applies it
        log.warning("Delivery %s is not applied yet: %s", delivery.pk, error)
        return
    if effect is Effect.APPLIED:
        _announce(delivery)
    elif effect is Effect.DOUBTFUL:
        _ask(delivery)


@saving
def _take_and_apply(delivery: WebhookDelivery) -> Effect | None:
    """What the event does and that it was done are saved together; None when neither was."""
    if not delivery.take():
        return None
    try:
        with transaction.atomic():
            return _apply(delivery)
    except OperationalError:  # a busy database: everything goes again
        raise
    except Exception as error:  # noqa: BLE001  (whatever it is, others must go on)
        fail(delivery, error)
        return None


def _apply(delivery: WebhookDelivery) -> Effect:
    effect = apply_event(
        delivery.alias,
        event_of(delivery),
        addressed=delivery.session_id,
        told_at=delivery.received_at,
    )
    if effect is Effect.STRANGER:
        wait(delivery, at_last=Outcome.STRANGER)
    else:
        delivery.settle(outcome=_OUTCOMES[effect])
    return effect


_OUTCOMES = {
    Effect.APPLIED: Outcome.APPLIED,
    Effect.IGNORED: Outcome.IGNORED,
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


def _announce(delivery: WebhookDelivery) -> None:
    for session in _sessions(delivery):
        announce(session)


def _ask(delivery: WebhookDelivery) -> None:
    for session in _sessions(delivery):
        hints.look_at_soon(session.pk)


def _sessions(delivery: WebhookDelivery) -> list[RoomSession]:
    return runs_of(delivery.alias, delivery.room_id, addressed=delivery.session_id)[:1]


# The worker's


def apply_due() -> None:
    """What was kept and not applied: its process died, or its room was not known yet."""
    due = WebhookDelivery.objects.due().defer("host_key")
    one_by_one(apply, due.exclude(kind=EventKind.HINT)[:AT_ONCE])
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
    """Deliveries are kept for a month, unless the operator says otherwise."""
    if days := settings.RETENTION["deliveries"]:
        before = timezone.now() - timedelta(days=days)
        WebhookDelivery.objects.filter(received_at__lt=before).delete()
