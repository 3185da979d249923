"""Coming in: who somebody is, what they may do, and a way in that is theirs alone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import signing
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from meetings.models import Admission, Booking, JoinLink, Room, RoomSession
from meetings.providers.base import Role
from meetings.providers.errors import ProviderUnavailable
from meetings.services import hosting
from meetings.services.opening import open_room
from meetings.views.visitors import SALT
from tests.conftest import signed_in
from tests.provider_for_tests import SECRET, Telling

from .conftest import NOW
from .doors import ask, door_of, host, participants, state
from .reading import page, text_of

Book = Callable[..., Booking]
EMBEDDED = "meetings/embed/builtin.html"


def identities() -> list[str]:
    return list(Admission.objects.order_by("pk").values_list("identity", flat=True))


# A guest is the same person tomorrow


def test_guest_comes_in_without_an_account(client: Client, live: RoomSession) -> None:
    answer = ask(client, door_of(live), name="Ana")

    assert answer.templates[0].name == EMBEDDED
    admission = Admission.objects.get()
    assert (admission.name, admission.role, admission.state) == ("Ana", "participant", "admitted")
    assert admission.user is None


def test_guest_who_comes_again_is_the_same_person_under_any_name(
    client: Client, live: RoomSession
) -> None:
    ask(client, door_of(live), name="Ana")
    ask(client, door_of(live), name="Ana Lopez")
    answer = client.post(f"{door_of(live)}enter/")  # the name is remembered

    assert answer.status_code == 200
    assert [each.name for each in Admission.objects.all()] == ["Ana Lopez"]


def test_guest_who_was_told_to_come_again_is_nobody_new_then(
    client: Client, live: RoomSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as moment:
        moment.setattr(JoinLink, "take_use", too_busy)
        turned_away = ask(client, door_of(live), name="Ana")

    answer = ask(client, door_of(live), name="Ana")

    assert (turned_away.status_code, turned_away.headers["Retry-After"]) == (503, "3")
    assert answer.status_code == 200
    assert len(identities()) == 1


def test_database_that_is_out_of_order_is_not_called_busy(
    live: RoomSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JoinLink, "take_use", out_of_order)

    answer = ask(Client(raise_request_exception=False), door_of(live), name="Ana")

    assert answer.status_code == 500


def too_busy(link: JoinLink) -> None:
    raise OperationalError("database is locked")


def out_of_order(link: JoinLink) -> None:
    raise OperationalError("disk I/O error")


def test_two_browsers_are_two_people(live: RoomSession) -> None:
    for _ in range(2):
        ask(Client(), door_of(live), name="Ana")

    assert len(set(identities())) == 2


def test_guest_is_the_same_person_in_another_meeting(
    client: Client, live: RoomSession, room: Room
) -> None:
    RoomSession.objects.update(waiting_room="nobody")
    Room.objects.update(waiting_room="nobody")
    other = open_room(Room.objects.get(pk=room.pk))

    ask(client, door_of(live))
    ask(client, participants(other.room))

    assert len(identities()) == 2
    assert len(set(identities())) == 1


@pytest.mark.parametrize(
    "cookie",
    [
        "nonsense",
        "e30:1:x",
        signing.dumps({"id": "somebody", "name": "Eve"}, salt="another"),
        signing.dumps(["a", "list"], salt=SALT),
    ],
    ids=["nonsense", "unsigned", "signed for something else", "of another shape"],
)
def test_cookie_that_is_not_ours_is_ignored(client: Client, live: RoomSession, cookie: str) -> None:
    client.cookies["guest"] = cookie

    answer = client.get(door_of(live))
    ask(client, door_of(live))

    assert 'value="Eve"' not in page(answer)
    assert identities()[0] != "g:somebody"


def test_cookie_with_one_letter_changed_is_another_person(
    client: Client, live: RoomSession
) -> None:
    ask(client, door_of(live))
    value = client.cookies["guest"].value
    client.cookies["guest"] = ("X" if value[0] != "X" else "Y") + value[1:]

    ask(client, door_of(live))

    assert len(set(identities())) == 2


def test_cookie_of_a_guest_is_out_of_reach_of_scripts_and_other_sites(
    client: Client, live: RoomSession
) -> None:
    cookie = ask(client, door_of(live)).cookies["guest"]

    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_guests_at_browsers_where_a_member_was_are_two_people(
    dana: User, live: RoomSession
) -> None:
    for browser in (signed_in(dana), signed_in(dana)):
        ask(browser, door_of(live), name="Dana")
        browser.logout()
        ask(browser, door_of(live), name="Guest")

    guests = Admission.objects.exclude(identity=f"u:{dana.pk}")
    assert len({guest.identity for guest in guests}) == 2


def test_page_remembers_the_last_few_doors_that_a_guest_waits_at(
    client: Client, book: Book
) -> None:
    tomorrow = [book(f"Part {number}", may_overlap=True) for number in range(10)]

    for booking in tomorrow:
        ask(client, participants(booking))

    ready = ["You will be let in" in text_of(client.get(participants(each))) for each in tomorrow]
    assert ready == [False] * 2 + [True] * 8
    assert len(client.cookies["guest"].value) < 1000


# Names


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ana   Lopez ", "Ana Lopez"),
        ("Ana\nLopez\t\x00!", "Ana Lopez !"),
        ("李\u3000小龙", "李 小龙"),
        ("x" * 500, "x" * 80),
        ("مريم", "مريم"),
        ("\u202etxt.exe\u202c", "txt.exe"),
        ("Zoë 👩🏽‍🚀", "Zoë 👩🏽‍🚀"),
        ("می‌خواهم", "می‌خواهم"),
        ("<b>Bob</b> & 'Co'", "<b>Bob</b> & 'Co'"),
        ("{{ 7|add:7 }}", "{{ 7|add:7 }}"),
    ],
)
def test_name_is_one_readable_line(
    client: Client, live: RoomSession, typed: str, kept: str
) -> None:
    answer = ask(client, door_of(live), name=typed)

    assert answer.status_code == 200
    assert Admission.objects.get().name == kept
    assert "<b>Bob" not in page(answer)
    assert "<b>Bob" not in page(client.get(door_of(live)))


@pytest.mark.parametrize("name", ["", "   ", "\t\n", "\x00\x07", "\u200d\u200c", "\u202e"])
def test_person_without_a_name_is_asked_for_one(
    client: Client, live: RoomSession, name: str
) -> None:
    answer = ask(client, door_of(live), name=name)

    assert "Please say who you are." in text_of(answer)
    assert 'aria-invalid="true"' in page(answer)
    assert not Admission.objects.exists()


def test_member_comes_in_under_the_name_of_their_profile(
    as_colin: Client, colin: User, live: RoomSession
) -> None:
    assert 'value="Colin"' in page(as_colin.get(door_of(live)))

    as_colin.post(f"{door_of(live)}enter/")

    admission = Admission.objects.get()
    assert (admission.name, admission.user) == ("Colin", colin)


# Rights


@pytest.mark.parametrize(
    "extra", ["role=host", "purpose=host&owner=1", "needs_host=false&state=open"]
)
def test_parameters_give_nobody_rights(client: Client, live: RoomSession, extra: str) -> None:
    more = dict(pair.split("=") for pair in extra.split("&"))

    shown = client.get(f"{door_of(live)}?{extra}")
    client.post(f"{door_of(live)}enter/?{extra}", {"name": "Eve", **more})

    assert not shown.context["door"].hosts
    assert Admission.objects.get().role == "participant"


def test_parameters_open_no_door(client: Client, book: Book) -> None:
    booking = book(at=NOW)
    more = {"role": "host", "purpose": "host", "identity": "u:1", "ready": "1"}

    client.post(f"{participants(booking)}enter/", {"name": "Eve", **more})

    assert not RoomSession.objects.exists()


def test_even_the_organizer_is_a_participant_by_the_participants_link(
    as_dana: Client, live: RoomSession
) -> None:
    ask(as_dana, door_of(live))

    assert Admission.objects.get().role == "participant"


def test_participant_who_waits_becomes_host_by_the_hosts_link(
    as_dana: Client, live: RoomSession
) -> None:
    RoomSession.objects.update(waiting_room="everyone")
    ask(as_dana, door_of(live), name="Dana")
    waiting = Admission.objects.get().state

    assert live.booking
    answer = ask(as_dana, host(live.booking), name="Dana")

    admission = Admission.objects.get()
    assert waiting == "waiting"
    assert answer.status_code == 200
    assert (admission.role, admission.state) == ("host", "admitted")


def test_transferable_host_link_hosts_anybody_and_only_as_long_as_it_is_one(
    client: Client, as_dana: Client, book: Book
) -> None:
    booking = book(at=NOW)
    link = booking.links.get(purpose="host")
    as_dana.post(f"/links/{link.pk}/transferable/")

    shown = client.get(host(booking))
    opened = ask(client, host(booking), name="Ana")
    as_dana.post(f"/links/{link.pk}/transferable/")
    later = client.get(host(booking))

    assert state(shown) == "open"
    assert opened.templates[0].name == EMBEDDED
    assert Admission.objects.get().role == "host"
    assert state(later) == "sign_in"
    assert ask(client, host(booking)).status_code == 302


def test_use_of_a_link_is_counted_when_somebody_came_in(client: Client, live: RoomSession) -> None:
    client.get(door_of(live))
    ask(client, door_of(live))
    ask(client, door_of(live))
    ask(Client(), door_of(live))

    assert live.booking
    link = live.booking.links.get(purpose="participant")
    assert (link.uses, link.last_used_at) == (2, NOW)


# The way in


def tickets(text: str) -> list[str]:
    return re.findall(r'"token": "(.+?)"', text)


def test_ticket_is_in_the_answer_to_the_click_and_nowhere_else(
    client: Client, as_dana: Client, live: RoomSession
) -> None:
    assert live.booking
    answer = ask(client, door_of(live))

    (ticket,) = tickets(page(answer))
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "same-origin"
    looked_at = ["/meetings/", f"/meetings/{live.booking.pk}/", host(live.booking), door_of(live)]
    for visitor in (client, as_dana):
        for address in looked_at:
            shown = visitor.get(address)
            assert ticket not in page(shown)
            assert tickets(page(shown)) == []
    assert ticket not in everything_stored()


def test_each_click_gets_a_ticket_of_its_own(client: Client, live: RoomSession) -> None:
    assert tickets(page(ask(client, door_of(live)))) != tickets(page(ask(Client(), door_of(live))))


def test_address_of_a_room_elsewhere_is_in_the_redirect_alone(
    client: Client, as_dana: Client, elsewhere: Telling, book: Book
) -> None:
    booking = book(at=NOW, options={"waiting_room": "nobody"})

    for_host = ask(as_dana, host(booking))
    for_guest = ask(client, participants(booking))

    assert for_host.headers["Location"].endswith(f"?key={SECRET}")
    assert for_guest.headers["Location"].endswith("?key=guest")
    for answer in (for_host, for_guest):
        assert answer.status_code == 302
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer.headers["Cache-Control"]
    for address in ("/meetings/", f"/meetings/{booking.pk}/", host(booking)):
        assert "rooms.example" not in page(as_dana.get(address))
        assert SECRET not in page(as_dana.get(address))
    assert SECRET not in everything_stored()


def everything_stored() -> str:
    """All that the database holds, as it holds it."""
    with connection.cursor() as cursor:
        rows: list[Any] = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += cursor.fetchall()
    return str(rows)


def test_provider_that_fails_at_the_last_step_is_told_at_the_door(
    client: Client, elsewhere: Telling, book: Book
) -> None:
    booking = book(at=NOW, options={"waiting_room": "nobody"})
    open_room(booking.room, booking)
    elsewhere.trouble["join"] = ProviderUnavailable("no answer")

    answer = ask(client, participants(booking))

    assert state(answer) == "trouble"
    assert "rooms.example" not in page(answer)


def test_coming_in_costs_the_same_however_many_are_inside(
    client: Client, live: RoomSession
) -> None:
    RoomSession.objects.update(capacity=None)
    ask(Client(), door_of(live))
    with CaptureQueriesContext(connection) as few:
        ask(Client(), door_of(live))

    for _ in range(20):
        ask(Client(), door_of(live))
    with CaptureQueriesContext(connection) as many:
        ask(Client(), door_of(live))

    assert len(many) == len(few)


def test_link_gives_way_to_the_next_host_when_all_who_wait_are_admitted(
    live: RoomSession,
) -> None:
    RoomSession.objects.update(waiting_room="everyone")
    guests = [Client(), Client(), Client()]
    for guest in guests:
        assert ask(guest, door_of(live)).status_code == 302

    admitted = hosting.admit(live)

    assert admitted == 3
    assert [ask(guest, door_of(live)).status_code for guest in guests] == [200] * 3


def test_cohost_link_works_for_its_owner_alone(
    as_colin: Client, as_dana: Client, colin: User, live: RoomSession
) -> None:
    link = JoinLink.objects.create(booking=live.booking, purpose=Role.COHOST, owner=colin)

    ask(as_colin, link.get_absolute_url())

    assert Admission.objects.get().role == "cohost"
    assert state(as_dana.get(link.get_absolute_url())) == "not_yours"
