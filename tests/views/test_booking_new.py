"""Planning a meeting through the form."""

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from meetings.models import Booking, BookingChange, Guest, Room
from meetings.services import inviting

from .conftest import Typed
from .reading import error_at, form_with, page, text_of

NEW = "/meetings/new/"
TUESDAY_TEN_IN_BERLIN = datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_planned_meeting_is_listed_under_its_local_day_with_both_links(
    as_dana: Client, typed: Typed
) -> None:
    answer = as_dana.post(NEW, typed(), follow=True)

    booking = Booking.objects.get()
    assert answer.redirect_chain == [(reverse("booking", args=[booking.pk]), 302)]
    assert "“Review” is planned." in text_of(answer)
    assert (booking.starts_at, booking.duration) == (TUESDAY_TEN_IN_BERLIN, 45)
    assert booking.time_zone == "Europe/Berlin"
    agenda = as_dana.get("/meetings/")
    assert "Tomorrow · Tuesday, 24 November 2026 10:00 AM – 10:45 AM Review" in text_of(agenda)
    for link in booking.links.exclude(purpose="cohost"):
        assert link.get_absolute_url() in page(agenda)
    assert {each.purpose for each in booking.links.all()} == {"host", "cohost", "participant"}


def test_form_begins_with_the_next_half_hour_where_the_organizer_is(as_dana: Client) -> None:
    form = form_with(as_dana.get(NEW), "title")

    assert (form["date"], form["time"], form["duration"]) == ("2026-11-23", "09:30", "30")
    assert form["time_zone"] == "Europe/Berlin"


def test_each_form_has_a_key_of_its_own(as_dana: Client) -> None:
    one, other = (form_with(as_dana.get(NEW), "title")["request_key"] for _ in range(2))

    assert uuid.UUID(one) != uuid.UUID(other)


def test_form_takes_room_and_day_from_the_address(as_dana: Client, room: Room) -> None:
    form = form_with(as_dana.get(f"{NEW}?room={room.pk}&date=2026-12-01&time=14:15"), "title")

    assert (form["room"], form["date"], form["time"]) == (str(room.pk), "2026-12-01", "14:15")


@pytest.mark.parametrize("asked", ["room=x&date=x&time=x", "room=%00&date=%FF", "room=" + "9" * 99])
def test_form_shrugs_at_nonsense_in_the_address(as_dana: Client, asked: str) -> None:
    assert as_dana.get(f"{NEW}?{asked}").status_code == 200


def test_meeting_is_planned_at_the_clock_of_the_chosen_zone(as_dana: Client, typed: Typed) -> None:
    as_dana.post(NEW, typed(time_zone="Asia/Tokyo"))

    assert Booking.objects.get().starts_at == datetime(2026, 11, 24, 1, tzinfo=UTC)


def test_room_of_its_own_gets_the_options_that_were_chosen(as_dana: Client, typed: Typed) -> None:
    chosen = {"options-waiting_room": "everyone", "options-capacity": "3", "options-chat": None}

    as_dana.post(NEW, typed(**chosen))

    room = Booking.objects.get().room
    assert not room.is_permanent
    assert (room.waiting_room, room.capacity, room.chat) == ("everyone", 3, False)


def test_permanent_room_keeps_its_own_options(as_dana: Client, typed: Typed, room: Room) -> None:
    as_dana.post(NEW, typed(room=room.pk, **{"options-waiting_room": "everyone"}))

    room.refresh_from_db()
    assert Booking.objects.get().room == room
    assert room.waiting_room == "guests"


def test_options_that_the_provider_cannot_keep_are_refused_at_the_field(
    as_dana: Client, typed: Typed
) -> None:
    answer = as_dana.post(NEW, typed(**{"options-capacity": "7"}))

    assert answer.status_code == 422
    assert "hold 6 people at most" in error_at(answer, "options-capacity")
    assert not Booking.objects.exists()


# Days when the clocks jump


def test_time_that_the_clocks_skip_is_refused_with_the_two_nearest(
    as_dana: Client, typed: Typed
) -> None:
    answer = as_dana.post(NEW, typed(date="2027-03-28", time="02:30"))

    assert answer.status_code == 422
    assert error_at(answer, "time").endswith("The nearest times are 01:59 and 03:00.")


@pytest.mark.parametrize(("which", "hour"), [("first", 0), ("second", 1)])
def test_time_that_comes_twice_asks_which_and_takes_the_answer(
    as_dana: Client, typed: Typed, which: str, hour: int
) -> None:
    asked = as_dana.post(NEW, typed(title="Night shift", date="2027-10-31", time="02:30"))
    form = form_with(asked, "title", clock=which)

    answer = as_dana.post(NEW, form)

    assert asked.status_code == 422
    assert "Which one is it?" in error_at(asked, "clock")
    assert answer.status_code == 302
    booking = Booking.objects.get(title="Night shift")
    assert booking.starts_at == datetime(2027, 10, 31, hour, 30, tzinfo=UTC)


