"""One meeting held by two server processes, with Redis between them."""

from collections.abc import Callable, Iterator

import pytest

from tests import redis_server

from .people import Person, Probe, see_and_hear
from .server import Server, serving

pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone,
    pytest.mark.looks,
    pytest.mark.enable_socket,
]

NewPerson = Callable[..., Person]
KICK = """name => {
  const { session } = window.roomDebug;
  const { id } = session.state.peers.find((peer) => peer.name === name);
  return session.ask("kick", { id });
}"""
DEFY = "roomDebug.session.media.tracks.mic.enabled = true"


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[redis_server.Redis]:
    if not redis_server.PROGRAM:
        pytest.skip(redis_server.MISSING)
    running = redis_server.Redis(tmp_path_factory.mktemp("redis"))
    yield running
    running.kill()


@pytest.fixture(scope="module")
def server(redis: redis_server.Redis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("parley"), REDIS_URL=redis.url) as server:
        yield server


@pytest.fixture
def second(server: Server) -> Iterator[Server]:
    second = server.another()
    second.start()
    yield second
    second.kill()


def test_people_at_two_servers_hold_one_meeting(
    host: Person, new_person: NewPerson, server: Server, second: Server
) -> None:
    ana, ben = new_person("Ana Lima"), new_person("Ben Okoro")
    ben.bring_no_devices()
    host_link, guest_link = host.plan_meeting("Across")
    over_there = guest_link.replace(server.url, second.url)
    assert over_there != guest_link

    is_let_in_from_the_other_server(host, ana, host_link, over_there)
    comes_in_without_waiting(host, ben, guest_link)
    only_hosts_may_remove(ana, "Ben Okoro")
    is_muted_whatever_her_page_does(host, ana, heard_by=ben)
    ana.press("Share screen")
    see_and_hear((host, "Ana Lima"), line=1)
    assert generations(host) == {"Ana Lima": 0, "Ben Okoro": 0}, "nothing was negotiated anew"
    comes_back_when_her_server_does(second, host, ana)
    is_removed_at_both_servers(host, ben, over_there, seen_by=ana)
    host.press("Leave")
    host.press("End the meeting for everyone")

    ana.page.get_by_role("heading", name="The meeting is over").wait_for()
    assert [host.errors, ana.errors, ben.errors] == [[], [], []]


def test_redis_that_is_restarted_midway_puts_nobody_out(
    host: Person, new_person: NewPerson, redis: redis_server.Redis
) -> None:
    ana = new_person("Ana Lima")
    for person in (host, ana):
        person.bring_no_devices()
    host_link, guest_link = host.plan_meeting("Without news", waits="nobody")
    host.join(host_link)
    host.is_in()
    ana.join(guest_link)
    ana.is_in()
    host.until(lambda probe: len(probe["roster"]) == 2, "Ana")

    redis.kill()
    ana.page.wait_for_timeout(1000)
    redis.start()
    host.say("Are you still there?")
    ana.reads("Are you still there?")
    ana.say("All the time.")
    host.reads("All the time.")

    assert len(host.probe()["roster"]) == 2
    assert [host.errors, ana.errors] == [[], []]


# What they do, in order


def is_let_in_from_the_other_server(host: Person, guest: Person, host_link: str, link: str) -> None:
    host.join(host_link)
    host.is_in()
    guest.join(link)
    host.press("Admit")
    guest.is_in()
    see_and_hear((guest, host.name), (host, guest.name))


def comes_in_without_waiting(host: Person, guest: Person, link: str) -> None:
    host.open_panel("people")
    host.page.locator("[data-flag=waiting_room]").select_option("nobody")
    guest.join(link)
    guest.is_in()


def only_hosts_may_remove(guest: Person, name: str) -> None:
    guest.page.evaluate(KICK, name)
    guest.sees("Only hosts may do that.")


def is_muted_whatever_her_page_does(host: Person, guest: Person, *, heard_by: Person) -> None:
    host.ask_about(guest.name, "Mute")
    guest.sees("A host muted you.")
    guest.page.evaluate(DEFY)
    heard_by.until(lambda probe: not probe["peers"][guest.name]["listening"], "the mute")
    host.ask_about(guest.name, "Allow to speak")


def comes_back_when_her_server_does(second: Server, host: Person, guest: Person) -> None:
    second.kill()
    guest.sees("The connection to the server is lost.")
    second.start()
    guest.sees_no_more("The connection to the server is lost.")
    host.say("Every word.")
    guest.reads("Every word.")
    see_and_hear((host, guest.name), (guest, host.name))


def is_removed_at_both_servers(host: Person, guest: Person, link: str, *, seen_by: Person) -> None:
    host.ask_about(guest.name, "Remove")
    host.press("Remove", inside=host.page.get_by_role("dialog"))
    seen_by.until(lambda probe: guest.name not in probe["peers"], f"{guest.name} to be gone")
    guest.go_to(link)
    guest.sees("A host has removed you from this meeting.")


def generations(person: Person) -> dict[str, int]:
    probe: Probe = person.probe()
    return {name: link["generation"] for name, link in probe["peers"].items()}
