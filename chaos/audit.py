"""Afterwards: is every promise kept once? Our rows, the providers and the mails are asked."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

from django.utils import timezone

from chaos.diary import Diary, Page, Promise
from chaos.site import DESK, Site
from meetings.models import (
    Answer,
    Booking,
    Guest,
    JoinLink,
    Notice,
    OutgoingMail,
    Reservation,
    RoomSession,
    WebhookDelivery,
)
from meetings.services.background import owed_models, try_now

STRANGER_AFTER = timedelta(minutes=6)


def audit(site: Site, diary: Diary) -> None:
    """Note on each page what was lost or doubled of what was promised then."""
    for promise in list(diary.promises.values()):
        times = _TIMES[promise.kind](promise)
        if times < 1:
            promise.page.lost.append(f"{promise.kind}: {promise.about} {promise.value}")
        if times > 1:
            promise.page.doubled.append(f"{promise.kind}: {promise.about} ({times} times)")
    for look in (_mails, _deliveries, _reservations, _sessions, _owed):
        look(site, diary.pages[0])


def _begun(promise: Promise) -> int:
    return Booking.objects.filter(request_key=uuid.UUID(promise.about)).count()


def _invited(promise: Promise) -> int:
    guests = Guest.objects.filter(email=promise.about).count()
    told = OutgoingMail.objects.filter(
        to_email=promise.about, notice__kind=Notice.Kind.INVITED
    ).count()
    return max(guests, told) if min(guests, told) else 0


def _let_in(promise: Promise) -> int:
    token = promise.about.strip("/").split("/")[1]
    booking = JoinLink.objects.get(token=token).booking
    return RoomSession.objects.held().filter(booking=booking).count()


def _answered(promise: Promise) -> int:
    guest = JoinLink.objects.get(token=promise.about).guest
    said = list(Answer.objects.filter(guest=guest).values_list("choice", flat=True))
    return len(said) if promise.value in said else 0


_TIMES: dict[str, Callable[[Promise], int]] = {
    "booked": lambda promise: Booking.objects.filter(title=promise.about).count(),
    "changed": lambda promise: Booking.objects.filter(
        title=promise.about, description=promise.value
    ).count(),
    "called off": lambda promise: Booking.objects.filter(
        title=promise.about, state=Booking.State.CANCELLED
    ).count(),
    "invited": _invited,
    "begun": _begun,
    "let in": _let_in,
    "answered": _answered,
}


def _mails(site: Site, page: Page) -> None:
    """Each mail that we call sent was taken; a second one of the same says so by its Message-ID."""
    taken = Counter(message_id.strip("<>") for _, message_id in site.mails.taken)
    rows = {
        mail.message_id.strip("<>"): mail
        for mail in OutgoingMail.objects.filter(outcome=OutgoingMail.Outcome.SENT)
    }
    page.lost += [f"mail to {rows[each].to_email}" for each in rows.keys() - taken.keys()]
    page.doubled += [f"mail {each} that nobody owes" for each in taken.keys() - rows.keys()]
    again = sum(times - 1 for times in taken.values())
    page.note = f"{len(rows)} mails, {again} of them sent again with the same Message-ID"


def _deliveries(site: Site, page: Page) -> None:
    kept = Counter(WebhookDelivery.objects.values_list("event_id", flat=True))
    told = site.main.deliveries
    page.lost += [f"event {each}" for each in told.taken if each not in kept]
    page.doubled += [f"event {each}" for each in told.taken if kept[each] > 1]
    page.doubled += ["a forged event was taken"] * told.forged_taken
    page.note += f"; {len(told.taken)} events, {told.forged_refused} forged ones refused"


def _reservations(site: Site, page: Page) -> None:
    held = Reservation.objects.filter(alias=DESK, state=Reservation.State.HELD)
    ours = {int(number) for number in held.values_list("provider_booking_id", flat=True)}
    theirs = set(site.desk.bookings)
    page.lost += [f"reservation {each}" for each in ours - theirs]
    page.doubled += [f"reservation {each}, which nobody wants" for each in theirs - ours]
    wanted = Reservation.objects.filter(alias=DESK, is_wanted=True)
    unconfirmed = wanted.exclude(state=Reservation.State.HELD)
    page.lost += [f"reservation of “{each.booking}”: {each.state}" for each in unconfirmed]
    page.note += f"; {len(theirs)} reservations"


def _sessions(site: Site, page: Page) -> None:
    left = RoomSession.objects.filter(state=RoomSession.State.OPENING)
    page.lost += [f"a session that was left opening: {each.pk}" for each in left]


def _owed(site: Site, page: Page) -> None:
    page.lost += [f"stuck: {each}" for each in stuck()]


def stuck() -> Iterator[str]:
    """What is owed and late, or in trouble. Events of unknown rooms may wait for five minutes."""
    strangers = WebhookDelivery.objects.filter(received_at__gt=timezone.now() - STRANGER_AFTER)
    waiting = set(strangers.values_list("pk", flat=True))
    for model in owed_models():
        for row in model._default_manager.outstanding():
            if model is WebhookDelivery and row.pk in waiting:
                continue
            if row.is_due or row.lease or row.attempts:
                yield f"{model.__name__} {row.pk}: {row.error}"


def press_try_again() -> None:
    """What an operator may do when a trouble is over: have nothing wait out its pause."""
    for model in owed_models():
        try_now(model)
