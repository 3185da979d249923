"""To whom somebody's meetings, series and rooms go."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from meetings.services.handing_over import CannotHandOver, successor


class HandOverForm(forms.Form):
    email = forms.EmailField(
        label=_("Their e-mail address"),
        max_length=254,
        help_text=_("Of somebody who has an account here."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, source: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source = source
        self.target: User | None = None

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        try:
            self.target = successor(email, instead_of=self.source)
        except CannotHandOver as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return email
