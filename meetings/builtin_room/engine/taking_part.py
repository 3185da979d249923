"""What everyone in the room may do."""

from meetings.models import RoomPeer, RoomSession

from ..effects import Effect
from ..protocol import MAX_TEXT, Code, Message, RoomRefusal, Why
from ..reading import flag, media_in, words
from .changing import nothing_changed
from .leaving import depart
from .snapshots import chat_as_told


def set_state(session: RoomSession, actor: RoomPeer, message: Message) -> list[Effect]:
    """What one's microphone, camera, screen and hand are doing; a host's mute stands."""
    media = {**actor.media, **media_in(message.get("media", {}))}
    if media.get("screen") and not (actor.hosts or session.participants_share):
        raise RoomRefusal(Code.SHARE_CLOSED)
    actor.media = {kind: on and not actor.forced.get(kind) for kind, on in media.items()}
    if "hand" in message:
        actor.hand = flag(message, "hand")
    actor.save(update_fields=["media", "hand"])
    return [state_of(session, actor)]


def say(session: RoomSession, actor: RoomPeer, message: Message) -> list[Effect]:
    """A chat message. Sent twice it is one, and its sender hears so."""
    text, client_id = words(message, "text", MAX_TEXT), words(message, "cid", 40)
    if not session.chat_open:
        raise RoomRefusal(Code.CHAT_CLOSED)
    said, is_new = session.chat.get_or_create(
        pid=actor.pid, client_id=client_id, defaults={"name": actor.name, "text": text}
    )
    told = {"t": "chat", **chat_as_told(said), "rev": session.rev}
    return [Effect(message=told, to="" if is_new else actor.pid)]


def leave(session: RoomSession, actor: RoomPeer, message: Message) -> list[Effect]:
    return depart(session, [actor], Why.LEFT)


def take_over(session: RoomSession, actor: RoomPeer, message: Message) -> list[Effect]:
    """This page goes on, the same person's other pages leave."""
    others = session.peers.inside().filter(identity=actor.identity).exclude(pk=actor.pk)
    return depart(session, others, Why.REPLACED) or nothing_changed()


def state_of(session: RoomSession, peer: RoomPeer) -> Effect:
    return Effect(
        message={
            "t": "state",
            "id": peer.pid,
            "media": peer.media,
            "forced": peer.forced,
            "hand": peer.hand,
            "rev": session.rev,
        }
    )
