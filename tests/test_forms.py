"""How controls are drawn: as Django draws them, only faster."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html

from config.forms import FormRenderer

CHOICES = [
    ("", "None"),
    ("Europe", [("Europe/Berlin", "Berlin"), ('a"<b', "R&D <i>")]),
    (5, "Five"),
    ("D'Ante & co", [("x", "X")]),
]


@pytest.mark.parametrize("value", ["", "Europe/Berlin", 'a"<b', 5, "5", None, "unknown"])
@pytest.mark.parametrize("widget", [forms.Select, forms.SelectMultiple, forms.NullBooleanSelect])
def test_a_select_is_drawn_as_django_draws_it(widget: type[forms.Select], value: object) -> None:
    attributes = {
        "id": "zone",
        "required": True,
        "hidden": False,
        "data-of": 'a"&b',
        "class": "x y",
    }
    drawn = widget(attrs=attributes)
    if widget is not forms.NullBooleanSelect:
        drawn.choices = CHOICES
    said = [value] if widget is forms.SelectMultiple else value
    ours, theirs = (
        drawn.render("zone", said, renderer=renderer)
        for renderer in (FormRenderer(), DjangoTemplates())
    )
    assert parse_html(ours) == parse_html(theirs)


def test_an_option_that_cannot_be_chosen_says_so() -> None:
    class Closed(forms.Select):
        def create_option(self, *args: object, **kwargs: object) -> dict[str, object]:
            option = super().create_option(*args, **kwargs)
            return {**option, "attrs": {**option["attrs"], "disabled": True}}

    drawn = Closed(choices=[("a", "A")]).render("which", "a", renderer=FormRenderer())
    assert '<option value="a" disabled selected>A</option>' in drawn
