"""Join links. Whoever knows a token has its rights, so none is shown whole."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetings.models import JoinLink

from .common import FindsByLink, History, Trail, badge

SHOWN = 4  # characters of a token: enough to tell links apart, useless to guess the rest


class Token:
    @admin.display(description=_("token"))
    def token_start(self, link: JoinLink) -> str:
        return f"{link.token[:SHOWN]}…"

    @admin.display(description=_("state"))
    def state(self, link: JoinLink) -> SafeString:
        if link.revoked_at:
            return badge("danger", _("Revoked"))
        if link.expires_at and link.expires_at <= timezone.now():
            return badge("quiet", _("Expired"))
        return badge("ok", _("Works"))


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, Any]]:
        return [("works", _("Works")), ("revoked", _("Revoked")), ("expired", _("Expired"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[JoinLink]) -> QuerySet[JoinLink]:
        now = timezone.now()
        match self.value():
            case "works":
                return queryset.filter(pk__in=JoinLink.objects.usable())
            case "revoked":
                return queryset.exclude(revoked_at=None)
            case "expired":
                return queryset.filter(revoked_at=None, expires_at__lte=now)
        return queryset


@admin.register(JoinLink)
class JoinLinkAdmin(Token, FindsByLink, History):
    link_lookup = "token"
    secrets = ("token",)
    view_on_site = False  # that address is the whole link
    list_display = [
        "__str__",
        "token_start",
        "purpose",
        "owner",
        "transferable",
        "state",
        "uses",
        "last_used_at",
    ]
    list_filter = ["purpose", StateFilter, "transferable", "created_at", "last_used_at"]
    list_select_related = ["booking", "room", "series", "owner"]
    search_fields = [
        "booking__title",
        "series__title",
        "room__name",
        "owner__email",
        "owner__name",
    ]
    search_help_text = _("Title, room, owner, or a whole link")
    date_hierarchy = "created_at"
    fields = [
        "token_start",
        "purpose",
        "booking",
        "room",
        "series",
        "guest",
        "owner",
        "transferable",
        "state",
        ("created_at", "expires_at", "revoked_at"),
        ("uses", "last_used_at"),
    ]
    actions = ["revoke"]

    @admin.action(description=_("Revoke"), permissions=["operate"])
    def revoke(self, request: HttpRequest, links: QuerySet[JoinLink]) -> None:
        working = list(links.filter(revoked_at=None))
        for link in working:
            link.revoke()
        text = ngettext("%d link no longer works.", "%d links no longer work.", len(working))
        if working:
            self.message_user(request, text % len(working), messages.SUCCESS)
        else:
            text = gettext("Nothing to do: these links were revoked before.")
            self.message_user(request, text, messages.INFO)


class AnyLinkInline(Token, Trail):
    """All links of something."""

    model = JoinLink
    fields = ["token_start", "purpose", "owner", "transferable", "state", "uses", "last_used_at"]
    show_change_link = True
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[JoinLink]:
        links: QuerySet[JoinLink] = super().get_queryset(request)
        return links.select_related("booking", "room", "series", "owner")


class LinkInline(AnyLinkInline):
    """The links of a meeting or room, but for those that are one guest's own: there may be many."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[JoinLink]:
        return super().get_queryset(request).filter(guest=None)
