"""How fields are drawn."""

import re

import pytest
from django import forms
from django.test import Client

from tests.views.reading import page


class Anything(forms.Form):
    title = forms.CharField()
    note = forms.CharField(required=False)
    place = forms.ChoiceField(choices=[("", "Its own"), ("1", "Hall")], required=False)
    who = forms.ChoiceField(
        choices=[("a", "A"), ("b", "B")], required=False, widget=forms.RadioSelect
    )
    days = forms.MultipleChoiceField(
        choices=[("mo", "Mo")], required=False, widget=forms.CheckboxSelectMultiple
    )


@pytest.mark.parametrize(
    ("name", "is_marked"),
    [("title", False), ("note", True), ("place", False), ("who", False), ("days", True)],
)
def test_what_may_stay_empty_is_marked_and_what_has_something_chosen_is_not(
    name: str, is_marked: bool
) -> None:
    drawn = Anything()[name].as_field_group()

    assert ('class="optional"' in drawn) is is_marked


def test_place_of_a_meeting_is_no_optional_field(as_dana: Client) -> None:
    form = page(as_dana.get("/meetings/new/"))

    (label,) = re.findall(r"<label[^>]*>\s*Place.*?</label>", form, re.DOTALL)

    assert "optional" not in label
    assert 'class="optional"' in form


def test_summary_says_whether_there_is_more_to_read_than_the_fields(as_dana: Client) -> None:
    wrong = page(as_dana.post("/meetings/new/", {"title": ""}))

    assert 'data-error-summary="fields"' in wrong
