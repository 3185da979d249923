"""Passkeys and codes, in a browser with an authenticator that is made of software."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, Page

from tests.accounts.factors import code_of

from .looks import visit_all
from .people import Person
from .server import PASSWORD, Server

pytestmark = pytest.mark.browser
SECURITY = "/account/security/"


@pytest.fixture
def member(new_person: Callable[..., Person], server: Server) -> tuple[Person, str]:
    email = next(server.hosts)
    return new_person("Hanna", email), email


def with_authenticator(page: Page) -> CDPSession:
    """A device that makes passkeys and always finds the finger right."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    session.device = device["authenticatorId"]  # type: ignore[attr-defined]
    return session


def prove(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def sign_out(page: Page) -> None:
    page.goto("/account/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/(account/login/)?$"))


def test_passkey_is_made_and_signs_in_alone(member: tuple[Person, str]) -> None:
    person, _email = member
    page = person.page
    device = with_authenticator(page)

    page.goto(SECURITY)
    page.get_by_role("link", name="New passkey").click()
    prove(page)
    page.get_by_label("Name of the passkey").fill("My laptop")
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_text("Each of these lets you in once").wait_for()
    page.get_by_role("link", name="I have kept them").click()
    assert page.get_by_text("My laptop").is_visible()

    sign_out(page)
    page.goto("/account/login/?next=/account/profile/")
    page.wait_for_url(re.compile(r"\d/account/profile/$"))
    assert page.get_by_role("heading", name="Profile").is_visible()

    page.add_init_script("delete PublicKeyCredential.isConditionalMediationAvailable")
    sign_out(page)
    page.goto("/account/login/?next=/account/profile/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(re.compile(r"\d/account/profile/$"))
    device.detach()
    assert person.errors == []


def test_ceremony_that_is_cancelled_says_a_sentence(member: tuple[Person, str]) -> None:
    person, _email = member
    page = person.page
    device = with_authenticator(page)
    here = {"authenticatorId": device.device, "isUserVerified": False}  # type: ignore[attr-defined]
    device.send("WebAuthn.setUserVerified", here)

    page.goto(f"{SECURITY}webauthn/add/")
    prove(page)
    page.get_by_role("button", name="Make the passkey").click()

    page.get_by_text("Nothing was done").wait_for()
    assert page.get_by_role("button", name="Make the passkey").is_enabled()


@pytest.mark.looks
def test_codes_of_an_app_are_asked_for_and_the_pages_look_right(
    member: tuple[Person, str],
) -> None:
    person, email = member
    page = person.page
    page.goto(f"{SECURITY}totp/activate/")
    prove(page)
    secret = page.get_by_label("Or type this secret into the app").input_value()
    pages = {"second-factor-app": page.url, "second-factor-key": f"{SECURITY}webauthn/add/"}
    pages |= {"security": SECURITY}
    troubles = visit_all(page.context, pages, {})
    page.goto(f"{SECURITY}totp/activate/")
    secret = page.get_by_label("Or type this secret into the app").input_value()
    page.get_by_label("Code that the app shows").fill(code_of(secret))
    page.get_by_role("button", name="Switch on").click()
    codes = page.locator("#recovery-codes").inner_text().split()
    with page.expect_download() as kept:
        page.get_by_role("button", name="Save as a file").click()
    assert kept.value.path().read_text().split() == codes
    troubles += visit_all(page.context, {"second-factor-on": SECURITY}, {})

    sign_out(page)
    page.goto("/account/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").first.fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="One more step").wait_for()
    troubles += visit_all(page.context, {"second-factor-asked": page.url}, {})
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile("/meetings/"))
    assert troubles == []
