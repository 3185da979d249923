"""Every bad day of a real provider at the door: what people read, and where they meet instead."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from meetings.models import Booking, RoomSession
from meetings.services import breakers
from tests.accounts_at_doubles import plugnmeet_account, videosdk_account, xroom_account
from tests.providers.doubles import base as faults
from tests.providers.doubles import plugnmeet, videosdk, xroom
from tests.providers.doubles.base import Double
from tests.providers.dripping import Server, in_body, in_headers, silent

from .conftest import NOW
from .doors import ask, host, participants, state
from .reading import page, text_of

Book = Callable[..., Booking]

KINDS: dict[str, tuple[type[Double], Callable[[Any], dict[str, Any]]]] = {
    "plugNmeet": (plugnmeet.Double, plugnmeet_account),
    "VideoSDK": (videosdk.Double, videosdk_account),
    "xroom": (xroom.Double, xroom_account),
}
SECRETS = {"plugNmeet": "api_secret", "VideoSDK": "secret", "xroom": "api_secret"}
FAULTS = {
    **{str(code): faults.status(code) for code in (401, 402, 403, 404, 409, 429, 500, 503)},
    "503 as a page": faults.html_503,
    "a page with 200": faults.html,
    "a redirect": faults.elsewhere,
    "50 MB": faults.huge,
    "too slow": faults.slow(1),
    "cut after the effect": faults.cut,
}
# Whoever opens a meeting reads nothing of aliases, codes or provider's words.
SAYS = "The room cannot be opened at the moment."


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def double(kind: str) -> Iterator[Double]:
    with KINDS[kind][0]() as double:
        yield double


@pytest.fixture
def account(kind: str, double: Double) -> dict[str, Any]:
    """The only account there is; its patience is short."""
    found = KINDS[kind][1](double)
    found["OPTIONS"] |= {"connect_timeout": 0.3, "read_timeout": 0.4}
    return found


@pytest.fixture
def alone(settings: Settings, account: dict[str, Any]) -> None:
    settings.MEETING_PROVIDERS = {"main": account}


@pytest.fixture
def with_spare(settings: Settings, account: dict[str, Any]) -> None:
    settings.MEETING_PROVIDERS = {"main": account, "spare": {"BACKEND": "builtin"}}


@pytest.fixture
def meeting(book: Book) -> Callable[[], Booking]:
    return lambda: book(at=NOW, options={"provider_alias": "main", "waiting_room": "nobody"})


def assert_told(answer: Any, as_dana: Client, booking: Booking, options: dict[str, Any]) -> None:
    """The host reads at the door that it does not work, the organizer why, and nobody a secret."""
    session = booking.sessions.get()
    on_page = text_of(as_dana.get(f"/meetings/{booking.pk}/"))
    assert (answer.status_code, state(answer)) == (200, "trouble")
    assert SAYS in text_of(answer)
    assert "Try again" in text_of(answer)
    assert session.state == "failed"
    assert session.error
    assert f"could not be opened the last time: {session.error}" in on_page
    assert "main" not in text_of(answer)
    for secret in (options.get("api_secret") or options["secret"], options["url"]):
        assert secret not in page(answer) + on_page


@pytest.mark.parametrize("fault", FAULTS)
def test_bad_day_is_told_to_the_host_and_over_when_it_is_over(
    as_dana: Client,
    alone: None,
    double: Double,
    settings: Settings,
    meeting: Callable[[], Booking],
    account: dict[str, Any],
    fault: str,
) -> None:
    booking = meeting()

    with double.failing(FAULTS[fault]):
        answer = ask(as_dana, host(booking), name="Dana")

    assert_told(answer, as_dana, booking, account["OPTIONS"])
    patient = {**account["OPTIONS"], "read_timeout": 10}  # a good answer may take its time
    settings.MEETING_PROVIDERS = {"main": {**account, "OPTIONS": patient}}
    again = ask(as_dana, host(booking), name="Dana")
    assert booking.sessions.live().get().alias == "main"
    assert state(again) != "trouble"


@pytest.mark.parametrize("fault", FAULTS)
def test_on_a_bad_day_everybody_meets_at_the_spare_provider(
    client: Client,
    as_dana: Client,
    with_spare: None,
    double: Double,
    meeting: Callable[[], Booking],
    fault: str,
) -> None:
    booking = meeting()

    with double.failing(FAULTS[fault]):
        ask(as_dana, host(booking), name="Dana")
        for_guest = ask(client, participants(booking), name="Ana")

    session = booking.sessions.get()
    assert (session.alias, session.is_live) == ("spare", True)
    assert for_guest.templates[0].name == "meetings/embed/builtin.html"
    organizer = text_of(as_dana.get(f"/meetings/{booking.pk}/"))
    assert "“main” could not hold the meeting (" in organizer
    assert "so it is held at “Built-in room”" in organizer


@pytest.mark.parametrize("what", ["key", "host"])
def test_account_that_was_typed_in_wrong_is_told(
    as_dana: Client,
    settings: Settings,
    account: dict[str, Any],
    kind: str,
    meeting: Callable[[], Booking],
    what: str,
) -> None:
    wrong = {"key": {SECRETS[kind]: "w" * 40}, "host": {"url": "http://127.0.0.1:9"}}[what]
    account["OPTIONS"] |= wrong
    settings.MEETING_PROVIDERS = {"main": account}
    booking = meeting()

    answer = ask(as_dana, host(booking), name="Dana")

    assert_told(answer, as_dana, booking, account["OPTIONS"])


@pytest.mark.parametrize("how", [silent, in_body, in_headers])
def test_answer_that_never_ends_is_none(
    as_dana: Client,
    settings: Settings,
    account: dict[str, Any],
    meeting: Callable[[], Booking],
    how: Any,
) -> None:
    server = Server(how)
    account["OPTIONS"] |= {"url": server.url}
    settings.MEETING_PROVIDERS = {"main": account}
    booking = meeting()

    answer = ask(as_dana, host(booking), name="Dana")

    server.stop()
    assert_told(answer, as_dana, booking, account["OPTIONS"])


def test_title_may_hold_anything(as_dana: Client, alone: None, double: Double, book: Book) -> None:
    title = "100 % “sure” & <b>50%20</b> %s {x} 🦊"
    booking = book(title, at=NOW, options={"provider_alias": "main"})

    ask(as_dana, host(booking), name="Dana % <i>")

    assert booking.sessions.get().is_live
    assert all(call.verified for call in double.journal)


def test_days_that_are_bad_for_all_are_told_with_what_each_said(
    as_dana: Client,
    settings: Settings,
    double: Double,
    account: dict[str, Any],
    meeting: Callable[[], Booking],
) -> None:
    settings.MEETING_PROVIDERS = {"main": account, "other": account}
    booking = meeting()

    with double.failing(faults.status(401)):
        answer = ask(as_dana, host(booking), name="Dana")

    assert state(answer) == "trouble"
    organizer = text_of(as_dana.get(f"/meetings/{booking.pk}/"))
    told = organizer.partition("could not be opened the last time:")[2]
    assert "“main”:" in told
    assert "“other”:" in told


def test_refusals_do_not_make_a_provider_silent(
    as_dana: Client, alone: None, double: Double, meeting: Callable[[], Booking]
) -> None:
    booking = meeting()

    with double.failing(faults.status(401)):
        for _ in range(5):
            ask(as_dana, host(booking), name="Dana")

    assert breakers.state_of("main") == "closed"
    assert RoomSession.objects.filter(state="failed").count() == 5
