"""A booking as a provider with bookings of its own is to hold it."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from meetings.providers.base import RoomRef

from .booking import Booking
from .fields import EncryptedTextField
from .owed import Owed, OwedQuerySet
from .session import new_key


class ReservationQuerySet(OwedQuerySet):
    def wanted(self) -> Self:
        return self.filter(is_wanted=True)

    def held(self) -> Self:
        return self.filter(state=Reservation.State.HELD)


class Reservation(Owed):
    """One booking at one provider: what is wanted there, and what is there."""

    class State(models.TextChoices):
        PENDING = "pending", _("Not confirmed yet")
        HELD = "held", _("Confirmed")
        REFUSED = "refused", _("Refused")
        RELEASED = "released", _("Given back")

    booking = models.ForeignKey(
        Booking, models.PROTECT, related_name="reservations", verbose_name=_("meeting")
    )
    alias = models.SlugField(_("provider"), max_length=50)
    # False once the booking is cancelled, or held at another provider
    is_wanted = models.BooleanField(_("wanted"), default=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.PENDING
    )
    # The room's name there: fresh for each booking, so that nobody who has an old one comes in.
    key = models.CharField(_("key"), max_length=32, unique=True, default=new_key, editable=False)
    provider_room_id = models.CharField(_("provider's room"), max_length=200, blank=True)
    provider_booking_id = models.CharField(_("provider's booking"), max_length=200, blank=True)
    host_key = EncryptedTextField(blank=True, default="", editable=False)
    differences = models.JSONField(_("otherwise than asked"), default=list, blank=True)
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
        return self.state == self.State.HELD

    @property
    def ref(self) -> RoomRef:
        return RoomRef(
            room_id=self.provider_room_id or self.key,
            booking_id=self.provider_booking_id,
            host_key=self.host_key,
        )
