"""The front page."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from meetings.http import Request


@login_not_required
@require_safe
def home(request: Request) -> HttpResponse:
    """Organizers go to their meetings; everybody else may join by link, sign in or sign up."""
    known = settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated
    return redirect("dashboard") if known else render(request, "meetings/home.html")


@login_not_required
@require_safe
def favicon(request: Request) -> HttpResponse:
    """For pages that do not name their icon: Django's admin."""
    return redirect(static("img/mark.svg"))
