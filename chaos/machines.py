"""What a site stands on: a PostgreSQL of its own that may be stopped and killed, and processes."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

AS_POSTGRES = ("setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups")


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        return int(free.getsockname()[1])


def answers_at(port: int) -> bool:
    with closing(socket.socket()) as attempt:
        attempt.settimeout(1)
        return attempt.connect_ex(("127.0.0.1", port)) == 0


def wait_for(port: int, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not answers_at(port):
        if time.monotonic() > until:
            raise TimeoutError(f"Nobody answers at port {port}.")
        time.sleep(0.05)


class Postgres:
    """A server in a directory of its own, reached from this machine alone."""

    def __init__(self, directory: Path) -> None:
        self.programs = max(Path("/usr/lib/postgresql").glob("*/bin"))
        self.data = directory / "postgres"
        self.port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self.data.mkdir()
        if os.geteuid() == 0:
            directory.chmod(0o755)
            shutil.chown(self.data, "postgres")
        self._run("initdb", "-D", self.data / "db", "-A", "trust", "-E", "UTF8", "-U", "postgres")

    def start(self) -> None:
        # With fsync, unlike in tests: what a crash leaves behind is what this is about.
        place = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        log = self.data / "log"
        self._run("pg_ctl", "-D", self.data / "db", "-l", log, "-w", "-o", place, "start")

    def stop(self, mode: str) -> None:
        """`fast` ends all connections, `immediate` is a crash."""
        self._run("pg_ctl", "-D", self.data / "db", "-w", "-m", mode, "stop")

    def _run(self, program: str, *told: object) -> None:
        before = AS_POSTGRES if os.geteuid() == 0 else ()
        command = [*before, str(self.programs / program), *map(str, told)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.data)  # noqa: S603


class Process:
    """A program that may be killed and started again; what it says goes into a file."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], log: Path, port: int = 0
    ) -> None:
        self.command, self.environment, self.log, self.port = command, environment, log, port
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  (our own commands)
                self.command,
                env=dict(self.environment),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, number: int = signal.SIGKILL) -> None:
        """With all that it has started, as when a machine is taken away."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, number)
            self.process.wait(20)

    def stop(self) -> None:
        try:
            self.kill(signal.SIGTERM)
        except subprocess.TimeoutExpired:
            self.kill()
