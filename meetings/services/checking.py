"""Asking a provider what is true of a session, and taking it over. No lock is held meanwhile."""

import logging
from datetime import timedelta

from django.utils import timezone

from meetings.models import RoomSession
from meetings.providers import AnyProvider
from meetings.providers.errors import ProviderError, RoomNotFound

from .deliveries.events import close_stays, end_session
from .hosting import announce
from .rooms import provider_of

log = logging.getLogger(__name__)

# Who came a moment before we asked may not be on their list yet.
JUST_CAME = timedelta(seconds=30)


def check_session(session: RoomSession) -> bool | None:
    """Whether the session's room is open, as its provider says now; None when it cannot be said.

    False: theirs is gone, so ours has ended. True also for a room that people can come back into
    after everybody has left it; nobody is inside then, and it ends when its time is over.
    """
    if not session.is_live:
        return None if session.is_running else False
    asked_at = timezone.now()
    provider = provider_of(session.alias)
    is_open = is_open_at(provider, session)
    if is_open is not False:
        return is_open
    if provider and provider.features.ends_when_empty:
        before = asked_at - JUST_CAME
        if close_stays(session, asked_at, joined_before=before, noticed=True):
            announce(session)
        return True
    end_session(session, RoomSession.EndReason.PROVIDER, asked_at, noticed=True)
    announce(session)
    return False


def is_open_at(provider: AnyProvider | None, session: RoomSession) -> bool | None:
    """Whether the provider says that the session's room is open; None when it cannot say.

    Where `ends_when_empty`, this is whether anybody is inside.
    """
    if provider is None or not provider.features.live_status:
        return None
    try:
        return provider.is_live(session.ref)
    except RoomNotFound:
        return False
    except ProviderError as error:
        log.warning("Whether session %s is open cannot be said: %s", session.pk, error)
        return None
