"""The form of a meeting that is planned already, sent again after the Back button."""

from django.test import Client

from meetings.models import Booking

from .conftest import Typed
from .reading import error_at, form_with, text_of

NEW = "/meetings/new/"


def test_form_sent_again_with_another_title_is_a_second_meeting_beside_the_first(
    as_dana: Client, typed: Typed
) -> None:
    sent = typed()
    as_dana.post(NEW, sent)

    asked = as_dana.post(NEW, {**sent, "title": "Retro"})
    answer = as_dana.post(NEW, form_with(asked, "title", may_overlap="on"))

    assert asked.status_code == 422
    assert "This time is taken. Review" in text_of(asked)
    first, second = Booking.objects.order_by("pk")
    assert answer.headers["Location"] == f"/meetings/{second.pk}/"
    assert [(each.title, each.version) for each in (first, second)] == [("Review", 1), ("Retro", 1)]
    assert first.request_key != second.request_key


def test_form_sent_again_with_another_title_and_a_free_day_asks_nothing(
    as_dana: Client, typed: Typed
) -> None:
    sent = typed()
    as_dana.post(NEW, sent)

    answer = as_dana.post(NEW, {**sent, "title": "Retro", "date": "2026-11-25"})

    assert answer.status_code == 302
    assert [each.title for each in Booking.objects.all()] == ["Review", "Retro"]


def test_form_sent_again_unchanged_is_the_meeting_that_it_made(
    as_dana: Client, typed: Typed
) -> None:
    sent = typed(description="Bring the numbers.", **{"options-waiting_room": "everyone"})
    made = as_dana.post(NEW, sent)

    again = as_dana.post(NEW, sent)

    assert again.headers["Location"] == made.headers["Location"]
    assert Booking.objects.get().changes.count() == 1
    assert error_at(again, "title") == ""
