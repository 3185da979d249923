"""What the stories at providers share: Parley and its worker, a double run by hand, the people."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from playwright.sync_api import Locator, Page, expect

from .people import CHOOSE, Person
from .server import BASE, Server, free_port, serving, until

Inside = Callable[[Page], Locator]  # what shows, on a page, that somebody is in

ALIAS = "double"
LOOK = re.compile(r"^GET |/(list|get|fetch|isRoomActive)$")
SOON = 15_000  # milliseconds: pages follow within a few seconds, and a busy machine is slower


class DoubleByHand:
    """A provider's double, run by the command that people use."""

    def __init__(self, name: str, directory: Path) -> None:
        self.name, self.port = name, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = directory / "double.log"
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment |= {"DEBUG": "true", "DATA_DIR": str(directory)}
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "provider_double", name, "--port", str(self.port)],
                cwd=BASE,
                env=environment,
                stdout=output,
                stderr=output,
            )

    def listens(self) -> bool:
        assert self.process.poll() is None, self.said
        return "Ctrl-C ends it" in self.said

    @property
    def said(self) -> str:
        return self.output.read_text()

    @property
    def account(self) -> dict[str, str]:
        """What the operator is told to type into the admin."""
        told = re.findall(r"^  MEETING_DOUBLE_(\w+)=(.*)$", self.said, re.MULTILINE)
        return {name.lower(): value for name, value in told}

    def entries(self, kind: str = "call") -> list[dict[str, Any]]:
        with urlopen(f"{self.url}/double/journal", timeout=5) as answer:
            entries: list[dict[str, Any]] = json.loads(answer.read())["entries"]
        return [entry for entry in entries if entry["kind"] == kind]

    def calls(self) -> list[str]:
        """The calls of Parley so far, by name and in order."""
        return [entry["name"] for entry in self.entries()]

    def changes(self, *, since: list[str]) -> list[str]:
        """The calls after these that had an effect."""
        return [name for name in self.calls()[len(since) :] if not LOOK.search(name)]

    def looks(self, *, since: list[str]) -> set[str]:
        """The calls after these that only asked, in whichever order and number."""
        return set(self.calls()[len(since) :]) - set(self.changes(since=since))

    def unproven(self) -> list[dict[str, Any]]:
        """Calls whose signature was not right."""
        return [entry for entry in self.entries() if not entry["verified"]]

    def events(self) -> list[tuple[str, int]]:
        """What it told Parley, and how Parley answered."""
        return [(entry["name"], entry["status"]) for entry in self.entries("event")]

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(10)


@contextmanager
def double_by_hand(name: str, directory: Path) -> Iterator[DoubleByHand]:
    double = DoubleByHand(name, directory)
    try:
        until(double.listens, "the double", within=60)
        yield double
    finally:
        code = double.end()
    assert code == 0


@contextmanager
def site(directory: Path) -> Iterator[Server]:
    """Parley with its worker; accounts from the admin may be on this machine.

    The worker does what it is asked and nothing by the clock, so that the journal of a double holds
    the calls of the story alone.
    """
    with serving(directory, ALLOW_PRIVATE_PROVIDERS="true") as server:
        log = directory / "worker.log"
        worker = server.run("manage.py", "run_huey", "--no-periodic", log=log)
        yield server
        worker.send_signal(signal.SIGINT)
        worker.wait(20)


def a_minute_passes(server: Server) -> None:
    """What the worker does by the clock for what providers tell."""
    server.shell("from meetings import tasks; tasks.hear_providers()")


# The operator


def add_account(operator: Person, double: DoubleByHand) -> None:
    """Type in the account as the double says."""
    page = operator.page
    page.goto("/admin/meetings/provideraccount/add/")
    page.locator(f"a[href='?backend={double.name}']").click()
    page.locator("[name=alias]").fill(ALIAS)
    page.locator("summary", has_text="More").click()
    for option, value in double.account.items():
        page.locator(f"[name=option_{option}]").fill(value)
    keep(page, f"{double.name}-1-account")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(r"/provideraccount/$"))


