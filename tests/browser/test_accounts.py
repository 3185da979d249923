"""The pages on which an operator types in an account, as they look."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from .at_a_double import MAKE_OPERATOR, OPERATOR
from .conftest import BASE, PASSWORD, Server
from .looks import visit_all
from .people import Person

pytestmark = [pytest.mark.browser, pytest.mark.looks]

ROW = """
from meetings.models import ProviderAccount
account = ProviderAccount(alias="video", backend="videosdk", options={"api_key": "key"})
account.secret_options = {"secret": "x" * 32}
account.save()
told = ProviderAccount(alias="told", backend="plugnmeet", options={"url": "https://meet.example"})
told.secret_options = {"api_key": "key", "api_secret": "x" * 32}
told.save()
ProviderAccount.objects.create(alias="old", backend="xroom", options={"colour": "blue"})
print(account.pk)
"""


@pytest.fixture(scope="module")
def pages(server: Server) -> dict[str, str]:
    """The pages about accounts, by name."""
    answer = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", MAKE_OPERATOR + ROW],
        cwd=BASE,
        env=server.environment,
        check=True,
        capture_output=True,
        text=True,
    )
    accounts = "/admin/meetings/provideraccount"
    row = f"{accounts}/{answer.stdout.split()[-1]}"
    return {
        "providers": "/admin/meetings/room/providers/",
        "accounts": f"{accounts}/",
        "pick-provider": f"{accounts}/add/",
        "add-account": f"{accounts}/add/?backend=xroom",
        "change-account": f"{row}/change/",
        "delete-account": f"{row}/delete/",
    }


def test_pages_about_accounts_are_whole(
    new_person: Callable[..., Person], pages: dict[str, str]
) -> None:
    operator = new_person("Olga")
    operator.sign_in(OPERATOR, PASSWORD)

    assert visit_all(operator.page.context, pages, {}) == []


def test_an_account_is_typed_in_tested_and_switched_off(
    new_person: Callable[..., Person], pages: dict[str, str]
) -> None:
    operator = new_person("Olga")
    operator.sign_in(OPERATOR, PASSWORD)
    page = operator.page

    page.goto(pages["pick-provider"])
    page.get_by_role("link", name="Built-in room", exact=True).click()
    page.get_by_label("Alias").fill("second")
    page.get_by_role("button", name="Save and test").click()
    page.get_by_text("Messages between people – Passed").wait_for()
    page.goto(pages["providers"])
    account = page.get_by_role("region", name="second")
    account.get_by_role("button", name="Switch off").click()

    page.get_by_text("“second” is switched off: no meeting begins there.").wait_for()
    assert account.get_by_role("button", name="Switch on").is_visible()
