"""Several presses of the mail's one link, at the same moment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from meetings.models import Admission, Booking, Caller, Knock, RoomSession
from meetings.services.waiting import admitting, knocking
from meetings.services.waiting.admitting import Admitted, CannotAdmit, Standing
from tests.conftest import Share
from tests.together import seen_by_all, together

from .conftest import NOW
from .doors import ask, participants

Book = Callable[..., Booking]
Clock = Any
LATE = timedelta(seconds=30)


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_have_one_effect(
    book: Book, dana: User, share_database: Share, client: Client, clock: Clock
) -> None:
    booking = book(at=NOW)
    ask(client, participants(booking), "Ana Lima")
    clock.move_to(NOW + LATE)
    knocking.tell_due()
    knock = Knock.objects.get()
    chosen = [f"c{each.pk}" for each in Caller.objects.all()]
    share_database()

    answers = together(*[lambda: admitting.let_in(knock, chosen)] * 4)

    assert answers.count(Admitted(["Ana Lima"], [])) == 1
    others = {each.standing for each in answers if isinstance(each, CannotAdmit)}
    assert others <= {Standing.USED, Standing.OPENING, Standing.NOBODY}
    assert seen_by_all(lambda: Admission.objects.filter(state="admitted").count()) == 1
    assert seen_by_all(RoomSession.objects.count) == 1
