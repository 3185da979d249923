"""Fields that several of our forms about people share."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy

from accounts.zones import known_zone

PASSWORD_HELP = gettext_lazy(
    "At least 8 characters, not only digits, and none that everybody uses."
)


class NameField(forms.CharField):
    """A person's name, on one line."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Your name"))
        kwargs.setdefault("max_length", 100)
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "name"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        return " ".join(str(super().clean(value)).split())


class ZoneChoiceField(forms.ChoiceField):
    """A zone of the list; under an old name it is taken as well."""

    def valid_value(self, value: Any) -> bool:
        return super().valid_value(value) or known_zone(str(value)) is not None


class GuessedZoneField(forms.CharField):
    """The browser's zone, filled in by zone.js; what is not a zone is no guess, and no error."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.HiddenInput(attrs={"data-zone-field": True})
        super().__init__(required=False, widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        zone = known_zone(value if isinstance(value, str) else None)
        return zone.key if zone else ""


class OwnWords:
    """A form of django-allauth's in our words, without placeholders and a second password."""

    fields: dict[str, forms.Field]
    labels: ClassVar[dict[str, Any]] = {}
    _labels: ClassVar[dict[str, Any]] = {
        "login": gettext_lazy("E-mail address"),
        "email": gettext_lazy("E-mail address"),
        "oldpassword": gettext_lazy("Current password"),
        "remember": gettext_lazy("Keep me signed in on this device"),
    }
    _helps: ClassVar[dict[str, Any]] = {
        "password": "",
        "oldpassword": "",
        "password1": PASSWORD_HELP,
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        labels = self._labels | self.labels
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)  # which only says the label again
            field.label = labels.get(name, field.label)
            field.help_text = self._helps.get(name, field.help_text)
