"""What templates know about the reader and about signing up."""

from django.http import HttpRequest

from accounts import policy
from accounts.questions import zone_question_for
from accounts.themes import theme_of


def people(request: HttpRequest) -> dict[str, object]:
    """`zone_question` is for accounts/zone_banner.html."""
    return {
        "zone_question": zone_question_for(request),
        "sign_up_is_public": policy.is_public(),
        "theme": theme_of(request),
    }
