"""A guest whom the organizer makes co-host: their own link lets them host, until taken back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from meetings.models import Admission, Attendance, Booking, Guest, JoinLink, Knock, RoomSession
from meetings.providers.base import Role
from meetings.services import cohosts, inviting
from meetings.services.opening import open_room
from meetings.services.waiting import knocking
from meetings.services.waiting.knock_links import token_of
from tests.conftest import Share
from tests.inviting import address_of, invite
from tests.services.mailing import posted
from tests.services.mailing import text_of as mail_text
from tests.together import seen_by_all, together

from .conftest import NOW
from .doors import ask, participants, state
from .reading import page, text_of
from .repeating import make_series

Book = Callable[..., Booking]


@pytest.fixture
def booking(book: Book) -> Booking:
    """A meeting that begins now."""
    return book("Weekly planning", at=NOW)


@pytest.fixture
def cora(booking: Booking) -> Guest:
    (guest,) = invite(booking, "Cora Lima <cora@example.com>")
    return guest


def make(client: Client, guest: Guest, role: str = "cohost") -> Any:
    return client.post(reverse("guest-role", args=[guest.pk]), {"role": role}, follow=True)


def console_of(guest: Guest) -> str:
    return reverse("console", args=[JoinLink.objects.get(guest=guest).token])


# On the organizer's page


def test_organizer_makes_a_guest_cohost_and_takes_it_back(as_dana: Client, cora: Guest) -> None:
    made = make(as_dana, cora)
    back = make(as_dana, cora, "participant")

    assert "Cora Lima is co-host now: their personal link lets them host." in text_of(made)
    assert "Cora Lima cora@example.com Co-host" in text_of(made)
    assert "Co-hosts among the guests" in text_of(made)  # in the history
    assert "Cora Lima is a participant again." in text_of(back)
    assert "Cora Lima cora@example.com Co-host" not in text_of(back)


def test_history_says_how_many_and_names_nobody(as_dana: Client, cora: Guest) -> None:
    make(as_dana, cora)

    change = cora.booking.changes.first()

    assert (change.kind, change.values) == ("edited", {"cohosts": [0, 1]})


def test_the_same_press_twice_is_one_change(as_dana: Client, cora: Guest) -> None:
    make(as_dana, cora)
    again = make(as_dana, cora)

    assert "Nothing was changed." in text_of(again)
    assert cora.booking.changes.filter(kind="edited").count() == 1


def test_who_is_invited_to_a_series_hosts_each_of_its_meetings(
    as_dana: Client, client: Client, dana: User
) -> None:
    series = make_series(dana)
    (cora,) = invite(series, "Cora Lima <cora@example.com>")

    made = make(as_dana, cora)

    assert "Co-hosts among the guests" in text_of(made)
    assert client.get(console_of(cora)).status_code == 200


def test_guest_who_was_removed_is_made_nothing(as_dana: Client, cora: Guest, dana: User) -> None:
    inviting.remove(cora, by=dana)

    answer = make(as_dana, cora)

    assert "Nothing was changed." in text_of(answer)
    assert not JoinLink.objects.filter(guest=cora, purpose="cohost").exists()


def test_who_is_invited_anew_is_a_participant(as_dana: Client, cora: Guest, dana: User) -> None:
    make(as_dana, cora)
    inviting.remove(cora, by=dana)

    invite(cora.booking, "cora@example.com")

    assert JoinLink.objects.get(guest=cora).role is Role.PARTICIPANT


def test_links_for_everybody_are_not_changed_by_it(as_dana: Client, cora: Guest) -> None:
    make(as_dana, cora)
    link = JoinLink.objects.get(guest=cora)

    answer = as_dana.post(reverse("link-transferable", args=[link.pk]))

    assert answer.status_code == 404  # it goes with the guest
    assert link.token not in page(as_dana.get(reverse("booking-links", args=[cora.booking.pk])))


# What they may do


def test_their_link_opens_the_meeting_and_has_the_console(
    as_dana: Client, client: Client, cora: Guest
) -> None:
    make(as_dana, cora)

    shown = client.get(address_of(cora))
    ask(client, address_of(cora), "Cora Lima")
    console = client.get(console_of(cora))

    assert state(shown) == "open"
    assert Admission.objects.get().role == "cohost"
    assert RoomSession.objects.get().is_live
    assert "You are co-host" in text_of(console)


def test_console_is_shut_as_soon_as_it_is_taken_back(
    as_dana: Client, client: Client, cora: Guest
) -> None:
    make(as_dana, cora)
    ask(client, address_of(cora), "Cora Lima")
    make(as_dana, cora, "participant")

    shown = client.get(console_of(cora))
    session = RoomSession.objects.get()
    pressed = client.post(reverse("console-act", args=[cora.link.token, "lock"]))

    session.refresh_from_db()
    assert (shown.status_code, pressed.status_code) == (404, 404)
    assert not session.locked
    assert Admission.objects.get().role == "participant"


def test_guest_who_waits_comes_in_once_they_are_cohost(
    as_dana: Client, client: Client, booking: Booking, cora: Guest
) -> None:
    booking.room.waiting_room = "everyone"
    booking.room.save(update_fields=["waiting_room"])
    open_room(booking.room, booking)
    waits = ask(client, address_of(cora), "Cora Lima")
    make(as_dana, cora)

    ask(client, address_of(cora), "Cora Lima")

    assert state(client.get(waits.url)) == "open"
    assert Admission.objects.get().state == "admitted"


# Somebody waits, and no host is there


def test_cohost_is_told_too_and_lets_in_by_their_own_link(
    as_dana: Client, client: Client, booking: Booking, cora: Guest, clock: Any
) -> None:
    make(as_dana, cora)
    ask(client, participants(booking), "Ana Lima")
    posted()  # the invitation
    clock.move_to(NOW + timedelta(seconds=30))

    knocking.tell_due()
    mails = {each["To"]: mail_text(each) for each in posted()}
    knock = Knock.objects.get(guest=cora)
    answer = Client().post(
        reverse("admit", args=[token_of(knock)]),
        {"waiter": [f"c{each.pk}" for each in booking.room.callers.all()]},
        follow=True,
    )

    assert f"/admit/{knock.pk}." in mails["Cora Lima <cora@example.com>"]
    assert f"/admit/{knock.pk}." not in mails["Dana <dana@example.org>"]
    assert "Ana Lima is let in." in text_of(answer)
    assert console_of(cora) in page(answer)
    assert Admission.objects.get().state == "admitted"


@pytest.mark.parametrize("end", ["taken back", "removed", "meeting's door"])
def test_link_in_the_mail_ends_with_the_rights(
    as_dana: Client, dana: User, booking: Booking, cora: Guest, end: str
) -> None:
    make(as_dana, cora)
    place = knocking.Place.at(booking.room, booking)
    once = knocking.notices.once_for(place.once, cora)
    knock = Knock.objects.create(once=once, room=booking.room, booking=booking, guest=cora)
    if end == "taken back":
        make(as_dana, cora, "participant")
    elif end == "removed":
        inviting.remove(cora, by=dana)
    else:  # a host put them out of the meeting itself
        session = open_room(booking.room, booking)
        link = JoinLink.objects.get(guest=cora)
        session.admissions.create(identity="g:cora", name="Cora", state="removed", link=link)

    answer = Client().get(reverse("admit", args=[token_of(knock)]))

    assert "This link lets nobody in any more" in text_of(answer)
    assert "Weekly planning" not in page(answer)


def test_nobody_else_is_told_of_a_meeting_where_a_cohost_is_inside(
    as_dana: Client, client: Client, booking: Booking, cora: Guest, clock: Any
) -> None:
    make(as_dana, cora)
    ask(client, address_of(cora), "Cora Lima")
    session = RoomSession.objects.get()
    session.admissions.create(
        identity="g:ana", name="Ana", state="waiting", link=booking.links.get(purpose="participant")
    )
    asked = session.admissions.get(link__guest=cora)
    Attendance.objects.create(
        session=session, identity=asked.identity, name="Cora", role="cohost", joined_at=NOW
    )
    clock.move_to(NOW + timedelta(seconds=30))

    knocking.tell_due()

    assert not Knock.objects.exists()


def test_invitation_sent_again_says_what_the_link_is_good_for(as_dana: Client, cora: Guest) -> None:
    posted()
    make(as_dana, cora)

    as_dana.post(reverse("guest-invite-again", args=[cora.pk]))

    (mail,) = posted()
    assert "You are co-host: your link lets people in, so do not pass it on." in mail_text(mail)


def test_link_in_the_mail_shows_the_meetings_clock_until_the_browser_says_its_own(
    as_dana: Client, client: Client, booking: Booking, cora: Guest, clock: Any
) -> None:
    make(as_dana, cora)
    ask(client, participants(booking), "Ana Lima")
    clock.move_to(NOW + timedelta(seconds=30))
    knocking.tell_due()
    link = reverse("admit", args=[token_of(Knock.objects.get(guest=cora))])

    stranger = Client().get(link)
    in_tokyo = Client()
    in_tokyo.cookies["zone"] = "Asia/Tokyo"

    assert "data-zone-unknown" in page(stranger)
    assert "Berlin" in text_of(stranger)
    assert "data-zone-unknown" not in page(in_tokyo.get(link))
    assert "Tokyo" in text_of(in_tokyo.get(link))


# At the same moment


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_are_one_change(
    booking: Booking, dana: User, cora: Guest, share_database: Share
) -> None:
    share_database()

    changed = together(*[lambda: cohosts.give_role(cora, Role.COHOST, by=dana)] * 4)

    assert sorted(map(str, changed)) == ["False", "False", "False", "True"]
    assert seen_by_all(lambda: booking.changes.filter(kind="edited").count()) == 1
