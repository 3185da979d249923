"""Where a second factor is demanded, nothing else comes before it."""

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from accounts.factors import has_factor
from accounts.http import Request
from accounts.middleware import Handler, may_be_signed_in
from accounts.models import User
from accounts.second_factor import Demand, has_shown, is_demanded_of

GOAL = "second_factor_goal"  # where somebody was going, in their session
# What people need on their way to a second factor, besides the pages about it
STEPS = {"account_logout", "account_reauthenticate", "account_set_password", "theme", "zone"}
PAGES_OF_FACTORS = "mfa_"
# Of those, the pages that ask for a factor. The others change factors: whoever has one and has not
# shown it would set up a second one by password, and be in by that.
ASKING = {
    *("mfa_index", "mfa_authenticate", "mfa_login_webauthn"),
    *("mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
}

# Not for people who sign in elsewhere only
LOCAL_PAGES = {
    "account_signup",
    "account_change_password",
    "account_set_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_login_webauthn",
}


class SecondFactorMiddleware:
    """Lead who has not shown a demanded second factor to where they do, or set one up."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if _name(request).startswith(PAGES_OF_FACTORS):
            add_never_cache_headers(response)  # secrets and codes that are shown once
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *_arguments: Any
    ) -> HttpResponse | None:
        if not settings.LOCAL_SIGN_IN and _name(request) in LOCAL_PAGES:
            return redirect("account_login")
        if settings.SECOND_FACTOR == Demand.OPTIONAL or not may_be_signed_in(request):
            return None
        if not request.user.is_authenticated or not _is_guarded(request, view, request.user):
            return None
        if has_shown(cast("Request", request)):
            if not _name(request).startswith(PAGES_OF_FACTORS):  # they lead on to it
                _forget_goal(request)
            return None
        return _lead(request, request.user)


def _name(request: HttpRequest) -> str:
    return (request.resolver_match and request.resolver_match.url_name) or ""


def _is_guarded(request: HttpRequest, view: Callable[..., Any], user: User) -> bool:
    if request.resolver_match and "admin" in request.resolver_match.app_names:
        return _name(request) != "logout"
    if _name(request).startswith(PAGES_OF_FACTORS):
        return _name(request) not in ASKING and is_demanded_of(user) and has_factor(user)
    if settings.SECOND_FACTOR != Demand.EVERYONE or not getattr(view, "login_required", True):
        return False
    return _name(request) not in STEPS


def _lead(request: HttpRequest, user: User) -> HttpResponse:
    """To the page that asks for the factor, or to the one where it is set up."""
    goal = _goal_of(request)
    if has_factor(user):
        way = reverse(_page_that_asks(user)) + "?" + urlencode({"next": goal})
    else:
        request.session[GOAL] = goal
        way = reverse("mfa_index")
    if "HX-Request" in request.headers:  # htmx would put the page into a corner of this one
        return HttpResponse(headers={"HX-Redirect": way})
    if not request.accepts("text/html"):
        words = _("A second factor is needed. Sign in with one first.")
        return HttpResponse(words, status=403, content_type="text/plain; charset=utf-8")
    return redirect(way)


def _page_that_asks(user: User) -> str:
    apps = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP)
    return "mfa_reauthenticate" if apps.exists() else "mfa_reauthenticate_webauthn"


def _goal_of(request: HttpRequest) -> str:
    """The page that somebody asked for, or stood on; for a form that was sent, the first page."""
    if page := request.headers.get("HX-Current-URL"):
        found = urlsplit(page)
        ours = found.netloc == request.get_host() and found.path.startswith("/")
        return found.path if ours and not found.path.startswith("//") else reverse("dashboard")
    return request.get_full_path() if request.method == "GET" else reverse("dashboard")


def _forget_goal(request: HttpRequest) -> None:
    if GOAL in request.session:
        del request.session[GOAL]
