"""The link of the mail that tells a host who waits: it lets in once, and looking is harmless."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from meetings.models import Admission, Attendance, Booking, Caller, Knock, Room, RoomSession
from meetings.providers.errors import ProviderUnavailable
from meetings.services import hosting, scheduling
from meetings.services.opening import open_room
from meetings.services.waiting import admitting, knocking
from meetings.services.waiting.knock_links import token_of

from .conftest import NOW
from .doors import ask, look_again, participants, state
from .reading import page, text_of

Book = Callable[..., Booking]
Clock = Any
LATE = timedelta(seconds=30)


@pytest.fixture
def booking(book: Book) -> Booking:
    """A meeting whose guests wait, and whose host has not come."""
    return book("Weekly planning", at=NOW)


@pytest.fixture
def ana(client: Client, booking: Booking, clock: Clock) -> Client:
    """She asked at the closed door, and her page still asks."""
    ask(client, participants(booking), "Ana Lima")
    clock.move_to(NOW + LATE)
    return client


@pytest.fixture
def link(ana: Client) -> str:
    """What the mail to the host leads to."""
    knocking.tell_due()
    return address(Knock.objects.get())


def address(knock: Knock) -> str:
    return reverse("admit", args=[token_of(knock)])


def keys() -> list[str]:
    return [f"c{each.pk}" for each in Caller.objects.all()]


def press(link: str, *people: str) -> Any:
    return Client().post(link, {"waiter": people or keys()})


# What is seen


def test_looking_shows_who_waits_and_changes_nothing(link: str) -> None:
    answers = [Client().get(link), Client().head(link), Client().get(link)]

    assert "1 person waits" in text_of(answers[0])
    assert "Ana Lima" in text_of(answers[0])
    assert "Letting somebody in opens the meeting" in text_of(answers[0])
    assert [each.status_code for each in answers] == [200] * 3
    assert not RoomSession.objects.exists()
    assert Knock.objects.get().used_at is None


def test_page_is_kept_by_nobody_and_told_to_no_other_site(link: str) -> None:
    answer = Client().get(link)

    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"
    assert "noindex" in page(answer)


def test_name_is_shown_as_it_was_given_and_does_nothing(link: str) -> None:
    Caller.objects.update(name="<script>alert(1)</script> 👩‍👩‍👧 " + "ש" * 40)

    html = page(Client().get(link))

    assert "&lt;script&gt;alert(1)&lt;/script&gt; 👩‍👩‍👧" in html
    assert "<script>alert" not in html
    assert '<strong dir="auto">' in html


# Letting in


def test_press_opens_the_meeting_and_lets_the_person_in(
    ana: Client, link: str, booking: Booking, dana: User
) -> None:
    answer = Client().post(link, {"waiter": keys()}, follow=True)

    asked = Admission.objects.get()
    at_the_door = ana.get(participants(booking))
    assert "Ana Lima is let in." in text_of(answer)
    assert (asked.state, asked.decided_by) == ("admitted", dana)
    assert booking.sessions.live().count() == 1
    assert state(at_the_door) == "open"
    assert "data-enter-now" in page(at_the_door)


def test_audit_log_hears_who_let_in_by_which_mail(link: str, dana: User) -> None:
    press(link)

    entry = AuditEntry.objects.get(action="admitted")
    assert (entry.user, entry.through) == (dana, f"knock {Knock.objects.get().pk}")
    assert entry.values == {"people": 1}


def test_who_waits_while_it_runs_is_let_in(ana: Client, link: str, booking: Booking) -> None:
    session = open_room(booking.room, booking)
    ask(ana, participants(booking), "Ana Lima")
    asked = session.admissions.get()

    press(link, f"a{asked.pk}")

    asked.refresh_from_db()
    assert asked.state == "admitted"


def test_who_has_come_into_the_waiting_room_meanwhile_is_the_same_person(
    ana: Client, link: str, booking: Booking
) -> None:
    seen = keys()
    session = open_room(booking.room, booking)
    ask(ana, participants(booking), "Ana Lima")

    press(link, *seen)

    assert session.admissions.get().state == "admitted"


def test_only_who_is_chosen_comes_in(ana: Client, link: str, booking: Booking) -> None:
    ask(Client(), participants(booking), "Ben Okoro")
    both = page(Client().get(link))
    chosen = Caller.objects.get(name="Ben Okoro")

    press(link, f"c{chosen.pk}")

    assert both.count('type="checkbox"') == 2
    assert [each.name for each in Admission.objects.all()] == ["Ben Okoro"]
    assert state(ana.get(participants(booking))) == "open"  # and asks the hosts there
    assert "Ask to join" in page(ana.get(participants(booking)))


def test_second_press_says_that_it_was_used_and_where_to_go(link: str, booking: Booking) -> None:
    press(link)
    ask(Client(), participants(booking), "Ben Okoro")

    looked, pressed = Client().get(link), press(link)

    for answer in (looked, pressed):
        assert "This link was used at 9:20 AM" in text_of(answer)
        assert "sign in and open the meeting’s page" in text_of(answer)
        assert "Ben Okoro" not in text_of(answer)
    assert pressed.status_code == 409
    assert not Admission.objects.filter(name="Ben Okoro", state="admitted").exists()


def test_page_leads_to_the_meeting_which_asks_to_sign_in(link: str, booking: Booking) -> None:
    html = page(Client().get(link))

    to = f"/meetings/{booking.pk}/"
    assert f'href="{to}"' in html
    assert "/j/" not in html.partition("<main")[2]
    assert "/account/login/" in Client().get(to)["Location"]


# Whom it lets in


def test_people_of_other_meetings_stay_where_they_are(link: str, book: Book) -> None:
    other = book("Other", at=NOW, may_overlap=True)
    ask(Client(), participants(other), "Eve")
    eve = Caller.objects.get(name="Eve")

    answer = press(link, f"c{eve.pk}")

    assert answer.status_code == 409
    assert "Please choose somebody who still waits." in text_of(answer)
    assert not Admission.objects.exists()
    assert Knock.objects.get().used_at is None


def test_nonsense_lets_nobody_in(link: str) -> None:
    for key in ("", "c", "x1", "c-1", "c" + "9" * 40, "a٣", "all", "c1\x00"):
        assert press(link, key).status_code == 409, key

    assert Knock.objects.get().used_at is None


def test_who_has_gone_meanwhile_is_not_let_in_and_the_link_is_kept(link: str, clock: Clock) -> None:
    seen = keys()
    clock.move_to(NOW + timedelta(minutes=3))

    looked, pressed = Client().get(link), press(link, *seen)

    assert "Nobody waits any more." in text_of(looked)
    assert "Nobody waits any more." in text_of(pressed)
    assert not RoomSession.objects.exists()
    assert Knock.objects.get().used_at is None


def test_person_whose_page_asks_is_still_there_later(
    ana: Client, link: str, booking: Booking, clock: Clock
) -> None:
    open_page = ana.get(participants(booking))
    for seconds in (60, 120, 180, 240):
        clock.move_to(NOW + timedelta(seconds=seconds))
        look_again(ana, open_page, participants(booking))

    assert "1 person waits" in text_of(Client().get(link))


# When it lets nobody in any more


def withdraw(booking: Booking) -> None:
    booking.links.get(purpose="host").revoke()


def give_away(booking: Booking) -> None:
    Booking.objects.update(organizer=User.objects.create_user("eve@example.org", name="Eve"))


ENDS: dict[str, tuple[Callable[[Booking], object], str]] = {
    "revoked": (withdraw, "the host’s link was withdrawn"),
    "other host": (give_away, "the meeting has another host"),
    "account closed": (lambda _: User.objects.update(is_active=False), "has another host"),
    "cancelled": (lambda each: scheduling.cancel(each, by=each.organizer), "is cancelled"),
    "moved": (
        lambda _: Booking.objects.update(starts_at=NOW + LATE),
        "was moved to another time",
    ),
    "over": (
        lambda _: Booking.objects.update(ends_at=NOW - timedelta(hours=3)),
        "This meeting is over.",
    ),
    "ended": (
        lambda each: hosting.end_for_all(open_room(each.room, each)),
        "This meeting is over.",
    ),
    "given up": (
        lambda _: Room.objects.update(archived_at=NOW),
        "This meeting is over.",
    ),
}


@pytest.mark.parametrize("name", ENDS)
def test_link_says_why_it_lets_nobody_in(link: str, booking: Booking, name: str) -> None:
    change, sentence = ENDS[name]
    if name == "over":
        Booking.objects.update(starts_at=NOW - timedelta(hours=4))
    change(booking)

    looked, pressed = Client().get(link), press(link)

    assert (looked.status_code, pressed.status_code) == (410, 409)
    assert sentence in text_of(looked)
    assert sentence in text_of(pressed)
    assert "Ana Lima" not in text_of(looked)
    assert not Admission.objects.filter(state="admitted").exists()


@pytest.mark.parametrize("name", ["revoked", "other host", "account closed"])
@pytest.mark.parametrize("is_used", [False, True])
def test_who_hosts_no_more_is_shown_nothing_of_the_meeting(
    link: str, booking: Booking, name: str, is_used: bool
) -> None:
    if is_used:
        press(link)
    ENDS[name][0](booking)
    Booking.objects.update(title="Something secret")

    looked, pressed = Client().get(link), press(link)

    for answer in (looked, pressed):
        assert ENDS[name][1] in text_of(answer)
        assert "Something secret" not in page(answer)
        assert f"/meetings/{booking.pk}/" not in page(answer)


def test_host_whose_own_link_is_used_up_still_lets_people_in(link: str, booking: Booking) -> None:
    booking.links.filter(purpose="host").update(max_uses=1, uses=1)

    answer = press(link)

    assert answer.status_code == 302
    assert Admission.objects.get().state == "admitted"


def test_another_meeting_in_the_room_is_left_alone(book: Book, room: Room, clock: Clock) -> None:
    booking = book(at=NOW, room=room)
    knock = Knock.objects.create(
        once=f"waiting:b{booking.pk}@{int(NOW.timestamp())}:user:{booking.organizer.pk}",
        room=room,
        booking=booking,
        user=booking.organizer,
    )
    earlier = book(at=NOW - timedelta(hours=1), room=room)
    open_room(room, earlier)

    answer = Client().get(address(knock))

    assert "Another meeting is in this room now." in text_of(answer)


def test_locked_and_full_meetings_say_what_that_means(
    ana: Client, link: str, booking: Booking
) -> None:
    session = open_room(booking.room, booking)
    ask(ana, participants(booking), "Ana Lima")
    RoomSession.objects.update(locked=True, capacity=1)
    Attendance.objects.create(session=session, identity="g:x", name="Xi", joined_at=NOW)

    looked = text_of(Client().get(link))
    press(link, f"a{session.admissions.get().pk}")

    assert "The meeting is locked. Whom you let in passes" in looked
    assert "The meeting is full." in looked
    assert session.admissions.get().state == "admitted"
    assert RoomSession.objects.get().locked


def test_provider_that_is_down_uses_nothing_up(
    link: str, monkeypatch: pytest.MonkeyPatch, booking: Booking
) -> None:
    def away(*_: object, **__: object) -> None:
        raise ProviderUnavailable("does not answer.")

    monkeypatch.setattr("meetings.services.waiting.admitting.open_room", away)

    answer = press(link)

    assert "the video provider does not answer" in text_of(answer)
    assert Knock.objects.get().used_at is None


def test_forged_link_is_unknown(link: str) -> None:
    for token in ("7", "7.abc", "x.y.z", "ü", "7%00"):
        assert Client().get(f"/admit/{token}/").status_code == 404, token


def test_guessing_is_slow(link: str) -> None:
    client = Client()
    answers = [client.get(f"/admit/1.{number}/").status_code for number in range(21)]

    assert answers[0] == 404
    assert answers[-1] == 429


# At the same moment


def test_who_comes_to_the_open_door_this_moment_is_let_in_all_the_same(
    link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening the room has their own page ask, between our look at them and our save."""
    make = admitting._waiting

    def asks_first(caller: Caller, session: RoomSession) -> Admission:
        session.admissions.create(identity=caller.identity, name=caller.name, state="waiting")
        return make(caller, session)

    monkeypatch.setattr(admitting, "_waiting", asks_first)

    answer = press(link)

    assert answer.status_code == 302
    assert Admission.objects.get().state == "admitted"
