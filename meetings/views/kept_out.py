"""What hosts are told of people whom they admitted, and whose link lets in nobody new."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

MOST_NAMED = 5


def kept_out_text(names: Sequence[str]) -> str:
    """Who was not let in, and why; nothing when everybody was."""
    if not names:
        return ""
    more = ", …" if len(names) > MOST_NAMED else ""
    return _(
        "Not let in: %(names)s. The link that they came by is used up. "
        "Let it take more people, or send them another."
    ) % {"names": ", ".join(names[:MOST_NAMED]) + more}
