"""People in the Django admin, which is entered by our own, throttled sign-in page."""

from allauth.account.decorators import secure_admin_login
from allauth.account.views import password_change
from django.contrib import admin

from .invitation import InvitationAdmin
from .trail import EmailAddressAdmin, UserSessionAdmin
from .user import UserAdmin

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign, no-untyped-call]
admin.site.password_change = password_change  # type: ignore[method-assign, assignment]

__all__ = ["EmailAddressAdmin", "InvitationAdmin", "UserAdmin", "UserSessionAdmin"]
