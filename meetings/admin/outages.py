"""When providers were silent, as far as we looked."""

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from meetings.models import Outage

from .common import History, YesNoFilter, badge


class StateFilter(YesNoFilter):
    """Whether it is over: whether its end is known."""

    words = (_("All"), _("Silent"), _("Over"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("state")


@admin.register(Outage)
class OutageAdmin(History):
    list_display = ["alias", "state_shown", "began_at", "ended_at", "error"]
    list_filter = [("ended_at", StateFilter), "alias", "began_at"]
    search_fields = ["alias", "error"]
    date_hierarchy = "began_at"
    fields = ["alias", "state_shown", ("began_at", "ended_at"), "error"]

    @admin.display(description=_("state"), ordering="ended_at")
    def state_shown(self, outage: Outage) -> SafeString:
        return badge("quiet", _("Over")) if outage.ended_at else badge("warn", _("Silent"))
