"""What is kept no longer: each kind for as long as the operator says (RETENTION_…_DAYS).

Nothing goes that is ahead, runs, is owed to somebody, or belongs to a series that goes on.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry
from meetings.models import (
    Admission,
    Attendance,
    Booking,
    BookingChange,
    ChatMessage,
    Knock,
    LinkUse,
    Notice,
    Outage,
    OutgoingMail,
    Recording,
    Reservation,
    Room,
    RoomPeer,
    RoomSession,
    Series,
    SeriesChange,
    WebhookDelivery,
)
from meetings.services.recordings import deletions
from meetings.services.transactions import saving

log = logging.getLogger(__name__)

ROWS_AT_ONCE = 200  # the database is busy for a moment only

Rows = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Old:
    """Rows of one kind whose time is over."""

    kind: str
    what: str
    rows: Rows
    at: str  # the moment that counts, by its field
    take: Callable[[list[int]], int] | None = None  # else the rows are deleted

    @property
    def count(self) -> int:
        return self.rows.count()

    @property
    def oldest(self) -> datetime | None:
        found: datetime | None = self.rows.order_by().aggregate(oldest=Min(self.at))["oldest"]
        return found

    def remove(self) -> int:
        """A batch at a time. Stopped and begun again, or done by two at once, it does no harm."""
        gone, last = 0, 0
        while keys := list(self._after(last)):
            gone += self._take(keys)
            last = keys[-1]
        return gone

    def _after(self, last: int) -> Iterable[int]:
        rows = self.rows.filter(pk__gt=last).order_by("pk")
        keys: Iterable[int] = rows.values_list("pk", flat=True)[:ROWS_AT_ONCE]
        return keys

    def _take(self, keys: list[int]) -> int:
        if self.take:
            return self.take(keys)
        model = self.rows.model
        deleted: dict[str, int] = self.rows.filter(pk__in=keys).delete()[1]
        return deleted.get(model._meta.label, 0)


def sweep() -> dict[str, int]:
    """Take away what is kept no longer; how many rows of what."""
    gone = {each.what: each.remove() for each in old()}
    _take_shells()
    if done := {what: count for what, count in gone.items() if count}:
        log.info("Retention: %s", in_words(done))
        audit.record(audit.Action.EXPIRED, values=done)
    return gone


def in_words(gone: dict[str, int]) -> str:
    """What a sweep took away, as the log and the page about background work tell it."""
    told = ", ".join(f"{what} {count}" for what, count in gone.items() if count)
    return f"Removed: {told}." if told else "Nothing was old enough."


def old() -> list[Old]:
    """What would go now, of the kinds that are not kept for ever. Recordings before meetings."""
    now = timezone.now()
    return [
        each
        for kind, find in KINDS.items()
        if (days := settings.RETENTION[kind])
        for each in find(now - timedelta(days=days))
    ]


# Each kind


def _recordings(before: datetime) -> list[Old]:
    kept = Recording.objects.kept().annotate(made_at=Coalesce("started_at", "found_at"))
    rows = kept.filter(made_at__lt=before)
    return [Old("recordings", "recordings", rows, "made_at", _delete_over_there)]


def _delete_over_there(keys: list[int]) -> int:
    """It is owed from now on: the worker asks the provider until it is done."""
    return deletions.delete(Recording.objects.filter(pk__in=keys), by=None)


def _meetings(before: datetime) -> list[Old]:
    of_nothing_more = Q(series=None) | Q(series__in=_over(before))
    bookings = Booking.objects.filter(of_nothing_more, ends_at__lt=before)
    sessions = RoomSession.objects.filter(booking=None, ended_at__lt=before)
    return [
        Old("meetings", "meetings", _free(bookings), "ends_at", _delete_bookings),
        Old("meetings", "sessions of rooms", _settled(sessions), "ended_at"),
    ]


def _over(before: datetime) -> QuerySet[Series]:
    """Series that have nothing at or after this moment, and will have nothing more."""
    later = Booking.objects.filter(series=OuterRef("pk"), ends_at__gte=before)
    endless = ~Q(patterns__rule__contains="UNTIL") & ~Q(patterns__rule__contains="COUNT")
    goes_on = Series.objects.going_on().filter(endless, patterns__cancelled_at=None)
    return Series.objects.filter(~Exists(later), created_at__lt=before).exclude(pk__in=goes_on)


def _free(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Those of which nothing runs and nothing is owed, here or at a provider."""
    theirs = {"booking": OuterRef("pk")}
    runs = RoomSession.objects.filter(**theirs).exclude(pk__in=_settled(RoomSession.objects.all()))
    owed = Reservation.objects.outstanding().filter(**theirs)
    mails = OutgoingMail.objects.outstanding().filter(notice__booking=OuterRef("pk"))
    return bookings.filter(~Exists(runs), ~Exists(owed), ~Exists(mails))


