"""The page on which an organizer manages links."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from meetings.invitees import Invitee
from meetings.models import Booking, JoinLink, Room, RoomSession
from meetings.services.calendars.feeds import open_feed
from meetings.services.inviting import invite

from .conftest import NOW
from .doors import ask, door_of, participants
from .reading import error_at, form_with, page, text_of
from .repeating import make_series

Book = Callable[..., Booking]


def links_page(place: Booking | Room) -> str:
    return reverse("booking-links" if isinstance(place, Booking) else "room-links", args=[place.pk])


def make(client: Client, place: Booking | Room, **typed: Any) -> Any:
    empty = client.get(links_page(place))
    return client.post(links_page(place), form_with(empty, "max_uses", **typed))


def change(client: Client, link: JoinLink, **typed: Any) -> Any:
    address = reverse("link-edit", args=[link.pk])
    return client.post(address, form_with(client.get(address), "max_uses", **typed))


def test_page_says_of_each_link_whom_it_lets_in_and_how_often_it_did(
    as_dana: Client, live: RoomSession
) -> None:
    booking = live.booking
    assert booking
    ask(Client(), door_of(live))
    later = NOW + timedelta(days=1)
    booking.links.filter(purpose="participant").update(
        label="Class 7b", max_uses=10, expires_at=later
    )
    booking.links.get(purpose="cohost").revoke()

    answer = as_dana.get(links_page(booking))

    text = text_of(answer)
    assert "For participants Class 7b Works" in text
    assert "1 of 10 uses · last used now" in text
    assert "works until Tue, 24 Nov" in text
    assert "1 withdrawn link" in text
    assert booking.links.get(purpose="cohost").token not in page(answer)
    assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("how", ["used_up", "expired"])
def test_page_says_which_link_lets_nobody_in(as_dana: Client, room: Room, how: str) -> None:
    ended = {"expires_at": NOW} if how == "expired" else {"max_uses": 1, "uses": 1}
    room.links.filter(purpose="participant").update(**ended)

    shown = text_of(as_dana.get(links_page(room)))
    card = text_of(as_dana.get(reverse("room", args=[room.pk])))

    assert ("Used up" if how == "used_up" else "Expired") in shown
    assert "There is no link for everybody now" in card
    assert "Manage links" in card


def test_new_link_is_for_somebody_for_a_while_and_for_so_many(as_dana: Client, room: Room) -> None:
    answer = make(
        as_dana, room, purpose="participant", label="Press", date="2026-11-24", time="10:00",
        max_uses=3,
    )  # fmt: skip

    link = room.links.get(label="Press")
    assert answer.headers["Location"] == links_page(room)
    assert (link.purpose, link.max_uses, link.owner) == ("participant", 3, None)
    assert link.expires_at == datetime(2026, 11, 24, 9, tzinfo=UTC)  # ten in Berlin
    assert "Press" in text_of(as_dana.get(links_page(room)))


def test_new_cohost_link_gives_rights_without_an_account(
    as_dana: Client, client: Client, live: RoomSession
) -> None:
    assert live.booking
    make(as_dana, live.booking, purpose="cohost", label="Colin")

    ask(client, JoinLink.objects.get(label="Colin").get_absolute_url(), name="Colin")

    assert live.admissions.get().role == "cohost"


def test_two_links_for_the_same_people_need_names(as_dana: Client, room: Room) -> None:
    unnamed = make(as_dana, room, purpose="participant")
    make(as_dana, room, purpose="participant", label="Press")
    again = make(as_dana, room, purpose="participant", label="press")

    assert (unnamed.status_code, again.status_code) == (422, 422)
    assert "Say for whom this one is." in error_at(unnamed, "label")
    assert "There is a link for “press” already." in error_at(again, "label")
    assert room.links.filter(purpose="participant").count() == 2


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("date", {"date": "2026-11-23", "time": "09:00"}, "This is past."),
        ("date", {"time": "09:00"}, "Please give a date as well."),
        ("date", {"date": "2099-01-01", "time": "09:00"}, "more than ten years ahead"),
        ("time", {"date": "2027-03-28", "time": "02:30"}, "01:59 and 03:00"),
        ("max_uses", {"max_uses": "0"}, "greater than or equal to 1"),
        ("label", {"label": "x" * 10_000}, "at most 80 characters"),
        ("label", {"label": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_settings_that_cannot_be_are_told_at_their_field(
    as_dana: Client, room: Room, field: str, typed: dict[str, str], words: str
) -> None:
    link = room.links.get(purpose="participant")

    answer = change(as_dana, link, **typed)

    assert answer.status_code == 422
    assert words in error_at(answer, field)
    link.refresh_from_db()
    assert (link.label, link.expires_at, link.max_uses) == ("", None, None)


def test_date_without_a_time_is_the_whole_of_that_day_where_the_reader_is(
    as_dana: Client, room: Room, dana: User
) -> None:
    link = room.links.get(purpose="participant")

    change(as_dana, link, date="2027-01-01")

    link.refresh_from_db()
    assert link.expires_at == datetime(2027, 1, 1, 23, 59, tzinfo=dana.zone)


def test_hour_that_comes_twice_is_asked_about(as_dana: Client, room: Room) -> None:
    link = room.links.get(purpose="participant")
    address = reverse("link-edit", args=[link.pk])

    asked = change(as_dana, link, date="2027-10-31", time="02:30")
    as_dana.post(address, form_with(asked, "max_uses", clock="second"))
    link.refresh_from_db()
    saved = link.expires_at
    as_dana.post(address, form_with(as_dana.get(address), "max_uses", label="Radio 📻"))

    link.refresh_from_db()
    assert "show this time twice" in error_at(asked, "clock")
    assert saved == link.expires_at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    assert link.label == "Radio 📻"


def test_limits_are_taken_away_again(as_dana: Client, client: Client, room: Room) -> None:
    room.links.filter(purpose="participant").update(expires_at=NOW, max_uses=1, uses=1)
    link = room.links.get(purpose="participant")
    before = client.get(participants(room)).status_code

    change(as_dana, link, date=None, time=None, max_uses=None)

    assert (before, client.get(participants(room)).status_code) == (410, 200)


def test_withdrawn_link_ends_and_a_stale_tab_is_told(as_dana: Client, room: Room) -> None:
    link = room.links.get(purpose="participant")
    address = reverse("link-edit", args=[link.pk])
    typed = form_with(as_dana.get(address), "max_uses", label="Late")

    for _ in range(2):
        as_dana.post(reverse("link-revoke", args=[link.pk]))
    told = as_dana.post(address, typed, follow=True)

    link.refresh_from_db()
    assert (link.revoked_at, link.label) == (NOW, "")
    assert "This link does not work any more." in text_of(told)


def test_replaced_link_goes_on_at_a_new_address_with_the_same_settings(
    as_dana: Client, client: Client, room: Room
) -> None:
    old = room.links.get(purpose="participant")
    change(as_dana, old, label="Class", max_uses=30)

    as_dana.post(reverse("link-replace", args=[old.pk]))
    again = as_dana.post(reverse("link-replace", args=[old.pk]), follow=True)

    new = room.links.usable().get(purpose="participant")
    assert (new.label, new.max_uses, new.uses) == ("Class", 30, 0)
    assert "withdrawn or replaced before" in text_of(again)
    assert client.get(old.get_absolute_url()).status_code == 410
    assert client.get(new.get_absolute_url()).status_code == 200


def test_host_without_a_link_makes_a_new_one(as_dana: Client, dana: User, book: Book) -> None:
    booking = book(at=NOW)
    as_dana.post(reverse("link-revoke", args=[booking.links.get(purpose="host").pk]))

    without = as_dana.get(links_page(booking))
    make(as_dana, booking, purpose="host")
    refused = as_dana.post(links_page(booking), {"purpose": "host", "label": "Another"})

    new = booking.links.usable().get(purpose="host")
    assert "There is no link for you, the host." in text_of(without)
    assert (new.owner, new.transferable) == (dana, False)
    assert refused.status_code == 422
    assert as_dana.get(new.get_absolute_url()).context["door"].hosts


def test_link_for_everybody_is_shown_before_one_for_somebody(as_dana: Client, room: Room) -> None:
    old = room.links.get(purpose="participant")
    make(as_dana, room, purpose="participant", label="Press")
    as_dana.post(reverse("link-replace", args=[old.pk]))

    shown = page(as_dana.get(reverse("room", args=[room.pk])))
    rooms = page(as_dana.get(reverse("room-list")))

    new = room.links.usable().get(purpose="participant", label="")
    press = room.links.get(label="Press")
    assert new.token in shown
    assert new.token in rooms
    assert press.token not in shown + rooms


def test_link_for_somebody_is_offered_to_nobody_else(
    as_dana: Client, client: Client, dana: User, room: Room, book: Book
) -> None:
    booking = book("Review")
    for place in (room, booking):
        make(as_dana, place, purpose="participant", label="Press", max_uses="1")
        place.links.get(purpose="participant", label="").revoke()
    pages = [("room", room.pk), ("booking", booking.pk), ("booking-calendar", booking.pk)]
    asked = [reverse(name, args=[pk]) for name, pk in pages]

    told = [page(as_dana.get(each)) for each in (*asked, "/rooms/", reverse("dashboard"))]
    told.append(page(client.get(reverse("feed", args=[open_feed(dana).token]))))

    for place in (room, booking):
        assert place.links.get(label="Press").token not in "".join(told)
    assert all("There is no link for everybody now" in each for each in told[:2])


def test_code_is_a_picture_of_the_whole_link(as_dana: Client, book: Book) -> None:
    link = book("Review").links.get(purpose="participant")
    address = reverse("link-qr", args=[link.pk])

    answer = as_dana.get(address)
    link.revoke()

    html = page(answer)
    assert f"http://testserver{link.get_absolute_url()}" in text_of(answer)
    assert '<svg viewBox="0 0' in html
    assert "style=" not in html
    assert as_dana.get(address).status_code == 302


def test_meeting_of_a_series_is_managed_with_its_series(as_dana: Client, dana: User) -> None:
    series = make_series(dana)
    one = series.bookings.all()[0]

    answer = as_dana.get(links_page(one))

    assert answer.headers["Location"] == reverse("series-links", args=[series.pk])
    assert f"Links of “{series}”" in text_of(as_dana.get(answer.headers["Location"]))


def test_personal_links_of_guests_are_left_to_their_guests(
    as_dana: Client, dana: User, book: Book
) -> None:
    booking = book()
    (ana,) = invite(booking, [Invitee(email="ana@example.org")], by=dana)

    shown = as_dana.get(links_page(booking))
    changed = as_dana.post(reverse("link-revoke", args=[ana.link.pk]))

    assert ana.link.token not in page(shown)
    assert "1 guest has a personal link." in text_of(shown)
    assert changed.status_code == 404
