"""Which tests a run takes, in which of them coverage is counted, and how quickly it goes."""

import gc
import os
from collections.abc import Generator

import pytest
from coverage import Coverage
from django.db import connection


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-parameter",
        action="store_true",
        help="on PostgreSQL, too: there, only the first of a test's parameters is tried otherwise",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, those that a database matters to; those that need it are said elsewhere.

    In CI a skip is a failure.
    """
    further = further_parameters(items)
    for item in further:
        item.add_marker("uncounted")
    if connection.vendor == "postgresql":
        every = config.getoption("every_parameter")
        told_already = {item for item in further if not (every or commits(item))}
        left_out = [item for item in items if item in told_already or not sees_database(item)]
        config.hook.pytest_deselected(items=left_out)
        gone = {*left_out}
        items[:] = [item for item in items if item not in gone]
    elif not os.environ.get("REQUIRE_POSTGRES"):
        for item in items:
            if "postgres" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: make test-postgres"))


def further_parameters(items: list[pytest.Item]) -> list[pytest.Item]:
    """All but the first of each test."""
    first: dict[str, pytest.Item] = {}
    return [
        item for item in items if first.setdefault(item.nodeid.partition("[")[0], item) is not item
    ]


def sees_database(item: pytest.Item) -> bool:
    asked = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    return bool(asked or {"django_db", "browser"} & set(item.keywords))


def commits(item: pytest.Item) -> bool:
    """Such are tried with every parameter: locks and isolation are not the same everywhere."""
    told = item.get_closest_marker("django_db")
    fixtures = set(getattr(item, "fixturenames", ()))
    return "transactional_db" in fixtures or bool(told and told.kwargs.get("transaction"))


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: the garbage collector need not walk it each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Without coverage, a test that reaches what others do takes half the time.

    That is each parameter but the first of a test, and what is marked `uncounted`.
    """
    counting = Coverage.current()
    if counting is None or not item.get_closest_marker("uncounted"):
        return (yield)
    counting.stop()
    try:
        return (yield)
    finally:
        counting.start()
