"""What an organizer should know about how a session is held: elsewhere, or otherwise than asked."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.models import RoomSession
from meetings.services.opening import HOST_RIGHTS
from meetings.wording import moment_text

from .troubles import held_at, in_words

# By feature: how it is, where it was asked for otherwise.
OTHERWISE = {
    HOST_RIGHTS: gettext_lazy(
        "Everybody is a participant there: the provider has lost the key to host rights. "
        "End the meeting and start it again to have them."
    ),
    "booking": gettext_lazy("The provider holds the reservation at another time."),
    "capacity": gettext_lazy("The provider lets another number of people in than was set."),
    "chat_switch": gettext_lazy("The chat may be on: the provider does not leave it out."),
    "locking": gettext_lazy("The lock is not as it was set."),
    "passcode": gettext_lazy("The passcode is not the one that was set."),
    "recording": gettext_lazy("Recording is not as it was set."),
    "sharing_switch": gettext_lazy("Participants may be able to share their screen."),
    "waiting_room": gettext_lazy("The provider’s own waiting room is not as it was set."),
    "webhooks": gettext_lazy(
        "The provider does not tell who comes and goes, so the list of those who were there "
        "may be incomplete."
    ),
    "webinars": gettext_lazy("It is not a webinar, or is one though it should not be."),
}


def notes_of(session: RoomSession | None) -> list[str]:
    """One sentence for each thing, in the reader’s language; nothing where all is as it should."""
    if session is None or not session.is_live:
        return []
    return [*_detours(session), *map(otherwise, session.differences)]


def _detours(session: RoomSession) -> list[str]:
    return [
        _("“%(alias)s” could not hold the meeting (%(time)s), so it is held at “%(now)s”. %(why)s")
        % {
            "alias": each["alias"],
            "time": moment_text(
                datetime.fromisoformat(each["at"]), timezone.get_current_timezone()
            ),
            "now": held_at(session.alias),
            "why": in_words(each["error"]),
        }
        for each in session.detours
    ]


def otherwise(feature: str) -> str:
    """What it means that the provider does this otherwise than asked."""
    words = OTHERWISE.get(feature)
    return str(words or _("Different from what was requested: %(what)s.") % {"what": feature})
