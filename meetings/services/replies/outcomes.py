"""What became of a mail."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    ANSWER = "answer"
    BOUNCE = "bounce"
    IGNORED = "ignored"  # by a machine, and not for us, or too late
    FOR_A_PERSON = "for a person"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`text` is for logs: it tells no content."""

    kind: Kind
    text: str
