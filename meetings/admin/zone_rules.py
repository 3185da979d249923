"""Editions of the world's time zones that meetings were kept by."""

from django.contrib import admin

from meetings.models import ZoneRules

from .common import History


@admin.register(ZoneRules)
class ZoneRulesAdmin(History):
    list_display = ["edition", "applied_at", "moved"]
    search_fields = ["edition"]
    fields = ["edition", "applied_at", "moved"]
