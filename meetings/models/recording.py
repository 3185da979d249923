"""Recordings that providers keep of our meetings."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .join_link import JoinLink
from .owed import Owed, OwedQuerySet
from .session import RoomSession


class RecordingQuerySet(OwedQuerySet["Recording"]):
    def visible_to(self, user: User) -> Self:
        """Those that this person decides about."""
        return self.filter(session__in=RoomSession.objects.visible_to(user))

    def without_secrets(self) -> Self:
        """With the session of each, which must not fail because a key of it cannot be read."""
        return self.select_related("session").defer("session__host_key", "session__passcode")

    def kept(self) -> Self:
        """Those that are there, as far as we know, and that nobody wants gone."""
        return self.exclude(state__in=(Recording.State.DELETING, *Recording.GONE))

    def expired(self) -> Self:
        return self.kept().filter(expires_at__lte=timezone.now())

    def shared_by(self, link: JoinLink) -> Self:
        """What whoever holds this link may see: ready, published to them, of what it leads to.

        A permanent room's own links do not open what was recorded at meetings in it.
        """
        guest = link.guest
        is_invited = guest is not None and guest.removed_at is None
        access = [Recording.Access.LINKS, *[Recording.Access.INVITED] * is_invited]
        not_expired = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        shared = self.filter(not_expired, access__in=access, state=Recording.State.READY)
        return shared.filter(_of_what_leads(link))


def _of_what_leads(link: JoinLink) -> Q:
    if link.series_id:
        return Q(session__booking__series=link.series_id)
    if link.booking_id:
        return Q(session__booking=link.booking_id)
    return Q(session__room=link.room_id, session__booking=None)


class Recording(Owed):
    """One recording at a provider: its facts as last heard, and who may see it.

    Where it lies is never stored; an address is made for one person at the click. What is owed
    while `next_try_at` is set is its deletion over there.
    """

    class State(models.TextChoices):
        PROCESSING = "processing", _("Being made ready")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        DELETING = "deleting", _("Being deleted")
        DELETED = "deleted", _("Deleted")
        MISSING = "missing", _("Gone from the provider")  # not by us

    class Access(models.TextChoices):
        NOBODY = "nobody", _("Only me")
        INVITED = "invited", _("Who is invited")
        LINKS = "links", _("Everyone with a link")

    GONE = (State.DELETED, State.MISSING)

    session = models.ForeignKey(
        RoomSession, models.CASCADE, related_name="recordings", verbose_name=_("session")
    )
    recording_id = models.CharField(_("provider's recording"), max_length=200)
    title = models.CharField(_("title"), max_length=200, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.PROCESSING
    )
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    seconds = models.PositiveIntegerField(_("duration in seconds"), null=True, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), null=True, blank=True)

    access = models.CharField(
        _("who may see it"), max_length=10, choices=Access.choices, default=Access.NOBODY
    )
    expires_at = models.DateTimeField(_("deleted at"), null=True, blank=True)  # by us, over there

    found_at = models.DateTimeField(_("found"), auto_now_add=True)
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)  # at the provider
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    deleted_by = models.ForeignKey(  # nobody: its time was over
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("deleted by"),
    )

    objects = RecordingQuerySet.as_manager()

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        ordering = ("-started_at", "-pk")
        indexes = (
            models.Index(
                fields=("expires_at",),
                condition=Q(expires_at__isnull=False, deleted_at__isnull=True),
                name="recording_expires",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("session", "recording_id"), name="recording_once_per_session"
            ),
        )

    def __str__(self) -> str:
        return self.title or self.recording_id

    @property
    def is_kept(self) -> bool:
        """Whether it is there, as far as we know, and nobody wants it gone."""
        return self.state not in {self.State.DELETING, *self.GONE}

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def minutes(self) -> int | None:
        """How long it is, as people say it; None when nobody tells."""
        return max(1, round(self.seconds / 60)) if self.seconds else None
