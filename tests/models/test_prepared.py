"""Questions whose SQL is made once: the same answers, for any value, in any thread."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.db.models.sql.compiler import SQLCompiler
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from meetings.models import Booking, JoinLink, Room
from meetings.models.booking import LONGEST
from meetings.models.join_link import link_with_meeting, link_with_place
from meetings.models.prepared import PreparedOne, PreparedRows, PreparedUpdate, given
from meetings.services.rooms import create_room
from tests.conftest import Share
from tests.together import together

Book = Callable[..., Booking]

room_of = PreparedOne(
    lambda: Room.objects.filter(owner=given("owner"), name=given("name")).select_related("owner")
)


@pytest.mark.django_db
@pytest.mark.parametrize("asked", [link_with_meeting, link_with_place])
def test_answers_are_those_of_the_question(asked: PreparedOne[JoinLink], book: Book) -> None:
    links = [*book().links.all(), *book(may_overlap=True).links.all()]

    found = [asked.first(token=each.token) for each in links]

    assert found == links
    assert [each and each.booking for each in found] == [each.booking for each in links]
    assert [each and each.created_at for each in found] == [each.created_at for each in links]
    assert asked.first(token="unknown") is None


@pytest.mark.django_db
def test_related_rows_come_along(room: Room, dana: User) -> None:
    with CaptureQueriesContext(connection) as told:
        found = room_of.first(owner=dana.pk, name=room.name)

        assert found is not None
        assert (found, found.owner, found.owner.name) == (room, dana, dana.name)
    assert len(told) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["%s %d %%", 'it\'s "quoted"; --', "Büro 🎉", "-1000000007"])
def test_values_are_values_whatever_they_look_like(room: Room, dana: User, name: str) -> None:
    Room.objects.filter(pk=room.pk).update(name=name)

    assert room_of.first(owner=dana.pk, name=name) == room
    assert room_of.first(owner=dana.pk, name=f"{name}x") is None
    assert room_of.first(owner=dana.pk + 1, name=name) is None


@pytest.mark.django_db
def test_sql_is_made_once(room: Room, dana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[SQLCompiler] = []
    make = SQLCompiler.as_sql

    def note(compiler: SQLCompiler, *args: Any, **kwargs: Any) -> Any:
        made.append(compiler)
        return make(compiler, *args, **kwargs)

    asked = PreparedOne(lambda: Room.objects.filter(pk=given("pk")))
    monkeypatch.setattr(SQLCompiler, "as_sql", note)

    found = [asked.first(pk=pk) for pk in (room.pk, room.pk + 1, room.pk)]

    assert found == [room, None, room]
    assert len(made) == 1


@pytest.mark.django_db
def test_update_counts_what_there_was_to_change(dana: User, book: Book) -> None:
    rename = PreparedUpdate(
        lambda: (
            Room.objects.filter(pk=given("pk"), created_at__lt=given("before")),
            {"name": given("name"), "provider_alias": F("name")},
        )
    )
    first, second = (create_room(dana, name=name) for name in ("First", "Second"))
    now = timezone.now()

    counts = [
        rename.run(pk=first.pk, before=now - timedelta(days=1), name="Too early"),
        rename.run(pk=first.pk, before=now, name="50 % off"),
        rename.run(pk=second.pk + 1, before=now, name="Nobody's"),
    ]

    assert counts == [0, 1, 0]
    rooms = Room.objects.order_by("pk").values_list("name", "provider_alias")
    assert list(rooms) == [("50 % off", "First"), ("Second", second.provider_alias)]


@pytest.mark.django_db(transaction=True)
def test_threads_keep_their_values_apart(share_database: Share, book: Book) -> None:
    links = [each for number in range(4) for each in book(may_overlap=True).links.all()]
    share_database()
    wrong: list[tuple[str, JoinLink | None]] = []

    def ask(mine: JoinLink) -> None:
        for _ in range(50):
            found = link_with_place.first(token=mine.token)
            if found != mine:
                wrong.append((mine.token, found))

    errors = together(*[lambda mine=each: ask(mine) for each in links])

    assert [each for each in errors if each] == []
    assert wrong == []


# Lists


def coming() -> PreparedRows:
    def ask() -> object:
        mine = Booking.objects.visible_to(given("user"))
        return mine.not_over(given("now")).order_by("starts_at").values_list("title", "starts_at")

    return PreparedRows(ask)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_each_gets_their_own_at_their_own_time(book: Book, dana: User, colin: User) -> None:
    hers = book("Hers", by=dana)
    long_ago = book("Long ago", by=dana, at=hers.starts_at - timedelta(days=3))
    book("His", by=colin)
    question, now = coming(), hers.starts_at

    assert question.rows(user=dana.pk, now=now) == [(hers.title, hers.starts_at)]
    assert [title for title, __ in question.rows(user=colin.pk, now=now)] == ["His"]
    assert question.rows(user=dana.pk, now=long_ago.starts_at) == [
        (long_ago.title, long_ago.starts_at),
        (hers.title, hers.starts_at),
    ]


@pytest.mark.django_db
def test_what_began_a_day_ago_is_not_looked_for(book: Book, dana: User) -> None:
    """The question counts the day back from the moment that is told."""
    booking = book("Whole day", by=dana)
    booking.duration = LONGEST
    booking.save()
    question = coming()

    last = booking.ends_at - timedelta(minutes=1)
    assert question.rows(user=dana.pk, now=last) == [(booking.title, booking.starts_at)]
    assert question.rows(user=dana.pk, now=last + timedelta(minutes=2)) == []


def test_threads_share_the_question_and_not_the_answers(
    share_database: Share, book: Book, dana: User, colin: User
) -> None:
    book("Hers", by=dana)
    book("His", by=colin)
    question, now = coming(), timezone.now()
    share_database()

    def ask(user: User) -> list[str]:
        return [title for title, __ in question.rows(user=user.pk, now=now)]

    answers = together(*[lambda: ask(dana), lambda: ask(colin)] * 4)

    assert answers == [["Hers"], ["His"]] * 4
