"""Links of the console, by which an administrator gets in when nothing else does."""

from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import AuditEntry, User
from tests.conftest import make_user

from .elsewhere import double, is_in, only_there, place

__all__ = ["double", "only_there", "place"]

pytestmark = pytest.mark.django_db


def test_operator_gets_in_by_a_link_of_the_console_once(
    client: Client, only_there: None, boss: User, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("sign_in_link", boss.email)
    link = urlsplit(capsys.readouterr().out.strip()).path

    assert "Sign in as Boss" in client.get(link).text
    assert not is_in(client)
    client.post(link)

    assert is_in(client)
    assert Client().post(link).status_code == 404


def test_link_of_the_console_stands_in_the_audit_log(boss: User) -> None:
    call_command("sign_in_link", boss.email)

    entry = AuditEntry.objects.about(boss).get(action="link_shown")
    assert (entry.by, entry.values) == ("program", {})


@pytest.mark.parametrize("email", ["nobody@example.org", "eve@example.org"])
def test_link_of_the_console_is_for_administrators_only(db: None, email: str) -> None:
    make_user("Eve", is_staff=True)

    with pytest.raises(CommandError):
        call_command("sign_in_link", email)


@pytest.mark.parametrize("token", ["x", "1-", "zzzzzzzzzzzzzzzzzzz-a", "-", "1-a-b", "é-a"])
def test_link_that_is_none_leads_nowhere(client: Client, db: None, token: str) -> None:
    assert client.get(f"/account/sign-in/{token}/").status_code == 404
