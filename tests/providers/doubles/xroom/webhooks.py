"""The collection `webhook`."""

import hmac
import json
import secrets
from collections.abc import Callable, Iterator
from typing import Any

from ..diary import Diary
from ..wire import post
from .values import Hook, Refusal


class Webhooks:
    """The collection `webhook`."""

    switch: dict[str, Any]
    ids: Iterator[int]
    hooks: dict[int, Hook]
    webhook_key: str
    diary: Diary

    def webhook_methods(self) -> dict[str, Callable[..., Any]]:
        return {
            "add": self.add_hook,
            "remove": self.remove_hook,
            "list": self.list_hooks,
            "validate": self.validate_hook,
        }

    def add_hook(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["type"] != "url":
            raise Refusal("Only addresses here")
        hook = Hook(next(self.ids), given["domain"], given["url"])
        self.hooks[hook.id] = hook
        if self.switch["handshake"] == "during_add":
            hook.validated = self.shake_hands(hook.url)
        return {"id": hook.id, "validated": hook.validated}

    def remove_hook(self, given: dict[str, Any]) -> None:
        if self.hooks.pop(given["id"], None) is None:
            raise Refusal("No such webhook")

    def list_hooks(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        domain, valid = given["domain"], given.get("validated")
        found = (hook for hook in self.hooks.values() if hook.domain == domain)
        urls = [
            {"id": hook.id, "domain": domain, "url": hook.url}
            for hook in found
            if given.get("token", "") in hook.url and valid in {None, hook.validated}
        ]
        return [*urls, {"id": 9, "domain": domain, "robotId": 4}]

    def validate_hook(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["id"] not in self.hooks:
            raise Refusal("No such webhook")
        hook = self.hooks[given["id"]]
        hook.validated = self.shake_hands(hook.url)
        return {"validated": hook.validated}

    def shake_hands(self, url: str) -> bool:
        """Ask the address to sign something; whether its answer is what we expect."""
        challenge = secrets.token_hex(16)
        expected = hmac.digest(self.webhook_key.encode(), challenge.encode(), "sha256").hex()
        if self.switch["handshake_expects"] == "json":
            expected = json.dumps(expected)
        status, text = self.send(url, {"event": "validation", "signThis": challenge})
        return (status, text) == (200, expected)

    def send(self, url: str, content: dict[str, Any]) -> tuple[int, str]:
        """Call an address; what it answers."""
        headers = {"Content-Type": "application/json"}
        status, text = post(url, json.dumps(content).encode(), headers)
        self.diary.write_event(content["event"], url, status)
        return status, text
