"""All rooms and coming meetings of an alias, to another one."""

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.models import CHANGE, LogEntry
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.models import User
from meetings.forms.moving import MoveForm
from meetings.models import Room
from meetings.services.moving import Plan
from meetings.services.transactions import saving

from .common import by


def move(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Choose from where to where, look at what that means, do it."""
    if request.method == "POST":
        return _move(request, site)
    form = MoveForm.asked(request.GET)
    return _page(request, site, form, form.plan() if form.is_bound else None)


def _move(request: HttpRequest, site: AdminSite) -> HttpResponse:
    form = MoveForm(request.POST)
    done = _move_and_log(form, request.POST.get("mark", ""), by(request))
    if done is None:
        again = MoveForm(request.POST)  # to be looked at again, if there is anything
        return _page(request, site, form, again.plan(), status=409)
    words = _("Moved to %(alias)s. Rooms: %(rooms)d, coming meetings: %(meetings)d.")
    told = {"alias": done.target, "rooms": len(done.rooms), "meetings": done.meetings}
    messages.success(request, words % told)
    return redirect("admin:meetings_providers")


@saving
def _move_and_log(form: MoveForm, mark: str, operator: User) -> Plan | None:
    done = form.move(mark=mark, by=operator)
    if done:
        words = _("Moved from %(source)s to %(target)s.")
        LogEntry.objects.log_actions(
            operator.pk,
            Room.objects.filter(pk__in=[room.pk for room in done.rooms]),
            CHANGE,
            change_message=words % {"source": done.source, "target": done.target},
        )
    return done


def _page(
    request: HttpRequest,
    site: AdminSite,
    form: MoveForm,
    plan: Plan | None,
    *,
    status: int | None = None,
) -> HttpResponse:
    context = {
        **site.each_context(request),
        "title": _("Move to another provider"),
        "opts": Room._meta,
        "form": form,
        "plan": plan,
    }
    status = status or (422 if form.errors else 200)
    return TemplateResponse(request, "admin/meetings/room/move.html", context, status=status)
