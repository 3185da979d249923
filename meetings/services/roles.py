"""Who may do what to a session: the one place that says it, for pages and for what they send."""

from enum import StrEnum

from meetings.models import RoomSession
from meetings.providers.base import Role

State = RoomSession.State


class Seat(StrEnum):
    """What somebody is in one meeting."""

    OWNER = "owner"  # whose meeting it is
    HOST = "host"  # by the host’s link, or as the role was handed over to them
    COHOST = "cohost"
    PARTICIPANT = "participant"
    GUEST = "guest"  # somebody at the door


class Action(StrEnum):
    """What is done to a session; as addresses have it."""

    LOOK = "look"  # who is inside, who waits
    ADMIT = "admit"
    REFUSE = "refuse"
    REMOVE = "remove"
    MUTE = "mute"
    LOCK = "lock"
    PASSCODE = "passcode"
    RECORD = "record"
    HAND_OVER = "role"  # make somebody co-host or host
    END = "end"
    MOVE = "move"  # to another provider: its account is used then
    CLOSE = "close"  # what the provider left open


_SHARED = frozenset(
    {
        Action.LOOK,
        Action.ADMIT,
        Action.REFUSE,
        Action.REMOVE,
        Action.MUTE,
        Action.LOCK,
        Action.PASSCODE,
        Action.RECORD,
    }
)
_HOSTS = _SHARED | {Action.HAND_OVER, Action.END}
_RIGHTS = {
    Seat.OWNER: _HOSTS | {Action.MOVE, Action.CLOSE},
    Seat.HOST: _HOSTS,
    Seat.COHOST: _SHARED,
}
_WHEN = {Action.END: {State.OPENING, State.LIVE}, Action.CLOSE: {State.ENDED}}


def may(role: Seat, action: Action, state: str) -> bool:
    """Whether somebody with this role may do this, while the session is in this state."""
    return may_ever(role, action) and state in _WHEN.get(action, {State.LIVE})


def may_ever(role: Seat, action: Action) -> bool:
    """Whether it is theirs to do at all, at the right time."""
    return action in _RIGHTS.get(role, frozenset())


def may_act_on(role: Seat, other: str) -> bool:
    """Whether somebody may remove or mute a person: only a host does so to a host."""
    return role in {Seat.OWNER, Seat.HOST} or other != Role.HOST


def seat_of(role: Role) -> Seat:
    """Of somebody who came by a link, or was given a role."""
    return Seat(role.value)
