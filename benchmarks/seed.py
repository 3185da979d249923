"""Very many meetings, made by the database itself out of one that the product has booked."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module

from django.db import connection, models, transaction
from django.utils import timezone

from accounts.models import User
from meetings.models import Booking, JoinLink, Room
from meetings.services import rooms, scheduling

ORGANIZERS = 10
APART = 35 * 60  # seconds from one meeting of an organizer to their next
FIRST_KEY = 10_000_000  # rows that are copied have keys downwards from here, others upwards


class Site:
    """Ten organizers with ten rooms each, and as many meetings as are asked for."""

    def __init__(self) -> None:
        people = [_organizer(number) for number in range(ORGANIZERS)]
        self.organizer, self.people, self.bookings = people[0], people, 0
        self.template = _template(self.organizer)
        self.first_room = Room.objects.order_by("pk")[0].pk
        self.begins = int(timezone.now().timestamp()) // 60 * 60 - 300

    def grow(self, bookings: int) -> None:
        """Have so many: half of them are over, and the first organizer's is on since 5 minutes."""
        new = self.bookings, bookings
        with transaction.atomic(), unchecked():
            copy(Booking, self.template.pk, self._columns(), *new)
            for place, link in enumerate(self.template.links.order_by("pk")):
                copy(JoinLink, link.pk, _columns_of_link(link, place), *new)
        self.bookings = bookings
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _columns(self) -> dict[str, str]:
        nth = f"(n / {ORGANIZERS})"  # of one organizer's, one ahead and one over in turn
        starts = f"{self.begins} + {APART} * (({nth} + 1) / 2) * (1 - {nth} % 2 * 2)"
        return {
            "id": f"{FIRST_KEY} - n",
            "title": "'Planning ' || n",
            "organizer_id": f"{self.organizer.pk} + n % {ORGANIZERS}",
            "room_id": f"{self.first_room} + n % {ORGANIZERS} * 10 + {nth} % 10",
            "starts_at": _instant(starts),
            "ends_at": _instant(f"{starts} + 1800"),
            "request_key": _uuid(),
        }


def _columns_of_link(link: JoinLink, place: int) -> dict[str, str]:
    return {
        "id": f"{FIRST_KEY} - n * 3 - {place}",
        "booking_id": f"{FIRST_KEY} - n",
        "token": f"'{link.purpose}' || n",
    }


def _organizer(number: int) -> User:
    fields = {"time_zone": "Europe/Berlin", "zone_confirmed": True, "language": "en"}
    person = User.objects.create_user(f"o{number}@example.org", name=f"Person {number}", **fields)
    for room in range(10):
        rooms.create_room(person, name=f"Room {number}.{room}", waiting_room="nobody")
    return person


def _template(organizer: User) -> Booking:
    wish = scheduling.MeetingWish(
        title="Planning",
        starts_at=timezone.now() - timedelta(days=3650),
        duration=30,
        time_zone="Europe/Berlin",
        room=Room.objects.filter(owner=organizer).first(),
    )
    return scheduling.book(organizer, wish)


def copy(
    model: type[models.Model], pk: int, values: Mapping[str, str], first: int, end: int
) -> None:
    """Rows like this one for each `n` from first to end, where these columns are SQL of it."""
    names = [field.column for field in model._meta.concrete_fields]
    chosen = ", ".join(values.get(name, f"t.{name}") for name in names)
    table = model._meta.db_table
    step = f"SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {end - 1}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE numbers (n) AS ({step})"
            f" INSERT INTO {table} ({', '.join(names)})"
            f" SELECT {chosen} FROM numbers, {table} t WHERE t.id = {pk}"
        )


@contextmanager
def unchecked() -> Iterator[None]:
    """What PostgreSQL checks row by row, checked at once at the end (or, of keys, believed)."""
    if connection.vendor != "postgresql":
        yield
        return
    no_double_booking = import_module("meetings.migrations.0002_no_double_booking")
    with connection.schema_editor(atomic=False) as editor, connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else what is new cannot be altered
        no_double_booking.remove(None, editor)
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        no_double_booking.add(None, editor)


def _instant(seconds: str) -> str:
    if connection.vendor == "postgresql":
        return f"to_timestamp({seconds})"
    return f"strftime('%Y-%m-%d %H:%M:%S', {seconds}, 'unixepoch')"


def _uuid() -> str:
    is_postgres = connection.vendor == "postgresql"
    return "gen_random_uuid()" if is_postgres else "lower(hex(randomblob(16)))"
