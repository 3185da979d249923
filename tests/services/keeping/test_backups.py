"""One archive of everything: made while people meet, and read into either kind of database."""

import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.conf import settings as site
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from meetings import demo
from meetings.models import Booking, JoinLink, ProviderAccount, Room, RoomSession, WebhookDelivery
from meetings.services.keeping import tables
from meetings.services.keeping.archive import BadArchive, Manifest
from meetings.services.keeping.backups import NotEmpty, back_up, restore, whole_file
from meetings.services.keeping.snapshot import snapshot
from tests.conftest import Share, make_user
from tests.together import seen_by_all

Book = Callable[..., Booking]


def fill() -> None:
    """The demo, and rows as only life writes them."""
    dana = demo.load()
    room = Room.objects.create(owner=dana, name="Größe 🎥 \\ “'; --", passcode="pässcode")
    former = RoomSession.objects.create(room=room, alias="gone", state="ended", host_key="h0st")
    RoomSession.objects.create(room=room, alias="gone", state="failed", moved_from=former)
    account = ProviderAccount(alias="main", backend="plugnmeet", options={"b": None, "a": [1.5]})
    account.secret_options = {"api_secret": "s3cret"}
    account.save()
    WebhookDelivery.objects.create(
        alias="main", event_id="e1", kind="hint", attendee={"name": "Ünï", "key": "g:1"}
    )
    group = Group.objects.create(name="Helpers")
    group.permissions.add(*Permission.objects.filter(codename__startswith="view_")[:5])
    dana.groups.add(group)
    dana.user_permissions.add(Permission.objects.get(codename="view_booking"))
    long_ago = timezone.now() - timedelta(days=900, microseconds=1)
    Booking.objects.filter(pk=Booking.objects.earliest("pk").pk).update(updated_at=long_ago)


def backup() -> io.BytesIO:
    file = io.BytesIO()
    back_up(file)
    return file


def parts_of(manifest: Manifest) -> dict[str, tuple[int, str]]:
    return {part.model: (part.rows, part.sha256) for part in manifest.parts}


def now_here() -> dict[str, tuple[int, str]]:
    return parts_of(back_up(io.BytesIO()))


@pytest.fixture
def archive(db: None) -> io.BytesIO:
    """Everything there is."""
    fill()
    return backup()


@pytest.fixture
def small(db: None) -> io.BytesIO:
    """A few people."""
    for number in range(20):
        make_user(f"P{number}")
    return backup()


def test_everything_comes_back_as_it_was_and_the_site_goes_on(
    archive: io.BytesIO, client: Any
) -> None:
    before = now_here()
    Booking.objects.update(title="Something else")
    make_user("Newcomer")

    restore(archive, replace=True)

    assert now_here() == before
    assert before["meetings.Booking"][0] > 10
    assert Room.objects.get(name__startswith="Größe").passcode == "pässcode"
    assert ProviderAccount.objects.get().secret_options == {"api_secret": "s3cret"}
    assert User.objects.get(name__startswith="Dana").has_perm("meetings.view_booking")
    assert_goes_on(client)


def assert_goes_on(client: Any) -> None:
    link = JoinLink.objects.filter(booking__isnull=False).first()
    assert link
    assert client.get(reverse("door", args=[link.token])).status_code == 200
    newest = max(User.objects.values_list("pk", flat=True))
    assert make_user("Newcomer").pk > newest


def test_database_with_something_in_it_is_left_alone(small: io.BytesIO) -> None:
    before = now_here()

    with pytest.raises(NotEmpty):
        restore(small)

    assert now_here() == before


