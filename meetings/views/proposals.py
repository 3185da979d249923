"""Other times that guests propose, for the organizer."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from meetings.http import MemberRequest
from meetings.models import Answer, Booking
from meetings.services import answering


@dataclass(frozen=True, slots=True)
class Proposal:
    answer: Answer
    move_url: str  # the form of the meeting, with this time in it


def proposals_of(booking: Booking) -> list[Proposal]:
    """Nothing where nothing can be moved any more."""
    if booking.is_cancelled or booking.is_over:
        return []
    return [Proposal(each, _move_url(booking, each)) for each in answering.proposals_for(booking)]


def _move_url(booking: Booking, answer: Answer) -> str:
    assert answer.proposed_at is not None  # noqa: S101  (only those are asked for)
    start = answer.proposed_at.astimezone(booking.zone)
    time = {"date": f"{start:%Y-%m-%d}", "time": f"{start:%H:%M}"}
    return f"{reverse('booking-edit', args=[booking.pk])}?{urlencode(time)}"


@require_POST
def dismiss(request: MemberRequest, pk: int) -> HttpResponse:
    """Put the proposed time aside; what the guest answered stays."""
    theirs = Answer.objects.filter(booking__in=Booking.objects.visible_to(request.user))
    answer = get_object_or_404(theirs, pk=pk)
    answering.dismiss(answer)
    return redirect("booking", answer.booking_id)
