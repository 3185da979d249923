"""What docs/deploy promises of units, image and compose file stands in them."""

import os
import re
import runpy
import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
OURS = ("migrate", "pages", "rooms", "worker")
OTHERS = ("caddy", "postgres", "redis")
# Read by others than Parley's settings: Compose itself, PostgreSQL, Caddy and gunicorn.
NOT_OURS = {
    *("PARLEY_IMAGE", "POSTGRES_PASSWORD", "POSTGRES_USER"),
    *("PAGES", "ROOMS", "GUNICORN_BIND", "WEB_CONCURRENCY"),
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


def explained() -> set[str]:
    text = (ROOT / ".env.example").read_text()
    return set(re.findall(r"^# ([A-Z][A-Z_]+)=", text, re.MULTILINE))


def unit(path: Path) -> RawConfigParser:
    """A unit as systemd reads it: with what all of ours have in common."""
    found = RawConfigParser(strict=False)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read([path, DEPLOY / "systemd" / "parley-.service.d" / "10-common.conf"])
    return found


# The compose file


def test_each_part_of_the_compose_file_is_known_here(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {*OURS, *OTHERS}


def test_containers_change_nothing_and_gain_no_rights(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged"), name
        assert service.get("user") not in {"root", "0", 0}, name
        assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "caddy" else [])


def test_only_caddy_is_reached_from_outside(compose: dict[str, Any]) -> None:
    services = compose["services"]

    assert {name for name, service in services.items() if "ports" in service} == {"caddy"}
    assert compose["networks"]["inside"] == {"internal": True}
    assert services["postgres"]["networks"] == services["redis"]["networks"] == ["inside"]


def test_all_of_ours_run_from_one_image(compose: dict[str, Any]) -> None:
    images = {compose["services"][name]["image"] for name in OURS}

    assert len(images) == 1
    assert "build" in compose["services"]["migrate"]
    assert [name for name in OTHERS if ":" not in compose["services"][name]["image"]] == []


def test_nothing_starts_before_the_tables_are_up_to_date(compose: dict[str, Any]) -> None:
    for name in ("pages", "rooms", "worker"):
        needed = compose["services"][name]["depends_on"]
        assert needed["migrate"] == {"condition": "service_completed_successfully"}
        assert needed["redis"] == {"condition": "service_healthy"}


def test_secrets_stand_in_a_file_that_is_not_committed(compose: dict[str, Any]) -> None:
    text = (DEPLOY / "compose.yaml").read_text()

    assert {tuple(compose["services"][name]["env_file"]) for name in OURS} == {(".env",)}
    assert "/deploy/.env" in (ROOT / ".gitignore").read_text().splitlines()
    assert "SECRET_KEY" not in text
    assert "FIELD_KEYS" not in text
    passwords = re.findall(r"(?:PASSWORD: |://parley:)(\S+?)[:?\s]", text)
    assert set(passwords) == {"${POSTGRES_PASSWORD"}


def test_each_setting_of_the_compose_file_is_one_that_parley_reads(compose: dict[str, Any]) -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    named = set(re.findall(r"\$\{([A-Z_]+)", text))
    for service in compose["services"].values():
        named |= set(service.get("environment", {}))

    assert named - explained() - NOT_OURS == set()


# The image


def stages() -> list[str]:
    text = (DEPLOY / "Dockerfile").read_text()
    return re.split(r"(?m)^FROM ", text)[1:]


def test_image_runs_as_nobody_in_particular_and_says_whether_it_serves() -> None:
    build, final = stages()

    assert re.search(r"^USER 10001:10001$", final, re.MULTILINE)
    assert "HEALTHCHECK" in final
    assert 'CMD ["python", "deploy/ready.py"]' in final
    assert "--require-hashes" in build
    assert "collectstatic" in build


def test_image_holds_no_tools_and_no_addresses_of_indexes() -> None:
    build, final = stages()

    assert not re.search(r"\bapt|\bgcc|pip install|COPY \. ", final)
    assert "pip uninstall" in final
    assert "--without-pip" in build
    assert not re.search(r"https?://|index-url", build + final)
    assert all(re.match(r"python:3\.\d+-slim-\w+\b", stage) for stage in (build, final))


def test_only_what_runs_goes_into_the_image() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    taken = {line.removeprefix("!") for line in lines if line.startswith("!")}

    assert lines[1] == "*"
    assert {name for name in taken if not (ROOT / name).exists()} == set()
    assert {"accounts", "config", "meetings", "templates", "static", "manage.py"} <= taken
    assert not taken & {".git", ".env", "var", "tests", "deploy"}


def test_settings_of_the_image_exist() -> None:
    _, final = stages()
    named = set(re.findall(r"(?m)^(?:ENV|   ) +([A-Z_]+)=", final))

    assert {"DATA_DIR", "STATIC_ROOT"} <= named
    assert named - explained() == {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


# The units


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_units_may_do_little(path: Path) -> None:
    service = unit(path)["Service"]

    assert service["User"] == "parley"
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    for name in ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "MemoryDenyWriteExecute"):
        assert service[name] == "true"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_units_begin_again_and_are_given_time_to_end(path: Path) -> None:
    service = unit(path)["Service"]

    if service.get("Type") == "oneshot":
        assert path.with_suffix(".timer").exists()
        return
    assert service["Restart"] == "always"
    assert int(service["TimeoutStopSec"]) >= 15


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_units_start_programs_that_exist(path: Path) -> None:
    command = unit(path)["Service"]["ExecStart"]
    folders = ("accounts", "meetings")
    known = {
        found.stem
        for folder in folders
        for found in (ROOT / folder / "management" / "commands").glob("*.py")
    }

    for name in re.findall(r"manage\.py (\w+)", command):
        assert name in known | {"run_huey"}
    for name in re.findall(r"-c (deploy/\S+)", command):
        assert (ROOT / name).exists()


def test_workers_are_stopped_by_the_signal_that_lets_them_finish(compose: dict[str, Any]) -> None:
    for path in (DEPLOY / "systemd").glob("parley-worker*.service"):
        assert unit(path)["Service"]["KillSignal"] == "SIGINT"
    assert compose["services"]["worker"]["stop_signal"] == "SIGINT"


def test_gunicorn_has_longer_to_finish_than_a_request_and_is_given_it(
    compose: dict[str, Any],
) -> None:
    chosen = runpy.run_path(str(DEPLOY / "gunicorn.py"))
    stop = int(unit(DEPLOY / "systemd" / "parley-pages.service")["Service"]["TimeoutStopSec"])

    assert chosen["worker_class"] == "gthread"
    assert chosen["graceful_timeout"] < stop
    assert compose["services"]["pages"]["stop_grace_period"] == f"{stop}s"
    assert chosen["forwarded_allow_ips"] == ""


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed: it did NOT look at the units.")
    shutil.copytree(DEPLOY / "systemd", tmp_path, dirs_exist_ok=True)
    for path in tmp_path.glob("*.service"):  # Parley itself is not installed here
        path.write_text(re.sub(r"/srv/parley/\.venv/bin/\w+", "/bin/true", path.read_text()))

    units = [str(path) for path in sorted(tmp_path.glob("*.*")) if path.is_file()]
    looked = subprocess.run(
        [program, "verify", "--man=no", *units],
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )

    assert [line for line in looked.stderr.splitlines() if "parley" in line] == []
