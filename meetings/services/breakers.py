"""A circuit breaker for each alias: a provider that is known to be silent is not waited for.

Each process learns by itself. No lock is held while a provider is called.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.utils import timezone
from purgatory import SyncCircuitBreakerFactory
from purgatory.domain.model import ExcludeType, HalfOpenedState
from purgatory.service._sync.circuitbreaker import SyncCircuitBreaker

from meetings.providers.errors import HostKeyLost, NoTurn, OutcomeUnknown, ProviderUnavailable

CLOSED, OPEN, HALF_OPEN = "closed", "open", "half-open"

THRESHOLD = 2  # one silence may be chance; after the second, a third meeting should not wait
TTL = 30  # seconds: longer than a restart takes, and short beside a meeting

_lock = threading.Lock()
_breakers = SyncCircuitBreakerFactory(THRESHOLD, TTL)


@contextmanager
def watching(alias: str) -> Iterator[None]:
    """Count whether this alias answers to what is asked inside.

    An open breaker refuses nobody: whoever asks all the same has nobody else to ask, and a try is
    better than none. It counts as the try that is due when its time is over.
    """
    with _lock:
        breaker = _breaker(alias)
        if _state(breaker) == OPEN:
            breaker.context.set_state(HalfOpenedState())
        breaker.__enter__()
    try:
        yield
    except BaseException as error:
        with _lock:
            breaker.__exit__(type(error), error, None)
        raise
    with _lock:
        breaker.__exit__(None, None, None)


def state_of(alias: str) -> str:
    """Whether this process goes to the alias ("closed"), not now ("open"), or tries again."""
    with _lock:
        return _state(_breaker(alias))


def is_open(alias: str) -> bool:
    return state_of(alias) == OPEN


def forget() -> None:
    """Know nothing of any alias."""
    global _breakers  # noqa: PLW0603
    with _lock:
        _breakers = SyncCircuitBreakerFactory(THRESHOLD, TTL)


def is_an_answer(error: BaseException) -> bool:
    """Whether they were there: a refusal, or words that we do not know, are an answer too."""
    silent = isinstance(error, ProviderUnavailable | OutcomeUnknown)
    return not silent or isinstance(error, HostKeyLost | NoTurn)


_ANSWERS: ExcludeType = [(BaseException, is_an_answer)]


def _breaker(alias: str) -> SyncCircuitBreaker:
    return _breakers.get_breaker(alias, exclude=_ANSWERS)


def _state(breaker: SyncCircuitBreaker) -> str:
    """The library notices that its time is over only when it is asked the next time."""
    context = breaker.context
    if context.state == "opened" and context.opened_at is not None:
        since = timezone.now() - datetime.fromtimestamp(context.opened_at, UTC)
        return OPEN if since.total_seconds() <= context.ttl else HALF_OPEN
    return CLOSED if context.state == "closed" else HALF_OPEN
