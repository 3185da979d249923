"""The demo: three people, their rooms, a week of their meetings around today, and a series."""

from .load import load
from .people import organizer
from .remove import StillNeeded, remove

__all__ = ["StillNeeded", "load", "organizer", "remove"]
