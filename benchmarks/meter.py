"""What a request costs: CPU time of batches, the cases in turn, and of each the least."""

import io
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

Call = Callable[[], object]
Answer = tuple[int, dict[str, str], bytes]  # status, headers, body

BROWSER = {
    "HTTP_ACCEPT": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "HTTP_ACCEPT_ENCODING": "gzip, deflate, br",
    "HTTP_ACCEPT_LANGUAGE": "en-GB,en;q=0.7,de;q=0.3",
    "HTTP_HOST": "localhost",
    "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "REMOTE_ADDR": "192.0.2.7",
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "wsgi.url_scheme": "http",
}


@dataclass(frozen=True)
class Browser:
    """Asks the application as a server would, without one."""

    application: WSGIHandler
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, address: str, **headers: str) -> Answer:
        path, _, query = address.partition("?")
        return self._ask(REQUEST_METHOD="GET", PATH_INFO=path, QUERY_STRING=query, **headers)

    def post(
        self, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        form = {"CONTENT_TYPE": "application/x-www-form-urlencoded", **headers}
        told = {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body), **form}
        return self._ask(REQUEST_METHOD="POST", PATH_INFO=path, QUERY_STRING="", **told)

    def _ask(self, **environ: Any) -> Answer:
        seen: list[Any] = []
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        usual = {"wsgi.input": io.BytesIO(), "HTTP_COOKIE": cookies}
        response = self.application(
            {**BROWSER, **usual, **environ}, lambda status, headers: seen.extend((status, headers))
        )
        body = b"".join(response)
        response.close()
        return int(seen[0][:3]), dict(seen[1]), body


def cost(cases: dict[str, Call], *, rounds: int, batch: int = 25) -> dict[str, float]:
    """Microseconds of CPU for one call of each: the least of all batches, taken in turn."""
    least = dict.fromkeys(cases, float("inf"))
    for call in cases.values():
        call()
    for _ in range(rounds):
        for name, call in cases.items():
            began = time.process_time()
            for _ in range(batch):
                call()
            least[name] = min(least[name], (time.process_time() - began) / batch * 1e6)
    return least


def percentile(values: Iterable[float], share: float) -> float:
    """The value that this share of all stays below."""
    ranked = sorted(values)
    return ranked[min(int(len(ranked) * share), len(ranked) - 1)]


def timings(call: Call, number: int) -> list[float]:
    """Seconds of each of so many calls."""
    took = []
    for _ in range(number):
        began = time.perf_counter()
        call()
        took.append(time.perf_counter() - began)
    return took


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL that is run meanwhile."""
    told: list[str] = []

    def listen(execute: Any, sql: str, *rest: Any) -> Any:
        told.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(listen):
        yield told
