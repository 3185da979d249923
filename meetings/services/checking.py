"""Asking a provider what is true of a session, and taking it over. No lock is held meanwhile."""

import logging
from datetime import datetime, timedelta

from django.utils import timezone

from meetings.models import RoomSession
from meetings.providers import AnyProvider
from meetings.providers.errors import ProviderError, RoomNotFound

from .events import close_stays, end_session
from .hosting import announce
from .rooms import provider_of

log = logging.getLogger(__name__)

EMPTY_FOR = timedelta(minutes=10)  # as long as the built-in room waits for people to come back
# Who came a moment before we asked may not be on their list yet.
JUST_CAME = timedelta(seconds=30)

Reason = RoomSession.EndReason


def check_session(session: RoomSession) -> bool | None:
    """Whether the session's room is open, as its provider says now; None when it cannot be said.

    False: theirs is gone, so ours has ended. True also for a room that people can come back into
    after everybody has left it; nobody is inside then, and it ends when its time is over.
    """
    if not session.is_live:
        return None if session.is_running else False
    asked_at = timezone.now()
    provider = provider_of(session.alias)
    is_open = _ask(provider, session)
    if is_open is not False:
        return is_open
    if provider and provider.features.ends_when_empty:
        return _found_empty(session, asked_at)
    end_session(session, Reason.PROVIDER, asked_at)
    announce(session)
    return False


def _ask(provider: AnyProvider | None, session: RoomSession) -> bool | None:
    if provider is None or not provider.features.live_status:
        return None
    try:
        return provider.is_live(session.ref)
    except RoomNotFound:
        return False
    except ProviderError as error:
        log.warning("Whether session %s is open cannot be said: %s", session.pk, error)
        return None


def _found_empty(session: RoomSession, asked_at: datetime) -> bool:
    """Nobody is inside a room that stays open: whether ours goes on, waiting for people."""
    if reason := reason_to_end(session):
        end_session(session, reason, asked_at)
    elif not close_stays(session, asked_at, joined_before=asked_at - JUST_CAME):
        return True
    announce(session)
    return session.is_live


def reason_to_end(session: RoomSession) -> RoomSession.EndReason | None:
    """Why a session in which nobody is should be over now, if it should."""
    if session.booking:
        return Reason.TIME if session.booking.doors_close_at <= timezone.now() else None
    return Reason.EMPTY if _empty_since(session) <= timezone.now() - EMPTY_FOR else None


def _empty_since(session: RoomSession) -> datetime:
    """Since when nobody is inside, as far as we were told; now, while somebody is."""
    stays = session.attendances.order_by("-joined_at")
    if stays.filter(left_at=None).exists():
        return timezone.now()
    left = stays.order_by("-left_at").values_list("left_at", flat=True).first()
    return left or session.live_at or session.created_at
