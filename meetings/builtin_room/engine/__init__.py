"""The built-in room's rules: plain functions, one transaction each.

They change rows and return effects; whoever calls them sends these after the commit.
"""

from .commands import carry_out
from .entering import Arrival, Entry, enter, page_with, understand
from .leaving import depart_late, end, end_if_empty, end_if_hostless, go_offline, see_out
from .moderating import mute_person, remove_person, set_lock, set_role
from .snapshots import Doors, doors_for, seats

__all__ = [
    "Arrival",
    "Doors",
    "Entry",
    "carry_out",
    "depart_late",
    "doors_for",
    "end",
    "end_if_empty",
    "end_if_hostless",
    "enter",
    "go_offline",
    "mute_person",
    "page_with",
    "remove_person",
    "seats",
    "see_out",
    "set_lock",
    "set_role",
    "understand",
]
