"""Guests: who is invited, whose mail came back, and what they answered."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from meetings.models import Answer, Guest
from meetings.services import inviting
from meetings.wording import day_text

from .common import FindsByLink, History, Trail, YesNoFilter, badge
from .links import AnyLinkInline

Choice = Answer.Choice
COLOURS = {Choice.ACCEPTED: "ok", Choice.DECLINED: "danger", Choice.TENTATIVE: "warn"}


class Invited:
    """Columns about a guest."""

    @admin.display(description=_("state"))
    def state_shown(self, guest: Guest) -> SafeString:
        if guest.removed_at:
            return badge("quiet", _("Removed"))
        if guest.bounced_at:
            return badge("danger", _("Mail came back"))
        return badge("ok", _("Opened")) if guest.opened_at else badge("plain", _("Invited"))


class Said:
    """Columns about an answer."""

    @admin.display(description=_("answer"), ordering="choice")
    def said(self, answer: Answer) -> SafeString:
        if answer.reset_at:
            return badge("quiet", answer.get_choice_display())
        return badge(COLOURS[Choice(answer.choice)], answer.get_choice_display())

    @admin.display(description=pgettext_lazy("answer", "to"))
    def about(self, answer: Answer) -> str:
        """One meeting with its day, or what holds for all of a series."""
        if answer.booking:
            start = answer.booking.starts_at.astimezone(answer.booking.zone)
            return f"{answer.booking.title}, {day_text(start.date())}"
        return str(answer.pattern)


class GuestInline(Invited, Trail):
    model = Guest
    fields = ["email", "name", "state_shown", "bounce", "time_zone", "invited_at", "opened_at"]
    show_change_link = True


class AnswerInline(Said, Trail):
    model = Answer
    fields = ["said", "about", "comment", "proposed_at", "answered_at", "reset_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Answer]:
        return super().get_queryset(request).select_related("booking", "pattern", "guest")


@admin.register(Guest)
class GuestAdmin(Invited, FindsByLink, History):
    link_lookup = "link__token"
    list_display = ["email", "name", "place", "state_shown", "bounce", "invited_at"]
    list_filter = [
        ("bounced_at", YesNoFilter),
        ("opened_at", YesNoFilter),
        ("removed_at", YesNoFilter),
        "invited_at",
    ]
    list_select_related = ["booking", "series"]
    search_fields = ["email", "name", "booking__title", "series__title"]
    search_help_text = _("Address, name, title of the meeting, or a whole link")
    date_hierarchy = "invited_at"
    fieldsets = [
        (None, {"fields": ["email", "name", "booking", "series", "state_shown"]}),
        (_("Mail"), {"fields": ["bounced_at", "bounce"]}),
        (_("Their browser"), {"fields": ["language", "time_zone"]}),
        (_("When"), {"fields": ["invited_at", "opened_at", "removed_at"]}),
    ]
    readonly_fields = ["state_shown"]
    inlines = [AnswerInline, AnyLinkInline]
    actions = ["invite_again"]

    @admin.display(description=_("invited to"))
    def place(self, guest: Guest) -> str:
        return str(guest.booking or guest.series)

    @admin.action(description=_("Invite again"), permissions=["operate"])
    def invite_again(self, request: HttpRequest, guests: QuerySet[Guest]) -> None:
        done = left = 0
        for guest in guests:
            try:
                sent = inviting.invite_again(guest)
            except inviting.CannotInvite:
                sent = False
            done, left = done + sent, left + (not sent)
        if done:
            text = ngettext("%d guest is invited again.", "%d guests are invited again.", done)
            self.message_user(request, text % done, messages.SUCCESS)
        if left:
            text = gettext("Who was removed, or whose meeting is over or cancelled, is left out.")
            self.message_user(request, text, messages.WARNING)


@admin.register(Answer)
class AnswerAdmin(Said, History):
    list_display = ["guest", "said", "about", "comment", "proposed_at", "answered_at", "reset_at"]
    list_filter = ["choice", ("reset_at", YesNoFilter), ("proposed_at", YesNoFilter), "answered_at"]
    list_select_related = ["guest", "booking", "pattern"]
    search_fields = ["guest__email", "guest__name", "booking__title", "pattern__title", "comment"]
    date_hierarchy = "answered_at"
    fieldsets = [
        (None, {"fields": ["guest", "said", "about", "comment", "proposed_at"]}),
        (_("When"), {"fields": ["answered_at", "reset_at"]}),
    ]
    readonly_fields = ["said", "about"]
