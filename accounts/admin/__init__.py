"""People in the Django admin, which is entered by our own, throttled sign-in page."""

from allauth.account.views import password_change
from django.contrib import admin

from .audit import AuditEntryAdmin
from .audited import AuditedGroupAdmin
from .entrance import sign_in
from .factors import AuthenticatorAdmin, SocialAccountAdmin
from .invitation import InvitationAdmin
from .trail import EmailAddressAdmin, UserSessionAdmin
from .user import UserAdmin

admin.site.login = sign_in  # type: ignore[method-assign]
admin.site.password_change = password_change  # type: ignore[method-assign, assignment]

__all__ = [
    "AuditEntryAdmin",
    "AuditedGroupAdmin",
    "AuthenticatorAdmin",
    "EmailAddressAdmin",
    "InvitationAdmin",
    "SocialAccountAdmin",
    "UserAdmin",
    "UserSessionAdmin",
]
