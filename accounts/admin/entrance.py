"""The administration's own sign-in page, which asks for no password: ours does."""

from allauth.account.utils import get_next_redirect_url
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse


@login_not_required
def sign_in(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    """To our page, where second factors and throttles are; staff who are in go where they wanted.

    Django's own form would let somebody in with a password alone, whatever factor they have.
    """
    goal = get_next_redirect_url(request) or reverse("admin:index")
    if not request.user.is_authenticated:
        return redirect_to_login(goal)
    if not (request.user.is_staff and request.user.is_active):
        raise PermissionDenied
    return redirect(goal)
