import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from meetings.models import JoinLink, RoomSession

from .conftest import CLAIM, GUEST, HOST_KEY, LEASE, MODELS, RESUME, Meeting, list_of, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def every_page(as_staff: Client, hold: Callable[[], Meeting]) -> dict[str, str]:
    """What each page of the admin about meetings says, by address."""
    meeting = hold()
    addresses = [reverse("admin:index"), reverse("admin:meetings_providers")]
    addresses += [list_of(model) for model in MODELS]
    pages = [page_of(row) for row in meeting.rows]
    addresses += pages + [page.replace("/change/", "/history/") for page in pages]
    answers = {address: as_staff.get(address) for address in addresses}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {address: answer.text for address, answer in answers.items()}


def test_no_page_shows_a_secret(every_page: dict[str, str]) -> None:
    session = RoomSession.objects.get()
    assert (session.host_key, session.claim) == (HOST_KEY, CLAIM)
    tokens = JoinLink.objects.values_list("token", flat=True)
    secrets = [HOST_KEY, CLAIM, LEASE, RESUME, GUEST, *tokens]

    assert len(secrets) == 5 + JoinLink.objects.count()
    for address, text in every_page.items():
        assert not [secret for secret in secrets if secret in text], address


def test_links_are_told_apart_by_the_beginning_of_their_token(every_page: dict[str, str]) -> None:
    links = JoinLink.objects.all()

    for link in links:
        assert f"{link.token[:4]}…" in every_page[list_of(JoinLink)]


def test_no_page_needs_what_the_content_policy_forbids(every_page: dict[str, str]) -> None:
    """Nothing but `style=` of Django's own, if any, may be inline; we allow not even that."""
    inline = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*json)|<style|\sstyle=|\son\w+=")

    assert not {address for address, text in every_page.items() if inline.search(text)}


def test_nobody_finds_a_link_piece_by_piece(as_staff: Client, hold: Callable[[], Meeting]) -> None:
    link = hold().booking.links.get(purpose="host")

    asked = as_staff.get(list_of(JoinLink, f"?token__startswith={link.token[:2]}"))
    searched = as_staff.get(list_of(JoinLink), {"q": link.token[:12]})

    assert asked.status_code == 400
    assert "0 join links" in searched.text


@pytest.mark.parametrize("secret", ["host_key", "claim"])
def test_sessions_cannot_be_filtered_by_what_is_secret(
    as_staff: Client, hold: Callable[[], Meeting], secret: str
) -> None:
    hold()

    assert as_staff.get(list_of(RoomSession, f"?{secret}__startswith=c")).status_code == 400
