"""The two ends of a sign-in by OpenID Connect, as strict as our adapter."""

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse

from accounts.oidc import OidcAdapter


@login_not_required
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """GET says where one is led; POST leads there."""
    return _shown(OAuth2LoginView, request, provider_id)


@login_not_required
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from there, with an answer or with none."""
    return _shown(OAuth2CallbackView, request, provider_id)


def _shown(
    view: type[OAuth2LoginView | OAuth2CallbackView], request: HttpRequest, provider_id: str
) -> HttpResponse:
    try:
        shown = view.adapter_view(OidcAdapter(request, provider_id))  # type: ignore[no-untyped-call]
        answer: HttpResponse = shown(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    return answer
