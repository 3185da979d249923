"""Rooms are spread over accounts that the operator calls equal."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from meetings.forms.rooms import RoomOptionsForm
from meetings.models import Booking, Guest, Room, RoomSession
from meetings.providers.errors import ProviderMisconfigured, ProviderUnavailable
from meetings.providers.plugnmeet import Provider as Plugnmeet
from meetings.providers.xroom import Provider as Xroom
from meetings.services import ahead, breakers, pools, ready, switches
from meetings.services.opening import open_room
from meetings.services.places import places_for
from tests import early_provider
from tests.early_provider import early
from tests.provider_for_tests import Telling

__all__ = ["early"]

Book = Callable[..., Booking]
POOL = ("north", "east", "west")


class Pooled(early_provider.Provider):
    pool = "talk"


@pytest.fixture
def pool(early: Telling, settings: Settings) -> Telling:
    """Three equal accounts, and one by itself that is the first."""
    alone = {"alone": {"BACKEND": "tests.early_provider.Provider"}}
    equal = {alias: {"BACKEND": f"{__name__}.Pooled"} for alias in POOL}
    settings.MEETING_PROVIDERS = alone | equal
    breakers.forget()
    return early


def at_nine(book: Book, alias: str = "north", guests: int = 0, **given: object) -> Booking:
    booking = book(
        at=timezone.now() + timedelta(minutes=5),
        may_overlap=True,
        options={"provider_alias": alias, "needs_host": False},
        **given,
    )
    for number in range(guests):
        Guest.objects.create(booking=booking, email=f"{number}@example.org")
    return booking


def fresh(booking: Booking) -> Booking:
    return Booking.objects.select_related("room").get(pk=booking.pk)


def people_at(alias: str) -> int:
    held = RoomSession.objects.ready().filter(alias=alias)
    return Guest.objects.filter(booking__sessions__in=held, removed_at=None).count()


def test_wave_at_one_account_of_a_pool_is_spread_by_who_is_invited(
    book: Book, pool: Telling
) -> None:
    meetings = [at_nine(book, guests=guests) for guests in (12, 1, 1, 6, 6, 4, 4, 4, 1)]

    for booking in meetings:
        assert ahead.open_ahead(booking.pk)

    assert [people_at(alias) for alias in POOL] == [16, 12, 11]


def test_account_by_itself_keeps_its_rooms(book: Book, pool: Telling) -> None:
    first, second = at_nine(book, "alone"), at_nine(book, "alone")

    assert ahead.open_ahead(first.pk)
    assert open_room(second.room, fresh(second)).alias == "alone"
    assert first.sessions.get().alias == "alone"
    assert places_for(second.room) == ["alone", *POOL]


def test_room_that_stands_ready_at_an_equal_account_is_taken_by_the_click(
    book: Book, pool: Telling
) -> None:
    at_nine(book)
    booking, other = at_nine(book), at_nine(book)
    ahead.open_ahead(other.pk)
    ahead.open_ahead(booking.pk)
    assert booking.sessions.get().alias == "east"

    ready.close_unused()
    session = open_room(booking.room, fresh(booking))

    assert (session.alias, session.is_live, session.detours) == ("east", True, [])
    assert pool.asked.count("init_room") == 2


def test_click_opens_where_least_was_placed_and_tells_of_no_detour(
    book: Book, pool: Telling
) -> None:
    sessions = [open_room(each.room, each) for each in (at_nine(book) for _ in range(4))]

    assert [each.alias for each in sessions] == [*POOL, "north"]
    assert all(each.detours == [] for each in sessions)


def test_meeting_that_is_over_by_then_leaves_its_place(book: Book, pool: Telling) -> None:
    now = timezone.now()
    earlier = book(at=now - timedelta(minutes=57), minutes=60, options={"provider_alias": "north"})
    assert open_room(earlier.room, earlier).alias == "north"

    assert pools.lightest(POOL)[0] == "east"
    assert pools.lightest(POOL, starts_at=now + timedelta(minutes=5))[0] == "north"


def test_equal_account_that_is_off_or_silent_is_passed_by(
    book: Book, pool: Telling, dana: User
) -> None:
    switches.switch_off("north", by=dana)
    for _ in range(breakers.THRESHOLD):
        with pytest.raises(ProviderUnavailable), breakers.watching("east"):
            raise ProviderUnavailable("no answer")
    booking = at_nine(book)

    assert ahead.open_ahead(booking.pk)
    assert booking.sessions.get().alias == "west"
    assert places_for(booking.room) == ["west", "alone", "east"]


@pytest.mark.django_db
def test_wave_at_a_pool_begins_later_as_each_account_has_its_own_limit(pool: Telling) -> None:
    alone, north = ahead.opens_ahead("alone"), ahead.opens_ahead("north")
    assert alone
    assert north

    assert ahead.seconds_each(north) == pytest.approx(ahead.seconds_each(alone) / 3)


def test_people_choose_a_pool_rather_than_its_accounts(dana: User, pool: Telling) -> None:
    def choices(alias: str) -> list[tuple[str, str]]:
        form = RoomOptionsForm(instance=Room(owner=dana, provider_alias=alias))
        return list(form.fields["provider_alias"].choices)  # type: ignore[attr-defined]

    assert choices("alone") == [("alone", "Elsewhere (alone)"), ("north", "Elsewhere (talk)")]
    assert choices("west") == [("alone", "Elsewhere (alone)"), ("west", "Elsewhere (talk)")]


PLUGNMEET = {"url": "https://meet.example", "api_key": "k" * 12, "api_secret": "s" * 40}


def test_pool_is_an_option_of_each_account_that_reserves_nothing() -> None:
    read = Plugnmeet.options_class.read
    provider = Plugnmeet("main", read({**PLUGNMEET, "pool": "talk", "most_rooms": "40"}, alias="m"))

    assert (provider.pool, provider.most_rooms) == ("talk", 40)
    with pytest.raises(ProviderMisconfigured, match="most_rooms"):
        Plugnmeet("main", read({**PLUGNMEET, "most_rooms": "-1"}, alias="main"))


def test_account_that_reserves_rooms_cannot_be_in_a_pool() -> None:
    options = Xroom.options_class.read(
        {"auth_id": "1", "api_secret": "s", "domain": "x.example", "pool": "talk"}, alias="main"
    )

    with pytest.raises(ProviderMisconfigured, match="reserved when a meeting is made"):
        Xroom("main", options)
