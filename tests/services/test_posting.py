"""What people are told of a meeting by mail, and how it gets to them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr

import pytest
import time_machine
from django.core import mail as sent_by_django
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from meetings.models import Answer, Booking, Guest, Notice, OutgoingMail
from meetings.providers.base import Role
from meetings.services import cohosts, scheduling
from meetings.services.mail import notices
from tests.calendar_reader import read

from .mailing import calendar_of, change, html_of, invite, posted, text_of

pytestmark = pytest.mark.django_db
Book = Callable[..., Booking]
Outcome = OutgoingMail.Outcome


def reminder(booking: Booking, *people: Guest | User) -> notices.Reminder:
    return notices.Reminder(booking=booking, minutes=10, people=people)


def test_invitation_has_text_html_and_a_calendar_part_with_the_personal_link(book: Book) -> None:
    booking = book("Review", description="Bring the figures.")
    ana, ben = invite(booking, "ana@example.com", "ben@example.com")

    first, second = posted()

    assert first["To"] == "ana@example.com"
    assert first["Subject"].startswith("Invitation: Review")
    assert "dana@example.org" in first["Reply-To"]
    assert first["Auto-Submitted"] == "auto-generated"
    unfolded = re.sub("\r?\n ", "", calendar_of(first).decode())
    for said in (text_of(first), html_of(first), unfolded):
        assert ana.link.token in said.replace("\r\n ", "")
        assert ben.link.token not in said
        assert "ben@example.com" not in said
        assert "Bring the figures." in said
    (event,) = read(calendar_of(second)).events
    assert event.uid == str(booking.request_key)
    assert event.starts_at == booking.starts_at
    assert event.attendees == {"ben@example.com": "NEEDS-ACTION"}
    assert event.organizer == "dana@example.org"


def test_calendar_part_says_its_method_and_its_charset_once(book: Book) -> None:
    invite(book("Größe"), "ana@example.com")

    (message,) = posted()

    (part,) = (each for each in message.walk() if each.get_content_type() == "text/calendar")
    assert part["Content-Type"].count("charset") == 1
    assert 'method="REQUEST"' in part["Content-Type"] or "method=REQUEST" in part["Content-Type"]
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "invite.ics"
    assert read(attached.get_payload(decode=True)) == read(calendar_of(message))


def test_guest_reads_their_own_language_and_zone_and_the_organizers_beside_it(book: Book) -> None:
    booking = book("Review", at=datetime(2027, 1, 15, 9, tzinfo=UTC))
    invite(booking, "ken@example.com", language="de", time_zone="Asia/Tokyo")

    (message,) = posted()

    assert "Tokyo (UTC+09:00)" in text_of(message)
    assert "18:00" in text_of(message)
    assert "Berlin (UTC+01:00)" in text_of(message)
    assert 'lang="de"' in html_of(message)


def test_change_of_time_is_told_with_what_it_was_and_the_next_sequence(
    book: Book, dana: User
) -> None:
    booking = book("Review", at=datetime(2027, 1, 15, 9, tzinfo=UTC))
    invite(booking, "ana@example.com")
    posted()

    change(booking, dana, starts_at=booking.starts_at + timedelta(hours=2), title="Big review")

    (message,) = posted()
    assert message["Subject"].startswith("Changed: Big review")
    assert "10:00" in text_of(message)
    assert "12:00" in text_of(message)
    assert "<del" in html_of(message)
    (event,) = read(calendar_of(message)).events
    assert (event.sequence, event.title) == (1, "Big review")
    assert event.starts_at == booking.starts_at + timedelta(hours=2)


def test_what_does_not_concern_guests_is_not_told(book: Book, dana: User) -> None:
    booking = book("Review")
    invite(booking, "ana@example.com")
    posted()

    booking = change(booking, dana, may_overlap=True)

    assert posted() == []
    assert booking.sequence == 0


def test_cancellation_says_why_and_takes_the_event_out(book: Book, dana: User) -> None:
    booking = book("Review")
    invite(booking, "ana@example.com")
    posted()

    scheduling.cancel(booking, by=dana, reason="Flu.")
    scheduling.cancel(booking, by=dana, reason="Again")

    (message,) = posted()
    assert message["Subject"].startswith("Cancelled: Review")
    assert "Flu." in text_of(message)
    calendar = read(calendar_of(message))
    assert calendar.method == "CANCEL"
    assert [(event.status, event.sequence) for event in calendar.events] == [("CANCELLED", 1)]


def test_removed_guest_is_told_and_their_waiting_invitation_is_dropped(book: Book) -> None:
    (guest,) = invite(book("Review"), "ana@example.com")
    guest.removed_at = timezone.now()
    guest.save()
    notices.uninvited([guest])

    assert posted() == []  # the invitation first: it is dropped
    (message,) = posted()

    assert message["Subject"].startswith("No longer invited")
    assert set(OutgoingMail.objects.values_list("outcome", flat=True)) == {
        Outcome.SENT,
        Outcome.DROPPED,
    }


def test_nobody_is_told_of_changes_of_a_meeting_that_is_over(book: Book, dana: User) -> None:
    booking = book("Review", at=timezone.now() - timedelta(hours=3))
    invite(booking, "ana@example.com")
    posted()

    change(booking, dana, title="Another")
    scheduling.cancel(booking, by=dana)

    assert posted() == []


def test_saying_the_same_twice_sends_one_mail_and_inviting_again_sends_another(book: Book) -> None:
    guests = invite(book("Review"), "ana@example.com")

    notices.invited(guests)
    assert len(posted()) == 1

    notices.invited(guests, again=True)
    assert len(posted()) == 1


def test_two_thousand_guests_are_invited_in_few_statements(
    book: Book, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    booking = book("All hands")
    Guest.objects.bulk_create(
        Guest(booking=booking, email=f"guest{number}@example.com") for number in range(2000)
    )

    with django_assert_max_num_queries(40):
        notices.invited(booking.guests.all())

    assert OutgoingMail.objects.count() == 2000
    assert OutgoingMail.objects.values("message_id").distinct().count() == 2000


@pytest.mark.parametrize(
    "bad", ["Hi\r\nBcc: all@example.com", "Hi\nX: y", "\u2028Hi\x07", "🎉" * 200]
)
def test_titles_and_names_cannot_add_headers(book: Book, dana: User, bad: str) -> None:
    dana.name = bad[:100]
    dana.save()
    invite(book(bad[:200]), "ana@example.com", name=bad[:80])

    (message,) = posted()

    assert message["Bcc"] is None
    assert message["X"] is None
    assert "\n" not in message["Subject"]
    (event,) = read(calendar_of(message)).events
    assert event.organizer == "dana@example.org"


def test_guest_with_a_name_at_a_domain_in_letters_of_their_own_gets_the_mail(book: Book) -> None:
    invite(book("Review"), "zoe@müller.example", name="Zoë")

    (message,) = posted()

    assert parseaddr(message["To"])[1] == "zoe@xn--mller-kva.example"


def test_mail_is_sent_right_after_the_change_is_saved(
    book: Book, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        invite(book("Review"), "ana@example.com")

    assert [each.to for each in sent_by_django.outbox] == [["ana@example.com"]]


def test_organizer_hears_what_a_guest_answered(book: Book, dana: User) -> None:
    booking = book("Review")
    (guest,) = invite(booking, "ana@example.com", name="Ana")
    posted()
    proposed = booking.starts_at + timedelta(days=1)
    answer = Answer.objects.create(
        guest=guest,
        booking=booking,
        choice="tentative",
        comment="Later?",
        proposed_at=proposed,
    )

    notices.answered(answer)

    (message,) = posted()
    assert message["Subject"] == "Ana proposes another time: Review"
    assert message["From"] == "Parley <parley@localhost>"
    assert message["Reply-To"] == "Ana <ana@example.com>"
    assert "Later?" in text_of(message)
    assert "Proposed instead" in text_of(message)
    change(booking, dana, title="Other")
    (told,) = posted()
    assert read(calendar_of(told)).events[0].attendees == {"ana@example.com": "TENTATIVE"}


def test_nobody_invited_is_nobody_told(book: Book) -> None:
    notices.invited([])
    notices.uninvited([])

    assert not Notice.objects.exists()


def test_only_a_mail_to_a_cohost_leads_to_the_host_controls(book: Book, dana: User) -> None:
    booking = book("Review")
    __, cora = invite(booking, "ana@example.com", "cora@example.com")
    cohosts.give_role(cora, Role.COHOST, by=dana)

    to_ana, to_cora = posted()

    assert "/host/" not in text_of(to_ana) + html_of(to_ana)
    assert "Show the meeting" not in text_of(to_ana)
    for said in (text_of(to_cora), html_of(to_cora)):
        assert f"/j/{cora.link.token}/host/" in said
        assert "Open the host controls" in said


# Reminders


def test_reminder_names_the_time_and_carries_no_calendar_part(book: Book, dana: User) -> None:
    booking = book("Review", at=timezone.now() + timedelta(minutes=10))
    (guest,) = invite(booking, "ana@example.com")
    posted()

    notices.reminded([reminder(booking, guest, dana)])
    notices.reminded([reminder(booking, guest, dana)])

    to_guest, to_organizer = posted()
    assert to_guest["Subject"].startswith("Reminder: Review")
    assert guest.link.token in text_of(to_guest)
    assert f"/meetings/{booking.pk}/" in text_of(to_organizer)
    assert "/j/" not in text_of(to_organizer)
    assert [part.get_content_type() for part in to_guest.walk()].count("text/calendar") == 0


def test_reminder_that_waited_until_the_meeting_began_is_dropped(book: Book, dana: User) -> None:
    booking = book("Review", at=timezone.now() + timedelta(minutes=10))
    notices.reminded([reminder(booking, dana)])

    with time_machine.travel(booking.starts_at + timedelta(seconds=1)):
        assert posted() == []

    assert OutgoingMail.objects.get().outcome == Outcome.DROPPED
    assert not OutgoingMail.objects.outstanding().exists()


def test_no_mail_names_the_provider_or_holds_a_host_link(book: Book, dana: User) -> None:
    booking = book("Review")
    invite(booking, "ana@example.com")
    change(booking, dana, title="Other")
    scheduling.cancel(booking, by=dana)

    said = "".join(each.as_string() for _ in range(3) for each in posted())

    assert len(re.findall("Subject:", said)) == 3
    others = booking.links.filter(guest=None).values_list("token", flat=True)
    assert not [token for token in others if token in said]
    assert "builtin" not in said


def test_kinds_have_all_a_text_of_their_own() -> None:
    from meetings.services.mail.texts import WRITERS  # noqa: PLC0415

    assert set(WRITERS) == set(Notice.Kind)


def test_settings_of_the_sender_are_those_of_the_site(book: Book, settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Parley <meet@meet.example>"
    invite(book("Review"), "ana@example.com")

    (message,) = posted()

    assert message["From"] == '"Dana (Parley)" <meet@meet.example>'
    assert message["Message-ID"].endswith("@meet.example>")
