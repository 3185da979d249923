"""People with Chromium and people with Firefox meet: where Firefox is installed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from .firefox import MISSING, PROGRAM, Firefox
from .people import Person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone,
    pytest.mark.looks,
    pytest.mark.enable_socket,
]

SAVER = "localStorage.setItem('parley.devices', '{\"saver\": true}')"
INSIDE = "document.querySelector('[data-room]')?.dataset.phase === 'in'"
PROBE = "window.roomDebug.probe()"
# What both watchdogs would do at the same moment: ask for a restart of the pair's link.
RESTART = """(() => {
  const { session } = window.roomDebug;
  const [peer] = session.state.peers.filter(({ id }) => id !== session.state.self);
  const link = session.mesh.link(peer.id);
  link.receive(link.generation, { r: 1 });
  session.socket.send({ t: "signal", to: peer.id, g: link.generation, d: { r: 1 } });
})()"""


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Firefox]:
    if PROGRAM is None:
        pytest.skip(MISSING)
    with Firefox(tmp_path) as firefox:
        yield firefox


def test_chromium_and_firefox_see_and_hear_each_other(host: Person, firefox: Firefox) -> None:
    host_link, guest_link = host.plan_meeting("Mixed", waits="nobody")
    host.join(host_link)
    host.is_in()

    firefox.go_to(guest_link)
    firefox.evaluate(SAVER)
    firefox.evaluate("document.querySelector('#name').value = 'Fay Winter'")
    firefox.evaluate("document.querySelector('#enter').requestSubmit()")
    firefox.until(INSIDE)
    both_ways(host, firefox)

    firefox.evaluate(RESTART)
    host.page.evaluate(RESTART)
    both_ways(host, firefox)
    assert host.errors == []


def both_ways(host: Person, firefox: Firefox) -> None:
    """Picture and sound move on, from here on, at both."""
    here = host.probe()["peers"].get("Fay Winter", {"videos": [{"frames": 0}]})
    before = here["videos"][0]["frames"]
    host.until(
        lambda probe: (
            probe["peers"]["Fay Winter"]["videos"][0]["frames"] > before + 5
            and probe["peers"]["Fay Winter"]["audio"]["packets"] > 0
        ),
        "Fay's picture and sound",
        within=40,
    )
    there = f"{PROBE}.then((probe) => probe.peers[{json.dumps(host.name)}])"
    time = firefox.until(there)["videos"][0]["time"]
    firefox.until(
        there,
        lambda peer: peer["videos"][0]["time"] > time + 0.5 and peer["audio"]["packets"] > 0,
    )
