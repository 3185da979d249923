"""Sessions: what runs now, and what ran."""

from datetime import timedelta

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetings.models import RoomSession, WaitingRoom
from meetings.services import hosting
from meetings.templatetags.times import lasting
from meetings.views.session_notes import otherwise
from meetings.views.troubles import in_words

from .common import History, Trail, badge
from .people_at_meetings import AdmissionInline, AttendanceInline

State = RoomSession.State
COLOURS = {
    State.PREPARED: "quiet",
    State.READY: "ok",
    State.OPENING: "warn",
    State.LIVE: "live",
    State.ENDED: "quiet",
    State.FAILED: "danger",
}


def with_people(sessions: QuerySet[RoomSession]) -> QuerySet[RoomSession]:
    """With how many people came, and how many are inside."""
    inside = Q(attendances__left_at=None)
    return sessions.select_related("room", "booking").annotate(
        came=Count("attendances__identity", distinct=True),
        inside=Count("attendances__identity", filter=inside, distinct=True),
    )


class Run:
    """Columns about a session."""

    @admin.display(description=_("meeting"), ordering="room__name")
    def place(self, session: RoomSession) -> str:
        return session.booking.title if session.booking else session.room.name

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, session: RoomSession) -> SafeString:
        return badge(COLOURS[State(session.state)], session.get_state_display())

    @admin.display(description=_("lasted"))
    def lasted(self, session: RoomSession) -> str:
        if session.live_at is None:
            return ""
        length: timedelta = (session.ended_at or timezone.now()) - session.live_at
        return lasting(round(length.total_seconds() / 60))

    @admin.display(description=_("why it ended"), empty_value="")
    def outcome(self, session: RoomSession) -> str | None:
        return session.error or session.get_end_reason_display() or None

    @admin.display(description=_("people"))
    def people(self, session: RoomSession) -> str:
        came, inside = (getattr(session, name) for name in ("came", "inside"))
        if not session.is_live:
            return str(came)
        return gettext("%(inside)d inside, %(came)d in all") % {"inside": inside, "came": came}


@admin.register(RoomSession)
class RoomSessionAdmin(Run, History):
    secrets = ("host_key", "claim", "passcode")
    list_display = [
        "place",
        "state_shown",
        "alias",
        "live_at",
        "lasted",
        "people",
        "outcome",
    ]
    list_filter = ["state", "alias", "end_reason", "created_at"]
    search_fields = [
        "room__name",
        "booking__title",
        "room__owner__email",
        "room__owner__name",
        "=key",
        "=provider_room_id",
    ]
    search_help_text = _("Meeting, room, owner, or the provider’s name of the room")
    date_hierarchy = "created_at"
    fieldsets = [
        (None, {"fields": ["room", "booking", "alias", "state", "people", "error"]}),
        (_("When"), {"fields": ["created_at", "live_at", "ended_at", "lasted", "end_reason"]}),
        (
            _("At the provider"),
            {"fields": ["provider_room_id", "provider_booking_id", "tried", "unlike"]},
        ),
        (
            _("Doors"),
            {"fields": ["locked", "waits", "capacity", "chat_open", "participants_share"]},
        ),
    ]
    readonly_fields = ["people", "lasted", "waits", "tried", "unlike"]
    inlines = [AdmissionInline, AttendanceInline]
    actions = ["end_for_all"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoomSession]:
        return with_people(super().get_queryset(request))

    @admin.display(description=_("who waits for a host"))
    def waits(self, session: RoomSession) -> str:
        return str(WaitingRoom(session.waiting_room).label)

    @admin.display(description=_("tried before"), empty_value="")
    def tried(self, session: RoomSession) -> str | None:
        return "; ".join(f"{e['alias']}: {in_words(e['error'])}" for e in session.detours) or None

    @admin.display(description=_("otherwise than asked"), empty_value="")
    def unlike(self, session: RoomSession) -> str | None:
        return " ".join(map(otherwise, session.differences)) or None

    @admin.action(description=_("End for all"), permissions=["operate"])
    def end_for_all(self, request: HttpRequest, sessions: QuerySet[RoomSession]) -> None:
        running = [session for session in sessions if session.is_running]
        for session in running:
            hosting.end_for_all(session)
        text = ngettext("%d session is over.", "%d sessions are over.", len(running))
        if running:
            self.message_user(request, text % len(running), messages.SUCCESS)
        else:
            self.message_user(request, gettext("Nothing to do: none of these runs."))


class SessionInline(Run, Trail):
    """How often a meeting or room was held."""

    model = RoomSession
    fields = ["state_shown", "alias", "live_at", "lasted", "people", "outcome"]
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoomSession]:
        return with_people(super().get_queryset(request))
