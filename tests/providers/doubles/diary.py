"""What happened at a double, told so that it may be shown: secrets are left out."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

SECRETS = re.compile(
    r"([?&](?:access_token|token|host-key|password)=)[^&#\s]+"  # of people who come in
    r"|(/(?:download|hooks/[^/]+)/)[^/?&#\s]+",  # of files, and of the site's own address
)

LINE = 100  # characters of an address that are shown: one of VideoSDK's holds a thousand


def shortened(text: str) -> str:
    return SECRETS.sub(r"\1\2…", text)


class Kind(StrEnum):
    CALL = "call"  # Parley's
    PERSON = "person"  # a page that somebody looks at
    EVENT = "event"  # the double's, to Parley


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    kind: Kind
    method: str
    path: str
    name: str = ""  # which call or event
    verified: bool = True
    status: int  # 0: there was no answer
    at: str = field(default_factory=lambda: datetime.now().astimezone().strftime("%H:%M:%S"))

    def __str__(self) -> str:
        proof = "verified" if self.verified else "NOT VERIFIED"
        told = {Kind.CALL: f"signature {proof}", Kind.PERSON: "a person", Kind.EVENT: "told"}
        path = self.path if len(self.path) <= LINE else f"{self.path[:LINE]}…"
        asked = f"{self.method:4} {path}"
        name = "" if self.name.rpartition(" ")[2] in self.path else self.name
        return f"{self.at}  {self.status:3}  {told[self.kind]:23} {asked}  {name}".rstrip()


class Diary:
    """The entries so far, in order; `watch` hears of each as it is written."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.watch: Callable[[Entry], None] | None = None

    def write(self, entry: Entry) -> None:
        self.entries.append(entry)
        if self.watch:
            self.watch(entry)

    def write_event(self, name: str, url: str, status: int) -> None:
        path = shortened(url)
        self.write(Entry(kind=Kind.EVENT, method="POST", path=path, name=name, status=status))
