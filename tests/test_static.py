"""Static files as production serves them: collected, under names that hold their hash."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings


@pytest.fixture
def collected(tmp_path: Path) -> Path:
    hashed = {"staticfiles": {"BACKEND": "config.storage.HashedModuleStorage"}}
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=settings.STORAGES | hashed):
        call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def manifest(collected: Path) -> dict[str, str]:
    paths: dict[str, str] = json.loads((collected / "staticfiles.json").read_text())["paths"]
    return paths


def test_all_static_files_can_be_collected_under_hashed_names(collected: Path) -> None:
    ours = {
        str(path.relative_to(settings.BASE_DIR / "static"))
        for path in (settings.BASE_DIR / "static").rglob("*")
        if path.is_file()
    }

    names = manifest(collected)

    assert ours <= set(names)
    assert all((collected / hashed).is_file() for hashed in names.values())


def test_modules_import_each_other_by_hashed_names(collected: Path) -> None:
    importing = re.compile(r"""^\s*(?:import|export)\b[^;]*?["'](\.[^"']+)["']""", re.MULTILINE)
    names = manifest(collected)
    imports = [
        (hashed, imported)
        for name, hashed in names.items()
        if name.startswith("js/") and name.endswith(".js")
        for imported in importing.findall((collected / hashed).read_text())
    ]

    assert imports
    for hashed, imported in imports:
        assert re.search(r"\.[0-9a-f]{12}\.js$", imported), f"{hashed} imports {imported}"
        assert (collected / hashed).parent.joinpath(imported).is_file()


def test_tests_and_development_need_no_collected_files() -> None:
    backend = settings.STORAGES["staticfiles"]["BACKEND"]

    assert backend == "django.contrib.staticfiles.storage.StaticFilesStorage"
