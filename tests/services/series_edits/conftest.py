"""It is Monday, a week before the first meeting of a series."""

import pytest
import time_machine

from accounts.models import User
from meetings.models import Series
from meetings.services.series.booking import book_series

from .edits import NOW, wish


@pytest.fixture(autouse=True)
def clock(time_machine: time_machine.TimeMachineFixture) -> time_machine.TimeMachineFixture:
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def series(dana: User) -> Series:
    """Six Mondays at nine: 9, 16, 23, 30 March, 6 and 13 April."""
    return book_series(dana, wish())
