"""Taking a whole series out of the lists."""

from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from meetings.models import Reservation, Series, SeriesChange
from meetings.services.reservations import want
from meetings.services.scheduling import SchedulingError
from meetings.services.transactions import saving


class StillAhead(SchedulingError):
    """Some of its meetings are still to take place: people may have its links."""


@saving
def remove_from_lists(series: Series, *, by: User) -> None:
    """Hide a series that is cancelled or over, with its meetings. Its links' answers stay."""
    User.objects.select_for_update().get(pk=series.organizer_id)
    if series.bookings.confirmed().not_over().exists():
        raise StillAhead(_("Cancel the series first: people may have its links."))
    now = timezone.now()
    if not Series.objects.filter(pk=series.pk, deleted_at=None).update(
        deleted_at=now, version=F("version") + 1
    ):
        return
    hidden = series.bookings.filter(deleted_at=None).update(
        deleted_at=now, version=F("version") + 1, updated_at=now
    )
    reserved = Exists(Reservation.objects.wanted().filter(booking=OuterRef("pk")))
    for booking in series.bookings.filter(reserved).select_related("room"):
        want(booking)
    SeriesChange.objects.create(
        series=series, kind=SeriesChange.Kind.DELETED, by=by, meetings=hidden
    )
