"""The v2 REST interface: raw token, objects or bare text in answers, pages."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote

from ..errors import (
    BadCredentials,
    Conflict,
    ProviderError,
    ProviderMisconfigured,
    ProviderRefused,
    RoomNotFound,
    UnexpectedReply,
)
from ..http import Answer, HttpProvider, Reply
from .settings import VideosdkOptions
from .tokens import ServerToken

PER_PAGE = "20"
MOST_PAGES = 100
A_TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")
CLOSED = re.compile(r"disabled|deactivated", re.IGNORECASE)
IS_SO = re.compile(r"already|no active|not (?:active|running|started|found)", re.IGNORECASE)
NOT_FOUND = re.compile(r"not found|roomid is invalid|does ?n.t exist", re.IGNORECASE)


class Api(HttpProvider[VideosdkOptions]):
    """Calls to VideoSDK, with the server's token."""

    options_class = VideosdkOptions
    most_bytes: ClassVar[int] = 4_000_000  # sessions come with everybody who was in them

    def __init__(self, alias: str, options: VideosdkOptions, *, trusted: bool = True) -> None:
        super().__init__(alias, options, trusted=trusted)
        if faults := options.faults:
            raise ProviderMisconfigured(f"Provider “{alias}” cannot use: {', '.join(faults)}.")
        self.server_token = ServerToken(options)

    def auth_headers(self, body: bytes) -> dict[str, str]:
        return {"Authorization": self.server_token.current()}  # raw: "Bearer" is refused

    # Answers

    def read(self, answer: Answer) -> Any:
        """An object, or the bare text of many actions; the page of a proxy is neither."""
        if answer.ok and answer.content is None and not answer.text.lstrip().startswith("<"):
            return answer.text
        return super().read(answer)

    def refusal(self, answer: Answer) -> ProviderError:
        """They say 402, and sometimes 400, for “not found”."""
        error = super().refusal(answer)
        if isinstance(error, BadCredentials):
            self.server_token.forget()
        if answer.status not in {400, 402}:
            return error
        kind = RoomNotFound if answer.status == 402 else meaning(str(error))
        return kind(error.args[0], provider=self.label, status=answer.status)

    def words_of(self, answer: Answer) -> str:
        """Error bodies are documented nowhere: any of four names, or bare text."""
        if isinstance(answer.content, str):
            return self.harmless(answer.content) or super().words_of(answer)
        content = answer.content if isinstance(answer.content, dict) else {}
        words = text(content, "message", "error", "msg", "statusMessage")
        if answer.content is None and not answer.text.lstrip().startswith("<"):
            words = answer.text
        code = text(content, "code", "errorCode")
        said = self.harmless(f"{words} [{code}]" if code else words)
        return said or super().words_of(answer)

    def harmless(self, words: str) -> str:
        return super().harmless(A_TOKEN.sub("…", words))

    def thing(self, reply: Any) -> Reply:
        """The one object that was asked for."""
        if isinstance(reply, Reply):
            return reply
        raise UnexpectedReply("the answer is not an object.", provider=self.label)

    def every(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        items: Callable[[Any], list[Reply]] | None = None,
    ) -> Iterator[Reply]:
        """Every item of a list that comes in pages."""
        for number in range(1, MOST_PAGES + 1):
            page = self.get(path, {**(query or {}), "page": str(number), "perPage": PER_PAGE})
            if not isinstance(page, dict | list):
                raise UnexpectedReply("the answer is no list.", provider=self.label)
            found = (items or listed)(page)
            yield from found
            if not found or is_last(page):
                return
        raise UnexpectedReply("its list does not end.", provider=self.label)


def meaning(words: str) -> type[ProviderRefused]:
    """What a plain “bad request” is about, as far as its words tell."""
    if NOT_FOUND.search(words):
        return RoomNotFound
    return Conflict if CLOSED.search(words) else ProviderRefused


def nothing_to_do(error: ProviderRefused) -> bool:
    """Whether what we asked for is so already; how they say it is documented nowhere."""
    if isinstance(error, BadCredentials):
        return False
    return bool(IS_SO.search(str(error)))


def listed(page: Any) -> list[Reply]:
    """The items of a page: under `data`, or the page itself."""
    found = page.get("data") if isinstance(page, dict) else page
    return objects(found)


def objects(found: Any) -> list[Reply]:
    return [each for each in found if isinstance(each, Reply)] if isinstance(found, list) else []


def is_last(page: Any) -> bool:
    """Whether no page follows, in either of the two ways of saying so."""
    if not isinstance(page, dict):
        return True
    info = page.get("pageInfo") or page.get("pagination")
    if not isinstance(info, dict):
        return True
    now, last = number(info, "currentPage", "page"), number(info, "lastPage", "totalPages")
    return now is None or last is None or now >= last


def text(given: Mapping[str, Any], *names: str) -> str:
    """The first of these that says something."""
    found = (given.get(name) for name in names)
    return next((str(each) for each in found if is_plain(each) and str(each)), "")


def number(given: Mapping[str, Any], *names: str) -> int | None:
    """The first of these that is a number, and not one of JSON's odd ones."""
    for value in (given.get(name) for name in names):
        if isinstance(value, int | float) and is_plain(value) and math.isfinite(value):
            return int(value)
    return None


def is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def moment(value: Any) -> datetime | None:
    """An instant in ISO 8601, with an offset or Z; None when it is not one."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def in_path(identifier: str) -> str:
    return quote(identifier, safe="")


def room_id_of(given: Mapping[str, Any]) -> str:
    """Some answers and all events still use the name of the first version."""
    return text(given, "roomId", "meetingId")


def custom_id_of(given: Mapping[str, Any]) -> str:
    return text(given, "customRoomId", "userMeetingId")
