"""What a guest's calendar holds after the files of a story: right that, and nothing else."""

from collections.abc import Callable

import pytest
import time_machine

from accounts.models import User
from tests.calendar_reader import Program, read
from tests.calendar_stories import BEGIN, STORIES, feed, files, in_our_books

pytestmark = pytest.mark.uncounted


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_calendars_hold_what_is_in_our_books_also_when_files_come_in_the_wrong_order(
    dana: User, story: Callable[[User], None], subtests: pytest.Subtests
) -> None:
    with time_machine.travel(BEGIN):
        story(dana)
        own = feed(dana)
    written, expected = files(), in_our_books()
    found, guests, organizers = [read(each) for each in written], Program(), Program()

    for each in found:
        guests.take(each)
    with subtests.test("files taken in order"):
        assert guests.shown() == expected

    for each in reversed(found):
        guests.take(each)
    with subtests.test("files once more, in the wrong order, change nothing back"):
        assert guests.shown() == expected

    organizers.take(read(own))
    with subtests.test("the organizer's feed"):
        assert organizers.shown() == expected

    for each in written:
        with subtests.test("written as the standard wants"):
            assert_standard(each)


def assert_standard(written: bytes) -> None:
    lines = written.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(len(line) for line in lines) <= 75
    assert lines.count(b"BEGIN:VEVENT") == written.count(b"\r\nUID:")
    written.decode()  # no character is cut in two
