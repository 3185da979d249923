"""The database that an earlier start of Parley left behind: made once, and copied by everybody."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

BASE = Path(__file__).resolve().parents[1]
KEPT = BASE / ".pytest_cache" / "databases"
TABLES_COME_FROM = ["*/migrations/*.py", "config/settings.py", "requirements/dev.txt"]
PREPARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("createcachetable")
"""


def run_in_parley(code: str, environment: dict[str, str]) -> None:
    """Let a process of its own run this, with these settings and none of the machine's."""
    own = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    told = {"DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "true", **environment}
    subprocess.run([sys.executable, "-c", code], cwd=BASE, env={**own, **told}, check=True)


def empty_database(directory: Path) -> Path:
    """A file of SQLite with all tables and nobody in them."""
    return Path(shutil.copy(migrated_file(), directory / "parley.sqlite3"))


def migrated_file() -> Path:
    """The file to copy: migrations take seconds, so only the first process that asks runs them."""
    file = KEPT / f"{fingerprint()}.sqlite3"
    with one_at_a_time():
        if not file.exists():
            for older in KEPT.glob("*.sqlite3"):
                older.unlink()
            with TemporaryDirectory(dir=KEPT) as directory:
                run_in_parley(PREPARE, {"DATA_DIR": directory})
                Path(directory, "parley.sqlite3").rename(file)  # all of it or nothing
    return file


def create_on_postgres(name: str, template: str = "") -> None:
    """A database of this name beside the suite's own: like that one, or with nobody in it."""
    template = template or migrated_on_postgres()
    on_postgres(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    on_postgres(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def drop_on_postgres(name: str) -> None:
    on_postgres(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def migrated_on_postgres() -> str:
    """The name of the database to copy, beside the suite's own and named after it."""
    family = f"{urlsplit(os.environ['DATABASE_URL']).path[1:]}_migrated_"
    name, unfinished = family + fingerprint(), family + "unfinished"
    with one_at_a_time(), TemporaryDirectory() as directory:
        there = on_postgres("SELECT datname FROM pg_database")
        if (name,) not in there:
            for (older,) in there:
                if older.startswith(family):
                    drop_on_postgres(older)
            on_postgres(f'CREATE DATABASE "{unfinished}"')
            run_in_parley(PREPARE, {"DATA_DIR": directory, "DATABASE_URL": beside(unfinished)})
            on_postgres(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')
    return name


def on_postgres(command: str) -> list[tuple[str, ...]]:
    """What the suite's server answers to this."""
    import psycopg  # noqa: PLC0415  # nobody needs it on SQLite

    with psycopg.connect(beside("postgres"), autocommit=True) as connection:
        cursor = connection.execute(command)
        return cursor.fetchall() if cursor.description else []


def beside(name: str) -> str:
    """The address of another database on the suite's server."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def fingerprint() -> str:
    """Of all that says which tables there are."""
    files = sorted(file for pattern in TABLES_COME_FROM for file in BASE.glob(pattern))
    told = b"".join(file.read_bytes() for file in [*files, Path(__file__)])
    return sha256(told).hexdigest()[:16]


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Processes of the suite start together; one makes the database, the others wait for it."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with KEPT.joinpath("lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
