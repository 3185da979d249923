"""What a host's buttons do, from whichever page they were pressed on."""

from collections.abc import Callable, Sequence
from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings.forms.hosting import PasscodeForm, RefusalForm
from meetings.http import Request, whole_number
from meetings.providers.base import Role
from meetings.services import controls, hosting
from meetings.services.controls import CannotDo, NotDoneThere
from meetings.services.roles import Action, may, may_ever

from .desks import Desk
from .kept_out import kept_out_text
from .live import people_waiting, said_at_the_end
from .relocating import relocate
from .troubles import held_at

Act = Callable[[Request, Desk], HttpResponse]

PAGES = {Action.PASSCODE, Action.MOVE}  # that are looked at before something is done


def act_at(request: Request, desk: Desk, action: Action) -> HttpResponse:
    """Do it, if it is theirs to do, and the meeting is such that it can be done."""
    methods = ["GET", "HEAD", "POST"] if action in PAGES else ["POST"]
    if request.method not in methods:
        return HttpResponseNotAllowed(methods)
    if not may_ever(desk.actor.seat, action):
        raise PermissionDenied
    if not may(desk.actor.seat, action, desk.session.state):
        return over(request, desk, action)
    return ACTS[action](request, desk)


def over(request: Request, desk: Desk, action: Action | None = None) -> HttpResponse:
    """Too late for it, or in the case of a room left open, too early."""
    if action is Action.CLOSE:
        messages.info(request, _("The room is in use again, so it stays open."))
    else:
        messages.info(request, _("The meeting is not running any more."))
    return redirect(desk.home)


# Who waits


def admit(request: Request, desk: Desk) -> HttpResponse:
    """Let in those who are named, or all who wait."""
    named = _named(request)
    count = hosting.admit(desk.session, named, by=desk.actor.user)
    text = ngettext("%(n)d person is let in.", "%(n)d people are let in.", count)
    return _decided(request, desk, count, text, kept_out=hosting.kept_out(desk.session, named))


def refuse(request: Request, desk: Desk) -> HttpResponse:
    """Send away those who are named, or all who wait, with a word if there is one."""
    form = RefusalForm(request.POST)
    message = form.cleaned_data["message"] if form.is_valid() else ""
    count = hosting.refuse(desk.session, _named(request), by=desk.actor.user, message=message)
    text = ngettext("%(n)d person is sent away.", "%(n)d people are sent away.", count)
    return _decided(request, desk, count, text)


def _named(request: Request) -> list[int] | None:
    """Whom the button names. What is no number names nobody, rather than everybody."""
    named = request.POST.getlist("admission")
    if named == ["all"]:
        return None
    numbers = (whole_number(each) for each in named)
    return [number for number in numbers if number is not None]


def _decided(
    request: Request, desk: Desk, count: int, text: str, *, kept_out: Sequence[str] = ()
) -> HttpResponse:
    if request.htmx and desk.at == "frame":  # the meeting in the frame goes on
        return who_waits(request, desk, kept_out=kept_out)
    if count:
        messages.success(request, text % {"n": count})
    if kept_out:
        messages.warning(request, kept_out_text(kept_out))
    elif not count:
        _say_why_nobody(request)
    return redirect(desk.home)


def _say_why_nobody(request: Request) -> None:
    if not _named(request) and "admission" not in request.POST:
        messages.info(request, _("Please choose somebody who waits."))
    elif _named(request):
        messages.info(request, _("They do not wait any more: it was decided a moment before."))
    else:
        messages.info(request, _("Nobody waits any more."))


def who_waits(
    request: Request, desk: Desk, *, seen: str = "", kept_out: Sequence[str] = ()
) -> HttpResponse:
    """The bar above a provider’s page; nothing when it looks as it did."""
    people = people_waiting(desk.session)
    mark = "-".join(str(each.pk) for each in people) or "nobody"
    if mark == seen:
        return HttpResponse(status=204)
    context = {"desk": desk, "waiting": people, "mark": mark, "kept_out": kept_out_text(kept_out)}
    return render(request, "meetings/parts/frame_waiting.html", context)


# Doors


def lock(request: Request, desk: Desk) -> HttpResponse:
    """Let nobody new in, or let people in again."""
    locked = request.POST.get("locked") == "1"
    done = _("The meeting is locked.") if locked else _("The meeting is open again.")
    act = partial(controls.set_lock, desk.session, locked=locked)
    # The button does the opposite by now
    failed = _(
        "The provider did not do it: %(error)s To ask it again, undo this and do it once more."
    )
    about = "locked" if locked else "open"
    return _carry_out(request, desk, act, done=done, here=done, failed=failed, about=about)


