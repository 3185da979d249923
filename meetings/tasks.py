"""What the worker does without being asked.

All of it may run twice, or in two workers at once: each step is a conditional change.
"""

from django.contrib.sessions.backends.db import SessionStore
from huey import crontab
from huey.contrib.djhuey import db_periodic_task, on_startup

from meetings.builtin_room import sweeper
from meetings.services import (
    closing,
    deliveries,
    horizon,
    posting,
    reconcile,
    registering,
    reminding,
    replies,
    reservations,
    zone_changes,
)


@db_periodic_task(crontab())  # type: ignore[untyped-decorator]
def tidy_rooms() -> None:
    """Every minute: also when no server process with a room is left to do it."""
    sweeper.sweep()


@db_periodic_task(crontab())  # type: ignore[untyped-decorator]
def mirror_reservations() -> None:
    """Every minute: what could not be reserved at once, and what is over."""
    reservations.sweep()


@db_periodic_task(crontab())  # type: ignore[untyped-decorator]
def remind() -> None:
    """Every minute: people of meetings that begin in as long as their organizers chose."""
    reminding.remind_due()


@db_periodic_task(crontab())  # type: ignore[untyped-decorator]
def send_mails() -> None:
    """Every minute: what could not be sent at once."""
    posting.post_due()


@db_periodic_task(crontab())  # type: ignore[untyped-decorator]
def read_mails() -> None:
    """Every minute: what came back by mail, if there is a mailbox."""
    replies.read_due()


@db_periodic_task(crontab())  # type: ignore[untyped-decorator]
def hear_providers() -> None:
    """Every minute: what was told and not applied, and the accounts that do not tell us yet."""
    deliveries.apply_due()
    registering.register_due()


@db_periodic_task(crontab())  # type: ignore[untyped-decorator]
def close_what_is_over() -> None:
    """Every minute: sessions elsewhere whose time is over and in which nobody is."""
    closing.end_unused()
    closing.close_forgotten_stays()


@db_periodic_task(crontab(minute="27"))  # type: ignore[untyped-decorator]
def forget_deliveries() -> None:
    """Every hour: old deliveries; and whether our address is still known where it should be."""
    deliveries.forget_old()
    registering.look_again()


@db_periodic_task(crontab(minute="*/5"))  # type: ignore[untyped-decorator]
def compare_with_providers() -> None:
    """Every five minutes: where something of ours is; twice the same difference is repaired."""
    reconcile.run()


@db_periodic_task(crontab(minute="37"))  # type: ignore[untyped-decorator]
def forget_differences() -> None:
    """Every hour: those that were settled long ago."""
    reconcile.forget_old()


@db_periodic_task(crontab(minute="7"))  # type: ignore[untyped-decorator]
def continue_series() -> None:
    """Every hour: what has come within reach of series without an end."""
    horizon.fill()


@db_periodic_task(crontab(minute="47"))  # type: ignore[untyped-decorator]
def keep_walls() -> None:
    """Every hour, and when the worker starts: new rules of time zones move no clock on a wall."""
    zone_changes.keep_walls()


@on_startup()  # type: ignore[untyped-decorator]
def begin() -> None:
    """An update of the zones most often comes with a restart."""
    keep_walls()


@db_periodic_task(crontab(minute="17"))  # type: ignore[untyped-decorator]
def forget_expired_sessions() -> None:
    """Every hour, as a machine that is off at night would never keep a daily date."""
    SessionStore.clear_expired()
