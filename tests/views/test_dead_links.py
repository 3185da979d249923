"""Links that ended: why, in plain words, and nothing of what they led to."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from meetings.invitees import Invitee
from meetings.models import Booking, JoinLink, RoomSession
from meetings.services import hosting
from meetings.services.inviting import invite, remove
from meetings.services.opening import open_room
from meetings.views.hosting import HTMX_STOP

from .conftest import NOW
from .doors import ask, door_of, look_again, participants, state
from .reading import page, text_of

Book = Callable[..., Booking]
WORDS = {
    "revoked": "This link was withdrawn Ask the person who sent it for a new one.",
    "expired": "This link has expired Ask the person who sent it for a new one.",
    "used up": "It has been used as often as it may. Ask the person who sent it for a new one.",
}


def end(link: JoinLink, how: str) -> None:
    if how == "revoked":
        link.revoke()
    elif how == "expired":
        JoinLink.objects.filter(pk=link.pk).update(expires_at=NOW)
    else:
        JoinLink.objects.filter(pk=link.pk).update(max_uses=3, uses=3)


def limit(session: RoomSession, most: int) -> JoinLink:
    """Its participants' link, for so many people."""
    assert session.booking
    link = session.booking.links.get(purpose="participant")
    link.max_uses = most
    link.save()
    return link


@pytest.mark.parametrize("how", sorted(WORDS))
def test_link_that_ended_says_why_and_nothing_of_the_meeting(
    client: Client, book: Book, how: str
) -> None:
    booking = book("Secret plan", at=NOW, description="Merger", time_zone="Asia/Tokyo")
    link = booking.links.get(purpose="participant")
    waiting = client.get(link.get_absolute_url())

    end(link, how)
    address = link.get_absolute_url()
    answers = [client.get(address), ask(client, address), client.get(f"{address}calendar.ics")]
    told = look_again(client, waiting, address)

    assert (told.status_code, told.headers["HX-Refresh"]) == (410, "true")
    for answer in [*answers, told]:
        assert answer.status_code == 410
        html = page(answer)
        assert not any(word in html for word in ("Secret", "Merger", "Dana", "Tokyo", "09:20"))
    for answer in answers:
        assert WORDS[how] in text_of(answer)
    assert not RoomSession.objects.exists()


def test_link_works_until_it_expires(
    client: Client, book: Book, clock: time_machine.TimeMachineFixture
) -> None:
    booking = book(at=NOW)
    booking.links.update(expires_at=NOW + timedelta(minutes=1))

    before = client.get(participants(booking)).status_code
    clock.move_to(NOW + timedelta(minutes=1), tick=False)

    assert (before, client.get(participants(booking)).status_code) == (200, 410)


@pytest.mark.parametrize("waits", ["for the host", "in the waiting room"])
def test_page_that_waits_asks_often_enough_to_tell_within_three_seconds(
    client: Client, book: Book, waits: str
) -> None:
    booking = book(at=NOW)
    if waits == "in the waiting room":
        open_room(booking.room, booking)
        RoomSession.objects.update(waiting_room="everyone")
    ask(client, participants(booking))

    shown = client.get(participants(booking))

    assert state(shown) in {"needs_host", "waiting"}
    assert shown.context["door"].poll_ms <= 3_000


def test_person_inside_counts_once_however_often_they_come(live: RoomSession) -> None:
    link, ana, bob = limit(live, 2), Client(), Client()

    for browser in (ana, ana, bob, ana, bob):
        assert ask(browser, door_of(live)).status_code == 200

    link.refresh_from_db()
    assert (link.uses, link.last_used_at) == (2, NOW)


def test_used_up_link_lets_back_who_was_inside_and_nobody_else(live: RoomSession) -> None:
    limit(live, 1)
    ana, bob = Client(), Client()
    ask(ana, door_of(live))

    refused = ask(bob, door_of(live))
    back = ask(ana, door_of(live))

    assert (refused.status_code, back.status_code) == (410, 200)
    assert state(ana.get(door_of(live))) == "open"
    assert [each.name for each in live.admissions.all()] == ["Ana"]


def test_person_is_let_back_when_the_meeting_is_opened_anew(live: RoomSession) -> None:
    limit(live, 1)
    ana = Client()
    ask(ana, door_of(live))

    hosting.end_for_all(live)
    assert live.booking
    open_room(live.room, live.booking)
    RoomSession.objects.update(waiting_room="nobody")

    assert ask(ana, door_of(live)).status_code == 200
    assert ask(Client(), door_of(live)).status_code == 410


def test_waiting_takes_no_use_and_coming_in_does(live: RoomSession) -> None:
    RoomSession.objects.update(waiting_room="everyone")
    link, ana = limit(live, 1), Client()
    ask(ana, door_of(live))
    link.refresh_from_db()
    while_waiting = link.uses

    hosting.admit(live)
    let_in = ask(ana, door_of(live))

    link.refresh_from_db()
    assert (while_waiting, link.uses, let_in.status_code) == (0, 1, 200)


def test_participant_gets_no_rights_by_a_cohost_link_that_others_used_up(
    live: RoomSession,
) -> None:
    assert live.booking
    cohost = live.booking.links.get(purpose="cohost")
    JoinLink.objects.filter(pk=cohost.pk).update(max_uses=1)
    ask(Client(), cohost.get_absolute_url(), name="Colin")
    eve = Client()
    ask(eve, door_of(live), name="Eve")

    answer = ask(eve, cohost.get_absolute_url(), name="Eve")

    assert answer.status_code == 410
    assert live.admissions.get(name="Eve").role == "participant"


def test_who_is_inside_stays_inside_when_the_link_is_withdrawn(live: RoomSession) -> None:
    link = limit(live, 5)
    ask(Client(), door_of(live))

    link.revoke()
    beside = reverse("door-still", args=[link.token, live.pk])
    told = Client().get(beside, headers={"HX-Request": "true"})

    live.refresh_from_db()
    assert live.is_live
    assert "HX-Refresh" not in told.headers
    assert told.status_code == HTMX_STOP
    assert live.admissions.get().state == "admitted"


def test_former_address_of_a_guest_who_is_invited_again_stays_withdrawn(
    client: Client, as_dana: Client, dana: User, book: Book
) -> None:
    booking, ana = book(at=NOW + timedelta(hours=1)), Invitee(email="ana@example.org", name="Ana")
    (guest,) = invite(booking, [ana], by=dana)
    former = guest.link.get_absolute_url()
    remove(guest, by=dana)

    (back,) = invite(booking, [ana], by=dana)

    assert client.get(former).status_code == 410
    assert client.get(JoinLink.objects.get(guest=back).get_absolute_url()).status_code == 200
    listed = text_of(as_dana.get(reverse("booking-links", args=[booking.pk])))
    assert "1 withdrawn link Participants Ana" in listed
