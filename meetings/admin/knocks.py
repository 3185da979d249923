"""Who stood at a door that nobody had opened, and which hosts were told of it by mail."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from meetings.models import Caller, Knock

from .common import History, YesNoFilter, badge

PLACE = ("room", "booking")
SEARCHED = ["booking__title", "room__name"]


@admin.register(Caller)
class CallerAdmin(History):
    list_display = ["name", "state_shown", "booking", "room", "user", "asked_at", "seen_at"]
    list_filter = ["asked_at"]
    list_select_related = [*PLACE, "user"]
    search_fields = ["name", *SEARCHED, "user__email"]
    date_hierarchy = "asked_at"
    fields = ["name", "state_shown", PLACE, "user", ("asked_at", "seen_at")]

    @admin.display(description=_("state"), ordering="seen_at")
    def state_shown(self, caller: Caller) -> SafeString:
        return badge("warn", _("Waits")) if caller.is_at_the_door else badge("quiet", _("Gone"))


@admin.register(Knock)
class KnockAdmin(History):
    list_display = ["__str__", "told_at", "used_at"]
    list_filter = [("used_at", YesNoFilter), "told_at"]
    list_select_related = [*PLACE, "user", "guest"]
    search_fields = [*SEARCHED, "user__email", "guest__email", "guest__name"]
    date_hierarchy = "told_at"
    fields = [PLACE, ("user", "guest"), ("told_at", "used_at")]
