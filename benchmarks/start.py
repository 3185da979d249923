"""A database that is thrown away, and Django on it as in production."""

import secrets
from pathlib import Path

ACCOUNTS = {"local": "Local", "asked": "Asked", "hanging": "Hanging"}
PROVIDERS = ",".join(f"{alias}=benchmarks.providers.{name}" for alias, name in ACCOUNTS.items())


def environment(folder: Path, database: str) -> dict[str, str]:
    """What the servers of a run are told."""
    from cryptography.fernet import Fernet  # noqa: PLC0415

    return {
        "DATABASE_URL": database,
        "DATA_DIR": str(folder),
        "DEBUG": "false",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": Fernet.generate_key().decode(),
        "SITE_URL": "http://localhost",
        "EMAIL_URL": "dummymail://",
        "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "MEETING_PROVIDERS": PROVIDERS,
        "THREADS_STAY": "true",
        "BENCH_CALLS": str(folder / "calls"),
    }


def set_up() -> None:
    """Django, with its tables and files."""
    import django  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
