"""Accounts at providers, typed into the admin."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from meetings.models import ProviderAccount
from meetings.providers import aliases, default_alias, get_provider, shipped

from .typing_in import LIST, SECRET, TALKATIVE, add, change, kept, page_of

pytestmark = pytest.mark.django_db


# Adding one


def test_every_shipped_provider_can_be_picked(as_staff: Client) -> None:
    page = as_staff.get(f"{LIST}add/").text

    assert set(shipped()) >= {"builtin", "plugnmeet", "videosdk", "xroom"}
    for name in shipped():
        assert f'href="?backend={name}"' in page


@pytest.mark.parametrize("backend", ["nowhere", "nobody.rooms.Provider", "os.path.join", "../etc"])
def test_provider_that_is_not_there_is_said_and_asked_for_again(
    as_staff: Client, backend: str
) -> None:
    page = as_staff.get(f"{LIST}add/", {"backend": backend}).text

    assert f"There is no provider “{backend}” here." in page
    assert 'href="?backend=plugnmeet"' in page


def test_form_has_a_field_of_its_kind_for_each_option(as_staff: Client) -> None:
    page = as_staff.get(f"{LIST}add/?backend=plugnmeet").text

    assert 'type="text" name="option_url"' in page
    assert 'type="password" name="option_api_secret"' in page
    assert 'type="number" name="option_empty_minutes" value="30"' in page
    assert 'type="checkbox" name="option_polls"' in page


def test_account_that_is_typed_in_can_be_used_at_once(as_staff: Client) -> None:
    before = aliases()

    page = add(as_staff, option_polls="on", option_empty_minutes="")

    assert "added successfully" in page
    assert before == ("builtin",)
    assert aliases() == ("builtin", "main")
    options = get_provider("main").options
    assert (options.url, options.api_key) == ("https://plug.example.org", "key-of-ours")
    assert (options.api_secret, options.empty_minutes) == (SECRET, 30)
    assert (options.polls, options.whiteboard) == (True, False)


def test_new_rooms_stay_where_they_were_when_an_account_is_added(as_staff: Client) -> None:
    add(as_staff)

    assert default_alias() == "builtin"


def test_what_is_as_the_adapter_has_it_is_not_kept(as_staff: Client) -> None:
    """A newer Parley may know a better address for the vendor's page than the one of today."""
    add(as_staff, "videosdk", option_secret="x" * 32, option_url="", option_most_people="50")

    unticked = {"rtc_only", "deactivate_ended", "join_screen", "open_ahead"}
    assert set(kept().options) == {"api_key", *unticked}
    assert get_provider("main").options.url == "https://api.videosdk.live"


def test_secrets_are_kept_apart_and_encrypted(as_staff: Client) -> None:
    add(as_staff)

    assert "api_secret" not in kept().options
    assert kept().secret_options == {"api_secret": SECRET}


@pytest.mark.parametrize("field", ["option_url", "option_api_key", "option_api_secret", "alias"])
def test_what_an_account_needs_must_be_given(as_staff: Client, field: str) -> None:
    page = add(as_staff, **{field: "  "})

    assert "This field is required." in page
    assert not ProviderAccount.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("option_url", "plug.example.org", "must begin with https://"),
        ("option_url", "https://plug.example.org/auth", "without “/auth”"),
        ("option_design", "{", "must be a JSON object"),
        ("option_read_timeout", "0", "must be above 0"),
        ("option_read_timeout", "nan", "Enter a number."),
        ("option_empty_minutes", "soon", "Enter a whole number."),
        ("option_api_key", "a\0b", "Null characters are not allowed."),
    ],
)
def test_refusal_of_the_adapter_stands_at_its_field(
    as_staff: Client, field: str, value: str, words: str
) -> None:
    page = add(as_staff, **{field: value})

    row = page[page.index(f'class="form-row errors field-{field}"') :]
    assert words in row[: row.index("</ul>")].replace("&#x27;", "'")
    assert SECRET not in page
    assert not ProviderAccount.objects.exists()


