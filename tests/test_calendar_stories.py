"""What a guest's calendar holds after the files of a story: right that, and nothing else."""

from collections.abc import Callable

import pytest
import time_machine

from accounts.models import User
from tests.calendar_reader import Program, read
from tests.calendar_stories import BEGIN, STORIES, feed, files, in_our_books

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_files_taken_in_order_leave_the_right_events(
    dana: User, story: Callable[[User], None]
) -> None:
    with time_machine.travel(BEGIN):
        story(dana)

    program = Program()
    for written in files():
        program.take(read(written))

    assert program.shown() == in_our_books()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_files_that_come_in_the_wrong_order_change_nothing_back(
    dana: User, story: Callable[[User], None]
) -> None:
    with time_machine.travel(BEGIN):
        story(dana)
    written = files()

    program = Program()
    for each in [*written, *reversed(written)]:
        program.take(read(each))

    assert program.shown() == in_our_books()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_organizers_feed_shows_what_is_in_our_books(
    dana: User, story: Callable[[User], None]
) -> None:
    program = Program()
    with time_machine.travel(BEGIN):
        story(dana)
        program.take(read(feed(dana)))

    assert program.shown() == in_our_books()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_files_are_written_as_the_standard_wants(dana: User, story: Callable[[User], None]) -> None:
    with time_machine.travel(BEGIN):
        story(dana)

    for written in files():
        lines = written.split(b"\r\n")
        assert b"\n" not in b"".join(lines)
        assert max(len(line) for line in lines) <= 75
        assert lines.count(b"BEGIN:VEVENT") == written.count(b"\r\nUID:")
        written.decode()  # no character is cut in two
