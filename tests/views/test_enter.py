"""Coming in: who somebody is, tomorrow and elsewhere, and their name."""

from collections.abc import Callable

import pytest
from django.core import signing
from django.db import OperationalError
from django.test import Client

from accounts.models import User
from meetings.models import Admission, Booking, JoinLink, Room, RoomSession
from meetings.services.opening import open_room
from meetings.views.visitors import SALT
from tests.conftest import signed_in

from .doors import ask, door_of, participants
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


def test_person_without_a_name_is_asked_for_one(client: Client, live: RoomSession) -> None:
    for name in ("", "   ", "\t\n", "\x00\x07", "\u200d\u200c", "\u202e"):
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
