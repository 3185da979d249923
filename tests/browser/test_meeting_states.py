"""Pages about what is left of a meeting, or what its host is asked, as they look."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from .door_scenes import LONG, PASSCODE
from .looks import listen, look_at, visit_all
from .meeting_scenes import SHELF
from .people import Person
from .server import PASSWORD, Server, serving

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.enable_socket]

ORGANIZER = "hanna11@example.org"
FILES = "https://files.example"
SCENES = f"""
import json
import re
from accounts.models import User
from tests.browser import meeting_scenes as scenes
print("PAGES" + json.dumps(scenes.make(User.objects.get(email={ORGANIZER!r}))))
"""
MINE = {"room-archive", "room-archive-empty", "room-recordings", "recording-form", "past-meeting"}
Act = Callable[[Page], None]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Parley, with an account that keeps recordings."""
    account = {
        "MEETING_PROVIDERS": f"builtin=builtin,{SHELF}=tests.browser.shelf.Provider",
        f"MEETING_{SHELF.upper()}_URL": FILES,
    }
    with serving(tmp_path_factory.mktemp("parley"), **account) as server:
        yield server


@pytest.fixture(scope="module")
def pages(server: Server) -> dict[str, str]:
    """Where each page is, by name."""
    found: dict[str, str] = json.loads(server.shell(SCENES).split("PAGES")[1])
    return found


@pytest.fixture
def guest(chromium: Browser, server: Server) -> Iterator[BrowserContext]:
    """The browser of somebody whom the page does not know; files from elsewhere never come."""
    context = chromium.new_context(base_url=server.url)
    keep_files_away(context)
    yield context
    context.close()


@pytest.fixture
def organizer(new_person: Callable[..., Person]) -> Person:
    person = new_person("Hanna Berg", ORGANIZER)
    keep_files_away(person.page.context)
    return person


def keep_files_away(context: BrowserContext) -> None:
    context.route(f"{FILES}/**", lambda route: route.fulfill(status=204))


def press(name: str) -> Act:
    return lambda page: page.get_by_role("main").get_by_role("button", name=name).first.click()


def test_link_in_the_mail_about_who_waits_is_whole(
    guest: BrowserContext, pages: dict[str, str]
) -> None:
    gates = {name: path for name, path in pages.items() if name.startswith("admit-")}

    troubles = visit_all(guest, gates, {})
    page = guest.pages[0]
    page.goto(pages["admit-one"])
    press("Let them in")(page)
    page.get_by_text("Ana Lima is let in.").wait_for()
    troubles += look_at(page, "admit-done", [])

    assert len(gates) == 11
    assert troubles == []


def say(passcode: str) -> Act:
    def fill_in(page: Page) -> None:
        page.get_by_label("Passcode").fill(passcode)
        press("Watch or download")(page)

    return fill_in


def watch(title: str) -> Act:
    """Press the button of this recording."""
    return lambda page: (
        page.get_by_role("listitem").filter(has_text=title).locator("button").click()
    )


# At whose door, what is done there, and the words that then stand on the page
AT_THE_DOOR: dict[str, tuple[str, Act | None, str]] = {
    "recordings": ("door-recordings", None, "Part one"),
    "recording that opens": ("door-recordings", watch("Part one"), "The recording opens"),
    "recording that is silent": ("door-recordings", watch(LONG), "cannot be had now"),
    "recordings with a passcode": ("door-recordings-passcode", None, "Passcode"),
    "wrong passcode for it": ("door-recordings-passcode", say("x"), "This is not the passcode."),
    "right passcode for it": ("door-recordings-passcode", say(PASSCODE), "The recording opens"),
}


def test_recordings_at_the_door_are_whole(guest: BrowserContext, pages: dict[str, str]) -> None:
    page = guest.new_page()
    heard, troubles = listen(page, 503), []

    for name, (door, act, words) in AT_THE_DOOR.items():
        page.goto(pages[door])
        if act:
            act(page)
        page.get_by_text(words).first.wait_for()
        troubles += look_at(page, name, heard)

    assert troubles == []


def test_pages_about_what_is_left_of_a_meeting_are_whole(
    organizer: Person, pages: dict[str, str]
) -> None:
    mine = {name: pages[name] for name in pages if name in MINE or name.startswith("attendance")}

    assert visit_all(organizer.page.context, mine, {}) == []


def test_questions_about_recordings_are_whole(organizer: Person, pages: dict[str, str]) -> None:
    page = organizer.page
    heard = listen(page)

    page.goto(pages["recording-form"])
    page.get_by_label("until the end of this day:").check()
    press("Save")(page)
    page.get_by_text("Please say which day.").first.wait_for()
    assert page.get_by_role("alert").count() == 1  # what is wrong is said once
    troubles = look_at(page, "recording-form-refused", heard)

    page.goto(pages["recordings-stay"])
    page.locator("summary", has_text="More").click()
    press("Remove from lists")(page)
    page.get_by_text("The provider keeps 1 recording of it.").wait_for()
    troubles += look_at(page, "recordings-stay", heard)

    assert troubles == []


def test_page_that_leads_to_a_recording_is_whole_and_lets_its_organizer_sign_out(
    new_person: Callable[..., Person], pages: dict[str, str]
) -> None:
    organizer = new_person("Hanna Berg")
    organizer.sign_in(ORGANIZER, PASSWORD)  # a session of its own: it ends here
    keep_files_away(organizer.page.context)
    page = organizer.page
    heard = listen(page)

    page.goto(pages["recordings-stay"])
    press("Watch or download")(page)
    page.get_by_text("The recording opens").wait_for()
    troubles = look_at(page, "recording-opens-mine", heard)
    page.set_viewport_size({"width": 1280, "height": 860})
    page.get_by_role("button", name="Sign out").click()

    page.wait_for_url(re.compile(r":\d+/$"))
    assert troubles == []
