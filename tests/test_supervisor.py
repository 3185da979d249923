"""Several programs as one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from config.supervisor import Program, Supervisor

SLEEP = "import time; time.sleep(60)"


def python(name: str, program: str) -> Program:
    return Program(name, [sys.executable, "-c", program])


def send_to_self(number: int) -> Callable[[], None]:
    return lambda: os.kill(os.getpid(), number)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_being_asked_to_stop_stops_all_and_is_no_failure(said: list[str], number: int) -> None:
    supervisor = Supervisor([python("One", SLEEP), python("Two", SLEEP)], said.append)

    code = supervisor.run(is_ready=lambda: True, when_ready=send_to_self(number))

    assert code == 0
    assert said == ["Stopping."]
    assert all(running.ended for running in supervisor.running)


def test_program_that_ends_takes_the_others_along_and_is_named(said: list[str]) -> None:
    programs = [python("The worker", "raise SystemExit(3)"), python("The web server", SLEEP)]
    supervisor = Supervisor(programs, said.append)

    code = supervisor.run(is_ready=lambda: False, when_ready=lambda: said.append("ready"))

    assert code == 1
    assert said == ["The worker ended with 3, so everything is stopped."]
    assert all(running.ended for running in supervisor.running)


def test_killed_program_is_told_apart_from_one_that_ended(said: list[str]) -> None:
    supervisor = Supervisor([python("One", SLEEP), python("Two", SLEEP)], said.append)

    def kill_two() -> None:
        supervisor.running[1].process.kill()

    code = supervisor.run(is_ready=lambda: True, when_ready=kill_two)

    assert code == 1
    assert said == ["Two was stopped by SIGKILL, so everything is stopped."]


def test_programs_may_finish_what_they_are_doing(said: list[str], tmp_path: Path) -> None:
    done, started = tmp_path / "done", tmp_path / "started"
    careful = f"""
import pathlib, signal, sys, time
def finish(*_):
    time.sleep(0.3); pathlib.Path({str(done)!r}).touch(); sys.exit()
signal.signal(signal.SIGINT, finish)
pathlib.Path({str(started)!r}).touch()
time.sleep(60)
"""

    Supervisor([python("Careful", careful)], said.append).run(
        is_ready=started.exists, when_ready=send_to_self(signal.SIGTERM)
    )

    assert done.exists()


def test_asking_twice_waits_for_nobody(said: list[str], tmp_path: Path) -> None:
    started = tmp_path / "started"
    deaf = f"""
import os, pathlib, signal, time
def again(*_):
    os.kill({os.getpid()}, signal.SIGTERM)
signal.signal(signal.SIGINT, again)
pathlib.Path({str(started)!r}).touch()
while True: time.sleep(60)
"""
    begun = time.monotonic()

    Supervisor([python("Deaf", deaf)], said.append).run(
        is_ready=started.exists, when_ready=send_to_self(signal.SIGTERM)
    )

    assert time.monotonic() - begun < 5


def test_signals_mean_what_they_meant_before(said: list[str]) -> None:
    before = signal.getsignal(signal.SIGTERM)

    Supervisor([python("Short", "")], said.append).run(lambda: False, lambda: None)

    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties children to their parent")
def test_programs_die_with_a_killed_parent() -> None:
    script = f"""
import sys
from config.supervisor import Program, Supervisor
supervisor = Supervisor([Program("Child", [sys.executable, "-c", {SLEEP!r}])], print)
supervisor.run(lambda: True, lambda: print(supervisor.running[0].process.pid, flush=True))
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", script], cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    wait_until_tied(child)

    parent.kill()
    parent.communicate()

    assert ends_within(child, seconds=5)


def wait_until_tied(pid: int) -> None:
    """The launcher has become the program itself once its command line says so."""
    command = Path(f"/proc/{pid}/cmdline")
    while b"with_parent" in command.read_bytes():
        time.sleep(0.02)


def ends_within(pid: int, *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":  # dead, and waiting for whoever adopted it
            return True
        time.sleep(0.05)
    return False
