"""The clock on the wall at the start, for meetings that were planned before it was kept."""

from typing import Any
from zoneinfo import ZoneInfo

from django.db import migrations

AT_ONCE = 500


def fill(apps: Any, schema_editor: Any) -> None:
    Booking = apps.get_model("meetings", "Booking")
    rows = Booking.objects.filter(wall="").only("starts_at", "time_zone").order_by("pk")
    batch = []
    for booking in rows.iterator(chunk_size=AT_ONCE):
        local = booking.starts_at.astimezone(ZoneInfo(booking.time_zone))
        booking.wall = local.replace(tzinfo=None).isoformat(timespec="minutes")
        booking.is_second = local.fold == 1
        batch.append(booking)
        if len(batch) == AT_ONCE:
            Booking.objects.bulk_update(batch, ("wall", "is_second"))
            batch = []
    Booking.objects.bulk_update(batch, ("wall", "is_second"))


class Migration(migrations.Migration):
    dependencies = [("meetings", "0004_series")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
