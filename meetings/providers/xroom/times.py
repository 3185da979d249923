"""Instants in "JS format": the manual does not say which, so we send one and read all."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from math import isfinite
from typing import Any

log = logging.getLogger(__name__)

TimeFormat = str  # "ms" or "iso"
FIRST_MILLISECOND = 1e11  # numbers below are seconds: 1e11 ms is 1973, 1e11 s is the year 5138


def as_milliseconds(moment: datetime) -> int:
    return round(_aware(moment).timestamp() * 1000)


def as_iso(moment: datetime) -> str:
    text = _aware(moment).astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


FORMATS: dict[TimeFormat, Callable[[datetime], int | str]] = {"ms": as_milliseconds, "iso": as_iso}
OTHER: dict[TimeFormat, TimeFormat] = {"ms": "iso", "iso": "ms"}


def read(value: Any) -> datetime | None:
    """Whatever they mean by a time; None when it is none."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return _from_number(float(value))
    except (TypeError, ValueError):
        return _from_text(str(value))


def _from_number(number: float) -> datetime | None:
    if not isfinite(number):
        return None
    seconds = number / 1000 if abs(number) >= FIRST_MILLISECOND else number
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _from_text(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        log.warning("xroom told a time without a zone: taken as UTC.")
        return moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A time without a zone is no instant.")
    return moment
