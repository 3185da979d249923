from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from meetings.models import Booking, Room

pytestmark = pytest.mark.django_db


def say(*words: str) -> str:
    out = StringIO()
    call_command("demo", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def is_demo(settings: Settings) -> None:
    settings.DEMO = True


def test_load_prints_a_link_that_signs_dana_in(client: Client, is_demo: None) -> None:
    said = say("load")

    path = said.strip().rpartition("localhost:8000")[2]
    assert "18 meetings" in said
    client.post(path)
    assert "Product sync" in client.get("/meetings/").text


def test_a_site_that_is_no_demo_is_asked_for_a_yes() -> None:
    with pytest.raises(CommandError, match="--yes"):
        say("load")

    assert not User.objects.exists()


def test_with_a_yes_it_is_loaded_anywhere_and_offers_no_way_in() -> None:
    said = say("load", "--yes")

    assert "Sign in" not in said
    assert User.objects.count() == 3


def test_each_word_says_whether_there_was_a_demo(is_demo: None) -> None:
    assert "nothing changed" not in say("load")

    assert "nothing changed" in say("load")
    assert say("remove").strip() == "The demo is removed."
    assert say("remove").strip() == "There is no demo here."


def test_remove_says_who_still_needs_it(is_demo: None, dana: User) -> None:
    say("load")
    studio = Room.objects.get(name="Design studio")
    Booking.objects.filter(room=studio, title="Retrospective").update(organizer=dana)

    with pytest.raises(CommandError, match=r"still needed by “Retrospective”\. Move or cancel"):
        say("remove")
