"""Following an invitation."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import throttle
from accounts.models import Invitation, User
from accounts.policy import INVITATION_KEY, Policy


@login_not_required
@never_cache
@require_safe
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Lead to the sign-up form for the invited address; links that died show one plain page."""
    found = _usable(token)
    if found is None or settings.SIGNUP == Policy.CLOSED:
        gone = render(request, "accounts/invitation_gone.html", status=HTTPStatus.NOT_FOUND)
        return throttle.too_many(request, "link") or gone
    if User.objects.filter(email__address=found.email).exists():
        messages.info(request, _("You have an account already: sign in with it."))
        return redirect("account_login")
    request.session[INVITATION_KEY] = token
    return redirect("account_signup")


def _usable(token: str) -> Invitation | None:
    if not token.isprintable():  # PostgreSQL refuses to look for some of those
        return None
    return Invitation.objects.usable().filter(token=token).first()