def test_answer_for_one_night_is_not_taken_for_another(as_dana: Client, typed: Typed) -> None:
    asked = as_dana.post(NEW, typed(date="2027-10-31", time="02:30"))

    again = as_dana.post(NEW, form_with(asked, "title", clock="second", date="2028-10-29"))

    assert "Which one is it?" in error_at(again, "clock")
    assert form_with(again, "title")["clock_for"] == "2028-10-29T02:30 Europe/Berlin"


# Sent twice, and times that are taken


def test_form_sent_twice_is_one_meeting(as_dana: Client, typed: Typed) -> None:
    sent = typed()

    answers = [as_dana.post(NEW, sent), as_dana.post(NEW, sent)]

    booking = Booking.objects.get()
    assert [answer.headers["Location"] for answer in answers] == [f"/meetings/{booking.pk}/"] * 2


def test_form_of_an_earlier_meeting_filled_in_anew_is_another_meeting(
    as_dana: Client, typed: Typed
) -> None:
    sent = typed()
    as_dana.post(NEW, sent)

    as_dana.post(NEW, {**sent, "title": "Retro", "time": "15:00"})  # after the Back button

    assert [each.title for each in Booking.objects.all()] == ["Review", "Retro"]


def test_key_of_somebody_elses_form_leads_to_nothing_of_theirs(
    as_dana: Client, as_colin: Client, typed: Typed
) -> None:
    sent = typed()
    as_dana.post(NEW, sent)

    answer = as_colin.post(NEW, {**sent, "title": "Colin's own"})

    assert answer.status_code == 302
    assert {each.organizer.name: each.title for each in Booking.objects.all()} == {
        "Dana": "Review",
        "Colin": "Colin's own",
    }


def test_taken_time_names_what_takes_it_and_times_that_are_free(
    as_dana: Client, typed: Typed, book: Callable[..., Booking]
) -> None:
    book("Planning", at=TUESDAY_TEN_IN_BERLIN, minutes=20)

    answer = as_dana.post(NEW, typed(time="10:10"))

    assert answer.status_code == 422
    assert "This time is taken. Planning : Tue, 24 November 2026, 10:00 AM" in text_of(answer)
    assert "Free next: Tue, 24 November 2026, 10:30 AM" in text_of(answer)
    assert re.findall('data-take-time="(.+?)"', page(answer)) == [
        "2026-11-24T10:30",
        "2026-11-24T11:15",
        "2026-11-24T12:00",
    ]
    assert form_with(answer, "title")["time"] == "10:10"


def test_taken_time_is_booked_anyway_when_the_organizer_says_so(
    as_dana: Client, typed: Typed, book: Callable[..., Booking]
) -> None:
    book(at=TUESDAY_TEN_IN_BERLIN)
    refused = as_dana.post(NEW, typed())

    answer = as_dana.post(NEW, form_with(refused, "title", may_overlap="on"))

    assert answer.status_code == 302
    assert Booking.objects.filter(starts_at=TUESDAY_TEN_IN_BERLIN).count() == 2
    assert Booking.objects.latest("pk").may_overlap


def test_meeting_of_somebody_else_in_my_room_takes_it_without_telling_its_title(
    as_dana: Client, typed: Typed, book: Callable[..., Booking], colin: User, room: Room
) -> None:
    book("Salary talk", at=TUESDAY_TEN_IN_BERLIN, by=colin, room=room)

    answer = as_dana.post(NEW, typed(room=room.pk))

    assert "Another meeting in this room" in text_of(answer)
    assert "Salary talk" not in page(answer)


def test_planning_is_remembered_with_who_did_it(as_dana: Client, typed: Typed, dana: User) -> None:
    as_dana.post(NEW, typed())

    change = BookingChange.objects.get()
    assert (change.kind, change.by, change.at) == ("booked", dana, timezone.now())


def test_form_without_its_key_still_plans_a_meeting(as_dana: Client, typed: Typed) -> None:
    as_dana.post(NEW, typed(request_key=""))

    assert isinstance(Booking.objects.get().request_key, uuid.UUID)


def test_form_sent_again_with_more_guests_than_a_meeting_has_says_so(
    as_dana: Client, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inviting, "MOST_GUESTS", 1)
    key = str(uuid.uuid4())
    as_dana.post(NEW, typed(request_key=key, guests="ana@example.com"))

    answer = as_dana.post(NEW, typed(request_key=key, guests="ben@example.com"))

    assert answer.status_code == 422
    assert "A meeting has 1 guests at most. Nobody was invited." in text_of(answer)
    assert Guest.objects.count() == 1
