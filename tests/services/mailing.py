"""Inviting people in tests, and reading the mails that they get."""

from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP

from django.core import mail as sent_by_django

from accounts.models import User
from meetings.models import Booking, Guest, JoinLink
from meetings.services import scheduling
from meetings.services.mail import notices, posting


def invite(booking: Booking, *emails: str, **fields: str) -> list[Guest]:
    guests = [Guest.objects.create(booking=booking, email=email, **fields) for email in emails]
    for guest in guests:
        purpose = JoinLink.Purpose.PARTICIPANT
        JoinLink.objects.create(booking=booking, purpose=purpose, guest=guest)
    notices.invited(guests)
    return guests


def posted() -> list[EmailMessage]:
    """Send what is due, and read it as a mail program does."""
    sent_by_django.outbox.clear()
    posting.post_due()
    parse = BytesParser(policy=SMTP).parsebytes
    return [parse(each.message().as_bytes()) for each in sent_by_django.outbox]


def text_of(message: EmailMessage) -> str:
    return message.get_body(("plain",)).get_content()


def html_of(message: EmailMessage) -> str:
    return message.get_body(("html",)).get_content()


def calendar_of(message: EmailMessage) -> bytes:
    (part,) = (each for each in message.walk() if each.get_content_type() == "text/calendar")
    return part.get_payload(decode=True)


def change(booking: Booking, dana: User, **values: object) -> Booking:
    wish = {
        "title": booking.title,
        "starts_at": booking.starts_at,
        "duration": booking.duration,
        "time_zone": booking.time_zone,
        "description": booking.description,
        **values,
    }
    wished = scheduling.MeetingWish(**wish)
    return scheduling.edit(booking, wished, by=dana, version=booking.version)
