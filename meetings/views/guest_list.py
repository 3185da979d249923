"""The guests of a meeting or series as its organizer sees them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings.forms.guests import GuestListForm
from meetings.http import MemberRequest
from meetings.models import Answer, Booking, Guest, OutgoingMail
from meetings.models.guest import GuestQuerySet
from meetings.services.answering import answers_for
from meetings.services.inviting import Place, is_ahead

from .guest_words import Said, answers_since, said_before, said_besides

AT_ONCE = 50
Choice = Answer.Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownGuest:
    guest: Guest
    url: str
    answer: Answer | None
    besides: list[Said]  # to single dates, or to an earlier stretch
    before: list[Answer]  # that count no more
    mail_waits: bool
    mail_trouble: str  # why it waits, in the mail server's words


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestsCard:
    """The list, or the part of it that is asked for, and what can be done with it."""

    summary: str
    total: int
    page: Page[Guest]
    rows: list[ShownGuest]  # of this page
    query: str
    address: str  # of the list by itself
    series_address: str  # where the list of an occurrence can be changed
    may_change: bool
    since: str  # from when on the answers hold, where a series changes later
    form: GuestListForm

    @property
    def may_be_searched(self) -> bool:
        return self.total > AT_ONCE


def guests_of(
    request: MemberRequest, place: Place, *, form: GuestListForm | None = None
) -> GuestsCard:
    """The guests of a meeting or series; those of its series for a meeting of one."""
    series = place.series if isinstance(place, Booking) else None
    invited = (series or place).guests.invited()
    everybody = list(invited.only("pk", "booking", "series"))
    answers = answers_for(everybody, place) if everybody else {}
    query = request.GET.get("guest", "").replace("\x00", "").strip()[:100]
    page = Paginator(_found(invited, query), AT_ONCE).get_page(request.GET.get("guests"))
    return GuestsCard(
        summary=_summary(len(everybody), answers.values()),
        total=len(everybody),
        page=page,
        rows=_rows(request, place, list(page.object_list), answers),
        query=query,
        address=_address(place),
        series_address=reverse("series", args=[series.pk]) if series else "",
        may_change=series is None and is_ahead(place),
        since=answers_since(place),
        form=form or GuestListForm(),
    )


def _address(place: Place) -> str:
    name = "booking-guests" if isinstance(place, Booking) else "series-guests"
    return reverse(name, args=[place.pk])


def _summary(total: int, answers: Iterable[Answer]) -> str:
    """`5 invited · 2 yes · 1 no`."""
    if not total:
        return ""
    said = Counter(answer.choice for answer in answers)
    parts = [
        (total, ngettext("%(n)d invited", "%(n)d invited", total)),
        (said[Choice.ACCEPTED], _("%(n)d yes")),
        (said[Choice.TENTATIVE], _("%(n)d maybe")),
        (said[Choice.DECLINED], _("%(n)d no")),
    ]
    return " · ".join(words % {"n": count} for count, words in parts if count)


def _found(invited: GuestQuerySet, query: str) -> GuestQuerySet:
    if query:
        invited = invited.filter(Q(name__icontains=query) | Q(email__icontains=query))
    return invited.select_related("link").order_by("pk")


def _rows(
    request: MemberRequest, place: Place, guests: list[Guest], answers: dict[int, Answer]
) -> list[ShownGuest]:
    """In as many queries for fifty as for one."""
    waiting = _waiting_mails(guests)
    besides, before = said_besides(guests, place), said_before(guests, place)
    return [
        ShownGuest(
            guest=guest,
            url=_url(request, guest),
            answer=answers.get(guest.pk),
            besides=besides.get(guest.pk, []),
            before=before.get(guest.pk, []),
            mail_waits=guest.pk in waiting,
            mail_trouble=waiting.get(guest.pk, ""),
        )
        for guest in guests
    ]


def _waiting_mails(guests: list[Guest]) -> dict[int, str]:
    """Guest's key → what was said when a mail to them did not go out; "" when it was not tried."""
    if not guests:
        return {}
    waiting = OutgoingMail.objects.waiting().outstanding().filter(guest__in=guests)
    return {guest or 0: error for guest, error in waiting.values_list("guest", "error")}


def _url(request: MemberRequest, guest: Guest) -> str:
    link = getattr(guest, "link", None)
    return request.build_absolute_uri(link.get_absolute_url()) if link else ""
