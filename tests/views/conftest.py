"""A Monday morning: it is 09:20 in Berlin and 03:20 in New York."""

from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.template import RequestContext, Template
from django.test import Client
from django.test.utils import ContextList
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from meetings.models import Booking, RoomSession
from meetings.services.opening import open_room
from tests.accounts_at_doubles import at_plugnmeet, at_videosdk, at_xroom
from tests.provider_for_tests import elsewhere

from .reading import Values, filled, form_with

__all__ = ["at_plugnmeet", "at_videosdk", "at_xroom", "elsewhere"]

NOW = datetime(2026, 11, 23, 8, 20, tzinfo=UTC)

Typed = Callable[..., Values]


@pytest.fixture(autouse=True)
def clock(time_machine: time_machine.TimeMachineFixture) -> time_machine.TimeMachineFixture:
    """The clock stands still; a test moves it by `clock.move_to(…)`."""
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture(autouse=True)
def contexts_of_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is drawn from hundreds of templates; of these, tests ask what it was given itself."""
    monkeypatch.setattr("django.test.client.store_rendered_templates", kept)


def kept(store: Any, signal: Any, sender: Any, template: Template, context: Any, **_: Any) -> None:
    store.setdefault("templates", []).append(template)
    is_page = isinstance(context, RequestContext) and context.template is template
    if is_page or "context" not in store:
        store.setdefault("context", ContextList()).append(copy(context))


# Empty forms by all that they are made of, so that most tests need not draw their own.
drawn: dict[str, Values] = {}


@pytest.fixture
def typed(as_dana: Client, dana: User, settings: Settings) -> Typed:
    """The form of a new meeting as Dana's browser sends it: `typed(title="Review")`."""

    def empty() -> Values:
        (zone,) = User.objects.filter(pk=dana.pk).values_list("time_zone", "language")
        made_of = str((settings.MEETING_PROVIDERS, timezone.now(), zone))
        if made_of not in drawn:
            drawn[made_of] = form_with(as_dana.get(reverse("booking-new")), "title")
        return {**drawn[made_of], "request_key": str(uuid4())}

    def make(**values: Any) -> Values:
        usual = {"title": "Review", "date": "2026-11-24", "time": "10:00", "duration": 45}
        return filled(empty(), {**usual, **values})

    return make


@pytest.fixture
def live(book: Callable[..., Booking]) -> RoomSession:
    """A meeting that runs, in a room that lets everybody straight in."""
    booking = book("Review", at=NOW, options={"waiting_room": "nobody"})
    return open_room(booking.room, booking)
