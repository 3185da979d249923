"""What pages ask for once they are inside: each on its own authority, read from the database."""

from collections.abc import Callable, Mapping

from accounts import audit
from meetings.models import RoomPeer, RoomSession
from meetings.services.transactions import saving

from ..effects import Effect
from ..people import doer_of
from ..protocol import Code, Message, RoomRefusal
from . import hosting, moderating, taking_part
from .changing import changing, find_inside, require_live

Handler = Callable[[RoomSession, RoomPeer, Message], list[Effect]]

FOR_ALL: Mapping[str, Handler] = {
    "state": taking_part.set_state,
    "chat": taking_part.say,
    "leave": taking_part.leave,
    "take_over": taking_part.take_over,
}
FOR_HOSTS: Mapping[str, Handler] = {
    "admit": hosting.admit,
    "deny": hosting.deny,
    "lock": hosting.lock,
    "unlock": hosting.unlock,
    "waiting_room": hosting.set_waiting_room,
    "chat_open": hosting.open_chat,
    "share_open": hosting.open_sharing,
    "end": hosting.end,
    "kick": moderating.kick,
    "mute": moderating.mute,
    "lower_hand": moderating.lower_hand,
    "role": moderating.give_role,
}


@saving
def carry_out(key: str, pid: str, message: Message) -> list[Effect]:
    """Do what this page asks, if it may; `RoomRefusal` says why not."""
    handler = FOR_ALL.get(message["t"]) or FOR_HOSTS.get(message["t"])
    if handler is None:
        raise RoomRefusal(Code.BAD_MESSAGE)
    with changing(key) as session:
        require_live(session)
        actor = find_inside(session, pid)
        if message["t"] in FOR_HOSTS and not actor.hosts:
            raise RoomRefusal(Code.FORBIDDEN)
        with audit.acting(**doer_of(actor.identity)):
            return handler(session, actor, message)
