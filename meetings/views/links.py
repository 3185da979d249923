"""Links as pages show them: whole, with what they are for."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from meetings.http import MemberRequest
from meetings.models import Booking, JoinLink, Room, Series
from meetings.providers.base import Role


@dataclass(frozen=True, slots=True)
class ShownLink:
    link: JoinLink
    url: str


@require_POST
def transferable(request: MemberRequest, pk: int) -> HttpResponse:
    """Let whoever has a host link be host, or only its owner again."""
    mine = JoinLink.objects.visible_to(request.user).usable().exclude(purpose=Role.PARTICIPANT)
    link = get_object_or_404(mine, pk=pk)
    link.transferable = not link.transferable
    link.save(update_fields=["transferable"])
    if link.transferable:
        messages.warning(request, _("Whoever has the host link is host now. Guard it."))
    else:
        messages.success(request, _("The host link works for you alone now."))
    return _back_to(link)


def _back_to(link: JoinLink) -> HttpResponse:
    """The page of what the link leads to."""
    if link.series_id:
        return redirect("series", link.series_id)
    if link.booking_id:
        return redirect("booking", link.booking_id)
    return redirect("room", link.room_id)


def links_of(request: MemberRequest, owner: Booking | Room | Series) -> dict[str, ShownLink]:
    """The usable links of a place by purpose, but for guests' own: `host`, `participant` …

    A meeting of a series is reached by the links of the series.
    """
    place = owner.series or owner if isinstance(owner, Booking) else owner
    links = place.links.usable().common()
    return {
        link.purpose: ShownLink(link, request.build_absolute_uri(link.get_absolute_url()))
        for link in links
    }
