"""Secrets at rest."""

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from pytest_django import Settings

from meetings.models import Room, RoomSession
from meetings.models.fields import SecretUnreadable


@pytest.fixture
def session(room: Room) -> RoomSession:
    return RoomSession.objects.create(
        room=room, alias="main", waiting_room="nobody", host_key="h0st-k3y"
    )


def stored(session: RoomSession) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT host_key FROM meetings_roomsession WHERE id = %s", [session.pk])
        return str(cursor.fetchone()[0])


def read(session: RoomSession) -> str:
    return RoomSession.objects.get(pk=session.pk).host_key


def test_secret_is_readable_to_us_and_not_in_the_database(session: RoomSession) -> None:
    assert read(session) == "h0st-k3y"
    assert "h0st-k3y" not in stored(session)


def test_no_secret_is_no_ciphertext(session: RoomSession) -> None:
    RoomSession.objects.update(host_key="")

    assert (stored(session), read(session)) == ("", "")


def test_new_key_reads_what_the_old_one_wrote(session: RoomSession, settings: Settings) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]

    assert read(session) == "h0st-k3y"


def test_lost_key_is_said_and_ciphertext_never_passed_on(
    session: RoomSession, settings: Settings
) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(SecretUnreadable, match="No key of FIELD_KEYS"):
        read(session)


def test_unreadable_passcode_stops_nobody_who_does_not_need_it_and_is_kept(
    room: Room, settings: Settings
) -> None:
    room.passcode = "blue moon"
    room.save()
    keys, settings.FIELD_KEYS = settings.FIELD_KEYS, [Fernet.generate_key().decode()]

    found = Room.objects.get(pk=room.pk)
    found.name = "Other"
    found.save()
    settings.FIELD_KEYS = keys

    assert Room.objects.get(pk=room.pk).passcode == "blue moon"
