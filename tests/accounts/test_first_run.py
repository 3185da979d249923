import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts import first_run
from accounts.models import User
from tests.conftest import PASSWORD

from .conftest import sign_in

pytestmark = pytest.mark.django_db
URL = "/account/first-run/"


def fields(**changes: str) -> dict[str, str]:
    return {
        "code": first_run.setup_code(),
        "name": "Bo Boss",
        "email": "Boss@example.org",
        "password": PASSWORD,
        "time_zone": "Europe/Berlin",
        **changes,
    }


def test_the_right_code_makes_the_first_admin_and_signs_them_in(client: Client) -> None:
    response = client.post(URL, fields())

    assert response.status_code == 302
    boss = User.objects.get()
    assert (boss.email, boss.is_superuser, boss.is_staff) == ("boss@example.org", True, True)
    assert (boss.time_zone, boss.zone_confirmed) == ("Europe/Berlin", False)
    assert client.get("/admin/").status_code == 200


def test_the_first_admins_address_needs_no_confirmation(client: Client) -> None:
    client.post(URL, fields())

    sign_in(Client(), "boss@example.org")


def test_afterwards_the_page_does_not_exist(client: Client, boss: User) -> None:
    assert client.get(URL).status_code == 404
    assert client.post(URL, fields(email="second@example.org")).status_code == 404
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_code_is_forgotten_once_it_was_used(client: Client) -> None:
    client.post(URL, fields())

    assert not first_run.code_file().exists()


@pytest.mark.parametrize("code", ["", "wrong", "ünïcödé"])
def test_without_the_right_code_nobody_becomes_admin(client: Client, code: str) -> None:
    response = client.post(URL, fields(code=code))

    assert 'id="id_code_error' in response.text
    assert not User.objects.exists()


def test_guessing_the_code_is_slowed_down(client: Client) -> None:
    for number in range(10):
        client.post(URL, fields(code=f"guess-{number}"))

    response = client.post(URL, fields())

    assert response.status_code == 429
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "123"}, "password"),
        ({"password": "boss@example.org"}, "password"),
        ({"email": "no address"}, "email"),
        ({"name": ""}, "name"),
    ],
)
def test_bad_input_is_told_at_its_field(client: Client, change: dict[str, str], field: str) -> None:
    response = client.post(URL, fields(**change))

    assert f'id="id_{field}_error' in response.text
    assert not User.objects.exists()


@pytest.fixture
def parallel_database(
    transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For new threads a database as in production: SQLite in memory does not wait for locks."""
    if connection.vendor != "sqlite":
        return
    path = str(tmp_path / "parallel.sqlite3")
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as copy:
        connection.connection.backup(copy)
    monkeypatch.setitem(connection.settings_dict, "NAME", path)


def test_of_two_at_once_one_becomes_admin(parallel_database: None) -> None:
    def attempt(email: str) -> str:
        try:
            return str(first_run.make_admin(email=email, password=PASSWORD, name="Bo"))
        except first_run.AdminExists:
            return "late"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(attempt, ["one@example.org", "two@example.org"]))

    assert sorted(answers) == ["Bo", "late"]


def test_only_the_owner_of_the_process_can_read_the_code(data_dir: Path) -> None:
    first_run.setup_code()

    mode = (data_dir / "first-run-code").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_the_command_prints_the_address_with_the_code_filled_in(client: Client) -> None:
    out = StringIO()
    call_command("first_run_link", stdout=out)

    address = out.getvalue().strip()
    page = client.get(address.removeprefix("http://localhost:8000"))

    assert f'value="{first_run.setup_code()}"' in page.text


def test_the_command_says_when_there_is_an_admin(boss: User) -> None:
    out = StringIO()

    call_command("first_run_link", stdout=out)

    assert "has an admin already" in out.getvalue()


def test_an_admin_made_at_the_command_line_can_sign_in(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", email="Root@example.org", name="Root", interactive=False)

    sign_in(client, "root@example.org")

    assert client.get("/admin/").status_code == 200
    assert client.get(URL).status_code == 404
