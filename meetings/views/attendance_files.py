"""Attendance as files for other programs."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import xlsxwriter
from defusedcsv import csv
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from meetings.services.attendance.attending import Attendee, Missing, Record
from meetings.wording import zone_name

from .attendance_words import (
    gaps_of,
    gaps_of_all,
    name_text,
    reason_text,
    role_text,
    together,
)
from .troubles import held_at

BOM = "\ufeff"  # by which Excel knows UTF-8
WIDTHS = (30, 14, 30, 12, 20, 20, 12, 12, 12, 10, 60, 16)
LONGEST_CELL = 32_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One person, as a row of a table."""

    name: str
    role: str = ""
    email: str = ""
    answer: str = ""
    first_in: datetime | None = None
    last_out: datetime | None = None
    total: timedelta = timedelta()
    certain: timedelta = timedelta()
    most: timedelta = timedelta()
    rejoins: int = 0
    gaps: str = ""
    status: str = ""

    @property
    def cells(self) -> tuple[Any, ...]:
        return (
            self.name,
            self.role,
            self.email,
            self.answer,
            self.first_in,
            self.last_out,
            self.total,
            self.certain,
            self.most,
            self.rejoins,
            self.gaps,
            self.status,
        )


def lines_of(record: Record) -> Iterator[Line]:
    """Who came, and who was invited and did not."""
    for_all = gaps_of_all(record.sums)
    for person in record.came:
        yield _came(person, [*gaps_of(person.sum, record.sums.began_at), *for_all])
    for absent in record.missing:
        yield _absent(absent, is_live=record.is_live)


def _came(person: Attendee, gaps: list[str]) -> Line:
    sums, guest = person.sum, person.guest
    return Line(
        name=name_text(person),
        role=role_text(sums.role),
        email=guest.email if guest else "",
        answer=person.answer.get_choice_display() if person.answer else "",
        first_in=sums.first_in,
        last_out=sums.last_out,
        total=sums.total,
        certain=sums.certain,
        most=sums.most,
        rejoins=sums.rejoins,
        gaps=together(gaps),
        status=_status_of(person),
    )


def _status_of(person: Attendee) -> str:
    if person.sum.is_only_let_in:
        return _("Let in")  # whether they came, nobody told
    return _("In the room") if person.sum.is_inside else _("Came")


def _absent(absent: Missing, *, is_live: bool) -> Line:
    return Line(
        name=str(absent.guest),
        email=absent.guest.email,
        answer=absent.answer.get_choice_display() if absent.answer else "",
        status=_("Not here yet") if is_live else _("Did not come"),
    )


def csv_of(record: Record) -> bytes:
    """For any program: times of the reader's zone with their offset, durations in minutes."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings(_("Minutes"), _("Minutes, certain"), _("Minutes, at most")))
    for line in lines_of(record):
        writer.writerow([_as_text(cell) for cell in line.cells])
    return (BOM + out.getvalue()).encode()


def headings(total: str, certain: str, most: str) -> list[str]:
    return [
        _("Name"),
        _("Role"),
        _("Invited as"),
        _("Answer"),
        _("First in"),
        _("Last out"),
        total,
        certain,
        most,
        _("Came back"),
        _("Gaps"),
        _("Status"),
    ]


def _as_text(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return timezone.localtime(cell).isoformat(timespec="seconds")
    if isinstance(cell, timedelta):
        return f"{cell.total_seconds() / 60:.2f}"
    return "" if cell is None else cell


def xlsx_of(record: Record) -> bytes:
    """For spreadsheets: real times and durations, and a sheet of what is not known."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        names = headings(_("Total"), _("Certain"), _("At most"))
        sheet = Sheet(book, _("Attendance"), names, WIDTHS)
        sheet.write_all(line.cells for line in lines_of(record))
        gaps = [_("From"), _("To"), _("Name"), _("Provider"), _("Why")]
        Sheet(book, _("Gaps"), gaps, (20, 20, 30, 24, 44)).write_all(_gap_rows(record))
    return out.getvalue()


def _gap_rows(record: Record) -> Iterator[tuple[Any, ...]]:
    everybody = _("everybody")
    found = [(gap, everybody) for gap in record.sums.gaps]
    found += [(gap, name_text(each)) for each in record.came for gap in each.sum.gaps]
    for gap, name in sorted(found):
        yield gap.begin, gap.end, name, held_at(gap.place), reason_text(gap)


class Sheet:
    """A table under a line that names the zone. Text stays text, whatever it begins with."""

    def __init__(
        self, book: xlsxwriter.Workbook, title: str, names: list[str], widths: Iterable[int]
    ) -> None:
        self.sheet = book.add_worksheet(title)
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"})
        self.duration = book.add_format({"num_format": "[h]:mm:ss"})
        self.row = 1
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        zone = zone_name(timezone.get_current_timezone())
        self.sheet.write_string(0, 0, _("Times are in %(zone)s.") % {"zone": zone})
        bold = book.add_format({"bold": True})
        for column, name in enumerate(names):
            self.sheet.write_string(self.row, column, name, bold)
        self.sheet.freeze_panes(2, 1)

    def write_all(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for cells in rows:
            self.row += 1
            for column, cell in enumerate(cells):
                self._write(column, cell)

    def _write(self, column: int, cell: Any) -> None:
        if isinstance(cell, datetime):
            local = timezone.localtime(cell).replace(tzinfo=None, microsecond=0)
            self.sheet.write_datetime(self.row, column, local, self.moment)
        elif isinstance(cell, timedelta):
            days = round(cell.total_seconds()) / 86_400
            self.sheet.write_number(self.row, column, days, self.duration)
        elif isinstance(cell, int):
            self.sheet.write_number(self.row, column, cell)
        elif cell:
            self.sheet.write_string(self.row, column, str(cell)[:LONGEST_CELL])


def filename(record: Record, ending: str) -> str:
    """`attendance-review-2026-11-23.csv`, whatever the title has in it."""
    day = timezone.localtime(record.sums.began_at or record.made_at).date()
    title = slugify(record.title, allow_unicode=True)[:60].strip("-_")
    parts = [slugify(_("Attendance")), title, day.isoformat()]
    return "-".join(filter(None, parts)) + f".{ending}"
