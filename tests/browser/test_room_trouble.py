"""What the built-in room does when something is odd: two tabs, broken links, switches, keys."""

from collections.abc import Callable

import pytest

from .people import Person, Probe, media_of, see_and_hear

pytestmark = [
    pytest.mark.browser,
    pytest.mark.looks,
    pytest.mark.enable_socket,
]

NewPerson = Callable[..., Person]
# A description that no browser can use, as if it had come from the other page.
SPOIL = """name => {
  const { session } = window.roomDebug;
  const { id } = session.state.peers.find((peer) => peer.name === name);
  const broken = { type: "offer", sdp: "v=0 nonsense" };
  const link = session.mesh.link(id);
  return link.receive(link.generation, { d: broken });
}"""
# The browser's rule that nothing is heard before the person has pressed something.
SILENT = """
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  const allowed = this.muted || window.pressed;
  return allowed ? play.call(this) : Promise.reject(new DOMException("", "NotAllowedError"));
};
addEventListener("click", ({ target }) => {
  window.pressed ||= Boolean(target.closest("[data-turn-on-sound]"));
}, true);
"""
PLAYING = "[...document.querySelectorAll('[data-voices] audio')].every((one) => !one.paused)"
NOTHING = {"audio": False, "video": False, "screen": False}
REFUSE_DEVICES = """
navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", "NotAllowedError") };
"""
# What a browser offers to a page that came over http from another machine.
INSECURE = """
Object.defineProperty(Navigator.prototype, "mediaDevices", { value: undefined });
Object.defineProperty(Navigator.prototype, "clipboard", { value: undefined });
Object.defineProperty(Crypto.prototype, "randomUUID", { value: undefined });
Object.defineProperty(window, "isSecureContext", { value: false });
"""


def test_who_is_alone_loses_a_camera_moves_to_another_tab_and_uses_keys(host: Person) -> None:
    host_link, _ = host.plan_meeting("Alone")
    host.join(host_link)
    host.is_in()

    unplugged_camera_gives_way_to_another(host)
    second = meeting_moves_to_the_tab_where_it_is_wanted(host, host_link)
    keys_do_what_they_say_but_not_while_typing(second)

    assert [host.errors, second.errors] == [[], []]


def unplugged_camera_gives_way_to_another(host: Person) -> None:
    host.until(lambda probe: probe["roster"][0]["media"]["video"], "the camera")
    before = host.page.evaluate("roomDebug.session.media.tracks.camera.id")

    host.page.evaluate("roomDebug.session.media.tracks.camera.dispatchEvent(new Event('ended'))")

    host.sees("Your camera was unplugged.")
    host.becomes(f"(roomDebug.session.media.tracks.camera?.id ?? '{before}') !== '{before}'")
    assert host.probe()["roster"][0]["media"]["video"]


def keys_do_what_they_say_but_not_while_typing(host: Person) -> None:
    keys = host.page.keyboard

    keys.press("m")
    host.until(lambda probe: not probe["roster"][0]["media"]["audio"], "the microphone off")
    keys.press("v")
    host.until(lambda probe: not probe["roster"][0]["media"]["video"], "the camera off")
    keys.press("h")
    host.until(lambda probe: probe["roster"][0]["hand"], "the hand")
    keys.press("c")
    host.page.get_by_label("Message to everyone").wait_for()
    keys.type("more hands")
    assert host.page.get_by_label("Message to everyone").input_value() == "more hands"
    assert not host.probe()["roster"][0]["media"]["audio"]
    keys.press("Escape")
    host.page.locator("[data-side]").wait_for(state="hidden")
    host.becomes("!document.activeElement.matches('textarea')")

    keys.press("?")
    host.page.get_by_role("switch", name="Use keyboard shortcuts").uncheck()
    keys.press("Escape")
    keys.press("m")
    host.page.wait_for_timeout(300)
    assert not host.probe()["roster"][0]["media"]["audio"], "switched off, keys do nothing"


