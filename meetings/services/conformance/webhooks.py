"""What is read of deliveries: theirs, and nothing that anybody else could have sent."""

from meetings.providers.base import EventKind, WebhookRequest
from meetings.providers.errors import WebhookRejected

from .trial import Failed, Partly, Trial

STRANGERS = (b"", b"{", b"[]", b'{"event": "room_finished"}')


def read(trial: Trial) -> str:
    """Strangers' deliveries are refused; one signed as theirs is read, unless it was changed."""
    for body in STRANGERS:
        if tells(trial, WebhookRequest(body=body, headers={})):
            raise Failed("believes a delivery that nobody signed")
    sample = trial.provider.webhook_sample()
    if sample is None:
        raise Partly("unsigned ones are refused; theirs only they can sign: open a room and look")
    trial.provider.parse_webhook(sample)
    if tells(trial, WebhookRequest(body=sample.body + b" ", headers=sample.headers)):
        raise Failed("believes a delivery that was changed after it was signed")
    return "unsigned and changed ones are refused, one signed as theirs is read"


def tells(trial: Trial, request: WebhookRequest) -> bool:
    """Whether it is believed: a hint is not, it is only a reason to ask."""
    try:
        result = trial.provider.parse_webhook(request)
    except WebhookRejected:
        return False
    return any(event.kind is not EventKind.HINT for event in result.events)
