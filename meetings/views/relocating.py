"""The page on which the owner moves a running meeting to another provider."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from meetings.http import Request
from meetings.models import RoomSession
from meetings.providers.errors import ProviderError
from meetings.services import controls, relocating
from meetings.services.controls import features_at

from .desks import Desk
from .policies import leads_out
from .troubles import held_at


def relocate(request: Request, desk: Desk) -> HttpResponse:
    """Where it can go and what that means; then it goes, or stays as it is and says why."""
    session, alias = desk.session, request.POST.get("to", "")
    if request.method != "POST":
        return _page(request, desk)
    before = session.alias
    try:
        there = relocating.relocate(session, alias)
    except relocating.CannotRelocate as cannot:
        return _page(request, desk, trouble=str(cannot))
    except ProviderError as error:
        words = _("It could not be opened there, so the meeting goes on here: %(error)s")
        return _page(request, desk, trouble=words % {"error": error})
    messages.success(request, _where_it_goes_on(before, alias))
    _bring_passcode(request, there)
    session.refresh_from_db()
    if session.error:
        left = _("%(provider)s did not close the old room. People may still be in it: %(error)s")
        messages.warning(request, left % {"provider": held_at(before), "error": session.error})
    return redirect(desk.home)


def _where_it_goes_on(before: str, alias: str) -> str:
    """Who is on a page of our own follows by itself; another's page only says that it is over."""
    names = {"provider": held_at(alias), "old": held_at(before)}
    if leads_out(before):
        words = _(
            "The meeting goes on at %(provider)s. People on the pages of %(old)s are told there "
            "that it ended: they open their link again, and are let in."
        )
        return words % names
    return _("The meeting goes on at %(provider)s.") % names


def _bring_passcode(request: Request, there: RoomSession) -> None:
    try:
        controls.bring_passcode(there)
    except controls.NotDoneThere as trouble:
        words = _(
            "Our door asks for the passcode. %(provider)s did not take it over: %(error)s "
            "You can set it again."
        )
        messages.warning(request, words % {"provider": held_at(there.alias), "error": trouble})


def _page(request: Request, desk: Desk, *, trouble: str = "") -> HttpResponse:
    desk.session.refresh_from_db()
    if not desk.session.is_live:  # moved by somebody else, or over
        messages.info(request, trouble)
        return redirect(desk.home)
    places = relocating.places_beside(desk.session)
    named = [(place, held_at(place.alias)) for place in places]
    context = {
        "desk": desk,
        "provider": held_at(desk.session.alias),
        "places": [each for each in named if not each[0].against],
        "unfit": [each for each in named if each[0].against],
        "puts_out": features_at(desk.session).ending,
        "trouble": trouble,
    }
    status = 409 if trouble else 200
    return render(request, "meetings/live_move.html", context, status=status)
