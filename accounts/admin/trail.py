"""Addresses and sign-ins of people, to look at."""

# Imported for their registrations, which ours replace: they search for a username we do not have.
import allauth.account.admin
import allauth.usersessions.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts import devices

from .readonly import ReadOnly

for model in (EmailAddress, UserSession):
    admin.site.unregister(model)


class Device:
    @admin.display(description=_("device"))
    def device(self, session: UserSession) -> str:
        return devices.device_name(session.user_agent)


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["email", "user", "primary", "verified"]
    list_filter = ["verified", "primary"]
    list_select_related = ["user"]
    search_fields = ["email", "user__email", "user__name"]


@admin.register(UserSession)
class UserSessionAdmin(Device, ReadOnly, admin.ModelAdmin):
    list_display = ["user", "device", "ip", "created_at", "last_seen_at"]
    list_filter = ["last_seen_at"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name", "ip"]
    fields = ["user", "device", "user_agent", "ip", "created_at", "last_seen_at"]


class EmailAddressInline(ReadOnly, admin.TabularInline):
    model = EmailAddress
    fields = ["email", "primary", "verified"]
    verbose_name_plural = _("e-mail addresses")


class UserSessionInline(Device, ReadOnly, admin.TabularInline):
    model = UserSession
    fields = ["device", "ip", "created_at", "last_seen_at"]
    readonly_fields = ["device"]
    verbose_name_plural = _("signed in on")
