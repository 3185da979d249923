"""What a page of ours may do beyond itself, where a provider needs it."""

from collections.abc import Sequence
from typing import cast

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpResponse
from django_permissions_policy.decorators import permissions_policy_override

from meetings.http import Request
from meetings.providers import aliases
from meetings.services.rooms import provider_of

Policy = dict[str, str | list[str] | tuple[str]]
USES = ("camera", "microphone", "display-capture", "fullscreen", "autoplay")


def leading_out(request: Request, response: HttpResponse) -> HttpResponse:
    """Let the page's form end at any of our providers: browsers count its redirect as its goal."""
    found = (provider_of(alias) for alias in aliases())
    goals = [goal for provider in found if provider for goal in provider.destinations]
    allow = csp_update({"form-action": goals})
    return cast("HttpResponse", allow(lambda _: response)(request)) if goals else response


def leads_out(alias: str) -> bool:
    """Whether people who come in there leave our pages."""
    provider = provider_of(alias)
    return bool(provider and provider.destinations)


def framing(request: Request, response: HttpResponse, origins: Sequence[str]) -> HttpResponse:
    """Let the page show these origins in a frame, with camera and microphone."""
    if not origins:
        return response
    policy: Policy = {name: [*whose] for name, whose in settings.PERMISSIONS_POLICY.items()}
    policy.update({use: ["self", *origins] for use in USES})
    permit = permissions_policy_override(policy)
    allow = csp_update({"frame-src": list(origins)})
    return cast("HttpResponse", permit(allow(lambda _: response))(request))
