"""What people are told by mail: written down in the transaction of the change, sent by the worker.

Each of these writes one notice for each calendar event (programs read one to a mail), and a mail
for each person. Saying the same twice is fine: a mail is for one thing, once (`OutgoingMail.once`).
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from django.conf import settings

from accounts.models import User
from meetings.ical import Event, Method
from meetings.models import (
    Answer,
    Booking,
    Guest,
    Notice,
    OutgoingMail,
    Pattern,
    Room,
    Series,
)
from meetings.services.calendars.events import as_json, event_of, event_of_room, events_of

from . import posting

Kind = Notice.Kind
Values = Mapping[str, list[Any]]  # field → what it was and what it is, as JSON

# What guests are told when it changes. Links stay, so where it is held is not among them.
TOLD = {"title", "description", "starts_at", "duration", "time_zone", "clock", "rule", "first_date"}
MOST_AT_ONCE = 500  # rows in one statement
MOST_NAMED = 20  # of those who wait; of more, how many


def is_told(values: Values) -> bool:
    """Whether guests hear of a change of these: then the event's `sequence` goes up by one."""
    return bool(values.keys() & TOLD)


def invited(guests: Iterable[Guest], *, again: bool = False) -> None:
    """Invite guests of one meeting or series; `again` sends a second mail to those who have one."""
    guests = list(guests)
    if not guests:
        return
    mark = f":{secrets.token_hex(4)}" if again else ""
    for what in _all_of(guests[0]):
        _write(Kind.INVITED, what, Method.REQUEST, guests=guests, mark=mark)


def uninvited(guests: Iterable[Guest]) -> None:
    """Take a meeting or series out of the calendars of guests who were removed from it.

    Each time anew: somebody may be invited again meanwhile.
    """
    guests, mark = list(guests), f":{secrets.token_hex(4)}"
    facts = {"uninvited": True}
    for what in _all_of(guests[0]) if guests else []:
        _write(Kind.CANCELLED, what, Method.CANCEL, guests=guests, facts=facts, mark=mark)


def changed(what: Booking | Pattern, values: Values, *, is_news: bool = False) -> None:
    """Tell a meeting's guests what is different; nothing when it does not concern them.

    `is_news`: calendars do not have all of it yet, so it is told whatever is different.
    """
    told = {name: list(pair) for name, pair in values.items() if name in TOLD}
    if (told or is_news) and not _is_over(what):
        _write(Kind.CHANGED, what, Method.REQUEST, facts={"changes": told})


def cancelled(what: Booking | Pattern, *, reason: str = "") -> None:
    """Tell the guests that it does not take place."""
    if not _is_over(what):
        _write(Kind.CANCELLED, what, Method.CANCEL, facts={"reason": reason})


def withdrawn(pattern: Pattern, kind: Notice.Kind, *, reason: str = "") -> None:
    """Take what a pattern does not have any more out of calendars; `kind` says why.

    Also where nothing of it is ahead: calendars still have what was.
    """
    method = Method.CANCEL if pattern.cancelled_at else Method.REQUEST
    _write(kind, pattern, method, facts={"reason": reason})


def zone_rules_changed(what: Booking | Pattern, *, was: datetime) -> None:
    """Tell guests and organizer that the clock stays and the instant moved; `was` is the former."""
    facts = {"was": was.isoformat()}
    _write(Kind.ZONE_RULES, what, Method.REQUEST, facts=facts, users=[_organizer(what)])


def collided(series: Series, bookings: Iterable[Booking]) -> None:
    """Tell the organizer which new dates of a series overlap other meetings."""
    starts = sorted(booking.starts_at for booking in bookings)
    pattern = series.patterns.last()
    if not starts or pattern is None:
        return
    facts = {"dates": [start.isoformat() for start in starts]}
    mark = f":{starts[0].isoformat()}:{starts[-1].isoformat()}"
    _write(Kind.COLLISION, pattern, facts=facts, guests=[], users=[series.organizer], mark=mark)


def answered(answer: Answer) -> None:
    """Tell the organizer what a guest said."""
    guest = answer.guest
    what = answer.booking or answer.pattern
    assert what is not None  # noqa: S101  (an answer is to one of them)
    proposed = answer.proposed_at.isoformat() if answer.proposed_at else ""
    facts = {
        "who": str(guest),
        "email": guest.email,
        "choice": answer.choice,
        "comment": answer.comment,
        "proposed": proposed,
        "is_general": answer.pattern_id is not None,
    }
    mark = f":{answer.pk}:{answer.answered_at.isoformat()}"
    _write(Kind.ANSWERED, what, facts=facts, guests=[], users=[_organizer(what)], mark=mark)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    booking: Booking
    minutes: int  # before the start
    people: tuple[Guest | User, ...]


