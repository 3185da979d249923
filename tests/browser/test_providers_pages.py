"""What operators see of providers: accounts that they type in, and differences, as they look."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from .looks import visit_all
from .people import NewPerson
from .server import OPERATOR, Server, serving

pytestmark = [pytest.mark.browser, pytest.mark.looks]

ROWS = """
from django.utils import timezone
from meetings.models import Drift, ProviderAccount
account = ProviderAccount(alias="video", backend="videosdk", options={"api_key": "key"})
account.secret_options = {"secret": "x" * 32}
account.save()
told = ProviderAccount(alias="told", backend="plugnmeet", options={"url": "https://meet.example"})
told.secret_options = {"api_key": "key", "api_secret": "x" * 32}
told.save()
ProviderAccount.objects.create(alias="old", backend="xroom", options={"colour": "blue"})
Kind, Outcome = Drift.Kind, Drift.Outcome
drift = Drift.objects.create(alias="main", kind=Kind.SESSION_GONE, room_id="0a1b2c")
Drift.objects.create(
    alias="main", kind=Kind.SESSION_LEFT, room_id="3d4e5f",
    error="xroom: refused without a word (HTTP 503)",
)
Drift.objects.create(
    alias="spare", kind=Kind.ROSTER, room_id="3d4e5f", details="+2 −1",
    settled_at=timezone.now(), outcome=Outcome.REPAIRED,
)
print(account.pk, drift.pk)
"""
ACCOUNTS, DRIFTS = "/admin/meetings/provideraccount", "/admin/meetings/drift"
PROVIDERS = "/admin/meetings/room/providers/"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A site where no meeting is held."""
    with serving(tmp_path_factory.mktemp("parley")) as server:
        yield server


@pytest.fixture(scope="module")
def rows(server: Server) -> tuple[str, ...]:
    """The keys of an account and of a difference."""
    return tuple(server.shell(ROWS).split())


@pytest.fixture
def page(new_person: NewPerson, rows: tuple[str, ...]) -> Page:
    """The operator's."""
    return new_person("Olga", OPERATOR).page


def test_pages_about_accounts_and_differences_are_whole(page: Page, rows: tuple[str, ...]) -> None:
    account, drift = rows
    pages = {
        "providers": PROVIDERS,
        "accounts": f"{ACCOUNTS}/",
        "pick-provider": f"{ACCOUNTS}/add/",
        "add-account": f"{ACCOUNTS}/add/?backend=xroom",
        "change-account": f"{ACCOUNTS}/{account}/change/",
        "delete-account": f"{ACCOUNTS}/{account}/delete/",
        "differences": f"{DRIFTS}/",
        "difference": f"{DRIFTS}/{drift}/change/",
    }

    assert visit_all(page.context, pages, {}) == []


def test_an_account_is_typed_in_tested_and_switched_off(page: Page) -> None:
    page.goto(f"{ACCOUNTS}/add/")
    page.get_by_role("link", name="Built-in room", exact=True).click()
    page.get_by_label("Alias").fill("second")
    page.get_by_role("button", name="Save and test").click()
    page.get_by_text("Messages between people – Passed").wait_for()
    page.goto(PROVIDERS)
    account = page.get_by_role("region", name="second")
    account.get_by_role("button", name="Switch off").click()

    page.get_by_text("“second” is switched off: no meeting begins there.").wait_for()
    assert account.get_by_role("button", name="Switch on").is_visible()


def test_a_press_on_compare_tells_what_came_of_it(page: Page) -> None:
    page.goto(f"{DRIFTS}/")
    page.get_by_role("button", name="Compare now").click()

    page.get_by_text("there is nothing to compare").wait_for()
