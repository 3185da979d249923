"""Text as it was typed."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

UNREADABLE = "\N{REPLACEMENT CHARACTER}"  # what Django makes of bytes that are not UTF-8


def one_line(text: str) -> str:
    """The text on one line, or nothing when there is nothing in it that people can see."""
    line = " ".join(text.split())
    return line if any(c.isprintable() and c != " " for c in line) else ""


def validate_readable(text: str) -> None:
    """Refuse text of which a part was lost on the way."""
    if UNREADABLE in text:
        raise ValidationError(
            _("Some characters did not arrive (“%(mark)s”). Please type them again."),
            code="unreadable",
            params={"mark": UNREADABLE},
        )
