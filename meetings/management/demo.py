"""The demo as `manage.py up --demo` needs it: its data, and the one-time link of its organizer."""

from accounts.demo import demo_sign_in_path
from meetings import demo


def load_once() -> None:
    """The demo's data, unless it is there already."""
    demo.load()


def sign_in_path() -> str | None:
    """Where the demo's organizer signs in once, without a password."""
    person = demo.organizer()
    return demo_sign_in_path(person) if person else None
