"""A meeting from its booking to its end, and a bad day: nothing secret is ever shown or logged."""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.logs import DiscreetFormatter
from meetings.models import (
    Booking,
    JoinLink,
    Reservation,
    Room,
    RoomSession,
    WebhookDelivery,
)
from meetings.providers.base import Role
from meetings.services import reconcile
from meetings.services.deliveries import hooks
from meetings.services.mirroring import mirror
from tests.accounts_at_doubles import (
    ALIAS,
    Account,
    AtPlugnmeet,
    AtVideosdk,
    AtXroom,
    at_plugnmeet,
    at_videosdk,
    at_xroom,
)
from tests.deliveries import Delivery, plugnmeet_tells, videosdk_tells, xroom_tells
from tests.providers.doubles.base import Call, Reply

__all__ = ["at_plugnmeet", "at_videosdk", "at_xroom"]
pytestmark = [pytest.mark.django_db, pytest.mark.uncounted]

PASSCODE = "gehe1m 100% ä"
KEEP_KEYS = (Booking, Room, JoinLink, RoomSession, Reservation, WebhookDelivery)
TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")  # any signed token


@pytest.fixture(params=["plugnmeet", "videosdk", "xroom"])
def account(request: pytest.FixtureRequest) -> Account:
    found: Account = request.getfixturevalue(f"at_{request.param}")
    return found


def told(account: Account, session: RoomSession) -> Iterator[Delivery]:
    """An arrival, as this provider tells it; and one that is forged."""
    match account:
        case AtPlugnmeet():
            good = plugnmeet_tells(account, session, "participant_joined", who="g:a1")
        case AtVideosdk():
            good = videosdk_tells(account, session, "participant-joined", who="g:a1")
        case AtXroom():
            key = session.host_key
            good = xroom_tells(account, session, "roomCreated", room={"hostKey": key})
    yield good
    yield Delivery(good.body[:-2] + b"}}", good.headers)


def blabbing(account: Account) -> Callable[..., Reply]:
    """The provider refuses, and repeats all that it was told in confidence."""

    def fault(double: Any, call: Call, reply: Reply) -> Reply:
        words = " ".join([*account.provider.options.secrets, call.headers.get("authorization", "")])
        said = dict.fromkeys(("msg", "message", "errMsg"), words)
        return Reply({"isError": True, "status": False, **said}, status=400)

    return fault


class Walk:
    """Everything that was shown on the way, by whom it was shown to."""

    def __init__(self) -> None:
        self.shown: dict[str, str] = {}
        self.tickets: list[str] = []  # for one person each: they may hold what lets them in

    def look(self, client: Client, address: str) -> None:
        answer = client.get(address, follow=True)
        assert answer.status_code == 200, address
        self.shown[address] = answer.text

    def press(self, client: Client, address: str, **values: str) -> Any:
        answer = client.post(address, values)
        self.shown[f"POST {address} {len(self.shown)}"] = answer.text
        return answer

    def come_in(self, client: Client, link: JoinLink) -> None:
        answer = client.post(f"{link.get_absolute_url()}enter/", {"name": "Ana"})
        self.tickets += [answer.headers.get("Location", ""), answer.text]

    def look_at_all(self, client: Client, booking: Booking) -> None:
        self.look(client, reverse("dashboard"))
        self.look(client, reverse("booking", args=[booking.pk]))
        self.look(client, reverse("room-list"))
        for link in booking.links.all():
            self.look(client, link.get_absolute_url())

    def look_at_admin(self, client: Client, *models: type[Model]) -> None:
        """Each list of meetings (or these), and of each the newest rows' pages and histories."""
        self.look(client, reverse("admin:meetings_providers"))
        self.press(client, reverse("admin:meetings_providers"), alias=ALIAS)
        for model in models or apps.get_app_config("meetings").get_models():
            if not admin.site.is_registered(model):
                continue
            name = f"admin:meetings_{model._meta.model_name}"
            self.look(client, reverse(f"{name}_changelist"))
            for pk in model._default_manager.order_by("-pk").values_list("pk", flat=True)[:2]:
                self.look(client, reverse(f"{name}_change", args=[pk]))
                self.look(client, reverse(f"{name}_history", args=[pk]))


@dataclass(frozen=True, kw_only=True)
class People:
    """Who looks."""

    organizer: Client
    operator: Client
    guest: Client


def host_keys() -> set[str]:
    """Every key that our rows hold now."""
    rows = [*RoomSession.objects.all(), *Reservation.objects.all()]
    return {each.host_key for each in rows if each.host_key}


