"""What the worker does without being asked.

All of it may run twice, or in two workers at once: each step is a conditional change.
"""

import threading

from django.contrib.sessions.backends.db import SessionStore
from huey import crontab
from huey.contrib.djhuey import db_periodic_task, on_startup

from meetings import worker_signals  # noqa: F401  (hears what becomes of tasks)
from meetings.builtin_room import sweeper
from meetings.services import (
    ahead,
    background,
    closing,
    pacing,
    reconcile,
    registering,
    replies,
    reservations,
    zone_changes,
)
from meetings.services.deliveries import deliveries
from meetings.services.keeping import erasing, retention
from meetings.services.mail import posting, reminding
from meetings.services.recordings import deletions, recordings
from meetings.services.series import horizon
from meetings.services.waiting import callers, knocking

_began = threading.Lock()  # taken once, for as long as the process lives


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
def tell_who_waits() -> None:
    """Every minute: hosts, by mail, of people whom no host has let in."""
    knocking.tell_due()


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
    closing.give_up_dead_openings()
    closing.end_unused()
    closing.close_forgotten_stays()


@db_periodic_task(crontab())  # type: ignore[untyped-decorator]
def keep_recordings() -> None:
    """Every minute: what providers have recorded, and what of it is to go."""
    recordings.look_due()
    deletions.delete_due()


@db_periodic_task(crontab())  # type: ignore[untyped-decorator]
def open_rooms_ahead() -> None:
    """Every minute: rooms of meetings that begin soon, and those that nobody will use."""
    ahead.begin_round()


@db_periodic_task(crontab(minute="22"))  # type: ignore[untyped-decorator]
def forget_calls() -> None:
    """Every hour: how often providers were called the day before yesterday."""
    pacing.forget_old()


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


@db_periodic_task(crontab(minute="57"))  # type: ignore[untyped-decorator]
def forget_callers() -> None:
    """Every hour: people who stood at closed doors long ago."""
    callers.forget_old()


@db_periodic_task(crontab(minute="7"))  # type: ignore[untyped-decorator]
def continue_series() -> None:
    """Every hour: what has come within reach of series without an end."""
    horizon.fill()


@db_periodic_task(crontab(minute="47"))  # type: ignore[untyped-decorator]
def keep_walls() -> None:
    """Every hour, and when the worker starts: new rules of time zones move no clock on a wall."""
    zone_changes.keep_walls()


@db_periodic_task(crontab(minute="52"))  # type: ignore[untyped-decorator]
def keep_no_longer() -> None:
    """Every hour, as a machine that is off at night would never keep a daily date."""
    background.tell("keep_no_longer", retention.in_words(retention.sweep()))


@db_periodic_task(crontab(minute="*/5"))  # type: ignore[untyped-decorator]
def finish_erasing() -> None:
    """Every five minutes: accounts whose guests have been told that they go."""
    erasing.finish_due()


@on_startup()  # type: ignore[untyped-decorator]
def begin() -> None:
    """An update of the zones most often comes with a restart.

    Each thread of the worker calls this; the first one does it for all.
    """
    if _began.acquire(blocking=False):
        keep_walls()


@db_periodic_task(crontab(minute="17"))  # type: ignore[untyped-decorator]
def forget_expired_sessions() -> None:
    """Every hour, as a machine that is off at night would never keep a daily date."""
    SessionStore.clear_expired()
