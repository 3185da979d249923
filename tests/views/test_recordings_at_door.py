"""Recordings at the link of a meeting that is over: who may see them, and who may not."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import User
from meetings.models import Admission, Booking, Guest, JoinLink, Recording, Room, RoomSession
from meetings.providers.errors import ProviderUnavailable
from meetings.services import inviting
from meetings.services.opening import open_room
from meetings.services.scheduling import cancel
from tests.able_provider import PLACE, able, memory
from tests.conftest import signed_in
from tests.inviting import address_of, invite
from tests.provider_for_tests import Telling
from tests.services.recording import made

from .conftest import NOW
from .doors import ask, host
from .reading import page, text_of
from .repeating import make_series

__all__ = ["able"]

Book = Callable[..., Booking]
State, Access = Recording.State, Recording.Access


@pytest.fixture
def booking(able: Telling, book: Book) -> Booking:
    """A meeting that ran until a moment ago, with somebody invited and somebody removed from it."""
    booking = book("Review", at=NOW, options={"waiting_room": "nobody"})
    invite(booking, "Ana <ana@example.com>", "Rex <rex@example.com>")
    session = open_room(booking.room, booking)
    ask(Client(), address_of(guest("Rex")), name="Rex")
    Admission.objects.filter(name="Rex").update(state=Admission.State.REMOVED)
    session.end(RoomSession.EndReason.HOST)
    return booking


@pytest.fixture
def recording(booking: Booking) -> Recording:
    return made(booking.sessions.get(), title="Part one")


def participants(place: Booking | Room) -> str:
    return place.links.common().get(purpose="participant").get_absolute_url()


def guest(name: str) -> Guest:
    return Guest.objects.get(name=name)


def share(recording: Recording, access: str = Access.LINKS, **fields: Any) -> None:
    Recording.objects.filter(pk=recording.pk).update(access=access, **fields)


def press(client: Client, door: str, recording: Recording, **typed: str) -> Any:
    return client.post(f"{door}recordings/{recording.pk}/", typed)


def sees(client: Client, door: str, recording: Recording) -> bool:
    """Whether they are shown it, and may press; by hand or in their page, that is the same."""
    shown = "Part one" in text_of(client.get(door))
    led = PLACE in page(press(client, door, recording))
    assert shown is led
    return led


WHO: dict[str, tuple[Callable[[], Client], Callable[[Booking], str], set[str]]] = {
    "invited guest": (Client, lambda _: address_of(guest("Ana")), {"invited", "links"}),
    "removed guest": (Client, lambda _: address_of(guest("Rex")), set()),
    "link holder": (Client, participants, {"links"}),
    "another user": (lambda: signed_in(User.objects.get(name="Colin")), participants, {"links"}),
    "organizer at their link": (lambda: signed_in(User.objects.get(name="Dana")), host, {"links"}),
    "stranger at the host’s link": (Client, host, set()),
    "another user at the host’s link": (
        lambda: signed_in(User.objects.get(name="Colin")),
        host,
        set(),
    ),
    "stranger": (Client, lambda _: "/j/AAAAAAAAAAAAAAAAAAAAAA/", set()),
}


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_who_sees_it_at_a_link(
    booking: Booking,
    recording: Recording,
    colin: User,
    is_cancelled: bool,
    subtests: pytest.Subtests,
) -> None:
    """A meeting that was cancelled shows it to the same people."""
    if is_cancelled:
        cancel(booking, by=booking.organizer)

    for (who, (client, door, allowed)), access in product(WHO.items(), Access):
        with subtests.test(who, access=access):
            share(recording, access)
            cache.clear()  # nobody is refused for what another was

            assert sees(client(), door(booking), recording) is (access in allowed)


def test_by_its_number_it_is_the_organizers_alone(
    as_dana: Client, as_colin: Client, client: Client, recording: Recording
) -> None:
    for access in Access:
        share(recording, access)

        answers = [
            each.post(f"/recordings/{recording.pk}/open/") for each in (as_dana, as_colin, client)
        ]

        assert [PLACE in page(each) for each in answers] == [True, False, False]
        assert [each.status_code for each in answers] == [200, 404, 302]


def test_address_is_made_at_the_press_and_kept_nowhere(
    client: Client, booking: Booking, recording: Recording
) -> None:
    share(recording)

    shown = client.get(participants(booking))
    assert memory.done == []
    answer = press(client, participants(booking), recording)

    assert PLACE not in page(shown)
    assert memory.done == [("recording_url", "r1")]
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Refresh"].startswith(f"0; url={PLACE}/r1")
    assert PLACE not in repr(Recording.objects.values().get())


def test_nothing_is_shown_that_is_not_ready(
    client: Client, booking: Booking, recording: Recording
) -> None:
    for state in set(State) - {State.READY}:
        share(recording, state=state)

        assert not sees(client, participants(booking), recording), state


def test_what_has_expired_is_shown_to_nobody_though_the_worker_has_not_deleted_it_yet(
    client: Client, booking: Booking, recording: Recording
) -> None:
    share(recording, expires_at=timezone.now())

    assert not sees(client, participants(booking), recording)


@pytest.mark.parametrize(
    "ended", [{"revoked_at": NOW}, {"expires_at": NOW - timedelta(hours=1)}], ids=str
)
def test_a_link_that_has_ended_shows_nothing(
    client: Client, booking: Booking, recording: Recording, ended: dict[str, Any]
) -> None:
    share(recording)
    door = participants(booking)
    JoinLink.objects.filter(booking=booking).update(**ended)

    assert client.get(door).status_code == 410
    assert press(client, door, recording).status_code == 410
    assert memory.done == []


def test_who_is_not_invited_any_more_sees_nothing(
    client: Client, booking: Booking, recording: Recording, dana: User
) -> None:
    share(recording, Access.INVITED)
    door = address_of(guest("Ana"))

    inviting.remove(guest("Ana"), by=dana)

    assert not sees(client, door, recording)


def test_who_was_removed_does_not_see_it_by_the_link_for_all_either(
    client: Client, booking: Booking, recording: Recording
) -> None:
    share(recording)
    assert sees(client, participants(booking), recording)
    rex = Client()
    session = booking.sessions.get()
    RoomSession.objects.update(state=RoomSession.State.LIVE)
    ask(rex, participants(booking), name="Rex again")
    RoomSession.objects.update(state=RoomSession.State.ENDED)
    session.admissions.filter(name="Rex again").update(state=Admission.State.REMOVED)

    assert not sees(rex, participants(booking), recording)


def test_nothing_is_shown_while_the_meeting_is_on(
    client: Client, booking: Booking, recording: Recording
) -> None:
    share(recording)
    RoomSession.objects.update(state=RoomSession.State.LIVE)

    assert not sees(client, participants(booking), recording)


def test_cancelled_meeting_says_so_above_its_recordings(
    client: Client, booking: Booking, recording: Recording
) -> None:
    share(recording)
    cancel(booking, by=booking.organizer)

    text = text_of(client.get(participants(booking)))

    assert text.index("This meeting is cancelled.") < text.index("Part one")


def test_room_that_was_given_up_shows_what_its_owner_kept(
    client: Client, room: Room, able: Telling
) -> None:
    session = RoomSession.objects.create(room=room, alias="main", state="ended")
    recording = made(session, title="Part one", access=Access.LINKS)

    room.archive()

    assert "This room was given up." in text_of(client.get(participants(room)))
    assert sees(client, participants(room), recording)


def test_a_link_leads_to_no_recording_of_another_meeting(
    client: Client, recording: Recording, book: Book
) -> None:
    share(recording)
    other = book("Other", at=NOW - timedelta(hours=5))

    assert not sees(client, participants(other), recording)


def test_the_link_of_a_series_shows_its_meetings_recordings_and_not_to_who_was_removed_there(
    client: Client, dana: User, able: Telling
) -> None:
    series = make_series(dana)
    invite(series, "Ana <ana@example.com>", "Rex <rex@example.com>")
    first = series.bookings.all()[0]
    session = RoomSession.objects.create(
        room=first.room, booking=first, alias="main", state="ended"
    )
    recording = made(session, title="Part one", access=Access.INVITED)
    link = JoinLink.objects.get(guest=guest("Rex"))
    removed = {"state": Admission.State.REMOVED, "role": "participant"}
    Admission.objects.create(session=session, link=link, identity="g:1", name="Rex", **removed)

    assert sees(client, address_of(guest("Ana")), recording)
    assert not sees(Client(), address_of(guest("Rex")), recording)


def test_the_link_of_a_room_shows_what_was_recorded_without_a_meeting(
    client: Client, room: Room, able: Telling, book: Book
) -> None:
    fields = {"room": room, "alias": "main", "state": "ended"}
    alone = made(RoomSession.objects.create(**fields), title="Part one", access=Access.LINKS)
    held = book("In the room", at=NOW - timedelta(hours=5), room=room)
    in_meeting = made(RoomSession.objects.create(booking=held, **fields), access=Access.LINKS)

    assert sees(client, participants(room), alone)
    assert PLACE not in page(press(client, participants(room), in_meeting))


# The passcode


def test_passcode_is_asked_for_once_more_before_a_recording(
    client: Client, booking: Booking, recording: Recording
) -> None:
    share(recording)
    booking.room.passcode = "tulip 7"
    booking.room.save()
    door = participants(booking)

    unsaid, wrong, right = (
        press(client, door, recording, **said)
        for said in ({}, {"passcode": "rose"}, {"passcode": "tulip 7"})
    )

    assert "Please type the passcode" in text_of(unsaid)
    assert "This is not the passcode." in text_of(wrong)
    assert 'name="passcode"' in page(wrong)
    assert (unsaid.status_code, wrong.status_code) == (422, 422)
    assert PLACE in page(right)
    assert memory.done == [("recording_url", "r1")]


def test_guesses_of_the_passcode_are_counted(
    client: Client, booking: Booking, recording: Recording
) -> None:
    share(recording)
    booking.room.passcode = "tulip 7"
    booking.room.save()
    door = participants(booking)
    for _ in range(15):
        press(client, door, recording, passcode="rose")

    answer = press(client, door, recording, passcode="tulip 7")

    assert "There were too many wrong passcodes." in text_of(answer)
    assert memory.done == []


# Trouble


def test_trouble_is_told_without_the_providers_words(
    client: Client, booking: Booking, recording: Recording, able: Telling
) -> None:
    share(recording)
    able.trouble["recording_url"] = ProviderUnavailable("db-7 is down", provider="Able")

    answer = press(client, participants(booking), recording)

    assert answer.status_code == 503
    assert "The recording cannot be had now." in text_of(answer)
    assert "db-7" not in page(answer)


def test_numbers_tried_one_after_the_other_are_guesses(
    client: Client, booking: Booking, recording: Recording
) -> None:
    answers = [
        client.post(f"{participants(booking)}recordings/{number}/").status_code
        for number in range(1000, 1021)
    ]

    assert answers[0] == 404
    assert answers[-1] == 429
