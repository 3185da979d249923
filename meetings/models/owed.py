"""Work that is owed to somebody outside, and must be done also when a process dies at it.

The row is the intent: saved with the change that causes it, leased by one worker at a time, tried
again with growing pauses. No queue is asked to remember anything.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .database_clock import DatabaseNow

LEASE = timedelta(minutes=2)  # longer than any work here takes: an older lease's owner is dead
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)


Debt_co = TypeVar("Debt_co", bound="Owed", covariant=True)


class OwedQuerySet(models.QuerySet[Debt_co]):
    def due(self) -> Self:
        """What somebody should do now."""
        now = timezone.now()
        return self.filter(_free(), next_try_at__lte=now).order_by("next_try_at", "pk")

    def outstanding(self) -> Self:
        return self.filter(next_try_at__isnull=False)

    def bring_forward(self, at: datetime) -> int:
        """Have all that is owed tried then, also what is being tried this moment and may fail."""
        owed = self.outstanding()
        return owed.update(next_try_at=at, attempts=0, round=F("round") + 1)


class Owed(models.Model):
    """A row with work outstanding while `next_try_at` is set."""

    next_try_at = models.DateTimeField(
        _("next try"), null=True, blank=True, default=timezone.now, db_index=True
    )
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    error = models.CharField(_("trouble"), max_length=500, blank=True)
    # Raised whenever something is owed anew, so that work begun before does not settle it.
    round = models.PositiveIntegerField(default=1, editable=False)
    lease = models.CharField(max_length=32, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)

    # Ours, of this object: what the row says may be somebody else's
    _taken = ""

    class Meta:
        abstract = True

    @property
    def is_outstanding(self) -> bool:
        return self.next_try_at is not None

    @property
    def is_due(self) -> bool:
        """Whether somebody should do it now, and nobody does."""
        now, due = timezone.now(), self.next_try_at
        leased = bool(self.lease) and (self.leased_until is None or self.leased_until >= now)
        return due is not None and due <= now and not leased

    def owe(self, **values: Any) -> None:
        """There is something to do (again), from now on."""
        now = timezone.now()
        self._rows().filter(pk=self.pk).update(
            next_try_at=now, attempts=0, error="", round=F("round") + 1, **values
        )
        self.refresh_from_db()

    def take(self) -> bool:
        """Become the one who does it; False when it is done, not due, or somebody else's."""
        lease, now = secrets.token_hex(16), timezone.now()
        due = self._rows().filter(_free(), pk=self.pk, next_try_at__lte=now)
        taken = due.update(lease=lease, leased_until=DatabaseNow() + LEASE)
        self.refresh_from_db()
        self._taken = lease if taken and self.lease == lease else ""
        return bool(self._taken)

    def note(self, **values: Any) -> bool:
        """Saved on the way; False, and nothing saved, if our lease is gone: then do not go on."""
        kept = self._mine(**values)
        if kept:  # the rest stays as it was taken: what is owed meanwhile is not done by this try
            for name, value in values.items():
                setattr(self, name, value)
        return kept

    def prolong(self) -> bool:
        """Ours for as long again; False if our lease is gone: then do not go on."""
        return self._mine(leased_until=DatabaseNow() + LEASE)

    def settle(self, **values: Any) -> bool:
        """Done, unless more was owed meanwhile; False, and nothing saved, if our lease is gone."""
        return self._release(None, error="", attempts=0, **values)

    def postpone(self, error: str, *, pause: timedelta | None = None, **values: Any) -> bool:
        """Not now, and why; False, and nothing saved, if our lease is gone."""
        growing = min(FIRST_PAUSE * 2 ** min(self.attempts, 20), LONGEST_PAUSE)
        again = timezone.now() + (pause or growing)
        return self._release(again, error=error[:500], attempts=F("attempts") + 1, **values)

    def put_off(self, pause: timedelta) -> bool:
        """Not yet, through nobody's fault; False, and nothing saved, if our lease is gone."""
        return self._release(timezone.now() + pause)

    def give_up(self, error: str, **values: Any) -> bool:
        """Not at all, unless it is owed anew; False, and nothing saved, if our lease is gone."""
        return self._release(None, error=error[:500], attempts=F("attempts") + 1, **values)

    def _release(self, next_try_at: datetime | None, **values: Any) -> bool:
        at = Value(next_try_at, models.DateTimeField())
        # What was owed meanwhile stays due at once
        again = Case(When(round=self.round, then=at), default=F("next_try_at"))
        kept = self._mine(lease="", leased_until=None, next_try_at=again, **values)
        self.refresh_from_db()
        return kept

    def _mine(self, **values: Any) -> bool:
        ours = self._rows().filter(pk=self.pk, lease=self._taken).exclude(lease="")
        return bool(ours.update(**values))

    def _rows(self) -> models.QuerySet[Any]:
        return type(self)._default_manager.all()


def _free() -> Q:
    """By the database's clock, which all machines share: one whose own is ahead takes nobody's."""
    return Q(lease="") | Q(leased_until__lt=DatabaseNow())
