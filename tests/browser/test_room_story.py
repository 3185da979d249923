"""People meet in the built-in room, through the product's pages, with real pictures and sound."""

from collections.abc import Callable

import pytest

from .people import Person, media_of, see_and_hear
from .server import Server

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

NewPerson = Callable[..., Person]
PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}


def test_a_planned_meeting_is_held_from_the_first_knock_to_the_end(
    host: Person, new_person: NewPerson
) -> None:
    ana, ben = new_person("Ana Lima"), new_person("Ben Okoro", **PHONE)
    host_link, guest_link = host.plan_meeting("Design review")

    host_opens_and_admits_who_knocks(host, ana, host_link, guest_link)
    another_is_sent_away(host, new_person("Eva Roth"), guest_link)
    they_see_hear_and_read_each_other(host, ana)
    third_person_comes_on_a_phone(host, ana, ben, guest_link)
    hand_goes_up_and_the_host_lowers_it(host, ana)
    shared_screen_reaches_everybody(host, ana, ben)
    host_mutes_and_allows_to_speak(host, ana, ben)
    host_removes_somebody_for_good(host, ana, ben, guest_link)
    host_ends_it_for_everybody(host, ana, guest_link)

    assert [host.errors, ana.errors, ben.errors] == [[], [], []]


# What they do, in order


def host_opens_and_admits_who_knocks(
    host: Person, ana: Person, host_link: str, guest_link: str
) -> None:
    host.join(host_link)
    host.is_in()
    ana.join(guest_link)
    host.sees("Ana Lima wants to come in")
    assert host.page.title().startswith("(1) ")
    host.press("Admit")
    ana.is_in()


def another_is_sent_away(host: Person, eva: Person, link: str) -> None:
    eva.join(link)
    host.press("Deny")
    eva.sees("The host did not let you in.")
    assert host.probe()["waiting"] == []


def they_see_hear_and_read_each_other(host: Person, ana: Person) -> None:
    see_and_hear((ana, host.name), (host, "Ana Lima"))
    ana.say("Is this thing on?")
    host.reads("Is this thing on?")
    host.say("<b>Loud</b> and clear: https://example.org/notes.")
    ana.reads("<b>Loud</b> and clear")
    address = ana.page.locator("[data-chat-log] a")
    assert address.get_attribute("href") == "https://example.org/notes"
    assert "noopener" in (address.get_attribute("rel") or "")


def third_person_comes_on_a_phone(host: Person, ana: Person, ben: Person, link: str) -> None:
    ben.join(link)
    host.open_panel("people")
    host.press("Admit Ben Okoro")
    ben.is_in()
    see_and_hear((ben, host.name), (ben, ana.name), (host, "Ben Okoro"))


def hand_goes_up_and_the_host_lowers_it(host: Person, ana: Person) -> None:
    ana.press("Raise hand")
    host.person("Ana Lima").get_by_text("Hand raised").wait_for()
    host.ask_about("Ana Lima", "Lower hand")
    ana.page.locator("[data-control=hand][aria-pressed=false]").wait_for()


def shared_screen_reaches_everybody(host: Person, ana: Person, ben: Person) -> None:
    """Without a new negotiation: its line was there from the start."""
    ana.press("Share screen")
    for viewer in (host, ben):
        viewer.sees("Ana Lima is sharing")
        assert viewer.page.locator(".tile--screen").count() == 1
    see_and_hear((host, "Ana Lima"), (ben, "Ana Lima"), line=1)
    ana.page.locator("[data-control=screen]").click()
    host.page.locator(".tile--screen").wait_for(state="detached")


def host_mutes_and_allows_to_speak(host: Person, ana: Person, ben: Person) -> None:
    """Nobody listens to the muted any more, and their page says why."""
    host.ask_about("Ana Lima", "Mute")
    ana.page.locator("[data-control=mic]", has_text="Muted by host").wait_for()
    ben.until(lambda probe: not probe["peers"]["Ana Lima"]["listening"], "Ana's mute")
    host.ask_about("Ana Lima", "Allow to speak")
    ana.page.locator("[data-control=mic]", has_text="Unmute").click()
    ben.until(lambda probe: probe["peers"]["Ana Lima"]["listening"], "Ana's voice")


def host_removes_somebody_for_good(host: Person, ana: Person, ben: Person, link: str) -> None:
    host.ask_about("Ben Okoro", "Remove")
    host.press("Remove", inside=host.page.get_by_role("dialog"))
    ben.page.get_by_role("heading", name="A host removed you").wait_for()
    ben.go_to(link)
    ben.sees("A host has removed you from this meeting.")
    ana.until(lambda probe: "Ben Okoro" not in probe["peers"], "Ben to be gone")


def host_ends_it_for_everybody(host: Person, ana: Person, link: str) -> None:
    host.press("Leave")
    host.press("End the meeting for everyone")
    for person in (host, ana):
        person.page.get_by_role("heading", name="The meeting is over").wait_for()
    ana.go_to(link)
    ana.sees("This meeting is over.")


# What else happens in rooms


def test_people_keep_talking_while_the_server_is_away_and_a_reload_asks_nothing(
    host: Person, new_person: NewPerson, server: Server
) -> None:
    ana = new_person("Ana Lima")
    host_link, guest_link = host.plan_meeting("Stand-up", waits="nobody")
    host.join(host_link)
    host.is_in()
    ana.join(guest_link)
    ana.is_in()
    see_and_hear((ana, host.name))

    server.kill()
    ana.sees("The connection to the server is lost.")
    ana.say("Can you still hear me?")
    ana.press("Mute")
    see_and_hear((host, "Ana Lima"), (ana, host.name))
    host.until(lambda probe: media_of(probe, "Ana Lima")["audio"] is False, "news past the server")
    server.start()

    host.reads("Can you still hear me?")
    ana.sees_no_more("The connection to the server is lost.")
    host.say("Every word.")
    ana.reads("Every word.")

    ana.page.reload()
    ana.is_in()

    see_and_hear((ana, host.name), (host, "Ana Lima"))
    names = [peer["name"] for peer in host.probe()["roster"]]
    assert sorted(names) == ["Ana Lima", host.name], "the page before the reload is gone at once"
    ana.reads("Every word.")
    assert [host.errors, ana.errors] == [[], []]
