"""The audit log: who did what, which nobody changes afterwards."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils.timezone import now

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.models.audit import Unchangeable
from config.keeping import DEFAULTS
from meetings.services.keeping import erasing, retention

Action = AuditEntry.Action


@pytest.fixture
def entry(dana: User) -> AuditEntry:
    audit.record(Action.CHANGED, dana, user=dana, values={"name": ["Dana", "Dana B."]})
    return AuditEntry.objects.latest("pk")


def test_entry_tells_who_did_what_to_what(entry: AuditEntry, dana: User) -> None:
    assert (entry.user, entry.action, entry.about, entry.about_id) == (
        dana,
        "changed",
        "accounts.user",
        str(dana.pk),
    )
    assert entry.values == {"name": ["Dana", "Dana B."]}
    assert entry.by == "person"


def test_object_of_an_entry_refuses_to_change(entry: AuditEntry) -> None:
    with pytest.raises(Unchangeable):
        entry.save()
    with pytest.raises(Unchangeable):
        entry.delete()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditentry SET action = 'signed_in'",
        "DELETE FROM accounts_auditentry",
        *["TRUNCATE accounts_auditentry"] * (connection.vendor == "postgresql"),
    ],
)
def test_database_refuses_what_goes_past_the_objects(entry: AuditEntry, statement: str) -> None:
    with pytest.raises(DatabaseError, match="neither changed nor deleted"), transaction.atomic():
        connection.cursor().execute(statement)

    assert AuditEntry.objects.get(pk=entry.pk).action == "changed"


def test_query_sets_are_refused_alike(entry: AuditEntry) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.update(values={})
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.all().delete()

    assert AuditEntry.objects.filter(pk=entry.pk).exists()


def test_door_is_open_for_its_transaction_only(entry: AuditEntry) -> None:
    with audit.door_open():
        AuditEntry.objects.filter(pk=entry.pk).update(values={})

    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).delete()


def test_entry_stays_when_its_person_is_deleted(entry: AuditEntry, dana: User) -> None:
    number = dana.pk
    dana.emailaddress_set.all().delete()
    dana.delete()

    entry.refresh_from_db()
    assert entry.user_id == number


@pytest.mark.parametrize("name", ["password", "passcode", "client_secret", "host_key", "token"])
def test_secret_is_never_written_down(dana: User, name: str) -> None:
    audit.record(Action.CHANGED, dana, values={name: ["old secret", "new secret"]})

    assert AuditEntry.objects.latest("pk").values == {name: ["…", "…"]}


def test_change_that_is_taken_back_leaves_no_entry(dana: User) -> None:
    before = AuditEntry.objects.count()

    with transaction.atomic():
        audit.record(Action.CHANGED, dana)
        transaction.set_rollback(True)

    assert AuditEntry.objects.count() == before


def test_request_names_its_person_its_id_and_its_address(as_dana: Client, dana: User) -> None:
    as_dana.post("/account/profile/", {"name": "D", "language": "en", "time_zone": "UTC"})

    entry = AuditEntry.objects.latest("pk")
    assert (entry.by, entry.user, entry.action) == ("person", dana, "changed")
    assert entry.address == "127.0.0.1"
    assert len(entry.request) == 32


def test_addresses_can_be_left_out(as_dana: Client, settings: Any) -> None:
    settings.AUDIT_ADDRESSES = False

    as_dana.post("/account/profile/", {"name": "D", "language": "en", "time_zone": "UTC"})

    assert AuditEntry.objects.latest("pk").address == ""


def test_old_entries_go_by_retention_and_young_ones_stay(entry: AuditEntry, settings: Any) -> None:
    settings.RETENTION = {**dict.fromkeys(DEFAULTS, 0), "audit": 30}
    old = AuditEntry.objects.create(by="person", action="changed", at=now() - timedelta(days=31))

    gone = retention.sweep()

    assert gone["audit log"] == 1
    assert not AuditEntry.objects.filter(pk=old.pk).exists()
    assert AuditEntry.objects.filter(pk=entry.pk).exists()
    assert AuditEntry.objects.latest("pk").action == Action.EXPIRED


def test_erasing_empties_the_words_and_leaves_the_deed(entry: AuditEntry, dana: User) -> None:
    erasing.erase(dana.email)

    entry.refresh_from_db()
    assert (entry.values, entry.address, entry.action) == ({}, "", "changed")
    assert AuditEntry.objects.filter(action=Action.ERASED, about_id=str(dana.pk)).exists()
