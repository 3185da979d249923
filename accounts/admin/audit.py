"""The audit log, to look at and to take along. Nothing in it can be changed here."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from defusedcsv import csv
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import AuditEntry

from .readonly import ReadOnly

COLUMNS = ["at", "by", "user_id", "through", "action", "about", "about_id", "values"]
COLUMNS += ["request", "address"]
ROWS_AT_ONCE = 500


class KindFilter(admin.SimpleListFilter):
    """The kinds of things that something was done to, by their names."""

    title = _("kind")
    parameter_name = "about"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        found = AuditEntry.objects.order_by("about").values_list("about", flat=True).distinct()
        return [(about, name_of(about)) for about in found if about]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> Any:
        return queryset.filter(about=self.value()) if self.value() else queryset


class DeedFilter(admin.SimpleListFilter):
    """What was done, each word once: some deeds of different things are called the same."""

    title = _("what")
    parameter_name = "action__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        first_of = {str(deed.label): deed.value for deed in reversed(audit.Action)}
        return [(value, label) for label, value in reversed(first_of.items())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> Any:
        value = self.value()
        if value is None or value not in audit.Action.values:
            return queryset
        label = audit.Action(value).label
        return queryset.filter(action__in=[each for each in audit.Action if each.label == label])


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly, admin.ModelAdmin):
    change_list_template = "admin/accounts/auditentry/change_list.html"
    list_display = ["at", "who", "action", "what", "before_and_after", "request"]
    list_filter = ["by", DeedFilter, KindFilter, "at"]
    list_select_related = ["user"]
    list_per_page = 50
    show_full_result_count = False  # there may be millions
    search_fields = ["request", "address", "through"]
    search_help_text = _("Somebody's address, a number, a request's reference")
    date_hierarchy = "at"
    fields = ["at", "by", "user", "through", "action", "what", "before_and_after"]
    fields += ["request", "address"]
    actions = None

    @admin.display(description=_("who"), ordering="user")
    def who(self, entry: AuditEntry) -> str:
        """By the name of today, if there is still one."""
        person = str(entry.user) if entry.user_id and has_user(entry) else ""
        number = f"#{entry.user_id}" if entry.user_id and not person else ""
        return " · ".join(filter(None, [person or number, entry.through])) or entry.get_by_display()

    @admin.display(description=_("on what"), ordering="about")
    def what(self, entry: AuditEntry) -> str:
        return f"{name_of(entry.about)} {entry.about_id}".strip()

    @admin.display(description=_("before and after"))
    def before_and_after(self, entry: AuditEntry) -> str:
        pairs = [(name, in_words(value)) for name, value in entry.values.items()]
        return format_html_join("\n", "<div>{}: {}</div>", pairs)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry], search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        """A number is a thing's, an address somebody's; anything else stands in the entry."""
        term = search_term.strip()
        if "@" in term:
            return queryset.filter(user__email__address=term), False
        if term.isdecimal():
            return queryset.filter(Q(about_id=term[:40])), False
        return super().get_search_results(request, queryset, search_term)

    # Taking it along

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export)
        return [
            path("export/<str:form>/", export, name="accounts_auditentry_export"),
            *super().get_urls(),
        ]

    def export(self, request: HttpRequest, form: str) -> StreamingHttpResponse | HttpResponse:
        """What the list shows now, with its filters, as a file that is written while it is sent."""
        if not self.has_view_permission(request) or form not in FORMS:
            raise PermissionDenied
        rows = self.get_changelist_instance(request).get_queryset(request).order_by("pk")
        audit.record(audit.Action.EXPORTED, values={"what": "audit log", "form": form})
        kind, lines = FORMS[form]
        answer = StreamingHttpResponse(lines(facts_of(rows)), content_type=kind)
        answer.headers["Content-Disposition"] = f'attachment; filename="audit.{form}"'
        return answer


def has_user(entry: AuditEntry) -> bool:
    """Whether the account is still there: its number stays when it is not."""
    return getattr(entry, "user", None) is not None


def name_of(about: str) -> str:
    try:
        return str(apps.get_model(about)._meta.verbose_name)
    except (LookupError, ValueError):
        return about


def in_words(value: Any) -> str:
    if isinstance(value, list) and len(value) == 2:
        return f"{value[0]} → {value[1]}"
    return str(value)


def facts_of(rows: QuerySet[AuditEntry]) -> Iterator[dict[str, Any]]:
    """A few rows in memory at a time."""
    yield from rows.values(*COLUMNS).iterator(chunk_size=ROWS_AT_ONCE)


class _Line:
    """What a csv.writer writes to, when each line is wanted by itself."""

    def write(self, line: str) -> str:
        return line


def as_csv(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Spreadsheets must not take what somebody typed for a formula: defusedcsv sees to that."""
    writer = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    for row in rows:
        moment, values = row["at"].isoformat(), json.dumps(row["values"], ensure_ascii=False)
        yield writer.writerow({**row, "at": moment, "values": values}.values())


def as_lines(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False) + "\n"


FORMS = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "jsonl": ("application/x-ndjson; charset=utf-8", as_lines),
}
