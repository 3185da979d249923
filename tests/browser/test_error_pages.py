"""What people see where something is refused or breaks, as they see it: not while developing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from playwright.sync_api import Page

from .looks import listen, look_at
from .people import Person
from .server import PASSWORD, Server, serving

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.enable_socket]

CLERK = "clerk@example.org"
# Somebody who may enter the administration, and do nothing there.
MAKE_CLERK = f"""
from accounts.models import User
clerk = User.objects.create_user({CLERK!r}, {PASSWORD!r}, name="Clara", is_staff=True)
clerk.emailaddress_set.create(email={CLERK!r}, verified=True, primary=True)
"""
LOSE_LINKS = """
from django.db import connection
connection.cursor().execute("ALTER TABLE meetings_joinlink RENAME TO elsewhere")
"""
TOO_MANY_FIELDS = """(form) => {
  for (let number = 0; number < 1500; number++)
    form.append(Object.assign(document.createElement("input"), { name: `f${number}` }));
  form.submit();
}"""
OLD_FORM = "(form) => { form.csrfmiddlewaretoken.value = 'x'.repeat(64); form.submit(); }"
FORM, LINK = "/my-data/", "/j/AAAAAAAAAAAAAAAAAAAAAA/"
Act = Callable[[Page, Server], None]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Parley as it is run for others."""
    settings = {"DEBUG": "false", "DEMO": "false", "FIELD_KEYS": Fernet.generate_key().decode()}
    Server(tmp_path, **settings).manage("collectstatic", "--noinput", "-v0")
    with serving(tmp_path, **settings) as server:
        server.shell(MAKE_CLERK)
        yield server


def send(how: str) -> Act:
    """Send a form in another way than it was meant."""

    def act(page: Page, _: Server) -> None:
        page.goto(FORM)
        page.locator("main form").evaluate(how)

    return act


def go(path: str) -> Act:
    return lambda page, _: page.goto(path) and None


def break_something(page: Page, server: Server) -> None:
    server.shell(LOSE_LINKS)
    page.goto(LINK)


def take_the_database_away(page: Page, server: Server) -> None:
    """While somebody has a form open, which they send then."""
    page.goto(FORM)
    server.file.rename(server.file.with_suffix(".away"))
    server.file.mkdir()
    page.locator("main form").evaluate("(form) => form.submit()")


# One after the other, as the last ones cannot be undone
REFUSALS: dict[str, tuple[Act, str]] = {
    "404": (go("/no/such/page/"), "There is no such page"),
    "403": (go("/admin/accounts/user/"), "You may not do this"),
    "403 of an old form": (send(OLD_FORM), "You may not do this"),
    "400": (send(TOO_MANY_FIELDS), "This could not be read"),
    "500": (break_something, "Something broke on our side"),
    "503 of a form": (take_the_database_away, "It is not certain"),
    "503": (go(LINK), "This site cannot reach its data."),
}


def test_every_refusal_is_whole(new_person: Callable[..., Person], server: Server) -> None:
    page = new_person("Clara").page
    sign_in(page)
    heard, troubles = listen(page, 400, 403, 500, 503), []

    for name, (act, words) in REFUSALS.items():
        act(page, server)
        page.get_by_text(words).first.wait_for()
        troubles += look_at(page, f"refusal-{name}", heard)

    assert troubles == []


def sign_in(page: Page) -> None:
    Person("Clara", page).sign_in(CLERK, PASSWORD)
