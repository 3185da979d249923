"""A host's and a participant's way in, held against each other. Tokens are read, never shown."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import jwt

from meetings.providers.base import Attendee, JoinTicket, Role

from .stage import new_key
from .trial import Failed, Partly, Trial

TOKEN = re.compile(r"[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}")
MOMENTS = {"exp", "nbf", "iat", "jti"}
SAME_NAME = "Parley"


def compare(trial: Trial) -> str:
    """The two differ in their rights and in nothing that a participant could use."""
    host, guest = (ticket(trial, role) for role in (Role.HOST, Role.PARTICIPANT))
    both = [" ".join(texts(each)) for each in (host, guest)]
    trial.secrets |= {token for text in both for token in TOKEN.findall(text)}
    check_host_key(trial, both[1])
    check_goal(trial, host)
    claims = [claims_in(text) for text in both]
    check_time(claims[1])
    if both[0] == both[1] or (all(claims) and not rights(*claims)):
        raise Partly("nothing in them tells a host from a participant")
    return "; ".join([*shape_of(trial, host, both), *rights(*claims)])


def ticket(trial: Trial, role: Role) -> JoinTicket:
    """One of two ways in that differ by role alone, but for who it is."""
    until = datetime.now(UTC) + timedelta(minutes=10)
    key = f"{'u' if role.hosts else 'g'}:{new_key()}"
    found = trial.provider.join(
        trial.thing.ref, Attendee(key=key, name=SAME_NAME, role=role), until=until
    )
    if not isinstance(found, JoinTicket):
        raise Failed("joining answered no ticket")
    trial.secrets.add(key)
    return found


def texts(value: object) -> Iterator[str]:
    """Every text in a ticket, however deep in its context."""
    if isinstance(value, str):
        yield unquote(value)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from texts(each)
    elif is_dataclass(value):
        for each in fields(value):
            yield from texts(getattr(value, each.name))


def check_host_key(trial: Trial, guests: str) -> None:
    host_key = trial.thing.ref.host_key
    if host_key and host_key in guests:
        raise Failed("the participant's way in holds the host key")


def check_goal(trial: Trial, host: JoinTicket) -> None:
    """An address leads where the door's page lets people go."""
    allowed = tuple(f"{origin}/" for origin in trial.provider.destinations)
    if host.url and not host.url.startswith(allowed):
        raise Failed("leads where our pages let nobody go: “destinations” does not name it")


def check_time(claims: Mapping[str, Any]) -> None:
    if "exp" in claims and claims["exp"] < datetime.now(UTC).timestamp():
        raise Failed("the participant's token has expired already")


def claims_in(text: str) -> dict[str, Any]:
    """What the tokens in a text say, by path; nothing where none can be read."""
    found: dict[str, Any] = {}
    for token in TOKEN.findall(text):
        try:
            found |= flat(jwt.decode(token, options={"verify_signature": False}))
        except jwt.InvalidTokenError:
            continue
    return found


def flat(claims: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in claims.items():
        found |= (
            flat(value, f"{path}{name}.") if isinstance(value, Mapping) else {path + name: value}
        )
    return found


def rights(host: Mapping[str, Any], guest: Mapping[str, Any]) -> list[str]:
    """Where the claims differ in a yes, a no or a plain word: that is what makes a host."""
    names = sorted((host.keys() | guest.keys()) - MOMENTS)
    pairs = ((name, said(host.get(name)), said(guest.get(name))) for name in names)
    return [
        f"{name}: {one} for hosts, {two} for participants" for name, one, two in pairs if one != two
    ]


def said(value: object) -> str:
    """A claim in short; ids and everything else that is long say nothing here."""
    if isinstance(value, list):
        return "+".join(map(str, value))
    return (
        str(value)
        if isinstance(value, bool) or (isinstance(value, str) and value.isalpha())
        else "–"
    )


def shape_of(trial: Trial, host: JoinTicket, both: list[str]) -> list[str]:
    shape = ["an address at the provider" if host.url else f"our page {host.template}"]
    if (key := trial.thing.ref.host_key) and key in both[0]:
        shape.append("the host key is in the host's alone")
    return shape
