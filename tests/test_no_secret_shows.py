"""A meeting from its booking to its end, and a bad day: nothing secret is ever shown or logged."""

import logging
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.logs import DiscreetFormatter
from meetings.models import Booking, JoinLink, Reservation, RoomSession, WebhookDelivery
from meetings.providers.base import Role
from meetings.services import hooks, reconcile
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
pytestmark = pytest.mark.django_db

PASSCODE = "gehe1m 100% ä"
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

    def look_at_admin(self, client: Client) -> None:
        """Each list of meetings, each row's page and its history."""
        self.look(client, reverse("admin:meetings_providers"))
        self.press(client, reverse("admin:meetings_providers"), alias=ALIAS)
        for model in apps.get_app_config("meetings").get_models():
            if not admin.site.is_registered(model):
                continue
            name = f"admin:meetings_{model._meta.model_name}"
            self.look(client, reverse(f"{name}_changelist"))
            for pk in model._default_manager.values_list("pk", flat=True)[:5]:
                self.look(client, reverse(f"{name}_change", args=[pk]))
                self.look(client, reverse(f"{name}_history", args=[pk]))


def mirrored() -> None:
    for reservation in Reservation.objects.all():
        reservation.owe()
        mirror(reservation.pk)


def test_secrets_appear_in_no_page_log_line_repr_or_error(
    account: Account,
    book: Callable[..., Booking],
    as_dana: Client,
    as_staff: Client,
    client: Client,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    walk = Walk()
    booking = book(
        at=timezone.now() + timedelta(minutes=5),
        options={"provider_alias": ALIAS, "waiting_room": "nobody", "needs_host": False},
    )

    # Booked, opened, and people inside
    mirrored()
    keys = list(Reservation.objects.values_list("host_key", flat=True))
    for purpose in (Role.HOST, Role.COHOST, Role.PARTICIPANT):
        walk.come_in(as_dana if purpose.hosts else client, booking.links.get(purpose=purpose))
    session = RoomSession.objects.live().get()
    for delivery in told(account, session):
        delivery.to(hooks.address_for(session))
    if account.provider.features.passcode:
        passcode = reverse("session-passcode", args=[session.pk])
        walk.press(as_dana, passcode, passcode=PASSCODE)
        walk.look(as_dana, passcode)
        assert RoomSession.objects.live().get().passcode == PASSCODE
    walk.press(as_dana, reverse("session-lock", args=[session.pk]), locked="1")
    walk.look_at_all(as_dana, booking)
    walk.look_at_admin(as_staff)

    # A bad day, and the end
    with account.double.failing(blabbing(account)):
        walk.press(as_dana, reverse("session-lock", args=[session.pk]), locked="")
        comparison = reconcile.compare(ALIAS)
        mirrored()
        walk.press(as_dana, reverse("booking-end", args=[booking.pk]))
        other = book(
            "Other", at=timezone.now(), may_overlap=True, options={"provider_alias": ALIAS}
        )
        walk.press(as_dana, f"{other.links.get(purpose='host').get_absolute_url()}enter/", name="D")
        with pytest.raises(CommandError) as raised:
            call_command("reconcile", ALIAS)
        walk.look_at_all(as_dana, other)
        walk.look_at_admin(as_staff)
    session.refresh_from_db()

    # What was secret is known; and it is nowhere
    deepest = [*account.provider.options.secrets, hooks.address_for(session).split("/")[-2]]
    rights = [key for key in (session.host_key, *keys) if key]
    links = JoinLink.objects.values_list("token", flat=True)
    formatter = DiscreetFormatter("%(message)s %(exc_text)s")
    lines = [formatter.format(record) for record in caplog.records]
    rows = [*RoomSession.objects.all(), *Reservation.objects.all(), *WebhookDelivery.objects.all()]
    said = [
        *(str(each.error) for each in rows),
        *(repr(each) for each in (*rows, session.ref, account.provider, account.provider.options)),
        *(str(each.detours) for each in RoomSession.objects.all()),
        str(comparison),
        str(raised.value),
    ]
    assert comparison.trouble
    assert len(lines) > 20
    assert len(walk.tickets) == 6
    for secret in (*deepest, *rights, PASSCODE):
        assert not [address for address, text in walk.shown.items() if secret in text], secret
        assert not [line for line in (*lines, *said) if secret in line], secret
    for secret in deepest:
        assert not [ticket for ticket in walk.tickets if secret in ticket]
    for token in links:
        assert not [line for line in lines if token in line]
    for text in (*walk.shown.values(), *lines, *said):
        assert not TOKEN.search(text)


def test_only_the_hosts_way_in_holds_the_host_key(
    at_xroom: AtXroom, book: Callable[..., Booking], as_dana: Client, client: Client
) -> None:
    booking = book(
        at=timezone.now() + timedelta(minutes=5),
        options={"provider_alias": ALIAS, "waiting_room": "nobody", "needs_host": False},
    )
    walk = Walk()

    walk.come_in(as_dana, booking.links.get(purpose="host"))
    walk.come_in(client, booking.links.get(purpose="participant"))

    key = RoomSession.objects.get().host_key
    assert key
    assert [key in ticket for ticket in walk.tickets] == [True, False, False, False]
