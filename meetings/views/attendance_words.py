"""What is told of attendance, in the reader's language: the same on the page and in the files."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meetings import wording
from meetings.attendance_sums import Gap, PersonSum, Sums, Why
from meetings.models import Attendance
from meetings.names import clean_name
from meetings.services.attendance.attending import Attendee
from meetings.spans import lasting

from .troubles import held_at

MANY = 5  # gaps of one kind that are told one by one


def name_text(person: Attendee) -> str:
    """On one line, and not too long: a provider may tell any name."""
    return clean_name(person.name) or _("Without a name")


def role_text(role: str) -> str:
    return Attendance(role=role).role_shown


def role_and_why(person: PersonSum) -> str:
    """The best role that they had; and that it was not their link’s, if so."""
    role = role_text(person.role)
    return _("%(role)s (made by a host)") % {"role": role} if person.is_made_by_host else role


def duration_text(duration: timedelta) -> str:
    """`1:02:03`: hours, minutes, seconds."""
    minutes, seconds = divmod(round(duration.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"


def clock_text(at: datetime, *, beside: datetime | None = None) -> str:
    """With the day unless that is the same as that of what stands beside it."""
    here = timezone.localtime(at)
    clock = wording.clock_text(here)
    if beside and timezone.localtime(beside).date() == here.date():
        return clock
    return f"{date_format(here, 'SHORT_DATE_FORMAT')}, {clock}"


def range_text(total: PersonSum) -> str:
    """How much of it is certain and what it can have been, where that is not the same."""
    if total.certain == total.most:
        return ""
    return _("%(certain)s certain, at most %(most)s") % {
        "certain": duration_text(total.certain),
        "most": duration_text(total.most),
    }


def gaps_of_all(sums: Sums) -> list[str]:
    """A sentence for each gap that concerns everybody."""
    sentences = [_sentence(gap, sums.began_at) for gap in sums.gaps[:MANY]]
    more = sums.gaps[MANY:]
    if more:
        sentences.append(
            _("%(n)d more such times, %(duration)s together, are listed in the Excel file.")
            % {"n": len(more), "duration": duration_text(lasting(gap.span for gap in more))}
        )
    return sentences


def gaps_of(person: PersonSum, began: datetime | None) -> list[str]:
    """A sentence for each gap that is this person's alone, at a meeting that began then."""
    if person.is_only_let_in and person.first_in:
        return [_("Let in at our door; nothing more is known.")]
    if person.is_only_let_in:
        return [_("Let in at our door, and never seen inside.")]
    return [_sentence(gap, began) for gap in person.gaps]


def _sentence(gap: Gap, began: datetime | None) -> str:
    """Days are told where they are others than that on which the meeting began."""
    words = {
        Why.OUTAGE: _(
            "%(place)s did not answer from %(begin)s to %(end)s: "
            "who came or left then may be missing."
        ),
        Why.UNTOLD: _(
            "%(place)s told nothing of who came and went from %(begin)s to %(end)s: "
            "all that is known is whom our door let in, and when."
        ),
        Why.PARTLY: _(
            "%(place)s did not tell by itself who came and went from %(begin)s to %(end)s: "
            "whoever was there only for minutes may be missing."
        ),
        Why.NOTICED: _("Left between %(begin)s and %(end)s: nobody told when."),
        Why.UNHEARD: _("Came between %(begin)s and %(end)s: nobody told when."),
    }
    return words[gap.why] % {
        "place": held_at(gap.place),
        "begin": clock_text(gap.begin, beside=began),
        "end": clock_text(_whole_minute(gap.end), beside=began),
    }


def _whole_minute(at: datetime) -> datetime:
    """The next one, so that what ends lies before what is told."""
    whole = at.replace(second=0, microsecond=0)
    return at if at == whole else whole + timedelta(minutes=1)


def reason_text(gap: Gap) -> str:
    """Why something is not known, in few words."""
    words = {
        Why.OUTAGE: _("The provider did not answer"),
        Why.UNTOLD: _("The provider told nothing of people"),
        Why.PARTLY: _("The provider did not tell by itself"),
        Why.NOTICED: _("Departure noticed later"),
        Why.UNHEARD: _("Arrival not told"),
    }
    return words[gap.why]


def together(sentences: Iterable[str]) -> str:
    return " ".join(sentences)
