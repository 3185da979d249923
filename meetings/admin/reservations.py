"""What is reserved at providers, and what is still owed there."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetings.models import Reservation
from meetings.services import reservations

from .common import History, Trail, badge

State = Reservation.State
COLOURS = {
    State.PENDING: "warn",
    State.HELD: "ok",
    State.REFUSED: "danger",
    State.RELEASED: "quiet",
    State.LAPSED: "quiet",
}


class OutstandingFilter(admin.SimpleListFilter):
    title = _("outstanding")
    parameter_name = "outstanding"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Reservation]
    ) -> QuerySet[Reservation]:
        if self.value() in {"yes", "no"}:
            return queryset.filter(next_try_at__isnull=self.value() == "no")
        return queryset


class Reserved:
    """Columns about a reservation."""

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, reservation: Reservation) -> SafeString:
        return badge(COLOURS[State(reservation.state)], reservation.get_state_display())

    @admin.display(description=_("next try"), ordering="next_try_at", empty_value="")
    def next_try(self, reservation: Reservation) -> Any:
        return reservation.next_try_at


@admin.register(Reservation)
class ReservationAdmin(Reserved, History):
    secrets = ("host_key", "key", "lease")
    list_display = ["booking", "alias", "state_shown", "starts_at", "next_try", "attempts", "error"]
    list_filter = [OutstandingFilter, "state", "alias", "is_wanted", "booking__starts_at"]
    list_select_related = ["booking"]
    search_fields = [
        "booking__title",
        "booking__organizer__email",
        "booking__organizer__name",
        "=provider_room_id",
        "=provider_booking_id",
    ]
    search_help_text = _("Meeting, organizer, or the provider’s name of the room")
    fieldsets = [
        (None, {"fields": ["booking", "alias", "state_shown", "is_wanted", "differences"]}),
        (_("Tries"), {"fields": ["next_try", "attempts", "error"]}),
        (_("At the provider"), {"fields": ["provider_room_id", "provider_booking_id"]}),
        (_("When"), {"fields": ["created_at", "updated_at"]}),
    ]
    readonly_fields = ["state_shown", "next_try"]
    actions = ["try_again"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reservation]:
        found: QuerySet[Reservation] = super().get_queryset(request)
        return found.defer("host_key")  # never shown, and one that is unreadable hides no other

    @admin.display(description=_("start"), ordering="booking__starts_at")
    def starts_at(self, reservation: Reservation) -> Any:
        return reservation.booking.starts_at

    @admin.action(description=_("Try again now"), permissions=["operate"])
    def try_again(self, request: HttpRequest, chosen: QuerySet[Reservation]) -> None:
        owed = [reservation for reservation in chosen if reservation.is_outstanding]
        for reservation in owed:
            reservations.try_again(reservation)
        text = ngettext("%d reservation is tried again.", "%d are tried again.", len(owed))
        if owed:
            self.message_user(request, text % len(owed), messages.SUCCESS)
        else:
            self.message_user(request, gettext("Nothing to do: none of these is open."))


class ReservationInline(Reserved, Trail):
    """What is reserved for a meeting, and where."""

    model = Reservation
    fields = ["alias", "state_shown", "next_try", "attempts", "error"]
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reservation]:
        found: QuerySet[Reservation] = super().get_queryset(request)
        return found.defer("host_key")
