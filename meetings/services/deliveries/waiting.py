"""Deliveries that cannot be applied yet, or not at all."""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

from django.utils import timezone

from meetings.models import WebhookDelivery

log = logging.getLogger(__name__)
T = TypeVar("T")

Outcome = WebhookDelivery.Outcome

# An event may come before the call that opens its room has returned.
PATIENCE = timedelta(minutes=5)
MOST_TRIES = 6  # of one that fails for a reason that is ours


def wait(delivery: WebhookDelivery, *, at_last: "WebhookDelivery.Outcome") -> None:
    """Once more a little later; after some minutes it is what it seems to be."""
    if delivery.received_at > timezone.now() - PATIENCE:
        delivery.postpone("")
    else:
        delivery.settle(outcome=at_last, host_key="")


def fail(delivery: WebhookDelivery, error: Exception) -> None:
    """Our own fault, told in the log: a few times more."""
    log.error("Delivery %s was not applied.", delivery.pk, exc_info=error)
    reason = "It could not be applied; the log says why."
    if delivery.attempts + 1 < MOST_TRIES:
        delivery.postpone(reason)
    else:
        delivery.give_up(reason, outcome=Outcome.FAILED)


def one_by_one(do: Callable[[T], object], items: Iterable[T]) -> None:
    """Do it for each; one that fails is told in the log and takes no other along."""
    for item in items:
        try:
            do(item)
        except Exception:
            log.exception("%s failed for one: %s", do.__name__, item)
