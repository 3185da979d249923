"""Those outside: providers that can be slow, dead or lying, and a mail server that counts."""

import json
import random
import re
import threading
import time
from collections import Counter
from email import message_from_bytes
from typing import Any

from tests.providers.doubles.base import html, html_503, slow
from tests.providers.doubles.plugnmeet import Double as Plugnmeet
from tests.providers.doubles.wire import Call, Reply, post
from tests.providers.doubles.xroom import Double as Xroom
from tests.smtp_double import SmtpDouble

ANSWER_LINK = re.compile(rb"/j/([\w-]+)/answer/")
SLOW, DOWN = slow(10), html_503


class Mails(SmtpDouble):
    """Takes all mails; knows which links to answer at were in them."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def keep(self, recipient: str, data: bytes) -> None:
        super().keep(recipient, data)
        parts = message_from_bytes(data).walk()
        bodies = [part.get_payload(decode=True) or b"" for part in parts if not part.is_multipart()]
        if found := ANSWER_LINK.search(b"".join(map(bytes, bodies))):
            self.links.append(found[1].decode())


class Deliveries:
    """Which events we were told to have taken, and which forged ones were let through."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.forged_taken = 0
        self.forged_refused = 0
        self.away = 0


class Meeting(Plugnmeet):
    """plugNmeet. While it lies, events come twice, late and forged, and answers are pages."""

    def __init__(self, **switches: Any) -> None:
        super().__init__(**switches)
        self.is_lying = False
        self.deliveries = Deliveries()
        self.__enter__()

    def deliver(self, url: str, event: str, room: dict[str, Any], **more: Any) -> int:
        if self.is_lying:
            time.sleep(random.uniform(0, 2))  # noqa: S311  (no secret)
        body, headers = self.delivery(event, room, **more)
        status = 0
        for _ in range(20):  # as long as a patient provider tries
            status = self._post(url, body, headers)
            if status == 200:
                break
            self.deliveries.away += 1
            time.sleep(1)
        if self.is_lying:
            self._post(url, body, headers)
            forged = body.replace(b'"room_id"', b'"room_ld"', 1)
            self._count_forged(self._post(url, forged, headers))
        return status

    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        status, _ = post(url, body, headers)
        if status == 200:
            self.deliveries.taken[json.loads(body)["id"]] += 1
        return status

    def _count_forged(self, status: int) -> None:
        if status == 200:
            self.deliveries.forged_taken += 1
        elif status == 400:
            self.deliveries.forged_refused += 1


class Reserving(Xroom):
    """xroom, which holds rooms before they start."""

    def __init__(self, **switches: Any) -> None:
        super().__init__(**switches)
        self.__enter__()


def lie(double: Any, call: Call, reply: Reply) -> Reply:
    """A page with 200, or an answer about somebody else's room."""
    if random.random() < 0.5:  # noqa: S311
        return html(double, call, reply)
    wrong = re.sub(rb"[0-9a-f]{32}", b"f" * 32, bytes(reply.body))
    return Reply(wrong, status=reply.status, headers=reply.headers, kind=reply.kind)
