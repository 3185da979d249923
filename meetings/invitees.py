"""Who is to be invited, out of what was typed, pasted, or stands in a file. Plain values."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from io import StringIO
from itertools import islice

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from .invitee_columns import Columns, columns_of
from .names import LONGEST_NAME, clean_name, whole_name

LONGEST_ADDRESS = 254
LARGEST_FILE = 1_000_000  # bytes, and characters of a text
MOST_ROWS = 5_000  # more are not read
INVISIBLE = dict.fromkeys(
    [0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
)
ANGLED = re.compile(r"<([^<>]*)>")
AROUND = " \t\"'<>()[]{},;:."  # of an address; what people and programs put around it
# In domains, Python's codec makes other letters of these than registries do: another domain.
MISREAD = "ßς\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"

Entry = tuple[int, str, str]  # line, address, name


class Trouble(StrEnum):
    """Why a row invites nobody."""

    NOT_AN_ADDRESS = "not_an_address"
    LETTERS = "letters"  # an address with letters that mail cannot be sent to
    TWICE = "twice"
    INVITED = "invited"  # already
    ORGANIZER = "organizer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitee:
    """Somebody to invite."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One person of a list, and what is wrong with it."""

    line: int
    email: str  # as it was typed, where it is none
    name: str = ""
    trouble: Trouble | None = None
    name_was_cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A list as it was read."""

    rows: tuple[Row, ...] = ()
    is_cut: bool = False  # there was more than is read

    @property
    def troubles(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.trouble)

    @property
    def good(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if not row.trouble)

    @property
    def invitees(self) -> tuple[Invitee, ...]:
        return tuple(Invitee(email=row.email, name=row.name) for row in self.good)


def read(text: str, *, invited: Iterable[str] = (), organizer: str = "") -> Reading:
    """The people of a text: one for each line, or with commas between, or a table as text."""
    judge = _Judge({address_key(each) for each in invited}, address_key(organizer))
    rows = [judge.row(*each) for each in islice(_entries(text), MOST_ROWS + 1)]
    return Reading(rows=tuple(rows[:MOST_ROWS]), is_cut=len(rows) > MOST_ROWS)


def address_key(email: str) -> str:
    """The same for addresses that reach the same person, whatever their letters' case."""
    local, __, domain = email.strip().rpartition("@")
    return f"{local.casefold()}@{ascii_domain(domain) or domain.casefold()}"


def ascii_domain(domain: str) -> str:
    """A domain as mail servers know it; nothing when it cannot be one."""
    try:
        return domain[:LONGEST_ADDRESS].encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""


@dataclass(slots=True)
class _Judge:
    """Says of one row after the other whether it invites somebody."""

    invited: set[str]
    organizer: str
    seen: set[str] = field(default_factory=set)

    def row(self, line: int, email: str, name: str) -> Row:
        email, whole = whole_name(email[:LONGEST_ADDRESS]), whole_name(name)
        trouble = _trouble_with(email) or self._met(address_key(email))
        return Row(
            line=line,
            email=email,
            name=clean_name(whole),
            trouble=trouble,
            name_was_cut=len(whole) > LONGEST_NAME,
        )

    def _met(self, key: str) -> Trouble | None:
        if key == self.organizer:
            return Trouble.ORGANIZER
        if key in self.invited:
            return Trouble.INVITED
        if key in self.seen:
            return Trouble.TWICE
        self.seen.add(key)
        return None


def _trouble_with(email: str) -> Trouble | None:
    local, __, domain = email.rpartition("@")
    if len(email) >= LONGEST_ADDRESS or '"' in email:
        return Trouble.NOT_AN_ADDRESS
    if local and not local.isascii():  # SMTPUTF8 is not spoken here, and by few servers
        return Trouble.LETTERS
    try:
        validate_email(email)
    except ValidationError:
        return Trouble.NOT_AN_ADDRESS
    if not ascii_domain(domain):
        return Trouble.NOT_AN_ADDRESS
    return Trouble.LETTERS if any(c in domain.lower() for c in MISREAD) else None


# Reading


def _entries(text: str) -> Iterator[Entry]:
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    lines = text.split("\n")
    filled = (number for number, line in enumerate(lines) if line.strip())
    head = next(filled, 0)
    if lines[head].lower().startswith("sep="):  # Excel's own
        lines[head] = ""
        head = next(filled, head)
    columns = columns_of(lines[head])
    if columns and (found := _of_table(lines[head + 1 :], columns, head + 2)) is not None:
        return iter(found)
    return _of_lines(lines)


