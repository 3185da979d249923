"""A Firefox that does what it is asked by WebDriver BiDi: over a socket, without a driver."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from websockets.sync.client import ClientConnection, connect

PROGRAM = shutil.which("firefox-esr") or shutil.which("firefox")
MISSING = "Firefox is not installed: meeting between two kinds of browsers was NOT tested."
PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
}
HERE = "[location.href, document.body.innerText.slice(0, 500)]"


class Firefox:
    def __init__(self, profile: Path) -> None:
        assert PROGRAM
        kept = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items()]
        (profile / "user.js").write_text("\n".join(kept))
        self.process = subprocess.Popen(
            [PROGRAM, "--headless", "--remote-debugging-port=0", "--profile", str(profile)],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        self.open = ExitStack()
        self.line: ClientConnection | None = None
        self.asked = 0

    def __enter__(self) -> Self:
        try:
            self._begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _begin(self) -> None:
        line = connect(f"{self._address()}/session", max_size=None, origin=None)
        self.line = self.open.enter_context(line)
        self._ask("session.new", capabilities={})
        [tab] = self._ask("browsingContext.getTree")["contexts"]
        self.tab = tab["context"]

    def __exit__(self, *_: object) -> None:
        self.open.close()
        self.process.kill()
        self.process.wait()
        if self.process.stderr:
            self.process.stderr.close()

    def go_to(self, address: str) -> None:
        self._ask("browsingContext.navigate", context=self.tab, url=address, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """What this expression gives, of which JSON can be made."""
        answer = self._ask(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression}) ?? null))()",
            target={"context": self.tab},
            awaitPromise=True,
            userActivation=True,
        )
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])

    def until(self, expression: str, holds: Callable[[Any], object] = bool) -> Any:
        deadline = time.monotonic() + 40
        while not holds(found := self.evaluate(expression)):
            assert time.monotonic() < deadline, f"{expression} is {found}, at {self.evaluate(HERE)}"
            time.sleep(0.1)
        return found

    def _address(self) -> str:
        assert self.process.stderr
        for said in self.process.stderr:
            if found := re.search(r"BiDi listening on (ws://\S+)", said):
                return found[1]
        raise AssertionError("Firefox did not start.")

    def _ask(self, method: str, **params: Any) -> Any:
        assert self.line
        self.asked += 1
        self.line.send(json.dumps({"id": self.asked, "method": method, "params": params}))
        while (told := json.loads(self.line.recv(timeout=60))).get("id") != self.asked:
            pass
        assert told["type"] == "success", told
        return told["result"]
