"""A mail as plain values: what it tells, who reads it, and the parts it is laid out in."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from meetings.ical import Event, one_line


@dataclass(frozen=True, slots=True)
class Row:
    """A fact; `was` is what it was before."""

    label: str
    text: str
    note: str = ""  # said more quietly
    was: str = ""
    is_off: bool = False  # it is not so any more

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads it, and where their buttons lead."""

    zone: ZoneInfo
    join_url: str = ""
    answer_url: str = ""
    page_url: str = ""  # the organizer's own page; of a co-host, their controls
    admit_url: str = ""  # where they let in who waits
    is_cohost: bool = False  # a guest whose link lets them host


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    subject: str
    kind: str = ""  # above the heading
    heading: str
    lead: tuple[str, ...]  # paragraphs
    rows: tuple[Row, ...] = ()
    description: str = ""
    buttons: tuple[Button, ...] = ()  # the first one is what most people want
    question: str = ""  # above the answers
    answers: tuple[Button, ...] = ()
    foot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One notice, ready to be told."""

    kind: str
    event: Event
    facts: dict[str, Any]
    organizer: str
    reader: Reader
    is_for_guest: bool = False
    moved: tuple[Event, ...] = ()  # dates of the series that were changed by themselves

    @property
    def is_one_date(self) -> bool:
        """Whether it tells of one date of a series."""
        return self.event.instead_of is not None

    @property
    def title(self) -> str:
        return one_line(self.event.title)

    @property
    def is_series(self) -> bool:
        return self.event.rule is not None
