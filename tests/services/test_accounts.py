"""Accounts from the admin beside those of the environment."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from meetings.models import Booking, ProviderAccount
from meetings.providers import (
    Origin,
    aliases,
    default_alias,
    get_provider,
    operators_aliases,
)
from meetings.providers import accounts as configured
from meetings.providers.errors import ProviderMisconfigured, ProviderRefused
from meetings.services import accounts, reservations
from meetings.services.rooms import provider_of
from tests.accounts_at_doubles import AtXroom
from tests.providers.doubles.plugnmeet import Double
from tests.providers.doubles.xroom import Double as Xroom

SECRET = "s3cret-of-the-account"


def add(alias: str, backend: str = "builtin", **options: object) -> ProviderAccount:
    account = ProviderAccount(alias=alias, backend=backend, options=options)
    account.save()
    return account


def add_plugnmeet(alias: str = "plug", url: str = "https://plug.example.org") -> ProviderAccount:
    account = ProviderAccount(alias=alias, backend="plugnmeet")
    account.options = {"url": url, "api_key": Double.api_key}
    account.secret_options = {"api_secret": Double.api_secret}
    account.save()
    return account


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let this many seconds pass."""
    now = accounts.time.monotonic()

    def wait(seconds: float) -> None:
        nonlocal now
        now += seconds
        monkeypatch.setattr(accounts.time, "monotonic", lambda: now)

    return wait


# Which there are


@pytest.mark.django_db
def test_accounts_of_the_environment_come_first_then_those_of_the_admin_by_age(
    settings: Settings,
) -> None:
    settings.MEETING_PROVIDERS = {"main": {"BACKEND": "builtin"}, "spare": {"BACKEND": "builtin"}}
    for alias in ("zulu", "alpha"):
        add(alias)

    assert aliases() == ("main", "spare", "zulu", "alpha")
    assert operators_aliases() == ("main", "spare")
    assert default_alias() == "main"


@pytest.mark.django_db
def test_built_in_room_stays_the_default_when_an_account_is_added() -> None:
    add("plug")

    assert aliases() == ("builtin", "plug")
    assert default_alias() == "builtin"
    assert {each.alias: each.origin for each in configured().values()} == {
        "builtin": Origin.ALWAYS,
        "plug": Origin.ADMIN,
    }


@pytest.mark.django_db
def test_environment_wins_over_an_account_of_the_same_name(settings: Settings) -> None:
    settings.MEETING_PROVIDERS = {"plug": {"BACKEND": "builtin"}}
    account = add_plugnmeet("plug")

    assert aliases() == ("plug",)
    assert get_provider("plug").slug == "builtin"
    assert get_provider("plug").trusted
    assert not accounts.counts(account)


@pytest.mark.django_db
def test_account_is_there_when_it_is_saved_other_when_changed_and_gone_when_deleted() -> None:
    account = add_plugnmeet()
    first = get_provider("plug")
    again = get_provider("plug")
    account.options = {**account.options, "api_key": "another"}
    account.save()
    changed = get_provider("plug")
    account.delete()

    assert again is first
    assert changed.options.api_key == "another"
    with pytest.raises(ProviderMisconfigured, match="no provider “plug”"):
        get_provider("plug")


# What is remembered


@pytest.mark.django_db(transaction=True)
def test_pages_ask_the_database_once_in_five_seconds(later: Callable[[float], None]) -> None:
    add("plug")
    add("spare")
    later(0)

    with CaptureQueriesContext(connection) as at_first:
        names = aliases()
    with CaptureQueriesContext(connection) as soon:
        later(4.9)
        found = [get_provider(alias).alias for alias in aliases()]
    with CaptureQueriesContext(connection) as afterwards:
        later(0.2)
        aliases()

    assert names == tuple(found) == ("builtin", "plug", "spare")
    assert [len(at_first), len(soon), len(afterwards)] == [1, 0, 1]


@pytest.mark.django_db(transaction=True)
def test_another_process_sees_a_change_within_five_seconds(
    later: Callable[[float], None],
) -> None:
    add("plug")
    later(0)
    before = aliases()

    ProviderAccount.objects.filter(alias="plug").update(alias="elsewhere")  # tells nobody here
    at_once = aliases()
    later(accounts.REMEMBERED)

    assert before == at_once == ("builtin", "plug")
    assert aliases() == ("builtin", "elsewhere")


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_is_not_remembered() -> None:
    with transaction.atomic():
        add("plug")
        inside = aliases()
        transaction.set_rollback(True)

    assert inside == ("builtin", "plug")
    assert aliases() == ("builtin",)


@pytest.mark.django_db(transaction=True)
def test_a_deletion_that_is_rolled_back_is_not_remembered() -> None:
    account = add("plug")
    with transaction.atomic():
        account.delete()
        inside = aliases()
        transaction.set_rollback(True)

    assert inside == ("builtin",)
    assert aliases() == ("builtin", "plug")


@pytest.mark.django_db(transaction=True)
def test_a_read_that_began_before_a_change_is_not_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = accounts._rows()

    def slow() -> object:
        found = list(rows)
        add("plug")  # while somebody else is still reading
        return found

    monkeypatch.setattr(accounts, "_rows", slow)
    stale = accounts.typed_in()
    monkeypatch.undo()

    assert stale == ()
    assert aliases() == ("builtin", "plug")


