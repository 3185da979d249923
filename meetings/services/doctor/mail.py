"""The mail server and the mailbox: reached, and signed in at; nothing is sent or marked."""

from collections.abc import Iterator
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from meetings.services.replies import Away
from meetings.services.replies.reading import opened

from .finding import Finding, Question, fine, look, wrong

PATIENCE = 15.0  # seconds
SMTP = "django.core.mail.backends.smtp.EmailBackend"
NOWHERE = ("filebased", "console", "dummy", "locmem")


def server() -> Iterator[Finding]:
    backend = settings.EMAIL_BACKEND
    if any(name in backend for name in NOWHERE):
        advice = "Set EMAIL_URL before others use this site."
        yield look("Mails leave this machine nowhere: they are kept here.", advice)
        return
    if backend != SMTP:
        yield fine(f"Mails go through {settings.EMAIL_SERVICE or backend}; --mail tries it.")
        return
    connection = get_connection(timeout=PATIENCE / 3)
    try:
        connection.open()
    except Exception as error:  # noqa: BLE001  (by network, by encryption, by sign-in: all the same)
        yield wrong(
            f"The mail server at {settings.EMAIL_HOST}:{settings.EMAIL_PORT} cannot be used:"
            f" {type(error).__name__}.",
            "Look at host, port, user and password of EMAIL_URL, and at the firewall.",
        )
        return
    connection.close()
    yield fine(f"The mail server at {settings.EMAIL_HOST}:{settings.EMAIL_PORT} takes us.")


def sender() -> Iterator[Finding]:
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    domain = address.rpartition("@")[2]
    if domain in {"", "localhost"} and not settings.DEBUG:
        yield wrong(
            f"DEFAULT_FROM_EMAIL is {address or 'no address'}: most mail servers refuse that.",
            "Set it to an address of your own domain.",
        )
    else:
        yield fine(f"Mails come from {address}.")


def mailbox() -> Iterator[Finding]:
    if settings.MAILBOX is None:
        yield fine("No mailbox is read: answers come by links only.")
        return
    try:
        with opened(settings.MAILBOX) as box:
            box.unread()
    except Away as trouble:
        yield wrong(f"The mailbox cannot be read: {trouble}", "Look at MAILBOX_URL.")
    else:
        yield fine("The mailbox can be read.")


def send(to: str) -> Iterator[Finding]:
    """One real mail, as somebody asked for it."""
    message = EmailMessage(
        f"{settings.SITE_NAME}: it works",
        f"This is a test of the mail settings of {settings.SITE_URL}.",
        to=[to],
        connection=get_connection(timeout=PATIENCE / 3),
    )
    try:
        message.send()
    except Exception as error:  # noqa: BLE001  (each mail service has its own)
        yield wrong(f"A mail to {to} was not taken: {type(error).__name__}.", "See EMAIL_URL.")
    else:
        yield fine(f"A mail to {to} is on its way.")


QUESTIONS = (
    Question(
        "Mail server",
        server,
        ("EMAIL_URL", "EMAIL_SERVICE", "EMAIL_SERVICE_OPTIONS"),
        patience=PATIENCE,
    ),
    Question("Sender", sender, ("DEFAULT_FROM_EMAIL",)),
    Question("Mailbox", mailbox, ("MAILBOX_URL", "MAILBOX_ADDRESS"), patience=PATIENCE),
)
