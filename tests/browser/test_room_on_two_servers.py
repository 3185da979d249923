"""One meeting held by two server processes, with Redis between them."""

from collections.abc import Callable, Iterator

import pytest

from tests import redis_server

from .conftest import Server
from .people import Person, Probe, see_and_hear

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
    server = Server(tmp_path_factory.mktemp("parley"), REDIS_URL=redis.url)
    server.prepare()
    server.start()
    yield server
    server.kill()


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

    # Somebody knocks there and is let in here
    host.join(host_link)
    host.is_in()
    ana.join(over_there)
    host.press("Admit")
    ana.is_in()
    see_and_hear((ana, host.name), (host, "Ana Lima"))

    # A third comes in without waiting; what hosts do counts at both servers
    host.open_panel("people")
    host.page.locator("[data-flag=waiting_room]").select_option("nobody")
    ben.join(guest_link)
    ben.is_in()
    ana.page.evaluate(KICK, "Ben Okoro")
    ana.sees("Only hosts may do that.")
    host.ask_about("Ana Lima", "Mute")
    ana.sees("A host muted you.")
    ana.page.evaluate(DEFY)
    ben.until(lambda probe: not probe["peers"]["Ana Lima"]["listening"], "Ana's mute")
    host.ask_about("Ana Lima", "Allow to speak")
    ana.press("Share screen")
    see_and_hear((host, "Ana Lima"), line=1)
    assert generations(host) == {"Ana Lima": 0, "Ben Okoro": 0}, "nothing was negotiated anew"

    # Her server restarts: she comes back and hears the rest
    second.kill()
    ana.sees("The connection to the server is lost.")
    second.start()
    ana.sees_no_more("The connection to the server is lost.")
    host.say("Every word.")
    ana.reads("Every word.")
    see_and_hear((host, "Ana Lima"), (ana, host.name))

    # Removed at one server, refused at the other; and over for both
    host.ask_about("Ben Okoro", "Remove")
    host.press("Remove", inside=host.page.get_by_role("dialog"))
    ana.until(lambda probe: "Ben Okoro" not in probe["peers"], "Ben to be gone")
    ben.go_to(over_there)
    ben.sees("A host has removed you from this meeting.")
    host.press("Leave")
    host.press("End the meeting for everyone")
    ana.page.get_by_role("heading", name="The meeting is over").wait_for()
    assert [host.errors, ana.errors, ben.errors] == [[], [], []]


def generations(person: Person) -> dict[str, int]:
    probe: Probe = person.probe()
    return {name: link["generation"] for name, link in probe["peers"].items()}