def mirrored() -> None:
    for reservation in Reservation.objects.all():
        reservation.owe()
        mirror(reservation.pk)


@pytest.fixture
def booking(book: Callable[..., Booking]) -> Booking:
    """A meeting that begins soon, and that everybody may start."""
    options = {"provider_alias": ALIAS, "waiting_room": "nobody", "needs_host": False}
    return book(at=timezone.now() + timedelta(minutes=5), options=options)


@pytest.fixture
def people(as_dana: Client, as_staff: Client, client: Client) -> People:
    return People(organizer=as_dana, operator=as_staff, guest=client)


def live_through(walk: Walk, account: Account, booking: Booking, people: People) -> RoomSession:
    """Booked, opened, and people inside."""
    mirrored()
    for purpose in (Role.HOST, Role.COHOST, Role.PARTICIPANT):
        who = people.organizer if purpose.hosts else people.guest
        walk.come_in(who, booking.links.get(purpose=purpose))
    session = RoomSession.objects.live().get()
    for delivery in told(account, session):
        delivery.to(hooks.address_for(session))
    if account.provider.features.passcode:
        passcode = reverse("session-passcode", args=[session.pk])
        walk.press(people.organizer, passcode, passcode=PASSCODE)
        walk.look(people.organizer, passcode)
        assert RoomSession.objects.live().get().passcode == PASSCODE
    walk.press(people.organizer, reverse("session-lock", args=[session.pk]), locked="1")
    walk.look_at_all(people.organizer, booking)
    walk.look_at_admin(people.operator, *KEEP_KEYS)
    return session


def suffer(
    walk: Walk, account: Account, session: RoomSession, other: Booking, people: People
) -> list[str]:
    """A bad day, and the end; what comparing said of it."""
    with account.double.failing(blabbing(account)):
        walk.press(people.organizer, reverse("session-lock", args=[session.pk]), locked="")
        comparison = reconcile.compare(ALIAS)
        mirrored()
        walk.press(people.organizer, reverse("booking-end", args=[session.booking_id]))
        host = other.links.get(purpose="host").get_absolute_url()
        walk.press(people.organizer, f"{host}enter/", name="D")
        with pytest.raises(CommandError) as raised:
            call_command("reconcile", ALIAS)
        walk.look_at_all(people.organizer, other)
        walk.look_at_admin(people.operator)
    assert comparison.trouble
    return [str(comparison), str(raised.value)]


def kept(account: Account) -> Iterator[str]:
    """What our rows say when they are asked, and how they and their providers look."""
    rows = [*RoomSession.objects.all(), *Reservation.objects.all(), *WebhookDelivery.objects.all()]
    refs = [session.ref for session in RoomSession.objects.all()]
    yield from (str(each.error) for each in rows)
    yield from (str(each.detours) for each in RoomSession.objects.all())
    yield from map(repr, (*rows, *refs, account.provider, account.provider.options))


def test_secrets_appear_in_no_page_log_line_repr_or_error(
    account: Account,
    booking: Booking,
    book: Callable[..., Booking],
    people: People,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    walk = Walk()

    session = live_through(walk, account, booking, people)
    keys = host_keys()
    other = book("Other", at=timezone.now(), may_overlap=True, options={"provider_alias": ALIAS})
    said = [*suffer(walk, account, session, other, people), *kept(account)]

    deepest = [*account.provider.options.secrets, hooks.address_for(session).split("/")[-2]]
    formatter = DiscreetFormatter("%(message)s %(exc_text)s")
    lines = [formatter.format(record) for record in caplog.records]
    assert (len(walk.tickets), len(lines) > 20) == (6, True)
    everything = [*walk.shown.values(), *lines, *said]
    for secret in (*deepest, *keys, *host_keys(), PASSCODE):
        assert not [text for text in everything if secret in text], secret
    for secret in deepest:
        assert not [ticket for ticket in walk.tickets if secret in ticket]
    for token in JoinLink.objects.values_list("token", flat=True):
        assert not [line for line in lines if token in line]
    assert not [text for text in everything if TOKEN.search(text)]


def test_only_the_hosts_way_in_holds_the_host_key(
    at_xroom: AtXroom, booking: Booking, as_dana: Client, client: Client
) -> None:
    walk = Walk()

    walk.come_in(as_dana, booking.links.get(purpose="host"))
    walk.come_in(client, booking.links.get(purpose="participant"))

    key = RoomSession.objects.get().host_key
    assert key
    assert [key in ticket for ticket in walk.tickets] == [True, False, False, False]
