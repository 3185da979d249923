"""An administrator's link from the server's own console."""

from http import HTTPStatus

from allauth.account.utils import perform_login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import throttle, ways_in


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def way_in(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows one button, so previews do not use the link up; POST signs in."""
    user = ways_in.user_of(token)
    if user is None:
        gone = render(request, "accounts/way_in_gone.html", status=HTTPStatus.NOT_FOUND)
        return throttle.too_many(request, "link") or gone
    if request.method == "POST":
        signed_in: HttpResponse = perform_login(request, user, email_verification="none")
        return signed_in
    return render(request, "accounts/way_in.html", {"person": user})
