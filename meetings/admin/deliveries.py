"""What providers told, and what became of it."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetings.models import WebhookDelivery
from meetings.services.deliveries import deliveries

from .common import History, YesNoFilter, badge

Outcome = WebhookDelivery.Outcome
COLOURS = {
    Outcome.RECEIVED: "warn",
    Outcome.APPLIED: "ok",
    Outcome.STRANGER: "quiet",
    Outcome.IGNORED: "quiet",
    Outcome.FAILED: "danger",
}


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(History):
    """Each event once, without its body: that may hold host keys, passcodes and more."""

    secrets = ("host_key", "lease")
    list_display = [
        "kind",
        "outcome_shown",
        "alias",
        "meeting",
        "person",
        "occurred_at",
        "received_at",
        "error",
    ]
    list_filter = ["outcome", "alias", "kind", ("next_try_at", YesNoFilter), "received_at"]
    list_select_related = ["session__room", "session__booking"]
    search_fields = ["=room_id", "=event_id", "=recording_id", "session__room__name"]
    search_help_text = _("The provider’s name of the room, of the event or of the recording")
    date_hierarchy = "received_at"
    fieldsets = [
        (None, {"fields": ["kind", "outcome_shown", "session", "person", "error"]}),
        (_("At the provider"), {"fields": ["alias", "room_id", "run_id", "recording_id"]}),
        (_("When"), {"fields": ["occurred_at", "received_at", "next_try_at", "attempts"]}),
    ]
    readonly_fields = ["outcome_shown", "person"]
    actions = ["apply_again"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookDelivery]:
        rows: QuerySet[WebhookDelivery] = super().get_queryset(request)
        return rows.defer("host_key", "session__host_key", "session__passcode")

    @admin.display(description=_("outcome"), ordering="outcome")
    def outcome_shown(self, delivery: WebhookDelivery) -> SafeString:
        return badge(COLOURS[Outcome(delivery.outcome)], delivery.get_outcome_display())

    @admin.display(description=_("meeting"))
    def meeting(self, delivery: WebhookDelivery) -> str:
        session = delivery.session
        if session is None:
            return ""
        return session.booking.title if session.booking else session.room.name

    @admin.display(description=_("person"))
    def person(self, delivery: WebhookDelivery) -> str:
        name: str = delivery.attendee.get("name", "")
        return name

    @admin.action(description=_("Apply again"), permissions=["operate"])
    def apply_again(self, request: HttpRequest, rows: QuerySet[WebhookDelivery]) -> None:
        chosen = list(rows)
        for delivery in chosen:
            deliveries.apply_again(delivery)
        waiting = sum(delivery.is_outstanding for delivery in chosen)
        if waiting:
            text = ngettext(
                "%d delivery waits for its turn.", "%d deliveries wait for their turn.", waiting
            )
            self.message_user(request, text % waiting, messages.WARNING)
        else:
            self.message_user(request, gettext("Applied again."), messages.SUCCESS)
