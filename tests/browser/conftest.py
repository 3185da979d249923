"""A real server as its own process, a real Chromium, and people who look at its pages."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from .people import Person
from .server import HOST, Server, serving

# Its headless half alone, where it is installed, does the same in three quarters of the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), "/usr/bin/chromium")
# What costs a second in each new window and is seen by nobody: two pages that wait beneath the
# address bar. The last list of features counts, so those that Playwright switches off come along.
SWITCHED_OFF = [
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
]
FLAGS = [
    f"--disable-features={','.join(SWITCHED_OFF)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-loopback-in-peer-connection",
    "--use-fake-device-for-media-stream=fps=5",  # one machine encodes for all
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The site of all who need none with other settings: each test brings a host of its own."""
    with serving(tmp_path_factory.mktemp("parley")) as server:
        yield server


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One for all; its loop then runs beside what tests do with a database of their own."""
    if not Path(CHROMIUM).exists():
        missing = f"Chromium is not installed ({CHROMIUM}): what people see was NOT tested."
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def new_person(chromium: Browser, server: Server) -> Iterator[Callable[..., Person]]:
    """Somebody new at a browser of their own; everybody leaves after the test.

    Whose address is said is signed in already.
    """
    people: list[Person] = []

    def arrive(name: str, email: str = "", **options: object) -> Person:
        context = chromium.new_context(base_url=server.url, **options)
        context.set_default_timeout(30_000)
        # A small picture: one machine plays all the people, and encodes for each of them.
        # Not within a frame of somebody else's: there is no storage there.
        saver = "if (window === top) localStorage['parley.devices'] ??= '{\"saver\": true}'"
        context.add_init_script(saver)
        if email:
            server.knows(context, email)
        people.append(Person(name, context.new_page()))
        return people[-1]

    yield arrive
    for person in people:
        person.page.context.close()


@pytest.fixture
def host(new_person: Callable[..., Person], server: Server) -> Person:
    """An organizer, signed in."""
    return new_person(HOST, next(server.hosts))
