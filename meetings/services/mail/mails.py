"""One mail of the outbox as it goes over the wire: text, HTML, and a part for calendar programs."""

from dataclasses import replace
from email.utils import formataddr, parseaddr
from functools import cache
from urllib.parse import urljoin

from css_inline import CSSInliner
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from accounts.zones import known_zone
from meetings.ical import Event, Method, Person, Status, calendar_file, one_line
from meetings.invitees import ascii_domain
from meetings.models import Guest, JoinLink, Knock, Notice, OutgoingMail
from meetings.services.calendars.events import from_json, organizer_of, with_link
from meetings.services.partstat import Statuses
from meetings.services.waiting.knock_links import token_of

from .letters import Letter, Reader, Story
from .texts import letter_of


def message_for(mail: OutgoingMail) -> EmailMultiAlternatives:
    """The mail in its reader's language, with their own link and nobody else's."""
    organizer = _organizer(mail.notice)
    events = [from_json(values) for values in mail.notice.facts["events"]]
    reader = _reader(mail, events[0])
    with translation.override(_language(mail, organizer)):
        story = Story(
            kind=mail.notice.kind,
            event=events[0],
            facts=mail.notice.facts,
            organizer=one_line(organizer.name) or organizer.email,
            reader=reader,
            is_for_guest=mail.guest is not None,
            moved=tuple(events[1:]),
        )
        letter = letter_of(story)
        message = _message(mail, letter, organizer)
    if mail.guest and mail.notice.facts["method"]:
        statuses = Statuses(mail.guest, events)
        theirs = [
            _for(mail.guest, event, organizer, url=reader.join_url, status=statuses.of(event))
            for event in events
        ]
        _attach_calendar(message, mail.notice, theirs)
    return message


def _message(mail: OutgoingMail, letter: Letter, organizer: User) -> EmailMultiAlternatives:
    page = {"letter": letter, "subject": letter.subject}
    page |= {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
    message = EmailMultiAlternatives(
        letter.subject,
        _as_text(page),
        _sender(organizer if mail.guest else None),
        [_address(mail.to_name, mail.to_email)],
        reply_to=_reply_to(mail, organizer),
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(_as_html(page), "text/html")
    return message


def _as_text(page: dict[str, object]) -> str:
    # Plain text is not HTML: nothing to escape here.
    template = get_template("mail/meetings/notice.txt").template  # type: ignore[attr-defined]
    text: str = template.render(Context(page, autoescape=False))
    return text.strip() + "\n"


def _as_html(page: dict[str, object]) -> str:
    return _inliner().inline(render_to_string("mail/meetings/notice.html", page))


@cache
def _inliner() -> CSSInliner:
    # At-rules stay beside the inlined styles: the dark colours are in one.
    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


# The calendar's part


def _attach_calendar(message: EmailMultiAlternatives, notice: Notice, events: list[Event]) -> None:
    method = Method(notice.facts["method"])
    written = calendar_file(events, method, now=notice.created_at)
    # Django adds the charset; said here it would stand there twice. Programs that know invitations
    # read the alternative, the others offer the file.
    text = written.decode().replace("\r\n", "\n")
    message.attach_alternative(text, f"text/calendar; method={method}")
    message.attach("invite.ics", written, "application/ics")


def _for(guest: Guest, event: Event, organizer: User, *, url: str, status: Status) -> Event:
    """As this guest's calendar is to hold it; others invited are not named."""
    return replace(
        with_link(event, url),
        organizer=organizer_of(organizer),
        attendees=(Person(email=guest.email, name=guest.name, status=status),),
    )


# People


def _organizer(notice: Notice) -> User:
    if notice.room:
        return notice.room.owner
    about = notice.booking or notice.series
    assert about is not None  # noqa: S101  (each notice is about one of them)
    return about.organizer


def _language(mail: OutgoingMail, organizer: User) -> str:
    if mail.user:
        return mail.user.language
    wished = mail.guest.language if mail.guest else ""
    return wished if wished in dict(settings.LANGUAGES) else organizer.language


def _sender(organizer: User | None) -> str:
    """The site's address, as only the site may send from it; to guests, the organizer's name."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    site = settings.SITE_NAME
    return _address(f"{one_line(organizer.name)} ({site})" if organizer else site, address)


def _reply_to(mail: OutgoingMail, organizer: User) -> list[str]:
    """A guest writes to the organizer, and the organizer to the guest who has answered."""
    if mail.guest:
        return [_address(organizer.name, organizer.email)]
    facts = mail.notice.facts
    return [_address(facts["who"], facts["email"])] if facts.get("email") else []


def _address(name: str, email: str) -> str:
    """`Ana <ana@example.org>`, with the domain as mail servers know it."""
    local, __, domain = email.rpartition("@")
    known = f"{local}@{ascii_domain(domain) or domain}"
    return formataddr((one_line(name), known)) if one_line(name) else known


def _reader(mail: OutgoingMail, event: Event) -> Reader:
    if mail.user:
        page, admit = _page_url(mail.notice), _admit_url(mail)
        return Reader(zone=mail.user.zone, page_url=page, admit_url=admit)
    guest = mail.guest
    zone = known_zone(guest.time_zone if guest else "") or event.zone
    link = getattr(guest, "link", None)
    if link is None or link.revoked_at:
        return Reader(zone=zone)
    return Reader(
        zone=zone,
        join_url=urljoin(settings.SITE_URL, link.get_absolute_url()),
        answer_url=_answer_url(mail.notice, link.token),
        page_url=_console_url(link),
        admit_url=_admit_url(mail),
        is_cohost=link.role.hosts,
    )


def _console_url(link: JoinLink) -> str:
    """Where a co-host has their controls; nobody else's link leads there."""
    path = reverse("console", args=[link.token]) if link.role.hosts else ""
    return str(urljoin(settings.SITE_URL, path)) if path else ""


def _answer_url(notice: Notice, token: str) -> str:
    """Where a guest answers; for a date of a series that was changed by itself, to that date."""
    path = reverse("answer", args=[token])
    if notice.booking and notice.booking.series_id:
        path = reverse("answer-meeting", args=[token, notice.booking.pk])
    return str(urljoin(settings.SITE_URL, path))


def _page_url(notice: Notice) -> str:
    """The organizer's page; of a series not that of a date, which may be gone by then."""
    places = {"booking": notice.booking, "series": notice.series, "room": notice.room}
    name, about = next((name, place) for name, place in places.items() if place)
    return str(urljoin(settings.SITE_URL, reverse(name, args=[about.pk])))


def _admit_url(mail: OutgoingMail) -> str:
    """Where a host lets in who waits, once; written down nowhere but in the mail itself."""
    if mail.notice.kind != Notice.Kind.WAITING:
        return ""
    knock = Knock.objects.filter(once=mail.once).first()
    path = reverse("admit", args=[token_of(knock)]) if knock else ""
    return str(urljoin(settings.SITE_URL, path)) if path else ""
