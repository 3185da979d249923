"""The link of a mail that tells a host who waits."""

import logging
from datetime import tzinfo

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.middleware import ZONE_COOKIE
from accounts.zones import known_zone
from meetings.http import Request
from meetings.models import JoinLink, Knock
from meetings.services.waiting import admitting
from meetings.services.waiting.admitting import ENDED, CannotAdmit, Gate, Standing, gate_at
from meetings.services.waiting.knock_links import knock_of

from .kept_out import kept_out_text
from .throttles import guarded

log = logging.getLogger(__name__)


@login_not_required
@never_cache
@guarded
@require_http_methods(["GET", "HEAD", "POST"])
def admit(request: Request, token: str) -> HttpResponseBase:
    """Who waits now, and letting them in, once. Looking changes nothing: mail scanners do."""
    knock = knock_of(token)
    if knock is None:
        return render(request, "meetings/unknown_link.html", status=404)
    if request.method != "POST":
        gate = gate_at(knock)
        return _show(request, gate, status=410 if gate.standing in ENDED else 200)
    audit.came_through(f"knock {knock.pk}")
    try:
        admitted = admitting.let_in(knock, request.POST.getlist("waiter"))
    except CannotAdmit as cannot:
        return _refused(request, knock, cannot)
    names = admitted.names
    text = ngettext("%(name)s is let in.", "%(n)d people are let in.", len(names))
    messages.success(request, text % {"name": names[0], "n": len(names)})
    if admitted.kept_out:
        messages.warning(request, kept_out_text(admitted.kept_out))
    return redirect("admit", token)


def _refused(request: Request, knock: Knock, cannot: CannotAdmit) -> HttpResponse:
    """Why nobody was let in; those who wait now, if the link is still good for them."""
    if cannot.__cause__:
        log.warning("A room was not opened from a mail: %s", cannot.__cause__)
    knock.refresh_from_db()
    gate = gate_at(knock)
    if cannot.standing is Standing.NOBODY and gate.standing is Standing.OPEN:
        again = _("Please choose somebody who still waits.")
        messages.info(request, kept_out_text(cannot.kept_out) or again)
        return _show(request, gate, status=409)
    return _show(request, gate, standing=cannot.standing, status=409)


def _show(
    request: Request, gate: Gate, *, status: int, standing: Standing | None = None
) -> HttpResponse:
    zone = _zone_of(request, gate.knock)
    context = {
        "zone_is_unknown": zone is None and request.method != "POST",  # that cannot be loaded again
        "gate": gate,
        "standing": standing or gate.standing,
        "console_url": _console_of(gate.knock),
    }
    with timezone.override(zone or _zone_of_meeting(gate.knock)):
        response = render(request, "meetings/admit.html", context, status=status)
    # Not "no-referrer": then the page's own form would come without an origin.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _console_of(knock: Knock) -> str:
    """Where they host: a co-host by their own link, an organizer on a page that asks to sign in."""
    if knock.guest:
        link = JoinLink.objects.standing().filter(guest=knock.guest).first()
        return reverse("console", args=[link.token]) if link else ""
    name, place = ("booking", knock.booking) if knock.booking else ("room", knock.room)
    return reverse(name, args=[place.pk])


def _zone_of(request: Request, knock: Knock) -> tzinfo | None:
    """The host's, as in the mail, or their browser's; None on its first visit."""
    if knock.user:
        return knock.user.zone
    known = known_zone(knock.guest.time_zone) if knock.guest else None
    return known or known_zone(request.COOKIES.get(ZONE_COOKIE))


def _zone_of_meeting(knock: Knock) -> tzinfo:
    return knock.booking.zone if knock.booking else timezone.get_current_timezone()
