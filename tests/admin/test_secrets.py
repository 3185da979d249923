import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from meetings.models import JoinLink, RoomSession

from .conftest import CLAIM, GUEST, HOST_KEY, LEASE, MODELS, RESUME, Meeting, list_of, page_of

pytestmark = [pytest.mark.django_db, pytest.mark.uncounted]

# Nothing but `style=` of Django's own, if any, may be inline; we allow not even that.
INLINE = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*json)|<style|\sstyle=|\son\w+=")


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


def test_no_page_shows_a_secret(every_page: dict[str, str], subtests: pytest.Subtests) -> None:
    session = RoomSession.objects.get()
    assert (session.host_key, session.claim) == (HOST_KEY, CLAIM)
    tokens = list(JoinLink.objects.values_list("token", flat=True))
    secrets = [HOST_KEY, CLAIM, LEASE, RESUME, GUEST, *tokens]

    for address, text in every_page.items():
        assert not [secret for secret in secrets if secret in text], address
    with subtests.test("links are told apart by the beginning of their token"):
        assert tokens
        assert not [each for each in tokens if f"{each[:4]}…" not in every_page[list_of(JoinLink)]]
    with subtests.test("no page needs what the content policy forbids"):
        assert not {address for address, text in every_page.items() if INLINE.search(text)}


def test_nobody_finds_a_link_piece_by_piece(as_staff: Client, hold: Callable[[], Meeting]) -> None:
    link = hold().booking.links.get(purpose="host")

    asked = as_staff.get(list_of(JoinLink, f"?token__startswith={link.token[:2]}"))
    searched = as_staff.get(list_of(JoinLink), {"q": link.token[:12]})

    assert asked.status_code == 400
    assert "0 join links" in searched.text


def test_sessions_cannot_be_filtered_by_what_is_secret(
    as_staff: Client, hold: Callable[[], Meeting]
) -> None:
    hold()

    for secret in ("host_key", "claim"):
        assert as_staff.get(list_of(RoomSession, f"?{secret}__startswith=c")).status_code == 400
