"""The “Test” button: what the server lets us do, in its own words where it does not."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

from ..base import Check
from ..errors import ProviderError, ProviderRefused
from .client import PlugnmeetClient
from .replies import NoSuchCall, NothingFound

# Nothing tells a server's version; what it knows does.
NEWER = (
    "2.2 or newer. Servers from 2.3.0 on may keep features on that a room was to be without; "
    "the room's page says which."
)
OLDER = "2.0 or 2.1"
OLDEST = "1.x: analytics instead of summaries and transcripts"


def checks(client: PlugnmeetClient) -> list[Check]:
    """A line for each thing tried; without a valid key the others would all fail alike."""
    server = _try("Server", client.health)
    key = _try("API key and secret", lambda: _key(client), "live_status")
    if not key.passed:
        return [server, key]
    return [server, key, _way_in(client.options.people_go_to), *_calls(client)]


def _calls(client: PlugnmeetClient) -> list[Check]:
    return [
        _try("Version", lambda: generation(client)),
        _try("Open rooms", lambda: _open_rooms(client), "listing"),
        _try("Past rooms", lambda: _list(client, "/room/fetchPastRooms")),
        _try("Recordings", lambda: _list(client, "/recording/fetch"), "recording"),
        _try("Files", lambda: _files(client)),
    ]


def generation(client: PlugnmeetClient) -> str:
    """Which calls the server knows, as the versions that brought them."""
    if _knows(client, "/room/broadcastToRoom"):
        return NEWER
    return OLDER if _knows(client, "/artifact/fetch") else OLDEST


def _knows(client: PlugnmeetClient, path: str) -> bool:
    """Whether the server has the call: nothing is asked for, so nothing is done."""
    try:
        client.call(path, _nowhere() if path.endswith("/fetch") else {})
    except NoSuchCall:
        return False
    except ProviderRefused:
        pass
    return True


def _try(name: str, act: Callable[[], str], *features: str) -> Check:
    try:
        return Check(name=name, passed=True, message=act(), features=features)
    except ProviderError as error:
        return Check(name=name, passed=False, message=str(error), features=features)


def _nowhere() -> dict[str, list[str]]:
    return {"room_ids": [secrets.token_hex(16)]}


def _key(client: PlugnmeetClient) -> str:
    client.call("/room/isRoomActive", {"room_id": secrets.token_hex(16)})
    return ""


def _open_rooms(client: PlugnmeetClient) -> str:
    return _empty_is_fine(lambda: client.call("/room/getActiveRoomsInfo", {}))


def _list(client: PlugnmeetClient, path: str) -> str:
    return _empty_is_fine(lambda: client.call(path, _nowhere()))


def _files(client: PlugnmeetClient) -> str:
    return _empty_is_fine(
        lambda: client.call_either("/artifact/fetch", "/analytics/fetch", _nowhere())
    )


def _empty_is_fine(ask: Callable[[], object]) -> str:
    with suppress(NothingFound):
        ask()
    return ""


def _way_in(address: str) -> Check:
    """Their page refuses to start on plain http, except on the host named “localhost”."""
    parts = urlsplit(address)
    starts = parts.scheme == "https" or parts.hostname == "localhost"
    message = "" if starts else "The room's page starts on https:// only, or on http://localhost."
    return Check(name="Way in", passed=starts, message=message)
