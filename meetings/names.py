"""People's names, as they may be shown anywhere."""

LONGEST_NAME = 80
JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"  # in emoji, and in Persian names


def whole_name(name: str) -> str:
    """A name on one line, without characters that steer text."""
    kept = "".join(c if c.isprintable() or c in JOINERS else " " * c.isspace() for c in name)
    return " ".join(kept.split())


def clean_name(name: str) -> str:
    """A name as it is shown: one line, without characters that steer text, not too long."""
    return whole_name(name)[:LONGEST_NAME].strip(JOINERS + " ")
