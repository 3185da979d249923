"""The live part of a meeting's page: what it shows, and how it follows."""

from collections.abc import Callable
from datetime import timedelta

from django.test import Client

from accounts.models import User
from meetings.models import Booking, Room, RoomSession
from meetings.services.opening import open_room
from tests.able_provider import able
from tests.provider_for_tests import Telling

from .conftest import NOW
from .reading import page, text_of
from .running import Press, admit, at_main, at_modest, knock, page_of, press, stay
from .test_queries import cost

__all__ = ["able", "at_main", "at_modest", "press"]

Book = Callable[..., Booking]
HTMX = {"HX-Request": "true"}


# What it shows


def test_page_shows_who_is_inside_since_when_and_who_waits(
    as_dana: Client, at_main: RoomSession, able: Telling
) -> None:
    stay(at_main, "Ana", role="host", joined_at=NOW - timedelta(minutes=5))
    stay(at_main, "Bo", left_at=NOW)
    knock(at_main, "Cleo")
    admit(at_main, "Dov")
    able.asked.clear()

    text = text_of(as_dana.get(page_of(at_main))).partition("Happening now")[2]

    assert "Able, since 9:20 AM" in text
    assert "Ana Host · inside since 9:15 AM" in text
    assert "1 person waits" in text
    assert "Cleo since 9:20 AM" in text
    assert "Dov let in at 9:20 AM" in text
    assert "Bo" not in text.partition("Links")[0]
    assert able.asked == []  # a page that is looked at costs the provider nothing


def test_meeting_that_does_not_run_has_no_live_part(as_dana: Client, book: Book) -> None:
    soon, later = book("Soon", at=NOW + timedelta(minutes=5)), book("Later")

    pages = [page(as_dana.get(f"/meetings/{each.pk}/")) for each in (soon, later)]

    assert not any("Happening now" in each for each in pages)
    assert f"/meetings/{soon.pk}/live/?seen=" in pages[0]  # it may begin any moment
    assert f"/meetings/{later.pk}/live/" not in pages[1]


def test_room_page_has_the_live_part_too_and_its_buttons_lead_back_there(
    as_dana: Client, able: Telling, room: Room, press: Press
) -> None:
    Room.objects.update(provider_alias="main")
    session = open_room(Room.objects.get())

    text = text_of(as_dana.get(f"/rooms/{room.pk}/"))
    answer = press(session, "lock", locked="1", at="room")

    assert "Happening now" in text
    assert answer.redirect_chain == [(f"/rooms/{room.pk}/", 302)]


def test_button_of_a_meeting_in_a_permanent_room_leads_back_to_where_it_was_pressed(
    able: Telling, room: Room, book: Book, press: Press
) -> None:
    booking = book(at=NOW, room=room)
    session = open_room(room, booking)

    from_meeting = press(session, "lock", locked="1", at="booking")
    from_room = press(session, "lock", locked="0", at="room")

    assert from_meeting.redirect_chain == [(f"/meetings/{booking.pk}/", 302)]
    assert from_room.redirect_chain == [(f"/rooms/{room.pk}/", 302)]


def test_only_what_the_provider_can_do_has_a_button_and_the_rest_is_explained(
    as_dana: Client, at_modest: RoomSession
) -> None:
    stay(at_modest, "Ana")
    admit(at_modest, "Dov")

    html = page(as_dana.get(page_of(at_modest)))

    for button in ("mute", "record"):
        assert f"/sessions/{at_modest.pk}/{button}/" not in html
    for button in ("lock", "passcode", "remove"):
        assert f"/sessions/{at_modest.pk}/{button}/" in html
    for words in (
        "What is not possible at Modest",
        "The lock is at our door only",
        "may still be inside until they leave",
        "Nobody can be muted",
        "passcode is asked at our door only",
        "Recording is not started",
    ):
        assert words in html


def test_able_provider_has_every_button_and_no_excuse(
    as_dana: Client, at_main: RoomSession
) -> None:
    stay(at_main, "Ana")

    html = page(as_dana.get(page_of(at_main)))

    for button in ("lock", "passcode", "record", "mute", "remove"):
        assert f"/sessions/{at_main.pk}/{button}/" in html
    assert "What is not possible" not in html


def test_organizer_is_marked_and_cannot_remove_or_mute_themself(
    as_dana: Client, at_main: RoomSession, dana: User
) -> None:
    stay(at_main, "Dana", identity=f"u:{dana.pk}")

    html = page(as_dana.get(page_of(at_main)))

    assert "(you)" in html
    assert f"/sessions/{at_main.pk}/remove/" not in html
    assert f"/sessions/{at_main.pk}/mute/" not in html


def test_stay_without_a_name_is_somebody(as_dana: Client, at_modest: RoomSession) -> None:
    stay(at_modest, "", identity="connection-17")

    html = page(as_dana.get(page_of(at_modest)))

    assert "<bdi>Somebody</bdi>" in html
    assert f"/sessions/{at_modest.pk}/remove/" not in html  # nobody knows whom


