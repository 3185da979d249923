"""Coming in, and coming back after a lost socket."""

import hashlib
import secrets
from dataclasses import dataclass

from django.utils import timezone

from meetings.models import Admission, RoomPeer, RoomSession
from meetings.providers.base import Role
from meetings.services.transactions import saving

from .. import tokens
from ..attendance import tell_joined
from ..effects import Effect
from ..protocol import VERSION, Code, Message, RoomRefusal, Why
from ..reading import media_in
from .changing import changing, over, require_live
from .leaving import depart
from .snapshots import peer_as_told, seats, welcome

PAGES_EACH = 3  # of one person in one room


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A hello, understood: which page asks to come into which room. Nothing has changed yet."""

    key: str
    pid: str
    secret: str
    wanted: tokens.Pass | None  # None: the page was inside and comes back
    replaces: str = ""
    media: dict[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A page is in: what to tell it, and what to tell everyone."""

    peer: RoomPeer
    welcome: Message
    effects: list[Effect]


def understand(hello: Message) -> Arrival:
    """Who says hello: the page they were, if its place is still kept, or a newcomer."""
    if hello.get("v") != VERSION:
        raise RoomRefusal(Code.RELOAD)
    media = media_in(hello.get("media", {}))
    if page := page_with(hello.get("resume")):
        _require_kept(page)
        if page.status == RoomPeer.Status.IN:
            secret = str(hello["resume"])
            return Arrival(
                key=page.session.key, pid=page.pid, secret=secret, wanted=None, media=media
            )
    wanted = tokens.read(hello.get("token"))
    return Arrival(
        key=wanted.room,
        pid=secrets.token_hex(8),
        secret=secrets.token_urlsafe(32),
        wanted=wanted,
        replaces=str(hello.get("replaces") or ""),
        media=media,
    )


@saving
def enter(arrival: Arrival) -> Entry:
    """Take the page in. Lock, capacity and removal are decided here, in the one transaction."""
    with changing(arrival.key) as session:
        require_live(session)
        if arrival.wanted is None:
            peer, effects = _come_back(session, arrival)
        else:
            peer, effects = _come_in(session, arrival, arrival.wanted)
        told = welcome(session, peer, arrival.secret)
    return Entry(peer=peer, welcome=told, effects=effects)


def page_with(secret: object) -> RoomPeer | None:
    """The page that holds this secret, wherever it is now."""
    if not secret:
        return None
    pages = RoomPeer.objects.select_related("session")
    return pages.filter(resume_hash=hash_of(str(secret))).first()


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _require_kept(page: RoomPeer) -> None:
    """Somebody removed stays out, and a page that another one replaced does not come back."""
    if page.status == RoomPeer.Status.REMOVED:
        raise RoomRefusal(Code.KICKED)
    if page.session.state == RoomSession.State.ENDED:
        raise RoomRefusal(over(page.session))
    if page.left_why == Why.REPLACED:
        raise RoomRefusal(Code.REPLACED)


def _come_back(session: RoomSession, arrival: Arrival) -> tuple[RoomPeer, list[Effect]]:
    peer = session.peers.inside().filter(pid=arrival.pid).first()
    if peer is None:  # its time ran out just now
        raise RoomRefusal(Code.BAD_TOKEN)
    was_online = peer.is_online
    peer.conn += 1
    peer.online, peer.seen_at = True, timezone.now()
    peer.save(update_fields=["conn", "online", "seen_at"])
    if was_online:
        return peer, []
    online = {"t": "online", "id": peer.pid, "online": True, "rev": session.rev}
    return peer, [Effect(message=online)]


def _come_in(
    session: RoomSession, arrival: Arrival, wanted: tokens.Pass
) -> tuple[RoomPeer, list[Effect]]:
    before = session.peers.filter(identity=wanted.identity).order_by("pk").last()
    admission = _admission_of(session, wanted)
    _require_welcome(session, wanted, admission, was_inside=before is not None)
    yielding = _pages_that_yield(session, arrival, wanted)
    role = _role_of(wanted, admission, before)
    peer = _sit_down(session, arrival, wanted, before, role=role)
    tell_joined(session, peer)
    effects = depart(session, yielding, Why.REPLACED)
    invited = admission is not None and admission.guest is not None
    told = peer_as_told(peer, is_invited=invited)
    joined = {"t": "joined", "peer": told, "rev": session.rev}
    return peer, [*effects, Effect(message=joined)]


def _admission_of(session: RoomSession, wanted: tokens.Pass) -> Admission | None:
    return session.admissions.with_guests().filter(identity=wanted.identity).first()


def _role_of(wanted: tokens.Pass, admission: Admission | None, before: RoomPeer | None) -> Role:
    """As their link and a host have it now; where nothing is known of that, as they were here."""
    if admission is not None:
        return admission.role_by(wanted.role)
    promoted = before is not None and before.hosts and not wanted.role.hosts
    return Role(before.role) if before is not None and promoted else wanted.role


def _require_welcome(
    session: RoomSession, wanted: tokens.Pass, admission: Admission | None, *, was_inside: bool
) -> None:
    """A host may have changed their mind since the token was made."""
    if admission is not None and admission.state == Admission.State.REMOVED:
        raise RoomRefusal(Code.KICKED)
    if admission is not None and admission.state != Admission.State.ADMITTED:
        raise RoomRefusal(Code.DENIED)
    let_in_by_host = admission is not None and admission.decided_at is not None
    if session.locked and not (was_inside or let_in_by_host or wanted.role.hosts):
        raise RoomRefusal(Code.LOCKED)


def _pages_that_yield(
    session: RoomSession, arrival: Arrival, wanted: tokens.Pass
) -> list[RoomPeer]:
    """The same person's pages that make way: the one before a reload, and lost ones if need be."""
    inside = list(session.peers.inside())
    own = [page for page in inside if page.identity == wanted.identity]
    replaced = hash_of(arrival.replaces)
    yielding = [page for page in own if page.resume_hash == replaced]
    lost = [page for page in own if page not in yielding and not page.is_online]
    while len(own) - len(yielding) >= PAGES_EACH or len(inside) - len(yielding) >= seats(session):
        if not lost:
            too_many = len(own) - len(yielding) >= PAGES_EACH
            raise RoomRefusal(Code.TOO_MANY if too_many else Code.FULL)
        yielding.append(lost.pop(0))
    return yielding


def _sit_down(
    session: RoomSession,
    arrival: Arrival,
    wanted: tokens.Pass,
    before: RoomPeer | None,
    *,
    role: Role,
) -> RoomPeer:
    """A page of its own. What a host did to the person holds: a promotion, and a mute."""
    now = timezone.now()
    forced = before.forced if before is not None else {}
    media = {"audio": False, "video": False, **arrival.media, "screen": False}
    return RoomPeer.objects.create(
        session=session,
        pid=arrival.pid,
        identity=wanted.identity,
        resume_hash=hash_of(arrival.secret),
        name=wanted.name,
        role=role.value,
        seq=session.rev,
        media={kind: on and not forced.get(kind) for kind, on in media.items()},
        forced=forced,
        seen_at=now,
        entered_at=now,
    )
