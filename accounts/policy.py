"""Who may sign up."""

from enum import StrEnum

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import Invitation

INVITATION_KEY = "invitation"  # where a visitor's session keeps the token they came with


class Policy(StrEnum):
    OPEN = "open"
    INVITATION = "invitation"
    DOMAIN = "domain"
    CLOSED = "closed"


def invitation_of(request: HttpRequest) -> Invitation | None:
    """The invitation that brought this visitor, while it still counts."""
    token = request.session.get(INVITATION_KEY)
    return Invitation.objects.usable().filter(token=token).first() if token else None


def is_public() -> bool:
    """Whether anybody who comes along may see the sign-up form."""
    return settings.SIGNUP in {Policy.OPEN, Policy.DOMAIN}


def may_sign_up(request: HttpRequest) -> bool:
    """Whether this visitor may see the sign-up form."""
    if settings.SIGNUP == Policy.INVITATION:
        return invitation_of(request) is not None
    return is_public()


def refuse_foreign_address(email: str) -> None:
    """Where people sign up by domain, only addresses of these domains may."""
    if settings.SIGNUP != Policy.DOMAIN or email.rpartition("@")[2] in settings.SIGNUP_DOMAINS:
        return
    domains = ", ".join(settings.SIGNUP_DOMAINS)
    raise ValidationError(
        _("Please use your address at %(domains)s."), code="domain", params={"domains": domains}
    )
