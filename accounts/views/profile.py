"""A person's own page, and their answer about the time zone."""

from django.contrib import messages
from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from accounts.forms.profile import ProfileForm, ZoneForm
from accounts.http import YEAR, Request
from accounts.models import User
from accounts.questions import KEPT_COOKIE
from accounts.themes import keep_theme
from accounts.zones import known_zone

LONGEST_PAGE = 2000


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: Request) -> HttpResponse:
    """Name, language and time zone. Changing the zone changes how times read, and nothing else."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if form.is_valid():
        saved = _save(form, request)
        with translation.override(saved.language):
            messages.success(request, _("Your profile is saved."))
        return redirect("profile")
    context = {"form": form, "section": "profile", "tab": "profile"}
    return render(request, "accounts/profile.html", context)


@transaction.atomic
def _save(form: ModelForm[User], request: Request) -> User:
    audit.record(audit.Action.CHANGED, request.user, values=audit.typed_into(form))
    return form.save()


@require_POST
def zone(request: Request) -> HttpResponse:
    """The answer to the banner: this is my zone now, or keep the one I have."""
    back = redirect(way_back(request))
    if "keep" in request.POST:
        if kept := known_zone(request.POST.get("time_zone")):
            back.set_cookie(KEPT_COOKIE, kept.key, max_age=YEAR, httponly=True, samesite="Lax")
        return back
    form = ZoneForm(request.POST, instance=request.user)
    if form.is_valid():
        _save(form, request)
    else:
        messages.error(request, _("That is not a time zone. Nothing has changed."))
    return back


@require_POST
def theme(request: Request) -> HttpResponse:
    back = redirect(way_back(request))
    keep_theme(back, request.POST.get("theme", ""))
    return back


def way_back(request: HttpRequest) -> str:
    """The page of ours that the form stood on, as a path; the profile when that is none."""
    page = request.POST.get("next", "")
    is_path = page.startswith("/") and page.isprintable() and len(page) <= LONGEST_PAGE
    safe = is_path and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return page if safe else reverse("profile")
