"""The site, answering on a port of this machine, for providers who call us.

Each request has a database connection of its own, so share the database before the first one.
"""

from collections.abc import Iterator

import pytest
from django.test.testcases import LiveServerThread, _StaticFilesHandler
from pytest_django import Settings


@pytest.fixture
def running_site(settings: Settings) -> Iterator[str]:
    """Its address, which is also what the site itself takes for its own."""
    server = LiveServerThread("127.0.0.1", _StaticFilesHandler, connections_override={})
    server.daemon = True
    server.start()
    assert server.is_ready.wait(10)
    assert not server.error
    settings.SITE_URL = f"http://127.0.0.1:{server.port}"
    yield settings.SITE_URL
    server.terminate()
