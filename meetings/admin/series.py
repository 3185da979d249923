"""Series: how they repeat, and what was changed about them."""

from django.contrib import admin
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from meetings.models import Booking, Pattern, Series, SeriesChange
from meetings.rule_words import rule_text
from meetings.views.series_changes import series_values_in_words
from meetings.wording import lasting_text, reminders_text

from .common import FindsByLink, History, Trail, YesNoFilter, badge
from .guests import GuestInline
from .links import LinkInline


class PatternInline(Trail):
    model = Pattern
    fields = ["first_date", "repeats", "clock", "time_zone", "lasts", "reminded", "cancelled_at"]

    @admin.display(description=_("repeats"))
    def repeats(self, pattern: Pattern) -> str:
        return rule_text(pattern.repeats)

    @admin.display(description=_("how long"))
    def lasts(self, pattern: Pattern) -> str:
        return lasting_text(pattern.duration)

    @admin.display(description=_("reminders"))
    def reminded(self, pattern: Pattern) -> str:
        return reminders_text(pattern.reminders)


class SeriesChangeInline(Trail):
    model = SeriesChange
    fields = ["at", "kind", "by", "since", "meetings", "details"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SeriesChange]:
        return super().get_queryset(request).select_related("series", "by")

    @admin.display(description=_("old and new"))
    def details(self, change: SeriesChange) -> SafeString:
        lines = series_values_in_words(change.values, change.since or change.at.date())
        return format_html_join(
            "", "<div>{}: {} → {}</div>", ((x.label, x.old, x.new) for x in lines)
        )


@admin.register(Series)
class SeriesAdmin(FindsByLink, History):
    """Operators look; organizers change. Single meetings of a series are called off as meetings."""

    list_display = ["title", "state_shown", "repeats", "organizer", "ahead", "created_at"]
    list_filter = [("cancelled_at", YesNoFilter), ("deleted_at", YesNoFilter), "created_at"]
    list_select_related = ["organizer"]
    search_fields = ["title", "organizer__email", "organizer__name"]
    search_help_text = _("Title, organizer, or a whole link")
    date_hierarchy = "created_at"
    fieldsets = [
        (None, {"fields": ["title", "organizer", "repeats", "ahead"]}),
        (_("State"), {"fields": ["state_shown", "cancelled_at", "cancel_reason", "deleted_at"]}),
        (_("When"), {"fields": ["created_at", "updated_at", "version"]}),
    ]
    readonly_fields = ["state_shown", "repeats", "ahead"]
    inlines = [PatternInline, GuestInline, LinkInline, SeriesChangeInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Series]:
        found: QuerySet[Series] = super().get_queryset(request)
        coming = Q(bookings__in=Booking.objects.confirmed().not_over())
        patterns = Prefetch("patterns", Pattern.objects.filter(cancelled_at=None))
        return found.annotate(coming=Count("bookings", filter=coming)).prefetch_related(patterns)

    @admin.display(description=_("state"), ordering="cancelled_at")
    def state_shown(self, series: Series) -> SafeString:
        if series.is_cancelled:
            return badge("danger", _("Cancelled"))
        if not getattr(series, "coming", 0):
            return badge("quiet", _("Over"))
        return badge("ok", _("Goes on"))

    @admin.display(description=_("repeats"))
    def repeats(self, series: Series) -> str:
        """As it does now, by its latest pattern."""
        patterns = list(series.patterns.all())
        return rule_text(patterns[-1].repeats) if patterns else ""

    @admin.display(description=_("meetings ahead"), ordering="coming")
    def ahead(self, series: Series) -> int:
        return int(getattr(series, "coming", 0))
