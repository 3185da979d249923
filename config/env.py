"""Reading the environment: what django-environ leaves to us."""

import os
import secrets
import tempfile
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping


class SecretFiles(FileAwareMapping):  # type: ignore[misc]
    """The environment, where `NAME_FILE` names a file that holds the value of `NAME`."""

    def __getitem__(self, name: str) -> str:
        try:
            value: str = super().__getitem__(name)
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}.") from error
        return value.rstrip("\r\n")  # editors and `echo` end a file with a newline


class Environment(environ.FileAwareEnv):  # type: ignore[misc]
    """django-environ that names the setting when its value makes no sense."""

    ENVIRON = SecretFiles()

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().get_value(var, *args, **kwargs)
        except ValueError as error:
            raise ImproperlyConfigured(f"{var} makes no sense: {error}.") from error


def data_directory(path: Path) -> Path:
    """The folder for all that is kept, made if missing; one that is not ours stops the start."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return path.absolute()
    except OSError as error:
        raise ImproperlyConfigured(
            f"Parley keeps its data in {path}, but cannot write there ({error.strerror}). "
            "Set DATA_DIR to a folder that it may write to."
        ) from error


def development_secrets(path: Path) -> dict[str, str]:
    """The keys of a development machine, made on its first start and readable by its owner only."""
    if not path.exists():
        _keep_first(
            path,
            f"SECRET_KEY={secrets.token_urlsafe(48)}\nFIELD_KEYS={Fernet.generate_key().decode()}\n",
        )
    lines = (line.partition("=") for line in path.read_text().splitlines())
    return {name: value for name, _, value in lines}


def _keep_first(path: Path, text: str) -> None:
    """Write a file whole, for its owner only; when two do it at once, the first counts."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent) as draft:  # mode 600
        draft.write(text)
        draft.flush()
        try:
            os.link(draft.name, path)
        except FileExistsError:
            return


def required(env: Environment, name: str, fallback: dict[str, str]) -> str:
    """The named secret; outside development a missing one stops the start, in plain words."""
    value = env.str(name, default="") or fallback.get(name, "")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. Set it in the environment or in .env (see .env.example), "
            "or set DEBUG=true on a development machine to have one made. Beside a trial by "
            "“make run”: DEBUG=true .venv/bin/python manage.py …"
        )
    return str(value)


def field_keys(env: Environment, fallback: dict[str, str]) -> list[str]:
    """The keys for secrets at rest, each checked now rather than at the first secret."""
    keys = required(env, "FIELD_KEYS", fallback).replace(" ", "").split(",")
    try:
        for key in keys:
            Fernet(key)
    except ValueError as error:
        raise ImproperlyConfigured(
            "FIELD_KEYS must be Fernet keys, separated by commas (see .env.example)."
        ) from error
    return keys


def one_of(name: str, value: str, known: set[str]) -> str:
    """The value, if it is one that is known."""
    if value not in known:
        raise ImproperlyConfigured(f"{name} must be one of: {', '.join(sorted(known))}.")
    return value


def networks(env: Environment, name: str) -> list[IPv4Network | IPv6Network]:
    """Addresses and networks, separated by commas."""
    try:
        return [ip_network(each, strict=False) for each in env.list(name, default=[])]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be addresses or networks: {error}.") from error


def database(config: dict[str, Any]) -> dict[str, Any]:
    """A database from its URL, tuned for its kind.

    SQLite takes its write lock at the start of a transaction and reads beside a writer (WAL); it
    keeps connections where threads stay (config/wsgi.py). Under ASGI each request has a new one.
    PostgreSQL keeps its connections, or pools them with `?pool=true` (or their number) in the URL;
    with `?pgbouncer=true` nothing is asked of a connection that the next transaction may not have.
    """
    if not config.get("ENGINE", "").startswith("django."):
        raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:/// or postgres://.")
    options = config.setdefault("OPTIONS", {})
    if config["ENGINE"].endswith("sqlite3"):
        options.update(
            transaction_mode="IMMEDIATE",
            timeout=5,
            init_command="PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL",
        )
        # A new connection reads the definitions of all tables first: dearer than most requests.
        config["CONN_MAX_AGE"] = 60 if os.environ.get("THREADS_STAY") else 0
        return config
    options.setdefault("connect_timeout", 5)  # seconds: one that hangs is as one that is away
    pool = _pool(str(options.pop("pool", "")))
    config["CONN_MAX_AGE"] = 0 if pool else 60
    config["CONN_HEALTH_CHECKS"] = True
    config["DISABLE_SERVER_SIDE_CURSORS"] = _is_yes(str(options.pop("pgbouncer", "")))
    if pool:
        options["pool"] = pool
    return config


def _pool(wanted: str) -> dict[str, int]:
    """The pool of one process: its threads share this many connections, opened when needed."""
    if wanted.isdecimal() and int(wanted) > 1:
        most = int(wanted)
    elif _is_yes(wanted):
        most = 16
    else:
        return {}
    return {"min_size": 1, "max_size": most, "timeout": 10}  # seconds that a request waits for one


def _is_yes(value: str) -> bool:
    return value.lower() in {"1", "true", "yes"}
