"""Rooms."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetings.models import Room, RoomSession
from meetings.providers import aliases
from meetings.services import hosting
from meetings.services.moving import save_room
from meetings.services.rooms import provider_of

from . import moving, providers
from .common import FindsByLink, YesNoFilter, badge, by, may_change
from .links import LinkInline


class RoomForm(forms.ModelForm):
    """Only a provider that is set up can be chosen, or the one the room has."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "provider_alias" in self.fields:  # not for those who may only look
            known = dict.fromkeys([*aliases(), self.instance.provider_alias])
            self.fields["provider_alias"] = forms.ChoiceField(
                label=_("Provider"), choices=[(alias, alias) for alias in known]
            )
        for field in self.fields.values():  # only what was changed on the page is saved
            field.show_hidden_initial = True

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        provider = provider_of(self.cleaned_data.get("provider_alias", ""))
        most = provider.most_people if provider else None
        if most and (self.cleaned_data.get("capacity") or 0) > most:
            text = _("This provider's rooms hold %(most)d people at most.")
            self.add_error("capacity", ValidationError(text, params={"most": most}))
        return cleaned


@admin.register(Room)
class RoomAdmin(FindsByLink):
    """Organizers make rooms; operators mend them, and give them up. None is deleted."""

    form = RoomForm
    list_display = ["name", "owner", "is_permanent", "provider_alias", "waiting_room", "state"]
    list_filter = [
        "is_permanent",
        "provider_alias",
        ("archived_at", YesNoFilter),
        "waiting_room",
        "created_at",
    ]
    list_select_related = ["owner"]
    search_fields = ["name", "owner__email", "owner__name"]
    search_help_text = _("Name, owner, or a whole link")
    date_hierarchy = "created_at"
    readonly_fields = ["owner", "is_permanent", "state", "created_at", "updated_at", "archived_at"]
    fieldsets = [
        (None, {"fields": ["name", "owner", "is_permanent", "provider_alias", "state"]}),
        (_("Doors"), {"fields": ["waiting_room", "needs_host", "doors_open_minutes", "capacity"]}),
        (_("Inside"), {"fields": ["chat", "participants_share", "is_webinar"]}),
        (_("When"), {"fields": ["created_at", "updated_at", "archived_at"]}),
    ]
    inlines = [LinkInline]
    actions = ["give_up"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        live = RoomSession.objects.live().filter(room=OuterRef("pk"))
        found: QuerySet[Room] = super().get_queryset(request)
        return found.annotate(is_live=Exists(live))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Room | None = None) -> bool:
        return False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return may_change(request, self.opts)

    @admin.display(description=_("state"))
    def state(self, room: Room) -> SafeString | str:
        if room.is_archived:
            return badge("quiet", _("Given up"))
        if provider_of(room.provider_alias) is None:
            return badge("danger", _("Provider is gone"))
        return badge("live", _("Live")) if getattr(room, "is_live", False) else ""

    @admin.action(description=_("Give up (archive)"), permissions=["operate"])
    def give_up(self, request: HttpRequest, rooms: QuerySet[Room]) -> None:
        """As its owner would; rooms in which meetings are planned stay."""
        in_use = rooms.filter(is_permanent=True, archived_at=None)
        given_up = sum(self._give_up(request, room) for room in in_use)
        text = ngettext("%d room is given up.", "%d rooms are given up.", given_up)
        self.message_user(request, text % given_up, messages.SUCCESS if given_up else messages.INFO)

    def _give_up(self, request: HttpRequest, room: Room) -> bool:
        if room.bookings.confirmed().not_over().exists():
            text = gettext("Meetings are planned in “%(room)s”. Move or cancel them first.")
            self.message_user(request, text % {"room": room}, messages.ERROR)
            return False
        for session in room.sessions.running():
            hosting.end_for_all(session)
        room.archive()
        return True

    def get_urls(self) -> list[URLPattern]:
        overview = self.admin_site.admin_view(self.provider_overview)
        move = self.admin_site.admin_view(self.move_rooms)
        return [
            path("providers/", overview, name="meetings_providers"),
            path("providers/move/", move, name="meetings_move"),
            *super().get_urls(),
        ]

    def provider_overview(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return providers.overview(request, self.admin_site)

    def move_rooms(self, request: HttpRequest) -> HttpResponse:
        if not self.has_operate_permission(request):
            raise PermissionDenied
        return moving.move(request, self.admin_site)

    def save_model(self, request: HttpRequest, obj: Room, form: RoomForm, change: bool) -> None:
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        save_room(obj, changed, by=by(request))
