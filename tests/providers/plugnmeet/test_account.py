"""plugNmeet: proof of who we are, and accounts that cannot work."""

import json
from typing import Any

import pytest

from meetings.providers.errors import (
    ProviderMisconfigured,
    RoomNotFound,
)
from meetings.providers.plugnmeet import Provider
from meetings.providers.plugnmeet.replies import NoSuchCall

from ..contract import REF
from ..doubles.plugnmeet import Double, signing
from .kit import DOCS_SECRET, account

ROOM = {
    "room_id": "mtg-2f9c1d",
    "metadata": {
        "room_title": "Weekly sync",
        "webhook_url": "https://app.example.org/webhooks/plugnmeet/",
        "room_features": {"waiting_room_features": {"is_active": True}},
    },
}
USER = {
    "room_id": "mtg-2f9c1d",
    "user_info": {"name": "Zoë Ångström", "user_id": "7b1f", "is_admin": False},
}
CREATE = (
    '{"room_id":"room01","max_participants":0,"metadata":{"room_title":"Été & <b>",'
    '"welcome_message":"Welcome to room","room_features":{"allow_webcams":true,'
    '"mute_on_start":false}}}'
).encode()
TOKEN = (
    b'{"room_id":"room01","user_info":{"name":"Ana","user_id":"u-1","is_admin":true,'
    b'"is_hidden":false,"user_metadata":{"profile_pic":"https://a.example/x.jpg"}}}'
)
COMPACT = (",", ":")
LAB_SECRET = Double.api_secret
# Secret, body, its length in bytes, signature. The fifth signs a Room-Id header, for uploads.
VECTORS: list[tuple[str, bytes, int, str]] = [
    (
        DOCS_SECRET,
        b'{"room_id":"room01"}',
        20,
        "4b60a468df680c0739f6c7255626b31c8934efc1293b9e40667575b964bf24b5",
    ),
    (DOCS_SECRET, CREATE, 178, "a12c2acd23ab1fe63575dbb0b2e2ef32f957dfedfe4cfcb63ea2d105300cdb0b"),
    (DOCS_SECRET, TOKEN, 155, "b88c0e89e95d52626c6daf5ccbe9930a3aadf167729ee767cc299c0945db1ed8"),
    (DOCS_SECRET, b"{}", 2, "d2a7003d22b6b6f94519230776f45e19d2086b20d1711a8eae6b0ee24d51cfeb"),
    (
        DOCS_SECRET,
        b"room01",
        6,
        "aef1a8b4b83362eff743c6a33d8767c80530ce9043e54659ed1042cb19a58709",
    ),
    (
        LAB_SECRET,
        json.dumps(ROOM, separators=COMPACT).encode(),
        185,
        "8e69d1d40e28f3a2fdf09d0da3aed291740ed6d6e00e6b60b241280f6fc72bed",
    ),
    (
        LAB_SECRET,
        json.dumps(ROOM).encode(),
        195,
        "9d12f41d490d9a856e8caf21767180a3cae6e9947a736adb3d3cab7c1234268f",
    ),
    (
        LAB_SECRET,
        json.dumps(USER, separators=COMPACT, ensure_ascii=False).encode(),
        97,
        "6842d551487820133e29775741da9d1c50e32c267dbb2ce72126393189a96f6f",
    ),
    (
        LAB_SECRET,
        json.dumps(USER, separators=COMPACT).encode(),
        109,
        "3b5b70bd053447faf5f1f2dfee1a28005a2aec3c874edba6209b9866d2e5555f",
    ),
    (LAB_SECRET, b"{}", 2, "f71ebed58e6d467ffeda8541b062de4f3c6c8ef7b758de605f18b4c1af58621a"),
]


@pytest.mark.parametrize(("secret", "body", "size", "signature"), VECTORS, ids=range(1, 11))
def test_signature_is_the_one_of_the_manual(
    secret: str, body: bytes, size: int, signature: str
) -> None:
    headers = account(api_key="plugnmeet", api_secret=secret).auth_headers(body)

    assert len(body) == size
    assert headers == {"API-KEY": "plugnmeet", "HASH-SIGNATURE": signature}
    assert signing.signature(secret, body) == signature  # the double agrees


def test_the_bytes_that_were_signed_are_the_bytes_that_go_out(
    double: Double, provider: Provider
) -> None:
    _, body, _, signature = VECTORS[7]

    with pytest.raises(RoomNotFound):
        provider.call("/room/getJoinToken", json.loads(body))

    call = double.journal[-1]
    assert call.body == body
    assert call.headers["hash-signature"] == signature
    assert (call.method, call.path) == ("POST", "/auth/room/getJoinToken")


# The account


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"url": "https://meet.example/auth/"}, "“url” is the server's address, without “/auth”"),
        ({"url": "ftp://meet.example"}, "“url” must begin with https://"),
        ({"client_url": "meet.example"}, "“client_url” must begin with https://"),
        ({"room_prefix": "user_x"}, "“room_prefix” may have"),
        ({"room_prefix": "a-FIELD_b"}, "“room_prefix” may have"),
        ({"room_prefix": "é"}, "“room_prefix” may have"),
        ({"room_prefix": "x" * 25}, "“room_prefix” may have"),
        ({"design": "red"}, "“design” must be a JSON object"),
        ({"design": "[]"}, "“design” must be a JSON object"),
        ({"empty_minutes": "soon"}, "“empty_minutes” cannot be"),
    ],
)
def test_account_that_cannot_work_is_refused_by_name(changed: Any, words: str) -> None:
    with pytest.raises(ProviderMisconfigured, match=words):
        account(**changed)


def test_options_are_read_from_the_environments_text() -> None:
    options = account(insights="true", analytics="no", empty_minutes="5").options

    assert (options.insights, options.analytics, options.empty_minutes) == (True, False, 5)


def test_server_below_a_path_is_called_there(double: Double) -> None:
    provider = account(url=f"{double.url}/meet/")

    with pytest.raises(NoSuchCall):
        provider.is_live(REF)

    assert double.paths() == ["/meet/auth/room/isRoomActive"]
