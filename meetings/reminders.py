"""When reminders of a meeting are due. Pure functions over plain values."""

from collections.abc import Iterable
from datetime import datetime, timedelta


def next_due(
    starts_at: datetime, reminders: Iterable[int], *, now: datetime, owed: datetime | None = None
) -> datetime | None:
    """When the next reminder is due; None when none is left.

    What was passed when the meeting came about, or moved, is left out: people have just been told
    of it. `owed` is what was due next until now: as long as it fits, it is still to be sent.
    """
    due = [starts_at - timedelta(minutes=each) for each in reminders]
    if owed in due and owed <= now:
        return owed
    return min((each for each in due if each > now), default=None)


def due_by(starts_at: datetime, reminders: Iterable[int], *, now: datetime) -> int | None:
    """Which one to send, in minutes before the start; None when it has begun.

    Of several that were missed it is the latest: two mails at once would say the same.
    """
    due = [each for each in reminders if starts_at - timedelta(minutes=each) <= now]
    return min(due, default=None) if now < starts_at else None
