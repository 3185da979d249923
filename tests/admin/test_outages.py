"""Outages in the administration."""

import pytest
from django.test import Client
from django.utils import timezone

from meetings.models import Outage

from .conftest import list_of, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def outages() -> list[Outage]:
    now = timezone.now()
    return [
        Outage.objects.create(alias="main", began_at=now, error="does not answer."),
        Outage.objects.create(alias="spare", began_at=now, ended_at=now),
    ]


def test_outages_are_found_by_alias_and_by_whether_they_last(
    as_staff: Client, outages: list[Outage]
) -> None:
    by_alias = as_staff.get(list_of(Outage, "?q=spare")).text
    shown = as_staff.get(list_of(Outage)).text
    lasting = as_staff.get(list_of(Outage, "?ended_at__isempty=1")).text

    assert ">Silent</a>" in shown
    assert ">Over</a>" in shown
    assert "spare" in by_alias
    assert "does not answer." not in by_alias
    assert "does not answer." in lasting


def test_outage_is_looked_at_and_not_edited(as_staff: Client, outages: list[Outage]) -> None:
    page = as_staff.get(page_of(outages[0]))

    assert "does not answer." in page.text
    assert 'name="_save"' not in page.text