def test_live_part_of_50_people_costs_as_much_as_one_of_1(
    as_dana: Client, at_main: RoomSession
) -> None:
    stay(at_main, "First")
    knock(at_main, "Knock")
    with_one = cost(as_dana, page_of(at_main))

    for number in range(50):
        stay(at_main, f"Guest {number}")
        knock(at_main, f"Knock {number}")

    assert cost(as_dana, page_of(at_main)) == with_one
    assert "51 people wait" in text_of(as_dana.get(page_of(at_main)))


# How it follows


def mark_in(html: str) -> str:
    return html.partition("?seen=")[2].partition('"')[0]


def test_unchanged_part_is_answered_with_nothing(as_dana: Client, at_main: RoomSession) -> None:
    stay(at_main, "Ana")
    mark = mark_in(page(as_dana.get(page_of(at_main))))

    again = as_dana.get(f"{page_of(at_main)}live/?seen={mark}", headers=HTMX)

    assert (again.status_code, again.content) == (204, b"")


def test_part_follows_who_comes_and_knocks(as_dana: Client, at_main: RoomSession) -> None:
    mark = mark_in(page(as_dana.get(page_of(at_main))))
    stay(at_main, "Ana")
    knock(at_main, "Cleo")

    part = as_dana.get(f"{page_of(at_main)}live/?seen={mark}", headers=HTMX)

    assert "Ana" in text_of(part)
    assert page(part).count("1 person waits") == 2  # once of it for screen readers
    assert "<html" not in page(part)
    assert mark_in(page(part)) != mark


def test_whoever_comes_and_goes_a_focused_button_stays_the_same_persons(
    as_dana: Client, at_main: RoomSession
) -> None:
    ana, bo = stay(at_main, "Ana"), stay(at_main, "Bo")
    before = page(as_dana.get(page_of(at_main)))

    ana.left_at = NOW
    ana.save()
    after = page(as_dana.get(page_of(at_main)))

    for button in ("mute", "remove"):  # htmx gives the focus back by id
        assert f'id="live-{button}-stay-{ana.pk}"' in before
        assert f'id="live-{button}-stay-{bo.pk}"' in before
        assert f'id="live-{button}-stay-{bo.pk}"' in after
        assert f'id="live-{button}-stay-{ana.pk}"' not in after


def test_part_of_a_permanent_room_follows_too(
    as_dana: Client, room: Room, at_main: RoomSession
) -> None:
    session = open_room(room)
    mark = mark_in(page(as_dana.get(f"/rooms/{room.pk}/")))
    stay(session, "Ana")

    part = as_dana.get(f"/rooms/{room.pk}/live/?seen={mark}", headers=HTMX)

    assert "Ana" in text_of(part)
    assert f"/rooms/{room.pk}/live/?seen=" in page(part)


def test_page_is_loaded_anew_when_the_meeting_begins_and_when_it_ends(
    as_dana: Client, book: Book
) -> None:
    booking = book("Review", at=NOW)
    address = f"/meetings/{booking.pk}/live/?seen="

    before = as_dana.get(address, headers=HTMX)
    session = open_room(booking.room, booking)
    begun = as_dana.get(address, headers=HTMX)
    mark = mark_in(page(as_dana.get(f"/meetings/{booking.pk}/")))
    session.end(RoomSession.EndReason.HOST)
    ended = as_dana.get(address + mark, headers=HTMX)

    assert before.status_code == 204
    assert begun.headers["HX-Refresh"] == ended.headers["HX-Refresh"] == "true"


def test_part_opened_by_hand_leads_to_its_page(
    as_dana: Client, at_main: RoomSession, room: Room
) -> None:
    of_meeting = as_dana.get(f"{page_of(at_main)}live/")
    of_room = as_dana.get(f"/rooms/{room.pk}/live/")

    assert of_meeting.headers["Location"] == page_of(at_main)
    assert of_room.headers["Location"] == f"/rooms/{room.pk}/"


def test_removed_person_stays_in_sight_where_nobody_can_be_put_out(
    at_modest: RoomSession, press: Press
) -> None:
    admit(at_modest, "Dov")

    text = text_of(press(at_modest, "remove", person="g:Dov"))

    assert "Dov let in at 9:20 AM removed, may still be inside" in text


def test_removed_person_is_just_removed_where_the_provider_puts_people_out(
    at_main: RoomSession, press: Press
) -> None:
    admit(at_main, "Dov")
    admit(at_main, "Eve")
    stay(at_main, "Eve")

    press(at_main, "remove", person="g:Dov")
    text = text_of(press(at_main, "remove", person="g:Eve"))

    people = text.partition("Happening now")[2]
    assert "Dov" not in people.partition("Links")[0]
    assert "Eve inside since 9:20 AM removed" in people
    assert "may still be inside" not in people
