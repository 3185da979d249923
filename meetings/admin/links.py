"""Join links. Whoever knows a token has its rights, so none is shown whole."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from meetings.models import JoinLink
from meetings.services.explaining import explain

from .common import FindsByLink, History, Trail, badge

SHOWN = 4  # characters of a token: enough to tell links apart, useless to guess the rest


KINDS = {
    JoinLink.State.WORKS: ("ok", _("Works")),
    JoinLink.State.REVOKED: ("danger", _("Revoked")),
    JoinLink.State.EXPIRED: ("quiet", _("Expired")),
    JoinLink.State.USED_UP: ("warn", _("Used up")),
}


def state_badge(link: JoinLink) -> SafeString:
    return badge(*KINDS[link.state])


class Token:
    @admin.display(description=_("token"))
    def token_start(self, link: JoinLink) -> str:
        return f"{link.token[:SHOWN]}…"

    @admin.display(description=_("state"))
    def state(self, link: JoinLink) -> SafeString:
        return state_badge(link)


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, Any]]:
        return [(str(state), words) for state, (__, words) in KINDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[JoinLink]) -> QuerySet[JoinLink]:
        now = timezone.now()
        match self.value():
            case "works":
                return queryset.filter(pk__in=JoinLink.objects.usable())
            case "revoked":
                return queryset.exclude(revoked_at=None)
            case "expired":
                return queryset.filter(revoked_at=None, expires_at__lte=now)
            case "used_up":
                standing = JoinLink.objects.standing().exclude(pk__in=JoinLink.objects.usable())
                return queryset.filter(pk__in=standing)
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
        "label",
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
        "label",
        "owner",
        "transferable",
        "state",
        ("created_at", "expires_at", "revoked_at"),
        ("uses", "max_uses", "last_used_at"),
    ]
    actions = ["revoke"]
    change_list_template = "admin/meetings/joinlink/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        explained = self.admin_site.admin_view(self.explain)
        return [path("explain/", explained, name="meetings_explain"), *super().get_urls()]

    @method_decorator(sensitive_post_parameters("link"))
    def explain(self, request: HttpRequest) -> HttpResponse:
        """What a pasted link would do now, and why. It comes by POST: no log keeps it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        pasted = request.POST.get("link", "")
        found = explain(pasted) if pasted.strip() else None
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Explain a link"),
            "opts": self.opts,
            "was_asked": request.method == "POST",
            "found": found,
            "state": state_badge(found.link) if found else "",
        }
        template = "admin/meetings/joinlink/explain.html"
        return TemplateResponse(request, template, context)

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
