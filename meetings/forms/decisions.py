"""What somebody decides about dates of a series that are taken."""

from collections.abc import Iterable, Mapping
from datetime import date

from meetings.services.series.booking import Collision, Decision, Planned, SeriesWish
from meetings.services.series.wish import planned_on

DECIDE = "decide-"  # and the date
DECIDED = "decided"  # comes from the page that asks
FOR_ALL = "for_all"


def value_of(choice: Decision, collision: Collision) -> str:
    """The choice with what it is about, so that it is not taken for anything else."""
    others = ".".join(str(each.pk) for each in collision.bookings)
    return f"{choice}:{_time_of(collision.planned)}:{others}"


def decisions_in(
    data: Mapping[str, str], wish: SeriesWish, collisions: Iterable[Collision]
) -> dict[date, Decision]:
    """What was decided and still holds: about the same time, and beside no other meetings."""
    now = {each.date: each for each in collisions}
    if data.get(FOR_ALL) in set(Decision):
        return dict.fromkeys(now, Decision(data[FOR_ALL]))
    decided = {}
    for name in data:
        day = _date_in(name)
        choice, __, seen = data[name].partition(":")
        if day is None or choice not in set(Decision):
            continue
        time, __, others = seen.partition(":")
        same_time = time == (_time_of(now[day].planned) if day in now else _time_on(day, wish))
        if same_time and (choice == Decision.SKIP or _covers(others, now.get(day))):
            decided[day] = Decision(choice)
    return decided


def _covers(others: str, collision: Collision | None) -> bool:
    """Whether nothing collides that was not seen."""
    seen = set(others.split("."))
    return collision is None or {str(each.pk) for each in collision.bookings} <= seen


def _date_in(name: str) -> date | None:
    try:
        return date.fromisoformat(name.removeprefix(DECIDE)) if name.startswith(DECIDE) else None
    except ValueError:
        return None


def _time_on(day: date, wish: SeriesWish) -> str | None:
    try:
        return _time_of(planned_on(day, wish))
    except OverflowError:  # beyond all calendars
        return None


def _time_of(planned: Planned) -> str:
    minutes = (planned.ends_at - planned.starts_at).total_seconds() // 60
    return f"{planned.starts_at:%Y%m%dT%H%M}+{minutes:.0f}"
