"""The door: one address for each link, whatever is behind it."""

import logging
from dataclasses import replace
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import throttle
from accounts.middleware import ZONE_COOKIE
from meetings.http import Request
from meetings.models import JoinLink, WaitingRoom
from meetings.models.recording import RecordingQuerySet
from meetings.names import clean_name
from meetings.pauses import pause_for, pause_page
from meetings.providers.base import JoinTicket
from meetings.providers.errors import ProviderError
from meetings.services import door_memory, inviting, joining
from meetings.services.door import Door, DoorState, Visitor
from meetings.services.door_rules import door_for
from meetings.services.passcodes import is_right, passcode_of, proof_of
from meetings.services.recordings.shelves import shared_at
from meetings.services.rooms import provider_of
from meetings.services.transactions import in_turn
from meetings.services.waiting.stopping import stop_waiting
from meetings.services.waiting.waiting_room import note_seen

from .add_to_calendar import adding_at_door
from .policies import framing, leading_out, leads_out
from .throttles import guarded
from .timing import timed
from .tokens import dead_link, link_for, with_place
from .troubles import where_to_choose
from .visitors import remember, visitor_of

log = logging.getLogger(__name__)


@login_not_required
@never_cache
@require_safe
@timed("look")
@guarded
def door(request: Request, token: str) -> HttpResponseBase:
    """Show where this link’s meeting stands. Previews and reloads are harmless.

    All that is noted is that somebody who waits is still there.
    """
    if request.htmx and _looks_as_before(request, token):
        return HttpResponse(status=204)
    link = link_for(request, token)
    if link is None:
        return dead_link(request, token)
    found = door_for(link, visitor_of(request, link))
    note_seen(found.waiter)
    if request.htmx and request.GET.get("seen") == found.mark:
        return HttpResponse(status=204)
    return _show(request, found)


def _looks_as_before(request: Request, token: str) -> bool:
    """Whether a page that asks again would show the same, as far as is known without asking."""
    link = door_memory.link_of(token) if "seen" in request.GET else None
    found = link and door_memory.glance(token, visitor_of(request, link))
    if not found or found.mark != request.GET["seen"]:
        return False
    note_seen(found.waiter)
    return True


@login_not_required
@never_cache
@require_POST
@timed("enter")
@guarded
def enter(request: Request, token: str) -> HttpResponseBase:
    """Take one person in: a ticket minted now, for them, and forgotten."""
    link = link_for(request, token, ask=with_place)
    if link is None:
        return dead_link(request, token)
    visitor = visitor_of(request, link, name=request.POST.get("name", ""))
    if not visitor.name:
        return _show(request, door_for(link, visitor), error=_("Please say who you are."))
    try:
        response = _let_in(request, link, visitor)
    except Error as error:
        pause = pause_for(error)
        if pause is None:
            raise
        # As whom they came: they may have been admitted already.
        response = pause_page(request, pause)
        remember(response, request, link, visitor, ready=False)
    return response


def _let_in(request: Request, link: JoinLink, visitor: Visitor) -> HttpResponse:
    try:
        ticket = joining.enter(link, visitor)
    except joining.CannotEnter as not_yet:
        request.outcome = not_yet.door.state
        response: HttpResponse = redirect("door", token=link.token)
        remember(response, request, link, visitor, ready=not not_yet.door.is_final)
        return response
    except joining.MustSayPasscode as asked:
        return _hear_passcode(request, link, visitor, asked.door)
    except joining.LinkUsedUp:  # by somebody else, this moment
        return dead_link(request, link.token)
    except joining.WayInLost as lost:
        log.warning("Nobody knows whether a way in was made: %s", lost)
        return _failed(request, link, visitor, DoorState.TRY_AGAIN)
    except ProviderError as error:
        log.warning("A room could not be opened: %s", error)
        return _failed(request, link, visitor, DoorState.TROUBLE)
    response = _follow(request, link, visitor, ticket)
    remember(response, request, link, visitor, ready=False)
    return response


def _hear_passcode(request: Request, link: JoinLink, visitor: Visitor, found: Door) -> HttpResponse:
    """In with the right one; each wrong one is counted, for the link and for the address."""
    said = request.POST.get("passcode", "").strip()
    if not said:
        return _ask_again(request, found, _("Please type the passcode of this meeting."))
    take_back = throttle.count(request, "passcode", key=link.token)
    if take_back is None:
        text = _("There were too many wrong passcodes. Please wait some minutes and try again.")
        return _ask_again(request, found, text, status=429)
    passcode = passcode_of(found)
    if not is_right(said, passcode):
        return _ask_again(request, found, _("This is not the passcode. Ask who invited you."))
    take_back()
    return _let_in(request, link, replace(visitor, passed=proof_of(passcode, link)))


