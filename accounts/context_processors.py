"""What templates know about the reader and about signing up."""

from django.conf import settings
from django.http import HttpRequest

from accounts import policy
from accounts.questions import zone_question_for
from accounts.themes import theme_of


def people(request: HttpRequest) -> dict[str, object]:
    """`zone_question` is for accounts/zone_banner.html."""
    return {
        "zone_question": zone_question_for(request),
        "sign_up_is_public": settings.LOCAL_SIGN_IN and policy.is_public(),
        "local_sign_in": settings.LOCAL_SIGN_IN,
        "elsewhere": settings.OIDC,
        "theme": theme_of(request),
    }