def meeting_moves_to_the_tab_where_it_is_wanted(host: Person, host_link: str) -> Person:
    second = Person(host.name, host.page.context.new_page())
    second.join(host_link)
    second.is_in()
    second.press("Move here")

    host.page.get_by_role("heading", name="You are in this meeting somewhere else").wait_for()
    second.until(lambda probe: len(probe["roster"]) == 1, "to be the only page")
    assert host.page.get_by_role("link", name="Use it here").is_visible()
    return second


def test_silent_browser_is_told_to_speak_and_broken_links_are_made_anew(
    host: Person, new_person: NewPerson
) -> None:
    ana = new_person("Ana Lima")
    ana.page.add_init_script(SILENT)
    host_link, guest_link = host.plan_meeting("Broken line", waits="nobody")
    host.join(host_link)
    host.is_in()
    ana.join(guest_link)
    ana.is_in()

    ana.press("Turn on sound")
    ana.sees_no_more("Your browser keeps the meeting silent")
    ana.becomes(PLAYING)
    see_and_hear((ana, host.name))
    links_that_cannot_be_mended_are_made_anew(host, ana)

    see_and_hear((ana, host.name), (host, "Ana Lima"))
    assert [host.errors, ana.errors] == [[], []]


def links_that_cannot_be_mended_are_made_anew(host: Person, ana: Person) -> None:
    for times, (spoiled, other) in enumerate([(ana, host), (host, ana)], start=1):
        spoiled.page.evaluate(SPOIL, other.name)
        for one, another in ((ana, host), (host, ana)):
            one.until(lambda probe, name=another.name, n=times: is_new(probe, name, n), "the link")


def test_who_has_no_camera_and_microphone_or_no_https_can_still_join(
    host: Person, new_person: NewPerson
) -> None:
    eva, kim = new_person("Eva Roth"), new_person("Kim Lee")
    eva.page.add_init_script(REFUSE_DEVICES)
    kim.page.add_init_script(INSECURE)
    host_link, guest_link = host.plan_meeting("Listening in", waits="nobody")
    host.join(host_link)
    host.is_in()

    eva.go_to(guest_link)
    eva.sees("The browser may not use your camera.")
    eva.sees("The browser may not use your microphone.")
    kim.go_to(guest_link)
    kim.sees("Browsers allow camera and microphone only over https.")
    for person in (eva, kim):
        person.join(guest_link)
        person.is_in()

    see_and_hear((eva, host.name), (kim, host.name))
    host.until(lambda probe: media_of(probe, "Eva Roth") == NOTHING, "Eva without devices")
    assert host.page.locator(".tile", has_text="Eva Roth").get_by_text("ER").is_visible()
    kim.say("I can read along.")
    host.reads("I can read along.")
    assert kim.errors == []


def test_hosts_decide_what_participants_may_do(host: Person, new_person: NewPerson) -> None:
    ana = new_person("Ana Lima")
    for person in (host, ana):
        person.bring_no_devices()
    host_link, guest_link = host.plan_meeting("Rules", waits="nobody")
    host.join(host_link)
    host.is_in()
    ana.join(guest_link)
    ana.is_in()
    assert not ana.page.get_by_text("Host controls").is_visible()

    host.open_panel("people")
    host.page.get_by_role("switch", name="Lock the meeting").check()
    host.page.get_by_role("switch", name="Screen sharing").uncheck()
    host.page.get_by_role("switch", name="Chat").uncheck()
    ana.page.locator("[data-locked]").wait_for()
    ana.open_panel("chat")
    ana.page.locator("[data-chat-closed]").wait_for()
    assert not ana.page.get_by_label("Message to everyone").is_visible()
    ana.page.locator("[data-control=screen].control--forced").click(force=True)
    ana.sees("Only hosts may share their screen in this meeting.")

    late = new_person("Lea Winter")
    late.go_to(guest_link)
    late.sees("The host has locked this meeting.")

    host.person("Ana Lima").locator("summary").click()
    host.press("Make co-host")
    ana.sees("You are now a co-host")
    ana.open_panel("people")
    ana.page.get_by_role("switch", name="Lock the meeting").uncheck()
    late.sees("Join now")
    assert [host.errors, ana.errors] == [[], []]


def is_new(probe: Probe, name: str, times: int) -> bool:
    link = probe["peers"][name]
    return bool(link["status"] == "connected" and link["generation"] == times)