@pytest.mark.django_db
def test_start_twice_offers_the_accounts_once() -> None:
    accounts.start()
    add("plug")

    assert aliases() == ("builtin", "plug")


# Bad days


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("backend", "options", "reason"),
    [
        ("builtin", {"colour": "blue"}, "does not know: colour"),
        ("plugnmeet", {"url": "https://plug.example.org"}, "needs: api_key, api_secret"),
        ("nowhere", {}, "there is no “nowhere”"),
        ("builtin", ["no", "options"], "make no sense"),
        ("builtin", "text", "make no sense"),
        ("builtin", 7, "make no sense"),
    ],
)
def test_account_that_does_not_fit_breaks_nothing_but_itself(
    backend: str, options: object, reason: str, as_dana: Client
) -> None:
    broken = ProviderAccount.objects.create(alias="old", backend=backend, options=options)
    add("good")

    assert aliases() == ("builtin", "old", "good")
    assert reason in accounts.trouble_of(broken)
    assert provider_of("old") is None
    assert get_provider("good").slug == "builtin"
    assert as_dana.get("/rooms/new/").status_code == 200


@pytest.mark.django_db
def test_account_whose_key_is_lost_breaks_nothing_but_itself(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    lost = add_plugnmeet()
    add("good")
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    assert aliases() == ("builtin", "plug", "good")
    assert "No key of FIELD_KEYS" in accounts.trouble_of(lost)
    assert get_provider("good").slug == "builtin"
    assert "“plug” cannot be used" in caplog.text


@pytest.mark.django_db
def test_account_whose_secrets_are_no_secrets_of_ours_is_named() -> None:
    account = add("plug")
    account.secrets = "no JSON"
    account.save()

    assert "make no sense" in accounts.trouble_of(account)


@pytest.mark.django_db
def test_secrets_are_in_no_repr_and_no_text() -> None:
    account = add_plugnmeet()
    provider = get_provider("plug")

    shown = repr((account, str(account), configured(), accounts.memory, provider.options, provider))

    assert Double.api_secret not in shown
    assert provider.options.api_secret == Double.api_secret
    assert accounts.without(["", "abc"], "an abc of it") == "an … of it"


# Where they may call


@pytest.mark.django_db
def test_account_of_the_admin_calls_nothing_in_our_own_network() -> None:
    with Double() as double:
        add_plugnmeet(url=double.url)

        with pytest.raises(ProviderRefused, match="ALLOW_PRIVATE_PROVIDERS=true"):
            get_provider("plug").live_rooms()

        assert double.journal == []


@pytest.mark.django_db
def test_operator_may_allow_it(settings: Settings) -> None:
    with Double() as double:
        add_plugnmeet(url=double.url)
        refused = get_provider("plug")
        settings.ALLOW_PRIVATE_PROVIDERS = True

        assert get_provider("plug").live_rooms() == ()
        assert double.journal
        assert not refused.trusted


@pytest.mark.django_db
def test_account_of_the_environment_may_call_it_anyway(settings: Settings) -> None:
    with Double() as double:
        options = {"url": double.url, "api_key": double.api_key, "api_secret": double.api_secret}
        settings.MEETING_PROVIDERS = {"plug": {"BACKEND": "plugnmeet", "OPTIONS": options}}

        assert get_provider("plug").live_rooms() == ()


# What an account refused before it was mended


@pytest.mark.django_db
def test_meeting_that_was_refused_is_reserved_once_the_secret_is_right(
    double: Xroom, book: Callable[..., Booking], settings: Settings
) -> None:
    settings.MEETING_PROVIDERS, settings.ALLOW_PRIVATE_PROVIDERS = {}, True
    account = xroom_of(double, secret="0" * 32)
    booking = book(options={"provider_alias": "xr"})
    reservations.sweep()
    refused = booking.reservations.get()

    account.secret_options = {"api_secret": double.api_secret}
    account.save()
    at_once = booking.reservations.get()
    with shortly_after():
        reservations.sweep()

    assert (refused.state, refused.error) == ("refused", "xroom: Authentication failed")
    assert not at_once.is_due  # another process may still have the wrong secret in mind
    assert booking.reservations.get().state == "held"


@pytest.mark.django_db
def test_try_with_the_wrong_secret_that_was_under_way_does_not_make_it_wait(
    double: Xroom, book: Callable[..., Booking], settings: Settings
) -> None:
    settings.MEETING_PROVIDERS, settings.ALLOW_PRIVATE_PROVIDERS = {}, True
    account = xroom_of(double, secret="0" * 32)
    booking = book(options={"provider_alias": "xr"})
    under_way = booking.reservations.get()
    assert under_way.take()

    account.save()
    under_way.postpone("Authentication failed", pause=timedelta(hours=1))

    with shortly_after():
        assert booking.reservations.get().is_due


def xroom_of(double: Xroom, *, secret: str) -> ProviderAccount:
    account = ProviderAccount(alias="xr", backend="xroom")
    account.options = {**double.account(), "read_timeout": 5.0}
    account.options.pop("api_secret")
    account.secret_options = {"api_secret": secret}
    account.save()
    return account


def shortly_after() -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(seconds=6), tick=False)


@pytest.fixture
def double(at_xroom: AtXroom) -> Xroom:
    double: Xroom = at_xroom.double
    return double
