"""What a person says about themselves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.zones import zone_choices

from .fields import NameField


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
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Every page and mail tells you times in this zone. No meeting moves."),
    )

    class Meta(ZoneForm.Meta):
        fields = ["name", "language", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: list[Any] = [*zone_choices()]
        mine = self.instance.time_zone
        if not any(mine == name for _region, zones in choices for name, _label in zones):
            choices.insert(0, (mine, mine))  # an alias that the list leaves out
        self.fields["time_zone"].choices = choices  # type: ignore[attr-defined]
