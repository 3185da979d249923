"""Mails that could not be delivered."""

from collections.abc import Callable

import pytest
from django.core import mail as sent_by_django

from meetings.models import Booking, Guest, OutgoingMail
from meetings.services import replies
from meetings.services.mail import notices, posting
from meetings.services.replies import Kind
from tests.mails_that_come_back import not_delivered

pytestmark = pytest.mark.django_db
Book = Callable[..., Booking]


@pytest.fixture
def invitation(book: Book) -> OutgoingMail:
    """To Ana; the mail server took it."""
    ana = Guest.objects.create(booking=book("Review"), email="ana@example.com")
    notices.invited([ana])
    posting.post_due()
    return OutgoingMail.objects.get()


@pytest.mark.parametrize("whole", [True, False])
def test_guest_whose_mail_came_back_is_marked_with_the_servers_words(
    invitation: OutgoingMail, *, whole: bool
) -> None:
    outcome = replies.take_in(not_delivered(invitation.message_id, whole=whole))

    guest = Guest.objects.get()
    invitation.refresh_from_db()
    assert outcome.kind is Kind.BOUNCE
    assert guest.bounced_at is not None
    assert guest.bounce == "550 5.1.1 <ana@example.com>: Recipient address rejected: User unknown"
    assert (invitation.outcome, invitation.error) == ("refused", guest.bounce)


def test_report_read_twice_marks_nobody_who_was_invited_again_since(
    invitation: OutgoingMail,
) -> None:
    report = not_delivered(invitation.message_id)
    replies.take_in(report)
    Guest.objects.update(bounced_at=None, bounce="")

    replies.take_in(report)

    assert Guest.objects.get().bounced_at is None


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "\x00"])
def test_delay_is_no_failure(invitation: OutgoingMail, action: str) -> None:
    kind = replies.take_in(not_delivered(invitation.message_id, action=action)).kind

    assert kind is Kind.IGNORED
    assert Guest.objects.get().bounced_at is None


@pytest.mark.parametrize("named", ["<somebody@else.example>", "", "<\x00>"])
def test_report_on_a_mail_that_is_not_ours_marks_nobody(
    invitation: OutgoingMail, named: str
) -> None:
    assert replies.take_in(not_delivered(named)).kind is Kind.IGNORED
    assert Guest.objects.get().bounced_at is None


def test_report_that_names_the_mail_in_its_head_only_is_understood(
    invitation: OutgoingMail,
) -> None:
    report = not_delivered("").replace(
        b"Return-Path: <>", f"In-Reply-To: {invitation.message_id}".encode()
    )

    assert replies.take_in(report).kind is Kind.BOUNCE


def test_mail_to_somebody_with_an_account_that_came_back_is_shown_in_the_list(
    invitation: OutgoingMail,
) -> None:
    OutgoingMail.objects.update(guest=None)

    replies.take_in(not_delivered(invitation.message_id))

    invitation.refresh_from_db()
    assert invitation.outcome == "refused"
    assert len(sent_by_django.outbox) == 1
