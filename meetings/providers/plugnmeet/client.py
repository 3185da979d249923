"""One signed call, its answer, and the error that it means."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from ..errors import ProviderError, UnexpectedReply
from ..http import Answer, Call, HttpProvider, Reply
from .options import PlugnmeetOptions, check
from .replies import NoSuchCall, NothingFound, entries, meaning

PAGE = 100  # their most
MOST_PAGES = 50


class PlugnmeetClient(HttpProvider[PlugnmeetOptions]):
    """Calls of the manual: POST under /auth, business errors with HTTP 200 and `status: false`."""

    label = "plugNmeet"
    options_class: ClassVar[type[PlugnmeetOptions]] = PlugnmeetOptions
    usual_pace = 10.0  # a server of one's own has no limit: this only keeps it from being flooded
    stands_empty = timedelta(minutes=10)

    def __init__(self, alias: str, options: PlugnmeetOptions, *, trusted: bool = True) -> None:
        check(options, alias)
        super().__init__(alias, options, trusted=trusted)
        if self.opens_ahead:  # they close it so long after it was opened, if nobody has come
            self.opens_ahead = min(self.opens_ahead, timedelta(minutes=options.empty_minutes / 2))

    def auth_headers(self, body: bytes) -> dict[str, str]:
        signature = hmac.new(self.options.api_secret.encode(), body, hashlib.sha256)
        return {"API-KEY": self.options.api_key, "HASH-SIGNATURE": signature.hexdigest()}

    def call(self, path: str, wanted: dict[str, Any], *, repeatable: bool = True) -> Reply:
        """What the server answers. Every call of theirs may be repeated, but for join tokens."""
        answer: Reply = self.post(f"/auth{path}", wanted, repeatable=repeatable)
        return answer

    def call_either(self, path: str, older: str, wanted: dict[str, Any]) -> Reply:
        """A call that servers before 2.0 know by another name."""
        try:
            return self.call(path, wanted)
        except NoSuchCall:
            return self.call(older, wanted)

    def rows(self, path: str, wanted: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
        """A list of theirs, page after page; none found is an empty list."""
        for page in range(MOST_PAGES):
            paging = {"from": page * PAGE, "limit": PAGE, "order_by": "DESC"}
            try:
                result = self.part(self.call(path, {**wanted, **paging}), "result")
            except NothingFound:
                return
            found = entries(result.get(name))
            yield from found
            if len(found) < PAGE:
                return

    def part(self, answer: Mapping[str, Any], name: str) -> dict[str, Any]:
        """What the answer must hold: null is no answer."""
        if isinstance(found := answer.get(name), dict):
            return found
        raise UnexpectedReply(f"the answer has no “{name}”.", provider=self.label)

    def token(self, answer: Mapping[str, Any]) -> str:
        if isinstance(found := answer.get("token"), str) and found:
            return found
        raise UnexpectedReply("the answer has no “token”.", provider=self.label)

    def health(self) -> str:
        """The server's own word on itself, which it gives to anybody."""
        answer = self._ask(Call("GET", "/healthCheck", repeatable=True, public=True))
        if not answer.ok:
            raise self.refusal(answer)
        if "healthy" not in answer.text.lower()[:20]:
            raise UnexpectedReply("somebody else answers there.", provider=self.label)
        return self.words_of(answer)

    def read(self, answer: Answer) -> Any:
        content = super().read(answer)
        if not isinstance(content, dict) or not isinstance(content.get("status"), bool):
            raise UnexpectedReply("the answer has no “status”.", provider=self.label)
        if not content["status"]:
            words = str(content.get("msg") or "")
            kind = meaning(str(content.get("status_code") or ""), words)
            raise kind(self.words_of(answer), provider=self.label)
        return content

    def refusal(self, answer: Answer) -> ProviderError:
        if answer.status in {404, 405}:  # a room that is not there is answered with 200
            return NoSuchCall(self.words_of(answer), provider=self.label, status=answer.status)
        return super().refusal(answer)

    def words_of(self, answer: Answer) -> str:
        """Their words; failures below the calls come as plain text."""
        if answer.content is None and answer.text and "<" not in answer.text:
            return self.harmless(answer.text)
        return super().words_of(answer)
