"""Proof of who we are, the envelope, and options that cannot work."""

import logging

import pytest

from meetings.providers.errors import (
    BadCredentials,
    Conflict,
    OutcomeUnknown,
    ProviderError,
    ProviderMisconfigured,
    ProviderRefused,
    ProviderUnavailable,
    RoomNotFound,
    UnexpectedReply,
)
from meetings.providers.xroom import Provider
from meetings.providers.xroom.envelope import RoomLimit, VersionRefused
from meetings.providers.xroom.signing import headers, sign

from ..doubles.base import Reply, cut, html_503, status
from ..doubles.xroom import Double
from ..doubles.xroom.faults import on, refusing
from .conftest import REF, make_spec

SALT = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
SECRET = "54ed8ea9722c38499ea8dbbeca19762e"
VECTORS = [
    (SECRET, SALT, "e38d3b4cbff52c73f740a5ad8dc0e15146e3e39925f58ab255e538b39705186c"),
    (
        "s3cr3t-Key_with.Punct",
        "Az09.,!#%=?+-Az09.,!#%=?+-Az09.,",
        "17ec38168209492e007ef335e1fee809932d59115225284f4893127910ffd302",
    ),
    (
        "YOUR_SECRET",
        "ff" * 32,
        "6e9497228f5bb09c3b514da04de294b5127303966112ff9d8280084f1c826af5",
    ),
    (
        "YOUR_SECRET",
        "vxEDGB5K4P87LNfYxhCEb3iGkJAMXGTW",
        "9a06bbd413f0fd5763d27df42be1c58d66fa3e45cc451a0ce77561197b611af9",
    ),
    (
        "YOUR_PRIVATE_KEY",
        "MstdhGwycjyrJIsdK9dNB0m5oCbHUDne",
        "55c32f0bd09cb47b39714659ee86eec7f590c828560fcb473b6046a105c466b1",
    ),
    (
        "YOUR_SECRET",
        "ds!-=i-XQvDeghoqRDYd0kq7g32lr,HR",
        "4e52490d638037cfe51250946e0da3d3e341332dcad67e132a69ac613052812a",
    ),
]
WRONG = {
    "the salt taken for hexadecimal": (
        "079a32461535749abe2552602af070ceae7bcca07efa9ac2c867dc6361ae0304"
    ),
    "the secret taken for hexadecimal": (
        "89509904f73a6ad1bd73277dc0b1321efb69ba79ab1dad513d5b3c4702e26bdd"
    ),
    "a plain hash of both": "612fe9fbdb415e148894bffc4930df1daf1f9010475f7a560f0df9cf9d6e9717",
}


@pytest.mark.parametrize(("secret", "salt", "proof"), VECTORS)
def test_salt_is_signed_as_their_own_wrappers_sign_it(secret, salt, proof):
    assert sign(secret, salt) == proof


@pytest.mark.parametrize("reading", WRONG)
def test_salt_is_not_signed_in_another_reading(reading):
    assert sign(SECRET, SALT) != WRONG[reading]


def test_headers_hold_a_new_salt_of_64_characters_each_time():
    first, second = headers("demo-id", SECRET), headers("demo-id", SECRET)

    assert len(first["x-random"]) == 64
    assert first["x-random"] != second["x-random"]
    assert first["x-auth-key"] == sign(SECRET, first["x-random"])
    assert (first["x-auth-id"], first["x-api-version"]) == ("demo-id", "2")


def test_call_is_one_method_of_a_collection_with_its_data(provider, double):
    provider.is_live(REF)

    call = double.journal[0]
    assert (call.method, call.path, call.verified) == ("POST", "/api/room", True)
    assert call.body == b'{"method":"list","data":{"domain":"meet.example.org"}}'


def test_repeated_call_is_signed_with_another_salt(provider, double):
    with double.failing(on("room/list", html_503)):
        provider.is_live(REF)

    salts = [call.headers["x-random"] for call in double.journal]
    assert len(set(salts)) == len(salts) == 2


