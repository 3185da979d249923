"""What every double has: a port, a journal, and switches for what a provider might do."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self

from . import desk
from .diary import Diary, Entry, Kind, shortened
from .people import GONE, Presence
from .wire import Call, Reply

MOMENT = 2.0  # seconds
Fault = Callable[["Double", Call, Reply], Reply | None]  # None: cut the connection


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256  # of a crowd that calls at once, nobody is turned away

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hangs up has heard enough; everything else is told."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Double:
    """A provider's server. Subclasses answer calls; tests set faults and read the journal.

    `answer` has its effect first; a fault then decides what the caller gets to see of it.
    """

    label: ClassVar[str]
    switches: ClassVar[dict[str, Any]] = {}  # name → how it behaves unless told otherwise
    by_hand: ClassVar[dict[str, Any]] = {}  # switches that are set for who tries Parley out

    def __init__(self, *, port: int = 0, **switches: Any) -> None:
        unknown = set(switches) - set(self.switches)
        if unknown:
            raise ValueError(f"No such switch: {', '.join(sorted(unknown))}")
        self.switch = {**self.switches, **switches}
        self.journal: list[Call] = []
        self.diary = Diary()
        self.followed: dict[tuple[str, str], float] = {}  # when a person's page last asked
        self.fault: Fault | None = None
        self.lock = threading.RLock()
        self._server = Server(("127.0.0.1", port), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    # For subclasses

    def verify(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bool:
        """Whether the caller proved who they are."""
        raise NotImplementedError

    def answer(self, call: Call) -> Reply:
        """Do what was asked, and say so."""
        raise NotImplementedError

    def account(self) -> dict[str, str]:
        """The options of an account here."""
        raise NotImplementedError

    def is_for_people(self, path: str) -> bool:
        """Whether this is a page that people look at, rather than a call of a server."""
        return False

    def name_of(self, call: Call) -> str:
        """Which call it is, where its path does not say."""
        return call.path.partition("?")[0]

    def presence(self, room: str, person: str) -> Presence:
        """How it stands with this person."""
        return GONE

    def leaves(self, room: str, person: str) -> None:
        """They are in no longer, if they were."""

    # People's pages

    def follows(self, room: str, person: str) -> Presence:
        self.followed[room, person] = time.monotonic()
        return self.presence(room, person)

    def closes_page(self, room: str, person: str) -> None:
        """They leave, unless the page is back in a moment, as it is when it was loaded again."""
        closed = time.monotonic()

        def leave_unless_back() -> None:
            with self.lock:
                if self.followed.get((room, person), 0) < closed:
                    self.leaves(room, person)

        timer = threading.Timer(MOMENT, leave_unless_back)
        timer.daemon = True
        timer.start()

    # For tests

    def paths(self) -> list[str]:
        return [call.path for call in self.journal]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def serve_forever(self) -> None:
        self._server.serve_forever()

    @contextmanager
    def failing(self, fault: Fault) -> Iterator[None]:
        self.fault = fault
        try:
            yield
        finally:
            self.fault = None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def respond(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                double.handle(self, self.rfile.read(length))

            do_GET = do_POST = do_PUT = do_DELETE = respond  # noqa: N815  (named by the base class)

            def log_message(self, *_: Any) -> None:
                """Quiet: the journal tells all."""

        return Handler

    def handle(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        if request.path.startswith(desk.PREFIX):
            self._send(request, desk.answer(self, request.command, request.path))
            return
        headers = {name.lower(): value for name, value in request.headers.items()}
        with self.lock:
            verified = self.verify(request.command, request.path, headers, body)
            call = Call(request.command, request.path, headers, body, verified)
            self.journal.append(call)
            reply: Reply | None = self.answer(call)
        if self.fault and reply:
            reply = self.fault(self, call, reply)
        self._note(call, reply.status if reply else 0)
        if reply is None:
            request.close_connection = True
            request.connection.close()
            return
        self._send(request, reply)

    def _note(self, call: Call, status: int) -> None:
        kind = Kind.PERSON if self.is_for_people(call.path) else Kind.CALL
        name = self.name_of(call) if kind is Kind.CALL else ""
        path = shortened(call.path)
        about = {"method": call.method, "path": path, "name": name, "verified": call.verified}
        self.diary.write(Entry(kind=kind, status=status, **about))

    def _send(self, request: BaseHTTPRequestHandler, reply: Reply) -> None:
        request.send_response_only(reply.status)
        usual = {"Date": request.date_time_string(), "Content-Type": reply.kind}
        for name, value in {**usual, **reply.headers}.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(reply.body)))
        request.end_headers()
        with suppress(ConnectionError):  # who has heard enough hangs up
            request.wfile.write(reply.body)


# Faults that any provider may have


def cut(double: Double, call: Call, reply: Reply) -> Reply | None:
    """The effect has happened and the answer is lost."""
    return None


def html(double: Double, call: Call, reply: Reply) -> Reply:
    """A proxy's page with status 200."""
    return Reply("<html><h1>Welcome</h1></html>", kind="text/html")


def html_503(double: Double, call: Call, reply: Reply) -> Reply:
    return Reply("<html><h1>Service Unavailable</h1></html>", status=503, kind="text/html")


def huge(double: Double, call: Call, reply: Reply) -> Reply:
    return Reply(b'{"x":"' + b"a" * 50_000_000 + b'"}')


def elsewhere(double: Double, call: Call, reply: Reply) -> Reply:
    """A redirect to another host, as somebody between us might send."""
    return Reply("", status=307, headers={"Location": "http://127.0.0.1:9/stolen"})


def status(code: int) -> Fault:
    """This status with an empty object."""
    return lambda double, call, reply: Reply({}, status=code)


def slow(seconds: float) -> Fault:
    """The answer comes, but late."""

    def wait(double: Double, call: Call, reply: Reply) -> Reply:
        time.sleep(seconds)
        return reply

    return wait
