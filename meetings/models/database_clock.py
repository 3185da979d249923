"""The one clock that all machines share.

Whether somebody who claimed something is dead is a question of seconds, and machines whose clocks
differ must give the same answer: so it goes by the database's time, never by ours.
"""

from django.db.models.functions import Now


class DatabaseNow(Now):
    """This moment, as the database tells it when the statement runs."""
