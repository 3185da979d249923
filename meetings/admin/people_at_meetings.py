"""Who asked to come in, and who was there."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings.models import Admission, Attendance
from meetings.templatetags.times import lasting

from .common import History, Trail, YesNoFilter, badge

COLOURS = {
    Admission.State.WAITING: "warn",
    Admission.State.ADMITTED: "ok",
    Admission.State.REFUSED: "quiet",
    Admission.State.REMOVED: "danger",
}
MEETING = ["session__room", "session__booking"]
SEARCHED = ["name", "session__booking__title", "session__room__name"]


class Shown:
    """Columns about a person at a meeting."""

    @admin.display(description=_("meeting"))
    def meeting(self, row: Admission | Attendance) -> str:
        session = row.session
        return session.booking.title if session.booking else session.room.name

    @admin.display(description=_("came as"))
    def came_as(self, row: Admission | Attendance) -> str:
        return gettext("Member") if row.identity.startswith("u:") else gettext("Guest")

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, admission: Admission) -> SafeString:
        return badge(COLOURS[Admission.State(admission.state)], admission.get_state_display())

    @admin.display(description=_("lasted"))
    def stayed(self, stay: Attendance) -> str:
        return lasting(round(stay.lasted.total_seconds() / 60))


@admin.register(Admission)
class AdmissionAdmin(Shown, History):
    list_display = ["name", "role", "state_shown", "meeting", "user", "asked_at", "decided_by"]
    list_filter = ["state", "role", "asked_at"]
    list_select_related = [*MEETING, "user", "decided_by"]
    search_fields = [*SEARCHED, "user__email"]
    date_hierarchy = "asked_at"
    fields = [
        "name",
        "role",
        "session",
        "user",
        "state",
        ("asked_at", "decided_at", "decided_by"),
        "message",
    ]


@admin.register(Attendance)
class AttendanceAdmin(Shown, History):
    list_display = ["name", "role", "came_as", "meeting", "joined_at", "left_at", "stayed"]
    list_filter = ["role", ("left_at", YesNoFilter), "joined_at"]
    list_select_related = MEETING
    search_fields = SEARCHED
    date_hierarchy = "joined_at"
    fields = [
        "name",
        "role",
        "came_as",
        "session",
        "joined_at",
        ("left_at", "left_after"),
        "stayed",
    ]


class AdmissionInline(Shown, Trail):
    model = Admission
    fields = ["name", "role", "state_shown", "user", "asked_at", "decided_by", "message"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Admission]:
        return super().get_queryset(request).select_related("user", "decided_by")


class AttendanceInline(Shown, Trail):
    model = Attendance
    fields = ["name", "role", "came_as", "joined_at", "left_at", "stayed"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attendance]:
        return super().get_queryset(request).select_related(*MEETING)
