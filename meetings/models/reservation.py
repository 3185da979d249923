"""A booking as a provider with bookings of its own is to hold it."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from meetings.providers.base import RoomRef

from .booking import Booking
from .fields import EncryptedTextField
from .owed import Owed, OwedQuerySet
from .session import new_key


class ReservationQuerySet(OwedQuerySet["Reservation"]):
    def wanted(self) -> Self:
        return self.filter(is_wanted=True)

    def held(self) -> Self:
        """What stands at the provider, though perhaps not yet as it is wanted now."""
        return self.exclude(provider_room_id="")

    def unconfirmed(self) -> Self:
        """Wanted, and not as it is wanted: the provider has not said yes yet, or no."""
        lapsed = Reservation.State.LAPSED
        wanted = self.wanted().exclude(state=lapsed)
        return wanted.filter(Q(next_try_at__isnull=False) | ~Q(state=Reservation.State.HELD))


def is_unconfirmed() -> models.Exists:
    """For `annotate(is_unconfirmed=…)` on bookings: whether a provider has yet to say yes."""
    return models.Exists(Reservation.objects.unconfirmed().filter(booking=models.OuterRef("pk")))


class Reservation(Owed):
    """One booking at one provider: what is wanted there, and what is there."""

    class State(models.TextChoices):
        PENDING = "pending", _("Not confirmed yet")
        HELD = "held", _("Confirmed")
        REFUSED = "refused", pgettext_lazy("reservation", "Refused")
        RELEASED = "released", _("Given back")
        LAPSED = "lapsed", _("Not held in time")

    booking = models.ForeignKey(
        Booking, models.PROTECT, related_name="reservations", verbose_name=_("meeting")
    )
    alias = models.SlugField(_("provider"), max_length=50)
    # False once the booking is cancelled, or held at another provider
    is_wanted = models.BooleanField(_("wanted"), default=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.PENDING
    )
    # What is wanted, in short: owed anew only when it differs
    wish = models.CharField(max_length=64, blank=True, editable=False)
    # A call began whose outcome is not saved here: look there before it is repeated
    is_unsure = models.BooleanField(default=False, editable=False)
    # The room's name there: fresh for each booking, so that nobody who has an old one comes in.
    key = models.CharField(_("key"), max_length=32, unique=True, default=new_key, editable=False)
    provider_room_id = models.CharField(_("provider's room"), max_length=200, blank=True)
    provider_booking_id = models.CharField(_("provider's booking"), max_length=200, blank=True)
    host_key = EncryptedTextField(blank=True, default="", editable=False)
    differences = models.JSONField(_("otherwise than asked"), default=list, blank=True)
    # What was given back last: looked for there, as a "yes" may be wrong
    former_room_id = models.CharField(max_length=200, blank=True, editable=False)
    former_booking_id = models.CharField(max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = ReservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("booking", "alias"), name="reservation_one_per_provider"
            ),
        )

    def __str__(self) -> str:
        return f"{self.booking}: {self.alias}"

    @property
    def is_held(self) -> bool:
        """Whether something stands at the provider, though perhaps not yet as it is wanted now."""
        return bool(self.provider_room_id)

    @property
    def is_unconfirmed(self) -> bool:
        """Whether it is wanted, and not as it is wanted."""
        if not self.is_wanted or self.state == self.State.LAPSED:
            return False
        return self.is_outstanding or self.state != self.State.HELD

    @property
    def ref(self) -> RoomRef:
        return RoomRef(
            room_id=self.provider_room_id or self.key,
            booking_id=self.provider_booking_id,
            host_key=self.host_key,
        )
