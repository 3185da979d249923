"""The built-in room as people see it: its panels and dialogs, wide and narrow, light and dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from .looks import listen, look_at
from .people import Person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.looks,
    pytest.mark.enable_socket,
]

NewPerson = Callable[..., Person]
LONG = "Bartholomew Featherstonehaugh-Cholmondeley the Younger of the Far Side"
HEBREW = "שרה כהן"
# On the phone, which is looked at last.
IS_CUT_OFF = "(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)(%s)"
PEOPLE = "document.querySelector('.panel__body--people')"


def test_every_panel_and_dialog_of_the_room_is_whole(host: Person, new_person: NewPerson) -> None:
    guests = [new_person(name) for name in (LONG, HEBREW, HEBREW)]
    for person in (host, *guests):
        person.bring_no_devices()
    host_link, guest_link = host.plan_meeting("Room with a view")
    host.join(host_link)
    host.is_in()
    host.open_panel("people")
    for guest in guests[:2]:
        guest.join(guest_link)
        host.press(f"Admit {guest.name}")
        guest.is_in()
    guests[2].join(guest_link)
    host.page.get_by_role("button", name=f"Admit {HEBREW}").wait_for()
    heard, troubles = listen(host.page), []

    for name, act in STATES.items():
        act(host.page)
        troubles += look_at(host.page, f"room-{name}", heard)
        if host.page.evaluate(IS_CUT_OFF % PEOPLE):
            troubles.append(f"room-{name}: the people panel cuts off what is in it")
        host.page.keyboard.press("Escape")

    assert troubles == []


def menu_of_somebody(page: Page) -> None:
    page.keyboard.press("p")
    page.locator(".person", has_text=HEBREW).locator("summary").first.click()


def leaving(page: Page) -> None:
    page.locator("[data-control=leave]").click()
    page.get_by_role("button", name="End the meeting for everyone").wait_for()


def devices(page: Page) -> None:
    page.locator("[popovertarget=more]:visible").click()
    page.locator("[data-open-dialog=devices]").click()


# What is opened, and looked at; Escape closes it.
STATES: dict[str, Callable[[Page], None]] = {
    "knock": lambda page: None,
    "people": lambda page: page.keyboard.press("p"),
    "menu of somebody": menu_of_somebody,
    "chat": lambda page: page.keyboard.press("c"),
    "devices": devices,
    "keys": lambda page: page.keyboard.press("?"),
    "leaving": leaving,
}


def test_pages_of_who_was_put_out_and_of_who_was_there_to_the_end_are_whole(
    host: Person, new_person: NewPerson
) -> None:
    ana, ben = new_person("Ana"), new_person("Ben")
    for person in (host, ana, ben):
        person.bring_no_devices()
    host_link, guest_link = host.plan_meeting("Room that empties", waits="nobody")
    host.join(host_link)
    host.is_in()
    for guest in (ana, ben):
        guest.join(guest_link)
        guest.is_in()
    heard = {person: listen(person.page) for person in (host, ana, ben)}

    host.ask_about("Ana", "Remove")
    host.press("Remove", inside=host.page.get_by_role("dialog"))
    ana.page.get_by_role("heading", name="A host removed you").wait_for()
    troubles = look_at(ana.page, "room-removed", heard[ana])
    host.page.set_viewport_size({"width": 1280, "height": 860})
    leaving(host.page)
    host.press("End the meeting for everyone")
    for person, name in ((ben, "room-ended"), (host, "room-ended-host")):
        person.page.get_by_role("heading", name="The meeting is over").wait_for()
        troubles += look_at(person.page, name, heard[person])

    assert troubles == []
