from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from meetings.models import (
    Admission,
    Attendance,
    Booking,
    BookingChange,
    ChatMessage,
    JoinLink,
    Room,
    RoomPeer,
    RoomSession,
)
from meetings.services import rooms, scheduling

from .conftest import MODELS, Meeting, list_of, page_of

pytestmark = [pytest.mark.django_db, pytest.mark.uncounted]
Book = Callable[..., Booking]


def found(client: Client, model: type, **query: str) -> set[int]:
    """The rows on the list for this query."""
    page = client.get(list_of(model), query)
    assert page.status_code == 200
    return {row.pk for row in page.context["cl"].result_list}


def test_each_list_finds_by_words_and_not_by_others(
    as_staff: Client, hold: Callable[[], Meeting], subtests: pytest.Subtests
) -> None:
    hold()

    for model in MODELS:
        with subtests.test(model.__name__):
            assert found(as_staff, model, q="Review")
            assert not found(as_staff, model, q="Nobody wrote this")


def test_a_meeting_is_found_by_organizer_and_by_a_pasted_link(
    as_staff: Client, book: Book, colin: User
) -> None:
    wanted = book("Board", by=colin)
    book("Other")
    link = wanted.links.get(purpose="participant")

    assert found(as_staff, Booking, q="colin@example.org") == {wanted.pk}
    assert found(as_staff, Booking, q=f"https://meet.example/j/{link.token}/") == {wanted.pk}
    assert found(as_staff, Booking, q=link.token) == {wanted.pk}
    assert found(as_staff, JoinLink, q=f" {link.token} ") == {link.pk}


def test_a_room_is_found_by_its_link(as_staff: Client, room: Room, dana: User) -> None:
    rooms.create_room(dana, name="Another")

    assert found(as_staff, Room, q=f"/j/{room.links.first().token}") == {room.pk}


def test_a_long_word_that_is_no_token_is_searched_as_a_word(as_staff: Client, book: Book) -> None:
    wanted = book("Donaudampfschifffahrt")

    assert found(as_staff, Booking, q="Donaudampfschifffahrt") == {wanted.pk}


def test_meetings_are_filtered_by_when_they_are(as_staff: Client, book: Book) -> None:
    now = timezone.now()
    past, current, ahead = (
        book(at=now + timedelta(minutes=minutes), minutes=30) for minutes in (-90, -10, 60)
    )

    assert found(as_staff, Booking, when="past") == {past.pk}
    assert found(as_staff, Booking, when="now") == {current.pk}
    assert found(as_staff, Booking, when="ahead") == {ahead.pk}


def test_meetings_are_filtered_by_state_provider_and_place(
    as_staff: Client, book: Book, room: Room, dana: User
) -> None:
    elsewhere = book(at=timezone.now() + timedelta(days=3), room=room)
    Room.objects.filter(pk=room.pk).update(provider_alias="spare")
    hidden = scheduling.cancel(book(), by=dana)
    scheduling.remove_from_lists(hidden, by=dana)

    assert found(as_staff, Booking, state__exact="cancelled") == {hidden.pk}
    assert found(as_staff, Booking, room__provider_alias="spare") == {elsewhere.pk}
    assert found(as_staff, Booking, room__is_permanent__exact="1") == {elsewhere.pk}
    assert found(as_staff, Booking, deleted_at__isempty="0") == {hidden.pk}


def test_links_are_filtered_by_whether_they_work(as_staff: Client, book: Book) -> None:
    book()
    cohost, host, participant = JoinLink.objects.order_by("purpose")
    host.revoke()
    JoinLink.objects.filter(pk=participant.pk).update(expires_at=timezone.now())

    assert found(as_staff, JoinLink, state="revoked") == {host.pk}
    assert found(as_staff, JoinLink, state="expired") == {participant.pk}
    assert found(as_staff, JoinLink, state="works") == {cohost.pk}
    page = as_staff.get(list_of(JoinLink)).text
    assert "Revoked</span>" in page
    assert "Expired</span>" in page


def test_a_session_is_found_by_the_providers_name_of_its_room(
    as_staff: Client, hold: Callable[[], Meeting]
) -> None:
    session = hold().session
    RoomSession.objects.filter(pk=session.pk).update(provider_room_id="room-77.example")

    assert found(as_staff, RoomSession, q="room-77.example") == {session.pk}
    assert found(as_staff, RoomSession, q="room-77") == set()
    assert found(as_staff, RoomSession, state__exact="live", alias="builtin") == {session.pk}


FILTERS = [
    (Admission, {"state__exact": "waiting"}),
    (Attendance, {"left_at__isempty": "0"}),
    (BookingChange, {"kind__exact": "cancelled"}),
    (RoomPeer, {"status__exact": "gone"}),
    (ChatMessage, {"at__gte": "2050-01-01 00:00:00+00:00"}),
    (Room, {"archived_at__isempty": "0"}),
]


def test_other_lists_are_filtered_too(
    as_staff: Client, hold: Callable[[], Meeting], subtests: pytest.Subtests
) -> None:
    hold()

    for model, query in FILTERS:
        with subtests.test(model.__name__):
            assert found(as_staff, model)
            assert not found(as_staff, model, **query)


def test_the_list_says_how_a_meeting_stands(as_staff: Client, book: Book) -> None:
    for minutes in (-90, -10, 60):
        book(at=timezone.now() + timedelta(minutes=minutes))

    page = as_staff.get(list_of(Booking)).text

    for state in ("Over", "Now", "Scheduled"):
        assert page.count(f"{state}</span>") == 1


def test_what_is_live_is_marked_on_every_list(
    as_staff: Client, hold: Callable[[], Meeting]
) -> None:
    hold()

    for model in (Booking, Room, RoomSession):
        assert "Live</span>" in as_staff.get(list_of(model)).text


def test_a_meetings_page_tells_links_sessions_and_changes(
    as_staff: Client, hold: Callable[[], Meeting]
) -> None:
    page = as_staff.get(page_of(hold().booking)).text

    assert "How long: 30 minutes → 45 minutes" in page
    assert "1 inside, 1 in all" in page
    assert "Works</span>" in page


def test_times_are_in_the_operators_zone_which_is_named(as_staff: Client, book: Book) -> None:
    booking = book()

    for address in (list_of(Booking), page_of(booking)):
        assert "Berlin (UTC+" in as_staff.get(address).text
