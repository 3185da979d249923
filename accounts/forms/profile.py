"""What a person says about themselves."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.zones import ZonesWith, renamed_zones

from .fields import NameField, ZoneChoiceField


class ZoneForm(forms.ModelForm[User]):
    """One answer: where I am. Giving it confirms it."""

    class Meta:
        model = User
        fields = ["time_zone"]

    def save(self, commit: bool = True) -> User:
        self.instance.zone_confirmed = True
        return super().save(commit)


class ProfileForm(ZoneForm):
    name = NameField()
    time_zone = ZoneChoiceField(
        label=_("Time zone"),
        help_text=_("Every page and mail tells you times in this zone. No meeting moves."),
    )

    class Meta(ZoneForm.Meta):
        fields = ["name", "language", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = self.fields["time_zone"]
        assert isinstance(zone, forms.ChoiceField)  # noqa: S101
        zone.choices = ZonesWith(self.instance.time_zone)
        zone.widget.attrs["data-renamed"] = json.dumps(renamed_zones())