def passcode(request: Request, desk: Desk) -> HttpResponse:
    """Set or clear the passcode that people are asked for. It is shown to nobody again."""
    session = desk.session
    if "clear" in request.POST:
        done = _("Nobody is asked for a passcode any more.")
        act = partial(controls.set_passcode, session, "")
        return _carry_out(request, desk, act, done=done, here=_("Our door asks nobody any more."))
    sets = "passcode" in request.POST
    longest = controls.longest_passcode(session)
    form = PasscodeForm(request.POST if sets else None, longest=longest)
    if sets and form.is_valid():
        done = _("People are asked for the new passcode from now on.")
        act = partial(controls.set_passcode, session, form.cleaned_data["passcode"])
        here = _("Our door asks for the new passcode.")
        return _carry_out(request, desk, act, done=done, here=here)
    asked_there = controls.features_at(session).passcode
    context = {
        "session": session,
        "form": form,
        "back": desk.home,
        "provider": held_at(session.alias) if asked_there else "",
    }
    return render(request, "meetings/passcode.html", context, status=422 if sets else 200)


# People


def remove(request: Request, desk: Desk) -> HttpResponse:
    """Put a person out for good."""
    session, person = desk.session, request.POST.get("person", "")
    here = _("Their link does not let them in again.")
    stays = _("They may still be inside until they leave.")
    gone = _("They are removed.") if controls.features_at(session).removing else stays
    act = partial(controls.remove, session, person, by=desk.actor)
    return _carry_out(request, desk, act, done=f"{here} {gone}", here=f"{here} {stays}")


def mute(request: Request, desk: Desk) -> HttpResponse:
    """Turn a person's microphone off."""
    person = request.POST.get("person", "")
    act = partial(controls.mute, desk.session, person, by=desk.actor)
    return _carry_out(request, desk, act, done=_("Their microphone is off."))


def hand_over(request: Request, desk: Desk) -> HttpResponse:
    """Make somebody co-host or host, or take back what a host has given."""
    person, wanted = request.POST.get("person", ""), request.POST.get("role", "")
    try:
        role = Role(wanted)
    except ValueError:
        return _refusal(request, desk, CannotDo(_("There is no such role.")))
    done = {
        Role.HOST: _("They are host now."),
        Role.COHOST: _("They are co-host now."),
        Role.PARTICIPANT: _("They have the rights of their link again."),
    }[role]
    if not controls.changes_rights_live(desk.session):
        later = _("In the provider’s room this holds when they come in again by their link.")
        done = f"{done} {later}"
    act = partial(controls.hand_over, desk.session, person, role, by=desk.actor)
    return _carry_out(request, desk, act, done=done)


# The meeting


def record(request: Request, desk: Desk) -> HttpResponse:
    """Begin to record at the provider, or stop."""
    on = request.POST.get("on") == "1"
    done = _("The recording begins.") if on else _("The recording stops.")
    return _carry_out(request, desk, partial(controls.record, desk.session, on=on), done=done)


def end(request: Request, desk: Desk) -> HttpResponse:
    """End it for everybody."""
    hosting.end_for_all(desk.session)
    messages.success(request, said_at_the_end(desk.session))
    return redirect(desk.home)


def close(request: Request, desk: Desk) -> HttpResponse:
    """Have the provider close a room that it left open when the meeting was ended."""
    session = desk.session
    if session != session.room.sessions.first():
        return over(request, desk, Action.CLOSE)
    if hosting.close_room(session):
        messages.success(request, _("The provider has closed the room."))
    else:
        messages.error(request, _("The provider did not close the room."))
    return redirect(desk.home)


def _carry_out(
    request: Request,
    desk: Desk,
    act: Callable[[], None],
    *,
    done: str,
    here: str = "",
    failed: str = "",
    about: str = "",
) -> HttpResponse:
    """Do it; `here` is what holds on our side when the provider `failed`.

    What is said of the doors is said until the page learns that they are not so any more (`about`).
    """
    try:
        act()
    except CannotDo as cannot:
        return _refusal(request, desk, cannot)
    except NotDoneThere as trouble:
        again = _("The provider did not do it: %(error)s You can press the button again.")
        words = failed or again
        kept = here or _("Nothing has changed.")
        messages.error(request, f"{kept} {words % {'error': trouble}}")
    else:
        messages.success(request, done, extra_tags=about)
    return redirect(desk.home)


def _refusal(request: Request, desk: Desk, cannot: CannotDo) -> HttpResponse:
    context = {"sentence": str(cannot), "back": desk.home}
    return render(request, "meetings/cannot_do.html", context, status=409)


ACTS: dict[Action, Act] = {
    Action.ADMIT: admit,
    Action.REFUSE: refuse,
    Action.LOCK: lock,
    Action.PASSCODE: passcode,
    Action.REMOVE: remove,
    Action.MUTE: mute,
    Action.HAND_OVER: hand_over,
    Action.RECORD: record,
    Action.END: end,
    Action.MOVE: relocate,
    Action.CLOSE: close,
}
