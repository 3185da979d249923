from datetime import UTC, datetime

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from pytest_django import Settings

from accounts.mail import Part, compose, parts_of
from accounts.models import User

pytestmark = pytest.mark.django_db


def ask_for_reset(user: User, language: str) -> EmailMultiAlternatives:
    headers = {"Accept-Language": language}
    Client().post("/account/password/reset/", {"email": user.email}, headers=headers)
    letter = mail.outbox[-1]
    assert isinstance(letter, EmailMultiAlternatives)
    return letter


def html_of(letter: EmailMultiAlternatives) -> str:
    return str(letter.alternatives[0][0])


def test_a_mail_speaks_its_readers_language_not_the_senders(ana: User) -> None:
    User.objects.update(language="de")

    letter = ask_for_reset(ana, language="en")

    assert ' lang="de"' in html_of(letter)


def test_a_mail_writes_dates_as_its_reader_does(ana: User) -> None:
    letters = {
        language: compose(
            "mail/accounts/invitation.txt",
            {"until": datetime(2026, 3, 5, tzinfo=UTC), "url": "https://example.org"},
            to=[ana.email],
            language=language,
        )
        for language in ("en", "de")
    }

    assert "5. März 2026" in letters["de"].body
    assert "5. März 2026" not in letters["en"].body


def test_a_mail_is_text_and_html_with_the_same_link(ana: User) -> None:
    letter = ask_for_reset(ana, language="en")

    link = next(line for line in letter.body.splitlines() if line.startswith("http"))
    assert f'<a class="button" href="{link}">Set a new password</a>' in html_of(letter)


def test_the_subject_has_no_prefix_and_one_line(ana: User, settings: Settings) -> None:
    settings.SITE_NAME = "Acme & Sons"

    letter = ask_for_reset(ana, language="en")

    assert letter.subject == "Set your password for Acme & Sons"
    assert "Acme &amp; Sons" in html_of(letter)
    assert "&amp;" not in letter.body


def test_values_are_escaped_in_html_and_plain_in_text() -> None:
    values = {"from_email": "<b>old</b>@example.org", "to_email": "new@example.org"}

    letter = compose(
        "mail/accounts/email_changed.txt", values, to=["ana@example.org"], language="en"
    )

    assert "<b>old</b>" in letter.body
    assert "<b>old</b>" not in html_of(letter)


def test_a_label_above_an_address_is_a_button() -> None:
    parts = parts_of("Hello.\n\nOpen it:\nhttps://example.org/x\n\nBye,\nus")

    assert parts == [Part("Hello."), Part("Open it", "https://example.org/x"), Part("Bye,\nus")]
