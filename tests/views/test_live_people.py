"""The live part: who is missing, who is who, what is recorded; and moving the meeting."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from meetings.invitees import Invitee
from meetings.models import Booking, RoomSession
from meetings.providers.base import EventKind, ProviderEvent
from meetings.providers.errors import ProviderUnavailable
from meetings.services.answering import answer
from meetings.services.deliveries.events import apply_event
from meetings.services.inviting import invite
from meetings.services.opening import open_room
from tests.able_provider import able
from tests.places_apart import Apart, Asking, Plain, apart, set_up

from .conftest import NOW
from .doors import ask, look_again, participants
from .reading import page, text_of
from .running import Press, admit, at_main, at_modest, page_of, press, stay

__all__ = ["able", "apart", "at_main", "at_modest", "press"]

Book = Callable[..., Booking]
HTMX = {"HX-Request": "true"}


def test_who_is_invited_and_not_there_is_listed_with_the_answer(
    as_dana: Client, at_main: RoomSession, dana: User
) -> None:
    assert at_main.booking
    emails = {"ana": "Ana", "bo": "Bo", "cleo": "Cleo", "dov": "Dov"}
    people = [Invitee(email=f"{each}@example.org", name=name) for each, name in emails.items()]
    guests = {guest.name: guest for guest in invite(at_main.booking, people, by=dana)}
    answer(guests["Ana"], "accepted")
    answer(guests["Bo"], "declined")
    admit(at_main, "Cleo", link=guests["Cleo"].link)

    listed = text_of(as_dana.get(page_of(at_main))).partition("Invited, and not here")[2]

    listed = listed.partition("What is not possible")[0].partition("Tell me when")[0]
    assert listed.split() == ["2", "Ana", "Accepted", "Dov", "no", "answer"]


def test_two_people_of_one_name_are_told_apart_for_as_long_as_it_lasts(
    as_dana: Client, at_main: RoomSession
) -> None:
    admit(at_main, "Ana")
    at_main.admissions.create(identity="g:other", name="Ana", state="admitted", decided_at=NOW)
    first = stay(at_main, "Ana")
    stay(at_main, "Ana", identity="g:other")
    at_main.admissions.create(identity="g:third", name="ana", state="waiting")

    before = page(as_dana.get(page_of(at_main)))
    first.left_at = NOW
    first.save()
    after = page(as_dana.get(page_of(at_main)))

    for shown in (before, after):
        assert "<bdi>Ana (2)</bdi>" in shown
        assert 'aria-label="Admit ana (3)"' in shown
    assert "<bdi>Ana</bdi>" in before.replace("\n", "")
    assert "<bdi>Ana</bdi>" not in after


def test_recording_has_the_one_button_that_makes_sense_once_it_is_known(
    as_dana: Client, at_main: RoomSession, press: Press
) -> None:
    unknown = page(as_dana.get(page_of(at_main)))
    press(at_main, "record", on="1")
    begun = page(as_dana.get(page_of(at_main)))
    room_id = at_main.ref.room_id
    ended = ProviderEvent(kind=EventKind.RECORDING_ENDED, room_id=room_id, occurred_at=NOW)
    apply_event("main", ended)

    assert 'id="live-record"' in unknown
    assert 'id="live-record-stop"' in unknown  # somebody may have begun inside
    assert 'id="live-record"' not in begun
    assert "recorded since 9:20 AM" in begun
    at_main.refresh_from_db()
    assert at_main.recording_since is None


def test_recording_that_was_begun_inside_is_known_whatever_comes_twice_or_late(
    at_main: RoomSession,
) -> None:
    def tell(kind: EventKind, minutes: int) -> None:
        at = NOW - timedelta(minutes=minutes)
        apply_event("main", ProviderEvent(kind=kind, room_id=at_main.ref.room_id, occurred_at=at))

    tell(EventKind.RECORDING_STARTED, 5)
    tell(EventKind.RECORDING_STARTED, 4)
    tell(EventKind.RECORDING_ENDED, 9)  # of one before

    at_main.refresh_from_db()
    assert at_main.recording_since == NOW - timedelta(minutes=5)


# Moving


def test_owner_moves_the_meeting_and_a_waiting_page_leads_there(
    as_dana: Client, client: Client, book: Book, apart: Apart
) -> None:
    booking = book(at=NOW, options={"provider_alias": "main", "waiting_room": "everyone"})
    session = open_room(booking.room, booking)
    door = participants(booking)
    ask(client, door, name="Ana")
    waiting = client.get(door)

    chosen = as_dana.get(f"/sessions/{session.pk}/move/")
    done = as_dana.post(f"/sessions/{session.pk}/move/", {"to": "spare"}, follow=True)
    still = look_again(client, waiting, door)
    there = RoomSession.objects.live().get()
    as_dana.post(f"/sessions/{there.pk}/admit/", {"admission": "all"})
    let_in = look_again(client, waiting, door)

    assert "Move the running meeting" in text_of(chosen)
    assert "The meeting goes on at Plain." in text_of(done)
    assert still.status_code == 204  # they wait as before
    assert "data-enter-now" in page(let_in)
    assert ask(client, door).headers["Location"].startswith("https://spare.example/")


@pytest.mark.parametrize("is_silent", [False, True])
def test_passcode_that_a_host_has_set_is_asked_for_there_too(
    as_dana: Client, book: Book, apart: Apart, settings: Settings, is_silent: bool
) -> None:
    set_up(settings, main=Asking, spare=Asking)
    booking = book(at=NOW, options={"provider_alias": "main"})
    session = open_room(booking.room, booking)
    as_dana.post(f"/sessions/{session.pk}/passcode/", {"passcode": "s3cret"})
    if is_silent:
        apart.trouble["spare set_passcode s3cret"] = ProviderUnavailable("does not answer.")

    done = as_dana.post(f"/sessions/{session.pk}/move/", {"to": "spare"}, follow=True)

    there = RoomSession.objects.live().get()
    assert (there.alias, there.passcode) == ("spare", "s3cret")
    assert "spare set_passcode s3cret" in apart.asked
    assert ("Asking did not take it over" in text_of(done)) == is_silent
    assert "s3cret" not in page(done)


def test_move_that_fails_says_so_and_the_meeting_goes_on(
    as_dana: Client, book: Book, apart: Apart
) -> None:
    booking = book(at=NOW, options={"provider_alias": "main"})
    session = open_room(booking.room, booking)
    apart.trouble["spare"] = ProviderUnavailable("does not answer.", provider="Plain")

    failed = as_dana.post(f"/sessions/{session.pk}/move/", {"to": "spare"})
    nonsense = as_dana.post(f"/sessions/{session.pk}/move/", {"to": "x\x00"})

    assert failed.status_code == nonsense.status_code == 409
    assert "so the meeting goes on here: Plain: does not answer." in text_of(failed)
    assert RoomSession.objects.get().is_live


def test_who_is_on_a_page_of_the_old_provider_is_not_forgotten(
    as_dana: Client, book: Book, apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = book(at=NOW, options={"provider_alias": "main"})
    session = open_room(booking.room, booking)
    monkeypatch.setattr(Plain, "destinations", ("https://main.example",))

    done = as_dana.post(f"/sessions/{session.pk}/move/", {"to": "spare"}, follow=True)

    assert "told there that it ended: they open their link again" in text_of(done)


def test_old_room_that_stays_open_is_told_to_who_moved_it(
    as_dana: Client, book: Book, apart: Apart
) -> None:
    booking = book(at=NOW, options={"provider_alias": "main"})
    session = open_room(booking.room, booking)
    apart.trouble["main"] = ProviderUnavailable("does not answer.", provider="Plain")

    done = as_dana.post(f"/sessions/{session.pk}/move/", {"to": "spare"}, follow=True)

    assert "The meeting goes on at Plain." in text_of(done)
    assert "did not close the old room." in text_of(done)


def test_page_with_the_providers_in_it_is_led_to_the_door_when_the_meeting_moved(
    client: Client, at_main: RoomSession
) -> None:
    assert at_main.booking
    door = participants(at_main.booking)
    address = f"{door}still/{at_main.pk}/"

    during = client.get(address, headers=HTMX)
    at_main.end(RoomSession.EndReason.MOVED)
    moved = client.get(address, headers=HTMX)
    RoomSession.objects.update(end_reason="host")
    over = client.get(address, headers=HTMX)

    assert (during.status_code, over.status_code) == (204, 286)
    assert moved.headers["HX-Redirect"] == door


def test_only_where_there_is_another_provider_can_a_meeting_be_moved(
    as_dana: Client, at_main: RoomSession, settings: Settings
) -> None:
    with_two = page(as_dana.get(page_of(at_main)))
    settings.MEETING_PROVIDERS = {"main": settings.MEETING_PROVIDERS["main"]}

    assert 'id="live-move"' in with_two
    assert 'id="live-move"' not in page(as_dana.get(page_of(at_main)))
