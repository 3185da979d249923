"""What the tests of VideoSDK share."""

from typing import Any

from meetings.providers import videosdk
from tests.providers.doubles.base import Call, Fault, Reply
from tests.providers.doubles.videosdk import API_KEY, SECRET, Double

OPTIONS: dict[str, Any] = {"api_key": API_KEY, "secret": SECRET}
HOOK = "https://parley.example/hooks/main/t0ken/"


def build(double: Double | None = None, **options: Any) -> videosdk.Provider:
    given = {**OPTIONS, "read_timeout": 8.0, **options}
    if double:
        given = {"url": double.url, "embed_url": double.embed_url, **given}
    read = videosdk.Provider.options_class.read(given, alias="main")
    return videosdk.Provider("main", read)


def once(fault: Fault) -> Fault:
    """This goes wrong one time, and then it works."""
    faults = [fault]

    def fail(double: Any, call: Call, reply: Reply) -> Reply | None:
        return faults.pop()(double, call, reply) if faults else reply

    return fail


def saying(content: Any, status: int = 200, kind: str = "application/json") -> Fault:
    return lambda double, call, reply: Reply(content, status=status, kind=kind)


def posts(fault: Fault) -> Fault:
    """Only what changes something goes wrong."""
    return lambda double, call, reply: (
        fault(double, call, reply) if call.method == "POST" else reply
    )
