"""Where a meeting stands in its series, for its own page."""

from dataclasses import dataclass

from meetings.models import Booking
from meetings.rule_words import rule_text

from .series_dates import Mark, marks_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPlace:
    rule: str
    marks: tuple[Mark, ...]
    may_change: bool  # from this meeting on


def place_in_series(booking: Booking) -> SeriesPlace | None:
    """Nothing for a meeting by itself."""
    if booking.series is None or booking.pattern is None:
        return None
    return SeriesPlace(
        rule=rule_text(booking.pattern.repeats),
        marks=marks_of(booking),
        may_change=booking.is_ahead and not booking.series.is_cancelled,
    )
