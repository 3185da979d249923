"""How a person's account is protected, on one page."""

from collections.abc import Callable
from typing import Any, cast

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.account.views import PasswordSetView
from allauth.mfa import app_settings
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.generic import RedirectView

from accounts.guard import GOAL
from accounts.http import Request
from accounts.second_factor import has_shown, is_demanded_of

View = Callable[[HttpRequest], HttpResponseBase]


class SecurityView(IndexView):
    """Password, second factor, passkeys, other sign-ins and browsers, each in a sentence."""

    template_name = "accounts/security.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        request = cast("Request", self.request)
        user = request.user
        found: dict[str, list[Authenticator]] = {kind: [] for kind in Authenticator.Type.values}
        for one in Authenticator.objects.filter(user=user).order_by("created_at"):
            found[one.type].append(one)
        codes = found["recovery_codes"]
        goal = request.session.get(GOAL)
        return {
            "app": found["totp"],
            "passkeys": found["webauthn"],
            "codes_left": codes_left(codes[0]) if codes else None,
            "links": user.socialaccount_set.all(),
            "elsewhere": settings.OIDC,
            "browsers": user.usersession_set.count(),
            "is_demanded": is_demanded_of(user),
            "goal": goal if goal and has_shown(request) else None,
            "section": "profile",
        }


def codes_left(codes: Authenticator) -> int:
    """How many recovery codes are not used yet; this opens no secret."""
    return int(app_settings.RECOVERY_CODE_COUNT) - int(codes.data["used_mask"]).bit_count()


def set_password(request: HttpRequest) -> HttpResponseBase:
    """A first password, for somebody who has just shown that it is them.

    They may have a factor already: an open session alone is not enough to be given both.
    """
    if request.method == "POST" and is_reauthentication_required(request, app=""):
        # django-allauth would keep the form, password and all, in the session until they are back.
        return redirect(request.path)
    return _set_password(request)


security = SecurityView.as_view()
_set_password: View = reauthentication_required(PasswordSetView.as_view())
# django-allauth's list of passkeys is a part of that page.
passkeys = RedirectView.as_view(pattern_name="mfa_index")
