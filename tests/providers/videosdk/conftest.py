from collections.abc import Iterator

import pytest

from meetings.providers.videosdk import Provider
from tests.providers.doubles.videosdk import Double

from .kit import build


@pytest.fixture
def double() -> Iterator[Double]:
    with Double() as double:
        yield double


@pytest.fixture
def provider(double: Double) -> Provider:
    return build(double)
