"""Who was at a meeting, in files for other programs."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from meetings.models import Booking, Outage, RoomSession
from tests.inviting import invite

from .attended import booking, held, minute, page, rows_of, session, sheets_of, stay
from .conftest import NOW

__all__ = ["booking", "session"]

Book = Callable[..., Booking]
pytestmark = pytest.mark.django_db


def test_csv_tells_times_with_their_offset_and_minutes(
    as_dana: Client, booking: Booking, session: RoomSession
) -> None:
    invite(booking, "Zoe <zoe@example.com>")
    stay(session, "Ana", 5, 20.5, left_after=minute(10))

    ana, zoe = rows_of(as_dana, booking)

    assert ana["First in"] == timezone.localtime(minute(5), booking.zone).isoformat(
        timespec="seconds"
    )
    assert (ana["Minutes"], ana["Minutes, certain"], ana["Minutes, at most"]) == (
        "15.50",
        "5.00",
        "15.50",
    )
    assert "Left between" in ana["Gaps"]
    assert (zoe["Name"], zoe["Invited as"], zoe["Gaps"]) == ("Zoe", "zoe@example.com", "")
    assert (ana["Status"], zoe["Status"]) == ("Came", "Did not come")


def test_file_of_a_meeting_that_runs_says_who_is_there_and_who_is_not_yet(
    as_dana: Client, booking: Booking
) -> None:
    running = held(booking.room, booking, end=None)
    invite(booking, "Zoe <zoe@example.com>")
    stay(running, "Ana", 0, None)

    ana, zoe = rows_of(as_dana, booking)

    assert (ana["Status"], zoe["Status"]) == ("In the room", "Not here yet")


def test_xlsx_holds_real_times_and_durations(
    as_dana: Client, booking: Booking, session: RoomSession
) -> None:
    Outage.objects.create(alias="builtin", began_at=minute(50), ended_at=minute(55))
    stay(session, "Ana", 5, 20.5)

    people, gaps = sheets_of(as_dana, booking)

    line = [cell.value for cell in people[3]]
    here = timezone.localtime(minute(5), booking.zone).replace(tzinfo=None, microsecond=0)
    assert "Berlin" in people["A1"].value
    assert (line[0], line[4], line[6]) == ("Ana", here, timedelta(minutes=15, seconds=30))
    assert people["G3"].number_format == "[h]:mm:ss"
    assert gaps.title == "Gaps"
    assert [cell.value for cell in gaps[3]][2:] == [
        "everybody",
        "Built-in room",
        "The provider did not answer",
    ]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_file_that_is_taken_along_is_told_to_the_audit_log(
    as_dana: Client, booking: Booking, dana: User, form: str
) -> None:
    as_dana.get(reverse(f"booking-attendance-{form}", args=[booking.pk]))

    entry = AuditEntry.objects.about(booking).get(action="exported")
    assert (entry.user, entry.values) == (dana, {"what": "attendance", "form": form})


NAMES = {
    "=cmd()|' /C calc'!A0": "=cmd()|' /C calc'!A0",
    "x" * 500: "x" * 80,
    "\u0634\u0627\u0631\u202egnp": "\u0634\u0627\u0631gnp",
    "Zo\u00eb \U0001f469\u200d\U0001f467": "Zo\u00eb \U0001f469\u200d\U0001f467",
    "": "Without a name",
    "https://evil.example/": "https://evil.example/",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_are_only_names(
    as_dana: Client, booking: Booking, session: RoomSession, name: str
) -> None:
    stay(session, name, 5, 20, identity="g:1")

    (row,) = rows_of(as_dana, booking)
    cell = sheets_of(as_dana, booking)["Attendance"]["A3"]

    # Spreadsheets would take some for a formula
    assert row["Name"].lstrip("'").replace("\\|", "|") == NAMES[name]
    assert not row["Name"].startswith("=")
    assert (cell.value, cell.data_type, cell.hyperlink) == (NAMES[name], "s", None)
    assert NAMES[name][:20] in page(as_dana, booking)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Review", "attendance-review-"),
        ("../../etc/passwd\\:*?", "attendance-etcpasswd-"),
        ("=???", "attendance-2"),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_files_have_clean_names(
    as_dana: Client, book: Book, title: str, name: str, kind: str
) -> None:
    booking = book(title, at=NOW)

    answer = as_dana.get(reverse(f"booking-attendance-{kind}", args=[booking.pk]))

    disposition = answer.headers["Content-Disposition"]
    assert f'attachment; filename="{name}' in disposition
    assert disposition.endswith(f'.{kind}"')
