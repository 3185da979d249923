"""xroom's calls to us: handshakes are signed, and webhooks are set up once."""

import json

import pytest

from meetings.providers.errors import (
    OutcomeUnknown,
    ProviderMisconfigured,
    RoomNotFound,
    UnexpectedReply,
    WebhookRejected,
)
from meetings.providers.xroom.signing import sign

from ..doubles.base import cut
from ..doubles.xroom.faults import on, refusing, telling
from .conftest import DOMAIN, KEY, read

CHALLENGE = "c9002b50c6911daa18854e1ec25d5b47"
MANUALS_KEY = "54ed8ea9722c38499ea8dbbeca19762e"


# The handshake


@pytest.mark.parametrize(
    ("key", "challenge", "answer"),
    [
        (
            MANUALS_KEY,
            CHALLENGE,
            "b31ecd741c86f3abe01d93ebceb19b73cc2595bb5f5f3d4ba8328b3c37e6698b",
        ),
        (
            MANUALS_KEY,
            "00112233445566778899aabbccddeeff",
            "4d0203e1a50225220ace1bbd30ce49b12eb1fbd0de690d84032b6b4b7bf891a0",
        ),
        (
            "webhook-key-not-hex",
            CHALLENGE,
            "97b17089e76eb69ce5df85cdceaa290d3b9049d609ab83ff10e5020fcf5e80b4",
        ),
    ],
)
def test_handshake_is_answered_as_the_manual_shows(build, key, challenge, answer):
    provider = build(webhook_key=key)

    result = read(provider, {"event": "validation", "signThis": challenge})

    assert (result.reply, result.events) == (answer, ())


@pytest.mark.parametrize(
    "beginning",
    [
        "248f52c2e4394d1ed9d8fb9e",
        "04bf289c6ba7535eb312c787",
        "1a0505f6a09328d2beac0060",
        "71d94e308d1f941776cf51e5",
        "c598566d98251ebbfbb9a79b",
        "f9df355ed5483ac52ee4e27f",
    ],
)
def test_handshake_is_not_answered_in_another_reading(beginning):
    assert not sign(MANUALS_KEY, CHALLENGE).startswith(beginning)


def test_handshake_may_be_answered_in_json(build):
    answer = read(build(handshake_reply="json"), {"event": "validation", "signThis": CHALLENGE})

    assert json.loads(answer.reply) == sign("webhook-key-not-hex", CHALLENGE)


@pytest.mark.parametrize(
    "challenge",
    [
        None,
        "",
        7,
        ["a" * 32],
        "abc123",
        "a" * 129,
        "g" * 32,
        CHALLENGE + "\n",
        " " + CHALLENGE,
        json.dumps({"event": "roomRemoved", "payload": {"room": {"name": KEY}}}),
        "٣" * 32,
    ],
)
def test_nothing_but_a_challenge_is_ever_signed(provider, challenge):
    with pytest.raises(WebhookRejected):
        read(provider, {"event": "validation", "signThis": challenge})


def test_handshake_without_a_key_is_never_answered_with_nothing(build):
    with pytest.raises(ProviderMisconfigured, match="webhook_key"):
        read(build(webhook_key=""), {"event": "validation", "signThis": CHALLENGE})


# Setting webhooks up


@pytest.mark.parametrize("moment", ["during_add", "on_validate"])
def test_webhook_is_added_once_and_validated(provider, double, ours, moment):
    double.switch["handshake"] = moment

    first = provider.ensure_webhook(f"{ours.url}/hooks/main/t0ken/")
    again = provider.ensure_webhook(f"{ours.url}/hooks/main/t0ken/")

    assert first.validated
    assert again.webhook_id == first.webhook_id
    assert double.calls("webhook/add") == [
        {"domain": DOMAIN, "type": "url", "url": f"{ours.url}/hooks/main/t0ken/"}
    ]
    assert "t0ken" not in repr(first)


