"""Where a meeting is held, in templates."""

from django import template

from meetings.views.troubles import held_at

register = template.Library()

register.filter("held_at", held_at)
