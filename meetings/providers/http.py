"""Talking to a provider by HTTP: exact bytes out, JSON in, every failure named."""

import json
import logging
import re
import time
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import urlsplit

import requests
from django.utils.translation import gettext_noop as _
from urllib3.exceptions import NewConnectionError

from meetings import metrics

from .addresses import PrivateAddress, PublicOnly
from .base import MeetingProvider
from .errors import (
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
from .options import Options
from .pace import before_call
from .patience import InTime
from .time_limit import time_left, time_limit, within_limit

log = logging.getLogger(__name__)

REFUSALS: Mapping[int, type[ProviderError]] = {
    401: BadCredentials,
    403: BadCredentials,
    404: RoomNotFound,
    409: Conflict,
    429: ProviderUnavailable,
}
LONGEST_MESSAGE = 300
PRIVATE = "its address is inside our own network; ALLOW_PRIVATE_PROVIDERS=true would allow that."
MOST_CALLS = 1000  # per second
LONGEST_WAIT = 60  # seconds: somebody is waiting for the page


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOptions(Options):
    """What every account by HTTP has: where, and how long we wait (seconds)."""

    url: str = field(metadata={"label": _("Server's address"), "help": _("Begins with https://")})
    connect_timeout: float = field(
        default=3.0, metadata={"label": _("Seconds that we wait for a connection")}
    )
    read_timeout: float = field(
        default=10.0, metadata={"label": _("Seconds that we wait for an answer")}
    )
    calls_per_second: float = field(
        default=0.0,
        metadata={
            "label": _("Calls per second that the account may have"),
            "help": _("0: as we know the provider. People who click never wait for this."),
        },
    )
    open_ahead: bool = field(
        default=True,
        metadata={
            "label": _("Open rooms some minutes before their meetings"),
            "help": _("Where an empty room stays open. Nobody comes in earlier for it."),
        },
    )
    pool: str = field(
        default="",
        metadata={
            "label": _("Pool"),
            "help": _("Accounts with the same word here are equal: rooms are spread over them."),
        },
    )
    most_rooms: int = field(
        default=0,
        metadata={
            "label": _("Rooms that the account holds at once"),
            "help": _("0: no limit is known. In a pool, a full account comes last."),
        },
    )


class Reply(dict[str, Any]):
    """A JSON object of theirs. A key that is not there is their fault and is named as such."""

    def __missing__(self, key: str) -> Any:
        raise UnexpectedReply(f"the answer has no “{key}”.")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, read whole within our limits: `content` is JSON or, failing that, None."""

    status: int
    content: Any
    text: str

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Call:
    """One request of ours; repeatable when doing it twice does no harm."""

    method: str
    path: str
    body: bytes = field(default=b"", repr=False)
    query: Mapping[str, str] | None = None
    repeatable: bool = False
    public: bool = False  # asked by anybody: it proves nothing about us

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, as a page's policy names them."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def clock_skew(date: str) -> timedelta | None:
    """How far the clock that wrote this date is ahead of ours; None when it is no date."""
    try:
        return parsedate_to_datetime(date) - datetime.now(UTC)
    except (TypeError, ValueError):  # without a zone it cannot be compared
        return None


H = TypeVar("H", bound=HttpOptions)


class HttpProvider(MeetingProvider[H], Generic[H]):
    """A provider behind HTTP. Redirects are never followed; secrets and bodies are never logged."""

    most_bytes: ClassVar[int] = 1_000_000
    usual_pace: ClassVar[float | None] = None  # calls per second, where the account names none
    stands_empty: ClassVar[timedelta | None] = None  # how long a room may wait for its meeting

    def __init__(self, alias: str, options: H, *, trusted: bool = True) -> None:
        super().__init__(alias, options, trusted=trusted)
        if urlsplit(options.url).scheme not in {"http", "https"}:
            raise ProviderMisconfigured(f"Provider “{alias}”: “url” must begin with https://.")
        for name in ("connect_timeout", "read_timeout"):
            if not 0 < getattr(options, name) <= LONGEST_WAIT:  # not a number is not less, either
                raise ProviderMisconfigured(
                    f"Provider “{alias}”: “{name}” must be above 0 and at most {LONGEST_WAIT}."
                )

        if not 0 <= options.calls_per_second <= MOST_CALLS:
            raise ProviderMisconfigured(
                f"Provider “{alias}”: “calls_per_second” must be from 0 to {MOST_CALLS}."
            )
        self.calls_per_second = options.calls_per_second or self.usual_pace
        self.opens_ahead = self.stands_empty if options.open_ahead else None
        self._join_pool(options)

    def _join_pool(self, options: H) -> None:
        said = f"Provider “{self.alias}”: “{{}}” {{}}"
        if options.most_rooms < 0:
            raise ProviderMisconfigured(said.format("most_rooms", "must be 0 or more."))
        if options.pool and self.features.booking:
            why = "cannot be set: its rooms are reserved when a meeting is made."
            raise ProviderMisconfigured(said.format("pool", why))
        self.pool, self.most_rooms = options.pool.strip(), options.most_rooms or None

    @abstractmethod
    def auth_headers(self, body: bytes) -> dict[str, str]:
        """What proves that we are we, for exactly these bytes; made anew for each attempt."""

    def post(self, path: str, payload: Any, *, repeatable: bool = False) -> Any:
        """Send JSON and read JSON. A repeatable call goes again once when nobody answered."""
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        return self._asked(Call("POST", path, body, repeatable=repeatable))

    def get(
        self, path: str, query: Mapping[str, str] | None = None, *, public: bool = False
    ) -> Any:
        return self._asked(Call("GET", path, query=query, repeatable=True, public=public))

    def delete(self, path: str) -> Any:
        return self._asked(Call("DELETE", path, repeatable=True))

    def read(self, answer: Answer) -> Any:
        """What the answer holds, or the error it means. Providers with envelopes override this."""
        if not answer.ok:
            raise self.refusal(answer)
        if answer.content is None:
            raise self._unexpected("the answer is not JSON", answer)
        return answer.content

    def refusal(self, answer: Answer) -> ProviderError:
        """The error that an answer other than 2xx means."""
        fault = ProviderUnavailable if answer.status >= 500 else ProviderRefused
        kind = REFUSALS.get(answer.status, fault)
        if 300 <= answer.status < 400:
            kind = UnexpectedReply
        return kind(self.words_of(answer), provider=self.label, status=answer.status)

    def words_of(self, answer: Answer) -> str:
        """The provider's own words, made harmless: no markup, no secrets of ours, not too long."""
        content = answer.content if isinstance(answer.content, dict) else {}
        found = (content.get(name) for name in ("msg", "message", "error", "errMsg"))
        words = next((each for each in found if isinstance(each, str) and each), "")
        return self.harmless(words) or "refused without a word"

    def harmless(self, words: str) -> str:
        text = " ".join(re.sub(r"<[^>]*>", " ", words).split())
        for secret in self.options.secrets:
            text = text.replace(secret, "…")
        return "".join(c for c in text if c.isprintable())[:LONGEST_MESSAGE]

    def address_of(self, call: Call) -> str:
        """Where this call goes; some providers have another host for some calls."""
        return self.options.url.rstrip("/") + call.path

    def is_overload(self, answer: Answer) -> bool:
        """Whether it was not they who answered, but something in front of them."""
        return answer.status in {502, 503, 504}

    # Not for overriding

    def _asked(self, call: Call) -> Any:
        with metrics.provider_call(self.alias):
            return self.read(self._ask(call))

    def _ask(self, call: Call) -> Answer:
        try:
            return self._once(call)
        except ProviderUnavailable:
            if not call.repeatable or time_left() == 0:
                raise
        return self._once(call)

    def _once(self, call: Call) -> Answer:
        if time_left() == 0:  # nothing is sent, so nothing has happened
            raise ProviderUnavailable("did not answer in time.", provider=self.label)
        before_call(self.alias, self.calls_per_second)
        most = self.options.connect_timeout + self.options.read_timeout
        with metrics.provider_answer(self.alias), time_limit(most):
            return self._answer(call)

    def _answer(self, call: Call) -> Answer:
        began = time.monotonic()
        try:
            with self._session() as session, self._send(session, call) as response:
                self.clock_skew = clock_skew(response.headers.get("Date", ""))
                answer = self._whole(response)
        except requests.RequestException as error:
            raise self._silence(error, call) from None
        took = round((time.monotonic() - began) * 1000)
        log.info("%s: %s answered %d in %d ms", self.alias, call, answer.status, took)
        if call.repeatable and self.is_overload(answer):
            raise self.refusal(answer)
        return answer

    def _session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False  # a .netrc would silently replace our Authorization
        adapter = InTime() if self.trusted else PublicOnly()
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        return session

    def _send(self, session: requests.Session, call: Call) -> requests.Response:
        headers = {"Accept": "application/json"}
        if not call.public:
            headers |= self.auth_headers(call.body)
        if call.body:
            headers["Content-Type"] = "application/json"
        return session.request(
            call.method,
            self.address_of(call),
            params=call.query,
            data=call.body or None,
            headers=headers,
            timeout=(
                within_limit(self.options.connect_timeout),
                within_limit(self.options.read_timeout),
            ),
            allow_redirects=False,
            stream=True,
        )

    def _whole(self, response: requests.Response) -> Answer:
        """The answer within our limit of size; `InTime` sees to the time."""
        content = bytearray()
        for part in response.iter_content(16_384):
            content += part
            if len(content) > self.most_bytes:
                raise UnexpectedReply("the answer is too long.", provider=self.label)
        text = content.decode("utf-8", errors="replace")
        try:
            return Answer(response.status_code, json.loads(text, object_hook=Reply), text)
        except (ValueError, RecursionError):
            return Answer(response.status_code, None, text)

    def _silence(self, error: requests.RequestException, call: Call) -> ProviderError:
        """No answer: did it happen or not? Where nothing was sent, it did not."""
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        if isinstance(reason, PrivateAddress):
            return ProviderRefused(PRIVATE, provider=self.label)
        unsent = isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError)
        if unsent or isinstance(reason, NewConnectionError) or call.repeatable:
            return ProviderUnavailable("does not answer.", provider=self.label)
        return OutcomeUnknown("the answer was lost; it may have worked.", provider=self.label)

    def _unexpected(self, what: str, answer: Answer) -> UnexpectedReply:
        return UnexpectedReply(f"{what}.", provider=self.label, status=answer.status)
