"""Rights come from the link, and from nothing else that somebody sends."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from meetings.models import Admission, Booking, JoinLink, RoomSession
from meetings.providers.base import Role
from meetings.services import hosting

from .conftest import NOW
from .doors import ask, door_of, host, participants, state

Book = Callable[..., Booking]
EMBEDDED = "meetings/embed/builtin.html"


@pytest.mark.parametrize(
    "extra", ["role=host", "purpose=host&owner=1", "needs_host=false&state=open"]
)
def test_parameters_give_nobody_rights(client: Client, live: RoomSession, extra: str) -> None:
    more = dict(pair.split("=") for pair in extra.split("&"))

    shown = client.get(f"{door_of(live)}?{extra}")
    client.post(f"{door_of(live)}enter/?{extra}", {"name": "Eve", **more})

    assert not shown.context["door"].hosts
    assert Admission.objects.get().role == "participant"


def test_parameters_open_no_door(client: Client, book: Book) -> None:
    booking = book(at=NOW)
    more = {"role": "host", "purpose": "host", "identity": "u:1", "ready": "1"}

    client.post(f"{participants(booking)}enter/", {"name": "Eve", **more})

    assert not RoomSession.objects.exists()


def test_even_the_organizer_is_a_participant_by_the_participants_link(
    as_dana: Client, live: RoomSession
) -> None:
    ask(as_dana, door_of(live))

    assert Admission.objects.get().role == "participant"


def test_participant_who_waits_becomes_host_by_the_hosts_link(
    as_dana: Client, live: RoomSession
) -> None:
    RoomSession.objects.update(waiting_room="everyone")
    ask(as_dana, door_of(live), name="Dana")
    waiting = Admission.objects.get().state

    assert live.booking
    answer = ask(as_dana, host(live.booking), name="Dana")

    admission = Admission.objects.get()
    assert waiting == "waiting"
    assert answer.status_code == 200
    assert (admission.role, admission.state) == ("host", "admitted")


def test_transferable_host_link_hosts_anybody_and_only_as_long_as_it_is_one(
    client: Client, as_dana: Client, book: Book
) -> None:
    booking = book(at=NOW)
    link = booking.links.get(purpose="host")
    as_dana.post(f"/links/{link.pk}/transferable/")

    shown = client.get(host(booking))
    opened = ask(client, host(booking), name="Ana")
    as_dana.post(f"/links/{link.pk}/transferable/")
    later = client.get(host(booking))

    assert state(shown) == "open"
    assert opened.templates[0].name == EMBEDDED
    assert Admission.objects.get().role == "host"
    assert state(later) == "sign_in"
    assert ask(client, host(booking)).status_code == 302


def test_use_of_a_link_is_counted_when_somebody_came_in(client: Client, live: RoomSession) -> None:
    client.get(door_of(live))
    ask(client, door_of(live))
    ask(client, door_of(live))
    ask(Client(), door_of(live))

    assert live.booking
    link = live.booking.links.get(purpose="participant")
    assert (link.uses, link.last_used_at) == (2, NOW)


def test_link_gives_way_to_the_next_host_when_all_who_wait_are_admitted(
    live: RoomSession,
) -> None:
    RoomSession.objects.update(waiting_room="everyone")
    guests = [Client(), Client(), Client()]
    for guest in guests:
        assert ask(guest, door_of(live)).status_code == 302

    admitted = hosting.admit(live)

    assert admitted == 3
    assert [ask(guest, door_of(live)).status_code for guest in guests] == [200] * 3


def test_cohost_link_works_for_its_owner_alone(
    as_colin: Client, as_dana: Client, colin: User, live: RoomSession
) -> None:
    link = JoinLink.objects.create(booking=live.booking, purpose=Role.COHOST, owner=colin)

    ask(as_colin, link.get_absolute_url())

    assert Admission.objects.get().role == "cohost"
    assert state(as_dana.get(link.get_absolute_url())) == "not_yours"
