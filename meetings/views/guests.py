"""Who is invited to a meeting or series: the list, and adding to it by way of a preview."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from meetings.forms.guests import GuestListForm, cut_text, trouble_text
from meetings.http import MemberRequest
from meetings.invitees import Reading
from meetings.models import Booking, Guest, Series
from meetings.providers.base import Role
from meetings.services import cohosts, inviting
from meetings.services.inviting import MOST_GUESTS, CannotInvite, Place

from .guest_list import guests_of

SHOWN = 200  # of those who will be invited, in the preview


@require_http_methods(["GET", "HEAD", "POST"])
def of_booking(request: MemberRequest, pk: int) -> HttpResponse:
    """A meeting's guests; to one of a series, people are invited on the series' page."""
    mine = Booking.objects.visible_to(request.user).select_related("room", "organizer", "series")
    booking = get_object_or_404(mine, pk=pk)
    if request.method == "POST" and booking.series:
        return redirect("series-guests", booking.series.pk)
    return _guests(request, booking)


@require_http_methods(["GET", "HEAD", "POST"])
def of_series(request: MemberRequest, pk: int) -> HttpResponse:
    """A series' guests."""
    return _guests(request, get_object_or_404(Series.objects.visible_to(request.user), pk=pk))


def _guests(request: MemberRequest, place: Place) -> HttpResponse:
    if request.method != "POST":
        return _page(request, place)
    form = GuestListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, place, form=form, status=422)
    if "back" in request.POST:
        return _page(request, place, form=GuestListForm(initial=form.cleaned_data))
    emails = list(place.guests.invited().values_list("email", flat=True))
    reading = form.reading(invited=emails, organizer=place.organizer.email)
    if "invite" in request.POST:
        return _invite(request, place, reading)
    return _preview(request, place, form, reading, room=MOST_GUESTS - len(emails))


def _page(
    request: MemberRequest, place: Place, *, form: GuestListForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "section": "meetings",
        "place": place,
        "home": _home_of(place),
        "guests": guests_of(request, place, form=form),
    }
    template = "meetings/parts/guest_list.html" if request.htmx else "meetings/guests.html"
    return render(request, template, context, status=status)


def _preview(
    request: MemberRequest, place: Place, form: GuestListForm, reading: Reading, *, room: int
) -> HttpResponse:
    """Whom it invites, and which rows are in trouble. Nobody is invited yet."""
    context = {
        "section": "meetings",
        "place": place,
        "home": _home_of(place),
        "text": form.cleaned_data["guests"],
        "reading": reading,
        "shown": reading.good[:SHOWN],
        "more": max(len(reading.good) - SHOWN, 0),
        "cut": [row for row in reading.good if row.name_was_cut],
        "troubles": [(row.line, trouble_text(row)) for row in reading.troubles[:SHOWN]],
        "more_troubles": max(len(reading.troubles) - SHOWN, 0),
        "not_read": cut_text(reading),
        "too_many": max(len(reading.good) - room, 0),
        "most": MOST_GUESTS,
    }
    return render(request, "meetings/guests_preview.html", context)


def _invite(request: MemberRequest, place: Place, reading: Reading) -> HttpResponse:
    try:
        invited = inviting.invite(place, reading.invitees, by=request.user)
    except CannotInvite as refused:
        messages.error(request, str(refused))
        return redirect(_home_of(place))
    if invited:
        words = ngettext(
            "%(n)d person is invited. The mail is on its way.",
            "%(n)d people are invited. The mails are on their way.",
            len(invited),
        )
        messages.success(request, words % {"n": len(invited)})
    else:
        messages.info(request, _("Everybody on this list is invited already."))
    return redirect(_home_of(place))


@require_POST
def invite_again(request: MemberRequest, pk: int) -> HttpResponse:
    """Send one guest's invitation once more."""
    guest = _mine(request, pk)
    try:
        sent = inviting.invite_again(guest)
    except CannotInvite as refused:
        messages.error(request, str(refused))
    else:
        words = {"guest": guest}
        if sent:
            messages.success(request, _("The invitation of %(guest)s goes out again.") % words)
        else:
            messages.info(request, _("%(guest)s was removed in the meantime.") % words)
    return redirect(_home_of(inviting.place_of(guest)))


@require_POST
def give_role(request: MemberRequest, pk: int) -> HttpResponse:
    """Make a guest co-host by their own link, or participant again."""
    guest = _mine(request, pk)
    role = Role.COHOST if request.POST.get("role") == Role.COHOST else Role.PARTICIPANT
    if cohosts.give_role(guest, role, by=request.user):
        words = _("%(guest)s is a participant again.")
        if role.hosts:
            words = _("%(guest)s is co-host now: their personal link lets them host.")
        messages.success(request, words % {"guest": guest})
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect(_home_of(inviting.place_of(guest)))


@require_POST
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Take somebody off the list; twice is fine."""
    guest = _mine(request, pk)
    inviting.remove(guest, by=request.user)
    words = _("%(guest)s is not invited any more. Their link does not work now.")
    messages.success(request, words % {"guest": guest})
    return redirect(_home_of(inviting.place_of(guest)))


def _mine(request: MemberRequest, pk: int) -> Guest:
    mine = Guest.objects.visible_to(request.user).select_related("booking", "series")
    return get_object_or_404(mine, pk=pk)


def _home_of(place: Place) -> str:
    """The page that shows the guests."""
    name = "booking" if isinstance(place, Booking) else "series"
    return reverse(name, args=[place.pk]) + "#guests"
