"""Accounts at providers, typed into the admin."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from cryptography.fernet import Fernet
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from meetings.models import ProviderAccount
from meetings.providers import aliases, default_alias, get_provider, shipped
from meetings.providers.base import Check, Options
from meetings.providers.builtin import Provider as Builtin
from meetings.providers.errors import ProviderMisconfigured
from meetings.services import rooms, switches
from tests.conftest import make_user, signed_in
from tests.providers.doubles.plugnmeet import Double

pytestmark = pytest.mark.django_db

INLINE = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*json)|<style|\sstyle=|\son\w+=")
LIST = "/admin/meetings/provideraccount/"
SECRET = "s3cret-of-the-account"
TYPED = {
    "alias": "main",
    "option_url": "https://plug.example.org",
    "option_api_key": "key-of-ours",
    "option_api_secret": SECRET,
}


def add(client: Client, backend: str = "plugnmeet", **more: str) -> str:
    """The page after typing in an account; `more` replaces or adds what is typed."""
    address = f"{LIST}add/?backend={backend}"
    return client.post(address, {**TYPED, **more}, follow=True).text


def change(client: Client, account: ProviderAccount, **more: str) -> str:
    typed = {**TYPED, "option_api_secret": "", **more}
    return client.post(page_of(account), typed, follow=True).text


def page_of(account: ProviderAccount, page: str = "change") -> str:
    return reverse(f"admin:meetings_provideraccount_{page}", args=[account.pk])


def kept() -> ProviderAccount:
    return ProviderAccount.objects.get()


@pytest.fixture
def main(db: None) -> ProviderAccount:
    """An account at a plugNmeet server."""
    account = ProviderAccount(alias="main", backend="plugnmeet")
    account.options = {"url": "https://plug.example.org", "api_key": "key-of-ours"}
    account.secret_options = {"api_secret": SECRET}
    account.save()
    return account


@pytest.fixture
def double() -> Iterator[Double]:
    with Double() as server:
        yield server


@dataclass(frozen=True, kw_only=True)
class TalkativeOptions(Options):
    token: str = field(repr=False)
    seal: str = field(default="", repr=False, metadata={"lines": True})
    notes: str = field(default="", metadata={"lines": True, "label": "What we should know"})


class Talkative(Builtin):
    """Anybody's provider: it says too much, and breaks when it is tested."""

    label = "Talkative"
    options_class = TalkativeOptions

    def __init__(self, alias: str, options: TalkativeOptions, *, trusted: bool = True) -> None:
        super().__init__(alias, options, trusted=trusted)
        if len(options.token) < 22:
            text = f"Provider “{alias}”: The token “{options.token}” is too short."
            raise ProviderMisconfigured(text)

    def ping(self) -> list[Check]:
        raise ZeroDivisionError


@pytest.fixture
def allow_private(settings: Settings) -> None:
    settings.ALLOW_PRIVATE_PROVIDERS = True


@pytest.fixture
def lose_key(main: ProviderAccount, settings: Settings) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]


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

    assert set(kept().options) == {"api_key", "rtc_only", "deactivate_ended", "join_screen"}
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
    page = add(as_staff, f"{__name__}.Talkative", option_token=SECRET)

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
    add(as_staff, f"{__name__}.Talkative", option_token="long enough to be kept")

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


# Trying it out


def test_save_and_test_tells_each_check(
    as_staff: Client, double: Double, allow_private: None
) -> None:
    typed = {"option_url": double.url, "option_api_key": double.api_key}

    page = add(as_staff, option_api_secret=double.api_secret, **typed, _saveandtest="yes")

    assert "“main” is saved." in page
    assert "API key and secret – Passed" in page
    assert "/auth/room/isRoomActive" in double.paths()


def test_account_with_a_wrong_key_is_saved_and_its_test_fails_in_the_providers_words(
    as_staff: Client, double: Double, main: ProviderAccount, allow_private: None
) -> None:
    page = change(as_staff, main, option_url=double.url, _saveandtest="yes")

    assert kept().options["url"] == double.url
    assert "API key and secret – Failed" in page
    assert SECRET not in page


