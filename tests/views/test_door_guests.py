"""The door for people who are invited: their link knows their name, and hosts know them by it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from meetings.models import Admission, Booking, Guest, RoomSession
from meetings.services import inviting
from meetings.services.opening import open_room
from tests.conftest import signed_in
from tests.inviting import address_of, invite

from .conftest import NOW
from .doors import ask, state
from .reading import page, text_of
from .repeating import make_series

Book = Callable[..., Booking]
HTMX = {"HX-Request": "true"}


def participants(booking: Booking) -> str:
    return booking.links.common().get(purpose="participant").get_absolute_url()


@pytest.fixture
def for_invited(book: Book) -> RoomSession:
    """A meeting that runs, where those wait who have no invitation."""
    booking = book("Review", at=NOW, options={"waiting_room": "uninvited"})
    return open_room(booking.room, booking)


@pytest.fixture
def ana(for_invited: RoomSession) -> Guest:
    (guest,) = invite(for_invited.booking, "Ana Gomez <ana@example.com>")
    return guest


# The name


def test_personal_link_fills_the_name_and_changes_nothing(client: Client, ana: Guest) -> None:
    before = Guest.objects.values().get()

    answer = client.get(address_of(ana))

    assert 'value="Ana Gomez"' in page(answer)
    assert Guest.objects.values().get() == before
    assert not Admission.objects.exists()
    assert "ana@example.com" not in page(answer)


def test_guest_may_come_under_another_name_and_hosts_see_both(
    client: Client, as_dana: Client, ana: Guest, for_invited: RoomSession
) -> None:
    ask(client, address_of(ana), name="Anita")

    again = client.get(address_of(ana))

    assert 'value="Anita"' in page(again)
    text = text_of(as_dana.get(f"/meetings/{for_invited.booking_id}/"))
    assert "Anita invited as Ana Gomez" in text


def test_link_names_its_guest_also_in_the_browser_of_somebody_known(
    client: Client, ana: Guest, colin: User, book: Book
) -> None:
    other = book("Other", at=NOW, may_overlap=True, options={"waiting_room": "nobody"})
    ask(client, participants(other), name="The whole family")

    assert 'value="Ana Gomez"' in page(client.get(address_of(ana)))
    assert 'value="Ana Gomez"' in page(signed_in(colin).get(address_of(ana)))
    assert 'value="The whole family"' in page(client.get(participants(other)))


def test_guest_without_a_name_is_asked_for_one(client: Client, for_invited: RoomSession) -> None:
    __, ben = invite(for_invited.booking, "Ana <ana@example.com>", "ben@example.com")

    assert 'value=""' in page(client.get(address_of(ben)))


# The waiting room


def test_invited_come_in_and_the_others_wait(
    client: Client, as_colin: Client, as_dana: Client, ana: Guest, for_invited: RoomSession
) -> None:
    link = participants(for_invited.booking)

    ask(client, address_of(ana), name="Ana Gomez")
    ask(as_colin, link, name="Colin")

    by_name = dict(Admission.objects.values_list("name", "state"))
    assert by_name == {"Ana Gomez": "admitted", "Colin": "waiting"}
    assert "Ask to join" in text_of(Client().get(link))
    assert "Join now" in text_of(Client().get(address_of(ana)))
    text = text_of(as_dana.get(f"/meetings/{for_invited.booking_id}/"))
    assert "Ana Gomez invited" in text
    assert "Colin since" in text  # without a mark


def test_who_waits_comes_in_by_the_invitation_found_in_the_mail(
    client: Client, ana: Guest, for_invited: RoomSession
) -> None:
    waiting = ask(client, participants(for_invited.booking), name="Ana")

    answer = ask(client, address_of(ana), name="Ana")

    assert waiting.status_code == 302
    assert answer.status_code == 200
    admission = Admission.objects.get()
    assert (admission.state, admission.guest) == ("admitted", ana)


def test_invited_who_wait_come_in_when_the_host_lets_only_others_wait(
    client: Client, ana: Guest, for_invited: RoomSession
) -> None:
    RoomSession.objects.update(waiting_room="everyone")
    ask(client, address_of(ana))
    before = state(client.get(address_of(ana)))

    RoomSession.objects.update(waiting_room="uninvited")

    assert (before, state(client.get(address_of(ana)))) == ("waiting", "open")
    ask(client, address_of(ana))
    assert Admission.objects.get().state == "admitted"


def test_meeting_for_the_invited_opens_without_a_host_for_them_alone(
    client: Client, book: Book
) -> None:
    booking = book(at=NOW, options={"waiting_room": "uninvited", "needs_host": False})
    (ana,) = invite(booking, "Ana <ana@example.com>")

    assert state(client.get(participants(booking))) == "needs_host"
    assert state(client.get(address_of(ana))) == "open"


# Who is not invited any more, and who was sent out


def test_link_of_a_removed_guest_was_withdrawn(client: Client, ana: Guest, dana: User) -> None:
    address = address_of(ana)

    inviting.remove(ana, by=dana)

    assert client.get(address).status_code == 410
    assert "This link was withdrawn" in text_of(client.get(address))
    assert client.post(f"{address}enter/", {"name": "Ana"}).status_code == 410
    assert client.post(f"{address}hello/").status_code == 410


def test_guest_who_was_sent_out_does_not_come_back_in_another_browser(
    client: Client, as_dana: Client, ana: Guest, for_invited: RoomSession
) -> None:
    ask(client, address_of(ana))
    identity = Admission.objects.get().identity

    as_dana.post(f"/sessions/{for_invited.pk}/remove/", {"person": identity})

    assert state(Client().get(address_of(ana))) == "removed"
    assert state(Client().get(participants(for_invited.booking))) == "open"


def test_personal_links_are_nowhere_among_those_that_are_shared(
    as_dana: Client, ana: Guest, for_invited: RoomSession, dana: User
) -> None:
    series = make_series(dana)
    (eva,) = invite(series, "Eva <eva@example.com>")
    common = participants(for_invited.booking)

    dashboard = page(as_dana.get(reverse("dashboard")))
    meeting = page(as_dana.get(f"/meetings/{for_invited.booking_id}/"))
    room = page(ask(as_dana, for_invited.booking.links.get(purpose="host").get_absolute_url()))

    assert ana.link.token not in dashboard + room
    assert eva.link.token not in dashboard
    assert common in dashboard
    assert meeting.partition("Links</h2>")[2].count(ana.link.token) == meeting.count(ana.link.token)
    assert f'id="participant-link" readonly value="http://testserver{common}"' in meeting


# Hello


def test_hello_notes_when_a_guest_first_saw_their_link_and_where(
    client: Client, ana: Guest, clock: object
) -> None:
    hello = f"{address_of(ana)}hello/"

    first = client.post(hello, {"time_zone": "Asia/Tokyo", "language": "de-AT"})
    clock.move_to(NOW + timedelta(hours=1), tick=False)  # type: ignore[attr-defined]
    client.post(hello, {"time_zone": "No/Where\x00" * 999, "language": "\x00xx-" * 999})

    ana.refresh_from_db()
    assert first.status_code == 204
    assert (ana.opened_at, ana.time_zone) == (NOW, "Asia/Tokyo")
    assert ana.language == "de"


def test_hello_of_the_organizer_or_at_a_shared_link_notes_nothing(
    client: Client, as_dana: Client, ana: Guest, for_invited: RoomSession
) -> None:
    answers = [
        as_dana.post(f"{address_of(ana)}hello/", {"time_zone": "Asia/Tokyo"}),
        client.post(f"{participants(for_invited.booking)}hello/", {"time_zone": "Asia/Tokyo"}),
    ]

    ana.refresh_from_db()
    assert [each.status_code for each in answers] == [204, 204]
    assert (ana.opened_at, ana.time_zone) == (None, "")
    assert "data-hello" not in page(client.get(participants(for_invited.booking)))


def test_hello_comes_from_our_own_page_and_guesses_are_counted(
    ana: Guest, settings: Settings
) -> None:
    stranger = Client(enforce_csrf_checks=True)
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "unknown_link": "2/m/ip"}

    forged = stranger.post(f"{address_of(ana)}hello/")
    guesses = [Client().post(f"/j/guess{number}/hello/").status_code for number in range(4)]

    assert forged.status_code == 403
    assert guesses[0] == 404
    assert guesses[-1] == 429


def test_personal_link_leads_to_the_answer_and_says_that_the_meeting_repeats(
    client: Client, dana: User
) -> None:
    series = make_series(dana)
    (guest,) = invite(series, "ana@example.com")
    shared = series.links.common().get(purpose="participant").get_absolute_url()

    text, others = page(client.get(address_of(guest))), page(client.get(shared))

    assert reverse("answer", args=[guest.link.token]) in text
    assert "One meeting of a series." in text_of(client.get(address_of(guest)))
    assert "/answer/" not in others
