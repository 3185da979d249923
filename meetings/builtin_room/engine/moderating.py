"""What hosts do to people in the room."""

from collections.abc import Iterable

from accounts import audit
from meetings.models import RoomPeer, RoomSession
from meetings.providers.base import Role
from meetings.services import hosting

from ..effects import Effect
from ..protocol import Code, Message, RoomRefusal
from ..reading import KINDS, flag, one_of
from . import leaving
from .changing import changing, find_inside, nothing_changed
from .hosting import set_doors
from .taking_part import state_of


def kick(session: RoomSession, actor: RoomPeer, message: Message) -> list[Effect]:
    target = _someone(session, actor, message)
    if target.identity == actor.identity:
        raise RoomRefusal(Code.FORBIDDEN)
    return leaving.remove(session, target.identity, by=actor)


def mute(session: RoomSession, actor: RoomPeer, message: Message) -> list[Effect]:
    """Nobody hears (or sees) them, whatever their page does, until a host lifts it."""
    kind, on = one_of(message, "kind", KINDS), flag(message, "on")
    audit.record(audit.Action.MUTED, session, values={"kind": kind, "on": on})
    return _force(session, _meant(session, actor, message), kind, on=on)


def lower_hand(session: RoomSession, actor: RoomPeer, message: Message) -> list[Effect]:
    effects = []
    for peer in _meant(session, actor, message):
        peer.hand = False
        peer.save(update_fields=["hand"])
        effects.append(state_of(session, peer))
    return effects or nothing_changed()


def give_role(session: RoomSession, actor: RoomPeer, message: Message) -> list[Effect]:
    """Give or take host rights; somebody always keeps them."""
    target = _someone(session, actor, message)
    role = Role(one_of(message, "role", tuple(Role)))
    if role is Role.HOST and actor.role != Role.HOST:
        raise RoomRefusal(Code.FORBIDDEN)
    hosting.give_role(session, target.identity, role)
    effects = _become(session, target.identity, role)
    if not any(peer.hosts for peer in session.peers.inside()):
        raise RoomRefusal(Code.LAST_HOST)
    return effects


def set_role(key: str, identity: str, role: Role) -> list[Effect]:
    """What a host made of this person on a page outside the room."""
    with changing(key) as session:
        return _become(session, identity, role) or nothing_changed()


def _become(session: RoomSession, identity: str, role: Role) -> list[Effect]:
    """All pages of theirs have this role now."""
    pages = list(session.peers.inside().filter(identity=identity))
    for page in pages:
        page.role = role.value
        page.save(update_fields=["role"])
    return [
        Effect(message={"t": "role", "id": page.pid, "role": role.value, "rev": session.rev})
        for page in pages
    ]


def mute_person(key: str, identity: str) -> list[Effect]:
    """As `mute`, for a page outside the room."""
    with changing(key) as session:
        pages = session.peers.inside().filter(identity=identity)
        return _force(session, pages, "audio", on=True)


def remove_person(key: str, identity: str) -> list[Effect]:
    """As `kick`, for a page outside the room."""
    with changing(key) as session:
        return leaving.remove(session, identity)


def set_lock(key: str, *, locked: bool) -> list[Effect]:
    """As `lock` and `unlock`, for a page outside the room."""
    with changing(key) as session:
        return set_doors(session, locked=locked)


def _someone(session: RoomSession, actor: RoomPeer, message: Message) -> RoomPeer:
    """The person meant; only a host acts on a host."""
    target = find_inside(session, message.get("id"))
    if target.role == Role.HOST and actor.role != Role.HOST:
        raise RoomRefusal(Code.FORBIDDEN)
    return target


def _meant(session: RoomSession, actor: RoomPeer, message: Message) -> list[RoomPeer]:
    """All pages of the person meant, or of everyone without host rights."""
    inside = session.peers.inside()
    if message.get("id") == "all":
        return [peer for peer in inside if not peer.hosts]
    return list(inside.filter(identity=_someone(session, actor, message).identity))


def _force(session: RoomSession, peers: Iterable[RoomPeer], kind: str, *, on: bool) -> list[Effect]:
    effects = []
    for peer in peers:
        peer.forced = {**peer.forced, kind: on}
        if on:
            peer.media = {**peer.media, kind: False}
        peer.save(update_fields=["forced", "media"])
        effects.append(state_of(session, peer))
    return effects or nothing_changed()
