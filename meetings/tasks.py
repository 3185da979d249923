"""What the worker does without being asked.

All of it may run twice, or in two workers at once: each step is a conditional change.
"""

from django.contrib.sessions.backends.db import SessionStore
from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from meetings.builtin_room import sweeper
from meetings.services import reservations


@db_periodic_task(crontab())  # type: ignore[untyped-decorator]
def tidy_rooms() -> None:
    """Every minute: also when no server process with a room is left to do it."""
    sweeper.sweep()


@db_periodic_task(crontab())  # type: ignore[untyped-decorator]
def mirror_reservations() -> None:
    """Every minute: what could not be reserved at once, and what is over."""
    reservations.sweep()


@db_periodic_task(crontab(minute="17"))  # type: ignore[untyped-decorator]
def forget_expired_sessions() -> None:
    """Every hour, as a machine that is off at night would never keep a daily date."""
    SessionStore.clear_expired()
