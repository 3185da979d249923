"""All questions, asked one after the other; none of them can end or hold up the examination."""

import queue
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from . import addresses, data, mail, media, modes, people, providers, work
from .finding import Finding, Question, wrong

QUESTIONS: tuple[Question, ...] = tuple(
    chain(
        addresses.QUESTIONS,
        modes.QUESTIONS,
        people.QUESTIONS,
        data.QUESTIONS,
        work.QUESTIONS,
        mail.QUESTIONS,
        media.QUESTIONS,
        providers.QUESTIONS,
    )
)


@dataclass(frozen=True, slots=True)
class Examined:
    title: str
    findings: tuple[Finding, ...]


def examine(questions: Iterable[Question] = QUESTIONS) -> Iterator[Examined]:
    """Each answer as it comes."""
    for question in questions:
        findings = _beside_us(question) if question.patience else _answer(question)
        yield Examined(question.title, findings)


def _answer(question: Question) -> tuple[Finding, ...]:
    try:
        return tuple(question.ask())
    except Exception as error:  # noqa: BLE001  (each machine has errors of its own)
        return (_broken(error),)


def _broken(error: Exception) -> Finding:
    # Not its words: they may repeat an address with a password in it.
    return wrong(
        f"This could not be looked at: {type(error).__name__}.",
        "Look at the settings of this group and at the log of what they name.",
    )


def _beside_us(question: Question) -> tuple[Finding, ...]:
    """In a thread that is left behind when nobody answers in time."""
    answers: queue.Queue[tuple[Finding, ...]] = queue.Queue()
    thread = threading.Thread(target=lambda: answers.put(_answer(question)), daemon=True)
    thread.start()
    try:
        return answers.get(timeout=question.patience)
    except queue.Empty:
        waited = f"{question.patience:g} seconds"
        return (
            wrong(
                f"There was no answer within {waited}.",
                "Look whether it runs, and whether a firewall lets us through to it.",
            ),
        )
