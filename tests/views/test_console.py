"""The console of co-hosts: hosting by a link, without an account."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from meetings.models import Admission, Booking, Room, RoomSession
from meetings.services.opening import open_room
from meetings.services.roles import Action, Seat, may, may_ever
from tests.able_provider import able, memory
from tests.provider_for_tests import Telling

from .conftest import NOW
from .doors import ask, host, participants, state
from .reading import page, text_of
from .running import admit, at_main, at_modest, knock, stay

__all__ = ["able", "at_main", "at_modest"]

Book = Callable[..., Booking]
HTMX = {"HX-Request": "true"}


def cohosts(session: RoomSession) -> str:
    assert session.booking
    return session.booking.links.get(purpose="cohost").get_absolute_url()


def press(client: Client, session: RoomSession, button: str, **values: object) -> Any:
    return client.post(f"{cohosts(session)}host/{button}/", values, follow=True)


# What it shows


def test_cohost_sees_who_is_inside_and_who_waits_without_an_account(
    client: Client, at_main: RoomSession, able: Telling
) -> None:
    stay(at_main, "Ana")
    knock(at_main, "Bo")
    able.asked.clear()

    shown = client.get(f"{cohosts(at_main)}host/")

    text = text_of(shown)
    assert "You are co-host" in text
    assert "Ana inside since" in text
    assert "1 person waits" in text
    assert "sessionid" not in client.cookies
    assert "no-store" in shown.headers["Cache-Control"]
    assert able.asked == []


def test_console_has_no_button_for_what_is_not_the_cohosts(
    client: Client, as_dana: Client, at_main: RoomSession
) -> None:
    stay(at_main, "Ana")
    admit(at_main, "Dov")
    assert at_main.booking

    of_cohost = page(client.get(f"{cohosts(at_main)}host/"))
    of_owner = page(as_dana.get(f"{host(at_main.booking)}host/"))

    for button in ("end", "move", "role"):
        assert f"/host/{button}/" not in of_cohost
        assert f"/host/{button}/" in of_owner


def test_console_follows_by_itself(client: Client, at_main: RoomSession) -> None:
    shown = page(client.get(f"{cohosts(at_main)}host/"))
    mark = shown.partition("?seen=")[2].partition('"')[0]
    address = f"{cohosts(at_main)}host/live/?seen={mark}"

    same = client.get(address, headers=HTMX)
    knock(at_main, "Bo")
    other = client.get(address, headers=HTMX)

    assert same.status_code == 204
    assert "Bo" in text_of(other)


def test_console_is_loaded_anew_when_its_reader_became_host(
    as_dana: Client, client: Client, at_main: RoomSession
) -> None:
    ask(client, cohosts(at_main), name="Cora")
    shown = page(client.get(f"{cohosts(at_main)}host/"))
    mark = shown.partition("?seen=")[2].partition('"')[0]

    cora = Admission.objects.get()
    as_dana.post(f"/sessions/{at_main.pk}/role/", {"person": cora.identity, "role": "host"})
    again = client.get(f"{cohosts(at_main)}host/live/?seen={mark}", headers=HTMX)

    assert again.headers["HX-Refresh"] == "true"


def test_console_waits_for_the_meeting_to_begin_and_is_loaded_anew_then(
    client: Client, book: Book
) -> None:
    booking = book(at=NOW)
    door = booking.links.get(purpose="cohost").get_absolute_url()

    before = text_of(client.get(f"{door}host/"))
    quiet = client.get(f"{door}host/live/?seen=", headers=HTMX)
    open_room(booking.room, booking)
    begun = client.get(f"{door}host/live/?seen=", headers=HTMX)

    assert "Nothing runs here now." in before
    assert quiet.status_code == 204
    assert begun.headers["HX-Refresh"] == "true"


def test_cohosts_door_leads_to_the_console_and_participants_does_not(
    client: Client, at_main: RoomSession
) -> None:
    assert at_main.booking

    assert f"{cohosts(at_main)}host/" in page(client.get(cohosts(at_main)))
    assert "/host/" not in page(client.get(participants(at_main.booking)))


# What it does


def test_cohost_admits_refuses_with_a_word_locks_mutes_and_removes(
    client: Client, at_main: RoomSession
) -> None:
    ana, bo = knock(at_main, "Ana"), knock(at_main, "Bo")
    admit(at_main, "Dov")

    answers = [
        press(client, at_main, "admit", admission=ana.pk),
        press(client, at_main, "refuse", admission=bo.pk, message="Next week, please"),
        press(client, at_main, "lock", locked="1"),
        press(client, at_main, "mute", person="g:Ana"),
        press(client, at_main, "remove", person="g:Dov"),
    ]

    assert {each.redirect_chain[-1][0] for each in answers} == {f"{cohosts(at_main)}host/"}
    states = dict(Admission.objects.values_list("name", "state"))
    assert states == {"Ana": "admitted", "Bo": "refused", "Dov": "removed"}
    assert Admission.objects.get(name="Bo").message == "Next week, please"
    assert memory.done == [("set_lock", True), ("mute", "g:Ana"), ("remove", "g:Dov")]


def test_word_of_the_refusal_stands_at_the_door(
    as_dana: Client, client: Client, book: Book
) -> None:
    booking = book(at=NOW, options={"waiting_room": "everyone"})
    session = open_room(booking.room, booking)
    ask(client, participants(booking), name="Ana")
    asked = Admission.objects.get()

    as_dana.post(
        f"/sessions/{session.pk}/refuse/", {"admission": asked.pk, "message": "Next week, please"}
    )

    seen = client.get(participants(booking))
    assert state(seen) == "refused"
    assert "Next week, please" in text_of(seen)


def test_several_are_chosen_and_admitted_at_once(client: Client, at_main: RoomSession) -> None:
    ana, bo, _cleo = (knock(at_main, name) for name in ("Ana", "Bo", "Cleo"))

    answer = press(client, at_main, "admit", admission=[ana.pk, bo.pk])

    assert "2 people are let in." in text_of(answer)
    assert list(Admission.objects.waiting().values_list("name", flat=True)) == ["Cleo"]


def test_nobody_chosen_is_said(client: Client, at_main: RoomSession) -> None:
    knock(at_main, "Ana")

    assert "Please choose somebody who waits." in text_of(press(client, at_main, "admit"))


@pytest.mark.parametrize("button", ["remove", "mute"])
def test_cohost_does_nothing_to_a_host(client: Client, at_main: RoomSession, button: str) -> None:
    admit(at_main, "Hanna", role="host")

    answer = press(client, at_main, button, person="g:Hanna")

    assert answer.status_code == 409
    assert "Only a host can do this to a host." in text_of(answer)
    assert memory.done == []


# Who may


def client_of(seat: Seat, session: RoomSession, as_dana: Client) -> tuple[Client, str]:
    """Somebody with this role, and where they would press a button."""
    assert session.booking
    by_link = {
        Seat.OWNER: (as_dana, host(session.booking)),
        Seat.HOST: (Client(), host(session.booking)),
        Seat.COHOST: (Client(), cohosts(session)),
        Seat.PARTICIPANT: (Client(), participants(session.booking)),
        Seat.GUEST: (Client(), "/j/unknown/"),
    }
    return by_link[seat]


@pytest.mark.parametrize("how", ["opening", "live", "ended"])
@pytest.mark.parametrize("seat", Seat)
def test_server_refuses_each_role_what_is_not_theirs_and_does_the_rest(
    as_dana: Client, at_main: RoomSession, seat: Seat, how: str
) -> None:
    assert at_main.booking
    at_main.booking.links.filter(purpose="host").update(transferable=True)
    become(at_main, how)
    client, door = client_of(seat, at_main, as_dana)
    for action in sorted(set(Action) - {Action.LOOK}, key=lambda each: each == Action.END):
        values = {"person": "g:nobody", "role": "cohost"}
        answer = client.post(f"{door}host/{action.value}/", values)

        if not may_ever(seat, action):
            assert answer.status_code in {403, 404}, action
        elif not may(seat, action, how):  # told, and nothing done
            assert answer.status_code == 302, action
        else:
            assert answer.status_code not in {403, 404}, action
    changed = {call[0] for call in memory.done} & {"set_lock", "stop_recording"}
    assert changed == ({"set_lock", "stop_recording"} if may(seat, Action.LOCK, how) else set())
    at_main.refresh_from_db()
    assert at_main.state == ("ended" if may(seat, Action.END, how) else how)


def become(session: RoomSession, how: str) -> None:
    if how == "ended":
        session.end(RoomSession.EndReason.HOST)
    elif how == "opening":  # by somebody else, who is at it this moment
        opening = {"state": "opening", "claim": "theirs", "claimed_at": timezone.now()}
        RoomSession.objects.filter(pk=session.pk).update(**opening)


def test_owners_host_link_needs_sign_in(client: Client, at_main: RoomSession) -> None:
    assert at_main.booking

    shown = client.get(f"{host(at_main.booking)}host/")
    pressed = client.post(f"{host(at_main.booking)}host/lock/", {"locked": "1"})

    assert shown.headers["Location"] == pressed.headers["Location"] == host(at_main.booking)
    assert not RoomSession.objects.get().locked


def test_console_of_a_revoked_link_is_gone(client: Client, at_main: RoomSession) -> None:
    address = cohosts(at_main)
    assert at_main.booking
    at_main.booking.links.get(purpose="cohost").revoke()

    for button in ("", "live/", "waiting/"):
        assert client.get(f"{address}host/{button}").status_code == 410
    assert client.post(f"{address}host/lock/", {"locked": "1"}).status_code == 410


def test_cohost_of_one_meeting_admits_nobody_to_another(
    client: Client, at_main: RoomSession, book: Book
) -> None:
    other = book("Other", at=NOW, may_overlap=True)
    elsewhere = knock(open_room(other.room, other), "Ana")

    press(client, at_main, "admit", admission=elsewhere.pk)

    elsewhere.refresh_from_db()
    assert elsewhere.state == "waiting"


# Handing over


def test_participant_made_cohost_has_the_console_at_their_own_link(
    as_dana: Client, client: Client, at_main: RoomSession
) -> None:
    assert at_main.booking
    door = participants(at_main.booking)
    ask(client, door, name="Ana")
    ana = Admission.objects.get()
    before = client.get(f"{door}host/")

    told = as_dana.post(
        f"/sessions/{at_main.pk}/role/", {"person": ana.identity, "role": "cohost"}, follow=True
    )
    during = client.get(f"{door}host/")
    again = ask(client, door, name="Ana")
    as_dana.post(f"/sessions/{at_main.pk}/role/", {"person": ana.identity, "role": "participant"})
    after = client.get(f"{door}host/")

    assert [each.status_code for each in (before, during, after)] == [404, 200, 404]
    assert "They are co-host now. In the provider’s room this holds when" in text_of(told)
    assert "key=h0st-k3y" in again.headers["Location"]


def test_cohost_who_was_made_host_ends_it_for_all(
    as_dana: Client, client: Client, at_main: RoomSession
) -> None:
    ask(client, cohosts(at_main), name="Cora")
    cora = Admission.objects.get()
    refused = press(client, at_main, "end")

    as_dana.post(f"/sessions/{at_main.pk}/role/", {"person": cora.identity, "role": "host"})
    press(client, at_main, "end")

    assert refused.status_code == 403
    at_main.refresh_from_db()
    assert at_main.end_reason == "host"


@pytest.mark.parametrize("values", [{"role": "king"}, {"role": "host", "person": "g:nobody"}, {}])
def test_nonsense_hands_nothing_over(
    as_dana: Client, at_main: RoomSession, values: dict[str, str]
) -> None:
    admit(at_main, "Ana")

    answer = as_dana.post(f"/sessions/{at_main.pk}/role/", values)

    assert answer.status_code == 409
    assert Admission.objects.get().given_role == ""


# The bar above a provider’s page


def test_bar_of_a_cohost_names_who_waits_and_takes_the_answer(
    client: Client, at_main: RoomSession
) -> None:
    ana = knock(at_main, "Ana")

    shown = client.get(f"{cohosts(at_main)}host/waiting/", headers=HTMX)
    answer = client.post(
        f"{cohosts(at_main)}host/admit/", {"admission": ana.pk, "at": "frame"}, headers=HTMX
    )

    assert f'action="{cohosts(at_main)}host/admit/"' in page(shown)
    assert answer.status_code == 200
    assert 'id="waits"' in page(answer)
    assert "Ana" not in text_of(answer)


def test_room_has_a_console_too(client: Client, able: Telling, room: Room) -> None:
    Room.objects.update(provider_alias="main")
    session = open_room(Room.objects.get())
    knock(session, "Ana")
    door = room.links.get(purpose="cohost").get_absolute_url()

    client.post(f"{door}host/admit/", {"admission": "all"})

    assert Admission.objects.get().state == "admitted"
