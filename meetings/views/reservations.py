"""Whether the provider has confirmed a meeting: what its page says, and asking again."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from meetings.http import MemberRequest
from meetings.models import Booking, Reservation
from meetings.services import reservations

from .session_notes import otherwise
from .troubles import held_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """How a meeting stands with its provider, as its organizer sees it."""

    provider: str
    is_open: bool  # not confirmed yet, or refused
    is_refused: bool
    error: str
    next_try_at: datetime | None
    notes: list[str]

    @property
    def mark(self) -> str:
        """Changes when, and only when, the part would look different."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:12]

    @property
    def poll_seconds(self) -> int:
        """How often the page asks: often while the first answer is awaited."""
        return 15 if self.error else 3


def confirmation_of(booking: Booking) -> Confirmation | None:
    """Nothing where the provider holds no reservations, or the meeting needs none any more."""
    found = reservations.reservation_of(booking)
    if found is None or booking.is_cancelled or booking.is_over:
        return None
    return Confirmation(
        provider=held_at(found.alias),
        is_open=found.is_unconfirmed,
        is_refused=found.state == Reservation.State.REFUSED,
        error=found.error,
        next_try_at=found.next_try_at,
        notes=[otherwise(feature) for feature in found.differences],
    )


@never_cache
@require_safe
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """The part of the meeting's page; nothing when it looks as it did."""
    booking = _mine(request, pk)
    if not request.htmx:
        return redirect("booking", booking.pk)
    confirmation = confirmation_of(booking)
    if confirmation and request.GET.get("seen") == confirmation.mark:
        return HttpResponse(status=204)
    context = {"booking": booking, "confirmation": confirmation}
    return render(request, "meetings/parts/confirmation.html", context)


@require_POST
def try_again(request: MemberRequest, pk: int) -> HttpResponse:
    """Have the provider asked now rather than later."""
    booking = _mine(request, pk)
    found = reservations.reservation_of(booking)
    if found and found.is_outstanding:
        reservations.try_again(found)
        messages.info(
            request, _("%(provider)s is asked again.") % {"provider": held_at(found.alias)}
        )
    return redirect("booking", booking.pk)


def _mine(request: MemberRequest, pk: int) -> Booking:
    mine = Booking.objects.visible_to(request.user).select_related("room")
    return get_object_or_404(mine, pk=pk)
