"""One account on trial: each step by itself, what it said, and a clean room afterwards."""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from urllib.parse import quote

from django.core.exceptions import ImproperlyConfigured

from meetings.providers import AnyProvider
from meetings.providers.base import RoomSpec
from meetings.providers.errors import BadCredentials, ProviderError, ProviderUnavailable

from .sheet import Line, Outcome, Sheet
from .stage import TITLE, Stage, Thing, new_key

LONGEST = 300
NO_ROOM = "there is no open room"
PATIENCE = 10.0  # seconds that a room may take to be over


class Verdict(Exception):
    """What a step found, when it is not simply that all is well."""

    outcome: Outcome


class Failed(Verdict):
    outcome = Outcome.FAILED


class Partly(Verdict):
    outcome = Outcome.PARTLY


class NotTried(Verdict):
    outcome = Outcome.NOT_TRIED


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to try: says in words what was seen, or raises a verdict."""

    name: str
    act: Callable[["Trial"], str]
    feature: str = ""  # tried only where it is claimed


class Trial:
    """Steps against one account. `told` hears each line as it is found."""

    def __init__(
        self,
        provider: AnyProvider,
        *,
        told: Callable[[Line], None] | None = None,
        patience: float | None = None,
    ) -> None:
        self.provider = provider
        self.stage = Stage(provider)
        self.sheet = Sheet(
            alias=provider.alias, provider=str(provider.label), features=provider.features
        )
        self.told = told or (lambda line: None)
        self.patience = PATIENCE if patience is None else patience
        self.room: Thing | None = None
        self.stopped = ""  # why nothing more is tried
        self.secrets: set[str] = set(provider.options.secrets)

    def run(self, plan: Iterable[Step]) -> Sheet:
        """Try everything that is claimed, and take away what was made, whatever happens."""
        pending = [step for step in plan if self.claims(step.feature)]
        try:
            while pending:
                self._try(pending)
        except KeyboardInterrupt:
            self.sheet.interrupted = True
        finally:
            self._clean()
        for step in pending:
            self.note(step.name, Outcome.NOT_TRIED, "interrupted", feature=step.feature)
        return self.sheet

    # For steps

    def claims(self, feature: str) -> bool:
        return not feature or bool(getattr(self.provider.features, feature))

    def spec(self) -> RoomSpec:
        """A wish for a room of its own, with nothing special about it."""
        return RoomSpec(key=new_key(), title=TITLE)

    @property
    def thing(self) -> Thing:
        """The open room."""
        if self.room is None:
            raise NotTried(NO_ROOM)
        return self.room

    def note(self, name: str, outcome: Outcome, words: str = "", *, feature: str = "") -> None:
        line = Line(name=name, outcome=outcome, words=self.harmless(words), feature=feature)
        self.sheet.lines.append(line)
        self.told(line)

    def wait_until(self, done: Callable[[], bool]) -> float | None:
        """After how many seconds it was so; None when it never was."""
        began = time.monotonic()
        while not done():
            if time.monotonic() - began >= self.patience:
                return None
            time.sleep(min(1.0, self.patience / 4))
        return time.monotonic() - began

    def harmless(self, words: str) -> str:
        """Anybody's words without markup, secrets and what a terminal would obey."""
        text = " ".join(re.sub(r"<[^>]*>", " ", words).split())
        for secret in sorted(self._secrets(), key=len, reverse=True):
            text = text.replace(secret, "…")
        return "".join(c for c in text if c.isprintable())[:LONGEST]

    # Not for steps

    def _secrets(self) -> set[str]:
        keys = {thing.ref.host_key for thing in self.stage.things}
        plain = {secret for secret in self.secrets | keys if secret}
        return plain | {quote(secret, safe="") for secret in plain}

    def _try(self, pending: list[Step]) -> None:
        """The next one; it stays pending when it is interrupted."""
        step = pending[0]
        outcome, words = self._outcome(step)
        del pending[0]
        self.note(step.name, outcome, words, feature=step.feature)

    def _outcome(self, step: Step) -> tuple[Outcome, str]:
        if self.stopped:
            return Outcome.NOT_TRIED, self.stopped
        try:
            return Outcome.CONFIRMED, step.act(self)
        except Verdict as verdict:
            return verdict.outcome, str(verdict)
        except ProviderError as error:
            self._stop_after(error)
            return Outcome.FAILED, str(error)
        except ImproperlyConfigured as error:
            return Outcome.FAILED, str(error)
        except Exception as error:  # noqa: BLE001  (a broken adapter is what this looks for)
            return Outcome.FAILED, f"broken: {type(error).__name__}: {error}"

    def _stop_after(self, error: ProviderError) -> None:
        """Nothing more is asked of one who does not answer, or does not let us in."""
        silent = isinstance(error, ProviderUnavailable) and error.status is None
        if silent or isinstance(error, BadCredentials):
            self.stopped = f"not asked any more after: {error}"

    def _clean(self) -> None:
        reasons: dict[str, str] = {}
        try:
            for thing, error in self.stage.clean():
                reasons[str(thing)] = str(error)
        except KeyboardInterrupt:
            self.sheet.interrupted = True
        for thing in self.stage.things:
            if thing.gone:
                self.sheet.cleaned.append(self.harmless(str(thing)))
            elif not self.stage.needs_no_cleaning(thing):
                perhaps = "" if thing.known else " (if it was made)"
                reason = reasons.get(str(thing), "interrupted")
                self.sheet.left.append(self.harmless(f"{thing}{perhaps}: {reason}"))


def differently(spec: RoomSpec, **wishes: object) -> RoomSpec:
    """Another room's wish, with something special about it."""
    return replace(spec, key=new_key(), **wishes)  # type: ignore[arg-type]
