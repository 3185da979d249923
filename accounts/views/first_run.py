"""Making the first admin."""

from allauth.account.utils import perform_login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import first_run, throttle
from accounts.forms.first_run import FirstRunForm

TEMPLATE = "accounts/first_run.html"


@login_not_required
@never_cache
@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def first_run_page(request: HttpRequest) -> HttpResponse:
    """The form for the first admin, while there is none; afterwards as if it had never been."""
    if not first_run.is_needed():
        raise Http404
    if request.method == "POST":
        return throttle.too_many(request, "first_run") or _answer(request)
    form = FirstRunForm(initial={"code": request.GET.get("code", "")[:100]})
    return render(request, TEMPLATE, {"form": form})


def _answer(request: HttpRequest) -> HttpResponse:
    form = FirstRunForm(request.POST)
    if not form.is_valid():
        return render(request, TEMPLATE, {"form": form})
    values = form.cleaned_data
    try:
        admin = first_run.make_admin(
            email=values["email"],
            password=values["password"],
            name=values["name"],
            time_zone=values["time_zone"] or "UTC",
            language=translation.get_language() or "en",
        )
    except first_run.AdminExists as error:
        raise Http404 from error
    signed_in: HttpResponse = perform_login(request, admin)
    return signed_in
