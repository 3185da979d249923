"""Changing a meeting: the form, then old beside new, then it is saved."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from meetings.models import Booking, JoinLink, Room
from meetings.services import scheduling
from meetings.services.opening import open_room
from tests.provider_for_tests import Telling

from .reading import Values, error_at, form_with, page, text_of

TUESDAY_TEN_IN_BERLIN = datetime(2026, 11, 24, 9, tzinfo=UTC)
Book = Callable[..., Booking]


@pytest.fixture
def booking(book: Book) -> Booking:
    return book("Review", at=TUESDAY_TEN_IN_BERLIN, description="Bring the numbers.")


def address(booking: Booking) -> str:
    return f"/meetings/{booking.pk}/edit/"


def review(client: Client, booking: Booking, **typed: Any) -> Any:
    """The page with old beside new, after typing this into the form."""
    form = form_with(client.get(address(booking)), "title", **typed)
    return client.post(address(booking), form)


def press(client: Client, shown: Any, button: str) -> Any:
    """Press a button of the review page; what it sends is all in the page."""
    form = form_with(shown, "title")
    return client.post(address(shown.context["booking"]), {**form, button: "1"})


def save(client: Client, booking: Booking, **typed: Any) -> Any:
    return press(client, review(client, booking, **typed), "confirm")


def test_form_holds_what_is_saved(as_dana: Client, booking: Booking) -> None:
    form = form_with(as_dana.get(address(booking)), "title")

    assert {name: form[name] for name in ("title", "description", "date", "time", "duration")} == {
        "title": "Review",
        "description": "Bring the numbers.",
        "date": "2026-11-24",
        "time": "10:00",
        "duration": "30",
    }


def test_old_and_new_stand_side_by_side_before_anything_is_saved(
    as_dana: Client, booking: Booking
) -> None:
    shown = review(
        as_dana,
        booking,
        title="Big review",
        time="11:30",
        duration=90,
        time_zone="Asia/Tokyo",
        **{"options-waiting_room": "nobody", "options-needs_host": None},
    )

    text = text_of(shown)
    assert "Title Review Big review" in text
    before = "Tue, 24 November 2026, 10:00 AM Berlin (UTC+01:00)"
    after = "Tue, 24 November 2026, 11:30 AM Tokyo (UTC+09:00)"
    assert f"Start {before} {after}" in text
    assert "How long 30 minutes 1 hour 30 minutes" in text
    assert "Who waits for a host People without an account Nobody" in text
    assert "Starts with a host yes no" in text
    assert "Description" not in text
    booking.refresh_from_db()
    assert (booking.title, booking.version) == ("Review", 1)


def test_confirmed_change_is_saved_and_kept_in_the_history(
    as_dana: Client, booking: Booking
) -> None:
    answer = save(as_dana, booking, time="11:00", **{"options-capacity": "4"})

    assert answer.status_code == 302
    booking.refresh_from_db()
    assert booking.starts_at == TUESDAY_TEN_IN_BERLIN + timedelta(hours=1)
    assert booking.ends_at == booking.starts_at + timedelta(minutes=30)
    assert (booking.room.capacity, booking.version) == (4, 2)
    shown = text_of(as_dana.get(answer.headers["Location"]))
    before, after = (f"Tue, 24 November 2026, {h}:00 AM Berlin (UTC+01:00)" for h in (10, 11))
    assert f"Start: {before} → {after}" in shown
    assert "Maximum number of people: – → 4" in shown


def test_zone_that_leaves_the_instant_as_it_is_is_a_change_of_its_own(
    as_dana: Client, booking: Booking
) -> None:
    shown = review(as_dana, booking, time_zone="Europe/Paris")

    assert "Time zone Europe/Berlin Europe/Paris" in text_of(shown)
    assert "Start" not in text_of(shown).partition("Review changes")[2]


def test_way_back_to_the_form_keeps_what_was_typed(as_dana: Client, booking: Booking) -> None:
    shown = review(as_dana, booking, title="Typed", **{"options-chat": None})

    form = form_with(press(as_dana, shown, "back"), "title")

    assert (form["title"], form.get("options-chat")) == ("Typed", None)
    booking.refresh_from_db()
    assert booking.title == "Review"


def test_bad_value_is_named_at_its_field(as_dana: Client, booking: Booking) -> None:
    answer = review(as_dana, booking, duration=0, title="Typed")

    assert answer.status_code == 422
    assert "At least one minute" in error_at(answer, "duration")
    assert form_with(answer, "title")["title"] == "Typed"


def test_nothing_changed_is_said_and_cannot_be_saved(as_dana: Client, booking: Booking) -> None:
    shown = review(as_dana, booking)

    assert "Nothing is different." in text_of(shown)
    assert 'name="confirm"' not in page(shown)


def test_meeting_that_has_begun_keeps_its_start_and_may_change_the_rest(
    as_dana: Client, book: Book
) -> None:
    running = book("Long", at=timezone.now() - timedelta(hours=2), minutes=180)

    later = save(as_dana, running, title="Longer", duration=240)
    moved = review(as_dana, running, time="08:00")

    running.refresh_from_db()
    assert later.status_code == 302
    assert (running.title, running.duration) == ("Longer", 240)
    assert error_at(moved, "time") == "This time has passed already."


def test_second_of_two_equal_times_stays_the_second(as_dana: Client, book: Book) -> None:
    second = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    booking = book(at=second)

    save(as_dana, booking, title="Night shift")

    booking.refresh_from_db()
    assert (booking.title, booking.starts_at) == ("Night shift", second)


def test_time_that_is_taken_is_refused_and_can_be_taken_anyway(
    as_dana: Client, booking: Booking, book: Book
) -> None:
    book("Lunch", at=TUESDAY_TEN_IN_BERLIN + timedelta(hours=3))

    refused = save(as_dana, booking, time="13:00")
    again = as_dana.post(address(booking), form_with(refused, "title", may_overlap="on"))
    saved = press(as_dana, again, "confirm")

    assert "This time is taken. Lunch" in text_of(refused)
    assert saved.status_code == 302
    booking.refresh_from_db()
    assert booking.starts_at == TUESDAY_TEN_IN_BERLIN + timedelta(hours=3)


def test_words_can_change_while_another_meeting_runs_beside_it(
    as_dana: Client, booking: Booking, book: Book
) -> None:
    book("Emergency", at=TUESDAY_TEN_IN_BERLIN, may_overlap=True)

    answer = save(as_dana, booking, description="Bring the numbers, and cake.")

    assert answer.status_code == 302
    booking.refresh_from_db()
    assert booking.description == "Bring the numbers, and cake."


# Two tabs


def test_second_of_two_tabs_is_told_and_may_still_save_over(
    as_dana: Client, booking: Booking
) -> None:
    one, two = (review(as_dana, booking, title=title) for title in ("From one", "From two"))
    press(as_dana, one, "confirm")

    told = press(as_dana, two, "confirm")
    booking.refresh_from_db()
    after_being_told = booking.title
    saved = press(as_dana, told, "confirm")

    assert told.status_code == 409
    assert "changed elsewhere" in text_of(told)
    assert "Title From one From two" in text_of(told)
    assert after_being_told == "From one"
    assert saved.status_code == 302
    booking.refresh_from_db()
    assert (booking.title, booking.version) == ("From two", 3)


def test_tab_that_is_told_keeps_what_it_typed_on_the_way_back(
    as_dana: Client, booking: Booking
) -> None:
    shown = review(as_dana, booking, description="Typed for an hour.")
    save(as_dana, booking, title="Changed elsewhere")

    form = form_with(press(as_dana, press(as_dana, shown, "confirm"), "back"), "title")

    assert form["description"] == "Typed for an hour."


def test_meeting_cancelled_in_another_tab_cannot_be_changed(
    as_dana: Client, booking: Booking
) -> None:
    shown = review(as_dana, booking, title="Too late")
    scheduling.cancel(booking, by=booking.organizer)

    answer = press(as_dana, shown, "confirm")
    opened = as_dana.get(address(booking), follow=True)

    assert answer.status_code == 302
    assert "A cancelled meeting cannot be changed." in text_of(opened)
    booking.refresh_from_db()
    assert booking.title == "Review"


def test_form_without_its_true_version_saves_nothing(as_dana: Client, booking: Booking) -> None:
    form = form_with(as_dana.get(address(booking)), "title", title="Blind", confirm="1")

    for version in ("", "0", "-1", "x", "9" * 40):
        answer = as_dana.post(address(booking), {**form, "version": version})

        assert answer.status_code in {409, 422}
        booking.refresh_from_db()
        assert booking.title == "Review"


# Rooms, and links that never change


def test_links_lead_to_the_new_room_when_a_meeting_moves_there_and_back(
    as_dana: Client, booking: Booking, room: Room
) -> None:
    before = links(booking)
    own_room = booking.room

    shown = review(as_dana, booking, room=room.pk)
    press(as_dana, shown, "confirm")
    in_permanent = links(booking)
    save(as_dana, booking, room="", **{"options-waiting_room": "nobody"})

    assert "Place A room of its own Office hours" in text_of(shown)
    assert set(in_permanent) == set(links(booking)) == set(before)
    assert set(in_permanent.values()) == {room}
    last_room = booking_room(booking)
    assert set(links(booking).values()) == {last_room}
    assert not last_room.is_permanent
    assert last_room != own_room
    assert last_room.waiting_room == "nobody"
    assert [change.kind for change in booking.changes.all()] == ["edited", "edited", "booked"]


def test_room_that_was_given_up_stays_a_choice_for_the_meeting_in_it(
    as_dana: Client, book: Book, room: Room
) -> None:
    booking = book(room=room)
    room.archive()

    answer = save(as_dana, booking, title="Last one here")

    assert answer.status_code == 302
    assert booking_room(booking) == room


def test_meeting_that_is_on_stays_in_its_room(as_dana: Client, book: Book, room: Room) -> None:
    running = book("Running", at=timezone.now())
    open_room(running.room, running)

    answer = save(as_dana, running, room=room.pk)

    assert answer.status_code == 422
    assert "End it there before you move it." in error_at(answer, "room")
    assert booking_room(running) == running.room


def test_room_given_up_while_the_form_was_open_is_refused_at_its_field(
    as_dana: Client, booking: Booking, room: Room
) -> None:
    shown = review(as_dana, booking, room=room.pk)
    room.archive()

    answer = press(as_dana, shown, "confirm")

    assert answer.status_code == 422
    assert error_at(answer, "room")
    assert booking_room(booking) == booking.room


def links(booking: Booking) -> dict[str, Room]:
    found = JoinLink.objects.with_meeting().filter(booking=booking)
    return {link.token: link.current_room for link in found}


def booking_room(booking: Booking) -> Room:
    return Booking.objects.get(pk=booking.pk).room


def test_old_zone_name_of_a_meeting_stays_a_choice(as_dana: Client, book: Book) -> None:
    booking = book(time_zone="US/Eastern")

    form: Values = form_with(as_dana.get(address(booking)), "title")

    assert form["time_zone"] == "US/Eastern"


def test_switches_that_the_form_did_not_show_are_as_they_were_after_a_move(
    as_dana: Client, book: Book, elsewhere: Telling, settings: Settings
) -> None:
    settings.MEETING_PROVIDERS = {**settings.MEETING_PROVIDERS, "here": {"BACKEND": "builtin"}}
    booking = book(options={"provider_alias": "main"})

    shown = review(as_dana, booking, **{"options-provider_alias": "here"})

    assert [change.label for change in shown.context["changes"]] == ["Provider"]
    again = form_with(press(as_dana, shown, "back"), "title")
    assert again["options-chat"] == "on"
    press(as_dana, shown, "confirm")
    booking.room.refresh_from_db()
    assert (booking.room.provider_alias, booking.room.chat) == ("here", True)
