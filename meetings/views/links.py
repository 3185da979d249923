"""Links as their organizer sees them: on a card, and on pages to manage them."""

from dataclasses import dataclass

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings.forms.links import LinkForm, NewLinkForm
from meetings.http import MemberRequest
from meetings.models import Booking, JoinLink, Room, Series
from meetings.providers.base import Role
from meetings.services import links
from meetings.services.links import Place

SHOWN_ENDED = 50
NAMES = {Booking: "booking", Series: "series", Room: "room"}
IN_ORDER = (Role.PARTICIPANT, Role.COHOST, Role.HOST)


@dataclass(frozen=True, slots=True)
class ShownLink:
    link: JoinLink
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinksCard:
    """The links that a page of a place offers, and where all of them are managed."""

    host: ShownLink | None
    cohost: ShownLink | None
    participant: ShownLink | None
    address: str


def links_of(request: MemberRequest, owner: Place) -> LinksCard:
    """The links of a place that let in anybody new; those for somebody are on their own page.

    A meeting of a series is reached by the links of the series.
    """
    place = owner.series or owner if isinstance(owner, Booking) else owner
    found = place.links.usable().to_hand_out()
    best = {link.purpose: _shown(request, link) for link in reversed(list(found))}
    return LinksCard(
        host=best.get(Role.HOST),
        cohost=best.get(Role.COHOST),
        participant=best.get(Role.PARTICIPANT),
        address=_address(place),
    )


# The pages


@require_http_methods(["GET", "HEAD", "POST"])
def of_booking(request: MemberRequest, pk: int) -> HttpResponse:
    """A meeting's links; those of its series for a meeting of one."""
    mine = Booking.objects.visible_to(request.user).select_related("series", "organizer")
    booking = get_object_or_404(mine, pk=pk)
    if booking.series:
        return redirect("series-links", booking.series.pk)
    return _links(request, booking)


