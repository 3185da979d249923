"""What must hold of the files themselves."""

import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(settings.BASE_DIR)
LOCKS = {name: ROOT / "requirements" / f"{name}.txt" for name in ("runtime", "dev")}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
VENDORS = (ROOT / "static" / "vendor", ROOT / "tests" / "vendor")
STATIC = sorted(path for path in (ROOT / "static").rglob("*") if path.is_file())
TEXTS = [path for path in STATIC if path.suffix in {".js", ".css", ".html", ".json", ".svg"}]


def locked(lock: str) -> dict[str, Version]:
    """The packages of a lock, with their exact versions."""
    lines = re.findall(r"^([\w.-]+)==([^\s;]+)", LOCKS[lock].read_text(), re.MULTILINE)
    return {canonicalize_name(name): Version(version) for name, version in lines}


def named_by_the_project(lock: str) -> list[Requirement]:
    named = list(PROJECT["project"]["dependencies"])
    if lock == "dev":
        named += PROJECT["dependency-groups"]["dev"]
        named += [
            each for extra in PROJECT["project"]["optional-dependencies"].values() for each in extra
        ]
    return [Requirement(each) for each in named]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_dependency_is_locked_to_a_version_that_the_project_allows(lock: str) -> None:
    versions = locked(lock)

    for requirement in named_by_the_project(lock):
        version = versions.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is not locked: make lock"
        assert requirement.specifier.contains(version, prereleases=True), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_hashes_and_no_addresses(lock: str) -> None:
    text = LOCKS[lock].read_text()

    assert not re.search(r"https?:|file:|index-url|find-links|@ ", text)
    assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=\w)", text.strip()))


def test_developers_run_the_versions_that_users_run() -> None:
    development = locked("dev")

    assert {name: development.get(name) for name in locked("runtime")} == locked("runtime")


def test_no_package_replaces_the_http_library_behind_our_back() -> None:
    assert importlib.util.find_spec("urllib3_future") is None


@pytest.mark.parametrize("lock", LOCKS)
def test_recurrence_rules_stay_with_the_library_that_others_agree_with(lock: str) -> None:
    """Version 4 of python-dateutil is refused by those who build on it."""
    assert locked(lock).get("python-dateutil", Version("2.9")) < Version("3")


def test_every_setting_that_is_read_is_explained_and_every_explained_one_is_read() -> None:
    explained = set(
        re.findall(r"^# ([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    )
    explained_providers = {name for name in explained if name.startswith("MEETING_")}

    assert explained - explained_providers == names_that_the_settings_read()
    assert "MEETING_PROVIDERS" in explained_providers


def names_that_the_settings_read() -> set[str]:
    program = """
from config.env import Environment
read, get = [], Environment.get_value
Environment.get_value = lambda env, name, *a, **k: read.append(name) or get(env, name, *a, **k)
import config.settings
print(*read)
"""
    environment = {"DEBUG": "true", "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    return set(done.stdout.decode().split())


def test_static_files_fetch_nothing_from_elsewhere() -> None:
    """Names of XML vocabularies, and the addresses of sources in comments, are not fetched."""
    fetched = re.compile(
        r"""(?:from|import|src=|href=|url\(|fetch\(|WebSocket\()\s*["'(]*(?:https?:)?//"""
    )

    found = {str(path): match for path in TEXTS if (match := fetched.search(path.read_text()))}

    assert not found


def test_static_files_name_no_source_maps() -> None:
    assert not [path for path in TEXTS if "sourceMappingURL" in path.read_text()]


@pytest.mark.parametrize("vendor", VENDORS)
def test_vendored_files_are_those_that_were_taken_in(vendor: Path) -> None:
    listed = {
        vendor / package["folder"] / name: digest
        for package in json.loads((vendor / "vendor.json").read_text())
        for name, digest in package["files"].items()
    }

    present = {path for path in vendor.rglob("*") if path.is_file() and path.name != "vendor.json"}
    assert present == set(listed)
    for path, digest in listed.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest, path


@pytest.mark.parametrize("vendor", VENDORS)
def test_vendored_packages_carry_their_licence(vendor: Path) -> None:
    for package in json.loads((vendor / "vendor.json").read_text()):
        assert package["licence"]
        assert any("licen" in name.lower() for name in package["files"]), package["name"]


def test_changelog_has_room_for_the_next_release() -> None:
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text()


def test_committed_files_name_no_place_of_one_machine() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    places = re.compile(r"/(?:work|home|Users)/(?!user/)\w+/|pypi\.org/simple|index-url\s*=")

    for name in filter(None, tracked.stdout.split("\0")):
        path = ROOT / name
        if path.suffix in {".py", ".toml", ".txt", ".md", ".yaml", ".html", ".js", ".css", ""}:
            text = path.read_text() if path.is_file() and name != "tests/test_repository.py" else ""
            assert not places.search(text), name
