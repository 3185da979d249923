"""Recordings that providers keep of a meeting. We keep nothing of them, not even their names."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from meetings.models import RoomSession
from meetings.providers import AnyProvider
from meetings.providers.base import Recording
from meetings.providers.errors import ProviderError, RoomNotFound
from meetings.providers.time_limit import time_left, time_limit

from .rooms import provider_of

log = logging.getLogger(__name__)

LONGEST_LOOK = 15  # seconds, for all questions of one page together
MOST_SESSIONS = 10  # the latest: each is a question to a provider


class NoSuchRecording(Exception):
    """The session has no recording of this name (any more)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One recording, and the session that it is of."""

    session: RoomSession
    recording: Recording

    @property
    def minutes(self) -> int | None:
        """How long it is, as people say it; None when nobody tells."""
        seconds = self.recording.seconds
        return max(1, round(seconds / 60)) if seconds else None


@dataclass(slots=True, kw_only=True)
class Shelf:
    """What was found, and what kept us from finding more: a provider's words by its alias."""

    kept: list[Kept] = field(default_factory=list)
    troubles: dict[str, str] = field(default_factory=dict)


def are_kept_at(aliases: Iterable[str]) -> bool:
    """Whether it is worth asking: one of these keeps recordings."""
    return any(_keeper(alias) for alias in aliases)


def of_sessions(sessions: Iterable[RoomSession]) -> Shelf:
    """The recordings of these sessions. A provider that fails is not asked about the next one."""
    shelf = Shelf()
    with time_limit(LONGEST_LOOK):
        for session, provider in _at_keepers(sessions):
            if session.alias not in shelf.troubles:
                _look(shelf, session, provider)
    return shelf


def _look(shelf: Shelf, session: RoomSession, provider: AnyProvider) -> None:
    if not time_left():
        shelf.troubles[session.alias] = _("there was no time to ask about all of them.")
        return
    try:
        found = _of(provider, session)
    except ProviderError as error:
        log.warning("The recordings of session %s cannot be listed: %s", session.pk, error)
        shelf.troubles[session.alias] = str(error)
    else:
        shelf.kept += [Kept(session=session, recording=each) for each in found]


def url(session: RoomSession, recording_id: str) -> str:
    """A short-lived address to download it from; for one person, never stored."""
    provider = _holder(session, recording_id)
    return provider.recording_url(recording_id)


def delete(session: RoomSession, recording_id: str) -> None:
    """Delete it at the provider. Twice is fine."""
    try:
        provider = _holder(session, recording_id)
    except NoSuchRecording:
        return
    provider.delete_recording(recording_id)


def _holder(session: RoomSession, recording_id: str) -> AnyProvider:
    """The provider, if this recording is of this session: names are theirs and may be guessed."""
    provider = _keeper(session.alias)
    if provider is None:
        raise NoSuchRecording
    if not any(each.recording_id == recording_id for each in _of(provider, session)):
        raise NoSuchRecording
    return provider


def _of(provider: AnyProvider, session: RoomSession) -> list[Recording]:
    try:
        return list(provider.recordings(session.ref))
    except RoomNotFound:
        return []


def _at_keepers(
    sessions: Iterable[RoomSession],
) -> Iterator[tuple[RoomSession, AnyProvider]]:
    for session in list(sessions)[:MOST_SESSIONS]:
        if provider := _keeper(session.alias):
            yield session, provider


def _keeper(alias: str) -> AnyProvider | None:
    provider = provider_of(alias)
    return provider if provider and provider.features.recording else None
