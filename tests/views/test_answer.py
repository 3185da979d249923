"""Answering an invitation at the link of a mail: without an account, and only by a press."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from meetings.models import Answer, Booking, Guest, JoinLink
from meetings.services import inviting, scheduling
from meetings.services.answering import answer, answer_of
from meetings.services.series import cancelling
from tests.services.answers import (
    change,
    change_following,
    dates_of,
    guest_of,
    told_of_answers,
    weekly_for,
)

from .conftest import NOW
from .reading import form_with, text_of

pytestmark = pytest.mark.django_db
Book = Callable[..., Booking]
CHOICES = ("accepted", "tentative", "declined")


def url_of(guest: Guest, **asked: str) -> str:
    return reverse("answer", args=[guest.link.token], query=asked)


def press(client: Client, guest: Guest, choice: str, **typed: Any) -> Any:
    """Open the page of the mail's button, and press a button there."""
    shown = client.get(url_of(guest, choice=choice))
    return client.post(url_of(guest), form_with(shown, "seen", choice=choice, **typed))


def test_links_of_a_mail_change_nothing_when_they_are_only_looked_at(
    client: Client, book: Book
) -> None:
    guest = guest_of(book())

    for choice in CHOICES:
        assert client.get(url_of(guest, choice=choice)).status_code == 200
        assert client.head(url_of(guest, choice=choice)).status_code == 200

    assert not Answer.objects.exists()
    assert told_of_answers() == 0


def test_page_says_what_it_is_about_and_puts_the_chosen_answer_first(
    client: Client, book: Book
) -> None:
    booking = book("Big review", at=datetime(2026, 11, 24, 9, tzinfo=UTC))
    client.cookies["zone"] = "America/New_York"

    shown = client.get(url_of(guest_of(booking), choice="declined"))

    words = text_of(shown)
    assert "Dana invites you to Big review" in words
    assert "4:00 AM – 4:30 AM" in words
    assert "10:00 AM – 10:30 AM in Berlin" in words
    assert words.index("No, I cannot come") < words.index("Maybe")


def test_a_press_saves_the_answer_and_says_so(client: Client, book: Book) -> None:
    booking = book()
    guest = guest_of(booking)

    response = press(client, guest, "accepted", comment="See you!")

    said = answer_of(guest, booking)
    assert said
    assert (said.choice, said.comment) == ("accepted", "See you!")
    words = text_of(client.get(response.url))
    assert "You said yes. You can change it until the meeting is over." in words
    assert "“See you!”" in words
    assert "Add to calendar" in words


def test_the_button_of_the_mail_pressed_again_shows_what_was_said(
    client: Client, book: Book
) -> None:
    guest = guest_of(book())
    press(client, guest, "accepted")

    again = text_of(client.get(url_of(guest, choice="accepted")))
    other = text_of(client.get(url_of(guest, choice="declined")))

    assert "You said yes." in again
    assert "So far you said yes." in other


def test_the_form_sent_twice_is_one_answer(client: Client, book: Book) -> None:
    guest = guest_of(book())
    filled = form_with(client.get(url_of(guest)), "seen", choice="accepted")

    for _ in range(2):
        assert client.post(url_of(guest), filled).status_code == 302

    assert Answer.objects.count() == 1
    assert told_of_answers() == 1


def test_a_page_that_lay_open_while_the_time_changed_is_not_saved(
    client: Client, book: Book
) -> None:
    booking = book()
    guest = guest_of(booking)
    filled = form_with(client.get(url_of(guest)), "seen", choice="accepted", comment="Fine")
    change(booking, duration=90)

    response = client.post(url_of(guest), filled)

    assert response.status_code == 409
    assert "This has changed since you opened the page." in text_of(response)
    assert not Answer.objects.exists()
    again = form_with(response, "seen", choice="accepted")
    assert again["comment"] == "Fine"
    assert client.post(url_of(guest), again).status_code == 302


BAD_INPUT = [
    {"choice": ""},
    {"choice": "perhaps"},
    {"comment": "x" * 10_000},
    {"comment": "a\0b"},
    {"date": "2026-13-77", "time": "10:00", "choice": "declined"},
    {"time_zone": "Mars/Base", "date": "2026-12-01", "time": "10:00", "choice": "declined"},
]


def test_bad_input_is_told_and_not_saved(client: Client, book: Book) -> None:
    guest = guest_of(book())
    form = client.get(url_of(guest))

    for typed in BAD_INPUT:
        filled = form_with(form, "seen", **{"choice": "accepted", **typed})

        assert client.post(url_of(guest), filled).status_code == 422
        assert not Answer.objects.exists()


