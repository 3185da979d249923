"""A provider may take so long and no longer, however its answer comes."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from meetings.providers.base import Attendee, Check, JoinTicket, RoomRef, RoomSpec
from meetings.providers.errors import OutcomeUnknown, ProviderError, ProviderUnavailable
from meetings.providers.http import HttpOptions, HttpProvider
from meetings.providers.patience import TimedReading
from meetings.providers.time_limit import time_left, time_limit, within_limit

from .dripping import HEAD, Answer, Server, in_body, in_headers, silent


class Provider(HttpProvider[HttpOptions]):
    label = "Plain"
    options_class = HttpOptions

    def init_room(self, ref: RoomRef, spec: RoomSpec) -> RoomRef:
        raise NotImplementedError

    def join(self, ref: RoomRef, attendee: Attendee, *, until: object) -> JoinTicket:
        raise NotImplementedError

    def ping(self) -> list[Check]:
        raise NotImplementedError

    def auth_headers(self, body: bytes) -> dict[str, str]:
        return {}


@pytest.fixture
def server() -> Iterator[Callable[[Answer], Server]]:
    started: list[Server] = []

    def start(answer: Answer) -> Server:
        started.append(Server(answer))
        return started[-1]

    yield start
    for each in started:
        each.stop()


def account(url: str, **options: float) -> Provider:
    return Provider("main", HttpOptions(url=url, **options))


def seconds(call: Callable[[], object], error: type[ProviderError]) -> float:
    """How long it took until the call gave up."""
    began = time.monotonic()
    with pytest.raises(error):
        call()
    return time.monotonic() - began


UNLIMITED = 8  # seconds: nobody's answer ends sooner, and no machine is so busy
EVERY_SLOWNESS = pytest.mark.parametrize(
    "answer", [silent, in_body, in_headers], ids=["silent", "slow body", "slow headers"]
)


@EVERY_SLOWNESS
def test_call_ends_at_the_limit_and_is_not_repeated_after_it(
    server: Callable[[Answer], Server], answer: Answer
) -> None:
    there = server(answer)

    with time_limit(0.5):
        took = seconds(lambda: account(there.url).get("/"), ProviderUnavailable)

    assert 0.4 < took < UNLIMITED
    assert there.calls == 1


@EVERY_SLOWNESS
def test_without_a_limit_the_accounts_own_timeouts_end_it(
    server: Callable[[Answer], Server], answer: Answer
) -> None:
    there = server(answer)
    provider = account(there.url, connect_timeout=0.3, read_timeout=0.4)

    took = seconds(lambda: provider.post("/", {}), OutcomeUnknown)

    assert 0.3 < took < UNLIMITED


def test_after_the_limit_nothing_is_sent(server: Callable[[Answer], Server]) -> None:
    there = server(silent)

    with time_limit(0), pytest.raises(ProviderUnavailable):
        account(there.url).post("/", {})

    assert there.calls == 0


def test_after_the_limit_nothing_is_read_even_if_it_is_there() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(5)
        theirs.sendall(b"late")
        reading = TimedReading(ours.makefile("rb", buffering=0), ours)

        with time_limit(0), pytest.raises(TimeoutError):
            reading.readinto(bytearray(4))

        reading.close()


def test_call_that_may_be_repeated_goes_again_while_there_is_time(
    server: Callable[[Answer], Server],
) -> None:
    there = server(lambda caller: caller.close())

    with time_limit(5), pytest.raises(ProviderUnavailable):
        account(there.url).get("/")

    assert there.calls == 2


def test_answer_that_comes_in_time_is_whole(server: Callable[[Answer], Server]) -> None:
    there = server(lambda caller: caller.sendall(HEAD + b'{"ok":true}'.ljust(400)))

    with time_limit(5):
        answer = account(there.url).get("/")

    assert answer == {"ok": True}


def test_the_nearer_of_two_limits_counts_and_the_outer_is_there_again_afterwards() -> None:
    with time_limit(5):
        with time_limit(60):
            inside = time_left()
        with time_limit(1):
            nearer = time_left()
        outside = time_left()

    assert inside is not None
    assert inside <= 5
    assert nearer is not None
    assert nearer <= 1
    assert outside is not None
    assert 1 < outside <= 5
    assert time_left() is None


def test_limit_of_one_thread_is_not_anothers() -> None:
    found: list[float | None] = []

    with time_limit(5):
        thread = threading.Thread(target=lambda: found.append(time_left()))
        thread.start()
        thread.join()

    assert found == [None]


def test_timeout_is_shortened_by_the_limit_and_is_never_none_of_a_second() -> None:
    with time_limit(2):
        longer, shorter, endless = within_limit(10), within_limit(0.5), within_limit(None)
    with time_limit(0):
        over = within_limit(10)

    assert longer is not None
    assert 1 < longer <= 2
    assert shorter == 0.5
    assert endless is not None
    assert 1 < endless <= 2
    assert over is not None
    assert over > 0
    assert (within_limit(10), within_limit(None)) == (10, None)
