"""Erasing a person, field by field as `personal.FIELDS` says; what took place stays true.

All of it can be done again: what a killed process left, the next one finishes.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import User
from meetings.models import (
    Booking,
    Feed,
    JoinLink,
    OutgoingMail,
    Recording,
    Room,
    RoomSession,
    Series,
)
from meetings.services import hosting, scheduling
from meetings.services.recordings import deletions, recordings
from meetings.services.series import cancelling
from meetings.services.series.wish import NothingAhead
from meetings.services.transactions import saving

from . import traces
from .traces import Step

log = logging.getLogger(__name__)

CANCELLED = "meetings cancelled"
LONGEST_FAREWELL = timedelta(days=1)  # for mails that tell others what does not take place


class LastAdministrator(Exception):
    """Nobody would be left to run the site."""


@dataclass(slots=True)
class Report:
    """What was changed, or would be: rows by field or by what was done."""

    address: str
    counts: dict[str, int] = field(default_factory=dict)
    waits: bool = False  # for mails to others; the worker finishes it
    stays: list[str] = field(default_factory=list)  # at providers, out of our reach

    @property
    def ahead(self) -> int:
        """Meetings that will not take place."""
        return self.counts.get(CANCELLED, 0)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def add(self, what: str, count: int) -> None:
        if count:
            self.counts[what] = self.counts.get(what, 0) + count


def person_at(address: str) -> User | None:
    return User.objects.filter(email__address=address).first()


def refuse_last_administrator(user: User) -> None:
    administrators = User.objects.filter(is_superuser=True, is_active=True)
    if set(administrators.values_list("pk", flat=True)) == {user.pk}:
        raise LastAdministrator


def foresee(address: str) -> Report:
    """What erasing would change; nothing is."""
    report, user = Report(address), person_at(address)
    if user:
        refuse_last_administrator(user)
        report.add(CANCELLED, _ahead(user).count())
        report.add("recordings deleted at the provider", _recordings(user).kept().count())
        report.stays = _out_of_reach(user)
    for step in _steps(address, user):
        report.add(step.what, step.rows.count())
    return report


def erase(address: str) -> Report:
    """Erase whoever has this address: as a guest at once, an account when others are told."""
    report, user = Report(address), person_at(address)
    if user:
        _close(user, report)
    _take(traces.of_guest(address), report)
    if user:
        _finish(user, report)
    _note(report, user)
    log.info("Erased somebody: %s rows.", report.total)
    return report


def erase_guest(address: str) -> Report:
    """Erase what is held about an address as a guest's; an account of the same stays."""
    report = Report(address)
    _take(traces.of_guest(address), report)
    _note(report)
    return report


def _note(report: Report, user: User | None = None) -> None:
    """In the audit log, which names nobody; what changed nothing more is not worth a line."""
    if report.total:
        audit.record(audit.Action.ERASED, user, values={"rows": report.total})


def finish_due() -> None:
    """The worker's: accounts that were to be erased when everybody was told."""
    for user in User.objects.filter(leaves_since__isnull=False):
        erase(user.email)


def _steps(address: str, user: User | None) -> list[Step]:
    return [*traces.of_guest(address), *(traces.of_user(user) if user else [])]


@saving
def _take(steps: Iterable[Step], report: Report) -> None:
    with audit.door_open():  # words of theirs stand in the log, too
        for step in steps:
            report.add(step.what, step.take())


# An account


@saving
def _lock_out(user: User) -> None:
    """Administrators one after the other: of two who leave at once, one stays."""
    list(User.objects.select_for_update().filter(is_superuser=True).order_by("pk"))
    refuse_last_administrator(user)
    User.objects.filter(pk=user.pk, leaves_since=None).update(leaves_since=timezone.now())
    User.objects.filter(pk=user.pk).update(is_active=False)


def _close(user: User, report: Report) -> None:
    """Nobody signs in any more, nothing of theirs takes place, and everybody is told."""
    _lock_out(user)
    user.refresh_from_db()
    for session in RoomSession.objects.visible_to(user).running():
        hosting.end_for_all(session)
    report.add(CANCELLED, _cancel_all(user))
    mine = Q(owner=user) | Q(room__owner=user) | Q(booking__organizer=user)
    links = JoinLink.objects.filter(mine | Q(series__organizer=user), revoked_at=None)
    report.add("links withdrawn", links.update(revoked_at=timezone.now()))
    Room.objects.filter(owner=user, archived_at=None).update(archived_at=timezone.now())
    Feed.objects.filter(owner=user).delete()
    report.stays = _out_of_reach(user)
    deleted = deletions.delete(_reachable(user), by=None)
    report.add("recordings deleted at the provider", deleted)


def _cancel_all(user: User) -> int:
    count = _ahead(user).count()
    for series in Series.objects.going_on().filter(organizer=user):
        series.refresh_from_db()
        try:
            cancelling.cancel_all(series, by=user, version=series.version)
        except NothingAhead:
            continue
    for booking in _ahead(user):
        scheduling.cancel(booking, by=user)
    return count


def _ahead(user: User) -> QuerySet[Booking]:
    mine = Booking.objects.filter(Q(organizer=user) | Q(room__owner=user), deleted_at=None)
    return mine.confirmed().filter(starts_at__gt=timezone.now())


def _finish(user: User, report: Report) -> None:
    """Their name goes when the mails have gone that need it, or after a day."""
    user.refresh_from_db()
    about = Q(notice__booking__organizer=user) | Q(notice__series__organizer=user)
    untold = OutgoingMail.objects.outstanding().filter(about, guest__isnull=False)
    begun = user.leaves_since or timezone.now()
    if untold.exists() and begun > timezone.now() - LONGEST_FAREWELL:
        report.waits = True
        return
    _take(traces.of_user(user), report)


def _recordings(user: User) -> Any:
    return Recording.objects.filter(session__in=RoomSession.objects.visible_to(user))


def _reachable(user: User) -> Any:
    away = _aliases_without_deletion(user)
    return _recordings(user).exclude(session__alias__in=away)


def _aliases_without_deletion(user: User) -> list[str]:
    aliases = RoomSession.objects.visible_to(user).order_by().values_list("alias", flat=True)
    return [alias for alias in aliases.distinct() if not recordings.are_kept_at([alias])]


def _out_of_reach(user: User) -> list[str]:
    """Providers that ran meetings of theirs and delete nothing when we ask."""
    return [alias for alias in _aliases_without_deletion(user) if alias != "builtin"]
