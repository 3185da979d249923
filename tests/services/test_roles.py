"""Who may do what, by role, action and state of the session."""

import pytest

from meetings.models import RoomSession
from meetings.services.roles import Action, Seat, may, may_act_on

SHARED = {"look", "admit", "refuse", "remove", "mute", "lock", "passcode", "record"}
HOSTS = SHARED | {"role", "end"}
TABLE = {
    ("owner", "live"): HOSTS | {"move"},
    ("owner", "opening"): {"end"},
    ("owner", "ended"): {"close"},
    ("host", "live"): HOSTS,
    ("host", "opening"): {"end"},
    ("cohost", "live"): SHARED,
}


@pytest.mark.parametrize("seat", Seat)
def test_each_role_may_do_in_each_state_what_the_table_says_and_nothing_else(seat: Seat) -> None:
    for state in RoomSession.State.values:
        allowed = {action.value for action in Action if may(seat, action, state)}

        assert allowed == TABLE.get((seat.value, state), set()), state


def test_only_a_host_acts_on_a_host() -> None:
    assert may_act_on(Seat.OWNER, "host")
    assert may_act_on(Seat.HOST, "host")
    assert not may_act_on(Seat.COHOST, "host")
    assert may_act_on(Seat.COHOST, "cohost")
