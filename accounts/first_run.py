"""The first start: who holds the code from the server's own disk becomes the first admin."""

import contextlib
import os
import secrets
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.urls import reverse

from accounts.models import User


class AdminExists(Exception):
    """Somebody was faster."""


def is_needed() -> bool:
    """Whether nobody administers this site yet."""
    return not User.objects.filter(is_superuser=True).exists()


def code_file() -> Path:
    return Path(settings.DATA_DIR) / "first-run-code"


def _for_the_owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def setup_code() -> str:
    """The code, made when it is first asked for; only who can read the data directory knows it."""
    path = code_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        contextlib.suppress(FileExistsError),
        open(path, "x", opener=_for_the_owner_only) as file,
    ):
        file.write(secrets.token_urlsafe(16))
    return path.read_text().strip()


def matches(code: str) -> bool:
    return bool(code) and secrets.compare_digest(code.encode(), setup_code().encode())


def link() -> str:
    """The address that opens the first-run page with the code filled in."""
    return f"{settings.SITE_URL}{reverse('first-run')}?{urlencode({'code': setup_code()})}"


@transaction.atomic
def make_admin(*, email: str, password: str, **fields: str) -> User:
    """The one first admin; when two people ask at once, the second is refused."""
    # A row that is always there is the lock: on SQLite the transaction itself already is one.
    ContentType.objects.select_for_update().get(app_label="accounts", model="user")
    if not is_needed():
        raise AdminExists
    admin = User.objects.create_superuser(email, password, **fields)
    transaction.on_commit(lambda: code_file().unlink(missing_ok=True))
    return admin
