"""A person's data as an archive to take along: JSON, calendar files, and attendance as a table."""

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import closing
from typing import Any, BinaryIO

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from defusedcsv import csv as defused
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q, QuerySet

from accounts.models import User
from meetings.models import (
    Admission,
    Answer,
    Attendance,
    Booking,
    ChatMessage,
    Guest,
    JoinLink,
    OutgoingMail,
    Room,
    RoomPeer,
    Series,
)
from meetings.services.calendars import files
from meetings.services.calendars.files import CalendarFile

from .traces import guests_at, identities_of

ROWS_AT_ONCE = 500
PRESENCE = ("session__booking__title", "session__room__name", "name", "role")

Rows = QuerySet[Any, Any]  # as dictionaries


def write_account(to: BinaryIO, user: User) -> None:
    """Everything of a person with an account; a few rows in memory at a time."""
    with closing(_Archive(to)) as archive:
        for name, rows in _account(user):
            archive.add_rows(name, rows)
        _add_presence(archive, [f"u:{user.pk}"])
        for booking in _each(Booking.objects.visible_to(user).filter(series=None)):
            archive.add_calendar(f"meetings/{booking.pk}", files.for_organizer(booking))
        for series in _each(Series.objects.visible_to(user)):
            archive.add_calendar(f"series/{series.pk}", files.for_organizer(series))
        _add_guest(archive, user.email)


def write_guest(to: BinaryIO, address: str) -> None:
    """What is held about an address as a guest's."""
    with closing(_Archive(to)) as archive:
        _add_presence(archive, identities_of(address))
        _add_guest(archive, address)


def _account(user: User) -> Iterator[tuple[str, Rows]]:
    about = ("email", "name", "time_zone", "language", "date_joined", "last_login")
    yield "profile", User.objects.filter(pk=user.pk).values(*about)
    yield "addresses", EmailAddress.objects.filter(user=user).values("email", "verified")
    devices = UserSession.objects.filter(user=user)
    yield "devices", devices.values("ip", "user_agent", "created_at", "last_seen_at")
    meetings = Booking.objects.filter(organizer=user)
    yield "meetings", meetings.values(*_BOOKING)
    series = Series.objects.filter(organizer=user)
    yield "series", series.values("id", "title", "created_at", "cancelled_at", "cancel_reason")
    rooms = Room.objects.filter(owner=user, is_permanent=True)
    yield "rooms", rooms.values("id", "name", "created_at", "archived_at")
    mine = Q(booking__organizer=user) | Q(series__organizer=user)
    yield "guests", Guest.objects.filter(mine).values("id", "booking", "series", "email", "name")
    answers = Answer.objects.filter(guest__in=Guest.objects.filter(mine))
    yield "answers-of-guests", answers.values("guest", *_ANSWER)
    links = JoinLink.objects.visible_to(user)
    yield "links", links.values("booking", "series", "room", "purpose", "label", "created_at")


_BOOKING = (
    "id",
    "title",
    "description",
    "starts_at",
    "ends_at",
    "time_zone",
    "room__name",
    "series",
    "state",
    "cancel_reason",
    "created_at",
)
_ANSWER = ("booking", "pattern", "choice", "comment", "proposed_at", "answered_at")


def _add_guest(archive: "_Archive", address: str) -> None:
    guests = guests_at(address)
    invited = ("booking__title", "booking__starts_at", "series__title", "email", "name")
    seen = ("language", "time_zone", "invited_at", "opened_at", "bounced_at", "bounce")
    archive.add_rows("invitations", guests.values(*invited, *seen, "removed_at"))
    answers = Answer.objects.filter(guest__in=guests)
    archive.add_rows("answers", answers.values("booking__title", *_ANSWER))
    mails = OutgoingMail.objects.filter(to_email__address=address)
    archive.add_rows("mails", mails.values("notice__kind", "created_at", "outcome", "sent_at"))
    links = JoinLink.objects.filter(guest__in=guests, revoked_at=None)
    for link in _each(links.with_meeting()):
        if found := files.for_link(link):
            archive.add_calendar(f"invitations/{link.pk}", found)


def _add_presence(archive: "_Archive", identities: list[str]) -> None:
    theirs = {"identity__in": identities}
    stays = Attendance.objects.filter(**theirs)
    archive.add_table("attendance", stays.values(*PRESENCE, "joined_at", "left_at"))
    asked = Admission.objects.filter(**theirs)
    archive.add_rows("admissions", asked.values(*PRESENCE, "state", "asked_at", "message"))
    pages = RoomPeer.objects.filter(**theirs).values("pid")
    archive.add_rows("chat", ChatMessage.objects.filter(pid__in=pages).values("text", "at"))


def _each(rows: QuerySet[Any]) -> Iterator[Any]:
    return rows.order_by("pk").iterator(chunk_size=ROWS_AT_ONCE)


class _Archive:
    """A zip file that is written from beginning to end."""

    def __init__(self, to: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED)

    def add_rows(self, name: str, rows: Rows) -> None:
        with self._zip.open(f"{name}.json", "w") as file:
            file.write(b"[")
            for number, row in enumerate(_each(rows)):
                text = json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
                file.write(f"{',' if number else ''}\n{text}".encode())
            file.write(b"\n]\n")

    def add_table(self, name: str, rows: Rows) -> None:
        """For spreadsheets, in which no cell is a formula."""
        with self._zip.open(f"{name}.csv", "w") as file:
            text = io.TextIOWrapper(file, "utf-8-sig", newline="")
            table = defused.writer(text)
            for number, row in enumerate(_each(rows)):
                if not number:
                    table.writerow(row.keys())
                table.writerow(row.values())
            text.flush()
            text.detach()

    def add_calendar(self, name: str, file: CalendarFile) -> None:
        self._zip.writestr(f"{name}.ics", file.written())

    def close(self) -> None:
        self._zip.close()
