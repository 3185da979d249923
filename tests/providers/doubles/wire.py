"""What goes over the wire: a request as it arrived, and what is answered."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    verified: bool  # by the double's own arithmetic

    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass(slots=True)
class Reply:
    """What goes back."""

    content: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "application/json"

    @property
    def body(self) -> bytes:
        if isinstance(self.content, bytes):
            return self.content
        if self.kind == "application/json":
            return json.dumps(self.content).encode()
        return str(self.content).encode()


def post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """What the other side answers to a delivery; 0 when nobody does."""
    request = urllib.request.Request(url, body, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, ""
    except OSError:
        return 0, ""
