"""What helps browsers find each other: STUN and TURN, and the limits of the built-in room."""

import secrets
import socket
from collections.abc import Iterator
from contextlib import closing

from django.conf import settings

from .finding import Finding, Question, fine, look, wrong

PATIENCE = 10.0  # seconds
FOR_ONE = 2.0
MAGIC = bytes.fromhex("2112a442")
USUAL_PORTS = {"stun": 3478, "turn": 3478, "stuns": 5349, "turns": 5349}
SHORTEST_SECRET = 16


def stun() -> Iterator[Finding]:
    if not settings.ICE_STUN_URLS:
        advice = "Set ICE_STUN_URLS, so that people of different networks find each other."
        yield look("No STUN server is named.", advice)
    for url in settings.ICE_STUN_URLS:
        yield _reached(url, "ICE_STUN_URLS")


def turn() -> Iterator[Finding]:
    if settings.TURN_URLS and not settings.TURN_SECRET:
        yield wrong("TURN_URLS is set and TURN_SECRET is not.", "Set the relay's secret.")
    elif settings.TURN_SECRET and len(settings.TURN_SECRET) < SHORTEST_SECRET:
        yield look(
            f"TURN_SECRET has {len(settings.TURN_SECRET)} characters: who guesses it relays at"
            " your expense.",
            f"Take {SHORTEST_SECRET} or more by chance, here and at the relay.",
        )
    if settings.BUILTIN_ROOM_RELAY_ONLY and not settings.TURN_URLS:
        yield wrong(
            "BUILTIN_ROOM_RELAY_ONLY is on without a relay: nobody hears anybody.",
            "Set TURN_URLS, or switch it off.",
        )
    if not settings.TURN_URLS:
        yield look(
            "No TURN server is named: people behind strict firewalls stay without a picture.",
            "Set TURN_URLS and TURN_SECRET (docs/deploy.md).",
        )
    for url in settings.TURN_URLS:
        yield _reached(url, "TURN_URLS")


def limits() -> Iterator[Finding]:
    if not 300 <= settings.TURN_TTL <= 86_400:
        yield look(
            f"TURN_TTL is {settings.TURN_TTL} seconds.", "An hour is usual; a day is the most."
        )
    if settings.DOOR_REMEMBERED > 0.7:
        yield look("DOOR_REMEMBERED is above 0.7: doors open late.", "Leave it away.")
    if not 5 <= settings.BUILTIN_ROOM_GRACE <= 300:
        yield look(f"BUILTIN_ROOM_GRACE is {settings.BUILTIN_ROOM_GRACE} seconds.", "20 is usual.")
    yield fine(f"{settings.BUILTIN_ROOM_MAX_PEERS} people fit into the built-in room.")


def _reached(url: str, setting: str) -> Finding:
    """Whether a server is there, from its address as browsers read it."""
    try:
        kind, host, port, by_tcp = _place(url)
    except ValueError:
        return wrong(f"{setting} makes no sense at “{url}”.", "Write stun:host:3478 and the like.")
    try:
        there = _takes_connections(host, port) if by_tcp else _answers_stun(host, port)
    except OSError:
        there = False
    if there:
        return fine(f"{kind.upper()} at {host}:{port} answers.")
    return wrong(
        f"{kind.upper()} at {host}:{port} does not answer us.",
        f"Look at {setting}, at the server there, and at the firewall (UDP, too).",
    )


def _place(url: str) -> tuple[str, str, int, bool]:
    kind, _, rest = url.partition(":")
    place, _, query = rest.partition("?")
    bracketed, _, after = place.rpartition("]")
    host, _, port = (bracketed + "]", "", after.removeprefix(":")) if bracketed else _split(place)
    if kind not in USUAL_PORTS or not host:
        raise ValueError(url)
    by_tcp = kind in {"stuns", "turns"} or "transport=tcp" in query
    return kind, host.strip("[]"), int(port or USUAL_PORTS[kind]), by_tcp


def _split(place: str) -> tuple[str, str, str]:
    return place.partition(":")


def _takes_connections(host: str, port: int) -> bool:
    socket.create_connection((host, port), timeout=FOR_ONE).close()
    return True


def _answers_stun(host: str, port: int) -> bool:
    """A binding request (RFC 8489), which STUN and TURN servers both answer."""
    number = secrets.token_bytes(12)
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    with closing(socket.socket(family, kind, protocol)) as asking:
        asking.settimeout(FOR_ONE)
        asking.sendto(b"\x00\x01\x00\x00" + MAGIC + number, address)
        return number in asking.recvfrom(2048)[0][:20]


QUESTIONS = (
    Question("STUN", stun, ("ICE_STUN_URLS",), patience=PATIENCE),
    Question(
        "Relay", turn, ("TURN_URLS", "TURN_SECRET", "BUILTIN_ROOM_RELAY_ONLY"), patience=PATIENCE
    ),
    Question(
        "Built-in room",
        limits,
        (
            "TURN_TTL",
            "BUILTIN_ROOM_MAX_PEERS",
            "BUILTIN_ROOM_GRACE",
            "DOOR_REMEMBERED",
            "RETURN_WITHIN_MINUTES",
        ),
    ),
)
