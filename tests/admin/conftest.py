from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from meetings.models import (
    Admission,
    Answer,
    Attendance,
    Booking,
    BookingChange,
    ChatMessage,
    Drift,
    Feed,
    Guest,
    JoinLink,
    Notice,
    OutgoingMail,
    ProviderAccount,
    Reservation,
    Room,
    RoomPeer,
    RoomSession,
    Series,
    WebhookDelivery,
)
from tests.providers.doubles.plugnmeet import Double

from .inviting import invited
from .typing_in import SECRET

HOST_KEY = "host-key-that-opens-the-room"
CLAIM = "c1a1m0ffsomebody"
RESUME = "5e5ume" * 10
LEASE = "1ea5e0ffsomebody"
GUEST = "g:0123456789abcdef"
MODELS = (
    Admission,
    Answer,
    Attendance,
    Booking,
    BookingChange,
    ChatMessage,
    Drift,
    Feed,
    Guest,
    JoinLink,
    OutgoingMail,
    Reservation,
    Room,
    RoomPeer,
    RoomSession,
    Series,
    WebhookDelivery,
)


def list_of(model: type, query: str = "") -> str:
    return reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist") + query


def page_of(row: object) -> str:
    name = type(row).__name__.lower()
    return reverse(f"admin:meetings_{name}_change", args=[row.pk])  # type: ignore[attr-defined]


def act(client: Client, action: str, *rows: object, **more: str) -> str:
    """Choose an action for these rows; the page that follows."""
    chosen = [row.pk for row in rows]  # type: ignore[attr-defined]
    data = {"action": action, "_selected_action": chosen, **more}
    return client.post(list_of(type(rows[0])), data, follow=True).text


@dataclass
class Meeting:
    """One row of each kind, all about one meeting."""

    booking: Booking
    session: RoomSession
    rows: list[object]


@pytest.fixture
def hold(book: Callable[..., Booking], colin: User) -> Callable[[], Meeting]:
    """Another meeting that runs now, full of secrets, beside those there are."""

    def make() -> Meeting:
        booking = book(at=timezone.now() - timedelta(minutes=5), may_overlap=True)
        session = RoomSession.objects.create(
            room=booking.room,
            booking=booking,
            alias="builtin",
            state=RoomSession.State.LIVE,
            waiting_room="guests",
            host_key=HOST_KEY,
            claim=CLAIM,
            live_at=timezone.now(),
        )
        return Meeting(booking, session, fill(session, by=colin))

    return make


def fill(session: RoomSession, *, by: User) -> list[object]:
    """A guest who was let in, is there, and writes; and another change of the meeting."""
    booking = session.booking
    assert booking
    now, number = timezone.now(), Attendance.objects.count()
    who = {"identity": f"{GUEST}{number}", "name": "Gesa Guest"}
    link = booking.links.get(purpose="participant", guest=None)
    page = f"p{number}"
    return [
        booking,
        booking.room,
        session,
        link,
        booking.changes.create(kind="edited", by=by, values={"duration": [30, 45]}),
        session.admissions.create(link=link, state="admitted", decided_by=by, **who),
        session.attendances.create(joined_at=now, **who),
        in_the_room(session, page, number, **who),
        reserved(booking),
        session.deliveries.create(
            alias=session.alias,
            event_id=f"event-{number}",
            kind="attendee_joined",
            attendee={"key": who["identity"], "name": who["name"], "role": "participant"},
            host_key=HOST_KEY,
        ),
        session.drifts.create(
            alias=session.alias, kind=Drift.Kind.SESSION_GONE, room_id=f"room-{number}"
        ),
        Feed.objects.get_or_create(owner=booking.organizer, room=booking.room)[0],
        session.chat.create(pid=page, name="Gesa Guest", text="Hello", client_id=str(number)),
        *invited(booking, number, by=by),
        mailed(booking, number),
    ]


def in_the_room(session: RoomSession, page: str, number: int, **who: str) -> RoomPeer:
    """The guest's page in the built-in room."""
    now = timezone.now()
    return session.peers.create(
        pid=page,
        resume_hash=RESUME if number == 0 else f"{number:064x}",
        role="participant",
        seq=1,
        seen_at=now,
        entered_at=now,
        **who,
    )


def mailed(booking: Booking, number: int) -> OutgoingMail:
    """A mail that waits, while somebody is about to send it."""
    named = {"name": "Gesa Guest"}
    guest, _ = booking.guests.get_or_create(email="gesa@example.com", defaults=named)
    notice = Notice.objects.create(kind=Notice.Kind.INVITED, booking=booking)
    return notice.mails.create(
        once=f"invited:{number}",
        guest=guest,
        to_email=guest.email,
        to_name=guest.name,
        message_id=f"<{number}@example.org>",
        lease=LEASE,
    )


def reserved(booking: Booking) -> Reservation:
    """What a provider holds for the meeting, with its host key."""
    held = {"state": "held", "provider_room_id": "meet.example.org/x", "host_key": HOST_KEY}
    return booking.reservations.get_or_create(alias="main", defaults=held)[0]


# Accounts at providers


@pytest.fixture
def main(db: None) -> ProviderAccount:
    """An account at a plugNmeet server."""
    account = ProviderAccount(alias="main", backend="plugnmeet")
    account.options = {"url": "https://plug.example.org", "api_key": "key-of-ours"}
    account.secret_options = {"api_secret": SECRET}
    account.save()
    return account


@pytest.fixture
def double() -> Iterator[Double]:
    with Double() as server:
        yield server


@pytest.fixture
def allow_private(settings: Settings) -> None:
    settings.ALLOW_PRIVATE_PROVIDERS = True


@pytest.fixture
def lose_key(main: ProviderAccount, settings: Settings) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
