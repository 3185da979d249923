from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.utils import timezone

from meetings.providers import builtin
from meetings.providers.base import MeetingProvider, RoomRef

from . import fake_control
from .contract import CALLS, GUEST, HOST, REF, SPEC, ProviderContract


class DetachedProvider(builtin.Provider):
    """The adapter alone, with somebody else on the other side."""

    control_path: ClassVar[str] = "tests.providers.fake_control"


class TestBuiltin(ProviderContract):
    provider_class = DetachedProvider

    @pytest.fixture(autouse=True)
    def fresh_control(self) -> None:
        fake_control.forget()

    def test_room_is_the_session_under_its_key(self, provider: MeetingProvider[Any]) -> None:
        assert provider.init_room(REF, SPEC) == RoomRef(room_id=SPEC.key)

    def test_way_in_is_our_own_page(self, provider: MeetingProvider[Any]) -> None:
        ticket = self.ticket(provider, REF, GUEST)

        assert ticket.template == "meetings/embed/builtin.html"
        assert ticket.context == {"room": {"token": "5e551077-g:2-participant"}}

    @pytest.mark.parametrize("method", ["remove", "mute", "set_lock"])
    def test_hosts_words_reach_the_room(self, provider: MeetingProvider[Any], method: str) -> None:
        CALLS[method](provider)

        wanted = {
            "remove": ("remove", REF.room_id, GUEST.key),
            "mute": ("mute", REF.room_id, GUEST.key),
            "set_lock": ("lock", REF.room_id, True),
        }
        assert fake_control.done == [wanted[method]]

    def test_roster_is_who_is_inside(self, provider: MeetingProvider[Any]) -> None:
        self.ticket(provider, REF, GUEST)

        assert [peer.name for peer in provider.roster(REF)] == ["Ana"]

    def test_room_is_as_large_as_the_operator_allows(
        self, provider: MeetingProvider[Any], settings: Any
    ) -> None:
        settings.BUILTIN_ROOM_MAX_PEERS = 4

        assert provider.most_people == 4


def test_control_has_every_function_that_the_adapter_calls() -> None:
    control = builtin.Provider("main", builtin.Provider.options_class()).control

    for name in ("ticket", "end", "is_live", "roster", "remove", "mute", "set_lock", "checks"):
        assert callable(getattr(control, name))


@pytest.mark.django_db
def test_every_feature_of_the_real_room_answers() -> None:
    provider = builtin.Provider("main", builtin.Provider.options_class())
    until = timezone.now() + timedelta(minutes=5)

    ticket = provider.join(REF, HOST, until=until)

    assert ticket.context["room"]["token"]
    assert provider.is_live(REF) is False
    assert provider.roster(REF) == ()
    assert provider.end_room(REF) is None
    assert all(check.name for check in provider.ping())