def _settled(sessions: QuerySet[RoomSession]) -> QuerySet[RoomSession]:
    """Sessions that are over, with no recording and no news of them left to see to."""
    over = sessions.filter(state__in=(RoomSession.State.ENDED, RoomSession.State.FAILED))
    there = Recording.objects.exclude(state__in=Recording.GONE).filter(session=OuterRef("pk"))
    news = WebhookDelivery.objects.outstanding().filter(session=OuterRef("pk"))
    return over.filter(~Exists(there), ~Exists(news))


@saving
def _delete_bookings(keys: list[int]) -> int:
    """In the order that protected rows ask for."""
    free = list(_free(Booking.objects.filter(pk__in=keys)).values_list("pk", flat=True))
    RoomSession.objects.filter(booking__in=free).delete()
    Reservation.objects.filter(booking__in=free).delete()
    deleted = Booking.objects.filter(pk__in=free).delete()[1]
    return deleted.get("meetings.Booking", 0)


def _take_shells() -> None:
    """Series and one-off rooms of which nothing is left."""
    if not (days := settings.RETENTION["meetings"]):
        return
    before = timezone.now() - timedelta(days=days)
    mails = OutgoingMail.objects.outstanding().filter(notice__series=OuterRef("pk"))
    Series.objects.filter(~Exists(mails), pk__in=_over(before), bookings=None).delete()
    nothing = {"bookings": None, "sessions": None, "patterns": None}
    Room.objects.filter(is_permanent=False, created_at__lt=before, **nothing).delete()


def _rosters(before: datetime) -> list[Old]:
    over = (RoomSession.State.ENDED, RoomSession.State.FAILED)
    of_old = {"session__state__in": over, "session__ended_at__lt": before}
    people: tuple[tuple[str, Any], ...] = (
        ("attendance", Attendance),
        ("admissions", Admission),
        ("people in the built-in room", RoomPeer),
        ("chat messages", ChatMessage),
        ("uses of links", LinkUse),
    )
    return [
        Old("rosters", what, model.objects.filter(**of_old), "session__ended_at")
        for what, model in people
    ]


def _logs(before: datetime) -> list[Old]:
    over = Q(booking__ends_at__lt=before) | Q(series__in=_over(before)) | Q(room__isnull=False)
    about = Notice.objects.filter(over, created_at__lt=before)
    mails = OutgoingMail.objects.filter(next_try_at=None, created_at__lt=before, notice__in=about)
    alone = Q(booking__series=None, booking__ends_at__lt=before)
    of_over = alone | Q(booking__series__in=_over(before))
    bookings = BookingChange.objects.filter(of_over, at__lt=before)
    series = SeriesChange.objects.filter(at__lt=before, series__in=_over(before))
    rows: tuple[tuple[str, Rows, str], ...] = (
        ("mails", mails, "created_at"),
        ("notices", about.filter(mails=None), "created_at"),
        ("changes of meetings", bookings, "at"),
        ("changes of series", series, "at"),
        ("hosts told that somebody waits", Knock.objects.filter(told_at__lt=before), "told_at"),
        ("outages", Outage.objects.filter(ended_at__lt=before), "ended_at"),
        ("actions in the administration", _acts(before), "action_time"),
    )
    return [Old("logs", *each) for each in rows]


def _acts(before: datetime) -> QuerySet[LogEntry]:
    return LogEntry.objects.filter(action_time__lt=before)


def _audit(before: datetime) -> list[Old]:
    rows = AuditEntry.objects.filter(at__lt=before)
    return [Old("audit", "audit log", rows, "at", _forget_entries)]


def _forget_entries(keys: list[int]) -> int:
    with audit.door_open():
        return AuditEntry.objects.filter(pk__in=keys).delete()[0]


def _deliveries(before: datetime) -> list[Old]:
    rows = WebhookDelivery.objects.filter(next_try_at=None, received_at__lt=before)
    return [Old("deliveries", "what providers told", rows, "received_at")]


KINDS: dict[str, Callable[[datetime], list[Old]]] = {
    "recordings": _recordings,
    "meetings": _meetings,
    "rosters": _rosters,
    "logs": _logs,
    "audit": _audit,
    "deliveries": _deliveries,
}
