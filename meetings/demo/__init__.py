"""The demo: three people, their rooms, and a week of their meetings around today."""

from .load import load
from .people import organizer
from .remove import StillNeeded, remove

__all__ = ["StillNeeded", "load", "organizer", "remove"]
