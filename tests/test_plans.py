"""Pages ask questions that an index answers, however many meetings there are."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from benchmarks.seed import FIRST_KEY, Site
from meetings.models import Booking, JoinLink, RoomSession
from meetings.services import scheduling
from meetings.views import agenda
from meetings.views.rows import meeting_facts

MEETINGS = 100_000 if connection.vendor == "postgresql" else 20_000


@pytest.fixture
def site(db: None) -> Site:
    """As many meetings as a large organization has; of them, ten organizers a tenth each."""
    site = Site()
    site.grow(MEETINGS)
    return site


def looked_up(rows: QuerySet) -> str:
    """How the database goes about it, once it is seen that it does not read a whole table."""
    plan = rows.explain()
    for line in plan.splitlines():
        assert "Seq Scan on meetings_booking" not in line, plan
        assert "Seq Scan on meetings_joinlink" not in line, plan
        assert "SCAN meetings_booking" not in line.replace("USING INDEX", ""), plan
        assert "AUTOMATIC" not in line, plan  # an index that is made for this question alone
    return plan


def test_pages_find_their_rows_by_an_index(site: Site) -> None:
    mine = Booking.objects.visible_to(site.organizer)
    now = timezone.now()
    week = now, now + timedelta(days=7)

    for show in ("upcoming", "past", "cancelled"):
        looked_up(meeting_facts(agenda.wanted(site.organizer, now, show), now)[:51])
    looked_up(mine.confirmed().filter(pk__in=RoomSession.objects.live().values("booking")))
    looked_up(scheduling.busy_of(site.organizer, site.template.room).overlapping(*week))
    looked_up(Booking.objects.confirmed().filter(organizer__in=site.people).overlapping(*week))
    looked_up(Booking.objects.filter(remind_at__lte=now).order_by("remind_at", "pk"))
    looked_up(JoinLink.objects.with_meeting().filter(token="participant7"))
    looked_up(JoinLink.objects.filter(booking=FIRST_KEY))
