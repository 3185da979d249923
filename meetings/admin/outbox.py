"""Mails: which went out, which wait, and what mail servers said."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetings.models import OutgoingMail
from meetings.services.mail import posting

from .common import History, badge

Outcome = OutgoingMail.Outcome
COLOURS = {
    Outcome.WAITING: "warn",
    Outcome.SENT: "ok",
    Outcome.DROPPED: "quiet",
    Outcome.REFUSED: "danger",
}


@admin.register(OutgoingMail)
class OutgoingMailAdmin(History):
    secrets = ("lease",)
    list_display = [
        "to_email",
        "told",
        "outcome_shown",
        "sent_at",
        "next_try_at",
        "attempts",
        "error",
    ]
    list_filter = ["outcome", "notice__kind", "created_at"]
    list_select_related = ["notice"]
    search_fields = ["to_email", "to_name", "=message_id", "notice__booking__title"]
    search_help_text = _("Address, name, title of the meeting, or the whole message id")
    fieldsets = [
        (None, {"fields": ["to_email", "to_name", "told", "outcome_shown", "message_id"]}),
        (_("Tries"), {"fields": ["next_try_at", "attempts", "error", "send_before"]}),
        (_("When"), {"fields": ["created_at", "sent_at"]}),
    ]
    readonly_fields = ["told", "outcome_shown"]
    actions = ["send_again"]

    @admin.display(description=_("kind"), ordering="notice__kind")
    def told(self, mail: OutgoingMail) -> str:
        return mail.notice.get_kind_display()

    @admin.display(description=_("outcome"), ordering="outcome")
    def outcome_shown(self, mail: OutgoingMail) -> SafeString:
        return badge(COLOURS[Outcome(mail.outcome)], mail.get_outcome_display())

    @admin.action(description=_("Send now what was not sent"), permissions=["operate"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[OutgoingMail]) -> None:
        unsent: list[Any] = list(chosen.filter(outcome__in=[Outcome.WAITING, Outcome.REFUSED]))
        for mail in unsent:
            posting.try_again(mail)
        text = ngettext("%d mail is sent again.", "%d mails are sent again.", len(unsent))
        if unsent:
            self.message_user(request, text % len(unsent), messages.SUCCESS)
        else:
            self.message_user(request, gettext("Nothing to do: none of these is open."))
