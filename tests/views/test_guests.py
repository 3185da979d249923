"""Guests on the organizer's pages: whom a list invites, and what became of each."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from meetings.models import Answer, Booking, Guest, OutgoingMail
from meetings.services import answering, scheduling
from tests.inviting import invite

from .conftest import Typed
from .reading import error_at, form_with, page, text_of
from .repeating import make_series
from .test_queries import cost

Book = Callable[..., Booking]
LIST = "Ana Gomez <ana@example.com>\nfoo\nben@example.com\nANA@example.com\nEva <eva@example.com>"


def guests_of(booking: Booking) -> str:
    return reverse("booking-guests", args=[booking.pk])


def upload(content: bytes, name: str = "people.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def row_of(answer: Any, who: str) -> str:
    """What is said of one guest."""
    rows = text_of(answer).split("Copy link")
    return next(row for row in rows if who in row)


# Inviting


def test_preview_names_rows_in_trouble_and_invites_nobody(as_dana: Client, book: Book) -> None:
    booking = book()

    answer = as_dana.post(guests_of(booking), {"guests": LIST})

    text = text_of(answer)
    assert "3 people will be invited. 2 rows are skipped." in text
    assert "Line 2 “foo” is not an e-mail address." in text
    assert "Line 4 ANA@example.com is on the list already" in text
    assert "Ana Gomez ana@example.com ben@example.com Eva eva@example.com" in text
    assert (Guest.objects.count(), OutgoingMail.objects.count()) == (0, 0)


def test_preview_confirmed_invites_those_without_trouble(as_dana: Client, book: Book) -> None:
    booking = book()
    preview = as_dana.post(guests_of(booking), {"guests": LIST})

    confirmed = form_with(preview, "guests", invite="1")
    answer = as_dana.post(guests_of(booking), confirmed, follow=True)
    again = as_dana.post(guests_of(booking), confirmed, follow=True)

    assert "3 people are invited." in text_of(answer)
    assert answer.redirect_chain == [(f"/meetings/{booking.pk}/#guests", 302)]
    assert "Everybody on this list is invited already." in text_of(again)
    assert [each.email for each in booking.guests.all()] == [
        "ana@example.com",
        "ben@example.com",
        "eva@example.com",
    ]


def test_going_back_from_the_preview_keeps_the_list(as_dana: Client, book: Book) -> None:
    booking = book()
    file = upload("Name;Mail\r\nZoë;zoe@example.com".encode("cp1252"))
    preview = as_dana.post(guests_of(booking), {"guests": "foo", "file": file})

    back = as_dana.post(guests_of(booking), form_with(preview, "guests", back="1"))

    assert "Zoë zoe@example.com" in text_of(preview)
    kept = form_with(back, "guests")["guests"].splitlines()
    assert kept == ["Name;Mail", "Zoë;zoe@example.com", "foo"]
    assert not Guest.objects.exists()


@pytest.mark.parametrize(
    ("field", "sent", "said"),
    [
        ("guests", {"guests": " \n"}, "Please say whom to invite."),
        ("guests", {"guests": "a\x00b"}, "Null characters are not allowed."),
        ("file", {"file": b"PK\x03\x04\x00\x00"}, "This is not a text file."),
        ("file", {"file": b"x" * 1_000_001}, "This file is too large: 1 MB at most."),
    ],
)
def test_list_that_cannot_be_read_is_said_where_it_was_given(
    as_dana: Client, book: Book, field: str, sent: dict[str, Any], said: str
) -> None:
    values = {name: upload(each) if name == "file" else each for name, each in sent.items()}

    answer = as_dana.post(guests_of(book()), values)

    assert answer.status_code == 422
    assert said in error_at(answer, field)


def test_more_than_two_thousand_are_refused_before_anybody_is_invited(
    as_dana: Client, book: Book
) -> None:
    booking = book()
    invite(booking, "ana@example.com")
    crowd = "\n".join(f"g{number}@example.com" for number in range(2_001))

    preview = as_dana.post(guests_of(booking), {"guests": crowd})
    answer = as_dana.post(guests_of(booking), {"guests": crowd, "invite": "1"}, follow=True)

    assert "A meeting can have 2000 guests at most. This is 2 too many." in text_of(preview)
    assert 'name="invite"' not in page(preview)
    assert "Nobody was invited." in text_of(answer)
    assert booking.guests.count() == 1


def test_stale_page_invites_nobody_to_what_was_cancelled(
    as_dana: Client, book: Book, dana: User
) -> None:
    booking = book()
    scheduling.cancel(booking, by=dana)

    answer = as_dana.post(guests_of(booking), {"guests": LIST, "invite": "1"}, follow=True)

    assert "It is cancelled. Nobody can be invited any more." in text_of(answer)
    assert not Guest.objects.exists()


def test_markup_in_a_name_is_only_text(as_dana: Client, book: Book) -> None:
    booking = book()
    list_of_one = 'Name,Mail\n"<b>Ana</b>",ana@example.com'

    preview = as_dana.post(guests_of(booking), {"guests": list_of_one})
    shown = as_dana.post(guests_of(booking), form_with(preview, "guests", invite="1"), follow=True)

    assert "<b>Ana" not in page(preview) + page(shown)
    assert "&lt;b&gt;Ana" in page(shown)


# In the form of a new meeting


def test_new_meeting_invites_the_guests_of_its_form(as_dana: Client, typed: Typed) -> None:
    values = typed(guests="Ana <ana@example.com>, ben@example.com\nana@example.com")

    answer = as_dana.post(reverse("booking-new"), values, follow=True)

    assert "2 invited" in text_of(answer)
    assert OutgoingMail.objects.count() == 2


def test_new_meeting_is_not_made_while_a_row_is_in_trouble(as_dana: Client, typed: Typed) -> None:
    typed_list = "Ana <ana@example.com>\nanä@example.com\nfoo\nDANA@example.org"

    answer = as_dana.post(reverse("booking-new"), typed(guests=typed_list))

    said = error_at(answer, "guests")
    assert "Line 2: “anä@example.com” has letters that mail cannot be sent to" in said
    assert "Line 3: “foo” is not an e-mail address." in said
    assert "Line 4: DANA@example.org is the organizer" in said
    assert form_with(answer, "guests")["guests"] == typed_list
    assert not Booking.objects.exists()


# The card


def test_card_shows_what_became_of_each_guest(as_dana: Client, book: Book) -> None:
    booking = book()
    people = ("Ana <ana@x.org>", "Ben <ben@x.org>", "eva@x.org", "Dov <dov@x.org>")
    ana, ben, eva, dov, gil = invite(booking, *people, "Gil <g@x.org>")
    OutgoingMail.objects.exclude(guest=dov).update(outcome="sent", next_try_at=None)
    OutgoingMail.objects.filter(guest=dov).update(error="451 try later")
    answering.answer(ana, Answer.Choice.ACCEPTED, comment="With cake")
    answering.answer(ben, Answer.Choice.DECLINED)
    Guest.objects.filter(pk=eva.pk).update(bounced_at=timezone.now(), bounce="550 no such user")
    Guest.objects.filter(pk=gil.pk).update(opened_at=timezone.now())

    answer = as_dana.get(f"/meetings/{booking.pk}/")

    assert "Guests 5 invited · 1 yes · 1 no" in text_of(answer)
    assert "“With cake” Accepted" in row_of(answer, "ana@x.org")
    assert "Declined" in row_of(answer, "ben@x.org")
    assert "The mail did not arrive: 550 no such user No answer" in row_of(answer, "eva@x.org")
    assert "The mail is delayed: 451 try later" in row_of(answer, "dov@x.org")
    assert "Opened the link" in row_of(answer, "g@x.org")
    assert f"http://testserver{ana.link.get_absolute_url()}" in page(answer)


def test_meeting_of_a_series_shows_the_guests_of_the_series_and_leads_there(
    as_dana: Client, dana: User
) -> None:
    series = make_series(dana)
    ana, __ = invite(series, "Ana <ana@example.com>", "ben@example.com")
    first, second = series.bookings.all()[:2]
    answering.answer(ana, Answer.Choice.ACCEPTED)
    answering.answer(ana, Answer.Choice.DECLINED, booking=first)

    pages = [as_dana.get(f"/meetings/{each.pk}/") for each in (first, second)]
    of_series = as_dana.get(f"/series/{series.pk}/")
    elsewhere = as_dana.post(guests_of(first), {"guests": LIST, "invite": "1"})

    assert "2 invited · 1 no" in text_of(pages[0])
    assert "2 invited · 1 yes" in text_of(pages[1])
    assert f"/series/{series.pk}/#guests" in page(pages[0])
    assert "Invite more people" not in text_of(pages[0])
    assert "Invite more people" in text_of(of_series)
    assert elsewhere.headers["Location"] == reverse("series-guests", args=[series.pk])
    assert Guest.objects.count() == 2


def test_guest_is_removed_and_invited_again_from_the_page(as_dana: Client, book: Book) -> None:
    booking = book()
    (ana,) = invite(booking, "Ana <ana@example.com>")

    again = as_dana.post(reverse("guest-invite-again", args=[ana.pk]), follow=True)
    removed = as_dana.post(reverse("guest-remove", args=[ana.pk]), follow=True)
    too_late = as_dana.post(reverse("guest-invite-again", args=[ana.pk]), follow=True)

    assert "The invitation of Ana goes out again." in text_of(again)
    assert "Ana is not invited any more." in text_of(removed)
    assert "ana@example.com" not in text_of(removed)
    assert "Ana was removed in the meantime." in text_of(too_late)
    assert OutgoingMail.objects.filter(notice__kind="invited").count() == 2


def test_many_guests_are_paged_searched_and_cost_as_much_as_two(
    as_dana: Client, book: Book
) -> None:
    booking = book()
    address = f"/meetings/{booking.pk}/"
    invite(booking, "Ana <ana@example.com>", "Ben <ben@example.com>")
    with_two = cost(as_dana, address)
    invite(booking, *(f"Guest {number} <g{number}@example.com>" for number in range(60)))

    assert cost(as_dana, address) == with_two
    first = as_dana.get(address)
    second = as_dana.get(f"{guests_of(booking)}?guests=2", headers={"HX-Request": "true"})
    found = as_dana.get(f"{guests_of(booking)}?guest=G59%40")
    nobody = as_dana.get(f"{guests_of(booking)}?guest=%00nobody&guests=nonsense")
    assert "1 to 50 of 62" in text_of(first)
    assert "51 to 62 of 62" in text_of(second)
    assert "<html" not in page(second)
    assert "Guest 59" in text_of(found)
    assert "Guest 58" not in text_of(found)
    assert "No guest has this in their name or address." in text_of(nobody)


def test_meeting_that_is_over_shows_its_guests_and_invites_nobody(
    as_dana: Client, book: Book, clock: Any
) -> None:
    quiet, booking = book("Quiet"), book("Full", may_overlap=True)
    invite(booking, "Ana <ana@example.com>")
    clock.move_to(booking.ends_at + timedelta(hours=1), tick=False)

    assert "Ana ana@example.com" in text_of(as_dana.get(f"/meetings/{booking.pk}/"))
    assert "Invite" not in text_of(as_dana.get(f"/meetings/{booking.pk}/"))
    assert "Guests" not in text_of(as_dana.get(f"/meetings/{quiet.pk}/"))
