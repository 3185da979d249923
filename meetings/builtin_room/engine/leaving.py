"""Going: by choice, by silence, by a host's word, or because it is over."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta

from django.utils import timezone

from meetings.models import RoomPeer, RoomSession
from meetings.models.database_clock import DatabaseNow
from meetings.providers.base import Peer, Role
from meetings.services.hosting import announce, shut_out
from meetings.services.transactions import saving

from ..attendance import tell_ended, tell_left
from ..effects import Effect
from ..people import user_of
from ..protocol import Close, Code, RoomRefusal, Why
from .changing import changing, nothing_changed

CLOSES = {Why.KICKED: Close.REMOVED, Why.REPLACED: Close.TAKEN_OVER}

WHYS = {
    RoomSession.EndReason.NO_HOST.value: Why.HOSTLESS,
    RoomSession.EndReason.MOVED.value: Why.MOVED,
}


def depart(session: RoomSession, pages: Iterable[RoomPeer], why: Why) -> list[Effect]:
    """These pages are gone; each is told so itself where that was not its own doing."""
    effects: list[Effect] = []
    for page in pages:
        _mark_gone(page, why)
        tell_left(session, page)
        if why in CLOSES:
            bye = {"t": "bye", "why": why.value}
            effects.append(Effect(message=bye, to=page.pid, close=CLOSES[why]))
        left = {"t": "left", "id": page.pid, "why": why.value, "rev": session.rev}
        effects.append(Effect(message=left))
    return effects


def _mark_gone(page: RoomPeer, why: Why) -> None:
    removed = why is Why.KICKED
    page.status = RoomPeer.Status.REMOVED if removed else RoomPeer.Status.GONE
    page.left_why, page.online = why.value, False
    # Whoever fell silent was last there when we last heard of them.
    page.left_at = page.seen_at if why is Why.TIMEOUT else timezone.now()
    page.save(update_fields=["status", "left_why", "left_at", "online"])


@saving
def go_offline(pid: str, *, conn: int | None = None) -> list[Effect]:
    """A socket is lost. The page keeps its place; a newer socket of it (another conn) counts."""
    page = RoomPeer.objects.inside().filter(pid=pid).select_related("session").first()
    if page is None:
        return []
    with changing(page.session.key) as session:
        mine = session.peers.inside().filter(pid=pid, online=True)
        if conn is not None:
            mine = mine.filter(conn=conn)
        if not mine.update(online=False, seen_at=DatabaseNow()):
            return nothing_changed()
    return [Effect(message={"t": "online", "id": pid, "online": False, "rev": session.rev})]


def depart_late(key: str, *, grace: timedelta) -> list[Effect]:
    """Pages that were offline for longer than the grace time leave."""
    with changing(key) as session:
        gone = session.peers.inside().unheard_for(grace)
        return depart(session, gone, Why.TIMEOUT) or nothing_changed()


def remove(session: RoomSession, identity: str, *, by: RoomPeer | None = None) -> list[Effect]:
    """The person goes, with all their pages, and neither room nor door takes them back."""
    pages = list(session.peers.inside().filter(identity=identity))
    latest = session.peers.filter(identity=identity).order_by("pk").last()
    if latest is None:
        raise RoomRefusal(Code.NO_PEER)
    person = Peer(key=identity, name=latest.name, role=Role(latest.role))
    shut_out(session, person, user=user_of(identity), by=user_of(by.identity) if by else None)
    return depart(session, pages, Why.KICKED)


def end(key: str, reason: RoomSession.EndReason) -> list[Effect]:
    """Over for everyone. Twice is fine, and so is a room that we never had."""
    with suppress(RoomRefusal), changing(key) as session:
        return close(session, reason)
    return []


def end_if_empty(key: str, reason: RoomSession.EndReason) -> list[Effect]:
    """End a room that nobody is in; not one that somebody has just come back to."""
    with changing(key) as session:
        if session.peers.inside().exists() or not session.is_live:
            return nothing_changed()
        return close(session, reason)


def end_if_hostless(key: str) -> list[Effect]:
    """End a room that needs a host and has none any more; not one where a host is back."""
    with changing(key) as session:
        if any(peer.hosts for peer in session.peers.inside()) or not session.is_live:
            return nothing_changed()
        return close(session, RoomSession.EndReason.NO_HOST)


def see_out(key: str) -> list[Effect]:
    """Whoever is still inside a room that ended elsewhere."""
    with changing(key) as session:
        return _see_out(session) if session.state == RoomSession.State.ENDED else nothing_changed()


def close(session: RoomSession, reason: RoomSession.EndReason) -> list[Effect]:
    session.end(reason)
    announce(session)
    return _see_out(session)


def _see_out(session: RoomSession) -> list[Effect]:
    session.peers.inside().update(
        status=RoomPeer.Status.GONE,
        left_why=Why.ENDED.value,
        left_at=timezone.now(),
        online=False,
    )
    tell_ended(session)
    why = WHYS.get(session.end_reason, Why.ENDED)
    return [Effect(message={"t": "bye", "why": why.value}, close=Close.ENDED)]
