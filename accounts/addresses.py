"""A person's confirmed address, as django-allauth keeps it."""

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import User


@transaction.atomic
def vouch_for(user: User) -> None:
    """Count the person's address as confirmed: an operator has typed it, or their link was used."""
    addresses = EmailAddress.objects.filter(user=user)
    addresses.exclude(email=user.email.lower()).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email.lower(), defaults={"primary": True, "verified": True}
    )
