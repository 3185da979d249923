"""What can go wrong with a provider, named for what the caller does next."""

from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation


class ProviderError(Exception):
    """Something went wrong between us and a provider."""

    retryable = False

    def __init__(self, message: str, *, provider: str = "", status: int | None = None) -> None:
        super().__init__(message)
        self.provider = provider
        self.status = status

    def __str__(self) -> str:
        text = super().__str__()
        if self.provider:
            text = f"{self.provider}: {text}"
        failed = self.status is not None and not 200 <= self.status < 300
        return f"{text} (HTTP {self.status})" if failed else text


class ProviderUnavailable(ProviderError):
    """No answer, too many requests, or their fault: the same call may succeed later."""

    retryable = True


class NoTurn(ProviderUnavailable):
    """We kept the call back, as the account has had all the calls it may have for now."""


class OutcomeUnknown(ProviderError):
    """The answer was lost after the call may have worked: look before repeating it."""


class HostKeyLost(OutcomeUnknown):
    """The room is open and its host key is lost: enter without host rights, or make it anew."""

    def __init__(self, message: str, *, room_id: str = "", provider: str = "") -> None:
        super().__init__(message, provider=provider)
        self.room_id = room_id  # theirs, where they have told it


class ProviderRefused(ProviderError):
    """They understood and said no."""


class BadCredentials(ProviderRefused):
    """The account's keys are wrong: the operator must act."""


class RoomNotFound(ProviderRefused):
    """They do not know this room (any more): open it afresh."""


class Conflict(ProviderRefused):
    """It exists already, in another shape than we asked for."""


class UnexpectedReply(ProviderError):
    """They said yes, in words that we do not know."""


class FeatureUnsupported(ProviderError):
    """Outside the provider's features: we should not have asked."""


class ProviderMisconfigured(ImproperlyConfigured):
    """An alias that cannot work as configured. Not a ProviderError, so that nothing swallows it."""


class WebhookRejected(SuspiciousOperation):
    """Not from the provider, or too old. Django answers 400 by itself."""
