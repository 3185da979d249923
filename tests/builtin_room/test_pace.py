import time
from collections.abc import Callable

import pytest

from meetings.builtin_room.pace import Bucket, Pace
from meetings.builtin_room.protocol import RoomRefusal


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Time stands still, but for this."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def wait(seconds: float) -> None:
        now[0] += seconds

    return wait


def test_bucket_refills_with_time(wait: Callable[[float], None]) -> None:
    bucket = Bucket(burst=2, rate=0.5)

    first = [bucket.take() for _ in range(3)]
    wait(2)
    later = [bucket.take() for _ in range(2)]
    wait(1000)
    much_later = [bucket.take() for _ in range(3)]

    assert first == [True, True, False]
    assert later == [True, False]
    assert much_later == [True, True, False]


@pytest.mark.usefixtures("wait")
@pytest.mark.parametrize(("kind", "most"), [("chat", 5), ("signal", 200), ("state", 50)])
def test_each_type_of_message_has_its_own_pace(kind: str, most: int) -> None:
    pace = Pace()
    for _ in range(most):
        pace.require(kind)

    with pytest.raises(RoomRefusal, match="too_fast"):
        pace.require(kind)
