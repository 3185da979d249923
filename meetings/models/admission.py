"""Who asks to come in, and what a host said."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from meetings.providers.base import Role

from .guest import Guest
from .join_link import JoinLink
from .session import RoomSession

# Pages of people who wait ask every other second; in a tab behind others, browsers let them ask
# once a minute.
GONE_AFTER = timedelta(seconds=90)


class AdmissionQuerySet(models.QuerySet["Admission"]):
    def waiting(self) -> Self:
        return self.filter(state=Admission.State.WAITING)

    def at_the_door(self) -> Self:
        """Those who wait and whose page still asks; whoever closed it has gone."""
        return self.waiting().filter(seen_at__gt=timezone.now() - GONE_AFTER)

    def with_guests(self) -> Self:
        return self.select_related("link__guest")

    def decide(self, state: "Admission.State", *, by: User | None = None, message: str = "") -> int:
        """Decide those still waiting; how many there were. The first decision counts."""
        return self.waiting().update(
            state=state, decided_at=timezone.now(), decided_by=by, message=message
        )


class Admission(models.Model):
    """One person asking to come into one session, under an identity that we gave them."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        ADMITTED = "admitted", _("Admitted")
        REFUSED = "refused", _("Refused")
        REMOVED = "removed", _("Removed")

    session = models.ForeignKey(
        RoomSession, models.CASCADE, related_name="admissions", verbose_name=_("session")
    )
    link = models.ForeignKey(
        JoinLink,
        models.SET_NULL,
        related_name="admissions",
        null=True,
        blank=True,
        verbose_name=_("link"),
    )
    identity = models.CharField(_("person"), max_length=64)  # "u:<user>" or "g:<random>"
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("user"),
    )
    name = models.CharField(_("name"), max_length=80)
    role = models.CharField(
        _("role"), max_length=12, choices=JoinLink.Purpose.choices, default=Role.PARTICIPANT.value
    )
    # By a host, for this session; it counts beside the link that they come by
    given_role = models.CharField(
        _("made by a host"), max_length=12, choices=JoinLink.Purpose.choices, blank=True
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("decided by"),
    )
    message = models.CharField(_("message"), max_length=300, blank=True)
    # They were inside when the meeting moved here, and have not come in yet: their page does so
    comes_along = models.BooleanField(_("comes along"), default=False, editable=False)

    objects = AdmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("admission")
        verbose_name_plural = _("admissions")
        ordering = ("asked_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("session", "identity"), name="admission_one_per_person"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.get_state_display()})"

    @property
    def guest(self) -> Guest | None:
        """Who is invited by the personal link that they came by."""
        return self.link.guest if self.link else None

    @property
    def role_now(self) -> Role:
        """The better one of what their link says and what a host made them."""
        return self.role_by(Role(self.role))

    def role_by(self, role: Role) -> Role:
        """What they are who come by a link for this role."""
        given = Role(self.given_role or Role.PARTICIPANT)
        return max(role, given, key=[Role.PARTICIPANT, Role.COHOST, Role.HOST].index)

    @property
    def is_at_the_door(self) -> bool:
        """Whether they wait, and their page still asks."""
        lately = self.seen_at > timezone.now() - GONE_AFTER
        return self.state == Admission.State.WAITING and lately
