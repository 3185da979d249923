"""How long things are kept, in days; 0 is for ever."""

from django.core.exceptions import ImproperlyConfigured

from config.env import Environment

# Meetings themselves stay until their organizers take them away: nobody expects that an update
# begins to delete them. What names people who came, and what only explains, has its time.
DEFAULTS = {
    "meetings": 0,
    "rosters": 365,
    "recordings": 0,
    "logs": 365,
    "audit": 730,
    "deliveries": 30,
}


def retention_from(env: Environment) -> dict[str, int]:
    """`RETENTION_<KIND>_DAYS` of each kind."""
    return {kind: _days(env, f"RETENTION_{kind.upper()}_DAYS", DEFAULTS[kind]) for kind in DEFAULTS}


def _days(env: Environment, name: str, default: int) -> int:
    text = env.str(name, default="").strip()
    if text and not (text.isascii() and text.isdigit() and int(text) <= 36_500):
        raise ImproperlyConfigured(f"{name} is a number of days, 0 for ever; not “{text}”.")
    return int(text or default)
