"""What a room uses and a provider cannot do. What our own door does is asked of nobody."""

from meetings.models import Room
from meetings.providers import AnyProvider


def lacks(provider: AnyProvider, room: Room) -> tuple[str, ...]:
    """The features that the room would miss there, by name; none when it can be held."""
    features, most = provider.features, provider.most_people
    missing = {
        "chat_switch": not room.chat and not features.chat_switch,
        "sharing_switch": not room.participants_share and not features.sharing_switch,
        "webinars": room.is_webinar and not features.webinars,
        "capacity": bool(room.capacity and most and room.capacity > most),
    }
    return tuple(feature for feature, is_missing in missing.items() if is_missing)
