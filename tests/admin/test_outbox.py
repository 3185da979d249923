"""Outgoing mails in the admin: what waits and why, and sending it now."""

from collections.abc import Callable

import pytest
from django.core import mail as sent_by_django
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from meetings.models import Booking, Guest, OutgoingMail
from meetings.services.mail import notices

from .conftest import act, list_of

pytestmark = pytest.mark.django_db
Outcome = OutgoingMail.Outcome


@pytest.fixture
def refused(book: Callable[..., Booking]) -> OutgoingMail:
    guest = Guest.objects.create(booking=book("Review"), email="ana@example.com")
    notices.invited([guest])
    mail = OutgoingMail.objects.get()
    mail.take()
    mail.give_up("550 No such user here", outcome=Outcome.REFUSED)
    return mail


def test_list_tells_what_the_mail_server_said(as_staff: Client, refused: OutgoingMail) -> None:
    text = as_staff.get(list_of(OutgoingMail)).text

    assert "ana@example.com" in text
    assert "550 No such user here" in text


def test_refused_mail_is_sent_again(
    as_staff: Client,
    refused: OutgoingMail,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        act(as_staff, "send_again", refused)

    refused.refresh_from_db()
    assert refused.outcome == Outcome.SENT
    assert [each.to for each in sent_by_django.outbox] == [["ana@example.com"]]


def test_sent_mail_is_not_sent_again(as_staff: Client, refused: OutgoingMail) -> None:
    OutgoingMail.objects.update(outcome=Outcome.SENT, sent_at=timezone.now())

    text = act(as_staff, "send_again", refused)

    assert "Nothing to do" in text
    assert not OutgoingMail.objects.outstanding().exists()
