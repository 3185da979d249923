"""Nothing of a person is left, and what took place stays true."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from io import StringIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as site
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Invitation, User
from meetings.invitees import Invitee
from meetings.models import (
    Admission,
    Answer,
    Attendance,
    Booking,
    BookingChange,
    ChatMessage,
    Guest,
    JoinLink,
    OutgoingMail,
    Recording,
    Room,
    RoomPeer,
    RoomSession,
    WebhookDelivery,
)
from meetings.services.answering import answer
from meetings.services.inviting import invite
from meetings.services.keeping import erasing, personal, traces
from meetings.services.keeping.asking_for_data import held_about
from meetings.services.keeping.backups import back_up
from meetings.services.keeping.erasing import LastAdministrator
from meetings.services.mail import posting
from meetings.services.rooms import create_room
from tests.conftest import Share, make_user, signed_in
from tests.together import seen_by_all, together

Book = Callable[..., Booking]
ANA = "ana.odd@example.net"


def all_rows() -> str:
    """Everything that any table holds."""
    file = io.BytesIO()
    back_up(file)
    with zipfile.ZipFile(file) as archive:
        rows = [archive.read(name) for name in archive.namelist() if name.startswith("rows/")]
    return b"".join(rows).decode()


def came(booking: Booking, identity: str, name: str, link: JoinLink | None = None) -> RoomSession:
    """Somebody was at the meeting, and is known of everywhere."""
    session = RoomSession.objects.create(
        room=booking.room, booking=booking, alias="builtin", state="ended", waiting_room="nobody"
    )
    now, who = timezone.now(), {"session": session, "identity": identity, "name": name}
    Admission.objects.create(**who, link=link, state="admitted", message=f"Welcome, {name}")
    Attendance.objects.create(**who, joined_at=now, left_at=now)
    RoomPeer.objects.create(
        **who, pid=f"p{session.pk}", resume_hash=str(session.pk), role="host", seq=1,
        seen_at=now, entered_at=now,
    )  # fmt: skip
    ChatMessage.objects.create(
        session=session, pid=f"p{session.pk}", name=name, text="My secret", client_id="1"
    )
    WebhookDelivery.objects.create(
        alias="main", event_id=str(session.pk), kind="attendee_joined", next_try_at=None,
        attendee={"key": identity, "name": name, "role": "participant"},
    )  # fmt: skip
    return session


@pytest.fixture
def meeting(book: Book) -> Booking:
    """One that Ana was invited to, answered and came to."""
    booking = book("Review")
    (ana,) = invite(booking, [Invitee(email=ANA, name="Ana Odd")], by=booking.organizer)
    answer(ana, Answer.Choice.TENTATIVE, booking=booking, comment="If my secret knee allows")
    came(booking, "g:abc", "Ana Odd", ana.link)
    Invitation.objects.create(email=ANA)
    Guest.objects.update(time_zone="Europe/Lisbon", bounce=f"550 no {ANA}")
    return booking


def test_nothing_of_a_guest_is_left(meeting: Booking) -> None:
    report = erasing.erase("Ana.Odd@Example.net")

    left = all_rows().lower()
    assert not [word for word in ("ana odd", ANA, "secret", "lisbon") if word in left]
    assert report.counts["guests"] == report.counts["attendance"] == 1
    assert report.counts["chat messages"] == 1
    assert JoinLink.objects.get(guest__isnull=False).state == JoinLink.State.REVOKED


def test_history_stays_true_without_the_name(meeting: Booking) -> None:
    erasing.erase(ANA)

    assert Attendance.objects.get().name == "Erased person"
    assert Answer.objects.get().choice == Answer.Choice.TENTATIVE
    assert meeting.guests.count() == 1
    assert BookingChange.objects.filter(kind="invited").exists()


def test_others_are_left_as_they_were(meeting: Booking) -> None:
    (ben,) = invite(meeting, [Invitee(email="ben@example.net", name="Ben")], by=meeting.organizer)
    came(meeting, "g:ben", "Ben", ben.link)

    erasing.erase(ANA)

    ben.refresh_from_db()
    assert (ben.name, ben.link.state) == ("Ben", JoinLink.State.WORKS)
    assert set(Attendance.objects.values_list("name", flat=True)) == {"Ben", "Erased person"}
    assert OutgoingMail.objects.filter(to_email="ben@example.net").exists()


def test_erasing_twice_changes_nothing_more(meeting: Booking) -> None:
    erasing.erase(ANA)
    before = all_rows()

    assert erasing.erase(ANA).total == 0
    assert all_rows() == before


def test_erasing_that_dies_midway_is_finished_by_the_next(
    meeting: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die() -> dict[str, Any]:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(traces, "_erased_guest", die)
        with pytest.raises(KeyboardInterrupt):
            erasing.erase(ANA)
    erasing.erase(ANA)

    assert "Ana Odd" not in all_rows()


def test_dry_run_counts_the_same_and_changes_nothing(meeting: Booking) -> None:
    before, said = all_rows(), StringIO()

    call_command("erase", ANA, "--dry-run", stdout=said)

    assert all_rows() == before
    assert "guests: 1 would change" in said.getvalue()
    assert erasing.foresee(ANA).counts == erasing.erase(ANA).counts


def test_unknown_address_is_told(db: None) -> None:
    said = StringIO()

    call_command("erase", "nobody@example.net", stdout=said)

    assert "Nothing is held" in said.getvalue()


@pytest.mark.parametrize("dotless", ["m\u0131a@example.net", "mia@examp\u0131e.net"])
def test_address_that_looks_alike_is_somebody_elses(book: Book, dotless: str) -> None:
    """PostgreSQL takes an i without its dot for an i, where it may choose."""
    real = dotless.replace("\u0131", "i")
    mia = make_user("Mia")
    User.objects.filter(pk=mia.pk).update(email=real)
    booking = book("Review")
    invite(booking, [Invitee(email=real, name="Mia")], by=booking.organizer)

    report = erasing.erase(dotless)

    assert report.total == 0
    assert erasing.person_at(real.upper()) == mia
    assert erasing.person_at(dotless) is None
    assert not any(each.count for each in held_about(dotless))
    assert any(each.count for each in held_about(real.upper()))


# An account


@pytest.fixture
def leaver(book: Book) -> User:
    """Somebody with meetings, guests, a room, devices and traces at others' meetings."""
    lena = make_user("Lena")
    User.objects.filter(pk=lena.pk).update(name="Lena Leaver")
    lena.refresh_from_db()
    ahead = book("Lena's secret plan", by=lena, description="Secret")
    invite(ahead, [Invitee(email="ben@example.net", name="Ben")], by=lena)
    create_room(lena, name="Lena's office", passcode="s3cret")
    came(book("At Dana's"), f"u:{lena.pk}", "Lena Leaver")
    about = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(
        user=lena, content_type=about, object_id=str(lena.pk), object_repr=str(lena), action_flag=2
    )
    signed_in(lena).get("/meetings/")
    return lena


