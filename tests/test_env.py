"""Reading the environment."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from config.env import (
    Environment,
    SecretFiles,
    data_directory,
    database,
    development_secrets,
    field_keys,
    required,
)


def environment(**values: str) -> Environment:
    env = Environment()
    env.ENVIRON = SecretFiles(values)
    return env


def test_secret_from_a_file_loses_the_newline_that_editors_add(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n")

    assert environment(SECRET_KEY_FILE=str(tmp_path / "key")).str("SECRET_KEY") == "s3cret"


@pytest.mark.parametrize(
    ("cast", "text", "value"),
    [("bool", "true\n", True), ("int", "5\r\n", 5), ("list", "a,b\n", ["a", "b"])],
)
def test_values_of_every_kind_may_come_from_a_file(
    tmp_path: Path, cast: str, text: str, value: object
) -> None:
    (tmp_path / "value").write_text(text, newline="")

    env = environment(NAME_FILE=str(tmp_path / "value"))

    assert getattr(env, cast)("NAME") == value


def test_secret_file_that_is_missing_is_named_by_its_setting() -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE cannot be read: No such file"):
        environment(SECRET_KEY_FILE="/nowhere/key").str("SECRET_KEY")


def test_value_that_makes_no_sense_is_named_by_its_setting() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"PORT makes no sense: .*'eighty'"):
        environment(PORT="eighty").int("PORT")


def test_data_directory_is_made_when_it_is_missing(tmp_path: Path) -> None:
    assert data_directory(tmp_path / "a" / "b").is_dir()


def test_data_directory_that_cannot_be_written_says_what_to_set(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ImproperlyConfigured, match="Set DATA_DIR to a folder that it may write"):
        data_directory(tmp_path / "file" / "data")


def test_development_keys_are_made_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"

    made = development_secrets(path)

    assert development_secrets(path) == made
    assert len(made["SECRET_KEY"]) > 50
    assert Fernet(made["FIELD_KEYS"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_two_first_starts_at_once_agree_on_the_keys(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(development_secrets, [path] * 32))

    assert all(keys == found[0] and keys["SECRET_KEY"] for keys in found)


def test_environment_wins_over_the_keys_of_development() -> None:
    assert required(environment(SECRET_KEY="mine"), "SECRET_KEY", {"SECRET_KEY": "made"}) == "mine"


def test_missing_secret_says_what_to_do() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY is not set.*\.env\.example"):
        required(environment(), "SECRET_KEY", {})


def test_field_keys_are_a_list_for_rotation() -> None:
    new, old = (Fernet.generate_key().decode() for _ in range(2))

    assert field_keys(environment(FIELD_KEYS=f"{new}, {old}"), {}) == [new, old]


def test_wrong_field_key_stops_the_start_and_is_not_shown() -> None:
    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS must be Fernet keys") as error:
        field_keys(environment(FIELD_KEYS="hunter2"), {})

    assert "hunter2" not in str(error.value)


def test_sqlite_takes_its_write_lock_first_and_reads_beside_a_writer() -> None:
    config = database(environment(DATABASE_URL="sqlite:////tmp/p.sqlite3").db("DATABASE_URL"))

    assert config["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in config["OPTIONS"]["init_command"]


@pytest.mark.parametrize(("threads", "seconds"), [("true", 60), ("", 0)])
def test_sqlite_keeps_its_connections_where_threads_stay(
    monkeypatch: pytest.MonkeyPatch, threads: str, seconds: int
) -> None:
    monkeypatch.setenv("THREADS_STAY", threads)

    config = database(environment(DATABASE_URL="sqlite:////tmp/p.sqlite3").db("DATABASE_URL"))

    assert config["CONN_MAX_AGE"] == seconds


@pytest.mark.parametrize(
    ("switch", "most"), [("true", 16), ("True", 16), ("1", 16), ("yes", 16), ("32", 32)]
)
def test_pool_of_the_database_url_is_bounded_for_each_process(switch: str, most: int) -> None:
    env = environment(DATABASE_URL=f"postgres://u:p@db/parley?pool={switch}")

    config = database(env.db("DATABASE_URL"))

    pool = {"min_size": 1, "max_size": most, "timeout": 10}
    assert config["OPTIONS"] == {"pool": pool, "connect_timeout": 5}
    assert config["CONN_MAX_AGE"] == 0


def test_behind_pgbouncer_nothing_is_kept_at_a_connection() -> None:
    env = environment(DATABASE_URL="postgres://u:p@db/parley?pgbouncer=true")

    config = database(env.db("DATABASE_URL"))

    assert config["DISABLE_SERVER_SIDE_CURSORS"]
    assert config["OPTIONS"] == {"connect_timeout": 5}


@pytest.mark.parametrize("query", ["", "?pool=false"])
def test_postgres_without_a_pool_keeps_its_connections(query: str) -> None:
    env = environment(DATABASE_URL=f"postgres://u:p@db/parley{query}")

    config = database(env.db("DATABASE_URL"))

    assert config["OPTIONS"] == {"connect_timeout": 5}
    assert config["CONN_MAX_AGE"] == 60
    assert config["CONN_HEALTH_CHECKS"]
    assert not config["DISABLE_SERVER_SIDE_CURSORS"]


@pytest.mark.filterwarnings("ignore:Engine not recognized")
@pytest.mark.parametrize("url", ["", "parley", "mongo://db/parley"])
def test_database_url_of_an_unknown_kind_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must begin with"):
        database(environment(DATABASE_URL=url).db("DATABASE_URL"))
