"""The page on which the owner moves a running meeting to another provider."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from meetings.http import Request
from meetings.providers.errors import ProviderError
from meetings.services import relocating
from meetings.services.controls import features_at

from .desks import Desk
from .troubles import held_at


def relocate(request: Request, desk: Desk) -> HttpResponse:
    """Where it can go and what that means; then it goes, or stays as it is and says why."""
    session, alias = desk.session, request.POST.get("to", "")
    if request.method != "POST":
        return _page(request, desk)
    before = session.alias
    try:
        relocating.relocate(session, alias)
    except relocating.CannotRelocate as cannot:
        return _page(request, desk, trouble=str(cannot))
    except ProviderError as error:
        words = _("It could not be opened there, so the meeting goes on here: %(error)s")
        return _page(request, desk, trouble=words % {"error": error})
    done = _("The meeting goes on at %(provider)s.") % {"provider": held_at(alias)}
    messages.success(request, done)
    session.refresh_from_db()
    if session.error:
        left = _("%(provider)s did not close the old room. People may still be in it: %(error)s")
        messages.warning(request, left % {"provider": held_at(before), "error": session.error})
    return redirect(desk.home)


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
