"""People, in small."""

import re

from django import template

register = template.Library()


@register.filter
def initials(name: object) -> str:
    """One or two letters for an avatar: `Ana Lopez` → `AL`."""
    first = [letter for word in str(name).split() for letter in re.findall(r"[^\W\d_]", word)[:1]]
    return "".join(first[:1] + first[1:][-1:])
