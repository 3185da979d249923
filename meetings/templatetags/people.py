"""People, in small."""

from django import template

register = template.Library()


@register.filter
def initials(name: object) -> str:
    """One or two letters for an avatar: `Ana Lopez` → `AL`."""
    words = [word for word in str(name).split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words[:1]))
