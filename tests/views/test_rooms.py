"""Permanent rooms: making, changing, using and giving them up."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from meetings.models import Booking, JoinLink, Room, RoomSession
from meetings.providers.errors import ProviderUnavailable
from meetings.services import moving, opening, rooms
from tests.provider_for_tests import Telling

from .reading import error_at, form_with, page, text_of

Book = Callable[..., Booking]


def test_first_look_says_what_rooms_are_for(as_dana: Client) -> None:
    assert "No room yet" in text_of(as_dana.get("/rooms/"))


def test_new_room_has_its_options_and_a_link_for_each_role(as_dana: Client, dana: User) -> None:
    form = form_with(
        as_dana.get("/rooms/new/"), "name", name=" Office\thours ", waiting_room="nobody"
    )

    answer = as_dana.post("/rooms/new/", {**form, "needs_host": ""}, follow=True)

    room = Room.objects.get()
    assert "The room “Office hours” is yours." in text_of(answer)
    assert (room.owner, room.waiting_room, room.needs_host) == (dana, "nobody", False)
    assert {each.purpose for each in room.links.all()} == {"host", "cohost", "participant"}
    for link in room.links.all():
        assert f"http://testserver{link.get_absolute_url()}" in page(answer)
    listed = page(as_dana.get("/rooms/"))
    for link in room.links.exclude(purpose="cohost"):
        assert link.get_absolute_url() in listed


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("name", "", "required"),
        ("name", " \n ", "required"),
        ("name", "\u200b\u202e", "Please give the room a name"),
        ("name", "x" * 201, "at most 200"),
        ("name", "\0", "Null characters"),
        ("name", "Caf\ufffd", "did not arrive"),
        ("waiting_room", "some", "not one of the available choices"),
        ("capacity", "1", "greater than or equal to 2"),
        ("capacity", "7", "hold 6 people at most"),
        ("capacity", str(10**30), "hold 6 people at most|less than or equal to"),
        ("doors_open_minutes", "-1", "greater than or equal to 0"),
        ("doors_open_minutes", "1441", "less than or equal to 1440"),
        ("doors_open_minutes", "", "required"),
    ],
)
def test_bad_value_is_named_at_its_field(
    as_dana: Client, field: str, value: str, complaint: str
) -> None:
    typed = {"name": "Office hours", field: value}

    answer = as_dana.post("/rooms/new/", form_with(as_dana.get("/rooms/new/"), "name", **typed))

    assert answer.status_code == 422
    assert re.search(complaint, error_at(answer, field))
    assert not Room.objects.exists()


def test_changed_room_keeps_its_links(as_dana: Client, room: Room) -> None:
    links = set(room.links.values_list("token", flat=True))
    form = form_with(as_dana.get(f"/rooms/{room.pk}/edit/"), "name", name="Open house", capacity=4)

    answer = as_dana.post(f"/rooms/{room.pk}/edit/", form, follow=True)

    room.refresh_from_db()
    assert "Your changes are saved." in text_of(answer)
    assert (room.name, room.capacity) == ("Open house", 4)
    assert set(room.links.values_list("token", flat=True)) == links


# Two tabs


def test_form_that_lay_open_does_not_move_the_room_back(
    as_dana: Client, elsewhere: Telling, dana: User
) -> None:
    room = rooms.create_room(dana, name="Office hours", provider_alias="main")
    address = f"/rooms/{room.pk}/edit/"
    form = form_with(as_dana.get(address), "name", name="Open house")
    Room.objects.update(provider_alias="modest")

    answer = as_dana.post(address, {**form, "confirm": "1"})

    room.refresh_from_db()
    assert answer.status_code == 409
    assert (room.name, room.provider_alias) == ("Office hours", "modest")
    text = text_of(answer)
    assert "This room was changed elsewhere" in text
    assert "Provider Modest Elsewhere" in text.replace(" (main)", "")
    again = form_with(answer, "name")
    assert again["name"] == "Open house"  # nothing that was typed is lost
    as_dana.post(address, {**again, "provider_alias": "modest"})
    room.refresh_from_db()
    assert (room.name, room.provider_alias) == ("Open house", "modest")


def test_second_of_two_tabs_with_the_same_wish_is_told_that_nothing_differs(
    as_dana: Client, room: Room
) -> None:
    address = f"/rooms/{room.pk}/edit/"
    form = form_with(as_dana.get(address), "name", name="Open house")

    as_dana.post(address, form)
    answer = as_dana.post(address, form)

    assert answer.status_code == 409
    assert "Nothing is different." in text_of(answer)


@pytest.mark.parametrize("seen", ["", "0" * 16, "\u2603"])
def test_form_that_does_not_say_what_was_seen_saves_nothing(
    as_dana: Client, room: Room, seen: str
) -> None:
    address = f"/rooms/{room.pk}/edit/"
    form = form_with(as_dana.get(address), "name", name="Open house", seen=seen)

    answer = as_dana.post(address, form)

    room.refresh_from_db()
    assert (answer.status_code, room.name) == (409, "Office hours")


def test_change_at_the_very_moment_of_saving_is_told(
    as_dana: Client, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/rooms/{room.pk}/edit/"
    form = form_with(as_dana.get(address), "name", name="Open house")
    real = moving.save_room

    def save(*args: Any, **kwargs: Any) -> None:
        Room.objects.update(capacity=3)
        real(*args, **kwargs)

    monkeypatch.setattr(moving, "save_room", save)

    answer = as_dana.post(address, form)

    room.refresh_from_db()
    assert (answer.status_code, room.name, room.capacity) == (409, "Office hours", 3)


def test_form_that_lay_open_does_not_bring_back_a_room_that_was_given_up(
    as_dana: Client, room: Room
) -> None:
    address = f"/rooms/{room.pk}/edit/"
    form = form_with(as_dana.get(address), "name", name="Open house")
    room.archive()

    answer = as_dana.post(address, form)

    room.refresh_from_db()
    assert (answer.status_code, room.name, room.is_archived) == (404, "Office hours", True)


def test_room_page_shows_what_comes_and_what_was_held(
    as_dana: Client, room: Room, book: Book
) -> None:
    book("Coming", room=room)
    book("Elsewhere", at=timezone.now() + timedelta(hours=1))
    running = book("Now here", at=timezone.now(), room=room)
    opening.open_room(room, running)

    text = text_of(as_dana.get(f"/rooms/{room.pk}/"))

    assert text.index("Planned here") < text.index("Coming") < text.index("Held here")
    assert "Now here" in text.partition("Held here")[2]
    assert "Elsewhere" not in text
    assert "End for all" in text


def test_room_is_ended_for_everybody(as_dana: Client, room: Room) -> None:
    opening.open_room(room)

    answer = as_dana.post(f"/rooms/{room.pk}/end/", follow=True)
    again = as_dana.post(f"/rooms/{room.pk}/end/", follow=True)

    assert "over for everybody" in text_of(answer)
    assert again.status_code == 200
    assert RoomSession.objects.get().state == "ended"


def test_room_that_is_given_up_ends_and_its_links_say_so(
    as_dana: Client, client: Client, room: Room
) -> None:
    session = opening.open_room(room)
    asked = as_dana.get(f"/rooms/{room.pk}/archive/")

    answer = as_dana.post(f"/rooms/{room.pk}/archive/", follow=True)

    session.refresh_from_db()
    assert "Office hours" in text_of(asked)
    assert session.state == "ended"
    assert "The room “Office hours” is given up." in text_of(answer)
    assert "No room yet" in text_of(answer)
    door = room.links.get(purpose="participant").get_absolute_url()
    assert "This room was given up." in text_of(client.get(door))
    assert "Held here" in text_of(as_dana.get(f"/rooms/{room.pk}/"))


def test_quiet_room_is_given_up(as_dana: Client, room: Room) -> None:
    as_dana.post(f"/rooms/{room.pk}/archive/")

    room.refresh_from_db()
    assert room.is_archived
    assert not room.sessions.exists()


def test_room_with_planned_meetings_is_not_given_up(
    as_dana: Client, room: Room, book: Book
) -> None:
    book(room=room)

    answer = as_dana.post(f"/rooms/{room.pk}/archive/", follow=True)

    assert "Meetings are planned in this room." in text_of(answer)
    room.refresh_from_db()
    assert not room.is_archived


# Host links


def test_host_link_is_made_transferable_and_taken_back(as_dana: Client, room: Room) -> None:
    link = room.links.get(purpose="host")

    given = as_dana.post(f"/links/{link.pk}/transferable/", follow=True)
    link.refresh_from_db()
    while_given = link.transferable
    taken = as_dana.post(f"/links/{link.pk}/transferable/", follow=True)

    assert "Whoever has the host link is host now." in text_of(given)
    assert while_given
    assert "works for you alone" in text_of(taken)
    link.refresh_from_db()
    assert not link.transferable


def test_host_link_of_a_meeting_leads_back_to_its_page(as_dana: Client, book: Book) -> None:
    booking = book()
    link = booking.links.get(purpose="host")

    answer = as_dana.post(f"/links/{link.pk}/transferable/")

    assert answer.headers["Location"] == f"/meetings/{booking.pk}/"


def test_links_of_participants_and_revoked_ones_cannot_be_given_rights(
    as_dana: Client, room: Room
) -> None:
    participants, host = (room.links.get(purpose=each) for each in ("participant", "host"))
    host.revoke()

    for link in (participants, host):
        assert as_dana.post(f"/links/{link.pk}/transferable/").status_code == 404
    assert not JoinLink.objects.filter(transferable=True, purpose="participant").exists()
    assert not JoinLink.objects.filter(transferable=True, purpose="host").exists()
    assert host.token not in page(as_dana.get(f"/rooms/{room.pk}/"))


# Providers


def test_form_offers_only_what_the_chosen_provider_can_do(
    as_dana: Client, elsewhere: Telling
) -> None:
    form = form_with(as_dana.get("/rooms/new/"), "name")

    assert form["provider_alias"] == "main"
    assert not {"chat", "participants_share", "capacity"} & set(form)
    for choice in ("Elsewhere (main)", "Modest"):
        assert choice in text_of(as_dana.get("/rooms/new/"))


def test_switches_that_the_form_did_not_show_are_not_switched_off(
    as_dana: Client, elsewhere: Telling, settings: Settings
) -> None:
    settings.MEETING_PROVIDERS = {**settings.MEETING_PROVIDERS, "here": {"BACKEND": "builtin"}}
    form = form_with(as_dana.get("/rooms/new/"), "name", name="Studio", provider_alias="here")

    as_dana.post("/rooms/new/", form)

    room = Room.objects.get()
    assert (room.provider_alias, room.chat, room.participants_share) == ("here", True, True)
    shown = form_with(as_dana.get(f"/rooms/{room.pk}/edit/"), "name")
    del shown["chat"]
    as_dana.post(f"/rooms/{room.pk}/edit/", shown)
    room.refresh_from_db()
    assert (room.chat, room.participants_share) == (False, True)


def test_options_of_the_built_in_room_are_all_there(as_dana: Client, db: None) -> None:
    answer = as_dana.get("/rooms/new/")

    for name in ("chat", "participants_share", "capacity"):
        assert f'name="{name}"' in page(answer)
    assert "At most 6 here." in text_of(answer)
    assert 'name="provider_alias"' not in page(answer)


def test_provider_that_is_gone_is_named_on_every_page_and_can_be_replaced(
    as_dana: Client, room: Room, book: Book, settings: Settings, elsewhere: Telling
) -> None:
    booking = book(room=room)
    settings.MEETING_PROVIDERS = {"spare": {"BACKEND": "builtin"}}

    for address in (f"/rooms/{room.pk}/", f"/meetings/{booking.pk}/"):
        text = text_of(as_dana.get(address))
        assert "The provider “builtin” is no longer set up here" in text
        assert "“builtin”, which is gone" in text
    form_page = as_dana.get(f"/rooms/{room.pk}/edit/")
    assert "builtin (no longer there)" in text_of(form_page)
    form = form_with(form_page, "name", provider_alias="spare", confirm="1")
    as_dana.post(f"/rooms/{room.pk}/edit/", form)
    assert "no longer set up" not in text_of(as_dana.get(f"/rooms/{room.pk}/"))
    assert "Built-in room" in text_of(as_dana.get(f"/rooms/{room.pk}/"))


def test_organizer_reads_why_the_room_did_not_open(
    as_dana: Client, elsewhere: Telling, dana: User
) -> None:
    room = rooms.create_room(dana, name="Office hours")
    elsewhere.trouble["init_room"] = ProviderUnavailable("no answer", provider="Elsewhere")
    host = room.links.get(purpose="host").get_absolute_url()

    as_dana.post(f"{host}enter/")

    text = text_of(as_dana.get(f"/rooms/{room.pk}/"))
    assert "could not be opened the last time: “main”: no answer" in text
    assert "“modest”: Elsewhere: no answer" in text


def test_room_that_moved_from_a_lost_provider_opens_at_its_new_one(
    as_dana: Client, elsewhere: Telling, settings: Settings, dana: User
) -> None:
    room = rooms.create_room(dana, name="Office hours")
    lost = opening.open_room(room)
    settings.MEETING_PROVIDERS = {"spare": {"BACKEND": "builtin"}}
    Room.objects.update(provider_alias="spare")

    told = text_of(as_dana.get(f"/rooms/{room.pk}/"))
    host = room.links.get(purpose="host").get_absolute_url()
    answer = as_dana.post(f"{host}enter/")

    assert "held at “main”, which is no longer set up here" in told
    assert answer.status_code == 200
    lost.refresh_from_db()
    assert (lost.state, lost.end_reason) == ("ended", "provider")
    assert RoomSession.objects.live().get().alias == "spare"
