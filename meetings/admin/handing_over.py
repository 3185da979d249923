"""Handing what one person has ahead to another, after a look at it."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from accounts.models import User
from meetings.forms.handing_over import HandOverForm
from meetings.services import handing_over
from meetings.services.handing_over import CannotHandOver


def page(admin: Any, request: HttpRequest, people: QuerySet[User]) -> HttpResponse | None:
    """The next page of it; None when it is done, or cannot be done."""
    source = people.first()
    if source is None or people.count() > 1:
        text = gettext("Choose one person whose meetings and rooms are handed over.")
        admin.message_user(request, text, messages.ERROR)
        return None
    asked = "asked" in request.POST or "sure" in request.POST
    form = HandOverForm(request.POST if asked else None, source=source)
    if "sure" in request.POST and form.is_valid() and form.target:
        _do(admin, request, source, form.target)
        return None
    context: dict[str, Any] = {
        **admin.admin_site.each_context(request),
        "title": gettext("Hand over"),
        "opts": admin.model._meta,
        "source": source,
        "estate": handing_over.estate_of(source),
        "form": form,
        "target": form.target if form.is_valid() else None,
    }
    return TemplateResponse(request, "admin/accounts/user/hand_over.html", context)


def _do(admin: Any, request: HttpRequest, source: User, target: User) -> None:
    by = User.objects.get(pk=request.user.pk or 0)
    try:
        estate = handing_over.hand_over(source, target, by=by)
    except CannotHandOver as refused:
        admin.message_user(request, str(refused), messages.ERROR)
        return
    text = gettext("To %(name)s: meetings %(meetings)d, series %(series)d, rooms %(rooms)d.")
    told = {"meetings": estate.meetings, "series": estate.series, "rooms": estate.rooms}
    admin.message_user(request, text % {**told, "name": target}, messages.SUCCESS)
