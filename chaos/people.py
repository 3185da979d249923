"""People: they book, change, call off, hold meetings, answer and wait, by plain HTTP.

Like people, they send a form again when nothing certain came back: it is still the same form.
"""

import itertools
import random
import re
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from chaos.diary import Diary
from chaos.site import DESK, MAIN, Site
from tests.views.reading import FormReader, Values

PATIENCE = 15  # seconds for one answer
TRIES = 40  # as often as somebody sends a form again
STATE = re.compile(r'data-state="(\w+)"')
PAUSE = 0.25  # seconds between two things that one person does


class GaveUp(Exception):
    """It never worked, or was refused."""


class Person(threading.Thread):
    """Somebody with an account, in a browser of their own, until they are told to stop."""

    numbers = itertools.count(1)

    def __init__(self, site: Site, diary: Diary, session_key: str, seed: int) -> None:
        super().__init__(daemon=True)
        self.site, self.diary = site, diary
        self.chance = random.Random(seed)  # noqa: S311  (no secret)
        self.browser = requests.Session()
        self.browser.headers["Accept-Language"] = "en"
        self.browser.cookies.set("sessionid", session_key)
        self.stopped = threading.Event()
        self.meetings: list[tuple[int, str]] = []  # number of the row, and title
        self.day = datetime.now(UTC).date() + timedelta(days=30 + 300 * seed)

    def run(self) -> None:
        ways = [self.book, self.book, self.change, self.call_off, self.hold, self.reply, self.look]
        while not self.stopped.wait(PAUSE):
            try:
                self.chance.choice(ways)()
            except GaveUp as trouble:
                self.diary.page.wrong.append(str(trouble))

    # Asking

    def once(self, method: str, path: str, **told: Any) -> requests.Response | None:
        url = self.chance.choice(self.site.urls) + path
        told = {"timeout": PATIENCE, "allow_redirects": False, **told}
        try:
            answer = self.browser.request(method, url, **told)
        except requests.RequestException:
            self.diary.silence()
            return None
        self.diary.answer(method, path, answer)
        return answer

    def ask(self, method: str, path: str, **told: Any) -> requests.Response:
        """Again and again, until there is an answer that is no pause."""
        for _ in range(TRIES):
            answer = self.once(method, path, **told)
            if answer is not None and answer.status_code < 500:
                return answer
            time.sleep(self.chance.uniform(0.5, 1.5))
        raise GaveUp(f"{method} {path} was never answered")

    def form(self, path: str, field: str, **typed: object) -> Values:
        return filled(self.ask("GET", path), field, **typed)

    def send(self, path: str, form: Values) -> requests.Response:
        token = self.browser.cookies.get("csrftoken") or ""
        return self.ask("POST", path, data=form, headers={"X-CSRFToken": token})

    # What they do

    def book(self) -> None:
        title = f"Meeting {next(self.numbers)}"
        self.day += timedelta(days=1)
        place = self.chance.choice([MAIN, DESK])
        form = self.form(
            "/meetings/new/",
            "title",
            **{"title": title, "date": self.day, "time": "10:00", "options-provider_alias": place},
        )
        number = self._number(self.send("/meetings/new/", form), title)
        self.meetings.append((number, title))
        self.diary.promise("booked", title)
        self._invite(number, title)

    def _invite(self, number: int, title: str) -> None:
        path = f"/meetings/{number}/guests/"
        email = title.lower().replace(" ", "") + "@example.org"
        seen = filled(self.send(path, {"guests": email}), "guests", invite="1")
        if self.send(path, seen).status_code == 302:
            self.diary.promise("invited", email, title)

    def change(self) -> None:
        if not self.meetings:
            return
        number, title = self.chance.choice(self.meetings)
        words = f"Agenda {self.chance.randrange(10**9)}"
        path = f"/meetings/{number}/edit/"
        review = self.send(path, self.form(path, "title", description=words))
        if self.send(path, filled(review, "title", confirm="1")).status_code == 302:
            self.diary.promise("changed", title, words)

    def call_off(self) -> None:
        if len(self.meetings) < 5:
            return
        number, title = self.meetings.pop(0)
        path = f"/meetings/{number}/cancel/"
        if self.send(path, self.form(path, "reason")).status_code == 302:
            self.diary.promise("called off", title)

    def hold(self) -> None:
        """Start a meeting this moment and go in, as the page leads there."""
        form = self.form("/meetings/", "request_key")
        answer = self.send("/meetings/now/", form)
        path = answer.headers.get("Location", "")
        self.diary.promise("begun", form["request_key"])
        for _ in range(10):
            if self._enter(path):
                return
            time.sleep(0.5)

    def _enter(self, path: str) -> bool:
        answer = self.send(f"{path}enter/", {"name": "Host"})
        there = answer.headers.get("Location", "")
        if answer.status_code == 302 and there.startswith(self.site.main.account()["url"]):
            self.diary.promise("let in", path)
            requests.get(there, timeout=PATIENCE)  # their page: they tell us who came
            return True
        if "data-room" in answer.text:  # it is held in the built-in room
            return True
        if found := STATE.search(answer.text):
            self.diary.saw(f"(at the door: {found[1].replace('_', ' ')})")
        return False

    def reply(self) -> None:
        """Answer an invitation at the link of its mail."""
        if not self.site.mails.links:
            return
        link = self.chance.choice(self.site.mails.links)
        path, choice = f"/j/{link}/answer/", self.chance.choice(["accepted", "declined"])
        shown = self.ask("GET", path)
        if 'name="seen"' not in shown.text:  # called off meanwhile
            return
        answer = self.send(path, filled(shown, "seen", choice=choice))
        if answer.status_code == 302:
            self.diary.promise("answered", link, choice)

    def look(self) -> None:
        """The pages that ask by themselves, and one that is read."""
        self.once("GET", "/meetings/waiting/", headers={"HX-Request": "true"})
        self.once("GET", "/meetings/")
        if self.site.mails.links:
            link = self.chance.choice(self.site.mails.links)
            self.once("GET", f"/j/{link}/", headers={"HX-Request": "true"})

    def _number(self, answer: requests.Response, title: str) -> int:
        found = re.search(r"/meetings/(\d+)/", answer.headers.get("Location", ""))
        if not found:
            raise GaveUp(f"“{title}” was not booked: {answer.status_code}")
        return int(found[1])


def filled(answer: requests.Response, field: str, **typed: object) -> Values:
    """What a browser would send from the form that has this field."""
    reader = FormReader()
    reader.feed(answer.text)
    form = next((each for each in reader.forms if field in each), None)
    if form is None:
        raise GaveUp(f"No form with “{field}” at {answer.url}: {answer.status_code}")
    values = {**form, **typed}
    return {name: str(value) for name, value in values.items() if value is not None}