def test_handshake_that_expects_json_works_when_it_is_set(build, double, ours):
    double.switch["handshake_expects"] = "json"
    text, ours.provider = ours.provider.ensure_webhook(ours.url), build(handshake_reply="json")

    assert text.validated is False
    assert ours.provider.validate_webhook(text.webhook_id) is True


def test_wrong_webhook_key_is_noticed(build, ours):
    ours.provider = build(webhook_key="of another domain")

    assert ours.provider.ensure_webhook(ours.url).validated is False


def test_webhook_whose_answer_was_lost_is_found_by_its_address(provider, double, ours):
    with double.failing(on("webhook/add", cut)):
        hook = provider.add_webhook(ours.url)

    assert [each.webhook_id for each in provider.webhooks()] == [hook.webhook_id]
    assert len(double.calls("webhook/add")) == 1


def test_webhook_that_was_not_made_is_made_again(provider, double, ours):
    def lost(double, call, reply):
        double.hooks.clear()

    with double.failing(on("webhook/add", lost)):
        hook = provider.add_webhook(ours.url)

    assert [each.webhook_id for each in provider.webhooks()] == [hook.webhook_id]


def test_webhook_that_stays_unknown_is_said_to_be(provider, double, ours):
    def lost(double, call, reply):
        double.hooks.clear()

    with double.failing(on("webhook/add", lost, times=2)), pytest.raises(OutcomeUnknown):
        provider.add_webhook(ours.url)


def test_webhooks_are_told_apart_by_their_validity_and_address(provider, double, ours):
    valid = provider.add_webhook(f"{ours.url}/one/")
    double.switch["handshake"] = "on_validate"
    other = provider.add_webhook(f"{ours.url}/two/")

    assert [hook.webhook_id for hook in provider.webhooks(validated=True)] == [valid.webhook_id]
    assert [hook.webhook_id for hook in provider.webhooks(validated=False)] == [other.webhook_id]
    assert [hook.webhook_id for hook in provider.webhooks(token="/two/")] == [other.webhook_id]
    assert (valid.validated, other.validated) == (True, False)


def test_webhook_is_removed_once_and_twice_is_fine(provider, double, ours):
    hook = provider.add_webhook(ours.url)

    provider.remove_webhook(hook.webhook_id)
    provider.remove_webhook(hook.webhook_id)

    assert double.hooks == {}


def test_webhook_they_do_not_know_cannot_be_validated(provider):
    with pytest.raises(RoomNotFound):
        provider.validate_webhook("404")


@pytest.mark.parametrize("told", [None, True, {}, {"validated": "yes"}])
def test_validation_is_believed_only_when_it_is_said(provider, double, told):
    with double.failing(telling(told)):
        assert provider.validate_webhook("1") is False


@pytest.mark.parametrize("told", [None, {}, [], [7, {"url": "x"}, {"id": 3}]])
def test_no_webhooks_come_in_any_shape(provider, double, told):
    with double.failing(telling(told)):
        assert provider.webhooks() == ()


@pytest.mark.parametrize("told", ["text", 7, {"x": 1}])
def test_webhooks_that_are_none_are_told_as_such(provider, double, told):
    with double.failing(telling(told)), pytest.raises(UnexpectedReply):
        provider.webhooks()


@pytest.mark.parametrize("told", [None, {}, {"id": True}])
def test_webhook_without_an_id_is_told_as_such(provider, double, told):
    with double.failing(telling(told)), pytest.raises(UnexpectedReply, match="without an id"):
        provider.add_webhook("https://parley.example/hooks/main/t0ken/")


def test_refusal_does_not_repeat_our_address(provider, double):
    url = "https://parley.example/hooks/main/t0ken/"

    with (
        double.failing(on("webhook/add", refusing(f"{url} does not answer"))),
        pytest.raises(Exception, match="does not answer") as caught,
    ):
        provider.add_webhook(url)

    assert "t0ken" not in str(caught.value)
