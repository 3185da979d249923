"""Accounts in the admin once they are there: tried out, in trouble, taken away, and who may."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from meetings.models import ProviderAccount
from meetings.providers import aliases, get_provider, shipped
from meetings.services import rooms, switches
from tests.conftest import make_user, signed_in
from tests.providers.doubles.plugnmeet import Double

from .typing_in import INLINE, LIST, SECRET, TALKATIVE, TYPED, add, change, kept, page_of

pytestmark = pytest.mark.django_db


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
    assert '<li class="error">API key and secret – Failed' in page  # red
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

    page = add(as_staff, TALKATIVE, **typed)

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