def test_any_script_and_emoji_arrive_as_they_were_typed(client: Client, book: Book) -> None:
    guest = guest_of(book())

    press(client, guest, "accepted", comment="שלום 🎉 <b>")

    assert Answer.objects.get().comment == "שלום 🎉 <b>"
    assert "שלום 🎉 &lt;b&gt;" in client.get(url_of(guest)).content.decode()


# Nothing to answer


def test_cancelled_or_over_is_said_plainly(
    client: Client, book: Book, dana: User, clock: time_machine.TimeMachineFixture
) -> None:
    booking, other = book(), book("Other", at=NOW + timedelta(days=2))
    guest, late = guest_of(booking), guest_of(other)
    filled = form_with(client.get(url_of(guest)), "seen", choice="accepted")
    scheduling.cancel(booking, by=dana, reason="Flu.")

    shown = text_of(client.get(url_of(guest, choice="accepted")))
    assert "This meeting is cancelled. Flu." in shown
    assert "Yes, I will come" not in shown
    assert "This meeting is cancelled." in text_of(client.post(url_of(guest), filled))
    clock.move_to(other.ends_at)
    assert "This meeting is over." in text_of(client.get(url_of(late)))
    assert not Answer.objects.exists()


def test_removed_and_revoked_are_the_same_page_which_tells_nothing_of_the_meeting(
    client: Client, book: Book, dana: User
) -> None:
    removed, revoked = guest_of(book()), guest_of(book("Other", at=NOW + timedelta(days=2)))
    filled = form_with(client.get(url_of(removed)), "seen", choice="accepted")
    inviting.remove(removed, by=dana)
    revoked.link.revoke()

    pages = [client.get(each) for each in (url_of(removed), url_of(revoked))]
    pages.append(client.post(url_of(removed), filled))

    assert {each.status_code for each in pages} == {410}
    assert len({text_of(each) for each in pages}) == 1
    assert "This link was withdrawn" in text_of(pages[0])
    assert client.get(reverse("answer", args=["nobody-has-this"])).status_code == 404
    assert not Answer.objects.exists()


def test_a_link_that_is_nobodys_own_leads_to_the_door(client: Client, book: Book) -> None:
    link = JoinLink.objects.get(booking=book(), purpose="participant", guest=None)

    response = client.get(reverse("answer", args=[link.token]))

    assert response.url == reverse("door", args=[link.token])


def test_one_guest_cannot_flood_the_organizer(client: Client, book: Book) -> None:
    guest = guest_of(book())
    filled = form_with(client.get(url_of(guest)), "seen")

    answers = [{**filled, "choice": CHOICES[number % 3]} for number in range(21)]
    statuses = {client.post(url_of(guest), each).status_code for each in answers}

    assert statuses == {302, 429}
    assert told_of_answers() == 20


# Series


def test_all_meetings_of_a_series_are_answered_or_one(client: Client, dana: User) -> None:
    series = weekly_for(dana)
    guest = guest_of(series)
    first, second, *_ = dates_of(series)

    response = press(client, guest, "accepted")
    words = text_of(client.get(response.url))
    assert "You said yes to all meetings." in words

    response = press(client, guest, "declined", about=second.pk)
    words = text_of(client.get(response.url))
    assert "You said no." in words
    assert "Mon, 14 December 2026" in words
    for booking, choice in ((first, "accepted"), (second, "declined")):
        said = answer_of(guest, booking)
        assert said
        assert said.choice == choice


def test_parts_of_a_series_that_was_split_are_answered_one_by_one(
    client: Client, dana: User
) -> None:
    series = weekly_for(dana)
    guest = guest_of(series)
    change_following(dates_of(series)[3], duration=60)
    later = series.patterns.last()
    assert later

    response = press(client, guest, "declined", about=f"from-{later.pk}")

    assert "Your answer is saved." in text_of(client.get(response.url))
    said = [answer_of(guest, each) for each in dates_of(series)]
    assert [each.choice if each else "" for each in said] == [""] * 3 + ["declined"] * 3


def test_the_mail_of_one_moved_date_asks_for_that_date(client: Client, dana: User) -> None:
    series = weekly_for(dana)
    guest = guest_of(series)
    second = dates_of(series)[1]
    url = reverse("answer-meeting", args=[guest.link.token, second.pk])

    filled = form_with(client.get(url, {"choice": "declined"}), "seen", choice="declined")

    assert filled["about"] == str(second.pk)
    assert client.post(url, filled).url == url
    assert Answer.objects.get().booking == second


