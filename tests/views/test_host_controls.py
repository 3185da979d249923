"""The buttons of a meeting that runs."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from meetings.models import Admission, Booking, Room, RoomSession
from meetings.providers.errors import ProviderUnavailable
from meetings.services import hosting
from meetings.services.opening import open_room
from tests.able_provider import able, memory
from tests.provider_for_tests import Telling

from .conftest import NOW
from .reading import error_at, page, text_of
from .running import Press, admit, at_main, at_modest, knock, page_of, press, stay

__all__ = ["able", "at_main", "at_modest", "press"]

Book = Callable[..., Booking]


# Who waits


def test_several_are_refused_with_a_word(
    as_dana: Client, at_main: RoomSession, press: Press
) -> None:
    people = [knock(at_main, name) for name in ("Ana", "Bo", "Cy")]
    html = page(as_dana.get(page_of(at_main)))
    form = html.partition('id="live-chosen"')[2].partition("</form>")[0]

    press(at_main, "refuse", admission=[each.pk for each in people[:2]], message="Tomorrow at ten.")

    said = {each.name: (each.state, each.message) for each in at_main.admissions.all()}
    assert 'name="message"' in form
    assert f'formaction="/sessions/{at_main.pk}/refuse/"' in form
    assert form.partition("<button ")[2].startswith("disabled"), "Enter in the word lets people in"
    assert said["Ana"] == said["Bo"] == ("refused", "Tomorrow at ten.")
    assert said["Cy"] == ("waiting", "")


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


def test_nonsense_names_nobody(at_main: RoomSession, press: Press) -> None:
    knock(at_main, "Ana")

    for named in ("", "x", "-1", "9" * 30, "ALL"):
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


def test_button_that_the_page_does_not_show_is_refused_in_words(
    at_modest: RoomSession, press: Press
) -> None:
    stay(at_modest, "Ana")

    for button in ("mute", "record"):
        answer = press(at_modest, button, person="g:Ana", passcode="abc", on="1")

        assert answer.status_code == 409
        assert "Modest cannot do this." in text_of(answer)
        assert page_of(at_modest) in page(answer)


def test_person_who_never_came_is_refused_in_words(at_main: RoomSession, press: Press) -> None:
    answer = press(at_main, "remove", person="g:nobody")

    assert answer.status_code == 409
    assert "There is no such person in this meeting." in text_of(answer)


def test_button_of_a_page_that_is_out_of_date_says_so(at_main: RoomSession, press: Press) -> None:
    at_main.end(RoomSession.EndReason.HOST)

    for button in ("lock", "remove", "mute", "record", "passcode"):
        answer = press(at_main, button, locked="1", person="g:Ana", passcode="abc", on="1")

        assert "The meeting is not running any more." in text_of(answer), button
    assert memory.done == []


# Passcode


def test_passcode_is_set_shown_to_nobody_and_cleared(as_dana: Client, at_main: RoomSession) -> None:
    address = f"/sessions/{at_main.pk}/passcode/"

    answer = as_dana.post(address, {"passcode": "ä 100%&"}, follow=True)
    looked = as_dana.get(address)
    shown = as_dana.post(address, {"show": "1"})
    cleared = as_dana.post(address, {"clear": "1"}, follow=True)

    assert "People are asked for the new passcode" in text_of(answer)
    assert "with a passcode" in text_of(answer)
    for each in (answer, looked, shown, cleared):
        assert "100%" not in page(each)
    assert "no-store" in looked.headers["Cache-Control"]
    assert "Nobody is asked for a passcode any more." in text_of(cleared)
    assert memory.done == [("set_passcode", "ä 100%&"), ("set_passcode", "")]
    assert RoomSession.objects.get().passcode == ""


BAD_PASSCODES = {
    "": "required",
    "   ": "required",
    "123456789": "at most 8",
    "a\tb": "cannot be typed",
    "a\u200eb": "cannot be typed",
    "a\ufffdb": "did not arrive",
    "\0": "Null characters",
}


def test_passcode_that_the_provider_would_refuse_is_named_at_its_field(
    as_dana: Client, at_main: RoomSession
) -> None:
    for passcode, complaint in BAD_PASSCODES.items():
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


def test_passcode_that_was_not_set_there_is_asked_here(
    as_dana: Client, at_main: RoomSession, press: Press, able: Telling
) -> None:
    able.trouble["set_passcode"] = ProviderUnavailable("did not answer.", provider="Able")

    answer = press(at_main, "passcode", passcode="s3cret")

    said = text_of(answer)
    assert "Our door asks for the new passcode. The provider did not do it" in said
    assert "s3cret" not in page(answer)
    assert RoomSession.objects.get().passcode == "s3cret"


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


def test_second_of_two_hosts_hears_that_it_was_decided(at_main: RoomSession, press: Press) -> None:
    knock(at_main, "Ana")
    hosting.refuse(at_main)

    answer = press(at_main, "admit", admission=str(Admission.objects.get().pk))

    assert "it was decided a moment before" in text_of(answer)
    assert Admission.objects.get().state == "refused"
