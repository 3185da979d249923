"""What people did and what they were told: each yes is a promise that the audit asks about."""

import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from typing import Any

SENTENCE = re.compile(r"(?s)<h1>(.*?)</h1>.*?<p>(.*?)</p>")


@dataclass
class Page:
    """One fault: what people saw while it lasted, and until all was well again."""

    name: str
    requests: int = 0
    promises: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)  # a 500, or a page that is no sentence of ours
    recovered: float | None = None  # seconds after the fault was over
    note: str = ""


@dataclass(frozen=True)
class Promise:
    """What somebody was told is so. A later one about the same thing replaces it."""

    kind: str
    about: str
    value: str
    page: Page


class Diary:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.pages = [Page("no fault")]
        self.promises: dict[tuple[str, str], Promise] = {}
        self.well_since = 0.0

    @property
    def page(self) -> Page:
        return self.pages[-1]

    def begin(self, name: str) -> Page:
        with self.lock:
            self.pages.append(Page(name))
        return self.page

    def promise(self, kind: str, about: str, value: str = "") -> None:
        with self.lock:
            self.page.promises += 1
            self.promises[kind, about] = Promise(kind, about, value, self.page)

    def saw(self, words: str) -> None:
        with self.lock:
            self.page.seen[words] += 1

    def silence(self) -> None:
        """Nobody answered at one server: whoever stands in front would ask the other one."""
        with self.lock:
            self.page.requests += 1
            self.page.seen["(connection refused or cut)"] += 1
            self.well_since = 0.0

    def answer(self, method: str, path: str, answer: Any) -> None:
        with self.lock:
            self.page.requests += 1
            if answer.status_code < 500:
                self.well_since = self.well_since or time.monotonic()
                return
            self.well_since = 0.0
            words = sentence_of(answer)
            if words is None:
                said = f"{method} {path}: {answer.status_code} {answer.text[:200]!r}"
                self.page.wrong.append(said)
            else:
                self.page.seen[words] += 1


def sentence_of(answer: Any) -> str | None:
    """The words of our page that asks to come again; None when the answer is no such page."""
    if answer.status_code != 503 or not answer.headers.get("Retry-After"):
        return None
    if "HX-Request" in answer.request.headers and not answer.text:
        return "(a page that asks by itself: nothing, it asks again)"
    found = SENTENCE.search(answer.text)
    if not found or "Traceback" in answer.text:
        return None
    return " ".join(unescape(" – ".join(found.groups())).split())
