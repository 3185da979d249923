"""Calendar feeds. Whoever knows a token reads the calendar, so none is shown."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetings.models import Feed

from .common import History, YesNoFilter, badge


@admin.register(Feed)
class FeedAdmin(History):
    secrets = ("token",)
    view_on_site = False  # that address is the whole secret
    list_display = ["__str__", "owner", "room", "state", "created_at", "last_read_at"]
    list_filter = [("room", YesNoFilter), ("revoked_at", YesNoFilter), "created_at", "last_read_at"]
    list_select_related = ["owner", "room"]
    search_fields = ["owner__email", "owner__name", "room__name"]
    search_help_text = _("Owner or room")
    fields = ["owner", "room", "state", ("created_at", "revoked_at"), "last_read_at"]
    actions = ["revoke"]

    @admin.display(description=_("state"))
    def state(self, feed: Feed) -> SafeString:
        return badge("danger", _("Revoked")) if feed.revoked_at else badge("ok", _("Works"))

    @admin.action(description=_("Revoke"), permissions=["operate"])
    def revoke(self, request: HttpRequest, feeds: QuerySet[Feed]) -> None:
        working: list[Any] = list(feeds.filter(revoked_at=None))
        for feed in working:
            feed.revoke()
        text = ngettext("%d feed no longer works.", "%d feeds no longer work.", len(working))
        if working:
            self.message_user(request, text % len(working), messages.SUCCESS)
        else:
            text = gettext("Nothing to do: these feeds were revoked before.")
            self.message_user(request, text, messages.INFO)
