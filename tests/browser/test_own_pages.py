"""Pages about the own account and what is held about somebody, as they look."""

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from .looks import listen, look_at, visit_all
from .people import Person
from .server import PASSWORD, Server

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.enable_socket]

CAREFUL, MEMBER, GIVING, LEAVING, NEW = (f"hanna{number}@example.org" for number in range(7, 12))
GUEST = "ana.lima@a-rather-long-domain.example.org"
# A member with a meeting, a guest who answered and came; what each may open.
SCENES = f"""
import json
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from meetings.invitees import read
from meetings.services import inviting, scheduling
from meetings.services.keeping.asking_for_data import token_for
for email in ({MEMBER!r}, {GIVING!r}, {LEAVING!r}):
    member = User.objects.get(email=email)
    booking = scheduling.book(member, scheduling.MeetingWish(
        title="Review", starts_at=timezone.now() + timedelta(days=1), duration=45,
        time_zone="Europe/Berlin"))
    inviting.invite(booking, read({GUEST!r}).invitees, by=member)
held = {{name: f"/my-data/{{token_for(email)}}/" for name, email in (
    ("held", {GUEST!r}), ("held-nothing", "nobody@example.org"), ("held-account", {MEMBER!r}))}}
print("PAGES" + json.dumps(held))
"""
# The second factors of somebody who is signed in already: where their passkey's pages are.
FACTORS = f"""
from accounts.models import User
from tests.accounts.factors import with_app, with_passkey
member = User.objects.get(email={MEMBER!r})
with_app(member)
key = with_passkey(member, "The key that hangs on the ring with all the other keys")
print("KEY" + str(key.pk))
"""
WITH_APP = f"""
from accounts.models import User
from tests.accounts.factors import with_app
with_app(User.objects.get(email={CAREFUL!r}))
"""
SECURITY = "/account/security/"
OF_FACTORS = {
    "security": SECURITY,
    "app-off": f"{SECURITY}totp/deactivate/",
    "key-new": f"{SECURITY}webauthn/add/",
    "key-rename": f"{SECURITY}webauthn/keys/%(key)s/edit/",
    "key-remove": f"{SECURITY}webauthn/keys/%(key)s/remove/",
    "codes": f"{SECURITY}recovery-codes/",
    "codes-new": f"{SECURITY}recovery-codes/generate/",
    "prove-password": "/account/reauthenticate/",
    "prove-code": f"{SECURITY}reauthenticate/",
    "prove-key": f"{SECURITY}webauthn/reauthenticate/",
    "password": "/account/password/change/",
    "email": "/account/email/",
    "own-data": "/profile/data/",
    "hand-over": "/profile/data/hand-over/",
}
NewPerson = Callable[..., Person]
Act = Callable[[Page], None]


@pytest.fixture(scope="module")
def held(server: Server) -> dict[str, str]:
    """What a guest, a stranger and a member may look at by a link of a mail."""
    found: dict[str, str] = json.loads(server.shell(SCENES).split("PAGES")[1])
    return found


@pytest.fixture
def guest(chromium: Browser, server: Server) -> Iterator[BrowserContext]:
    context = chromium.new_context(base_url=server.url)
    yield context
    context.close()


def prove(person: Person) -> None:
    """Say the password once more, as pages ask on which much can be lost."""
    person.page.goto("/profile/data/")
    person.page.get_by_label("Password").fill(PASSWORD)
    press(person.page, "Go on")
    person.page.get_by_role("heading", name="My data").wait_for()


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name).click()


def test_pages_about_ones_own_security_are_whole(
    new_person: NewPerson, server: Server, held: dict[str, str]
) -> None:
    member = new_person("Hanna Berg", MEMBER)
    prove(member)
    pages = {"security-none": SECURITY, "app-on": f"{SECURITY}totp/activate/"}
    troubles = visit_all(member.page.context, pages, {})
    key = server.shell(FACTORS).split("KEY")[1].strip()

    pages = {name: path % {"key": key} for name, path in OF_FACTORS.items()}
    troubles += visit_all(member.page.context, pages, {})

    assert troubles == []


def test_second_step_of_signing_in_is_whole(guest: BrowserContext, server: Server) -> None:
    server.shell(WITH_APP)
    page = guest.new_page()
    heard = listen(page)
    page.goto("/account/login/")
    page.get_by_label("E-mail").fill(CAREFUL)
    page.get_by_label("Password").first.fill(PASSWORD)
    press(page, "Sign in")
    page.get_by_role("heading", name="One more step").wait_for()
    troubles = look_at(page, "second-step", heard)

    page.get_by_label("Code").fill("000000")
    press(page, "Sign in")
    page.get_by_role("alert").first.wait_for()
    troubles += look_at(page, "second-step-wrong", heard)

    assert troubles == []


def ask_for_a_link(page: Page) -> None:
    page.goto("/my-data/")
    page.get_by_label("E-mail").fill(GUEST)
    press(page, "Send me the link")


def test_what_is_held_about_a_guest_is_whole(guest: BrowserContext, held: dict[str, str]) -> None:
    pages = {"my-data": "/my-data/", **held, "held-old": "/my-data/long-ago/"}
    troubles = visit_all(guest, pages, {})
    page = guest.pages[0]
    heard = listen(page, 400)

    ask_for_a_link(page)
    page.get_by_text("a mail with a link is on its way").wait_for()
    troubles += look_at(page, "my-data-told", heard)
    for _ in range(3):
        ask_for_a_link(page)
    page.get_by_role("heading", name="Too many tries").wait_for()
    troubles += look_at(page, "my-data-too-often", heard)

    page.goto(held["held"])
    press(page, "Erase my data")
    page.get_by_role("alert").first.wait_for()
    troubles += look_at(page, "held-unsure", heard)
    page.get_by_role("checkbox").check()
    press(page, "Erase my data")
    page.get_by_text("Your data is erased").wait_for()
    troubles += look_at(page, "erased", heard)

    assert troubles == []


def test_handing_over_is_whole(new_person: NewPerson, held: dict[str, str]) -> None:
    person = new_person("Hanna Berg", GIVING)
    prove(person)
    page, troubles = person.page, []
    heard = listen(page, 400)

    for name, address, words in (
        ("hand-over-nobody", "nobody@example.org", "Nobody with this"),
        ("hand-over-sure", NEW, f"To Hanna Berg ({NEW})?"),
    ):
        page.goto("/profile/data/hand-over/")
        page.get_by_role("main").get_by_role("textbox").fill(address)
        press(page, "Look at it first")
        page.get_by_text(words).first.wait_for()
        troubles += look_at(page, name, heard)
    press(page, "Hand all of it over")
    page.get_by_text("All of it belongs to Hanna Berg now.").wait_for()
    troubles += look_at(page, "handed-over", heard)
    page.goto("/profile/data/hand-over/")
    troubles += look_at(page, "hand-over-nothing", heard)

    assert troubles == []


def test_leaving_is_whole(new_person: NewPerson, held: dict[str, str]) -> None:
    person = new_person("Hanna Berg", LEAVING)
    prove(person)
    page, troubles = person.page, []
    heard = listen(page, 400)

    press(page, "Erase my account")
    page.get_by_role("alert").first.wait_for()
    troubles += look_at(page, "erase-unsure", heard)
    page.get_by_role("checkbox").check()
    press(page, "Erase my account")
    page.get_by_text("You are signed out.").wait_for()
    troubles += look_at(page, "erased-account", heard)

    assert troubles == []