def reminded(reminders: Iterable[Reminder]) -> None:
    """Remind people of meetings: each person once for a start and this many minutes before it."""
    wanted = [each for each in reminders if each.people]
    notices = Notice.objects.bulk_create(
        Notice(
            kind=Kind.REMINDER,
            booking=each.booking,
            facts=_facts([event_of(each.booking)], {"minutes": each.minutes}),
        )
        for each in wanted
    )
    _post(
        _mail(notice, _once(each), person, each.booking.starts_at)
        for notice, each in zip(notices, wanted, strict=True)
        for person in each.people
    )


def _once(reminder: Reminder) -> str:
    """Whatever else changes about the meeting, this is the same reminder."""
    booking = reminder.booking
    start = int(booking.starts_at.timestamp())
    return f"{Kind.REMINDER}:{booking.pk}:{start}:{reminder.minutes}"


def somebody_waits(
    host: User | Guest,
    *,
    about: str,
    booking: Booking | None,
    room: Room,
    people: list[tuple[str, datetime]],
    send_before: datetime,
) -> None:
    """Tell a host who waits while no host is there, once of each `about`."""
    named = people[:MOST_NAMED]
    facts = {
        "people": [{"name": name, "since": since.isoformat()} for name, since in named],
        "more": len(people) - len(named),
    }
    event = event_of(booking) if booking else event_of_room(room)
    notice = Notice.objects.create(
        kind=Kind.WAITING,
        booking=booking,
        room=None if booking else room,
        facts=_facts([event], facts),
    )
    _post([_mail(notice, about, host, send_before)])


def once_for(about: str, person: Guest | User) -> str:
    """What a person is told about once, as their mail has it."""
    kind = "guest" if isinstance(person, Guest) else "user"
    return f"{about}:{kind}:{person.pk}"


# Writing


def _write(
    kind: Notice.Kind,
    what: Booking | Pattern,
    method: Method | None = None,
    *,
    facts: Mapping[str, Any] | None = None,
    guests: list[Guest] | None = None,
    users: Iterable[User] = (),
    mark: str = "",
) -> None:
    if guests is None:
        guests = list(_guests(what))
    people: list[Guest | User] = [*guests, *users]
    if not people:
        return
    events = events_of(what) if isinstance(what, Pattern) else [event_of(what)]
    notice = Notice.objects.create(
        kind=kind,
        booking=what if isinstance(what, Booking) else None,
        series=what.series if isinstance(what, Pattern) else None,
        facts=_facts(events, facts or {}, method),
    )
    about = f"{kind}:{_identity(events[0])}{mark}"
    _post(_mail(notice, about, each) for each in people)


def _facts(
    events: list[Event], facts: Mapping[str, Any], method: Method | None = None
) -> dict[str, Any]:
    return {"method": method or "", "events": [as_json(each) for each in events], **facts}


def _post(mails: Iterable[OutgoingMail]) -> None:
    if made := list(mails):
        OutgoingMail.objects.bulk_create(made, batch_size=MOST_AT_ONCE, ignore_conflicts=True)
        posting.start()


def _mail(
    notice: Notice, about: str, person: Guest | User, send_before: datetime | None = None
) -> OutgoingMail:
    return OutgoingMail(
        notice=notice,
        once=once_for(about, person),
        guest=person if isinstance(person, Guest) else None,
        user=person if isinstance(person, User) else None,
        to_email=person.email,
        to_name=person.name[:80],
        message_id=_new_message_id(),
        send_before=send_before,
    )


def _identity(event: Event) -> str:
    """This very state of a calendar event."""
    date_of_series = f"@{event.instead_of:%Y%m%d}" if event.instead_of else ""
    return f"{event.uid}{date_of_series}#{event.sequence}"


def _new_message_id() -> str:
    """Made once and kept: when a mail goes out twice, mail programs see that it is the same."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{secrets.token_hex(16)}@{domain[:80]}>"


def _guests(what: Booking | Pattern) -> Iterable[Guest]:
    if isinstance(what, Booking) and what.series is None:
        return what.guests.invited()
    assert what.series is not None  # noqa: S101  (a pattern has one)
    return what.series.guests.invited()


def _organizer(what: Booking | Pattern) -> User:
    return what.organizer if isinstance(what, Booking) else what.series.organizer


def _all_of(guest: Guest) -> list[Booking | Pattern]:
    """What a guest is invited to, as far as it is not over."""
    if guest.booking:
        return [guest.booking]
    patterns = guest.series.patterns.all() if guest.series else []
    return [pattern for pattern in patterns if not _is_over(pattern)]


def _is_over(what: Booking | Pattern) -> bool:
    if isinstance(what, Booking):
        return what.is_over
    if what.cancelled_at:
        return True
    return what.repeats.ends and not what.bookings.not_over().exists()
