"""Providers by alias, from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from traceback import format_exception
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.providers import providers_from
from meetings.checks import providers_load
from meetings.providers import aliases, build, default_alias, get_provider, shipped
from meetings.providers.base import (
    Attendee,
    JoinTicket,
    Options,
    Role,
    RoomRef,
    WebhookRequest,
)
from meetings.providers.builtin import Provider as Builtin
from meetings.providers.errors import (
    ProviderMisconfigured,
    ProviderRefused,
    ProviderUnavailable,
    WebhookRejected,
)


def test_environment_names_accounts_in_order_with_their_options() -> None:
    environment = {
        "MEETING_PROVIDERS": "main=plugnmeet, spare-one = builtin,own=acme.rooms.Provider",
        "MEETING_MAIN_URL": "https://plug.example.org",
        "MEETING_MAIN_API_KEY": "key",
        "MEETING_SPARE_ONE_COLOUR": "blue",
        "MEETINGS": "not ours",
    }

    found = providers_from(environment)

    assert list(found) == ["main", "spare-one", "own"]
    assert found["main"] == {
        "BACKEND": "plugnmeet",
        "OPTIONS": {"url": "https://plug.example.org", "api_key": "key"},
    }
    assert found["spare-one"]["OPTIONS"] == {"colour": "blue"}
    assert found["own"] == {"BACKEND": "acme.rooms.Provider", "OPTIONS": {}}


def test_environment_without_accounts_names_none() -> None:
    assert providers_from({}) == {}


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("main:plugnmeet", "main:plugnmeet"),
        ("plugnmeet", "plugnmeet"),
        ("main=plugnmeet,spare", "spare"),
        ("main=plugnmeet spare=builtin", "main=plugnmeet spare=builtin"),
        ("main=", "main="),
        ("=plugnmeet", "=plugnmeet"),
        ("main=plug/meet", "main=plug/meet"),
        ("main=.plugnmeet", "main=.plugnmeet"),
        ("büro=plugnmeet", "büro=plugnmeet"),
        (f"{'x' * 51}=plugnmeet", "x" * 51),
    ],
)
def test_entry_that_names_no_account_stops_the_start(text: str, entry: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        providers_from({"MEETING_PROVIDERS": text})

    assert f"“{entry}" in str(refusal.value)
    assert "alias=provider" in str(refusal.value)


@pytest.mark.parametrize("second", ["main", "MAIN"])
def test_two_accounts_of_one_name_stop_the_start(second: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"MEETING_PROVIDERS names “{second}” twice"):
        providers_from({"MEETING_PROVIDERS": f"main=plugnmeet,{second}=builtin"})


def test_two_names_that_share_their_variables_stop_the_start() -> None:
    with pytest.raises(ImproperlyConfigured, match="“main_eu” twice"):
        providers_from({"MEETING_PROVIDERS": "main-eu=plugnmeet,main_eu=builtin"})


def test_comma_at_the_end_names_nothing() -> None:
    assert list(providers_from({"MEETING_PROVIDERS": " main = builtin ,\n"})) == ["main"]


def test_variable_belongs_to_the_longest_name_it_begins_with() -> None:
    found = providers_from(
        {
            "MEETING_PROVIDERS": "main=plugnmeet,main-eu=plugnmeet",
            "MEETING_MAIN_EU_URL": "https://eu.example.org",
            "MEETING_MAIN_URL": "https://plug.example.org",
            "MEETING_MAIN_EUROPE": "yes",
        }
    )

    assert found["main-eu"]["OPTIONS"] == {"url": "https://eu.example.org"}
    assert found["main"]["OPTIONS"] == {"url": "https://plug.example.org", "europe": "yes"}


def test_option_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n")

    found = providers_from(
        {
            "MEETING_PROVIDERS": "main=plugnmeet",
            "MEETING_MAIN_API_KEY_FILE": str(tmp_path / "key"),
        }
    )

    assert found["main"]["OPTIONS"] == {"api_key": "s3cret"}


def test_accounts_themselves_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "accounts").write_text("main=builtin\n")

    assert list(providers_from({"MEETING_PROVIDERS_FILE": str(tmp_path / "accounts")})) == ["main"]


def test_option_whose_file_is_missing_is_named() -> None:
    with pytest.raises(ImproperlyConfigured, match="MEETING_MAIN_API_KEY_FILE cannot be read"):
        providers_from(
            {"MEETING_PROVIDERS": "main=plugnmeet", "MEETING_MAIN_API_KEY_FILE": "/nowhere/key"}
        )


@pytest.mark.django_db
def test_nothing_configured_is_the_built_in_room(settings: Any) -> None:
    settings.MEETING_PROVIDERS = {}

    assert aliases() == ("builtin",)
    assert isinstance(get_provider("builtin"), Builtin)


def test_first_account_is_the_default(settings: Any) -> None:
    settings.MEETING_PROVIDERS = {"main": {"BACKEND": "builtin"}, "spare": {"BACKEND": "builtin"}}

    assert default_alias() == "main"
    assert get_provider("spare").alias == "spare"
    assert get_provider("spare") is get_provider("spare")


@pytest.mark.django_db
def test_alias_that_is_gone_is_said_by_name(settings: Any) -> None:
    settings.MEETING_PROVIDERS = {"main": {"BACKEND": "builtin"}}

    with pytest.raises(ProviderMisconfigured, match="no provider “builtin”"):
        get_provider("builtin")


@pytest.mark.parametrize(
    "backend", ["nowhere", "nobody.rooms.Provider", "meetings.providers.Nope", "", ".."]
)
def test_backend_that_does_not_exist_is_said_by_name(backend: str) -> None:
    with pytest.raises(ProviderMisconfigured, match=f"“main”: there is no “{backend}”"):
        build("main", backend, {})


@pytest.mark.parametrize("backend", ["os.path.join", "meetings.providers.base.Options"])
def test_backend_that_is_no_provider_is_said_by_name(backend: str) -> None:
    with pytest.raises(ProviderMisconfigured, match=f"“main”: “{backend}” is no provider"):
        build("main", backend, {})


def test_module_that_fails_while_it_is_imported_is_no_provider(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_rooms.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(ProviderMisconfigured, match="there is no “broken_rooms"):
        build("main", "broken_rooms.Provider", {})


class Fragile(Builtin):
    def __init__(self, alias: str, options: Options, *, trusted: bool = True) -> None:
        raise KeyError("s3cret")


def test_class_that_fails_while_it_is_made_takes_nothing_along_and_tells_no_secret() -> None:
    with pytest.raises(ProviderMisconfigured, match="“main” cannot be made: KeyError") as refusal:
        build("main", f"{__name__}.Fragile", {})

    assert "s3cret" not in "".join(format_exception(refusal.value))


def test_shipped_providers_are_found_by_their_modules() -> None:
    found = shipped()

    assert set(found) >= {"builtin", "jitsi", "plugnmeet", "videosdk", "xroom"}
    assert all(each.slug == name for name, each in found.items())
    assert not {"base", "errors", "http", "addresses"} & set(found)


@dataclass(frozen=True, kw_only=True)
class Kinds(Options):
    text: str = "a"
    number: int = 1
    seconds: float = 1.0
    wanted: bool = False
    secret: int = field(default=1, repr=False)
    many: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"text": "b"}, "b"),
        ({"number": "7"}, 7),
        ({"number": 7}, 7),
        ({"seconds": "2.5"}, 2.5),
        ({"seconds": 2}, 2.0),
        ({"wanted": " Yes "}, True),
        ({"wanted": "off"}, False),
        ({"wanted": ""}, False),
        ({"wanted": True}, True),
        ({"many": ["a", "b"]}, ["a", "b"]),
    ],
)
def test_option_is_read_as_its_own_kind(given: dict[str, Any], kept: object) -> None:
    (name,) = given

    read = getattr(Kinds.read(given, alias="main"), name)

    assert (read, type(read)) == (kept, type(kept))


@pytest.mark.parametrize(
    "given",
    [{"text": 5}, {"number": "x"}, {"number": 2.5}, {"number": True}, {"wanted": "maybe"}],
)
def test_option_of_another_kind_is_refused_by_name(given: dict[str, Any]) -> None:
    ((name, value),) = given.items()

    with pytest.raises(ProviderMisconfigured, match=f"“main”: “{name}” cannot be “{value}”"):
        Kinds.read(given, alias="main")


def test_refused_secret_is_not_repeated() -> None:
    given = {"secret": "no number"}

    with pytest.raises(ProviderMisconfigured, match="“secret” cannot be “…”") as refusal:
        Kinds.read(given, alias="main")

    assert "no number" not in "".join(format_exception(refusal.value))


@pytest.mark.parametrize("seconds", [0, -1, 61, float("nan"), float("inf")])
def test_account_that_would_wait_for_ever_or_not_at_all_is_refused(seconds: float) -> None:
    options = {"url": "https://plug.example.org", "api_key": "k", "api_secret": "s"}

    with pytest.raises(ProviderMisconfigured, match="“read_timeout” must be above 0"):
        build("main", "plugnmeet", {**options, "read_timeout": seconds})


def test_backend_may_be_anybodys_class() -> None:
    assert isinstance(build("main", "meetings.providers.builtin.Provider", {}), Builtin)


@pytest.mark.parametrize(
    ("accounts", "messages"),
    [
        ({"main": {"BACKEND": "builtin"}}, []),
        (
            {"main": {"BACKEND": "builtin", "OPTIONS": {"colour": "blue"}}},
            ["Provider “main” does not know: colour."],
        ),
        ({"main": {"BACKEND": "nowhere"}}, ["Provider “main”: there is no “nowhere”."]),
    ],
    ids=["fine", "unknown option", "unknown backend"],
)
def test_check_at_start_names_what_is_wrong(
    settings: Any, accounts: Mapping[str, Any], messages: list[str]
) -> None:
    settings.MEETING_PROVIDERS = accounts

    assert [check.msg for check in providers_load()] == messages


def test_ticket_is_either_an_address_or_a_template() -> None:
    for both_or_none in ({}, {"url": "https://x.example", "template": "x.html"}):
        with pytest.raises(ValueError, match="either an address or a template"):
            JoinTicket(**both_or_none)


def test_webhook_that_is_no_json_object_is_rejected() -> None:
    for body in (b"", b"[1]", b"{", b"\xff"):
        with pytest.raises(WebhookRejected):
            WebhookRequest(body=body, headers={}).json()
    assert WebhookRequest(body=b'{"a": 1}', headers={}).json() == {"a": 1}


def test_errors_say_whose_they_are_and_what_came_back() -> None:
    assert str(ProviderRefused("no.", provider="xroom", status=403)) == "xroom: no. (HTTP 403)"
    assert str(ProviderRefused("no.")) == "no."
    assert ProviderUnavailable("later").retryable
    assert not ProviderRefused("no").retryable


def test_host_rights_belong_to_hosts_and_cohosts() -> None:
    assert [role for role in Role if role.hosts] == [Role.HOST, Role.COHOST]


def test_nothing_secret_is_in_what_a_log_may_show() -> None:
    ref = RoomRef(room_id="r", host_key="s3cret")
    ticket = JoinTicket(url="https://x.example/?host-key=s3cret")

    assert "s3cret" not in repr((ref, ticket, Attendee(key="u:1", name="Ana"), Options()))
