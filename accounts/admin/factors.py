"""Second factors and sign-ins elsewhere, to look at. Nothing secret of them is shown."""

# Imported for their registrations, which ours replace: they show secrets, and let them be typed in.
import allauth.mfa.admin
import allauth.socialaccount.admin  # noqa: F401
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin

from .readonly import ReadOnly

for model in (Authenticator, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnly, admin.ModelAdmin):
    """Removed by an action on the person, who is told by mail."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type", "created_at", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name"]
    fields = ["user", "type", "created_at", "last_used_at"]


@admin.register(SocialAccount)
class SocialAccountAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["user", "uid", "last_login", "date_joined"]
    list_select_related = ["user"]
    search_fields = ["uid", "user__email", "user__name"]
    fields = ["user", "uid", "last_login", "date_joined"]
