"""Very many who come at one moment, by real connections to a real server."""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.meter import percentile
from config.server import UVICORN

CSRF = "a" * 32
AGAIN = 1.0  # seconds until a page that waits asks again, a quarter more or less
PATIENCE = 60.0
ROOT = Path(__file__).resolve().parent.parent
GUNICORN = [
    *("-m", "gunicorn", "config.wsgi:application", "--worker-class", "gthread"),
    *("--workers", "2", "--threads", "64", "--backlog", "1000", "--log-level", "error"),
]
Answer = tuple[int, dict[str, str]]


@dataclass
class Herd:
    """How long each took from the first byte to the room, and what went wrong."""

    took: list[float] = field(default_factory=list)
    failed: Counter[int] = field(default_factory=Counter)

    @property
    def p99(self) -> float:
        return percentile(self.took, 0.99) if self.took else float("nan")


@contextmanager
def serving(server: str, port: int, environment: Mapping[str, str]) -> Iterator[float]:
    """The server while it runs; the seconds that it took to its first answer."""
    began = time.monotonic()
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, *_command(server, port)],
        env={**os.environ, **environment},
        cwd=ROOT,
    )
    try:
        while asyncio.run(_try(port, "/healthz")) != 200:
            if process.poll() is not None or time.monotonic() > began + 60:
                raise RuntimeError(f"{server} does not start")
            time.sleep(0.02)
        yield time.monotonic() - began
    finally:
        process.terminate()
        process.wait(20)


def _command(server: str, port: int) -> list[str]:
    if server == "gunicorn":
        return [*GUNICORN, "--bind", f"127.0.0.1:{port}"]
    return [*UVICORN, "--log-level", "error", "--no-access-log", "--port", str(port)]


async def _try(port: int, path: str) -> int:
    try:
        return (await _ask(port, _request("GET", path)))[0]
    except OSError:
        return 0


def herd(port: int, path: str, people: int) -> Herd:
    """So many who ask for a page by GET at one moment."""
    found = Herd()
    asyncio.run(_together(found, [_look(port, path, found) for _ in range(people)]))
    return found


def crowd(port: int, *doors: str, people: int) -> Herd:
    """So many who click at these doors at one moment, and go on until they are in."""
    found = Herd()
    clicks = [_enter(port, door, found) for _ in range(people // len(doors)) for door in doors]
    asyncio.run(_together(found, clicks))
    return found


def beside(port: int, door: str, other: str, people: int) -> Herd:
    """The crowd at a door, while as many stand at another that does not open."""

    async def both() -> Herd:
        found, others = Herd(), Herd()
        waiting = [asyncio.create_task(_enter(port, other, others)) for _ in range(people)]
        await asyncio.sleep(1)
        await asyncio.gather(*[_enter(port, door, found) for _ in range(people)])
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        return found

    return asyncio.run(both())


async def _together(found: Herd, clicks: list[object]) -> None:
    await asyncio.gather(*clicks)  # type: ignore[call-overload]


async def _look(port: int, path: str, found: Herd) -> None:
    began = time.monotonic()
    status, _ = await _ask(port, _request("GET", path))
    if status in {200, 302}:
        found.took.append(time.monotonic() - began)
    else:
        found.failed[status] += 1


async def _enter(port: int, door: str, found: Herd) -> None:
    began, cookies = time.monotonic(), f"csrftoken={CSRF}"
    while time.monotonic() < began + PATIENCE:
        status, headers = await _ask(port, _click(door, cookies))
        if headers.get("location", "").startswith("https://rooms.example/"):
            found.took.append(time.monotonic() - began)
            return
        if status not in {302, 503}:
            found.failed[status] += 1
            return
        if kept := headers.get("set-cookie", ""):
            cookies = f"csrftoken={CSRF}; {kept.partition(';')[0]}"
        await asyncio.sleep(AGAIN * random.uniform(0.75, 1.25))  # noqa: S311
    found.failed[0] += 1


def _click(door: str, cookies: str) -> bytes:
    body = urlencode({"csrfmiddlewaretoken": CSRF, "name": "Ana"}).encode()
    form = "Content-Type: application/x-www-form-urlencoded\r\n"
    return _request("POST", f"{door}enter/", f"{form}Cookie: {cookies}\r\n", body)


def _request(
    method: str, path: str, headers: str = "", body: bytes = b"", *, keep: bool = False
) -> bytes:
    way = "keep-alive" if keep else "close"
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    usual = "Accept: text/html\r\nAccept-Language: en-GB,en;q=0.7\r\n"
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: {way}\r\n"
    return f"{head}{usual}{headers}{length}\r\n".encode() + body


async def _ask(port: int, request: bytes) -> Answer:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        return await _read(reader)
    except (asyncio.IncompleteReadError, ConnectionError):
        return 0, {}
    finally:
        writer.close()


async def _read(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in head[1:] if line)
    headers: dict[str, str] = {}
    for name, _, value in pairs:
        headers.setdefault(name.lower(), value.strip())
    if length := headers.get("content-length"):
        await reader.readexactly(int(length))
    return int(head[0].split()[1]), headers


def rate(port: int, request: bytes, *, seconds: float = 2.0, connections: int = 8) -> float:
    """Requests that are answered in a second, by so many connections that stay."""

    async def one(until: float) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answered = 0
        while time.monotonic() < until:
            writer.write(request)
            status, _ = await _read(reader)
            if status not in {200, 302}:
                raise RuntimeError(f"answered {status}")
            answered += 1
        writer.close()
        return answered

    async def all_of_them() -> int:
        until = time.monotonic() + seconds
        return sum(await asyncio.gather(*[one(until) for _ in range(connections)]))

    return asyncio.run(all_of_them()) / seconds


def look(path: str) -> bytes:
    return _request("GET", path, keep=True)


def click(door: str) -> bytes:
    return _click(door, f"csrftoken={CSRF}").replace(
        b"Connection: close", b"Connection: keep-alive"
    )


def tell(address: str, headers: str) -> bytes:
    return _request("POST", address, headers, b"{}", keep=True)
