"""The Makefile, on machines of every kind: their Python only writes down what it is asked to do."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

PYTHON = """#!/bin/sh
echo "$*" >> "{log}"
case "$*" in
  -V) echo "Python {version}" ;;
  *version_info*) exit {too_old} ;;
  "-m venv --clear .venv") [ -n "{ensurepip}" ] || exit 1; rm -rf .venv; {copy} ;;
  "-m venv --clear --without-pip .venv") rm -rf .venv; {copy}; touch .venv/without-pip ;;
  "-m pip --version") {has_pip} ;;
esac
"""
COPY = "mkdir -p .venv/bin; cp {path} .venv/bin/python"


class Machine:
    """A folder with the Makefile in it, and a Python of some kind."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        shutil.copy(settings.BASE_DIR / "Makefile", folder)
        (folder / "requirements").mkdir()
        for lock in ("runtime", "dev"):
            (folder / "requirements" / f"{lock}.txt").touch()
        self.give_python()

    def give_python(
        self,
        version: str = "3.12.1",
        *,
        too_old: bool = False,
        ensurepip: bool = True,
        has_pip: str = '[ ! -e .venv/without-pip ] || [ "$0" = ./python ]',
    ) -> None:
        script = PYTHON.format(
            log=self.log,
            version=version,
            too_old=int(too_old),
            ensurepip="yes" if ensurepip else "",
            has_pip=has_pip,
            copy=COPY.format(path=self.folder / "python"),
        )
        (self.folder / "python").write_text(script)
        (self.folder / "python").chmod(0o755)

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", "PYTHON=./python", *arguments],
            cwd=self.folder,
            env={"PATH": os.defpath},  # the system's programs, and no uv of a developer's
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def asked(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    @property
    def installs(self) -> list[str]:
        return [line for line in self.asked if " install " in line]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    if not shutil.which("make"):
        pytest.skip("there is no make here")
    return Machine(tmp_path)


def test_run_installs_starts_and_installs_nothing_the_next_time(machine: Machine) -> None:
    first = machine.make("run")
    second = machine.make("run")

    assert first.returncode == second.returncode == 0
    (install,) = machine.installs
    assert install == "-m pip install --quiet --require-hashes -r requirements/runtime.txt"
    assert machine.asked.count("manage.py up --demo") == 2


def test_changed_lock_is_installed(machine: Machine) -> None:
    machine.make("run")
    lock = machine.folder / "requirements" / "runtime.txt"
    later = lock.stat().st_mtime + 60
    os.utime(lock, (later, later))

    machine.make("run")

    assert len(machine.installs) == 2


def test_install_that_broke_off_starts_over(machine: Machine) -> None:
    machine.make("run")
    (machine.folder / ".venv" / "runtime.stamp").unlink()
    (machine.folder / ".venv" / "unfinished").touch()
    (machine.folder / ".venv" / "half").touch()

    machine.make("run")

    assert not (machine.folder / ".venv" / "half").exists()
    assert not (machine.folder / ".venv" / "unfinished").exists()
    assert len(machine.installs) == 2


def test_too_old_python_is_refused_with_its_version(machine: Machine) -> None:
    machine.give_python("3.9.2", too_old=True)

    refused = machine.make("run")

    assert refused.returncode != 0
    assert "Parley needs Python 3.11 or newer; ./python is Python 3.9.2." in refused.stdout
    assert machine.installs == []


def test_python_without_ensurepip_uses_the_pip_of_the_system(machine: Machine) -> None:
    machine.give_python(ensurepip=False)

    assert machine.make("run").returncode == 0

    (install,) = machine.installs
    assert install.startswith("-m pip --python .venv/bin/python install --quiet --require-hashes")


def test_machine_without_any_pip_is_told_what_to_install(machine: Machine) -> None:
    machine.give_python(ensurepip=False, has_pip="exit 1")

    refused = machine.make("run")

    assert refused.returncode != 0
    assert "install python3-venv, python3-pip or uv" in refused.stdout


def test_help_explains_every_command(machine: Machine) -> None:
    text = (settings.BASE_DIR / "Makefile").read_text()
    commands = {name for line in re.findall(r"(?m)^\.PHONY:(.*)$", text) for name in line.split()}

    explained = set(re.findall(r"^  make (\S+) +\S", machine.make().stdout, re.MULTILINE))

    assert explained == commands
    assert {"run", "test", "check", "fmt", "demo", "clean"} <= commands