def _of_lines(lines: list[str]) -> Iterator[Entry]:
    for number, line in enumerate(lines, start=1):
        for email, name in _of_line(line) if line.strip() else ():
            yield number, email, name


def _of_table(lines: list[str], columns: Columns, first: int) -> list[Entry] | None:
    """The rows below the line with the words; None when it is no table after all."""
    reader = csv.reader(StringIO("\n".join(lines)), delimiter=columns.delimiter)
    found: list[Entry] = []
    begins = first
    try:
        for cells in reader:
            found += [(begins, *each) for each in _of_cells(cells, columns)]
            begins = first + reader.line_num
            if len(found) > MOST_ROWS:
                break
    except csv.Error:
        return None
    return found


def _of_cells(cells: list[str], columns: Columns) -> Iterator[tuple[str, str]]:
    place = columns.mail
    mail = cells[place] if place is not None and place < len(cells) else ""
    name = " ".join(cells[place] for place in columns.names if place < len(cells)).strip()
    if not mail.strip():
        mail = next((cell for cell in cells if "@" in cell), "")
    if not mail:
        rest = " ".join(cells).strip()
        yield from [(rest, "")] if rest else []
        return
    for email, said in _of_line(mail.replace("\n", " ")):
        yield email, name or said


def _of_line(line: str) -> Iterator[tuple[str, str]]:
    """The people of one line: one with a name in other columns, or several."""
    line = line.translate(INVISIBLE)
    parts = [part for piece in _split(line, "\t;,") for part in _people_in(piece)]
    with_address = sum("@" in part for part in parts)
    groups = list(_split(line, "\t;"))
    if with_address == 1:
        yield _with_columns(parts)
    elif not with_address and parts:
        yield " ".join(line.split()), ""
    elif len(groups) > 1:
        for group in groups:
            yield from _of_line(group)
    else:
        yield from map(_one, parts)


def _split(line: str, marks: str) -> Iterator[str]:
    """The parts between these marks; those in quotes or angle brackets separate nothing."""
    quotes = line.count('"') % 2 == 0
    angles = line.count("<") == line.count(">")
    begins, quoted, angled = 0, False, False
    for place, c in enumerate(line):
        if c == '"' and quotes:
            quoted = not quoted
        elif c in "<>" and angles and not quoted:
            angled = c == "<"
        elif c in marks and not quoted and not angled:
            if part := line[begins:place].strip():
                yield part
            begins = place + 1
    if part := line[begins:].strip():
        yield part


def _people_in(part: str) -> Iterator[str]:
    """Several where only blanks stand between the addresses."""
    for piece in re.split(r"(?<=>)", part):
        words = piece.split()
        if "<" not in piece and sum("@" in word for word in words) > 1:
            yield from words
        elif words:
            yield piece


def _with_columns(parts: list[str]) -> tuple[str, str]:
    """`Gomez, Ana <ana@…>`, or the columns of a table without words above them."""
    place = next(place for place, part in enumerate(parts) if "@" in part)
    email, name = _one(parts[place])
    before = [_bare(part) for part in parts[:place] if not part.strip().isdecimal()]
    if name:
        return email, ", ".join([*before, name])
    after = [_bare(part) for part in parts[place + 1 : place + 2]]
    return email, " ".join(before or after)


def _one(part: str) -> tuple[str, str]:
    """The address and the name of `Ana <ana@example.org>`, in any of its forms."""
    angles = ANGLED.finditer(part)
    if angled := next((each for each in angles if "@" in each[1]), None):
        email, rest = angled[1], part[: angled.start()] + part[angled.end() :]
    else:
        words = part.split()
        email = next((word for word in words if "@" in word), part)
        rest = " ".join(word for word in words if word != email) if "@" in email else ""
    email = re.sub(r"(?i)^\W*mailto:", "", email.strip()).strip(AROUND)
    name = _bare(rest)
    return email, "" if name.casefold() == email.casefold() else name


def _bare(text: str) -> str:
    """A name without the quotes and brackets around it."""
    return text.replace('\\"', '"').strip(" \t\"'()<>[]").strip()
