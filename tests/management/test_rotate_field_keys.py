"""`manage.py rotate_field_keys`: a new key for the secrets at rest."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from meetings.models import (
    ProviderAccount,
    Room,
    RoomSession,
)
from meetings.services import field_keys

pytestmark = pytest.mark.django_db

FIELDS = {
    "meetings.ProviderAccount.secrets",
    "meetings.Room.passcode",
    "meetings.Reservation.host_key",
    "meetings.RoomSession.host_key",
    "meetings.RoomSession.passcode",
    "meetings.WebhookDelivery.host_key",
}


def new_key() -> str:
    return Fernet.generate_key().decode()


@pytest.fixture
def old_key(settings: Settings) -> str:
    """The key that everything is encrypted with so far."""
    settings.FIELD_KEYS = [new_key()]
    return str(settings.FIELD_KEYS[0])


@pytest.fixture
def sessions(old_key: str, room: Room) -> list[RoomSession]:
    return [
        RoomSession.objects.create(
            room=room,
            alias="main",
            state="ended",
            waiting_room="nobody",
            host_key=f"h0st-k3y-{number}",
            passcode="pässcöde" if number else "",
        )
        for number in range(5)
    ]


@pytest.fixture
def account(old_key: str) -> ProviderAccount:
    account = ProviderAccount(alias="main", backend="plugnmeet")
    account.secret_options = {"api_secret": "s3cret"}
    account.save()
    return account


def host_keys() -> list[str]:
    return [each.host_key for each in RoomSession.objects.order_by("pk")]


def stored() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT host_key FROM meetings_roomsession ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def store(session: RoomSession, text: str) -> None:
    with connection.cursor() as cursor:
        sql = "UPDATE meetings_roomsession SET host_key = %s WHERE id = %s"
        cursor.execute(sql, [text, session.pk])


def test_every_field_with_secrets_is_known() -> None:
    """Add yours here, once its rotation is thought of; nothing else is needed."""
    found = {f"{model._meta.label}.{each.name}" for model, each in field_keys.encrypted_fields()}

    assert found == FIELDS


def test_old_key_can_be_taken_away_after_a_rotation(
    settings: Settings,
    old_key: str,
    sessions: list[RoomSession],
    account: ProviderAccount,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.FIELD_KEYS = [new_key(), old_key]

    call_command("rotate_field_keys")
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]

    assert host_keys() == [f"h0st-k3y-{number}" for number in range(5)]
    assert [each.passcode for each in RoomSession.objects.order_by("pk")][1:] == ["pässcöde"] * 4
    assert ProviderAccount.objects.get().secret_options == {"api_secret": "s3cret"}
    said = capsys.readouterr()
    assert "meetings.RoomSession.host_key: 5 encrypted anew, 0 as they should be" in said.out
    assert "meetings.RoomSession.passcode: 4 encrypted anew" in said.out
    assert "The others can be taken away." in said.out
    assert said.err == ""
    assert "s3cret" not in said.out


def test_many_rows_go_in_batches(
    settings: Settings,
    old_key: str,
    sessions: list[RoomSession],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(field_keys, "BATCH", 2)
    settings.FIELD_KEYS = [new_key(), old_key]

    call_command("rotate_field_keys")
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]

    assert host_keys() == [f"h0st-k3y-{number}" for number in range(5)]


def test_stopped_on_its_way_it_goes_on_where_it_was(
    settings: Settings,
    old_key: str,
    sessions: list[RoomSession],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(field_keys, "BATCH", 2)
    settings.FIELD_KEYS = [new_key(), old_key]
    batches = field_keys._batches

    def power_cut(*of: object) -> object:
        yield next(batches(*of))
        raise KeyboardInterrupt

    monkeypatch.setattr(field_keys, "_batches", power_cut)
    with pytest.raises(KeyboardInterrupt):
        field_keys.rotate(RoomSession, RoomSession._meta.get_field("host_key"))
    monkeypatch.setattr(field_keys, "_batches", batches)
    halfway = host_keys()

    call_command("rotate_field_keys")

    assert halfway == host_keys() == [f"h0st-k3y-{number}" for number in range(5)]
    said = capsys.readouterr().out
    assert "RoomSession.host_key: 3 encrypted anew, 2 as they should be" in said


def test_second_run_changes_nothing(
    settings: Settings, old_key: str, sessions: list[RoomSession]
) -> None:
    settings.FIELD_KEYS = [new_key(), old_key]
    call_command("rotate_field_keys")
    before = stored()

    call_command("rotate_field_keys")

    assert stored() == before


@pytest.mark.parametrize("text", ["1:nonsense", "1:", "plain text", "1:gAAAAABm_ä"])
def test_unreadable_row_is_named_kept_and_an_error(
    settings: Settings,
    old_key: str,
    sessions: list[RoomSession],
    capsys: pytest.CaptureFixture[str],
    text: str,
) -> None:
    store(sessions[2], text)
    settings.FIELD_KEYS = [new_key(), old_key]

    with pytest.raises(CommandError, match="1 secrets cannot be decrypted") as refusal:
        call_command("rotate_field_keys")

    assert refusal.value.returncode == 1
    assert stored()[2] == text
    error = capsys.readouterr().err
    assert f"meetings.RoomSession.host_key: row {sessions[2].pk} cannot be decrypted" in error
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    others = RoomSession.objects.exclude(pk=sessions[2].pk).order_by("pk")
    assert [each.host_key for each in others] == [f"h0st-k3y-{n}" for n in (0, 1, 3, 4)]


def test_many_unreadable_rows_are_counted(
    settings: Settings,
    sessions: list[RoomSession],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("meetings.management.commands.rotate_field_keys.NAMED", 2)
    settings.FIELD_KEYS = [new_key()]

    with pytest.raises(CommandError, match="9 secrets cannot be decrypted"):
        call_command("rotate_field_keys")

    error = capsys.readouterr().err
    assert "meetings.RoomSession.host_key: and 3 more" in error
    assert "meetings.RoomSession.passcode: and 2 more" in error


def test_what_somebody_saves_meanwhile_is_theirs(
    settings: Settings,
    old_key: str,
    sessions: list[RoomSession],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.FIELD_KEYS = [new_key(), old_key]
    read = field_keys.decrypt

    def meanwhile(sealed: str) -> str:
        RoomSession.objects.filter(pk=sessions[0].pk).update(host_key="newer")
        return read(sealed)

    monkeypatch.setattr(field_keys, "decrypt", meanwhile)
    field_keys.rotate(RoomSession, RoomSession._meta.get_field("host_key"))

    assert host_keys() == ["newer", *(f"h0st-k3y-{n}" for n in range(1, 5))]


def test_empty_database_is_no_trouble(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rotate_field_keys")

    assert "The others can be taken away." in capsys.readouterr().out