def test_wrong_secret_is_told_as_such(build):
    with pytest.raises(BadCredentials, match="xroom: Authentication failed"):
        build(api_secret="rotated").is_live(REF)


def test_non_ascii_passcode_arrives_whole(provider, double):
    room = provider.init_room(REF, make_spec(passcode="ångström-ü"))

    assert double.rooms[room.room_id].password == "ångström-ü"
    assert all(call.verified for call in double.journal)


# Envelope


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("HMAC signature is wrong", BadCredentials),
        ("Access denied", BadCredentials),
        ("Forbidden", BadCredentials),
        ("Room does not exist", RoomNotFound),
        ("No such room", RoomNotFound),
        ("Room already exists", Conflict),
        ("This name is taken", Conflict),
        ("You have too many rooms", RoomLimit),
        ("API version 2 is not supported", VersionRefused),
        ("Rate limit reached", ProviderUnavailable),
        ("Something else", ProviderRefused),
    ],
)
@pytest.mark.parametrize("code", [200, 500, 503])
def test_refusal_is_named_by_its_words_whatever_its_status(provider, double, words, error, code):
    fault = refusing(words, code)

    with double.failing(fault), pytest.raises(ProviderError) as caught:
        provider.set_lock(REF, True)

    assert type(caught.value) is error
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("code", "error"),
    [(401, BadCredentials), (404, RoomNotFound), (409, Conflict), (429, ProviderUnavailable)],
)
def test_refusal_with_a_telling_status_is_named_by_it(provider, double, code, error):
    with double.failing(refusing("no", code)), pytest.raises(error):
        provider.set_lock(REF, True)


def test_refusal_with_a_5xx_is_not_tried_again(provider, double):
    double.switch["error_status"] = 503

    with pytest.raises(RoomNotFound):
        provider.set_lock(REF, True)

    assert double.methods() == ["room/setLock"]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (None, "refused without a word"),
        ("", "refused without a word"),
        ([{"tag": "id", "text": "is <b>missing</b>"}], '"text": "is missing "'),
        ("<h1>No</h1>\x00 " + "a" * 500, "a" * 290),
    ],
)
def test_their_words_come_in_any_shape_and_are_made_harmless(provider, double, told, said):
    with double.failing(refusing(told)), pytest.raises(ProviderRefused) as caught:
        provider.set_lock(REF, True)

    assert said in str(caught.value)
    assert len(str(caught.value)) <= 320


def test_their_words_do_not_repeat_the_passcode_or_our_address(provider, double):
    with double.failing(refusing("otter-42 is weak")), pytest.raises(ProviderRefused) as caught:
        provider.set_passcode(REF, "otter-42")
    with double.failing(refusing("otter-42 is weak")), pytest.raises(ProviderRefused) as booking:
        provider.book(make_spec(passcode="otter-42"))
    fault = on("room/init", refusing("otter-42 is weak, denied"))
    with double.failing(fault), pytest.raises(BadCredentials) as opening:
        provider.init_room(REF, make_spec(passcode="otter-42"))

    assert "xroom: … is weak" in str(caught.value)
    assert "otter-42" not in str(booking.value) + str(opening.value)


def test_answer_without_the_flag_is_taken_and_noted(provider, double, caplog):
    double.switch["envelope"] = "bare"

    assert provider.is_live(REF) is False
    assert "without “isError”" in caplog.text


@pytest.mark.parametrize("content", [{}, {"ok": True}, [], "text", None, 7])
def test_answer_in_no_envelope_is_never_success(provider, double, content):
    with (
        double.failing(lambda *_: Reply(content)),
        pytest.raises(UnexpectedReply, match="envelope"),
    ):
        provider.set_lock(REF, True)


def test_success_with_a_bad_status_is_no_success(provider, double):
    fault = Reply({"isError": False, "data": True}, status=400)

    with double.failing(lambda *_: fault), pytest.raises(ProviderRefused, match="HTTP 400"):
        provider.set_lock(REF, True)


