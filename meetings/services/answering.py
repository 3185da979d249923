"""What guests answer, which answer counts, and when they are asked anew.

An answer is to one meeting, or in general to a pattern of a series; the one to the meeting itself
comes first. What somebody knew when they answered is told by the calendar event's `sequence`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import audit
from meetings.models import Answer, Booking, Guest, Pattern, Series

from .mail import notices
from .transactions import saving

Choice = Answer.Choice
LONGEST_COMMENT = 500


class Gone(Exception):
    """There is nothing to answer any more."""


class Cancelled(Gone):
    """The meeting does not take place."""


class Over(Gone):
    """The meeting took place."""


class NotInvited(Gone):
    """The guest was removed, or was never invited to this."""


class Outdated(Exception):
    """An answer to what was before, or older than what is known. It changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    choice: Choice
    comment: str
    proposed_at: datetime | None
    at: datetime | None
    sequence: int | None


@saving
def answer(
    guest: Guest,
    choice: str,
    *,
    booking: Booking | None = None,
    pattern: Pattern | None = None,
    comment: str = "",
    proposed_at: datetime | None = None,
    at: datetime | None = None,
    sequence: int | None = None,
) -> Answer:
    """What a guest says to their meeting; of a series to one of its meetings, to one of its
    patterns, or else to all that is ahead.

    `at` and `sequence` are those of a reply by mail. Raises `Outdated`, and `Gone` by its kind.
    The same said twice is one answer, and the organizer is told once.
    """
    said = _Said(
        choice=Choice(choice),
        comment=comment[:LONGEST_COMMENT],
        proposed_at=None if choice == Choice.ACCEPTED else proposed_at,
        at=at,
        sequence=sequence,
    )
    guest = Guest.objects.select_related("booking", "series").get(pk=guest.pk)
    kept = [_keep(guest, place, said) for place in _places(guest, booking, pattern)]
    news = [row for row, is_news in kept if is_news]
    if news:
        said_of = {"choice": said.choice.value}
        audit.record_each(audit.Action.ANSWERED, [guest], values=said_of)
        notices.answered(news[-1])
    return kept[-1][0]


def reset(place: Booking | Pattern) -> None:
    """The time has changed: what was answered counts no more, and everybody is asked anew."""
    place.asks_since = sequence_of(place)
    place.save(update_fields=["asks_since"])
    said = Q(booking=place) if isinstance(place, Booking) else Q(pattern=place)
    _void(said)


def reset_each(bookings: Iterable[Booking]) -> None:
    """The same for meetings of a series, as far as they were answered by themselves."""
    _void(Q(booking__in=list(bookings)))


def _void(said: Q) -> None:
    Answer.objects.filter(said, reset_at=None).update(reset_at=timezone.now())


def carry_over(old: Pattern, new: Pattern) -> None:
    """Another pattern tells the same meetings at the same times: what was said still holds."""
    said = Answer.objects.filter(pattern=old, reset_at=None)
    names = ("guest_id", "choice", "comment", "answered_at", "sequence")
    Answer.objects.bulk_create(
        (Answer(pattern=new, **{name: getattr(each, name) for name in names}) for each in said),
        batch_size=500,
    )


@saving
def dismiss(answer: Answer) -> None:
    """Propose no other time any more; what was answered stays."""
    if Answer.objects.filter(pk=answer.pk).update(proposed_at=None):
        values = {"proposed_at": [answer.proposed_at, None]}
        audit.record(audit.Action.CHANGED, answer, values=values)


# Which answer counts


def answer_of(guest: Guest, booking: Booking) -> Answer | None:
    """What a guest says to this meeting, or in general; None when they are still to answer."""
    return answers_for([guest], booking).get(guest.pk)


def answers_for(
    guests: Iterable[Guest], place: Booking | Pattern | Series | None
) -> dict[int, Answer]:
    """Guest's key → the answer that counts, by one query; of a series, that to its latest pattern.

    Who is still to answer is not in it.
    """
    if isinstance(place, Series):
        place = place.last_pattern
    if place is None:
        return {}
    keys = [guest.pk for guest in guests]
    said = Answer.objects.filter(_counts_for(place), guest__in=keys, reset_at=None)
    in_general_first = said.order_by(F("booking").asc(nulls_first=True))
    return {each.guest_id: each for each in in_general_first}


def answers_from(guest: Guest, bookings: Iterable[Booking]) -> dict[int, Answer]:
    """Meeting's key → what this guest says to it, by one query."""
    said = list(guest.answers.filter(reset_at=None))
    own = {each.booking_id: each for each in said if each.booking_id}
    general = {each.pattern_id: each for each in said if each.pattern_id}
    found = {}
    for booking in bookings:
        in_general = general.get(booking.pattern_id) if booking.pattern_id else None
        if in_general and in_general.sequence >= booking.asks_since:
            found[booking.pk] = in_general
        if booking.pk in own:
            found[booking.pk] = own[booking.pk]
    return found


