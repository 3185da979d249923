from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.conf import settings as site
from django.utils import timezone

from meetings.builtin_room import tokens
from meetings.builtin_room.protocol import Code, RoomRefusal
from meetings.providers.base import Attendee, Role

ANA = Attendee(key="u:7", name="Ana", role=Role.COHOST)


def mint(minutes: float = 5) -> str:
    return tokens.mint("room1", ANA, until=timezone.now() + timedelta(minutes=minutes))


def forged(key: Any, **changed: Any) -> str:
    claims = jwt.decode(mint(), options={"verify_signature": False})
    claims |= changed
    return jwt.encode({k: v for k, v in claims.items() if v is not None}, key, algorithm="HS256")


def test_token_carries_the_person_into_the_room() -> None:
    given = tokens.read(mint())

    assert given == tokens.Pass(room="room1", identity="u:7", name="Ana", role=Role.COHOST)


def test_token_never_lasts_longer_than_entering_takes() -> None:
    claims = jwt.decode(mint(minutes=600), options={"verify_signature": False})

    assert claims["exp"] - claims["iat"] == 600


@pytest.mark.parametrize(
    "token",
    [
        "",
        None,
        7,
        "not a token",
        pytest.param("x" * 70_000, id="long"),
    ],
)
def test_rubbish_is_no_token(token: object) -> None:
    with pytest.raises(RoomRefusal) as error:
        tokens.read(token)

    assert error.value.code is Code.BAD_TOKEN


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "something else"},
        {"iss": "https://elsewhere.example"},
        {"exp": 1},
        {"exp": None},
        {"role": None},
        {"role": "emperor"},
        {"nbf": 99_999_999_999},
    ],
    ids=str,
)
def test_token_for_another_purpose_or_time_is_refused(changed: dict[str, Any]) -> None:
    token = forged(next(tokens._keys()), **changed)

    with pytest.raises(RoomRefusal):
        tokens.read(token)


def test_site_key_itself_signs_no_room_tokens() -> None:
    with pytest.raises(RoomRefusal):
        tokens.read(forged(site.SECRET_KEY))


def test_unsigned_token_is_refused() -> None:
    claims = jwt.decode(mint(), options={"verify_signature": False})
    unsigned = jwt.encode(claims, None, algorithm="none")

    with pytest.raises(RoomRefusal):
        tokens.read(unsigned)


def test_tokens_outlive_a_change_of_the_site_key(settings: Any) -> None:
    token = mint()
    old = settings.SECRET_KEY

    settings.SECRET_KEY = "another-key-of-the-site-long-enough-to-be-one"
    settings.SECRET_KEY_FALLBACKS = [old]

    assert tokens.read(token).name == "Ana"