@require_http_methods(["GET", "HEAD", "POST"])
def of_series(request: MemberRequest, pk: int) -> HttpResponse:
    """A series' links."""
    mine = Series.objects.visible_to(request.user).select_related("organizer")
    return _links(request, get_object_or_404(mine, pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
def of_room(request: MemberRequest, pk: int) -> HttpResponse:
    """A permanent room's links."""
    mine = Room.objects.visible_to(request.user).permanent().select_related("owner")
    return _links(request, get_object_or_404(mine, pk=pk))


def _links(request: MemberRequest, place: Place) -> HttpResponse:
    purposes = links.purposes_for(place)
    zone = timezone.get_current_timezone()
    form = NewLinkForm(request.POST or None, zone=zone, purposes=purposes)
    if request.method == "POST" and form.is_valid():
        try:
            links.make(place, form.cleaned_data["purpose"], form.wish())
        except links.CannotChangeLinks as refused:
            form.add_error(_field_of(refused), str(refused))
        else:
            messages.success(request, _("The link is made."))
            return redirect(_address(place))
    return _page(request, place, form)


def _page(request: MemberRequest, place: Place, form: NewLinkForm) -> HttpResponse:
    found = sorted(place.links.common(), key=lambda link: (IN_ORDER.index(link.role), link.pk))
    ended = [link for link in found if link.revoked_at]
    context = {
        **_about(place),
        "shown": [_shown(request, link) for link in found if not link.revoked_at],
        "ended": sorted(ended, key=lambda link: str(link.revoked_at), reverse=True)[:SHOWN_ENDED],
        "guests": 0 if isinstance(place, Room) else place.guests.invited().count(),
        "form": form,
        "has_host": JoinLink.Purpose.HOST not in links.purposes_for(place),
    }
    return _private(render(request, "meetings/links.html", context, status=_status(form)))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """For whom a link is, until when it works, and for how many."""
    link = _mine(request, pk)
    place = links.place_of(link)
    form = LinkForm(request.POST or None, zone=timezone.get_current_timezone(), link=link)
    if link.revoked_at:
        messages.error(request, str(links.LinkHasEnded()))
        return redirect(_address(place))
    if request.method == "POST" and form.is_valid():
        try:
            links.change(link, form.wish())
        except links.CannotChangeLinks as refused:
            form.add_error(_field_of(refused), str(refused))
        else:
            messages.success(request, _("The link is changed."))
            return redirect(_address(place))
    context = {**_about(place), "link": link, "form": form}
    return render(request, "meetings/links_edit.html", context, status=_status(form))


@require_safe
def qr(request: MemberRequest, pk: int) -> HttpResponse:
    """A link to scan: on a screen, or printed."""
    link = _mine(request, pk)
    place = links.place_of(link)
    if link.state != JoinLink.State.WORKS:
        messages.error(request, _("This link lets nobody in now. A code of it would be of no use."))
        return redirect(_address(place))
    shown = _shown(request, link)
    context = {**_about(place), "shown": shown, "code": _code(shown.url)}
    return _private(render(request, "meetings/links_qr.html", context))


@require_POST
def replace(request: MemberRequest, pk: int) -> HttpResponse:
    """Give a link another address: the old one ends at once."""
    link = _mine(request, pk)
    try:
        links.replace(link)
    except links.LinkHasEnded:
        messages.info(request, _("This link was withdrawn or replaced before, or has expired."))
    else:
        messages.success(request, _("This is the new link. The old one does not work any more."))
    return redirect(_address(links.place_of(link)))


@require_POST
def revoke(request: MemberRequest, pk: int) -> HttpResponse:
    """Let a link end. Twice is fine."""
    link = _mine(request, pk)
    link.revoke()
    messages.success(request, _("The link is withdrawn. It lets nobody in any more."))
    return redirect(_address(links.place_of(link)))


@require_POST
def transferable(request: MemberRequest, pk: int) -> HttpResponse:
    """Let whoever has a host link be host, or only its owner again."""
    mine = JoinLink.objects.visible_to(request.user).usable().common()
    link = get_object_or_404(mine.exclude(purpose=Role.PARTICIPANT), pk=pk)
    links.set_transferable(link, transferable=not link.transferable)
    if link.transferable:
        messages.warning(request, _("Whoever has the host link is host now. Guard it."))
    else:
        messages.success(request, _("The host link works for you alone now."))
    return redirect(_home(links.place_of(link)))


def _mine(request: MemberRequest, pk: int) -> JoinLink:
    """A link that is nobody's own: guests' links go with their guests."""
    mine = JoinLink.objects.visible_to(request.user).common().with_meeting()
    return get_object_or_404(mine, pk=pk)


def _about(place: Place) -> dict[str, object]:
    return {
        "section": "rooms" if isinstance(place, Room) else "meetings",
        "title": str(place),
        "kind": NAMES[type(place)],
        "home": _home(place),
        "address": _address(place),
    }


def _home(place: Place) -> str:
    return reverse(NAMES[type(place)], args=[place.pk])


def _address(place: Place) -> str:
    return reverse(f"{NAMES[type(place)]}-links", args=[place.pk])


def _shown(request: MemberRequest, link: JoinLink) -> ShownLink:
    return ShownLink(link, request.build_absolute_uri(link.get_absolute_url()))


def _code(url: str) -> SafeString:
    """Black on white in light and dark: not every camera reads it the other way round."""
    code = segno.make(url, micro=False, error="m")
    drawn: str = code.svg_inline(omitsize=True, border=3, dark="#000", light="#fff")
    return mark_safe(drawn)  # noqa: S308  (drawn by a library, of a link of ours)


def _field_of(refused: links.CannotChangeLinks) -> str | None:
    return "label" if isinstance(refused, links.NameTaken) else None


def _status(form: LinkForm) -> int:
    return 422 if form.errors else 200


def _private(response: HttpResponse) -> HttpResponse:
    """The page holds links: its own address is told to nobody, and no cache keeps it."""
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response