def test_account_that_is_refused_is_not_tested(as_staff: Client, double: Double) -> None:
    add(as_staff, option_url=f"{double.url}/auth", _saveandtest="yes")

    assert double.journal == []


def test_account_may_not_call_our_own_network(as_staff: Client, double: Double) -> None:
    typed = {"option_url": double.url, "option_api_key": double.api_key}

    page = add(as_staff, option_api_secret=double.api_secret, **typed, _saveandtest="yes")

    assert "ALLOW_PRIVATE_PROVIDERS" in page
    assert double.journal == []


def test_provider_that_breaks_while_it_is_tested_is_a_failed_check(as_staff: Client) -> None:
    typed = {"option_token": "long enough to be kept", "_saveandtest": "yes"}

    page = add(as_staff, f"{__name__}.Talkative", **typed)

    assert "Answer – Failed: ZeroDivisionError" in page


# What is wrong with one


def test_list_says_which_account_cannot_be_used_and_why(
    as_staff: Client, main: ProviderAccount
) -> None:
    ProviderAccount.objects.create(alias="old", backend="plugnmeet", options={"colour": "blue"})
    ProviderAccount.objects.create(alias="gone", backend="nobody.rooms.Provider")

    page = as_staff.get(LIST).text

    assert "Set up" in page
    assert "Provider “old” does not know: colour." in page
    assert "Provider “gone”: there is no “nobody.rooms.Provider”." in page


def test_account_whose_provider_is_gone_can_still_be_looked_at(as_staff: Client) -> None:
    account = ProviderAccount.objects.create(alias="gone", backend="nobody.rooms.Provider")

    assert "there is no “nobody.rooms.Provider”" in as_staff.get(page_of(account)).text


def test_account_that_the_environment_has_too_does_not_count_and_says_so(
    as_staff: Client, main: ProviderAccount, settings: Settings
) -> None:
    settings.MEETING_PROVIDERS = {"main": {"BACKEND": "builtin"}}

    page = as_staff.get(LIST).text

    assert get_provider("main").slug == "builtin"
    assert "Does not count: the environment has an account of this name" in page


def test_lost_key_is_said_and_mended_by_typing_the_secrets_again(
    as_staff: Client, main: ProviderAccount, lose_key: None
) -> None:
    listed, page = as_staff.get(LIST).text, as_staff.get(page_of(main)).text

    empty = change(as_staff, main)
    change(as_staff, main, option_api_secret="new-one")

    assert "No key of FIELD_KEYS decrypts its secrets" in listed
    assert "Not set." in page
    assert "This field is required." in empty
    assert get_provider("main").options.api_secret == "new-one"


# Taking it away


def test_who_takes_an_account_away_is_told_who_uses_it(
    as_staff: Client, main: ProviderAccount, dana: User
) -> None:
    rooms.create_room(dana, name="Left behind", provider_alias="main")
    address = page_of(main, "delete")

    page = as_staff.get(address).text
    switches.switch_off("main", by=dana)
    as_staff.post(address, {"post": "yes"})

    assert "1 room is held there." in page
    assert SECRET not in page
    assert aliases() == ("builtin",)
    assert not switches.is_off("main")


def test_account_stays_while_sessions_run_there(
    as_staff: Client, main: ProviderAccount, dana: User
) -> None:
    room = rooms.create_room(dana, name="Running", provider_alias="main")
    room.sessions.create(alias="main", state="live", waiting_room="nobody")
    address = page_of(main, "delete")

    answer = as_staff.post(address, {"post": "yes"}, follow=True)

    assert "1 session runs there now." in answer.text
    assert kept() == main