def _ask_again(request: Request, found: Door, error: str, *, status: int = 422) -> HttpResponse:
    response = _show(request, found, passcode_error=error)
    response.status_code = status
    return response


@login_not_required
@never_cache
@require_POST
@guarded
def stop(request: Request, token: str) -> HttpResponseBase:
    """Somebody who waits does not want to any more."""
    link = link_for(request, token)
    if link is None:
        return dead_link(request, token)
    visitor = visitor_of(request, link)
    with in_turn():
        stop_waiting(door_for(link, visitor))
    response = redirect("door", token=token)
    remember(response, request, link, visitor, ready=False)
    return response


@login_not_required
@never_cache
@require_POST
@guarded
def hello(request: Request, token: str) -> HttpResponseBase:
    """A person sees the page of a link; of a guest's own, that is noted, and where they are."""
    link = link_for(request, token)
    if link is None:
        return dead_link(request, token)
    if link.guest and request.user != inviting.place_of(link.guest).organizer:
        zone, language = (request.POST.get(name, "") for name in ("time_zone", "language"))
        inviting.note_opened(link.guest, zone=zone, language=language)
    return HttpResponse(status=204)


@login_not_required
@require_safe
def find(request: Request) -> HttpResponse:
    """From a pasted link or token to its door."""
    path = _path_of(request.GET.get("link", "").strip()).rstrip("/")
    return redirect("door", token=clean_name(path.rpartition("/")[2])[:64] or "unknown")


def _path_of(pasted: str) -> str:
    try:
        return urlsplit(pasted).path
    except ValueError:  # brackets that hold no address
        return ""


def _failed(request: Request, link: JoinLink, visitor: Visitor, state: DoorState) -> HttpResponse:
    """What went wrong, once; the next try is the person's, not the page's."""
    idle = replace(visitor, ready=False)
    response = _show(request, door_for(link, idle), state=state)
    remember(response, request, link, idle, ready=False)
    return response


def _show(
    request: Request,
    found: Door,
    *,
    error: str = "",
    passcode_error: str = "",
    state: DoorState | None = None,
) -> HttpResponse:
    request.outcome = state or found.state
    template = "meetings/door.html#state" if request.htmx else "meetings/door.html"
    unknown = _zone_is_unknown(request, found)
    context = {
        "door": found,
        "state": state or found.state,
        "adding": None if request.htmx else adding_at_door(found),
        "recordings": None if request.htmx else _recordings_at(found),
        "error": error,
        "passcode_error": passcode_error,
        "now": timezone.now(),
        "zone_is_unknown": unknown,
        "admits_at": _where_hosts_admit(found),
        "choose_at": where_to_choose(found.room, found.booking) if found.meeting_url else "",
    }
    # A stranger whose zone nobody knows reads the meeting's.
    zone = found.booking.zone if unknown and found.booking else timezone.get_current_timezone()
    with timezone.override(zone):
        response = render(request, template, context)
    response.headers["Referrer-Policy"] = "same-origin"
    return leading_out(request, response)


def _recordings_at(found: Door) -> RecordingQuerySet | None:
    shared = shared_at(found)
    return None if shared.query.is_empty() else shared  # Django makes SQL also of nothing


def _where_hosts_admit(found: Door) -> str:
    """The page to keep open for those who wait, when the room itself does not tell of them."""
    nobody_waits = (found.session or found.room).waiting_room == WaitingRoom.NOBODY
    alias = found.session.alias if found.session else found.room.provider_alias
    return found.console_url if leads_out(alias) and not nobody_waits else ""


def _zone_is_unknown(request: Request, found: Door) -> bool:
    return found.visitor.user is None and ZONE_COOKIE not in request.COOKIES


def _follow(request: Request, link: JoinLink, visitor: Visitor, ticket: JoinTicket) -> HttpResponse:
    if ticket.url:
        response: HttpResponse = redirect(ticket.url)
        response.headers["Referrer-Policy"] = "no-referrer"
    else:
        found = door_for(link, visitor)
        response = render(request, ticket.template, {**ticket.context, "door": found})
        provider = provider_of(found.session.alias if found.session else found.room.provider_alias)
        response = framing(request, response, provider.origins if provider else ())
        # Not "no-referrer": then the page's own forms would come without an origin.
        response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    request.outcome = "entered"
    return response
