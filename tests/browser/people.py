"""What people do at our pages, in their words."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Locator, Page

from tests.views.reading import FormReader

Probe = dict[str, Any]
NewPerson = Callable[..., "Person"]
# A choice among radio buttons or in a list, whichever the form shows.
CHOOSE = """(field, value) => {
  const radio = document.querySelector(`[name="${field.name}"][type=radio][value="${value}"]`);
  if (radio) radio.click(); else field.value = value;
}"""
WITHOUT_DEVICES = '{"mic": false, "camera": false}'


class Person:
    """Somebody at a browser."""

    def __init__(self, name: str, page: Page) -> None:
        self.name = name
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._note)

    def sign_in(self, email: str, password: str) -> None:
        self.page.goto("/account/login/")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").first.fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(re.compile("/meetings/"))

    def plan_meeting(self, title: str, *, waits: str = "guests") -> tuple[str, str]:
        """Send the form and open the meeting's page: the host's and the participants' link."""
        now = datetime.now(UTC)  # the zone of new users
        when = {"date": f"{now:%Y-%m-%d}", "time": f"{now:%H:%M}"}
        form = self._form("/meetings/new/", "title")
        form |= {"title": title, "options-waiting_room": waits, **when}
        answer = self.page.request.post("/meetings/new/", form=form, max_redirects=0)
        self.page.goto(answer.headers["location"])
        host = self.page.locator("#host-link").input_value()
        return host, self.page.locator("#participant-link").input_value()

    def _form(self, address: str, field: str) -> dict[str, str]:
        """What stands in the form there that has this field."""
        reader = FormReader()
        reader.feed(self.page.request.get(address).text())
        form = next(form for form in reader.forms if field in form)
        return {name: value for name, value in form.items() if value is not None}

    def bring_no_devices(self) -> None:
        """Leave camera and microphone off: one machine plays all the people of a story."""
        self.page.add_init_script(f"localStorage['parley.devices'] = {WITHOUT_DEVICES!r}")

    def go_to(self, link: str) -> None:
        self.page.goto(link)

    def join(self, link: str) -> None:
        """Open a link and come in, or knock."""
        self.go_to(link)
        name = self.page.get_by_label("Your name")
        if not name.input_value():
            name.fill(self.name)
        self.page.locator("#state button").click()

    def sees(self, words: str) -> None:
        """Wait for these words to stand on the page, outside of what only screen readers hear."""
        self.page.locator(f":text('{words}'):not([aria-live])").first.wait_for()

    def sees_no_more(self, words: str) -> None:
        self.page.locator(f":text('{words}'):not([aria-live])").first.wait_for(state="hidden")

    def is_in(self) -> None:
        """Wait to be in the room."""
        self.page.locator("[data-room][data-phase=in]").wait_for()

    def press(self, name: str, *, inside: Locator | None = None) -> None:
        (inside or self.page).get_by_role("button", name=name).click()

    def person(self, name: str) -> Locator:
        """Somebody's line in the people panel."""
        return self.page.locator(".person", has=self.page.get_by_text(name, exact=True))

    def open_panel(self, name: str) -> None:
        if self.page.locator("[data-room]").get_attribute("data-panel") != name:
            self.page.locator(f"[data-open-panel={name}]:visible").first.click()

    def ask_about(self, name: str, action: str) -> None:
        """What a host does with one person in the people panel."""
        self.open_panel("people")
        line = self.person(name)
        line.locator("summary").click()
        line.get_by_role("button", name=action, exact=True).click()

    def say(self, words: str) -> None:
        self.open_panel("chat")
        self.page.get_by_label("Message to everyone").fill(words)
        self.page.keyboard.press("Enter")

    def reads(self, words: str) -> None:
        self.page.locator("[data-chat-log]").get_by_text(words).wait_for(state="attached")

    def probe(self) -> Probe:
        """What really arrives here, and what the page believes."""
        found: Probe = self.page.evaluate("window.roomDebug.probe()")
        return found

    def until(self, holds: Callable[[Probe], object], what: str, *, within: float = 20) -> Probe:
        """Wait until the probe shows it."""
        deadline = time.monotonic() + within
        while not holds(probe := self.probe()):
            assert time.monotonic() < deadline, f"{self.name} waited for {what}: {probe}"
            self.page.wait_for_timeout(100)
        return probe

    def becomes(self, expression: str, *, within: float = 20) -> None:
        """Wait until it is true in the page. Playwright would ask by eval, which is forbidden."""
        deadline = time.monotonic() + within
        while not self.page.evaluate(expression):
            assert time.monotonic() < deadline, f"{self.name} waited for {expression}"
            self.page.wait_for_timeout(100)

    def _note(self, message: Any) -> None:
        expected = "WebSocket connection to" in message.text or "ERR_CONNECTION" in message.text
        if message.type == "error" and not expected:
            self.errors.append(message.text)


def media_of(probe: Probe, name: str) -> dict[str, bool]:
    """What of theirs is on, as this page believes."""
    found: dict[str, bool] = next(peer["media"] for peer in probe["roster"] if peer["name"] == name)
    return found


def see_and_hear(*pairs: tuple[Person, str], line: int = 0) -> None:
    """Each first sees the other's picture move, and gets their sound, over the same second."""
    arrived = [
        person.until(
            lambda probe, name=name: _frames(probe, name, line) > 0 and _packets(probe, name) > 0,
            f"picture and sound of {name}",
        )
        for person, name in pairs
    ]
    pairs[0][0].page.wait_for_timeout(1000)
    for (person, name), before in zip(pairs, arrived, strict=True):
        now = person.probe()
        assert _frames(now, name, line) > _frames(before, name, line), f"{name} stands still"
        assert _packets(now, name) > _packets(before, name), f"{name} is silent"
        assert now["peers"][name]["videos"][line]["width"] > 0


def _frames(probe: Probe, name: str, line: int) -> int:
    found: int = probe["peers"].get(name, {"videos": [{"frames": 0}] * 2})["videos"][line]["frames"]
    return found


def _packets(probe: Probe, name: str) -> int:
    found: int = probe["peers"].get(name, {"audio": {"packets": 0}})["audio"]["packets"]
    return found
