"""The page of calendar feeds: made, subscribed to, replaced, taken back."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from meetings.models import Feed, Room
from meetings.services.calendars.feeds import open_feed

from .reading import page, text_of

PAGE = "/calendars/"


def test_page_offers_an_address_for_oneself_and_for_each_room(as_dana: Client, room: Room) -> None:
    as_dana.post(reverse("feed-new"))
    as_dana.post(reverse("feed-new"), {"room": room.pk})

    shown = page(as_dana.get(PAGE))

    personal, of_room = Feed.objects.get(room=None), Feed.objects.get(room=room)
    for feed in (personal, of_room):
        assert f'value="http://testserver/feeds/{feed.token}.ics"' in shown
        assert f'href="webcal://testserver/feeds/{feed.token}.ics"' in shown
    assert shown.count('target="_blank"') == shown.count('rel="noopener noreferrer"') == 6
    assert f'action="{reverse("feed-new")}"' not in shown


def test_address_that_is_there_is_not_made_twice(as_dana: Client) -> None:
    as_dana.post(reverse("feed-new"))
    as_dana.post(reverse("feed-new"))

    assert Feed.objects.count() == 1


def test_new_address_stands_in_the_place_of_the_old_one(as_dana: Client, dana: User) -> None:
    old = open_feed(dana)

    answer = as_dana.post(reverse("feed-rotate", args=[old.pk]), follow=True)

    new = Feed.objects.usable().get()
    assert old.token not in page(answer)
    assert new.token in page(answer)
    assert "The old one no longer works" in text_of(answer)


def test_old_tab_that_replaces_what_was_taken_back_is_told_so(as_dana: Client, dana: User) -> None:
    feed = open_feed(dana)
    as_dana.post(reverse("feed-revoke", args=[feed.pk]))

    answer = as_dana.post(reverse("feed-rotate", args=[feed.pk]), follow=True)

    assert "removed meanwhile" in text_of(answer)
    assert not Feed.objects.usable().exists()


def test_room_that_was_given_up_keeps_its_address_until_it_is_taken_back(
    as_dana: Client, dana: User, room: Room
) -> None:
    feed = open_feed(dana, room)
    room.archive()

    shown = as_dana.get(PAGE)

    assert "Given up" in text_of(shown)
    assert feed.token in page(shown)
    assert "webcal:" not in page(shown)


@pytest.mark.parametrize("wished", ["999999", "x", "9" * 40, "\x00"])
def test_room_that_is_not_mine_has_no_address_for_me(as_dana: Client, wished: str) -> None:
    assert as_dana.post(reverse("feed-new"), {"room": wished}).status_code == 404
    assert not Feed.objects.exists()


def test_room_of_somebody_else_or_given_up_has_no_address_for_me(
    as_dana: Client, as_colin: Client, room: Room
) -> None:
    assert as_colin.post(reverse("feed-new"), {"room": room.pk}).status_code == 404
    room.archive()
    assert as_dana.post(reverse("feed-new"), {"room": room.pk}).status_code == 404


def test_page_is_found_from_the_meetings_the_room_and_the_profile(
    as_dana: Client, room: Room
) -> None:
    for address in ("/meetings/", reverse("room", args=[room.pk]), reverse("profile")):
        assert f'href="{PAGE}"' in page(as_dana.get(address))
