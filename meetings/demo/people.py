"""Who lives in the demo. Their addresses are how the demo is recognised."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts.addresses import vouch_for
from accounts.models import User

DOMAIN = "demo.parley.example"  # a reserved name: no mail to it ever leaves


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    email: str
    time_zone: str


DANA = Person("Dana Fischer", f"dana@{DOMAIN}", "Europe/Berlin")
MARCUS = Person("Marcus Oyelaran", f"marcus@{DOMAIN}", "America/New_York")
AIKO = Person("Aiko Tanaka", f"aiko@{DOMAIN}", "Asia/Tokyo")
PEOPLE = (DANA, MARCUS, AIKO)


def users() -> QuerySet[User]:
    """The demo's people, as far as they are here."""
    return User.objects.filter(email__in=[person.email for person in PEOPLE])


def organizer() -> User | None:
    """Dana, whose meetings a visitor of the demo looks at."""
    return User.objects.filter(email=DANA.email).first()


def make_users(now: datetime) -> dict[Person, User]:
    """Everybody, without a password: the demo is entered by its link only."""
    joined = now - timedelta(days=90)
    return {person: _make_user(person, joined) for person in PEOPLE}


def _make_user(person: Person, joined: datetime) -> User:
    user = User.objects.create_user(
        person.email,
        name=person.name,
        time_zone=person.time_zone,
        zone_confirmed=True,
        date_joined=joined,
    )
    vouch_for(user)
    return user
