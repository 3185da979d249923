"""The audit log: `record` says what was done, in the transaction that does it.

Who does it is known from where we are: in somebody's request, in a task of the worker, or in a
command. Entries name nobody and hold no secret.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import structlog
from django.conf import settings
from django.db import models, transaction
from django.forms import BaseForm
from django.http import HttpRequest
from django.urls import reverse

from accounts.models.audit import AuditDoor, AuditEntry

Action = AuditEntry.Action
By = AuditEntry.By

CHANGED = "…"  # all that is told of a secret
# Parts of the names of fields that hold one
SECRET = ("password", "passcode", "secret", "token", "key", "code")
HARMLESS = {"set", "anew", "", None}  # words that stand for a passcode already
LONGEST = 500  # characters of one value


@dataclass(frozen=True, slots=True)
class Doer:
    """Who acts, as far as it is known: a request tells its person when it is asked."""

    by: str = ""
    user: int | None = None
    through: str = ""
    request: HttpRequest | None = None


_doer: ContextVar[Doer] = ContextVar("doer", default=Doer())  # noqa: B039  (frozen)


# Who


@contextmanager
def acting(**who: Any) -> Iterator[None]:
    """What is done in here is done by these."""
    token = _doer.set(Doer(**who))
    try:
        yield
    finally:
        _doer.reset(token)


def came_through(what: str) -> None:
    """Note by what somebody without an account came: for the rest of this request."""
    _doer.set(replace(_doer.get(), through=what))


def is_provider(alias: str) -> None:
    """It is a provider who speaks: for the rest of this request."""
    _doer.set(replace(_doer.get(), by=By.PROVIDER, through=alias))


def _who(user: Any) -> dict[str, Any]:
    doer, ids = _doer.get(), structlog.contextvars.get_contextvars()
    number = user.pk if user else doer.user or _signed_in(doer)
    found = {
        "user_id": number,
        "through": doer.through,
        "request": str(ids.get("request") or ids.get("task_id") or "")[:64],
        "address": _address(doer),
    }
    found["by"] = doer.by or _kind(doer, ids, number)
    if not found["through"]:
        found["through"] = str(ids.get("task") or ("" if doer.request else _command()))[:100]
    return found


def _kind(doer: Doer, ids: Mapping[str, Any], user: int | None) -> str:
    if doer.request:
        if doer.request.path_info.startswith(reverse("admin:index")):
            return By.OPERATOR
        return By.PERSON if user else By.GUEST
    if "task" in ids:
        return By.WORKER
    return By.PERSON if user else By.PROGRAM


def _signed_in(doer: Doer) -> int | None:
    user = getattr(doer.request, "user", None)
    return user.pk if user is not None and user.is_authenticated else None


def _address(doer: Doer) -> str:
    from accounts.throttle import address_of  # noqa: PLC0415  (it needs all models)

    if not (doer.request and settings.AUDIT_ADDRESSES) or doer.by == By.PROVIDER:
        return ""
    return address_of(doer.request)[:45]


def _command() -> str:
    """The command that runs, by the name under which people know it."""
    words = [PurePath(sys.argv[0]).name, *sys.argv[1:2]]
    return words[1] if len(words) == 2 and words[0] == "manage.py" else words[0]


# What


def record(
    action: Action,
    about: models.Model | None = None,
    *,
    user: Any = None,
    values: Mapping[str, Any] | None = None,
) -> None:
    """Write down what was done to this row, and by whom if `user` is not who is signed in."""
    entry(action, about, user=user, values=values).save()


def record_each(
    action: Action,
    rows: Iterable[models.Model],
    *,
    user: Any = None,
    values: Mapping[str, Any] | None = None,
) -> None:
    """The same of several rows, by one statement."""
    keep(entry(action, row, user=user, values=values) for row in rows)


def entry(
    action: Action,
    about: models.Model | None,
    *,
    user: Any = None,
    values: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """An entry that is still to be kept."""
    return AuditEntry(
        **_who(user),
        action=action,
        about=about._meta.label_lower if about else "",
        about_id=str(about.pk)[:40] if about else "",
        values=told(values or {}),
    )


def keep(entries: Iterable[AuditEntry]) -> None:
    AuditEntry.objects.bulk_create(entries, batch_size=500)


def told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Before and after as an entry may hold them: no secret, and nothing endless."""
    return {name: _told(name, value) for name, value in values.items()}


def _told(name: str, value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_told(name, each) for each in value]
    if any(part in name for part in SECRET) and value not in HARMLESS:
        return CHANGED
    if isinstance(value, models.Model):
        return value.pk
    return value[:LONGEST] if isinstance(value, str) else value


def typed_into(form: BaseForm) -> dict[str, list[Any]]:
    """Field → before and after, of those that somebody has changed in a form."""
    changed = [name for name in form.changed_data if name in form.cleaned_data]
    before = {name: form.get_initial_for_field(form.fields[name], name) for name in changed}
    return {name: [_listed(before[name]), _listed(form.cleaned_data[name])] for name in changed}


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, models.QuerySet) else value


def difference(row: models.Model, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Field → before and after, of those that would change; before they are saved."""
    pairs = {name: [getattr(row, name), value] for name, value in values.items()}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


# Taking old ones away


@contextmanager
def door_open() -> Iterator[None]:
    """In here, old entries may be taken away or emptied: for retention, erasing and restoring."""
    with transaction.atomic():
        row = AuditDoor.objects.create()
        yield
        row.delete()
