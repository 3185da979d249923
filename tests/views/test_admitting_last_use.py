"""Two wait by a link that lets in one: one comes in, and everybody is told about the other."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry
from meetings.models import JoinLink, Knock, LinkUse, RoomSession
from meetings.services import hosting
from meetings.services.mail.notices import once_for
from meetings.services.waiting.knock_links import token_of
from meetings.services.waiting.knocking import Place
from tests.able_provider import able

from .conftest import NOW
from .doors import ask, door_of, look_again, state
from .reading import page, text_of
from .running import Press, press

__all__ = ["able", "press"]


@pytest.fixture
def session(able: object, live: RoomSession) -> RoomSession:
    """A meeting whose people wait; its link for participants lets in one person."""
    RoomSession.objects.update(waiting_room="everyone")
    live.refresh_from_db()
    JoinLink.objects.filter(purpose="participant").update(max_uses=1)
    return live


@pytest.fixture
def ana(session: RoomSession) -> Client:
    ana = Client()
    ask(ana, door_of(session), "Ana")
    return ana


@pytest.fixture
def ben(ana: Client, session: RoomSession) -> Client:
    ben = Client()
    ask(ben, door_of(session), "Ben")
    return ben


def knock_at(session: RoomSession) -> Knock:
    """What the mail to the host is about."""
    assert session.booking
    host = session.booking.organizer
    once = once_for(Place.at(session.room, session.booking).once, host)
    return Knock.objects.create(once=once, room=session.room, booking=session.booking, user=host)


def states(session: RoomSession) -> dict[str, str]:
    return dict(session.admissions.values_list("name", "state"))


def test_first_comes_in_and_the_second_is_told_why_not(
    session: RoomSession, ana: Client, ben: Client, press: Press
) -> None:
    open_page = ben.get(door_of(session))

    press(session, "admit", admission="all")
    came = ask(ana, door_of(session), "Ana")
    asked_by_itself = look_again(ben, open_page, door_of(session))
    tried = ask(ben, door_of(session), "Ben")

    assert came.status_code == 302
    assert state(ana.get(door_of(session))) == "open"
    assert asked_by_itself.headers["HX-Refresh"] == "true"
    assert tried.status_code == 410
    assert "This link is used up" in text_of(ben.get(door_of(session)))
    assert states(session) == {"Ana": "admitted", "Ben": "waiting"}


def test_host_is_told_who_was_not_let_in_and_why(
    session: RoomSession, ben: Client, press: Press
) -> None:
    text = text_of(press(session, "admit", admission="all"))

    assert "1 person is let in." in text
    assert "Not let in: Ben." in text
    assert "used up" in text
    assert AuditEntry.objects.get(action="admitted").values == {"people": 1}


def test_when_nobody_is_let_in_that_is_said_and_nothing_else(
    session: RoomSession, ben: Client, press: Press
) -> None:
    hosting.admit(session, [session.admissions.get(name="Ana").pk])

    text = text_of(press(session, "admit", admission=session.admissions.get(name="Ben").pk))

    assert "Not let in: Ben." in text
    assert "let in." not in text.replace("Not let in", "")
    assert "decided a moment before" not in text


def test_bar_beside_a_providers_page_says_it_too(
    as_dana: Client, session: RoomSession, ben: Client
) -> None:
    answer = as_dana.post(
        f"/sessions/{session.pk}/admit/",
        {"admission": "all", "at": "frame"},
        headers={"HX-Request": "true"},
    )

    assert "Not let in: Ben." in text_of(answer)
    assert "Admit Ben" in page(answer)


def test_once_the_limit_is_raised_the_second_can_be_admitted(
    session: RoomSession, ben: Client, press: Press
) -> None:
    press(session, "admit", admission="all")
    JoinLink.objects.filter(purpose="participant").update(max_uses=2)

    press(session, "admit", admission="all")

    assert states(session) == {"Ana": "admitted", "Ben": "admitted"}
    assert ask(ben, door_of(session), "Ben").status_code == 302
    assert LinkUse.objects.count() == 2


def test_whom_the_link_has_let_in_before_needs_no_use(session: RoomSession, ana: Client) -> None:
    hosting.admit(session)
    session.admissions.update(state="waiting", decided_at=None)

    assert hosting.admit(session) == 1
    assert JoinLink.objects.get(purpose="participant").uses == 1


def test_withdrawn_link_is_not_called_used_up(
    session: RoomSession, ben: Client, press: Press
) -> None:
    JoinLink.objects.filter(purpose="participant").update(revoked_at=NOW)

    assert "used up" not in text_of(press(session, "admit", admission="all"))


def test_link_of_a_mail_names_those_whom_it_let_in_and_those_whom_not(
    session: RoomSession, ben: Client
) -> None:
    address = reverse("admit", args=[token_of(knock_at(session))])
    keys = [f"a{pk}" for pk in session.admissions.values_list("pk", flat=True)]

    text = text_of(Client().post(address, {"waiter": keys}, follow=True))

    assert "Ana is let in." in text
    assert "Not let in: Ben." in text


def test_link_of_a_mail_that_lets_in_nobody_says_why_and_stays_good(
    session: RoomSession, ben: Client
) -> None:
    hosting.admit(session, [session.admissions.get(name="Ana").pk])
    knock = knock_at(session)
    ben_waits = session.admissions.get(name="Ben")

    answer = Client().post(reverse("admit", args=[token_of(knock)]), {"waiter": f"a{ben_waits.pk}"})

    knock.refresh_from_db()
    assert "Not let in: Ben." in text_of(answer)
    assert knock.used_at is None
