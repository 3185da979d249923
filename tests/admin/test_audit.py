"""The audit log in the administration: filtered, searched, taken along, never changed."""

import json
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts import audit
from accounts.admin.audited import Audited
from accounts.models import AuditEntry, User
from meetings.models import Room
from tests.conftest import make_user

LIST = "/admin/accounts/auditentry/"
TYPED_BY_SERVICE = {Room}  # its form is saved by the service that records it
Action = AuditEntry.Action


@pytest.fixture
def entry(dana: User) -> AuditEntry:
    audit.record(Action.CHANGED, dana, user=dana, values={"name": ["Dana", "=cmd|'/c calc'!A0"]})
    return AuditEntry.objects.latest("pk")


def text_of(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def test_list_shows_who_did_what_with_before_and_after(as_staff: Client, entry: AuditEntry) -> None:
    page = as_staff.get(LIST).text

    assert "Dana" in page
    assert "user " + entry.about_id in page
    assert "Download as CSV" in page


@pytest.mark.parametrize(
    "question", ["action=changed", "about=accounts.user&action=changed", "q=dana@example.org"]
)
def test_filters_and_search_find_it_and_leave_others_out(
    as_staff: Client, entry: AuditEntry, question: str
) -> None:
    audit.record(Action.SWITCHED_OFF, values={"alias": "somewhere-else"})
    question = question.replace("action=", "action__exact=")

    page = as_staff.get(f"{LIST}?{question}").text

    assert "cmd|" in page
    assert "somewhere-else" not in page


def test_entry_of_somebody_who_is_gone_is_shown_by_number(as_staff: Client, db: None) -> None:
    entry = AuditEntry.objects.create(by="person", action="changed", user_id=987654)

    assert "#987654" in as_staff.get(LIST).text
    assert as_staff.get(f"{LIST}{entry.pk}/change/").status_code == 200


def test_csv_holds_what_the_list_shows_and_no_formula(as_staff: Client, entry: AuditEntry) -> None:
    AuditEntry.objects.create(by="guest", action="answered", through="=1+1")

    everything = text_of(as_staff.get(f"{LIST}export/csv/"))
    filtered = text_of(as_staff.get(f"{LIST}export/csv/?action__exact=changed"))

    assert ",=1+1" not in everything
    assert "'=1+1" in everything
    assert "answered" not in filtered
    assert "changed" in filtered


def test_json_lines_are_one_object_each_and_the_export_is_recorded(
    as_staff: Client, entry: AuditEntry, staff: User
) -> None:
    lines = text_of(as_staff.get(f"{LIST}export/jsonl/?action__exact=changed")).splitlines()

    assert [json.loads(line)["about_id"] for line in lines] == [entry.about_id]
    latest = AuditEntry.objects.latest("pk")
    assert (latest.action, latest.user, latest.by) == ("exported", staff, "operator")


def test_staff_without_the_right_see_nothing(db: None) -> None:
    helper = make_user("Helper", is_staff=True)
    client = Client()
    client.force_login(helper, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}export/csv/").status_code == 403


@pytest.mark.parametrize("page", ["add/", "{pk}/delete/"])
def test_nothing_is_added_or_deleted_here(as_staff: Client, entry: AuditEntry, page: str) -> None:
    assert as_staff.post(LIST + page.format(pk=entry.pk), {"post": "yes"}).status_code == 403


def test_posted_change_changes_nothing(as_staff: Client, entry: AuditEntry) -> None:
    as_staff.post(f"{LIST}{entry.pk}/change/", {"action": "deleted"})

    entry.refresh_from_db()
    assert entry.action == "changed"


def test_each_form_of_the_administration_tells_the_log(as_staff: Client, staff: User) -> None:
    request = as_staff.get("/admin/").wsgi_request
    silent = [
        each.model.__name__
        for each in admin.site._registry.values()
        if each.model not in TYPED_BY_SERVICE
        and (each.has_change_permission(request) or each.has_delete_permission(request))
        and not isinstance(each, Audited)
    ]

    assert not silent


def test_change_in_the_administration_is_told_with_before_and_after(
    as_staff: Client, dana: User, staff: User
) -> None:
    address = reverse("admin:accounts_user_change", args=[dana.pk])
    form = as_staff.get(address).context["adminform"].form
    values = {name: form[name].value() or "" for name in form.fields}
    values |= {"name": "Dana Berg", "is_active": "on", "groups": [], "user_permissions": []}
    empty = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}
    values |= {
        f"{prefix}-{name}": number
        for prefix in ("emailaddress_set", "usersession_set")
        for name, number in empty.items()
    }

    as_staff.post(address, values)

    entry = AuditEntry.objects.filter(action="changed", about_id=str(dana.pk)).latest("pk")
    assert entry.values["name"] == ["Dana", "Dana Berg"]
    assert (entry.by, entry.user) == ("operator", staff)


def test_word_that_two_deeds_share_is_one_filter_and_finds_both(
    as_staff: Client, entry: AuditEntry
) -> None:
    AuditEntry.objects.create(by="worker", action="edited", through="of a meeting")
    AuditEntry.objects.create(by="worker", action="deleted", through="something else")

    page = as_staff.get(f"{LIST}?action__exact=changed").text

    assert page.count(">Changed</a>") == 1
    assert "of a meeting" in page
    assert "something else" not in page
    assert "something else" in as_staff.get(f"{LIST}?action__exact=nonsense").text
