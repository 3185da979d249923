"""People who meet through a relay: a real coturn, where it is installed."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .people import Person
from .server import Server, answers, free_port, serving, until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone,
    pytest.mark.looks,
    pytest.mark.enable_socket,
]

NewPerson = Callable[..., Person]
COTURN = shutil.which("turnserver")
SECRET = "north"
# How our end of the path to somebody was found
PATH = """async (name) => {
  const { session } = window.roomDebug;
  const { id } = session.state.peers.find((peer) => peer.name === name);
  const stats = await session.mesh.link(id).stats();
  const [transport] = [...stats.values()].filter(({ type }) => type === "transport");
  const pair = stats.get(transport.selectedCandidatePairId);
  return stats.get(pair.localCandidateId).candidateType;
}"""
# As the server sends it at 80 % of a password's time
RENEW = """name => {
  const { session } = window.roomDebug;
  const { id } = session.state.peers.find((peer) => peer.name === name);
  const link = session.mesh.link(id);
  const [relay] = link.config.iceServers;
  session.socket.on.message({ t: "ice", ice: [{ ...relay, username: "renewed" }] });
  return [link.config.iceServers[0].username, link.config.iceTransportPolicy];
}"""


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a relay that knows our secret."""
    if COTURN is None:
        pytest.skip("turnserver (coturn) is not installed: meeting through a relay was NOT tested.")
    directory = tmp_path_factory.mktemp("coturn")
    port = free_port()
    process = subprocess.Popen([COTURN, *_options(directory, port)], stdout=subprocess.DEVNULL)
    until(lambda: answers(port), "coturn to answer")
    yield f"turn:127.0.0.1:{port}?transport=udp"
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def server(relay: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    known = {"TURN_URLS": relay, "TURN_SECRET": SECRET, "BUILTIN_ROOM_RELAY_ONLY": "true"}
    with serving(tmp_path_factory.mktemp("parley"), **known) as server:
        yield server


def test_people_meet_through_the_relay_and_their_passwords_are_renewed(
    host: Person, new_person: NewPerson
) -> None:
    ana = new_person("Ana Lima")
    for person in (host, ana):
        person.bring_no_devices()
    host_link, guest_link = host.plan_meeting("Behind walls", waits="nobody")

    ana.go_to(guest_link)
    try_connection(ana, "You can reach others through the relay.")
    host.join(host_link)
    host.is_in()
    ana.join(guest_link)
    ana.is_in()
    ana.until(lambda probe: probe["peers"][host.name]["status"] == "connected", "the relay")

    assert ana.page.evaluate(PATH, host.name) == "relay"
    assert ana.page.evaluate(RENEW, host.name) == ["renewed", "relay"]
    assert [host.errors, ana.errors] == [[], []]


def test_relay_that_does_not_know_our_secret_is_told_of_before_joining(
    host: Person, server: Server
) -> None:
    _, link = host.plan_meeting("No way through")
    mistaken = server.another(TURN_SECRET="south", BUILTIN_ROOM_RELAY_ONLY="false")
    mistaken.start()

    host.go_to(link.replace(server.url, mistaken.url))
    try_connection(host, "You can reach others directly. The relay refuses this site.")

    mistaken.kill()


def try_connection(person: Person, outcome: str) -> None:
    person.page.get_by_text("Camera, microphone, speaker").click()
    person.press("Test connection")
    person.page.locator("[data-connection-status]").get_by_text(re.compile(outcome)).wait_for()


def _options(directory: Path, port: int) -> list[str]:
    here = "127.0.0.1"
    return [
        "-n",
        "--use-auth-secret",
        f"--static-auth-secret={SECRET}",
        "--realm=parley",
        f"--listening-ip={here}",
        f"--relay-ip={here}",
        f"--listening-port={port}",
        "--allow-loopback-peers",
        "--no-cli",
        "--no-tls",
        "--no-dtls",
        f"--pidfile={directory / 'pid'}",
        f"--userdb={directory / 'users'}",
        "--log-file=stdout",
    ]