def proposals_for(booking: Booking) -> QuerySet[Answer]:
    """Other times that guests have proposed for this meeting, the earliest first."""
    theirs = booking.answers.filter(reset_at=None, proposed_at__gt=timezone.now())
    return theirs.filter(guest__removed_at=None).select_related("guest").order_by("proposed_at")


def sequence_of(place: Booking | Pattern) -> int:
    """Of the calendar event as it is known now; for a pattern, with its meetings'."""
    if isinstance(place, Booking):
        return max(place.sequence, place.pattern.sequence if place.pattern else 0)
    latest = place.bookings.aggregate(latest=Max("sequence"))["latest"] or 0
    return max(place.sequence, latest)


def _counts_for(place: Booking | Pattern) -> Q:
    if isinstance(place, Pattern):
        return Q(booking=None, pattern=place)
    return Q(booking=place) | _in_general(place)


def _in_general(booking: Booking) -> Q:
    """What was said to the whole pattern since this date of it was last asked anew."""
    return Q(
        booking=None,
        pattern=booking.pattern_id,
        pattern__isnull=False,
        sequence__gte=booking.asks_since,
    )


# Saving


def _places(
    guest: Guest, booking: Booking | None, pattern: Pattern | None
) -> list[Booking] | list[Pattern]:
    """What is answered, locked, so that a change of time comes before or after."""
    if guest.removed_at:
        raise NotInvited
    booking = booking or guest.booking
    if booking is None and guest.series:
        return _stretches(guest.series, pattern)
    if booking is None or pattern or not _is_theirs(booking, guest):
        raise NotInvited
    return [_meeting(booking)]


def _is_theirs(booking: Booking, guest: Guest) -> bool:
    if guest.series_id is None:
        return booking.pk == guest.booking_id
    return booking.series_id == guest.series_id


def _meeting(booking: Booking) -> Booking:
    rows = Booking.objects.select_for_update(of=("self",), no_key=True).select_related("pattern")
    found = rows.filter(pk=booking.pk).first()
    if found is None or found.is_cancelled:
        raise Cancelled
    if found.is_over:
        raise Over
    return found


def _stretches(series: Series, pattern: Pattern | None) -> list[Pattern]:
    """The patterns of a series that have meetings ahead, or only this one."""
    series = Series.objects.select_for_update(no_key=True).get(pk=series.pk)
    if series.is_cancelled:
        raise Cancelled
    theirs = series.patterns.filter(pk=pattern.pk) if pattern else series.patterns.all()
    ahead = Booking.objects.confirmed().not_over().filter(pattern=OuterRef("pk"))
    found = list(theirs.filter(Exists(ahead), cancelled_at=None))
    if found:
        return found
    raise Over if theirs.exists() else NotInvited


def _keep(guest: Guest, place: Booking | Pattern, said: _Said) -> tuple[Answer, bool]:
    """The answer as it stands now, and whether that is news for the organizer."""
    where = {"booking": place} if isinstance(place, Booking) else {"pattern": place}
    kept = guest.answers.filter(reset_at=None, **where).first()
    known = sequence_of(place) if said.sequence is None else said.sequence
    _refuse_outdated(place, kept, said)
    proposed_at = said.proposed_at if isinstance(place, Booking) else None
    is_same = kept and (kept.choice, kept.comment, kept.proposed_at) == (
        said.choice,
        said.comment,
        proposed_at,
    )
    if kept and is_same and not _covers_more(kept, place, known):
        return kept, False
    row = kept or Answer(guest=guest, **where)
    row.choice, row.comment, row.proposed_at = said.choice, said.comment, proposed_at
    row.answered_at = min(said.at or timezone.now(), timezone.now())
    row.sequence = max(known, row.sequence)
    row.save()
    return row, True


def _refuse_outdated(place: Booking | Pattern, kept: Answer | None, said: _Said) -> None:
    asked = place.asks_since
    if isinstance(place, Booking) and place.pattern:
        asked = max(asked, place.pattern.asks_since)
    if said.sequence is not None and said.sequence < asked:
        raise Outdated
    # Replies by mail tell their time in whole seconds.
    if kept and said.at and said.at < kept.answered_at.replace(microsecond=0):
        raise Outdated


def _covers_more(kept: Answer, place: Booking | Pattern, known: int) -> bool:
    """Whether it is said anew of a date that was moved since it was said before."""
    if isinstance(place, Booking):
        return False
    moved = place.bookings.filter(asks_since__gt=kept.sequence, asks_since__lte=known)
    return moved.exists()
