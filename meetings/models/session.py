"""One live run of a room."""

import secrets
from datetime import datetime, timedelta
from typing import Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from meetings.providers.base import RoomRef

from .booking import Booking
from .database_clock import DatabaseNow
from .fields import EncryptedTextField
from .room import Room

# What a provider has told of a room, before it has told anything
NOWHERE: dict[str, object] = {
    "provider_room_id": "",
    "provider_booking_id": "",
    "provider_session_id": "",
    "host_key": "",
}
# Longer than any provider call may take: an older claim's owner is dead. How old it is goes by the
# database's clock: one machine's may be ahead of another's.
CLAIM_LASTS = timedelta(seconds=30)


# What the audit log calls it that a session is in one of these states
DEEDS: dict[object, audit.Action] = {
    "live": audit.Action.OPENED,
    "failed": audit.Action.FAILED,
    "ended": audit.Action.ENDED,
}


def unclaimed() -> Q:
    """Of sessions that nobody alive has the claim to."""
    return Q(claim="") | Q(claimed_at__lt=DatabaseNow() - CLAIM_LASTS)


def new_key() -> str:
    """A session's key: stable, URL-safe and acceptable as a room id at every provider."""
    return secrets.token_hex(16)


def edition(room: Room, booking: Booking | None) -> str:
    """Another one after each change of room or meeting, by whatever clock that was made."""
    return " ".join(each.updated_at.isoformat() for each in (room, booking) if each)


def detour(alias: str, error: str) -> dict[str, str]:
    """A place where a session was to be held and could not, as it is remembered."""
    return {"alias": alias, "error": error[:500], "at": timezone.now().isoformat()}


