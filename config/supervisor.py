"""Several programs run as one: they start together, and when one ends all do."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType

from config import with_parent

PATIENCE = 10.0  # seconds that a program may take to finish what it is doing
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Program:
    """Something to run; its name is what people read when it ends."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] | None = None

    def start(self) -> "Running":
        process = subprocess.Popen(  # noqa: S603 (our own commands)
            [sys.executable, with_parent.__file__, *self.command],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C comes to us alone, and we stop them in order
        )
        return Running(self, process)


@dataclass(frozen=True)
class Running:
    program: Program
    process: subprocess.Popen[bytes]

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def ask_to_stop(self) -> None:
        if not self.ended:
            self.process.send_signal(signal.SIGINT)  # both servers finish their work on it

    def wait(self, seconds: float) -> None:
        try:
            self.process.wait(max(seconds, 0))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __str__(self) -> str:
        code = self.process.returncode
        how = f"was stopped by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
        return f"{self.program.name} {how}"


class Supervisor:
    """Runs programs until a signal comes or one of them ends; nothing of them stays behind."""

    def __init__(self, programs: Sequence[Program], say: Callable[[str], object]) -> None:
        self.programs = programs
        self.say = say
        self.running: list[Running] = []
        self._asked = threading.Event()

    def run(self, is_ready: Callable[[], bool], when_ready: Callable[[], object]) -> int:
        """The exit code: 0 when asked to stop, 1 when a program ended by itself."""
        before = {number: signal.signal(number, self._on_signal) for number in STOP_SIGNALS}
        try:
            self.running = [program.start() for program in self.programs]
            self._watch(is_ready)
            if not self._over:
                when_ready()
            self._watch(lambda: False)
            return self._outcome()
        finally:
            self._stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    @property
    def _ended(self) -> list[Running]:
        return [running for running in self.running if running.ended]

    @property
    def _over(self) -> bool:
        return self._asked.is_set() or bool(self._ended)

    def _watch(self, enough: Callable[[], bool]) -> None:
        while not self._over and not enough():
            self._asked.wait(0.1)

    def _outcome(self) -> int:
        if self._asked.is_set():
            self.say("Stopping.")
            return 0
        for running in self._ended:
            self.say(f"{running}, so everything is stopped.")
        return 1

    def _stop(self) -> None:
        deadline = time.monotonic() + PATIENCE
        for running in self.running:
            running.ask_to_stop()
        for running in self.running:
            running.wait(deadline - time.monotonic())

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._asked.is_set():  # asked twice: no more patience
            for running in self.running:
                running.process.kill()
        self._asked.set()