def test_nothing_of_an_account_is_left(leaver: User) -> None:
    erasing.erase(leaver.email)
    posting.post_due()  # the invitation
    posting.post_due()  # and the farewell
    erasing.finish_due()

    left = all_rows().lower()
    assert not [word for word in ("lena", "secret") if word in left]
    leaver.refresh_from_db()
    assert (leaver.is_active, leaver.has_usable_password()) == (False, False)
    assert leaver.leaves_since is None
    assert not EmailAddress.objects.filter(user=leaver).exists()


def test_guests_are_told_by_name_before_the_name_goes(leaver: User) -> None:
    report = erasing.erase(leaver.email)
    leaver.refresh_from_db()
    assert (report.waits, report.counts["meetings cancelled"]) == (True, 1)
    assert (leaver.is_active, leaver.name) == (False, "Lena Leaver")

    posting.post_due()  # the invitation
    posting.post_due()  # and the farewell
    erasing.finish_due()

    told = [each for each in mail.outbox if each.to == ["Ben <ben@example.net>"]]
    assert "Lena Leaver" in told[-1].from_email
    assert Booking.objects.get(organizer=leaver).is_cancelled
    leaver.refresh_from_db()
    assert leaver.name == "Erased person"


def test_a_dead_mail_server_keeps_a_name_for_a_day_only(leaver: User) -> None:
    erasing.erase(leaver.email)
    User.objects.filter(pk=leaver.pk).update(leaves_since=timezone.now() - timedelta(hours=25))

    erasing.finish_due()

    leaver.refresh_from_db()
    assert leaver.name == "Erased person"


def test_last_administrator_stays(staff: User) -> None:
    with pytest.raises(LastAdministrator):
        erasing.erase(staff.email)
    with pytest.raises(CommandError, match="last administrator"):
        call_command("erase", staff.email)

    make_user("Second", is_superuser=True, is_staff=True)
    erasing.erase(staff.email)

    staff.refresh_from_db()
    assert (staff.is_superuser, staff.is_staff) == (False, False)


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_who_leave_at_once_one_stays(share_database: Share) -> None:
    share_database()
    names = ("First", "Second")
    people = [
        seen_by_all(partial(make_user, name, is_superuser=True, is_staff=True)) for name in names
    ]

    came = together(*(partial(erasing.erase, person.email) for person in people))

    assert [type(each) for each in came].count(LastAdministrator) == 1
    left = seen_by_all(User.objects.filter(is_superuser=True, is_active=True).count)
    assert left == 1


def test_leaving_goes_on_though_the_other_administrator_was_switched_off(
    leaver: User, staff: User
) -> None:
    make_user("Second", is_superuser=True, is_staff=True)
    long_ago = timezone.now() - timedelta(hours=25)
    User.objects.filter(pk=staff.pk).update(leaves_since=long_ago, is_active=False)
    User.objects.filter(name="Second").update(is_active=False)
    User.objects.filter(pk=leaver.pk).update(leaves_since=long_ago, is_active=False)

    erasing.finish_due()

    assert not User.objects.filter(leaves_since__isnull=False).exists()


def test_what_a_provider_keeps_is_said(room: Room, dana: User) -> None:
    RoomSession.objects.create(room=room, alias="elsewhere", state="ended")

    report = erasing.erase(dana.email)

    assert report.stays == ["elsewhere"]
    assert not Recording.objects.exists()


# The list


def test_each_field_for_words_or_people_is_listed() -> None:
    listed = {(model, name) for model, fields in personal.FIELDS.items() for name in fields}

    assert personal.may_be_personal() - listed == set(), "say in personal.py what erasing does"
    assert listed - personal.may_be_personal() == set(), "gone, or not of this kind"


def test_the_page_about_privacy_shows_the_list() -> None:
    page = (site.BASE_DIR / "docs" / "privacy.md").read_text()

    assert personal.as_table() in page