def passes(operator: Person, double: DoubleByHand) -> list[str]:
    """What the Test button says of each capability."""
    page = operator.page
    page.goto("/admin/meetings/room/providers/")
    account = page.locator(".account", has=page.locator(f"input[value={ALIAS}]"))
    account.get_by_role("button", name="Test").click()
    checks = account.locator(".account__checks tr")
    checks.first.wait_for()
    keep(page, f"{double.name}-2-test")
    return [" ".join(each.split()) for each in checks.all_inner_texts()]


# The organizer


def plan(host: Person, title: str, start: datetime, *, waits: str = "nobody") -> str:
    """Plan a meeting at the double: the address of its page."""
    page = host.page
    page.goto("/meetings/new/")
    page.get_by_label("Title").fill(title)
    fill_start(page, start)
    page.get_by_text("Who comes in, and what they may do").click()
    page.get_by_label("Provider").select_option(ALIAS)
    page.locator("[name$=waiting_room]").first.evaluate(CHOOSE, waits)
    page.get_by_role("button", name="Plan meeting").click()
    page.wait_for_url(re.compile(r"/meetings/\d+/$"))
    return page.url


def move(host: Person, meeting: str, start: datetime) -> None:
    """Change when it begins."""
    page = host.page
    page.goto(f"{meeting}edit/")
    fill_start(page, start)
    host.press("Review changes")
    host.press("Save changes")
    page.wait_for_url(meeting)


def cancel(host: Person, meeting: str) -> None:
    host.page.goto(f"{meeting}cancel/")
    host.press("Cancel meeting")
    host.page.wait_for_url(meeting)
    host.sees("This meeting is cancelled.")


def fill_start(page: Page, start: datetime) -> None:
    page.get_by_label("Date", exact=True).fill(f"{start:%Y-%m-%d}")
    page.get_by_label("Start", exact=True).fill(f"{start:%H:%M}")


def end_for_all(host: Person, meeting: str) -> None:
    """Press it on the meeting's page, and once more to say yes."""
    host.page.goto(meeting)
    host.page.locator("summary", has_text="End for all").click()
    host.page.locator(".menu__question button", has_text="End for all").click()


def links_of(host: Person, meeting: str) -> tuple[str, str]:
    """The host's and the participants' link."""
    host.page.goto(meeting)
    link = host.page.locator("#host-link").input_value()
    return link, host.page.locator("#participant-link").input_value()


# Coming in


def comes_in_as_host(host: Person, link: str, inside: Inside) -> Page:
    """In a tab of its own, beside the meeting's page."""
    tab = host.page.context.new_page()
    tab.goto(link)
    tab.get_by_role("button", name="Start meeting").click()
    inside(tab).wait_for()
    return tab


def let_in_at_the_door(host: Person, guest: Person, link: str, inside: Inside) -> None:
    """The guest knocks; the host answers on the meeting's page; the guest's page follows."""
    guest.join(link)
    guest.sees("The host was asked to let you in.")
    host.page.get_by_role("button", name=f"Admit {guest.name}").click(timeout=10_000)
    inside(guest.page).wait_for(timeout=SOON)


# What people see


def roster(person: Person) -> Locator:
    """The people on the meeting's page."""
    return person.page.locator("#live .live__person")


def is_inside(host: Person, name: str) -> None:
    """Wait until the meeting's page, left to itself, shows this person inside."""
    line = roster(host).filter(has_text=name).filter(has_text="inside since")
    expect(line).to_have_count(1, timeout=10_000)


def is_gone(host: Person, name: str) -> None:
    expect(roster(host).filter(has_text=name)).to_have_count(0, timeout=10_000)


def now() -> datetime:
    """This minute, in the zone of new users."""
    return datetime.now(UTC).replace(second=0, microsecond=0)


def tomorrow() -> datetime:
    return now() + timedelta(days=1)


def keep(page: Page, name: str) -> None:
    """A picture, where `SCREENSHOTS` names a folder for it."""
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
