from collections.abc import Iterator

import pytest

from meetings.providers.plugnmeet import Provider

from ..doubles.plugnmeet import Double
from .kit import account


@pytest.fixture
def double() -> Iterator[Double]:
    with Double() as double:
        yield double


@pytest.fixture
def provider(double: Double) -> Provider:
    return account(double)
