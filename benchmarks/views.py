"""The least that a view of this project can do, through the same middleware."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from meetings.models import Room


@login_not_required
def raw(request: HttpRequest, pk: int) -> HttpResponse:
    """RAW1: one SELECT by primary key, by cursor, and ten bytes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM meetings_room WHERE id = %s", [pk])
        found = cursor.fetchone()
    return HttpResponse(f"{found[0]:010d}")


@login_not_required
def orm(request: HttpRequest, pk: int) -> HttpResponse:
    """ORM1: the same by the ORM."""
    return HttpResponse(f"{Room.objects.get(pk=pk).pk:010d}")


@login_not_required
def away(request: HttpRequest) -> HttpResponse:
    """REDIR: an answer without a database."""
    return HttpResponseRedirect("https://rooms.example/")


def empty(request: HttpRequest) -> HttpResponse:
    """What it costs to know who is signed in."""
    return HttpResponse(str(request.user.pk))