class RoomSessionQuerySet(models.QuerySet["RoomSession"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(Q(room__owner=user) | Q(booking__organizer=user))

    def running(self) -> Self:
        """Opening or live: a room has at most one of these."""
        return self.filter(state__in=RoomSession.RUNNING)

    def live(self) -> Self:
        return self.filter(state=RoomSession.State.LIVE)

    def ready(self) -> Self:
        """Rooms that were opened ahead of a start, and that nobody has begun to use."""
        return self.filter(state=RoomSession.State.READY)

    def held(self) -> Self:
        """Those that people could be in."""
        return self.filter(
            state__in=(RoomSession.State.LIVE, RoomSession.State.ENDED), live_at__isnull=False
        )

    def without_secrets(self) -> Self:
        """For who looks at many: read when they are needed, so an unreadable one stops no other."""
        return self.defer("host_key", "passcode")


def is_live_now(of: str) -> models.Exists:
    """For `annotate(is_live=…)` on rooms or bookings: whether one is being held this moment."""
    live = RoomSession.objects.live()
    return models.Exists(live.filter(**{of: models.OuterRef("pk")}))


def was_held() -> models.Exists:
    """For `annotate(was_held=…)` on bookings: whether people could be in it at some time."""
    return models.Exists(RoomSession.objects.held().filter(booking=models.OuterRef("pk")))


def was_ended() -> models.Exists:
    """For `annotate(was_ended=…)` on bookings: whether a host has ended one since it began."""
    ended = RoomSession.objects.filter(
        booking=models.OuterRef("pk"),
        end_reason=RoomSession.EndReason.HOST,
        ended_at__gte=models.OuterRef("starts_at"),
    )
    return models.Exists(ended)


class RoomSession(models.Model):
    """One live run of a Room: where it is held, since when, and how its doors stand now."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("Prepared")  # where a meeting that runs is to go on
        READY = "ready", _("Ready")  # its room is open ahead of the start; nobody can come in yet
        OPENING = "opening", _("Opening")
        LIVE = "live", _("Live")
        ENDED = "ended", _("Ended")
        FAILED = "failed", _("Failed")

    class EndReason(models.TextChoices):
        HOST = "host", _("A host ended it")
        EMPTY = "empty", _("Nobody was left")
        TIME = "time", _("Its time was over")
        CANCELLED = "cancelled", _("The meeting was cancelled")
        PROVIDER = "provider", _("The provider closed it")
        MOVED = "moved", _("It went on at another provider")
        NO_HOST = "no_host", _("No host was left")
        UNUSED = "unused", _("It stood ready and nobody began it")

    RUNNING = (State.OPENING, State.LIVE)

    key = models.CharField(_("key"), max_length=32, unique=True, default=new_key, editable=False)
    room = models.ForeignKey(Room, models.PROTECT, related_name="sessions", verbose_name=_("room"))
    booking = models.ForeignKey(
        Booking,
        models.PROTECT,
        related_name="sessions",
        null=True,
        blank=True,
        verbose_name=_("meeting"),
    )
    alias = models.SlugField(_("provider"), max_length=50)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.OPENING
    )
    # The run of the same meeting that went on here, when it was moved while people were inside
    moved_from = models.OneToOneField(
        "self",
        models.SET_NULL,
        related_name="moved_to",
        null=True,
        blank=True,
        verbose_name=_("moved from"),
    )
    claim = models.CharField(max_length=32, blank=True, editable=False)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    error = models.CharField(_("trouble"), max_length=500, blank=True)

    # What the provider calls it
    provider_room_id = models.CharField(_("provider's room"), max_length=200, blank=True)
    provider_booking_id = models.CharField(_("provider's booking"), max_length=200, blank=True)
    provider_session_id = models.CharField(_("provider's session"), max_length=200, blank=True)
    host_key = EncryptedTextField(blank=True, default="", editable=False)
    # What it does otherwise than asked, in the words of the features
    differences = models.JSONField(_("otherwise than asked"), default=list, blank=True)
    # Where it was to be held and could not: a list of {"alias", "error", "at"}, in order
    detours = models.JSONField(_("tried before"), default=list, blank=True)

    # How its doors stand now; a host changes these while it runs
    locked = models.BooleanField(_("locked"), default=False)
    waiting_room = models.CharField(_("who waits for a host"), max_length=10)
    capacity = models.PositiveSmallIntegerField(_("most people"), null=True, blank=True)
    passcode = EncryptedTextField(blank=True, default="", editable=False)  # asked at our door
    recording_since = models.DateTimeField(_("recorded since"), null=True, blank=True)
    # When the provider is asked next for recordings of it; None: it has told all there will be
    recordings_due_at = models.DateTimeField(null=True, blank=True, db_index=True, editable=False)
    recordings_seen_at = models.DateTimeField(null=True, blank=True, editable=False)  # last listed
    recordings_error = models.CharField(max_length=500, blank=True, editable=False)  # since then
    chat_open = models.BooleanField(_("chat"), default=True)
    participants_share = models.BooleanField(_("participants may share their screen"), default=True)
    # The `edition` of room and meeting that it was made for
    made_for = models.CharField(
        max_length=70, blank=True, default="", db_default="", editable=False
    )
    # Raised with every change of roster or doors, so that a page knows what it has seen.
    rev = models.PositiveBigIntegerField(default=0, editable=False)

    created_at = models.DateTimeField(_("opened"), auto_now_add=True)
    live_at = models.DateTimeField(_("live since"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # When it was last compared with the provider: those compared longest ago come first
    compared_at = models.DateTimeField(null=True, blank=True, editable=False)
    end_reason = models.CharField(
        _("why it ended"), max_length=10, choices=EndReason.choices, blank=True
    )

    # Of this object: it stood ready, and was begun with it. Its room may have gone meanwhile.
    was_ready = False

    objects = RoomSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=("room", "state")),
            models.Index(fields=("state", "booking")),  # what runs, of very many that have run
            models.Index(fields=("alias", "ended_at")),  # what ran lately, and what runs, at one
        )
        constraints = (
            models.UniqueConstraint(
                fields=("room",),
                condition=Q(state__in=("opening", "live")),
                name="session_one_running_per_room",
            ),
            models.UniqueConstraint(
                fields=("alias", "provider_room_id"),
                condition=Q(state="live") & ~Q(provider_room_id=""),
                name="session_provider_room_unique",
            ),
            models.UniqueConstraint(
                fields=("booking",),
                condition=Q(state="ready"),
                name="session_one_ready_per_booking",
            ),
        )

    def __str__(self) -> str:
        return f"{self.room} ({self.get_state_display()})"

    @property
    def is_live(self) -> bool:
        return self.state == self.State.LIVE

    @property
    def is_running(self) -> bool:
        return self.state in self.RUNNING

    @property
    def is_being_opened(self) -> bool:
        """Whether somebody alive has the claim to open it."""
        if self.state != self.State.OPENING or not self.claim:
            return False
        return RoomSession.objects.filter(pk=self.pk).exclude(unclaimed()).exists()

    @property
    def ref(self) -> RoomRef:
        return RoomRef(
            room_id=self.provider_room_id or self.key,
            booking_id=self.provider_booking_id,
            host_key=self.host_key,
            session_id=self.provider_session_id,
            differences=tuple(self.differences),
        )

    def take_claim(self) -> bool:
        """Become the one who opens this session; False while somebody else's claim stands."""
        free = RoomSession.objects.filter(unclaimed(), pk=self.pk, state=self.State.OPENING)
        taken = free.update(claim=secrets.token_hex(16), claimed_at=DatabaseNow())
        if taken:
            self.refresh_from_db()  # whoever had the claim before may have gone elsewhere with it
        return bool(taken)

    def go_to(self, alias: str, error: str, **there: object) -> bool:
        """Be opened elsewhere under the same claim, and why; False when it no longer stands."""
        detours = [*self.detours, detour(self.alias, error)]
        place = {
            "alias": alias,
            "detours": [each for each in detours if each["alias"] != alias],
            "claimed_at": DatabaseNow(),
        }
        return self._if_claimed(claim=self.claim, **{**NOWHERE, **place, **there})

    def take_new_key(self) -> bool:
        """Be a room of another name, under the same claim; False when it no longer stands."""
        fresh = {"key": new_key(), "claimed_at": DatabaseNow()}
        return self._if_claimed(claim=self.claim, **NOWHERE, **fresh)

    def keep(self, ref: RoomRef, **otherwise: object) -> bool:
        """Live as the provider says; False, and nothing saved, when our claim no longer stands."""
        told: dict[str, object] = {
            "state": self.State.LIVE,
            "live_at": timezone.now(),
            "error": "",
            "provider_room_id": ref.room_id,
            "provider_booking_id": ref.booking_id,
            "provider_session_id": ref.session_id,
            "host_key": ref.host_key,
            "differences": list(ref.differences),
        }
        return self._if_claimed(**told | otherwise)

    def keep_ready(self, ref: RoomRef) -> bool:
        """The room is open at the provider; here it is not until somebody begins the meeting."""
        return self.keep(ref, state=self.State.READY, live_at=None)

    def begin(self) -> bool:
        """Live, from ready: nothing is left to be asked of the provider. False when it is not."""
        ready = RoomSession.objects.ready().filter(pk=self.pk)
        with transaction.atomic():
            begun = ready.update(state=self.State.LIVE, live_at=timezone.now())
            if begun:
                self._note(self.State.LIVE)
        self.refresh_from_db()
        return bool(begun)

    def drop(self, reason: "RoomSession.EndReason") -> bool:
        """Over, from ready: nobody will use it. False when somebody has begun to."""
        ready = RoomSession.objects.ready().filter(pk=self.pk)
        return bool(
            ready.update(state=self.State.ENDED, ended_at=timezone.now(), end_reason=reason)
        )

    def fail(self, error: str) -> bool:
        """Not opened, and why; False when our claim no longer stands."""
        return self._if_claimed(state=self.State.FAILED, ended_at=timezone.now(), error=error[:500])

    def abandon(self) -> bool:
        """Failed, if nobody alive is opening it; False when somebody is, or when it is live."""
        opening = RoomSession.objects.filter(unclaimed(), pk=self.pk, state=self.State.OPENING)
        return bool(opening.update(state=self.State.FAILED, ended_at=timezone.now(), claim=""))

    def end(self, reason: "RoomSession.EndReason", *, at: datetime | None = None) -> bool:
        """Over, for everyone; False when it was over already. The first reason counts."""
        now = timezone.now()
        ended_at = min(max(at or now, self.live_at or self.created_at), now)
        over: dict[str, object] = {"state": self.State.ENDED, "end_reason": reason, "claim": ""}
        running = RoomSession.objects.running().filter(pk=self.pk)
        with transaction.atomic():
            ended = running.update(ended_at=ended_at, recordings_due_at=now, **over)
            if ended:
                self._note(self.State.ENDED, reason=reason)
        self.refresh_from_db()
        return bool(ended)

    def _note(self, state: object, **more: object) -> None:
        """In the audit log: by whom, or by what, it is so."""
        audit.record(DEEDS[state], self, values={"state": [self.state, state], **more})

    def expect_recordings(self, *, after: timedelta = timedelta(0)) -> None:
        """Have its provider asked for recordings, at once unless said."""
        due_at = timezone.now() + after
        RoomSession.objects.filter(pk=self.pk).update(recordings_due_at=due_at)

    def _if_claimed(self, **values: object) -> bool:
        claim = self.claim
        opening = RoomSession.objects.filter(pk=self.pk, claim=claim, state=self.State.OPENING)
        with transaction.atomic():
            mine = opening.update(**{"claim": "", **values})
            if mine and values.get("state") in DEEDS:
                self._note(values["state"])
        self.refresh_from_db()
        if not mine:  # whose it is now must not become ours
            self.claim = claim
        return bool(mine)
