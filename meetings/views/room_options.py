"""The part of a form that follows the provider which is chosen in it."""

from django.http import HttpResponse
from django.shortcuts import render

from meetings.forms.rooms import RoomOptionsForm
from meetings.http import MemberRequest


def options_of_chosen(request: MemberRequest, form: RoomOptionsForm) -> HttpResponse:
    """What can be set at the provider that was just chosen; nothing is saved."""
    return render(request, "meetings/parts/room_options.html", {"form": form})
