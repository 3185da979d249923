"""Pages from a WSGI server, beside the ASGI one."""

from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from config.wsgi import application


@pytest.mark.django_db
def test_pages_are_served_by_wsgi_too() -> None:
    environ: dict[str, Any] = {"PATH_INFO": "/account/login/", "wsgi.input": BytesIO()}
    setup_testing_defaults(environ)
    environ["HTTP_HOST"] = "localhost"
    answers: list[str] = []

    page = b"".join(application(environ, lambda status, headers: answers.append(status)))

    assert answers == ["200 OK"]
    assert b"<form" in page
