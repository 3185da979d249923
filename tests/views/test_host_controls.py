"""The live part of a meeting's page, and its buttons."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from meetings.models import Admission, Attendance, Booking, Room, RoomSession
from meetings.providers.errors import ProviderUnavailable
from meetings.services import hosting
from meetings.services.opening import open_room
from tests.able_provider import able, memory
from tests.provider_for_tests import Telling

from .conftest import NOW
from .reading import error_at, page, text_of
from .test_queries import cost

__all__ = ["able"]

Book = Callable[..., Booking]
Press = Callable[..., Any]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def at_main(able: Telling, live: RoomSession) -> RoomSession:
    """A meeting that runs at a provider that can do everything."""
    return live


@pytest.fixture
def at_modest(able: Telling, book: Book) -> RoomSession:
    """One that runs at a provider that can do nothing."""
    booking = book("Review", at=NOW, options={"provider_alias": "modest"})
    return open_room(booking.room, booking)


@pytest.fixture
def press(as_dana: Client) -> Press:
    """Press a button of the live part; the page that follows."""

    def pressed(session: RoomSession, button: str, **values: object) -> Any:
        return as_dana.post(f"/sessions/{session.pk}/{button}/", values, follow=True)

    return pressed


def page_of(session: RoomSession) -> str:
    return f"/meetings/{session.booking_id}/"


def knock(session: RoomSession, name: str) -> Admission:
    return session.admissions.create(identity=f"g:{name}", name=name, state="waiting")


def admit(session: RoomSession, name: str, **fields: object) -> Admission:
    return session.admissions.create(
        identity=f"g:{name}", name=name, state="admitted", decided_at=NOW, **fields
    )


def stay(session: RoomSession, name: str, **fields: object) -> Attendance:
    values = {"identity": f"g:{name}", "name": name, "joined_at": NOW, **fields}
    return Attendance.objects.create(session=session, **values)


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

    assert "At Able since 9:20 AM" in text
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

    for button in ("mute", "passcode", "record"):
        assert f"/sessions/{at_modest.pk}/{button}/" not in html
    for button in ("lock", "remove"):
        assert f"/sessions/{at_modest.pk}/{button}/" in html
    for words in (
        "What is not possible at Modest",
        "The lock is at our door only",
        "may still be inside until they leave",
        "Nobody can be muted",
        "asks for no passcode",
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

    assert "<strong>Somebody</strong>" in html
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


# Who waits


def test_one_who_waits_is_admitted_and_one_is_refused(
    at_main: RoomSession, press: Press, dana: User
) -> None:
    ana, bo = knock(at_main, "Ana"), knock(at_main, "Bo")

    admitted = press(at_main, "admit", admission=ana.pk)
    refused = press(at_main, "refuse", admission=bo.pk)

    ana.refresh_from_db()
    bo.refresh_from_db()
    assert (ana.state, ana.decided_by, bo.state) == ("admitted", dana, "refused")
    assert "1 person is let in." in text_of(admitted)
    assert "1 person is sent away." in text_of(refused)


@pytest.mark.parametrize(
    ("button", "state", "words"),
    [("admit", "admitted", "2 people are let in."), ("refuse", "refused", "2 people are sent")],
)
def test_all_who_wait_are_decided_at_once(
    at_main: RoomSession, press: Press, button: str, state: str, words: str
) -> None:
    knock(at_main, "Ana")
    knock(at_main, "Bo")

    answer = press(at_main, button, admission="all")

    assert set(Admission.objects.values_list("state", flat=True)) == {state}
    assert words in text_of(answer)


@pytest.mark.parametrize("named", ["", "x", "-1", "9" * 30, "ALL"])
def test_nonsense_names_nobody(at_main: RoomSession, press: Press, named: str) -> None:
    knock(at_main, "Ana")

    answer = press(at_main, "admit", admission=named)

    assert Admission.objects.get().state == "waiting"
    assert "Nobody waits any more." in text_of(answer)


def test_person_at_another_door_is_not_admitted_here(
    as_dana: Client, at_main: RoomSession, book: Book, press: Press
) -> None:
    other = book("Other", at=NOW, may_overlap=True)
    elsewhere = knock(open_room(other.room, other), "Ana")

    press(at_main, "admit", admission=elsewhere.pk)

    elsewhere.refresh_from_db()
    assert elsewhere.state == "waiting"


# Buttons


def test_meeting_is_locked_and_opened_again(
    as_dana: Client, client: Client, at_main: RoomSession, press: Press
) -> None:
    assert at_main.booking
    door = at_main.booking.links.get(purpose="participant").get_absolute_url()

    locked = press(at_main, "lock", locked="1")
    seen = text_of(client.get(door))
    opened = press(at_main, "lock", locked="0")

    assert "The meeting is locked." in text_of(locked)
    assert "Unlock" in text_of(locked)
    assert "locked" in seen
    assert "The meeting is open again." in text_of(opened)
    assert memory.done == [("set_lock", True), ("set_lock", False)]


def test_failing_provider_is_told_and_our_door_holds(
    at_main: RoomSession, press: Press, able: Telling
) -> None:
    able.trouble["set_lock"] = ProviderUnavailable("did not answer.", provider="Able")

    answer = press(at_main, "lock", locked="1")
    able.trouble.clear()
    again = press(at_main, "lock", locked="1")

    assert "The meeting is locked." in text_of(answer)
    assert "The provider did not do it: Able: did not answer." in text_of(answer)
    assert "undo this and do it once more" in text_of(answer)  # the button is another one now
    assert "did not do it" not in text_of(again)


def test_removed_person_is_told_so_at_their_door(
    as_dana: Client, client: Client, at_main: RoomSession, press: Press
) -> None:
    assert at_main.booking
    door = at_main.booking.links.get(purpose="participant").get_absolute_url()
    client.post(f"{door}enter/", {"name": "Ana"})
    ana = Admission.objects.get()

    answer = press(at_main, "remove", person=ana.identity)

    assert "Their link does not let them in again. They are removed." in text_of(answer)
    assert "removed" in text_of(client.get(door))
    assert memory.done == [("remove", ana.identity)]


def test_removal_where_the_provider_cannot_says_what_may_be_left(
    at_modest: RoomSession, press: Press
) -> None:
    admit(at_modest, "Ana")
    stay(at_modest, "Ana")

    answer = press(at_modest, "remove", person="g:Ana")

    assert "They may still be inside until they leave." in text_of(answer)
    assert "removed, may still be inside" in text_of(answer)


def test_removal_that_failed_there_says_what_may_be_left(
    at_main: RoomSession, press: Press, able: Telling
) -> None:
    admit(at_main, "Ana")
    stay(at_main, "Ana")
    able.trouble["remove"] = ProviderUnavailable("did not answer.", provider="Able")

    answer = press(at_main, "remove", person="g:Ana")

    text = text_of(answer)
    assert "Their link does not let them in again. They may still be inside" in text
    assert 'aria-label="Remove Ana"' in page(answer)  # the button that is to be pressed again
    assert "Able: did not answer." in text


def test_person_is_muted(at_main: RoomSession, press: Press) -> None:
    stay(at_main, "Ana")

    answer = press(at_main, "mute", person="g:Ana")

    assert "Their microphone is off." in text_of(answer)
    assert memory.done == [("mute", "g:Ana")]


def test_muting_that_failed_changed_nothing_and_says_so(
    at_main: RoomSession, press: Press, able: Telling
) -> None:
    stay(at_main, "Ana")
    able.trouble["mute"] = ProviderUnavailable("did not answer.", provider="Able")

    assert "Nothing has changed. The provider did not" in text_of(
        press(at_main, "mute", person="g:Ana")
    )


def test_recording_is_started_and_stopped(at_main: RoomSession, press: Press) -> None:
    started, stopped = press(at_main, "record", on="1"), press(at_main, "record", on="0")

    assert "The recording begins." in text_of(started)
    assert "The recording stops." in text_of(stopped)
    assert memory.done == [("start_recording",), ("stop_recording",)]


@pytest.mark.parametrize("button", ["mute", "record", "passcode"])
def test_button_that_the_page_does_not_show_is_refused_in_words(
    at_modest: RoomSession, press: Press, button: str
) -> None:
    stay(at_modest, "Ana")

    answer = press(at_modest, button, person="g:Ana", passcode="abc", on="1")

    assert answer.status_code == 409
    assert "Modest cannot do this." in text_of(answer)
    assert page_of(at_modest) in page(answer)


def test_person_who_never_came_is_refused_in_words(at_main: RoomSession, press: Press) -> None:
    answer = press(at_main, "remove", person="g:nobody")

    assert answer.status_code == 409
    assert "There is no such person in this meeting." in text_of(answer)


@pytest.mark.parametrize("button", ["lock", "remove", "mute", "record", "passcode"])
def test_button_of_a_page_that_is_out_of_date_says_so(
    at_main: RoomSession, press: Press, button: str
) -> None:
    at_main.end(RoomSession.EndReason.HOST)

    answer = press(at_main, button, locked="1", person="g:Ana", passcode="abc", on="1")

    assert "The meeting is not running any more." in text_of(answer)
    assert memory.done == []


# Passcode


def test_passcode_is_set_shown_on_request_alone_and_cleared(
    as_dana: Client, at_main: RoomSession
) -> None:
    address = f"/sessions/{at_main.pk}/passcode/"

    answer = as_dana.post(address, {"passcode": "ä 100%&"}, follow=True)
    looked = as_dana.get(address)
    shown = as_dana.post(address, {"show": "1"})
    cleared = as_dana.post(address, {"clear": "1"}, follow=True)

    assert "People are asked for the new passcode" in text_of(answer)
    assert "with a passcode" in text_of(answer)
    for each in (answer, looked, cleared):
        assert "100%" not in page(each)
    assert "ä 100%&" in text_of(shown)
    assert "no-store" in shown.headers["Cache-Control"]
    assert "Nobody is asked for a passcode any more." in text_of(cleared)
    assert memory.done == [("set_passcode", "ä 100%&"), ("set_passcode", "")]
    assert RoomSession.objects.get().passcode == ""


@pytest.mark.parametrize(
    ("passcode", "complaint"),
    [
        ("", "required"),
        ("   ", "required"),
        ("123456789", "at most 8"),
        ("a\tb", "cannot be typed"),
        ("a\u200eb", "cannot be typed"),
        ("a\ufffdb", "did not arrive"),
        ("\0", "Null characters"),
    ],
)
def test_passcode_that_the_provider_would_refuse_is_named_at_its_field(
    as_dana: Client, at_main: RoomSession, passcode: str, complaint: str
) -> None:
    answer = as_dana.post(f"/sessions/{at_main.pk}/passcode/", {"passcode": passcode})

    assert answer.status_code == 422
    assert complaint in error_at(answer, "passcode")
    assert memory.done == []


def test_limit_of_the_passcode_is_told_before_it_is_typed(
    as_dana: Client, at_main: RoomSession
) -> None:
    answer = as_dana.get(f"/sessions/{at_main.pk}/passcode/")

    assert "At most 8 characters" in text_of(answer)
    assert "Nobody is asked for a passcode." in text_of(answer)


def test_passcode_that_was_not_set_there_changes_nothing(
    as_dana: Client, at_main: RoomSession, press: Press, able: Telling
) -> None:
    able.trouble["set_passcode"] = ProviderUnavailable("did not answer.", provider="Able")

    answer = press(at_main, "passcode", passcode="s3cret")

    assert "Nothing has changed. The provider did not do it" in text_of(answer)
    assert "s3cret" not in page(answer)
    assert RoomSession.objects.get().passcode == ""


def test_meeting_at_a_provider_that_is_gone_can_still_be_locked(
    as_dana: Client, at_main: RoomSession, press: Press, settings: Settings
) -> None:
    settings.MEETING_PROVIDERS = {"spare": {"BACKEND": "builtin"}}

    answer = press(at_main, "lock", locked="1")

    assert "The meeting is locked." in text_of(answer)
    assert "“main”, which is gone" in text_of(answer)


# The end


def test_room_that_its_provider_leaves_open_is_told_and_closed_by_another_press(
    as_dana: Client, at_main: RoomSession, able: Telling, press: Press
) -> None:
    able.trouble["end_room"] = ProviderUnavailable("did not answer.", provider="Able")

    ended = as_dana.post(f"{page_of(at_main)}end/", follow=True)
    failed = press(at_main, "close")
    able.trouble.clear()
    closed = press(at_main, "close")

    assert "its provider did not close the room: Able: did not answer." in text_of(ended)
    assert "The meeting is over for everybody." not in text_of(ended)
    assert "The provider did not close the room." in text_of(failed)
    assert "The provider has closed the room." in text_of(closed)
    assert "did not close" not in text_of(closed)
    assert able.live == set()


def test_room_that_is_in_use_again_is_not_closed(
    at_main: RoomSession, able: Telling, press: Press
) -> None:
    able.trouble["end_room"] = ProviderUnavailable("did not answer.", provider="Able")
    hosting.end_for_all(at_main)
    again = open_room(at_main.room, at_main.booking)
    able.trouble.clear()

    answers = [press(each, "close") for each in (at_main, again)]

    assert all("The room is in use again" in text_of(each) for each in answers)
    assert again.key in able.live


def test_permanent_room_tells_it_too(
    as_dana: Client, able: Telling, room: Room, press: Press
) -> None:
    Room.objects.update(provider_alias="main")
    session = open_room(Room.objects.get())
    able.trouble["end_room"] = ProviderUnavailable("did not answer.", provider="Able")

    ended = as_dana.post(f"/rooms/{room.pk}/end/", follow=True)
    able.trouble.clear()
    closed = press(session, "close", at="room")

    assert "its provider did not close the room: Able: did not answer." in text_of(ended)
    assert "The provider has closed the room." in text_of(closed)
