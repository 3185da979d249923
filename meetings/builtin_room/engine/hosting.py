"""What hosts do to the doors of the room. The pages read them again when told that they changed."""

from accounts import audit
from meetings.models import RoomPeer, RoomSession, WaitingRoom
from meetings.services import hosting

from ..effects import Effect
from ..people import user_of
from ..protocol import Code, Message, RoomRefusal
from ..reading import flag, one_of, words
from .leaving import close
from .taking_part import state_of


def admit(session: RoomSession, actor: RoomPeer, message: Message) -> list[Effect]:
    who = _who(message)
    hosting.admit(session, who, by=user_of(actor.identity))
    if not hosting.kept_out(session, who):
        return []
    error = {"t": "error", "code": Code.USED_UP.value, "fatal": False, "re": "admit"}
    return [Effect(message=error, to=actor.pid)]


def deny(session: RoomSession, actor: RoomPeer, message: Message) -> list[Effect]:
    why = words(message, "message", 300) if message.get("message") else ""
    hosting.refuse(session, _who(message), by=user_of(actor.identity), message=why)
    return []


def lock(session: RoomSession, actor: RoomPeer, message: Message) -> list[Effect]:
    return set_doors(session, locked=True)


def unlock(session: RoomSession, actor: RoomPeer, message: Message) -> list[Effect]:
    return set_doors(session, locked=False)


def set_waiting_room(session: RoomSession, actor: RoomPeer, message: Message) -> list[Effect]:
    return set_doors(session, waiting_room=one_of(message, "who", tuple(WaitingRoom.values)))


def open_chat(session: RoomSession, actor: RoomPeer, message: Message) -> list[Effect]:
    return set_doors(session, chat_open=flag(message, "on"))


def open_sharing(session: RoomSession, actor: RoomPeer, message: Message) -> list[Effect]:
    """Let participants share their screens; closing it also stops those who do."""
    set_doors(session, participants_share=flag(message, "on"))
    return [] if session.participants_share else _stop_sharing(session)


def end(session: RoomSession, actor: RoomPeer, message: Message) -> list[Effect]:
    return close(session, RoomSession.EndReason.HOST)


def set_doors(session: RoomSession, **doors: bool | str) -> list[Effect]:
    if changed := audit.difference(session, doors):
        audit.record(
            audit.Action.LOCKED if "locked" in doors else audit.Action.CHANGED,
            session,
            values=changed,
        )
    for name, value in doors.items():
        setattr(session, name, value)
    session.save(update_fields=list(doors))
    hosting.announce(session)
    return []


def _stop_sharing(session: RoomSession) -> list[Effect]:
    sharing = [
        peer for peer in session.peers.inside() if peer.media.get("screen") and not peer.hosts
    ]
    for peer in sharing:
        peer.media["screen"] = False
        peer.save(update_fields=["media"])
    return [state_of(session, peer) for peer in sharing]


def _who(message: Message) -> list[int] | None:
    """The one waiting person meant, or None for all of them."""
    asked = message.get("id")
    if asked == "all":
        return None
    if not isinstance(asked, int) or isinstance(asked, bool) or not 0 < asked < 2**63:
        raise RoomRefusal(Code.BAD_MESSAGE)
    return [asked]
