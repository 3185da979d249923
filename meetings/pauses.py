"""When something that all pages need is away for a while: which page says so, and for how long.

The page asks no database, no cache and nobody's session: any of these may be what is away.
"""

import errno
import logging
from collections.abc import Iterator
from enum import StrEnum

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils import translation

from accounts.themes import theme_of
from config.logs import reference
from config.queue_kind import QueueAway
from meetings import metrics
from meetings.services.transactions import is_busy

log = logging.getLogger(__name__)

# PostgreSQL's words for: cannot connect, is shutting down, was killed, is starting, has no place
AWAY_STATES = ("08", "57P01", "57P02", "57P03", "53300")
DISK_FULL = "53100"
AWAY_LITE = ("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_READONLY")
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Pause(StrEnum):
    """Why people are asked to come again."""

    BUSY = "busy"  # others write; a moment
    AWAY = "away"  # nobody can read or write
    FULL = "full"  # nobody can write until somebody has made room

    @property
    def seconds(self) -> int:
        """When it makes sense to try again."""
        return {Pause.BUSY: 3, Pause.AWAY: 5, Pause.FULL: 60}[self]


def pause_for(error: BaseException | None) -> Pause | None:
    """The pause that this error means; None when it is a fault of ours."""
    for each in _chain(error):
        if pause := _meaning(each):
            return pause
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Also what it was raised for: the end of a broken transaction raises errors of its own."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _meaning(error: BaseException) -> Pause | None:
    if isinstance(error, QueueAway):
        return Pause.AWAY
    if isinstance(error, OSError):
        return Pause.FULL if error.errno in NO_SPACE else None
    if isinstance(error, (OperationalError, InterfaceError)):
        return _of_database(error)
    return None


def _of_database(error: OperationalError | InterfaceError) -> Pause | None:
    if isinstance(error, OperationalError) and is_busy(error):
        return Pause.BUSY
    told = error.__cause__
    if name := getattr(told, "sqlite_errorname", ""):
        return _of_sqlite(name)
    if told is not None and hasattr(told, "sqlstate"):
        return _of_postgres(told.sqlstate)
    return None


def _of_sqlite(name: str) -> Pause | None:
    if name == "SQLITE_FULL":
        return Pause.FULL
    return Pause.AWAY if name.startswith(AWAY_LITE) else None


def _of_postgres(state: str | None) -> Pause | None:
    """Without a state nobody answered: the connection broke, or could not be made."""
    if state == DISK_FULL:
        return Pause.FULL
    return Pause.AWAY if state is None or state.startswith(AWAY_STATES) else None


def pause_page(request: HttpRequest, pause: Pause) -> HttpResponse:
    """503, when to come again, and a page that says it in the reader's language.

    Who only asks whether something has changed gets no page, and asks again by itself.
    """
    at = request.resolver_match.view_name if request.resolver_match else "no page"
    log.warning("Asked to come again, as the database is %s: %s", pause, at)
    metrics.database_was_busy("page" if pause is Pause.BUSY else pause)
    asks_only = "HX-Request" in request.headers
    response = HttpResponse("" if asks_only else _page(request, pause), status=503)
    response.headers["Retry-After"] = str(pause.seconds)
    response.headers["Cache-Control"] = "no-store"
    # It was logged, in one line; Django would add an error with a stack for each request.
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response


def _page(request: HttpRequest, pause: Pause) -> str:
    known = getattr(request, "LANGUAGE_CODE", "")
    told = {
        "pause": pause,
        "is_form": request.method not in ("GET", "HEAD"),
        "site_name": settings.SITE_NAME,
        "theme": theme_of(request),
        "reference": reference(),
    }
    with translation.override(known or translation.get_language_from_request(request)):
        return loader.get_template("503.html").render(told)