def test_restore_that_dies_midway_leaves_what_was_there(archive: io.BytesIO) -> None:
    make_user("Newcomer")
    before = now_here()

    def die(said: str) -> None:
        if said.startswith("meetings.Booking:"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(archive, replace=True, tell=die)

    assert now_here() == before


@pytest.mark.parametrize("kept", [0, 100, 0.5, 0.98])
def test_archive_that_was_cut_off_is_refused(small: io.BytesIO, kept: float) -> None:
    whole, before = small.getvalue(), now_here()
    size = int(kept * len(whole)) if kept < 1 else int(kept)

    with pytest.raises(BadArchive, match="cut off"):
        restore(io.BytesIO(whole[:size]), replace=True)

    assert now_here() == before


def test_damaged_archive_is_refused_by_name(small: io.BytesIO) -> None:
    torn = rewritten(small, {"rows/accounts.User.jsonl": b"[]\n"})

    with pytest.raises(BadArchive, match=r"rows/accounts\.User\.jsonl"):
        restore(torn, replace=True)


def test_archive_that_somebody_changed_with_care_is_refused(small: io.BytesIO) -> None:
    """Rows, their number and their hash fit: but who wrote them has no keys."""
    with zipfile.ZipFile(small) as file:
        rows = file.read("rows/accounts.User.jsonl").replace(b"p0@example.org", b"eve@example.io")
        manifest = json.loads(file.read("manifest.json"))
    part = next(part for part in manifest["parts"] if part["model"] == "accounts.User")
    part["sha256"] = hashlib.sha256(rows).hexdigest()
    changes = {
        "rows/accounts.User.jsonl": rows,
        "manifest.json": json.dumps(manifest).encode(),
    }

    with pytest.raises(BadArchive, match="changed this archive"):
        restore(rewritten(small, changes), replace=True)

    assert not User.objects.filter(email__startswith="eve").exists()


def test_torn_bytes_are_refused(small: io.BytesIO) -> None:
    whole = bytearray(small.getvalue())
    with zipfile.ZipFile(small) as file:
        at = file.getinfo("rows/accounts.User.jsonl").header_offset
    whole[at + 200 : at + 260] = bytes(60)

    with pytest.raises(BadArchive, match="damaged"):
        restore(io.BytesIO(whole), replace=True)


def test_somebody_elses_file_is_refused(db: None) -> None:
    foreign = io.BytesIO()
    with zipfile.ZipFile(foreign, "w") as file:
        file.writestr("manifest.json", "{}")

    with pytest.raises(BadArchive, match="no backup of Parley"):
        restore(foreign)


def test_archive_of_a_newer_parley_asks_for_an_update(small: io.BytesIO) -> None:
    manifest = json.loads(zipfile.ZipFile(small).read("manifest.json"))
    manifest["migrations"].append(["meetings", "9999_of_tomorrow"])
    newer = rewritten(small, {"manifest.json": json.dumps(manifest).encode()})

    with pytest.raises(BadArchive, match="Update this one first"):
        restore(newer, replace=True)


def test_other_keys_are_told_before_anything_is_touched(
    small: io.BytesIO, settings: Settings
) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(BadArchive, match="FIELD_KEYS are not those"):
        restore(small, replace=True)


def test_keys_are_inside_only_where_they_were_asked_for(db: None, settings: Settings) -> None:
    without, within = backup(), io.BytesIO()
    back_up(within, with_keys=True)

    assert "keys.env" not in zipfile.ZipFile(without).namelist()
    assert settings.FIELD_KEYS[0].encode() in zipfile.ZipFile(within).read("keys.env")


def test_secrets_are_not_readable_in_an_archive(archive: io.BytesIO) -> None:
    with zipfile.ZipFile(archive) as file:
        text = b"".join(file.read(name) for name in file.namelist())

    assert b"s3cret" not in text
    assert "pässcode".encode() not in text


def test_file_has_its_name_only_when_it_is_whole(db: None, tmp_path: Path) -> None:
    def begin() -> None:
        with whole_file(tmp_path / "b.zip") as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        begin()
    assert list(tmp_path.iterdir()) == []

    call_command("backup", tmp_path / "b.zip")

    assert [path.name for path in tmp_path.iterdir()] == ["b.zip"]
    assert (tmp_path / "b.zip").stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError, match="there already"):
        call_command("backup", tmp_path / "b.zip")


def test_rows_are_read_a_few_at_a_time(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are: lines come while the rest is still in the database."""
    monkeypatch.setattr(tables, "ROWS_AT_ONCE", 2)
    for number in range(9):
        make_user(f"P{number}")

    lines = tables.lines_of(User, tables.Names())
    first = next(lines)

    assert b"p0@example.org" in first
    assert len(list(lines)) == 8


def test_what_is_saved_meanwhile_is_not_in_the_archive(share_database: Share, dana: User) -> None:
    share_database()

    def look() -> tuple[int, int]:
        with snapshot():
            before = User.objects.count()
            seen_by_all(lambda: make_user("Newcomer"))  # writing does not wait for us
            return before, User.objects.count()

    before, after = seen_by_all(look)

    assert before == after == 1
    assert seen_by_all(User.objects.count) == 2


@pytest.mark.postgres
def test_every_row_is_the_same_in_the_other_kind_of_database(db: None, tmp_path: Path) -> None:
    """PostgreSQL → SQLite → PostgreSQL: the same bytes, row by row."""
    fill()
    before, there, back = now_here(), tmp_path / "there.zip", tmp_path / "back.zip"
    call_command("backup", there)

    manage(tmp_path, "restore", str(there))
    manage(tmp_path, "backup", str(back))
    with back.open("rb") as file:
        manifest = restore(file, replace=True)

    assert manifest.database == "sqlite"
    assert now_here() == parts_of(manifest)
    after, log = parts_of(manifest), "accounts.AuditEntry"
    assert after.pop(log)[0] == before.pop(log)[0] + 1  # the log there tells of the restore
    assert after == before


def manage(tmp_path: Path, *words: str) -> None:
    """The command, on a new SQLite database that the same keys open."""
    keys = {"SECRET_KEY": site.SECRET_KEY, "FIELD_KEYS": ",".join(site.FIELD_KEYS)}
    place = {"DATABASE_URL": f"sqlite:///{tmp_path}/other.sqlite3", "DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=site.BASE_DIR,
        env={**os.environ, "DEBUG": "true", **keys, **place},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def rewritten(archive: io.BytesIO, changes: dict[str, bytes]) -> io.BytesIO:
    """The same archive with other files in it."""
    changed = io.BytesIO()
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name, old.read(name)))
    return changed


def test_each_model_is_in_the_backup_or_left_out_on_purpose() -> None:
    every = {model._meta.label_lower for model in apps.get_models(include_auto_created=True)}
    held = {model._meta.label_lower for model in tables.kept(apps)}

    assert every - held == {*tables.NAMED, *tables.PASSING, *tables.EMPTY}


def test_command_asks_before_it_replaces_and_restores_when_told(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(tmp_path / "b.zip")
    make_user("Early")
    call_command("backup", file)
    make_user("Late")

    with pytest.raises(CommandError, match="not empty"):
        call_command("restore", file)
    monkeypatch.setattr("builtins.input", lambda _: "no")
    with pytest.raises(CommandError, match="Nothing was touched"):
        call_command("restore", file, "--replace")
    assert User.objects.count() == 2

    monkeypatch.setattr("builtins.input", lambda _: "yes")
    call_command("restore", file, "--replace")
    assert User.objects.get().name == "Early"
