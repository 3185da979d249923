"""Icons: each is drawn once in a process, as drawing takes longer than most of a page."""

from functools import lru_cache

from django import template
from lucide.templatetags.lucide import lucide

register = template.Library()
register.simple_tag(lru_cache(maxsize=500)(lucide), name="lucide")
