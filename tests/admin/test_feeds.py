import pytest
from django.test import Client

from meetings.models import Feed, Room
from meetings.services.calendars.feeds import feed_at, open_feed

from .conftest import act, list_of, page_of

pytestmark = pytest.mark.django_db


def test_operator_finds_a_feed_by_owner_and_room_and_never_by_its_token(
    as_staff: Client, room: Room
) -> None:
    feed = open_feed(room.owner, room)

    for words in ("dana", "office hours"):
        assert "1 calendar feed" in as_staff.get(list_of(Feed), {"q": words}).text
    for words in (feed.token, feed.token[:8]):
        assert "0 calendar feeds" in as_staff.get(list_of(Feed), {"q": words}).text
    assert as_staff.get(list_of(Feed, f"?token__startswith={feed.token[0]}")).status_code == 400


def test_operator_revokes_a_feed_and_sees_no_token(as_staff: Client, room: Room) -> None:
    feed = open_feed(room.owner, room)

    said = act(as_staff, "revoke", feed) + as_staff.get(page_of(feed)).text
    again = act(as_staff, "revoke", feed)

    assert "1 feed no longer works." in said
    assert feed.token not in said
    assert feed_at(feed.token) is None
    assert "Nothing to do" in again
