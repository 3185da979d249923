"""Deliveries of providers: proven, kept once, answered, and then applied.

What is kept is what a page may need; the body, which may hold names of doors and keys, is not.
"""

import hashlib
import logging
from typing import Any

from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError
from django.utils import timezone

from meetings.models import ProviderHook, RoomSession, WebhookDelivery
from meetings.models.webhook_delivery import delivery_of
from meetings.providers.base import EventKind, ProviderEvent, WebhookRequest, WebhookResult
from meetings.providers.errors import ProviderError
from meetings.services import hints
from meetings.services.transactions import in_turn, saving

from . import deliveries
from .hooks import Hook

log = logging.getLogger(__name__)

LONGEST_ID = 118  # of an event: the column has room for a number behind it
LONGEST_NAME = 200  # of a room, a run, a recording
MOST_HANDSHAKES = 10  # a minute: whoever has an address must not have us sign at leisure

_COMINGS = {EventKind.ATTENDEE_JOINED, EventKind.ATTENDEE_LEFT}


class NotNow(Exception):
    """Whether it is theirs, or what it holds, cannot be said at the moment: come again."""


def receive(hook: Hook, request: WebhookRequest) -> str:
    """Keep and apply what a delivery holds; the text that the provider wants back.

    `WebhookRejected` when it is not theirs, `NotNow` when that cannot be told.
    """
    result = _read(hook, request)
    if result.reply and not _may_sign(hook.alias):
        raise NotNow
    for number, event in enumerate(result.events):
        if event.kind is EventKind.HINT:
            _hear(hook, event)
        else:
            deliveries.apply(keep(hook, event, _fallback_id(request, number)))
    return result.reply


def _read(hook: Hook, request: WebhookRequest) -> WebhookResult:
    try:
        return hook.provider.parse_webhook(request)
    except (ProviderError, ImproperlyConfigured) as error:
        log.warning("A delivery for “%s” cannot be read now: %s", hook.alias, error)
        raise NotNow from error


def _may_sign(alias: str) -> bool:
    key = f"handshakes:{alias}:{timezone.now():%H%M}"
    cache.add(key, 0, timeout=120)
    return cache.incr(key) <= MOST_HANDSHAKES


def _fallback_id(request: WebhookRequest, number: int) -> str:
    return f"{hashlib.sha256(request.body).hexdigest()}-{number}"


# Keeping


def keep(hook: Hook, event: ProviderEvent, fallback_id: str) -> WebhookDelivery:
    """The event as a row, the same for each time that it is told.

    What was kept before is only read: providers tell again and again, and readers wait for nobody.
    """
    event_id = _short(event.event_id or fallback_id, LONGEST_ID)
    if event.occurred_at is None and event.kind in _COMINGS:
        with in_turn():
            return _keep_timeless(hook, event, event_id)
    if kept := delivery_of.first(alias=hook.alias, event_id=event_id):
        return kept
    try:
        with in_turn():
            return _keep_new(hook, event, event_id)
    except IntegrityError:  # told twice at once
        return WebhookDelivery.objects.get(alias=hook.alias, event_id=event_id)


@saving
def _keep_new(hook: Hook, event: ProviderEvent, event_id: str) -> WebhookDelivery:
    values = _values(hook, event)
    return WebhookDelivery.objects.create(alias=hook.alias, event_id=event_id, **values)


@saving
def _keep_timeless(hook: Hook, event: ProviderEvent, event_id: str) -> WebhookDelivery:
    values = _values(hook, event)
    delivery, _ = WebhookDelivery.objects.get_or_create(
        alias=hook.alias,
        event_id=_id_of_timeless(hook.alias, event_id, values),
        defaults=values,
    )
    return delivery


def _id_of_timeless(alias: str, event_id: str, values: dict[str, Any]) -> str:
    """An id for an event without a time, which has the same bytes each time that somebody comes.

    It is news when the last word about this person was the opposite, and else a repetition.
    """
    told = WebhookDelivery.objects.filter(
        alias=alias,
        room_id=values["room_id"],
        run_id=values["run_id"],
        kind__in=_COMINGS,
        attendee__key=values["attendee"].get("key", ""),
    )
    kinds = list(told.order_by("pk").values_list("kind", flat=True))
    before = kinds.count(values["kind"])
    is_repeated = kinds[-1:] == [values["kind"]]
    number = before if is_repeated else before + 1
    return event_id if number == 1 else f"{event_id}+{number}"


def _values(hook: Hook, event: ProviderEvent) -> dict[str, Any]:
    return {
        "kind": event.kind,
        "room_id": _short(event.room_id),
        "run_id": _short(event.session_id),
        "recording_id": _short(event.recording_id),
        "session_id": _session_of(hook),
        "attendee": _person(event),
        "host_key": _plain(event.host_key),
        "occurred_at": event.occurred_at,
    }


def _session_of(hook: Hook) -> int | None:
    if not hook.session_key:
        return None
    found = RoomSession.objects.filter(key=hook.session_key).values_list("pk", flat=True)
    return found.first()


def _person(event: ProviderEvent) -> dict[str, str]:
    if event.attendee is None:
        return {}
    person = event.attendee
    return {"key": _plain(person.key), "name": _plain(person.name)[:80], "role": person.role}


def _short(text: str, longest: int = LONGEST_NAME) -> str:
    """Text that fits: what is too long for its column is known by its digest."""
    plain = _plain(text)
    return plain if len(plain) <= longest else hashlib.sha256(plain.encode()).hexdigest()


def _plain(text: str) -> str:
    """Text that any database keeps: no zero bytes, no halves of characters."""
    return text.replace("\0", "").encode(errors="replace").decode()


# What nobody has signed


def _hear(hook: Hook, event: ProviderEvent) -> None:
    """Note that something may have changed in a room; several notes at once are one."""
    registered = ProviderHook.objects.filter(alias=hook.alias).values_list("webhook_id", flat=True)
    ours = registered.first()
    if ours and event.webhook_id and ours != event.webhook_id:
        log.warning("A hint for “%s” came by another webhook than ours: ignored.", hook.alias)
        return
    values = _values(hook, event)
    _note(hook.alias, f"hint {hashlib.sha256(values['room_id'].encode()).hexdigest()}", values)
    hints.look_soon(hook.alias, values["room_id"])


@saving
def _note(alias: str, event_id: str, values: dict[str, Any]) -> None:
    note, is_new = WebhookDelivery.objects.get_or_create(
        alias=alias, event_id=event_id, defaults=values
    )
    if not is_new:
        keys = {"host_key": values["host_key"]} if values["host_key"] else {}
        note.owe(outcome=WebhookDelivery.Outcome.RECEIVED, received_at=timezone.now(), **keys)
