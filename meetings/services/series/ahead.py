"""What of a series lies ahead of a date, and taking it away. What has begun stays as it was."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.models import (
    Answer,
    Booking,
    BookingChange,
    Notice,
    Pattern,
    Reservation,
    RoomSession,
    Series,
)
from meetings.models.booking import BookingQuerySet
from meetings.models.session import RoomSessionQuerySet
from meetings.recurrence import Rule, before
from meetings.rrule import rrule_text
from meetings.services.reservations import want
from meetings.services.scheduling import AlreadyCancelled, StaleEdit, lock

from .booking import later_than, rule_from
from .wish import NothingAhead

HAS_HISTORY = (Answer, BookingChange, Notice, Reservation, RoomSession)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """The meetings of a series from one of them on, by what may become of them."""

    series: Series
    pattern: Pattern  # of the first that has not begun
    later: tuple[Pattern, ...]  # those that begin after it
    split: date  # the date of that first one
    begun: tuple[Booking, ...]  # begun or running, though their dates are later
    hidden: tuple[Booking, ...]  # taken away before, and kept for their history
    exceptions: tuple[Booking, ...]  # changed or cancelled by themselves
    plain: tuple[Booking, ...]

    @property
    def shown(self) -> list[Booking]:
        return sorted((*self.exceptions, *self.plain), key=lambda each: each.starts_at)

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        return (self.pattern, *self.later)

    @property
    def rule(self) -> Rule:
        """As the series goes on from there: a count counts what is left."""
        return rule_from(self.pattern, self.split, self.later)

    @property
    def begins_pattern(self) -> bool:
        """Whether the pattern has no meeting before: then it can be changed as it is."""
        return not self.pattern.bookings.filter(recurrence_date__lt=self.split).exists()


def ahead_of(series: Series, booking: Booking | None = None) -> Ahead:
    """From this meeting on, or from the next; `NothingAhead` when all of it has begun."""
    first = first_ahead(series, booking)
    _series, pattern, split = first.in_series
    later = later_than(pattern)
    of_it = Q(pattern=pattern, recurrence_date__gte=split) | Q(pattern__in=later)
    rows = series.bookings.filter(of_it).select_related("room", "organizer", "pattern")
    running = set(_running().filter(booking__series=series).values_list("booking", flat=True))
    kinds: dict[str, list[Booking]] = {"begun": [], "hidden": [], "exceptions": [], "plain": []}
    for each in rows:
        each.series = series
        kinds[_kind(each, runs=each.pk in running)].append(each)
    return Ahead(
        series=series,
        pattern=pattern,
        later=later,
        split=split,
        **{kind: tuple(found) for kind, found in kinds.items()},
    )


def first_ahead(series: Series, booking: Booking | None = None) -> Booking:
    """The first from this meeting on that has not begun; `NothingAhead` when all of it has."""
    found = _not_begun(series)
    if booking is not None:
        _series, pattern, since = booking.in_series
        from_it = Q(pattern=pattern, recurrence_date__gte=since)
        found = found.filter(from_it | Q(pattern__in=later_than(pattern)))
    first = found.first()
    if first is None:
        raise NothingAhead(_("All meetings of this series have begun."))
    return first


def next_ahead(series: Series) -> Booking | None:
    """The next meeting that has not begun, by its date in the series."""
    return _not_begun(series).first()


def locked(series: Series, version: int) -> Series:
    """The series as it stands, for whoever may change it now; `StaleEdit` if it was changed."""
    lock(series.organizer, None)
    series = Series.objects.select_for_update(of=("self",)).get(pk=series.pk)
    if series.is_cancelled:
        raise AlreadyCancelled(_("This series was cancelled in the meantime."))
    if series.version != version:
        raise StaleEdit(
            _("This series was changed elsewhere since you opened it. Please look again.")
        )
    return series


def end_before(pattern: Pattern, split: date) -> None:
    """Have a pattern be over before this date, keeping what was; or nothing of it, if none was."""
    rule = before(pattern.repeats, pattern.first_date, split)
    if rule is None or not pattern.bookings.filter(recurrence_date__lt=split).exists():
        pattern.cancelled_at = timezone.now()
    else:
        pattern.rule = rrule_text(rule)
        pattern.left_out = [day for day in pattern.left_out if day < split.isoformat()]
    pattern.filled_until = None
    pattern.sequence = next_sequence(pattern)
    pattern.save()


def next_sequence(pattern: Pattern) -> int:
    """Above that of every date of it, so that calendar programs take it as the newest word."""
    latest = pattern.bookings.order_by("-sequence").values_list("sequence", flat=True).first()
    return max(pattern.sequence, latest or 0) + 1


def take_away(bookings: Iterable[Booking]) -> None:
    """Have these meetings be gone: deleted, or hidden where something is known of them."""
    keys = [each.pk for each in bookings]
    gone = Booking.objects.filter(pk__in=keys)
    for model in HAS_HISTORY:
        gone = gone.exclude(Exists(model._default_manager.filter(booking=OuterRef("pk"))))
    gone.delete()
    now = timezone.now()
    rest = Booking.objects.filter(pk__in=keys)
    rest.update(
        state=Booking.State.CANCELLED,
        cancelled_at=Coalesce("cancelled_at", now),
        deleted_at=now,
        remind_at=None,
        version=F("version") + 1,
        updated_at=now,
    )
    for booking in rest.select_related("room"):
        want(booking)


def _not_begun(series: Series) -> BookingQuerySet:
    shown = series.bookings.exclude(state=Booking.State.CANCELLED, deleted_at__isnull=False)
    running = Exists(_running().filter(booking=OuterRef("pk")))
    ahead = shown.filter(~running, starts_at__gt=timezone.now())
    in_order = ahead.order_by("pattern__first_date", "pattern", "recurrence_date")
    return in_order.select_related("pattern__room", "series")


def _running() -> RoomSessionQuerySet:
    return RoomSession.objects.running()


def _kind(booking: Booking, *, runs: bool) -> str:
    if booking.is_cancelled and booking.deleted_at:
        return "hidden"
    if runs or not booking.is_ahead:
        return "begun"
    return "exceptions" if booking.is_exception or booking.is_cancelled else "plain"
