"""The settings file, read by a process of its own as a start of Parley reads it."""

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import settings

from tests.forked import fork
from tests.others import check_for_deployment

KEPT = re.compile("PATH$|HOME$|COVERAGE_")  # of the machine's settings, none of Parley's
PRODUCTION = {
    "SITE_URL": "https://parley.example",
    "SECRET_KEY": "k3" * 30 + "-Zq",
    "FIELD_KEYS": Fernet.generate_key().decode(),
    "DEBUG": "false",
}


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """An environment with nothing of ours in it but where data goes."""
    kept = {name: value for name, value in os.environ.items() if KEPT.match(name)}
    return {**kept, "DATA_DIR": str(tmp_path / "data"), "DEBUG": "false"}


def manage(
    environment: dict[str, str], *arguments: str, code: int = 0
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done


def setting(environment: dict[str, str], name: str) -> object:
    """The value of a setting in such an environment."""
    (value,) = values(environment, name)
    return value


def values(environment: dict[str, str], *names: str) -> list[object]:
    """The values of these settings in such an environment."""
    asked = ", ".join(f"settings.{name}" for name in names)
    program = f"import json; from config import settings; print(json.dumps([{asked}]))"
    found: list[object] = json.loads(said(environment, program))
    return found


def said(environment: dict[str, str], program: str) -> str:
    """What a program says that needs the settings and no more of Django."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env={**environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("missing", ["SECRET_KEY", "FIELD_KEYS"])
def test_production_does_not_start_without_its_secrets(
    machine: dict[str, str], missing: str
) -> None:
    given = {name: value for name, value in PRODUCTION.items() if name != missing}

    refusal = manage({**machine, **given}, "check", code=1).stderr

    assert refusal.startswith(f"Parley cannot start: {missing} is not set.")
    assert "Traceback" not in refusal


def test_development_makes_its_own_keys_for_its_owner_and_never_for_production(
    machine: dict[str, str],
) -> None:
    key = setting({**machine, "DEBUG": "true"}, "SECRET_KEY")

    kept = Path(machine["DATA_DIR"]) / "secrets.env"
    assert f"SECRET_KEY={key}\n" in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "SECRET_KEY is not set" in manage(machine, "check", code=1).stderr


def test_development_is_off_unless_switched_on(machine: dict[str, str]) -> None:
    del machine["DEBUG"]

    assert values({**machine, **PRODUCTION, "DEBUG": ""}, "DEBUG", "DEMO") == [False, False]


def test_deployment_check_is_quiet_with_production_settings(
    machine: dict[str, str], tmp_path: Path
) -> None:
    assert checked({**machine, **PRODUCTION}, tmp_path) == ""


def test_deployment_check_would_find_an_insecure_site(
    machine: dict[str, str], tmp_path: Path
) -> None:
    insecure = {**machine, **PRODUCTION, "SITE_URL": "http://parley.example"}

    assert "security.W012" in checked(insecure, tmp_path)  # session cookies over plain http


def checked(environment: dict[str, str], directory: Path) -> str:
    """What a check before deployment finds in such an environment."""
    process = fork(environment, check_for_deployment, directory / "found")
    process.join(120)
    assert process.exitcode == 0
    return (directory / "found").read_text()


def test_database_is_found_in_a_folder_of_any_name(machine: dict[str, str], tmp_path: Path) -> None:
    odd = tmp_path / "C++ & #1 100%"

    name = setting({**machine, "DEBUG": "true", "DATA_DIR": str(odd)}, "DATABASES['default']")

    assert isinstance(name, dict)
    assert name["NAME"] == f"{odd}/parley.sqlite3"


def test_site_is_where_the_port_says(machine: dict[str, str]) -> None:
    development = {**machine, "DEBUG": "true", "PORT": "9001"}

    here = "http://localhost:9001"
    assert values(development, "SITE_URL", "CSRF_TRUSTED_ORIGINS") == [here, [here]]


def test_mail_service_is_used_with_its_own_settings(machine: dict[str, str]) -> None:
    told = {"EMAIL_SERVICE": "postmark", "EMAIL_SERVICE_OPTIONS": "POSTMARK_SERVER_TOKEN=t0ken"}
    look = "from django.core.mail import get_connection; print(get_connection().server_token)"

    assert "t0ken" in said({**machine, **PRODUCTION, **told}, look)
