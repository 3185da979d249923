"""The pages about differences with providers, as they look."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from .at_a_double import MAKE_OPERATOR, OPERATOR
from .conftest import BASE, PASSWORD, Server
from .looks import visit_all
from .people import Person

pytestmark = [pytest.mark.browser, pytest.mark.looks]

ROWS = """
from django.utils import timezone
from meetings.models import Drift
Kind, Outcome = Drift.Kind, Drift.Outcome
drift = Drift.objects.create(alias="main", kind=Kind.SESSION_GONE, room_id="0a1b2c")
Drift.objects.create(
    alias="main", kind=Kind.SESSION_LEFT, room_id="3d4e5f",
    error="xroom: refused without a word (HTTP 503)",
)
Drift.objects.create(
    alias="spare", kind=Kind.ROSTER, room_id="3d4e5f", details="+2 −1",
    settled_at=timezone.now(), outcome=Outcome.REPAIRED,
)
print(drift.pk)
"""


@pytest.fixture(scope="module")
def pages(server: Server) -> dict[str, str]:
    answer = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", MAKE_OPERATOR + ROWS],
        cwd=BASE,
        env=server.environment,
        check=True,
        capture_output=True,
        text=True,
    )
    drifts = "/admin/meetings/drift"
    return {
        "differences": f"{drifts}/",
        "difference": f"{drifts}/{answer.stdout.split()[-1]}/change/",
    }


def test_pages_about_differences_are_whole(
    new_person: Callable[..., Person], pages: dict[str, str]
) -> None:
    operator = new_person("Olga")
    operator.sign_in(OPERATOR, PASSWORD)

    assert visit_all(operator.page.context, pages, {}) == []


def test_a_press_on_compare_tells_what_came_of_it(
    new_person: Callable[..., Person], pages: dict[str, str]
) -> None:
    operator = new_person("Olga")
    operator.sign_in(OPERATOR, PASSWORD)

    operator.page.goto(pages["differences"])
    operator.page.get_by_role("button", name="Compare now").click()

    operator.page.get_by_text("there is nothing to compare").wait_for()
