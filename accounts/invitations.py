"""Inviting people to sign up."""

from django.conf import settings
from django.utils import translation

from accounts import mail
from accounts.models import Invitation


def send_invitation(invitation: Invitation) -> None:
    """Mail the link, in the language of whoever invites: the other's is not known yet."""
    context = {
        "inviter": invitation.invited_by,
        "url": f"{settings.SITE_URL}{invitation.get_absolute_url()}",
        "until": invitation.expires_at,
    }
    letter = mail.compose(
        "mail/accounts/invitation.txt",
        context,
        to=[invitation.email],
        language=translation.get_language() or settings.LANGUAGE_CODE,
    )
    letter.send()
