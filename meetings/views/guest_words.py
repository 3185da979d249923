"""What guests said besides the one answer that counts, in words for their organizer."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings.models import Answer, Booking, Guest
from meetings.services.inviting import Place
from meetings.wording import day_text

Choice = Answer.Choice
MOST = 10  # lines about one guest


@dataclass(frozen=True, slots=True)
class Said:
    answer: Answer
    about: str  # the date, or until when it holds


def said_besides(guests: Iterable[Guest], place: Place) -> dict[int, list[Said]]:
    """Guest's key → what holds for single dates ahead and earlier stretches of a series."""
    if isinstance(place, Booking):
        return {}
    now = timezone.now()
    said = Answer.objects.filter(guest__in=list(guests), reset_at=None)
    dates = said.filter(booking__ends_at__gt=now, booking__state=Booking.State.CONFIRMED)
    found: dict[int, list[Said]] = defaultdict(list)
    for each in dates.select_related("booking").order_by("booking__starts_at"):
        if each.booking:
            day = day_text(timezone.localdate(each.booking.starts_at))
            found[each.guest_id].append(Said(each, _("on %(date)s") % {"date": day}))
    for earlier in _of_earlier_stretches(said, place):
        found[earlier.answer.guest_id].append(earlier)
    return {guest: rows[:MOST] for guest, rows in found.items()}


def _of_earlier_stretches(said: QuerySet[Answer], place: Place) -> list[Said]:
    """To stretches that are followed by another, as long as dates of them are ahead."""
    held = Booking.objects.confirmed().filter(series=place.pk)
    lasts = held.values_list("pattern").annotate(last=Max("starts_at")).order_by("last")
    now = timezone.now()
    until = {pattern: last for pattern, last in list(lasts)[:-1] if last > now}
    answers = said.filter(pattern__in=until).order_by("pattern__first_date")
    return [
        Said(
            each,
            _("until %(date)s") % {"date": day_text(timezone.localdate(until[each.pattern_id]))},
        )
        for each in answers
    ]


def answers_since(place: Place) -> str:
    """From when on the answer to a series holds, if dates of an earlier stretch are ahead."""
    last = None if isinstance(place, Booking) else place.last_pattern
    if last is None or last.cancelled_at:
        return ""
    ahead = Booking.objects.confirmed().not_over().filter(series=place.pk)
    if not ahead.exclude(pattern=last).exists():
        return ""
    return _("from %(date)s on") % {"date": day_text(last.first_date)}


def said_before(guests: Iterable[Guest], place: Place) -> dict[int, list[Answer]]:
    """Guest's key → answers that count no more, the newest first, for the history."""
    about = Q(booking=place.pk) if isinstance(place, Booking) else Q()
    answers = Answer.objects.filter(about, guest__in=list(guests), reset_at__isnull=False)
    found: dict[int, list[Answer]] = defaultdict(list)
    for each in answers.select_related("booking"):
        found[each.guest_id].append(each)
    return {guest: rows[:MOST] for guest, rows in found.items()}


def counts_by_date(bookings: Iterable[Booking]) -> dict[int, list[tuple[str, str]]]:
    """Meeting's key → `1 no` and the like with the look of its badge: said to that date itself."""
    theirs = Answer.objects.filter(
        booking__in=list(bookings), reset_at=None, guest__removed_at=None
    ).order_by()
    proposed = Count("pk", filter=Q(proposed_at__gt=timezone.now()))
    rows = theirs.values_list("booking", "choice").annotate(n=Count("pk"), proposed=proposed)
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    proposals: dict[int, int] = defaultdict(int)
    for booking, choice, number, wanted in rows.order_by("booking", "choice"):
        words, look = _COUNTED[choice]
        found[booking].append((_(words) % {"n": number}, look))
        proposals[booking] += wanted
    for booking, number in proposals.items():
        if number:
            text = ngettext("%(n)d proposal", "%(n)d proposals", number) % {"n": number}
            found[booking].append((text, "badge--soon"))
    return found


_COUNTED = {  # the words are those of the guests' summary
    Choice.ACCEPTED.value: ("%(n)d yes", "badge--ok"),
    Choice.TENTATIVE.value: ("%(n)d maybe", "badge--warn"),
    Choice.DECLINED.value: ("%(n)d no", "badge--danger"),
}
