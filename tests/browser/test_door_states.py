"""Every state of a door, as people meet it: wide and narrow, light and dark, and nothing broken."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from meetings.services.door import DoorState
from tests.providers.doubles import plugnmeet
from tests.providers.doubles.base import cut

from .door_scenes import AT_THE_DOUBLE, PASSCODE
from .looks import listen, look_at
from .people import Person
from .server import Server, serving

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.enable_socket]

ORGANIZER = "hanna11@example.org"
# The scenes, and the cookie of the guest who is known there.
SCENES = f"""
from django.core import signing
from accounts.models import User
from meetings.views.visitors import SALT
from tests.browser import door_scenes as scenes
scenes.make(User.objects.get(email={ORGANIZER!r}))
mine = {{"id": scenes.VISITOR, "who": f"g:{{scenes.VISITOR}}", "name": "Ana"}}
print("COOKIE" + signing.dumps(mine, salt=SALT, compress=True))
"""
ASKS_AGAIN = re.compile(r"/j/too_early/\?seen=")
PASSCODES = 15  # as many as an address has in ten minutes


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Parley, with an account at a provider that takes every call and answers none."""
    with plugnmeet.Double() as double, double.failing(cut):
        account = {f"MEETING_LOST_{key.upper()}": value for key, value in double.account().items()}
        providers = {"MEETING_PROVIDERS": f"builtin=builtin,{AT_THE_DOUBLE}=plugnmeet"}
        with serving(tmp_path_factory.mktemp("parley"), **providers, **account) as server:
            yield server


@pytest.fixture(scope="module")
def visitor(chromium: Browser, server: Server) -> Iterator[BrowserContext]:
    """The browser of a guest who was at some of these doors before."""
    cookie = server.shell(SCENES).split("COOKIE")[1].strip()
    context = chromium.new_context(base_url=server.url)
    context.add_cookies([{"name": "guest", "value": cookie, "url": server.url}])
    yield context
    context.close()


def press(name: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("button", name=name).click()


def say(passcode: str) -> Callable[[Page], None]:
    def fill_in(page: Page) -> None:
        page.get_by_label("Passcode").fill(passcode)
        page.locator("#state button").click()

    return fill_in


def guess_on(page: Page) -> None:
    for _ in range(PASSCODES):
        say("not this")(page)
    page.get_by_text("There were too many wrong passcodes.").wait_for()


def try_the_connection(page: Page) -> None:
    page.locator("[data-prejoin-devices] summary").click()
    press("Test connection")(page)
    page.locator("[data-connection-status]", has_text="directly").wait_for()


# What somebody does at a door before it is looked at.
ACTS: dict[str, Callable[[Page], None]] = {DoorState.TRY_AGAIN: press("Join now")}
# More than states: (door, what somebody does there), the last ones being refused much afterwards.
MORE: dict[str, tuple[str, Callable[[Page], None] | None]] = {
    "knock": ("knock", None),
    "will be let in": ("too_early", press("Let me in when it opens")),
    "connection test": ("open", try_the_connection),
    "revoked link": ("revoked", None),
    "expired link": ("expired", None),
    "used up link": ("used_up", None),
    "passcode": ("passcode", None),
    "locked, with passcode": ("passcode_locked", None),
    "wrong passcode": ("passcode", say("not this")),
    "passcode, and locked": ("passcode_locked", say(PASSCODE)),
    "too many passcodes": ("passcode", guess_on),
    "unknown link": ("nobody-has-this", None),
}


def test_every_state_of_a_door_is_whole(visitor: BrowserContext, host: Person) -> None:
    page = visitor.new_page()
    heard, troubles, seen = listen(page), [], set()

    for state in DoorState:
        here = host.page if state is DoorState.NOT_YOURS else page
        here.goto(f"/j/{state}/")
        ACTS.get(state, arrived)(here)
        seen.add(here.locator("#state").get_attribute("data-state"))
        troubles += look_at(here, f"door-{state}", heard)

    assert troubles == []
    assert seen == set(DoorState)
    assert host.errors == []


@pytest.mark.parametrize("hours", [-2, 2])
def test_clock_of_the_reader_that_is_wrong_misleads_nobody(
    visitor: BrowserContext, chromium: Browser, server: Server, hours: int
) -> None:
    context = chromium.new_context(base_url=server.url)  # a stranger, each time
    page = context.new_page()
    page.clock.install(time=datetime.now(UTC) + timedelta(hours=hours))

    page.goto("/j/too_early/")
    left = page.get_by_role("timer").inner_text()
    page.get_by_label("Your name").fill("Bea")
    with page.expect_response(ASKS_AGAIN) as answer:
        press("Let me in when it opens")(page)

    assert re.fullmatch(r"01:3[0-5]:\d\d", left)
    assert answer.value.status == 204  # who waits goes on asking
    context.close()


def test_whatever_else_is_said_at_a_door_is_whole(visitor: BrowserContext) -> None:
    page = visitor.new_page()
    heard, troubles = listen(page), []

    for name, (door, act) in MORE.items():
        page.goto(f"/j/{door}/")
        (act or arrived)(page)
        troubles += look_at(page, f"door-{name}", heard)

    assert troubles == []


def arrived(page: Page) -> None:
    """Nothing is to be done."""
