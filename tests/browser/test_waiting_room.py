"""Whoever waits sees within three seconds what a host decided, wherever the meeting is held."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Locator, Page

from tests.providers.doubles import plugnmeet, videosdk, xroom

from .people import Person
from .server import Server, serving

pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone,
    pytest.mark.looks,
    pytest.mark.enable_socket,
]

NewPerson = Callable[..., Person]
Inside = Callable[[Page], Locator]
MOST = 3.0  # seconds
DOUBLES = {"plugnmeet": plugnmeet.Double, "videosdk": videosdk.Double, "xroom": xroom.Double}
INSIDE: dict[str, Inside] = {
    "builtin": lambda page: page.locator("[data-room]"),
    "plugnmeet": lambda page: page.locator("#rights"),
    "videosdk": lambda page: page.frame_locator("iframe").get_by_text("is in the meeting"),
    "xroom": lambda page: page.get_by_text("You are in as"),
}
# A meeting that runs at the provider, where everybody waits.
OPEN = """
from django.utils import timezone
from accounts.models import User
from meetings.models import Room
from meetings.services import opening, scheduling
hanna = User.objects.get(email="hanna0@example.org")
for alias in {aliases!r}:
    booking = scheduling.book(hanna, scheduling.MeetingWish(
        title=alias, starts_at=timezone.now(), duration=45, time_zone="UTC", may_overlap=True,
        options={{"provider_alias": alias, "waiting_room": "everyone"}}))
    opening.open_room(booking.room, booking)
    booking.links.filter(purpose="participant").update(token=f"wait-{{alias}}")
    print(f"MEETING {{alias}} /meetings/{{booking.pk}}/")
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Parley with an account at a double of each provider."""
    with ExitStack() as doubles:
        environment = {"MEETING_PROVIDERS": ",".join(f"{name}={name}" for name in INSIDE)}
        for name, double in DOUBLES.items():
            for option, value in doubles.enter_context(double()).account().items():
                environment[f"MEETING_{name.upper()}_{option.upper()}"] = value
        with serving(tmp_path_factory.mktemp("parley"), **environment) as server:
            yield server


@pytest.fixture(scope="module")
def meetings(server: Server) -> dict[str, str]:
    """Their pages, by where they are held."""
    said = server.shell(OPEN.format(aliases=[*INSIDE])).splitlines()
    return dict(line.split()[1:] for line in said if line.startswith("MEETING"))


@pytest.fixture
def organizer(new_person: NewPerson) -> Person:
    return new_person("Hanna Berg", "hanna0@example.org")


@pytest.mark.parametrize("provider", INSIDE)
def test_decision_of_a_host_is_seen_within_three_seconds(
    provider: str, meetings: dict[str, str], organizer: Person, new_person: NewPerson
) -> None:
    ana, ben = new_person("Ana"), new_person("Ben")
    for guest in (ana, ben):
        guest.join(f"/j/wait-{provider}/")
        guest.sees("The host was asked to let you in.")
    organizer.go_to(meetings[provider])

    press_admit(organizer, "Ana")
    took = [seconds_until_told(ana)]
    press_refuse(organizer, "Ben")
    took.append(seconds_until_told(ben))

    ben.sees("The host did not let you in.")
    INSIDE[provider](ana.page).wait_for()
    assert max(took) < MOST, took


def press_admit(host: Person, name: str) -> None:
    host.page.get_by_role("button", name=f"Admit {name}").click()


def press_refuse(host: Person, name: str) -> None:
    host.page.locator(f"summary[aria-label='Refuse {name}']").click()
    host.page.get_by_role("button", name="Refuse", exact=True).click()


def seconds_until_told(guest: Person) -> float:
    """How long their page still says that they wait, from now on."""
    began = time.monotonic()
    guest.page.locator("#state[data-state=waiting]").wait_for(state="detached")
    return time.monotonic() - began
