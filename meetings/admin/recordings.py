"""What providers keep of our meetings."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetings.models import Recording, RoomSession
from meetings.services.recordings import deletions, recordings
from meetings.wording import lasting_text

from .common import History, badge, by

State = Recording.State
COLOURS = {
    State.PROCESSING: "warn",
    State.READY: "ok",
    State.FAILED: "danger",
    State.DELETING: "warn",
    State.DELETED: "quiet",
    State.MISSING: "danger",
}


@admin.register(Recording)
class RecordingAdmin(History):
    """Facts alone: to see one is for those whom its organizer lets."""

    secrets = ("lease",)
    list_display = [
        "__str__",
        "meeting",
        "alias",
        "state_shown",
        "started_at",
        "lasts",
        "weighs",
        "access",
        "expires_at",
        "error",
    ]
    list_filter = ["state", "access", "session__alias", "started_at", "expires_at"]
    list_select_related = ["session__booking", "session__room", "deleted_by"]
    search_fields = [
        "title",
        "=recording_id",
        "session__booking__title",
        "session__room__name",
        "session__room__owner__email",
    ]
    search_help_text = _("Title, meeting, room, owner’s address, or the provider’s name for it")
    date_hierarchy = "started_at"
    fieldsets = [
        (None, {"fields": ["title", "session", "state_shown", "access", "expires_at"]}),
        (_("At the provider"), {"fields": ["alias", "recording_id", "lasts", "weighs"]}),
        (_("When"), {"fields": ["started_at", "found_at", "seen_at", "deleted_at", "deleted_by"]}),
        (_("Tries"), {"fields": ["next_try_at", "attempts", "error"]}),
    ]
    readonly_fields = ["state_shown", "alias", "lasts", "weighs"]
    actions = ["look_again", "delete_there"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Recording]:
        rows: QuerySet[Recording] = super().get_queryset(request)
        return rows.defer("session__host_key", "session__passcode", "session__room__passcode")

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, recording: Recording) -> SafeString:
        return badge(COLOURS[State(recording.state)], recording.get_state_display())

    @admin.display(description=_("meeting"))
    def meeting(self, recording: Recording) -> str:
        session = recording.session
        return session.booking.title if session.booking else session.room.name

    @admin.display(description=_("provider"), ordering="session__alias")
    def alias(self, recording: Recording) -> str:
        return recording.session.alias

    @admin.display(description=_("lasted"), ordering="seconds")
    def lasts(self, recording: Recording) -> str:
        return lasting_text(recording.minutes) if recording.minutes else ""

    @admin.display(description=_("size"), ordering="size")
    def weighs(self, recording: Recording) -> str:
        return filesizeformat(recording.size) if recording.size else ""

    @admin.action(description=_("Ask the provider again"), permissions=["operate"])
    def look_again(self, request: HttpRequest, chosen: QuerySet[Recording]) -> None:
        sessions = RoomSession.objects.filter(pk__in=chosen.values("session"))
        recordings.look_again(sessions)
        self.message_user(request, gettext("The provider is being asked."))

    @admin.action(description=_("Delete at the provider, for good"), permissions=["operate"])
    def delete_there(self, request: HttpRequest, chosen: Any) -> None:
        rows = Recording.objects.filter(pk__in=chosen.values("pk"))
        count = deletions.delete(rows, by=by(request))
        text = ngettext("%d recording is being deleted.", "%d are being deleted.", count)
        if count:
            self.message_user(request, text % count, messages.SUCCESS)
        else:
            self.message_user(request, gettext("Nothing to do: none of these is there."))
