"""What a host types while a meeting runs."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from .passcodes import LONGEST_PASSCODE, SHOWN_ONCE, validate_typable
from .text import validate_readable


class PasscodeForm(forms.Form):
    """The passcode that people are asked for inside, within the provider's limits."""

    def __init__(self, *args: Any, longest: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = longest or LONGEST_PASSCODE
        words = _("At most %(most)d characters: letters of any script, digits and signs.")
        self.fields["passcode"] = forms.CharField(
            label=_("New passcode"),
            max_length=most,
            validators=[validate_readable, validate_typable],
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            help_text=f"{words % {'most': most}} {SHOWN_ONCE}",
        )


class RefusalForm(forms.Form):
    """A word to those who are sent away, if there is one."""

    message = forms.CharField(required=False, max_length=300, validators=[validate_readable])