def test_redirect_with_an_envelope_is_still_a_redirect(provider, double):
    fault = Reply({"isError": True, "errMsg": "elsewhere"}, status=302)

    with double.failing(lambda *_: fault), pytest.raises(UnexpectedReply):
        provider.set_lock(REF, True)


def test_lost_answer_to_a_call_that_cannot_be_repeated_is_an_open_question(provider, double):
    with double.failing(cut), pytest.raises(OutcomeUnknown):
        provider.call("booking", "add", {})


# Options


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("domain", "https://meet.example.org"),
        ("domain", "meet.example.org/room"),
        ("domain", "meet.example.org:443"),
        ("domain", "127.0.0.1:x"),
        ("domain", "127.0.0.1@evil"),
        ("domain", "meet"),
        ("url", "https://evil.example"),
        ("url", "https://xroom.app.evil.example"),
        ("url", "http://api.xroom.app"),
        ("url", "https://api.xroom.app@evil.example"),
        ("room_url", "https://sgp-1.signal.zroom.app"),
        ("room_url", "nonsense"),
        ("time_format", "seconds"),
        ("handshake_reply", "xml"),
        ("booking_grace_minutes", 90),
    ],
)
def test_option_that_cannot_work_is_refused_by_name(build, name, value):
    with pytest.raises(ProviderMisconfigured, match=f"main.*{name}"):
        build(**{name: value})


@pytest.mark.parametrize(
    "options",
    [
        {"domain": "Meet.Example.org"},
        {"domain": "localhost:9000"},
        {"url": "https://api.xroom.app"},
        {"room_url": "https://sgp-1.signal.xroom.app"},
        {"time_format": "iso", "booking_grace_minutes": "15"},
    ],
)
def test_option_that_can_work_is_taken(build, options):
    assert build(**options).alias == "main"


def test_rooms_alone_go_to_the_region_that_is_set(build, double):
    with Double() as region:
        provider = build(room_url=region.url)

        provider.book(make_spec())
        provider.is_live(REF)

    assert region.methods() == ["room/list"]
    assert double.methods() == ["booking/add", "booking/get"]


def test_usual_host_is_theirs():
    options = Provider.options_class.read(
        {"auth_id": "a", "api_secret": "b", "domain": "c.example"}, alias="main"
    )

    assert options.url == "https://api.xroom.app"


# The "Test" button


def test_every_capability_is_tried_and_told(provider):
    told = {line.name: (line.passed, line.message) for line in provider.ping()}

    assert told == {
        "Rooms": (True, "0 open"),
        "Bookings": (True, "0 made"),
        "Webhooks": (True, "0 validated"),
        "Webhook key": (True, ""),
    }


def test_capability_that_fails_is_told_in_their_words(provider, double):
    with double.failing(on("booking/list", refusing("Not in your plan"))):
        told = {line.name: line for line in provider.ping()}

    assert told["Rooms"].passed
    assert (told["Bookings"].passed, told["Bookings"].message) == (
        False,
        "xroom: Not in your plan",
    )
    assert told["Webhooks"].passed


def test_one_who_does_not_answer_is_not_asked_for_each_capability(provider, double):
    with double.failing(status(429)):
        lines = provider.ping()

    assert [line.passed for line in lines] == [False, False, False, True]
    assert len(double.journal) == 1


def test_missing_webhook_key_is_told(build):
    line = build(webhook_key="").ping()[-1]

    assert not line.passed
    assert "webhook_key" in line.message


def test_nothing_confidential_is_logged(provider, double, caplog):
    with caplog.at_level(logging.DEBUG):
        room = provider.init_room(REF, make_spec(passcode="otter-42"))
        provider.set_passcode(room, "badger-7")
        provider.is_live(room)

    for secret in ("otter-42", "badger-7", room.host_key, double.journal[0].headers["x-random"]):
        assert secret not in caplog.text
