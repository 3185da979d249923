"""A passcode as it is typed: it goes in, and never comes out again."""

from contextlib import suppress
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.models.fields import SecretUnreadable, decrypt, encrypt

from .text import validate_readable

LONGEST_PASSCODE = 64
SHOWN_ONCE = gettext_lazy("Parley shows it nowhere again: note it, and if it is lost, set another.")
SEALED = "sealed:"  # what was typed before, as a page carries it on
LONGEST_SEALED = 2_000


def validate_typable(passcode: str) -> None:
    """Whether people can type it at a door."""
    if not passcode.isprintable():
        raise ValidationError(_("Some of these characters cannot be typed at a door."))


def sealed(text: str) -> str:
    """As a page may hold it."""
    return text if not text or text.startswith(SEALED) else SEALED + encrypt(text)


class SealedInput(forms.TextInput):
    """What was typed goes along encrypted, so that no page holds it."""

    def format_value(self, value: Any) -> str | None:
        return sealed(str(value or "")) or None

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if value and not self.is_hidden:  # it stands there, as dots
            context["widget"]["type"] = "password"
            context["widget"]["attrs"].pop("maxlength", None)
        return context


class HiddenSealedInput(SealedInput):
    input_type = "hidden"


class PasscodeField(forms.CharField):
    """A new passcode; empty for what there is."""

    widget = SealedInput
    hidden_widget = HiddenSealedInput

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
        super().__init__(
            label=gettext_lazy("Passcode"), required=False, widget=SealedInput(attrs), **kwargs
        )

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value) or "")
        return _unsealed(text) if text.startswith(SEALED) else text

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > LONGEST_PASSCODE:
            words = _("At most %(most)d characters.") % {"most": LONGEST_PASSCODE}
            raise ValidationError(words)
        validate_readable(value)
        validate_typable(value)


def _unsealed(text: str) -> str:
    if len(text) <= LONGEST_SEALED:
        with suppress(SecretUnreadable):
            return decrypt(text.removeprefix(SEALED))
    raise ValidationError(_("Please type the passcode once more."))
