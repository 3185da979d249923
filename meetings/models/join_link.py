"""The links people get."""

import secrets
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from meetings.providers.base import Role

from .booking import Booking
from .guest import Guest
from .occurrence import occurrence_for
from .prepared import PreparedOne, PreparedUpdate, given
from .room import Room
from .series import Series


def new_token() -> str:
    """128 random bits, as a link carries them."""
    return secrets.token_urlsafe(16)


class JoinLinkQuerySet(models.QuerySet["JoinLink"]):
    def visible_to(self, user: User) -> Self:
        mine = Q(room__owner=user) | Q(booking__organizer=user) | Q(series__organizer=user)
        return self.filter(mine)

    def standing(self, at: datetime | None = None) -> Self:
        """Links that still lead somewhere: neither revoked nor expired.

        Who was let in by one of them may return, though it may be used up for others.
        """
        unexpired = Q(expires_at=None) | Q(expires_at__gt=at or timezone.now())
        return self.filter(unexpired, revoked_at=None)

    def usable(self, at: datetime | None = None) -> Self:
        """Links that let in somebody new."""
        uses_left = Q(max_uses=None) | Q(uses__lt=F("max_uses"))
        return self.standing(at).filter(uses_left)

    def common(self) -> Self:
        """Links that are nobody's own: those that the organizer hands out."""
        # Not `guest=None`: SQLite would look for that first, and most links are nobody's.
        return self.exclude(guest__isnull=False)

    def to_hand_out(self) -> Self:
        """What a page offers to be sent to everybody. One that has a name is for somebody."""
        for_all = Q(purpose=JoinLink.Purpose.HOST) | Q(label="")
        return self.common().filter(for_all).order_by("label", "pk")

    def with_place(self) -> Self:
        """What is needed to come in by it; of people only who it is for."""
        return self.select_related("room", "booking__room", "series", "guest")

    def with_meeting(self) -> Self:
        return self.select_related(
            "room__owner",
            "booking__room__owner",
            "booking__organizer",
            "series__organizer",
            "guest",
        )


class JoinLink(models.Model):
    """An unguessable address with one purpose, into a permanent room or one meeting.

    It names no provider and holds no secret, so it stays true when the meeting moves.
    """

    class Purpose(models.TextChoices):
        HOST = Role.HOST.value, _("Host")
        COHOST = Role.COHOST.value, _("Co-host")
        PARTICIPANT = Role.PARTICIPANT.value, _("Participants")

    class State(models.TextChoices):
        WORKS = "works", _("Works")
        REVOKED = "revoked", _("Withdrawn")
        EXPIRED = "expired", _("Expired")
        USED_UP = "used_up", _("Used up")

    token = models.CharField(
        _("token"), max_length=64, unique=True, default=new_token, editable=False
    )
    purpose = models.CharField(_("for"), max_length=12, choices=Purpose.choices)
    room = models.ForeignKey(
        Room,
        models.CASCADE,
        related_name="links",
        null=True,
        blank=True,
        verbose_name=_("permanent room"),
    )
    booking = models.ForeignKey(
        Booking,
        models.CASCADE,
        related_name="links",
        null=True,
        blank=True,
        verbose_name=_("meeting"),
    )
    series = models.ForeignKey(
        Series,
        models.CASCADE,
        related_name="links",
        null=True,
        blank=True,
        verbose_name=_("series"),
    )
    # Whose personal link this is: it fills in the name, and nobody else has it.
    guest = models.OneToOneField(
        Guest,
        models.CASCADE,
        related_name="link",
        null=True,
        blank=True,
        verbose_name=_("guest"),
    )
    # Whose host link this is. A transferable one gives its rights to whoever holds it.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="join_links",
        null=True,
        blank=True,
        verbose_name=_("belongs to"),
    )
    transferable = models.BooleanField(_("works without sign-in"), default=False)
    label = models.CharField(_("for whom"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    max_uses = models.PositiveIntegerField(_("uses at most"), null=True, blank=True)
    uses = models.PositiveIntegerField(_("uses"), default=0, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    objects = JoinLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("join link")
        verbose_name_plural = _("join links")
        ordering = ("pk",)
        indexes = (
            # Most links have none: by the plain index SQLite would rather read all of them
            models.Index(
                fields=("series",), condition=Q(series__isnull=False), name="link_of_series"
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(room__isnull=True, booking__isnull=False, series__isnull=True)
                | Q(room__isnull=False, booking__isnull=True, series__isnull=True)
                | Q(room__isnull=True, booking__isnull=True, series__isnull=False),
                name="link_leads_to_one_place",
            ),
            models.CheckConstraint(
                condition=Q(purpose="participant") | Q(owner__isnull=False),
                name="link_with_rights_has_owner",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.booking or self.room or self.series}"

    def get_absolute_url(self) -> str:
        return reverse("door", args=[self.token])

    @property
    def role(self) -> Role:
        return Role(self.purpose)

    @property
    def current_booking(self) -> Booking | None:
        """The meeting it leads to now: of a series, the one that is on or next."""
        return occurrence_for(self.series) if self.series else self.booking

    @property
    def current_room(self) -> Room:
        """The room it leads to now: a meeting's room may change, its links do not."""
        booking = self.current_booking
        room = booking.room if booking else self.room
        assert room is not None, "a check constraint sees to it"  # noqa: S101
        return room

    @property
    def is_personal(self) -> bool:
        """Whether it is one guest's own."""
        return self.guest_id is not None

    @property
    def needs_sign_in(self) -> bool:
        return self.role.hosts and not self.transferable

    @property
    def state(self) -> State:
        """How it stands for somebody who was not let in by it yet."""
        if self.revoked_at:
            return self.State.REVOKED
        if self.expires_at and self.expires_at <= timezone.now():
            return self.State.EXPIRED
        return self.State.USED_UP if self.is_used_up else self.State.WORKS

    @property
    def is_used_up(self) -> bool:
        return self.max_uses is not None and self.uses >= self.max_uses

    def take_use(self) -> bool:
        """Let one more person in by it; False when it lets in nobody new any more."""
        return bool(_take_use.run(pk=self.pk, now=timezone.now()))

    def note_return(self) -> bool:
        """Somebody who was let in by it before comes again; False when it was taken back."""
        return bool(_note_return.run(pk=self.pk, now=timezone.now()))

    def revoke(self) -> bool:
        """Let it end; False when somebody has done so before."""
        mine = JoinLink.objects.filter(pk=self.pk, revoked_at=None)
        with transaction.atomic():
            revoked = mine.update(revoked_at=timezone.now())
            if revoked:
                audit.record(audit.Action.WITHDRAWN, self)
        return bool(revoked)


# Asked at every click
link_with_meeting = PreparedOne(
    lambda: JoinLink.objects.with_meeting().filter(token=given("token")).order_by()
)
link_with_place = PreparedOne(
    lambda: JoinLink.objects.with_place().filter(token=given("token")).order_by()
)
_take_use = PreparedUpdate(
    lambda: (
        JoinLink.objects.usable(given("now")).filter(pk=given("pk")),
        {"uses": F("uses") + 1, "last_used_at": given("now")},
    )
)
_note_return = PreparedUpdate(
    lambda: (
        JoinLink.objects.standing(given("now")).filter(pk=given("pk")),
        {"last_used_at": given("now")},
    )
)
