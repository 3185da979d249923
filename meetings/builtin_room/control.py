"""The built-in room as its provider adapter reaches it: plain values in, plain values out."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from meetings.models import RoomSession
from meetings.providers.base import Attendee, Check, Peer, Role
from meetings.providers.errors import RoomNotFound

from . import engine, processes, tokens
from .broadcast import deliver_now
from .protocol import SOCKET, VERSION, Code, RoomRefusal

LABEL = "Built-in room"
# The features that work as soon as people's pages can be told something.
BY_MESSAGE = ("ending", "removing", "muting", "locking", "chat_switch", "sharing_switch")


def ticket(room: str, attendee: Attendee, *, until: datetime) -> dict[str, Any]:
    """What the room's page needs to come in."""
    session = RoomSession.objects.select_related("room", "booking").filter(key=room).first()
    return {
        "v": VERSION,
        "token": tokens.mint(room, attendee, until=until),
        "ws": SOCKET,
        "leave": reverse("room-leave"),
        "title": _title(session),
        "seats": engine.seats(session) if session else 0,
        "hosts": attendee.role.hosts,
    }


def end(room: str) -> None:
    deliver_now(room, engine.end(room, RoomSession.EndReason.HOST))


def is_live(room: str) -> bool:
    return RoomSession.objects.live().filter(key=room).exists()


def roster(room: str) -> tuple[Peer, ...]:
    """The people inside, each once however many pages they have open."""
    session = RoomSession.objects.filter(key=room).first()
    pages = session.peers.inside() if session else ()
    people = {
        page.identity: Peer(
            key=page.identity, name=page.name, role=Role(page.role), joined_at=page.entered_at
        )
        for page in pages
    }
    return tuple(people.values())


def remove(room: str, key: str) -> None:
    with _in_their_words():
        deliver_now(room, engine.remove_person(room, key))


def mute(room: str, key: str) -> None:
    with _in_their_words():
        deliver_now(room, engine.mute_person(room, key))


def set_lock(room: str, locked: bool) -> None:
    with _in_their_words():
        deliver_now(room, engine.set_lock(room, locked=locked))


def checks() -> list[Check]:
    """What an operator should know before people meet in the built-in room."""
    return [_layer_check(), _secure_check(), _relay_check()]


@contextmanager
def _in_their_words() -> Iterator[None]:
    """Refusals as any provider's. Somebody who is not there needs no removing and no muting."""
    try:
        yield
    except RoomRefusal as refusal:
        if refusal.code is not Code.NO_PEER:
            raise RoomNotFound(_("There is no such room."), provider=LABEL) from refusal


def _title(session: RoomSession | None) -> str:
    if session is None:
        return ""
    return session.booking.title if session.booking else session.room.name


def _layer_check() -> Check:
    name = _("Messages between people")
    try:
        async_to_sync(_there_and_back)()
    except Exception as error:  # noqa: BLE001  (whatever it is, it is what the operator must read)
        words = str(error) or type(error).__name__
        return Check(name=name, passed=False, message=words, features=BY_MESSAGE)
    if told := processes.trouble():
        return Check(name=name, passed=False, message=told, features=BY_MESSAGE)
    shared = _("through Redis") if settings.REDIS_URL else _("within one server process")
    return Check(name=name, passed=True, message=shared, features=BY_MESSAGE)


async def _there_and_back() -> None:
    layer = get_channel_layer()
    if layer is None:
        raise LookupError(_("There is no channel layer."))
    channel = await layer.new_channel()
    await layer.send(channel, {"type": "ping"})
    await layer.receive(channel)


def _secure_check() -> Check:
    host = settings.SITE_URL.partition("://")[2].partition(":")[0]
    local = host in {"localhost", "127.0.0.1"} or host.endswith(".localhost")
    return Check(
        name=_("Camera and microphone"),
        passed=settings.SITE_IS_SECURE or local,
        message=_("Browsers allow them over https only, and on this machine itself."),
    )


def _relay_check() -> Check:
    return Check(
        name=_("Relay (TURN)"),
        passed=bool(settings.TURN_SECRET) or not settings.TURN_URLS,  # without one is a choice
        message=_("Without one, people behind strict firewalls cannot connect."),
    )
