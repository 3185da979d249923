"""A reservation made, read back, moved, read back, and given back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from meetings.providers.base import BookedRoom, RoomSpec

from .stage import Thing
from .trial import Failed, Partly, Trial

DRIFT = timedelta(minutes=1)  # a start kept otherwise than this is another start


def keep(trial: Trial) -> str:
    """Reserve a room for tomorrow, move it, cancel it; each time what they keep is read back."""
    thing = trial.stage.book(tomorrow(trial))
    check(trial, thing, thing.spec)
    later = replace(thing.spec, starts_at=start_of(thing.spec) + timedelta(hours=1), minutes=45)
    thing.ref = trial.provider.rebook(thing.ref, later)
    check(trial, thing, later)
    trial.provider.cancel(thing.ref)
    if kept(trial, thing):
        raise Failed("is still there after it was cancelled")
    trial.provider.cancel(thing.ref)
    thing.over = True
    if otherwise := ", ".join(thing.ref.differences):
        raise Partly(f"kept, moved and cancelled; otherwise than asked: {otherwise}")
    return "kept, moved and cancelled, each read back"


def tomorrow(trial: Trial) -> RoomSpec:
    starts_at = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(days=1)
    capacity = 2 if trial.claims("capacity") else None
    return replace(trial.spec(), starts_at=starts_at, minutes=30, capacity=capacity)


def start_of(spec: RoomSpec) -> datetime:
    assert spec.starts_at is not None, "reservations have a start"  # noqa: S101
    return spec.starts_at


def check(trial: Trial, thing: Thing, wanted: RoomSpec) -> None:
    """`Failed` unless they hold it from when and for how long it was asked."""
    found = kept(trial, thing)
    if found is None:
        raise Failed("is not among the account's reservations after it was made")
    starts_at = found.starts_at
    if starts_at is None or abs(starts_at - start_of(wanted)) > DRIFT:
        raise Failed(f"is kept at {starts_at} instead of {wanted.starts_at}")
    if found.minutes != wanted.minutes:
        raise Failed(f"is kept for {found.minutes} minutes instead of {wanted.minutes}")


def kept(trial: Trial, thing: Thing) -> BookedRoom | None:
    """Our reservation as they hold it, among everybody's."""
    ours = thing.ref.booking_id
    found = (each for each in trial.provider.bookings() if each.ref.booking_id == ours)
    return next(found, None)
