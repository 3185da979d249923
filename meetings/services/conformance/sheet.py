"""The capability sheet: what was claimed, and what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from meetings.providers.base import Features


class Outcome(StrEnum):
    """What came of one try, the worst first."""

    FAILED = "failed"
    PARTLY = "in part"
    CONFIRMED = "confirmed"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that was tried, or was not, and why."""

    name: str
    outcome: Outcome
    words: str = ""
    feature: str = ""  # which one it proves


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """One feature: whether it is claimed, and what its lines say together."""

    feature: str
    claimed: bool
    outcome: Outcome
    words: str = ""


@dataclass(slots=True, kw_only=True)
class Sheet:
    """Everything that was found out about one account."""

    alias: str
    provider: str
    features: Features
    lines: list[Line] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)  # to the page's open questions
    cleaned: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)  # what could not be taken away
    interrupted: bool = False

    @property
    def capabilities(self) -> list[Capability]:
        return [self._capability(each.name) for each in fields(self.features)]

    @property
    def failures(self) -> list[Line]:
        return [line for line in self.lines if line.outcome is Outcome.FAILED]

    @property
    def passed(self) -> bool:
        """Nothing that is claimed failed, and nothing of ours was left behind."""
        return not (self.failures or self.left or self.interrupted)

    def as_dict(self) -> dict[str, Any]:
        """The sheet for machines."""
        return {
            "alias": self.alias,
            "provider": self.provider,
            "passed": self.passed,
            "interrupted": self.interrupted,
            "capabilities": [plain(each) for each in self.capabilities],
            "tried": [plain(each) for each in self.lines],
            "answers": self.answers,
            "cleaned": self.cleaned,
            "left": self.left,
        }

    def _capability(self, name: str) -> Capability:
        about = [line for line in self.lines if line.feature == name]
        words = "; ".join(dict.fromkeys(line.words for line in about if line.words))
        claimed: bool = getattr(self.features, name)
        if claimed and not about:
            words = "no step tries it"
        return Capability(feature=name, claimed=claimed, outcome=worst(about), words=words)


def worst(lines: Iterable[Line]) -> Outcome:
    """What lines say together: the worst of them, and nothing when there is none."""
    found = {line.outcome for line in lines}
    return next((outcome for outcome in Outcome if outcome in found), Outcome.NOT_TRIED)


def plain(row: Line | Capability) -> dict[str, Any]:
    return {each.name: getattr(row, each.name) for each in fields(row)}
