"""Handing all one has ahead to somebody else: by address, after a look at what goes."""

from http import HTTPStatus

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.throttle import too_many
from meetings.forms.handing_over import HandOverForm
from meetings.http import MemberRequest
from meetings.services import handing_over
from meetings.services.handing_over import CannotHandOver


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def hand_over(request: MemberRequest) -> HttpResponse:
    """Ask for whom, show what goes, and do it when that was seen."""
    estate = handing_over.estate_of(request.user)
    form = HandOverForm(request.POST or None, source=request.user)
    context = {"form": form, "estate": estate, "section": "profile"}
    if request.method == "POST" and (refusal := too_many(request, "hand_over")):
        return refusal  # or it would tell of any number of addresses whether they are known
    if not form.is_valid():
        status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
        return render(request, "meetings/hand_over.html", context, status=status)
    if "sure" not in request.POST or form.target is None:
        return render(request, "meetings/hand_over.html", {**context, "target": form.target})
    try:
        handing_over.hand_over(request.user, form.target, by=request.user)
    except CannotHandOver as refused:
        messages.error(request, str(refused))
        return redirect("hand-over")
    told = _("All of it belongs to %(name)s now. Please tell them.") % {"name": form.target.name}
    messages.success(request, told)
    return redirect("own-data")
