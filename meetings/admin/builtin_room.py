"""The built-in room's own tables."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts.admin.audited import Audited
from meetings.models import ChatMessage, RoomPeer

from .common import History
from .people_at_meetings import MEETING, SEARCHED, Shown


@admin.register(RoomPeer)
class RoomPeerAdmin(Shown, History):
    secrets = ("resume_hash", "pid")
    list_display = [
        "name",
        "role",
        "status",
        "connected",
        "meeting",
        "entered_at",
        "left_at",
        "left_why",
    ]
    list_filter = ["status", "role", "entered_at"]
    list_select_related = MEETING
    search_fields = SEARCHED
    date_hierarchy = "entered_at"
    fields = [
        "name",
        "role",
        "came_as",
        "session",
        "status",
        "connected",
        "hand",
        "media",
        "forced",
        ("entered_at", "seen_at", "left_at"),
        "left_why",
    ]

    @admin.display(description=_("connected"), boolean=True)
    def connected(self, page: RoomPeer) -> bool:
        return page.is_online


@admin.register(ChatMessage)
class ChatMessageAdmin(Shown, Audited, History):
    """May be deleted: people paste what should not stay."""

    secrets = ("pid",)
    list_display = ["name", "beginning", "meeting", "at"]
    list_filter = ["at"]
    list_select_related = MEETING
    search_fields = [*SEARCHED, "text"]
    date_hierarchy = "at"
    fields = ["name", "text", "session", "at"]

    @admin.display(description=_("text"))
    def beginning(self, message: ChatMessage) -> str:
        return Truncator(message.text).chars(80)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)
