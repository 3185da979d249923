"""Meetings, and what was changed about them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from meetings.models import Booking, BookingChange, RoomSession
from meetings.services import hosting, scheduling
from meetings.templatetags.times import when
from meetings.views.changes import changes_in_words
from meetings.wording import reminders_text

from .common import FindsByLink, History, Trail, YesNoFilter, badge, by
from .guests import GuestInline
from .links import LinkInline
from .reservations import ReservationInline
from .sessions import SessionInline


class WhenFilter(admin.SimpleListFilter):
    title = _("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, Any]]:
        return [("now", _("Now")), ("ahead", _("Ahead")), ("past", _("Past"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        now = timezone.now()
        match self.value():
            case "now":
                return queryset.filter(starts_at__lte=now, ends_at__gt=now)
            case "ahead":
                return queryset.filter(starts_at__gt=now)
            case "past":
                return queryset.filter(ends_at__lte=now)
        return queryset


class ReasonForm(ActionForm):
    """People who open the links of a cancelled meeting read the reason."""

    reason = forms.CharField(label=_("Reason:"), required=False, max_length=500)


class Changes:
    """Columns about a change."""

    @admin.display(description=_("old and new"))
    def details(self, change: BookingChange) -> SafeString:
        lines = changes_in_words(change.values, change.booking)
        return format_html_join(
            "", "<div>{}: {} → {}</div>", ((x.label, x.old, x.new) for x in lines)
        )


class ChangeInline(Changes, Trail):
    model = BookingChange
    fields = ["at", "kind", "by", "details"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[BookingChange]:
        return super().get_queryset(request).select_related("booking", "by")


@admin.register(Booking)
class BookingAdmin(FindsByLink, History):
    """Organizers plan; operators look, and call off. Nothing is deleted: its history stays."""

    list_display = ["title", "state_shown", "when", "organizer", "place", "provider"]
    list_filter = [
        WhenFilter,
        "state",
        ("deleted_at", YesNoFilter),
        ("series", YesNoFilter),
        "room__provider_alias",
        "room__is_permanent",
        "starts_at",
        "created_at",
    ]
    list_select_related = ["organizer", "room"]
    search_fields = ["title", "description", "organizer__email", "organizer__name", "room__name"]
    search_help_text = _("Title, description, organizer, room, or a whole link")
    date_hierarchy = "starts_at"
    ordering = ["-starts_at"]
    fieldsets = [
        (None, {"fields": ["title", "description", "organizer", "room", "series"]}),
        (_("When"), {"fields": ["when", "duration", "time_zone", "may_overlap", "reminded"]}),
        (_("State"), {"fields": ["state_shown", "cancelled_at", "cancel_reason", "deleted_at"]}),
        (_("When"), {"fields": ["created_at", "updated_at", "version"]}),
    ]
    readonly_fields = ["when", "state_shown", "reminded"]
    inlines = [GuestInline, LinkInline, ReservationInline, SessionInline, ChangeInline]
    action_form = ReasonForm
    actions = ["cancel_meetings"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        live = RoomSession.objects.live().filter(booking=OuterRef("pk"))
        found: QuerySet[Booking] = super().get_queryset(request)
        return found.annotate(is_live=Exists(live))

    @admin.display(description=_("when"), ordering="starts_at")
    def when(self, booking: Booking) -> SafeString:
        return when(booking)

    @admin.display(description=_("reminders"))
    def reminded(self, booking: Booking) -> str:
        return reminders_text(booking.reminders)

    @admin.display(description=_("room"), ordering="room__name", empty_value="")
    def place(self, booking: Booking) -> str | None:
        """The permanent room; one made for the meeting has the meeting's name."""
        return booking.room.name if booking.room.is_permanent else None

    @admin.display(description=_("provider"), ordering="room__provider_alias")
    def provider(self, booking: Booking) -> str:
        return booking.room.provider_alias

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, booking: Booking) -> SafeString:
        if booking.is_cancelled:
            return badge("danger", booking.get_state_display())
        if getattr(booking, "is_live", False):
            return badge("live", _("Live"))
        if booking.is_now:
            return badge("ok", _("Now"))
        if booking.is_over:
            return badge("quiet", _("Over"))
        return badge("plain", booking.get_state_display())

    @admin.action(description=_("Cancel selected meetings"), permissions=["operate"])
    def cancel_meetings(self, request: HttpRequest, bookings: QuerySet[Booking]) -> None:
        reason = request.POST.get("reason", "")[:500]
        chosen = list(bookings)
        due = [booking for booking in chosen if not (booking.is_cancelled or booking.is_over)]
        for booking in due:
            scheduling.cancel(booking, by=by(request), reason=reason)
            for session in booking.sessions.running():
                hosting.end_for_all(session)
        self._tell_cancelled(request, len(due), len(chosen) - len(due))

    def _tell_cancelled(self, request: HttpRequest, done: int, left: int) -> None:
        if done:
            text = ngettext("%d meeting is cancelled.", "%d meetings are cancelled.", done)
            self.message_user(request, text % done, messages.SUCCESS)
        if left:
            text = ngettext(
                "%d meeting was over or cancelled before and stays as it is.",
                "%d meetings were over or cancelled before and stay as they are.",
                left,
            )
            self.message_user(request, text % left, messages.WARNING)


@admin.register(BookingChange)
class BookingChangeAdmin(Changes, History):
    list_display = ["booking", "kind", "by", "at", "details"]
    list_filter = ["kind", "at"]
    list_select_related = ["booking", "by"]
    search_fields = ["booking__title", "by__email", "by__name"]
    date_hierarchy = "at"
    fields = ["booking", "kind", "by", "at", "details"]
