from datetime import UTC, datetime

import pytest

from accounts.models import User
from meetings import demo

MONDAY = datetime(2026, 11, 23, 9, 2, 31, tzinfo=UTC)


@pytest.fixture
def organizer(db: None) -> User:
    """The demo's Dana, with the demo around her as of now."""
    return demo.load()
