"""A passcode is typed where a meeting or room is set up, and shown nowhere afterwards."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from meetings.models import Booking, BookingChange, Room, RoomSession

from .conftest import NOW, Typed
from .reading import error_at, form_with, page, text_of

Book = Callable[..., Booking]
SECRET = "blue moon"


def edit(client: Client, booking: Booking, **typed: Any) -> Any:
    """The form sent with this typed, and its review confirmed."""
    address = f"/meetings/{booking.pk}/edit/"
    review = client.post(address, form_with(client.get(address), "title", **typed))
    confirm = {**form_with(review, "options-passcode"), "confirm": "1"}
    return review, client.post(address, confirm, follow=True)


def test_new_meeting_has_the_passcode_that_was_typed(as_dana: Client, typed: Typed) -> None:
    as_dana.post("/meetings/new/", typed(**{"options-passcode": SECRET}))

    booking = Booking.objects.get()
    assert booking.room.passcode == SECRET
    for address in (f"/meetings/{booking.pk}/", f"/meetings/{booking.pk}/edit/"):
        assert SECRET not in page(as_dana.get(address))
    assert "A passcode is set." in text_of(as_dana.get(f"/meetings/{booking.pk}/edit/"))
    shown = text_of(as_dana.get(f"/meetings/{booking.pk}/"))
    assert "A passcode is set: whoever comes by the participants’ link is asked for it." in shown
    assert SECRET not in shown


def test_form_that_is_shown_again_keeps_the_passcode_without_holding_it(
    as_dana: Client, typed: Typed
) -> None:
    again = as_dana.post("/meetings/new/", typed(title="", **{"options-passcode": SECRET}))
    as_dana.post("/meetings/new/", form_with(again, "title", title="Review"))

    assert SECRET not in page(again)
    assert Booking.objects.get().room.passcode == SECRET


def test_change_of_a_passcode_is_reviewed_and_remembered_without_it(
    as_dana: Client, book: Book
) -> None:
    booking = book(options={"passcode": "old one"})

    review, saved = edit(as_dana, booking, **{"options-passcode": SECRET})

    booking.room.refresh_from_db()
    assert booking.room.passcode == SECRET
    assert "Passcode is set a new one" in text_of(review)
    for each in (review, saved):
        assert SECRET not in page(each)
        assert "old one" not in page(each)
    assert BookingChange.objects.get(kind="edited").values == {"passcode": ["set", "anew"]}


def test_other_changes_keep_the_passcode(as_dana: Client, book: Book) -> None:
    booking = book(options={"passcode": SECRET})

    edit(as_dana, booking, title="Big review")

    booking.room.refresh_from_db()
    assert booking.room.passcode == SECRET


def test_passcode_is_taken_away(as_dana: Client, book: Book) -> None:
    booking = book(options={"passcode": SECRET})

    edit(as_dana, booking, **{"options-no_passcode": "on"})

    booking.room.refresh_from_db()
    assert booking.room.passcode == ""


def test_permanent_room_has_one_too(as_dana: Client, room: Room) -> None:
    address = f"/rooms/{room.pk}/edit/"

    as_dana.post(address, form_with(as_dana.get(address), "name", passcode=SECRET))

    room.refresh_from_db()
    assert room.passcode == SECRET
    assert SECRET not in page(as_dana.get(address))


def test_form_that_lay_open_while_the_passcode_changed_is_stale(
    as_dana: Client, room: Room
) -> None:
    address = f"/rooms/{room.pk}/edit/"
    open_form = form_with(as_dana.get(address), "name", passcode="mine")
    room.passcode = "theirs"
    room.save()

    answer = as_dana.post(address, open_form)

    assert answer.status_code == 409
    room.refresh_from_db()
    assert room.passcode == "theirs"


@pytest.mark.parametrize(
    ("passcode", "complaint"),
    [
        ("x" * 65, "At most 64"),
        ("a\u200eb", "cannot be typed"),
        ("sealed:nonsense", "once more"),
        ("sealed:" + "x" * 10_000, "once more"),
        ("\0", "cannot be typed"),
    ],
)
def test_passcode_that_nobody_could_type_is_named_at_its_field(
    as_dana: Client, room: Room, passcode: str, complaint: str
) -> None:
    address = f"/rooms/{room.pk}/edit/"

    answer = as_dana.post(address, form_with(as_dana.get(address), "name", passcode=passcode))

    assert answer.status_code == 422
    assert complaint in error_at(answer, "passcode")


def test_running_meeting_goes_on_as_it_began(as_dana: Client, book: Book) -> None:
    booking = book(at=NOW, options={"passcode": SECRET})
    as_dana.post(f"{booking.links.get(purpose='host').get_absolute_url()}enter/", {"name": "Dana"})

    assert booking.sessions.get().passcode == SECRET


SHOWN_ONCE = "Parley shows it nowhere again: note it, and if it is lost, set another."


@pytest.mark.parametrize("passcode", ["", "old one"])
def test_form_says_that_a_passcode_never_comes_out_again(
    as_dana: Client, book: Book, passcode: str
) -> None:
    booking = book(options={"passcode": passcode})

    for address in ("/meetings/new/", f"/meetings/{booking.pk}/edit/", "/rooms/new/"):
        form = page(as_dana.get(address))
        help_text = (
            form.partition('id="id_options-passcode_helptext"')[2]
            or form.partition('id="id_passcode_helptext"')[2]
        )
        assert SHOWN_ONCE in help_text.partition("</p>")[0]


def test_page_that_sets_one_while_a_meeting_runs_says_so_too(
    as_dana: Client, live: RoomSession
) -> None:
    assert SHOWN_ONCE in text_of(as_dana.get(f"/sessions/{live.pk}/passcode/"))
