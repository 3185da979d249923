"""What was done here, by whom: written once, and changed by nobody."""

from functools import reduce
from operator import or_
from typing import Any, Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Unchangeable(Exception):
    """Entries of the audit log are neither changed nor deleted."""


class AuditDoor(models.Model):
    """While a transaction has a row here, it may take old entries away. Nobody else sees the row.

    Triggers of the database refuse everybody else: `accounts.audit.door_open` is the only way.
    """

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return "open"


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def about(self, row: models.Model) -> Self:
        """What was done to this row."""
        return self.filter(about=row._meta.label_lower, about_id=str(row.pk))

    def about_any_of(self, *sets: models.QuerySet[Any]) -> Self:
        """What was done to the rows of these sets."""
        return self.filter(reduce(or_, map(_about, sets)))


def _about(rows: models.QuerySet[Any]) -> models.Q:
    keys = rows.order_by().values(key=Cast("pk", models.CharField()))
    return models.Q(about=rows.model._meta.label_lower, about_id__in=keys)


class AuditEntry(models.Model):
    """One thing that was done: who did it, to what, and what was before and after.

    It names nobody: people and things are numbers, which lead to names for as long as there are
    any. So an entry can outlive the person whom it is about.
    """

    class By(models.TextChoices):
        PERSON = "person", _("Somebody signed in")
        OPERATOR = "operator", _("In the administration")
        GUEST = "guest", _("Somebody without an account")
        PROVIDER = "provider", _("A provider")
        WORKER = "worker", _("The worker")
        PROGRAM = "program", _("A command on the server")

    class Action(models.TextChoices):
        CREATED = "created", _("Created")
        CHANGED = "changed", _("Changed")
        DELETED = "deleted", _("Deleted")
        SIGNED_IN = "signed_in", _("Signed in")
        SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
        LINK_SHOWN = "link_shown", _("Link that signs in shown")
        SIGNED_OUT = "signed_out", _("Signed out")
        SIGNED_UP = "signed_up", _("Signed up")
        PASSWORD_CHANGED = "password_changed", _("Password changed")
        ADDRESS_CHANGED = "address_changed", _("Address changed")
        FACTOR_ADDED = "factor_added", _("Second factor or passkey added")
        FACTOR_REMOVED = "factor_removed", _("Second factor or passkey removed")
        LINKED = "linked", _("Sign-in elsewhere linked")
        UNLINKED = "unlinked", _("Sign-in elsewhere unlinked")
        BOOKED = "booked", _("Booked")
        EDITED = "edited", _("Changed")
        INVITED = "invited", _("Guests invited")
        UNINVITED = "uninvited", _("Guest removed")
        CANCELLED = "cancelled", _("Cancelled")
        ZONE_RULES = "zone_rules", _("Moved by new rules of its time zone")
        FOLLOWING = "following", _("Changed from a date on")
        ENDED = "ended", _("Ended")
        ANSWERED = "answered", _("Answered")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        REPLACED = "replaced", _("Replaced")
        OPENED = "opened", _("Opened")
        FAILED = "failed", _("Could not be opened")
        MOVED = "moved", _("Moved")
        ADMITTED = "admitted", _("Let in")
        REFUSED = "refused", _("Sent away")
        REMOVED = "removed", _("Put out")
        ROLE_GIVEN = "role_given", _("Role given")
        MUTED = "muted", _("Muted")
        LOCKED = "locked", _("Locked or opened")
        RECORDED = "recorded", _("Recording begun or stopped")
        SHARED = "shared", _("Shared with others")
        SWITCHED_OFF = "switched_off", _("Switched off")
        SWITCHED_ON = "switched_on", _("Switched on")
        REPAIRED = "repaired", _("Repaired")
        EXPORTED = "exported", _("Taken along")
        ERASED = "erased", _("Erased")
        EXPIRED = "expired", _("Kept no longer")
        RESTORED = "restored", _("Restored from a backup")
        KEYS_ROTATED = "keys_rotated", _("Keys rotated")

    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    by = models.CharField(_("who"), max_length=10, choices=By.choices)
    # The account may be gone; its number stays
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        related_name="+",
        null=True,
        db_constraint=False,
        verbose_name=_("person"),
    )
    # Of whom is no account: the number of their link, a provider's alias, the name of a task
    through = models.CharField(_("through"), max_length=100, blank=True)
    action = models.CharField(_("what"), max_length=20, choices=Action.choices)
    about = models.CharField(_("kind"), max_length=60, blank=True)
    about_id = models.CharField(_("number"), max_length=40, blank=True)
    # {"title": ["Review", "Planning"]}: field → before and after; secrets only as “…”
    values = models.JSONField(
        _("before and after"), default=dict, blank=True, encoder=DjangoJSONEncoder
    )
    request = models.CharField(_("request or task"), max_length=64, blank=True)
    address = models.CharField(_("address"), max_length=45, blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ("-at", "-pk")
        default_permissions = ("view",)
        indexes = (
            models.Index(fields=("about", "about_id")),
            models.Index(fields=("user", "at")),
        )

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.about} {self.about_id}".rstrip(" :")

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Unchangeable
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise Unchangeable
