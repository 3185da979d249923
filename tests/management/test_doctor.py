"""`manage.py doctor`, as an operator runs it."""

import io
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from meetings.management.commands import doctor
from meetings.services.doctor.finding import Question, fine, look, wrong


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What the command writes when these things are found."""

    def examine(*found: object, **options: object) -> str:
        questions = (Question("The house", lambda: found),)  # type: ignore[arg-type,return-value]
        monkeypatch.setattr(doctor, "QUESTIONS", questions)
        written = io.StringIO()
        try:
            call_command("doctor", stdout=written, **options)
        except CommandError as error:
            written.write(f"{error.returncode}: {error}")
        return written.getvalue()

    return examine


def test_all_is_said_with_what_to_do_and_counted(told: Callable[..., str]) -> None:
    written = told(fine("It stands."), look("It leans.", "Prop it up."))

    assert written == (
        "OK\n  The house: It stands.\n\n"
        "WORTH A LOOK\n  The house: It leans.\n    → Prop it up.\n\n"
        "1 OK, 1 worth a look, 0 wrong.\n"
    )


def test_what_is_wrong_fails(told: Callable[..., str]) -> None:
    assert told(wrong("It fell.", "Build it.")).endswith("1: Something is wrong: see above.")


@pytest.mark.django_db
def test_provider_and_mail_are_tried_only_when_asked(
    told: Callable[..., str], settings: Settings, mailoutbox: list[object]
) -> None:
    assert "Provider" not in told(fine("Well."))
    assert mailoutbox == []

    written = told(fine("Well."), mail="olga@example.org", providers=True)

    assert "A mail to olga@example.org is on its way." in written
    assert "Provider “builtin”" in written
    assert len(mailoutbox) == 1
