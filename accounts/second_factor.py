"""Who must have a second factor, and whether this session has shown it."""

from enum import StrEnum
from smtplib import SMTPException
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import audit, mail
from accounts.factors import FACTORS
from accounts.http import Request
from accounts.models import User


class Demand(StrEnum):
    OPTIONAL = "optional"
    STAFF = "staff"
    EVERYONE = "everyone"


def is_demanded_of(user: User) -> bool:
    """Whether this person has to have a second factor for something they may do here."""
    demand = settings.SECOND_FACTOR
    return demand == Demand.EVERYONE or (demand == Demand.STAFF and user.is_staff)


def has_shown(request: Request) -> bool:
    """Whether this session has passed by a second factor that its person still has."""
    records = get_authentication_records(request, request.user)
    shown = [record.get("id") for record in records if record["method"] == "mfa"]
    return bool(shown) and Authenticator.objects.filter(user=request.user, pk__in=shown).exists()


@receiver(authenticator_added)
def count_as_shown(request: HttpRequest, authenticator: Authenticator, **_: Any) -> None:
    """Whoever has just set a factor up has it at hand, and sees the recovery codes next."""
    if authenticator.type in FACTORS:
        told = {"id": authenticator.pk, "type": str(authenticator.type), "reauthenticated": True}
        record_authentication(request, authenticator.user, "mfa", **told)


@transaction.atomic
def take_away(user: User) -> int:
    """Forget the person's lost factors and sign them out everywhere: how many there were."""
    found = Authenticator.objects.filter(user=user)
    count = found.filter(type__in=FACTORS).count()
    found.delete()
    audit.record(audit.Action.FACTOR_REMOVED, user, values={"factors": [count, 0]})
    for session in UserSession.objects.filter(user=user):
        session.end()
    return count


def tell_taken_away(user: User) -> bool:
    """Mail the person that their second factor was removed; False when the mail did not go out."""
    letter = mail.compose(
        "mail/accounts/second_factor_removed.txt",
        {"user": user},
        to=[user.email],
        language=user.language,
    )
    try:
        letter.send()
    except (OSError, SMTPException):
        return False
    return True
