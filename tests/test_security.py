"""The page about threats names tests that exist; and attacks that fit nowhere else."""

import ast
import pickle
import re
import runpy
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from huey.serializer import SignedSerializer

from accounts import audit
from accounts.models import AuditEntry, User
from config.huey import TaskQueue
from config.server import UVICORN
from meetings.models import Room
from meetings.providers import shipped

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/security.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_proof_that_is_named_exists(file: str, test: str) -> None:
    tree = ast.parse((ROOT / file).read_text())

    assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_each_threat_names_its_proof() -> None:
    _, table = PAGE.split("| threat |", 1)
    rows = [
        line
        for line in table.splitlines()
        if line.startswith("| ") and not re.search(r"---|\| \| \|", line)
    ]

    assert len(rows) > 30
    assert not [row for row in rows if "::" not in row]


def test_reports_of_holes_have_an_address() -> None:
    assert "privately" in (ROOT / "SECURITY.md").read_text()


class Evil:
    ran = False

    def __reduce__(self) -> tuple[Any, ...]:
        return (setattr, (Evil, "ran", True))


def test_message_that_somebody_else_put_into_the_queue_is_never_unpickled() -> None:
    queue = TaskQueue(immediate=True)
    forged = SignedSerializer(secret="not ours")._serialize(Evil())

    for message in (pickle.dumps(Evil()), forged):
        with pytest.raises(ValueError, match=r"Signature|Separator"):
            queue.serializer.deserialize(message)

    assert not Evil.ran


def test_form_that_is_far_too_long_is_refused(client: Client, db: None, room: Room) -> None:
    link = room.links.get(purpose="participant")

    long = client.post(f"{link.get_absolute_url()}enter/", {"name": "x" * 3_000_000})
    many = client.post("/account/login/", {f"f{n}": "1" for n in range(2000)})

    assert (long.status_code, many.status_code) == (400, 400)


def test_longest_message_of_a_socket_is_bounded() -> None:
    assert int(UVICORN[UVICORN.index("--ws-max-size") + 1]) <= 262_144


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_markup_in_a_name_is_text_in_the_administration(
    as_staff: Client, dana: User, name: str
) -> None:
    audit.record(AuditEntry.Action.CHANGED, dana, values={"name": ["Dana", name]})
    User.objects.filter(pk=dana.pk).update(name=name)

    for page in ("auditentry/", "user/", f"user/{dana.pk}/change/"):
        assert name not in as_staff.get(f"/admin/accounts/{page}").text


@pytest.mark.parametrize("provider", sorted(shipped()))
def test_no_secret_of_an_account_gets_into_the_audit_log(provider: str) -> None:
    options = fields(shipped()[provider].options_class)
    values = dict.fromkeys((each.name for each in options if not each.repr), "hidden")

    assert "hidden" not in str(audit.told(values))


def answered(*packages: dict[str, Any]) -> int:
    """What the audit of dependencies makes of an answer of the advisory service."""
    place = runpy.run_path(str(ROOT / ".ci/audit"))
    return int(place["judge"](list(packages)))


def test_known_hole_in_a_dependency_fails_and_a_silent_service_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    fine = {"name": "good", "version": "1", "vulns": []}
    unknown = {"name": "other", "skip_reason": "not found"}
    hole = {"name": "bad", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}

    assert (answered(fine), answered(fine, unknown), answered(unknown)) == (0, 0, 0)
    assert "nothing was audited" in capsys.readouterr().out
    assert answered(fine, hole) == 1
    assert "bad 1: PYSEC-1, mended by 2" in capsys.readouterr().out