def test_account_that_does_not_count_can_go_at_any_time(
    as_staff: Client, main: ProviderAccount, dana: User, settings: Settings
) -> None:
    settings.MEETING_PROVIDERS = {"main": {"BACKEND": "builtin"}}
    room = rooms.create_room(dana, name="Running", provider_alias="main")
    room.sessions.create(alias="main", state="live", waiting_room="nobody")
    switches.switch_off("main", by=dana)

    as_staff.post(page_of(main, "delete"), {"post": "yes"})

    assert not ProviderAccount.objects.exists()
    assert switches.is_off("main")


def test_accounts_are_not_taken_away_by_the_dozen(as_staff: Client, main: ProviderAccount) -> None:
    assert "delete_selected" not in as_staff.get(LIST).text


def test_nothing_is_taken_away_that_is_not_there(as_staff: Client) -> None:
    assert as_staff.get(f"{LIST}77/delete/").status_code == 302


# Who may


def test_nobody_finds_secrets_or_options_piece_by_piece(
    as_staff: Client, main: ProviderAccount
) -> None:
    for lookup in ("secrets__startswith=1", "options__api_key__startswith=k"):
        assert as_staff.get(f"{LIST}?{lookup}").status_code == 400
    assert as_staff.get(f"{LIST}?backend=plugnmeet").status_code == 200
    assert "0 provider accounts" in as_staff.get(f"{LIST}?q={SECRET[:6]}").text


def test_who_may_only_look_sees_which_secrets_there_are_and_none_of_them(
    main: ProviderAccount,
) -> None:
    looker = make_user("Lena", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_provideraccount"))
    client = signed_in(looker)

    main.options["left_over"] = "what-nobody-knows"
    main.save()
    gone = ProviderAccount.objects.create(
        alias="gone", backend="no.where", options={"token": "t0k"}
    )

    page, other = client.get(page_of(main)).text, client.get(page_of(gone)).text

    assert "api_key: key-of-ours, api_secret: …, left_over: …" in page
    assert "what-nobody-knows" not in page
    assert "token: …" in other
    assert SECRET not in page
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(page_of(main), TYPED).status_code == 403
    assert client.post(page_of(main, "delete"), {"post": "yes"}).status_code == 403


def test_secret_is_on_no_page_and_in_no_log(
    as_staff: Client, double: Double, allow_private: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    typed = {"option_url": double.url, "option_api_key": double.api_key}
    secrets = (double.api_secret, "wr0ng-secret-of-ours")
    pages = [add(as_staff, option_api_secret=secrets[0], **typed, _saveandtest="yes")]
    pages += [change(as_staff, kept(), option_api_secret=secrets[1], **typed, _saveandtest="yes")]
    addresses = [page_of(kept(), page) for page in ("change", "history", "delete")]
    addresses += [LIST, "/admin/", reverse("admin:meetings_providers")]

    pages += [as_staff.get(address, follow=True).text for address in addresses]
    pages += [as_staff.post(reverse("admin:meetings_providers"), {"alias": "main"}).text]

    assert "API key and secret – Failed" in pages[1]
    assert kept().secret_options["api_secret"] == secrets[1]
    for secret in secrets:
        assert not [page for page in pages if secret in page]
        assert secret not in caplog.text


def test_pages_need_nothing_that_the_content_policy_forbids(
    as_staff: Client, main: ProviderAccount
) -> None:
    addresses = [LIST, page_of(main), page_of(main, "delete"), f"{LIST}add/"]
    addresses += [f"{LIST}add/?backend={name}" for name in shipped()]

    for address in addresses:
        text = as_staff.get(address).text
        assert not INLINE.search(text), address


@pytest.mark.django_db(transaction=True)
def test_list_costs_the_same_with_1_and_30_accounts(
    as_staff: Client, main: ProviderAccount
) -> None:
    as_staff.get(LIST)  # what is remembered from the first page on is not counted

    with CaptureQueriesContext(connection) as few:
        as_staff.get(LIST)
    for number in range(29):
        ProviderAccount.objects.create(alias=f"more-{number}", backend="builtin")
    as_staff.get(LIST)
    with CaptureQueriesContext(connection) as many:
        page = as_staff.get(LIST).text

    assert "30 provider accounts" in page
    assert len(many) == len(few)