def test_a_series_says_when_all_or_one_of_it_is_cancelled(client: Client, dana: User) -> None:
    series = weekly_for(dana)
    guest = guest_of(series)
    second = dates_of(series)[1]
    url = reverse("answer-meeting", args=[guest.link.token, second.pk])
    scheduling.cancel(second, by=dana)

    shown = text_of(client.get(url))
    assert "This meeting is cancelled." in shown
    assert "Answer for all meetings of the series" in shown
    series.refresh_from_db()
    cancelling.cancel_all(series, by=dana, version=series.version, reason="No need.")
    assert "This series is cancelled. No need." in text_of(client.get(url_of(guest)))


def test_a_number_that_is_no_date_of_the_series_asks_for_all(client: Client, dana: User) -> None:
    guest = guest_of(weekly_for(dana))
    url = reverse("answer-meeting", args=[guest.link.token, 10**20])

    assert form_with(client.get(url), "seen")["about"] == "all"


# Another time


def test_a_guest_proposes_another_time_and_the_organizer_moves_the_meeting_there(
    client: Client, as_dana: Client, book: Book
) -> None:
    booking = book(at=datetime(2026, 11, 24, 9, tzinfo=UTC))
    guest = guest_of(booking)
    typed = {"date": "2026-11-25", "time": "08:00", "time_zone": "America/New_York"}

    response = press(client, guest, "tentative", comment="Then?", **typed)

    assert "You proposed Wed, 25 November 2026" in text_of(client.get(response.url))
    shown = as_dana.get(reverse("booking", args=[booking.pk]))
    assert "Ana Maybe “Then?” Move the meeting there" in text_of(shown)
    url = f"{reverse('booking-edit', args=[booking.pk])}?date=2026-11-25&time=14%3A00"
    assert url.replace("&", "&amp;") in shown.content.decode()
    form = as_dana.get(url)
    review = as_dana.post(url, form_with(form, "title"))
    as_dana.post(url, form_with(review, "title", confirm="yes"))
    booking.refresh_from_db()
    assert booking.starts_at == datetime(2026, 11, 25, 13, tzinfo=UTC)
    assert "Move the meeting there" not in text_of(as_dana.get(booking_url(booking)))


def booking_url(booking: Booking) -> str:
    return reverse("booking", args=[booking.pk])


def test_a_proposal_is_put_aside_by_its_organizer_only(
    as_dana: Client, as_colin: Client, book: Book
) -> None:
    booking = book()
    said = answer(guest_of(booking), "declined", proposed_at=NOW + timedelta(days=3))
    url = reverse("proposal-dismiss", args=[said.pk])

    assert as_colin.post(url).status_code == 404
    assert as_dana.post(url).url == booking_url(booking)

    said.refresh_from_db()
    assert (said.choice, said.proposed_at) == ("declined", None)


BAD_TIMES = [
    ({"date": "2027-03-28", "time": "02:30"}, "01:59 and 03:00"),
    ({"date": "2026-11-20", "time": "10:00"}, "This time has passed already."),
    ({"date": "2026-12-20"}, "Another time needs a date and a start."),
    ({"date": "2526-12-20", "time": "10:00"}, "ten years at most"),
    ({"date": "2026-12-20", "time": "10:00", "choice": "accepted"}, "“Maybe” or “No”"),
]


def test_a_time_that_cannot_be_proposed_is_told(client: Client, book: Book) -> None:
    guest = guest_of(book())
    in_berlin = {"time_zone": "Europe/Berlin", "choice": "declined"}
    form = client.get(url_of(guest))

    for typed, said in BAD_TIMES:
        response = client.post(url_of(guest), form_with(form, "seen", **(in_berlin | typed)))

        assert said in text_of(response)
        assert not Answer.objects.exists()


def test_an_hour_that_comes_twice_is_asked_about(client: Client, book: Book) -> None:
    guest = guest_of(book())
    typed = {"date": "2027-10-31", "time": "02:30", "time_zone": "Europe/Berlin"}

    asked = press(client, guest, "declined", **typed)
    filled = form_with(asked, "seen", choice="declined", clock="second")
    client.post(url_of(guest), filled)

    assert "Which of the two?" in text_of(asked)
    assert Answer.objects.get().proposed_at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_another_time_is_proposed_for_one_meeting_of_a_series(client: Client, dana: User) -> None:
    series = weekly_for(dana)
    guest = guest_of(series)
    typed = {"date": "2026-12-09", "time": "10:00", "time_zone": "Europe/Berlin"}

    refused = press(client, guest, "declined", **typed)
    taken = press(client, guest, "declined", about=dates_of(series)[0].pk, **typed)

    assert "Please choose the meeting that you propose a time for." in text_of(refused)
    assert taken.status_code == 302
    assert Answer.objects.get().proposed_at == datetime(2026, 12, 9, 9, tzinfo=UTC)
