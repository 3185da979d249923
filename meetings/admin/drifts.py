"""Where we and the providers disagree."""

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetings.models import Drift
from meetings.services import reconcile

from .common import History, YesNoFilter, badge

COLOURS = {Drift.Outcome.REPAIRED: "ok", Drift.Outcome.VANISHED: "quiet"}


LONGEST = 20.0  # seconds after which nothing more is begun: somebody waits for the page

T = TypeVar("T")
R = TypeVar("R")


def in_time(things: Sequence[T], call: Callable[[T], R]) -> tuple[list[R], Sequence[T]]:
    """What came of each, one after the other; and those that it was too late for."""
    until, answers = time.monotonic() + LONGEST, list[R]()
    for thing in things:
        if answers and time.monotonic() > until:
            break
        answers.append(call(thing))
    return answers, things[len(answers) :]


@admin.register(Drift)
class DriftAdmin(History):
    """What the worker finds every five minutes, and what became of it."""

    change_list_template = "admin/meetings/drift/change_list.html"
    list_display = [
        "kind",
        "state_shown",
        "alias",
        "meeting",
        "details_shown",
        "error",
        "found_at",
    ]
    list_filter = [("settled_at", YesNoFilter), "alias", "kind", "outcome", "found_at"]
    list_select_related = ["session__room", "session__booking", "reservation__booking"]
    search_fields = ["=room_id", "session__room__name", "reservation__booking__title"]
    date_hierarchy = "found_at"
    fieldsets = [
        (None, {"fields": ["kind", "state_shown", "details_shown", "error"]}),
        (_("At the provider"), {"fields": ["alias", "room_id"]}),
        (_("Here"), {"fields": ["session", "reservation"]}),
        (_("When"), {"fields": ["found_at", "seen_at", "settled_at"]}),
    ]
    readonly_fields = ["state_shown", "details_shown"]
    actions = ["repair"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Drift]:
        rows: QuerySet[Drift] = super().get_queryset(request)
        return rows.defer("session__host_key", "session__passcode", "reservation__host_key")

    @admin.display(description=_("state"), ordering="settled_at")
    def state_shown(self, drift: Drift) -> SafeString:
        if drift.is_open:
            return badge("warn", _("Open"))
        return badge(COLOURS[Drift.Outcome(drift.outcome)], drift.outcome_shown)

    @admin.display(description=_("meeting"))
    def meeting(self, drift: Drift) -> str:
        if drift.reservation:
            return drift.reservation.booking.title
        session = drift.session
        if session is None:
            return ""
        return session.booking.title if session.booking else session.room.name

    @admin.display(description=_("details"))
    def details_shown(self, drift: Drift) -> str:
        """Nobody tells when people left whose departure was lost: it is when we noticed."""
        is_estimate = drift.kind == Drift.Kind.ROSTER and drift.outcome == Drift.Outcome.REPAIRED
        estimate = gettext("the times are estimates") if is_estimate else ""
        return ", ".join(each for each in (drift.details, estimate) if each)

    @admin.action(description=_("Repair"), permissions=["operate"])
    def repair(self, request: HttpRequest, drifts: QuerySet[Drift]) -> None:
        chosen = [drift for drift in drifts if drift.is_open]
        repaired, late = in_time(chosen, reconcile.repair)
        for drift, is_done in zip(chosen, repaired, strict=False):
            if not is_done:
                self.message_user(request, f"{drift}: {drift.error}", messages.ERROR)
        if left := len(late):
            text = ngettext(
                "%d is left, as this took too long.", "%d are left, as this took too long.", left
            )
            self.message_user(request, text % left, messages.WARNING)
        if done := sum(repaired):
            text = ngettext("%d difference is resolved.", "%d differences are resolved.", done)
            self.message_user(request, text % done, messages.SUCCESS)
        if not chosen:
            self.message_user(request, gettext("Nothing to do: none of these is open."))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        may_compare = self.has_operate_permission(request)
        return super().changelist_view(
            request, {**(extra_context or {}), "may_compare": may_compare}
        )

    def get_urls(self) -> list[URLPattern]:
        compare = self.admin_site.admin_view(self.compare_now)
        return [path("compare/", compare, name="meetings_compare"), *super().get_urls()]

    def compare_now(self, request: HttpRequest) -> HttpResponse:
        """Ask every provider in use, and say what differs."""
        if request.method != "POST":  # a GET asks no provider anything
            return HttpResponseNotAllowed(["POST"])
        if not self.has_operate_permission(request):
            raise PermissionDenied
        comparisons, late = in_time(reconcile.aliases_in_use(), reconcile.compare)
        if late:
            text = gettext("Not compared, as the others took too long: %(aliases)s.")
            self.message_user(request, text % {"aliases": ", ".join(late)}, messages.WARNING)
        for each in comparisons:
            if each.trouble:
                text = gettext("%(alias)s could not be compared: %(trouble)s")
                said = text % {"alias": each.alias, "trouble": each.trouble}
                self.message_user(request, said, messages.ERROR)
        self._tell_found(request, comparisons)
        return redirect("admin:meetings_drift_changelist")

    def _tell_found(self, request: HttpRequest, comparisons: list[reconcile.Comparison]) -> None:
        found = sum(len(each.found) for each in comparisons)
        if found:
            text = ngettext("%d difference was found.", "%d differences were found.", found)
            self.message_user(request, text % found, messages.WARNING)
        elif not comparisons:
            text = gettext("No provider holds anything of ours: there is nothing to compare.")
            self.message_user(request, text)
        elif not any(each.trouble for each in comparisons):
            self.message_user(request, gettext("Nothing differs."), messages.SUCCESS)
