"""Background work: who does it, what each task did last, and what is owed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from huey.contrib.djhuey import HUEY

from meetings import tasks  # noqa: F401  (registers what runs by the clock)
from meetings.models import TaskRecord, Worker
from meetings.services import background
from meetings.services.background import Queue

from .common import History, badge, may_change

A_DAY = 24 * 60  # minutes: nothing runs more seldom
LATE = timedelta(minutes=2)
OUTSTANDING = {  # how the list of a kind shows only what is owed
    "OutgoingMail": "outcome=waiting",
    "Reservation": "outstanding=yes",
    "WebhookDelivery": "next_try_at__isempty=0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task as the page shows it."""

    name: str
    record: TaskRecord | None = None
    by_the_clock: bool = False
    due_at: datetime | None = None  # when it should have begun, and surely has
    worker_since: datetime | None = None

    @property
    def is_overdue(self) -> bool:
        """Whether it should have begun and did not, for longer than a busy worker takes.

        What was due before the worker came runs at its next time.
        """
        if self.due_at is None:
            return False
        if self.worker_since and self.due_at < self.worker_since:
            return False
        began = self.record.began_at if self.record else None
        return began is None or began < self.due_at

    @property
    def state(self) -> SafeString:
        if self.is_overdue:
            return badge("danger", _("Overdue"))
        if self.record is None:
            return badge("quiet", _("Not yet run"))
        if self.record.is_unfinished:
            return badge("warn", _("Began and has not ended"))
        kind = {"done": "ok", "failed": "danger", "again": "warn"}.get(self.record.outcome, "quiet")
        return badge(kind, self.record.get_outcome_display() or "–")


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """What is owed of one kind, where it is listed, and whether this person may have it tried."""

    queue: Queue
    url: str
    may_try: bool


@admin.register(TaskRecord)
class TaskRecordAdmin(History):
    list_display = ["name", "outcome", "began_at", "ended_at", "runs", "failures", "error"]
    list_filter = ["outcome", "failed_at"]
    search_fields = ["name"]

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.overview)
        return [path("work/", page, name="meetings_background"), *super().get_urls()]

    def overview(self, request: HttpRequest) -> HttpResponse:
        """Everything at a glance; a press on "Try now" brings one kind forward."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._try_now(request)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Background work"),
            "opts": self.opts,
            "workers": workers(),
            "queued": queued(),
            "tasks": all_tasks(),
            "debts": [_debt(request, queue) for queue in background.queues()],
        }
        return TemplateResponse(request, "admin/meetings/background.html", context)

    def _try_now(self, request: HttpRequest) -> HttpResponse:
        kinds = {model.__name__: model for model in background.owed_models()}
        model = kinds.get(request.POST.get("kind", ""))
        if model is None or not may_change(request, model._meta):
            raise PermissionDenied
        number = background.try_now(model)
        text = ngettext("%d is tried within a minute.", "%d are tried within a minute.", number)
        self.message_user(request, text % number, messages.SUCCESS if number else messages.INFO)
        return redirect("admin:meetings_background")


def workers() -> list[tuple[Worker, bool]]:
    """Those that were seen within a day, and whether each is most likely gone."""
    missed = timezone.now() - background.BEAT * background.MISSED
    return [(worker, worker.seen_at < missed) for worker in Worker.objects.all()]


def queued() -> int | None:
    """How many tasks wait in the queue; None when it cannot be reached."""
    try:
        return int(HUEY.pending_count())
    except Exception:  # noqa: BLE001  (Redis, PostgreSQL or a file: each fails in its own way)
        return None


def all_tasks() -> list[Task]:
    """Those that run by the clock, then the others that were seen."""
    records = {record.name: record for record in TaskRecord.objects.all()}
    since = min((worker.started_at for worker, is_gone in workers() if not is_gone), default=None)
    clocked = {task.name: last_due(task) for task in HUEY.by_the_clock()}
    return [
        *(
            Task(
                name=name,
                record=records.get(name),
                by_the_clock=True,
                due_at=due_at,
                worker_since=since,
            )
            for name, due_at in sorted(clocked.items())
        ),
        *(Task(name=name, record=row) for name, row in records.items() if name not in clocked),
    ]


def last_due(task: object) -> datetime | None:
    """The last minute but two at which the clock asked for it; None when none was within a day."""
    now = (timezone.now() - LATE).replace(second=0, microsecond=0)
    minutes = (now - timedelta(minutes=ago) for ago in range(A_DAY))
    due = task.validate_datetime  # type: ignore[attr-defined]
    return next((at for at in minutes if due(timezone.make_naive(at, UTC))), None)


def _debt(request: HttpRequest, queue: Queue) -> Debt:
    model = apps.get_model("meetings", queue.name)
    return Debt(queue=queue, url=_list_of(queue.name), may_try=may_change(request, model._meta))


def _list_of(name: str) -> str:
    try:
        url = reverse(f"admin:meetings_{name.lower()}_changelist")
    except NoReverseMatch:  # has no page of its own
        return ""
    return f"{url}?{query}" if (query := OUTSTANDING.get(name)) else url
