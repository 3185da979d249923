"""What leaves the house when something breaks, and what never does."""

import json
import sys
from typing import Any

import pytest
import sentry_sdk
from django.core.exceptions import ImproperlyConfigured

from config import error_tracking

TOKEN = "Zx81-kQ_9vTtN3rW0aBcDe"
EVENT = {
    "message": f"No page: /j/{TOKEN}/",
    "exception": {"values": [{"value": f"asked for /feeds/{TOKEN}.ics by ana@example.org"}]},
    "transaction": f"/j/{TOKEN}/enter/",
    "request": {
        "method": "POST",
        "url": f"https://meet.example.org/j/{TOKEN}/enter/",
        "query_string": "code=1",
        "cookies": {"sessionid": "s3cret"},
        "headers": {"Cookie": "sessionid=s3cret", "Authorization": "Bearer s3cret"},
        "data": {"name": "Ana", "passcode": "s3cret"},
        "env": {"REMOTE_ADDR": "203.0.113.9"},
    },
    "user": {"id": 7, "email": "ana@example.org", "ip_address": "203.0.113.9"},
    "breadcrumbs": {"values": [{"message": "SELECT s3cret"}]},
    "extra": {"sys.argv": ["s3cret"]},
}


def test_event_is_left_with_what_failed_and_nothing_of_people() -> None:
    told = error_tracking.scrubbed(json.loads(json.dumps(EVENT)), {})

    assert told["request"] == {"method": "POST", "url": "https://meet.example.org/j/…/enter/"}
    assert told["user"] == {"id": 7}
    text = json.dumps(told, ensure_ascii=False)
    for secret in (TOKEN, "s3cret", "Ana", "ana@", "203.0.113.9"):
        assert secret not in text


def fail(token: str) -> None:
    raise RuntimeError(f"asked for /j/{token}/")


def test_error_is_told_as_it_is_scrubbed() -> None:
    sent: list[dict[str, Any]] = []

    class Kept(sentry_sdk.Transport):
        def capture_envelope(self, envelope: Any) -> None:
            sent.append(envelope.get_event())

    before = sentry_sdk.get_client()
    try:
        error_tracking.start("https://k@errors.example/1", site="https://x", transport=Kept)
        with sentry_sdk.isolation_scope():
            with pytest.raises(RuntimeError) as raised:
                fail(TOKEN)
            sentry_sdk.capture_exception(raised.value)
    finally:
        sentry_sdk.get_global_scope().set_client(before)

    (event,) = sent
    assert "asked for /j/…/" in json.dumps(event, ensure_ascii=False)
    assert TOKEN not in json.dumps(event)
    frames = event["exception"]["values"][0]["stacktrace"]["frames"]
    assert frames[-1]["function"] == "fail"
    assert not [frame for frame in frames if "vars" in frame]


def test_missing_package_stops_the_start_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)

    with pytest.raises(ImproperlyConfigured, match="install the extra “sentry”"):
        error_tracking.start("https://k@errors.example/1", site="https://x")


def test_address_without_sense_stops_the_start_and_is_not_repeated() -> None:
    with pytest.raises(ImproperlyConfigured, match="SENTRY_DSN is not an address") as refused:
        error_tracking.start("https://s3cret", site="https://x")

    assert "s3cret" not in str(refused.value)