def test_refusal_of_two_options_stands_above_the_form(as_staff: Client) -> None:
    typed = {"option_auth_id": "me", "option_domain": "no domain", "option_time_format": "roman"}

    page = add(as_staff, "xroom", option_url="", **typed)

    assert "cannot work with: domain, time_format." in page
    assert not ProviderAccount.objects.exists()


def test_secret_in_a_refusal_is_not_repeated(as_staff: Client) -> None:
    page = add(as_staff, TALKATIVE, option_token=SECRET)

    assert "The token “…” is too short." in page
    assert SECRET not in page


@pytest.mark.parametrize("alias", ["MAIN", "main", "builtin", "Builtin"])
def test_name_that_is_taken_is_refused_whatever_its_letters(
    as_staff: Client, main: ProviderAccount, alias: str
) -> None:
    page = add(as_staff, alias=alias)

    assert "There is an account of this name already." in page or "already exists" in page
    assert kept() == main


@pytest.mark.parametrize("alias", ["büro", "a b", "a/b", "x" * 51, "a\n"])
def test_name_fits_into_addresses(as_staff: Client, alias: str) -> None:
    add(as_staff, alias=alias)

    assert not ProviderAccount.objects.exclude(alias="a").exists()


def test_anybodys_class_can_be_typed_in_by_its_path(as_staff: Client) -> None:
    add(as_staff, TALKATIVE, option_token="long enough to be kept")

    assert get_provider("main").label == "Talkative"


# Changing one


def test_secret_comes_out_nowhere_and_is_said_to_be_set(
    as_staff: Client, main: ProviderAccount
) -> None:
    page = as_staff.get(page_of(main)).text

    assert "Set. Leave it empty to keep it." in page
    assert 'value="key-of-ours"' in page
    assert SECRET not in page


def test_empty_secret_is_kept_and_a_typed_one_replaces_it(
    as_staff: Client, main: ProviderAccount
) -> None:
    change(as_staff, main, option_api_key="another")
    first = kept().all_options
    change(as_staff, main, option_api_secret="new-one")

    assert (first["api_key"], first["api_secret"]) == ("another", SECRET)
    assert kept().secret_options == {"api_secret": "new-one"}
    assert get_provider("main").options.api_secret == "new-one"


def test_optional_secret_can_be_taken_away_and_a_required_one_cannot(as_staff: Client) -> None:
    typed = {"option_auth_id": "me", "option_domain": "rooms.example.org", "option_url": ""}
    add(as_staff, "xroom", **typed, option_webhook_key="k3y")
    page = as_staff.get(page_of(kept())).text

    change(as_staff, kept(), **typed, remove_webhook_key="on", remove_api_secret="on")

    assert "remove_webhook_key" in page
    assert "remove_api_secret" not in page
    assert kept().secret_options == {"api_secret": SECRET}


def test_name_and_provider_stay_as_they_are(as_staff: Client, main: ProviderAccount) -> None:
    change(as_staff, main, alias="other", backend="xroom")

    assert (kept().alias, kept().backend) == ("main", "plugnmeet")


def test_refused_change_changes_nothing(as_staff: Client, main: ProviderAccount) -> None:
    page = change(as_staff, main, option_url="nowhere", option_api_secret="new-one")

    assert "must begin with https://" in page
    assert "new-one" not in page
    assert kept().all_options == main.all_options


def test_history_names_the_fields_and_no_value(as_staff: Client, main: ProviderAccount) -> None:
    change(as_staff, main, option_api_secret="new-one", option_api_key="another")

    entry = LogEntry.objects.get()
    assert "secret" in entry.get_change_message().lower()
    for text in (entry.change_message, as_staff.get(page_of(main, "history")).text):
        assert "new-one" not in text
        assert "another" not in text
