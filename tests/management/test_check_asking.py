"""`manage.py check_provider` asks before it begins, and tells machines what it found."""

import json
from dataclasses import fields

import pytest

from meetings.providers.base import Features
from tests.providers import test_jitsi as jitsi

from .trials import Said, Start

pytestmark = pytest.mark.django_db


def test_nothing_is_asked_in_a_dry_run(account_at: Start) -> None:
    double = account_at("xroom")

    said, machine = Said("main", "--dry-run"), Said("main", "--dry-run", "--json")

    assert "Reserve, move, cancel (booking)" in said.text
    assert "Mute a person" not in said.text
    assert "Open a room" in json.loads(machine.text)["would_try"]
    assert double.journal == []


@pytest.mark.parametrize("answer", ["", "n", "What?"])
def test_nothing_is_done_without_a_yes(
    account_at: Start, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    double = account_at("jitsi")
    monkeypatch.setattr("builtins.input", lambda question: answer)

    said = Said("main")

    assert (said.code, said.verdict) == (1, "Nothing was done.")
    assert double.journal == []


def test_yes_begins(account_at: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    double = account_at("jitsi")
    questions: list[str] = []

    def answer(question: str) -> str:
        questions.append(question)
        return "Y"

    monkeypatch.setattr("builtins.input", answer)

    assert Said("main").code == 0
    assert "Jitsi Meet (“main”)" in questions[0]
    assert double.journal


def test_machine_that_cannot_answer_is_told_what_to_say(
    account_at: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(question: str) -> str:
        raise EOFError

    double = account_at("jitsi")
    monkeypatch.setattr("builtins.input", nobody)

    assert "--yes" in Said("main").verdict
    assert "--yes" in Said("main", "--json").verdict
    assert double.journal == []


def test_sheet_for_machines_has_every_feature(account_at: Start) -> None:
    account_at("xroom")

    sheet = json.loads(Said("main", "--yes", "--json").text)

    assert sheet["passed"] is True
    assert [row["feature"] for row in sheet["capabilities"]] == [f.name for f in fields(Features)]
    assert {"feature": "booking", "claimed": True, "outcome": "confirmed"}.items() <= (
        sheet["capabilities"][0].items()
    )
    assert sheet["left"] == []
    assert sheet["cleaned"]


def test_account_that_is_not_there_is_said_with_those_that_are(account_at: Start) -> None:
    account_at("jitsi")

    said, machine = Said("spare", "--yes"), Said("spare", "--yes", "--json")

    assert said.code == 1
    assert "“spare”" in said.verdict
    assert "main" in said.verdict
    assert json.loads(machine.text)["passed"] is False


def test_account_that_is_half_configured_is_said_by_name(account_at: Start) -> None:
    account_at("jitsi", app_id="")

    said = Said("main", "--yes")

    assert "app_id" in said.verdict
    assert jitsi.APP_SECRET not in said.verdict
