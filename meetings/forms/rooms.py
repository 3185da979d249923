"""A room's options: only those that its provider really has."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.models import Room
from meetings.providers import aliases, default_alias
from meetings.providers.base import Features
from meetings.services.moving import USES
from meetings.services.pools import one_of_each_pool, pool_of
from meetings.services.rooms import provider_of

from .passcodes import SHOWN_ONCE, PasscodeField
from .text import one_line, validate_readable

# Option → the feature that a provider needs for it. The rest is ours and works everywhere.
NEEDS = {
    "chat": "chat_switch",
    "participants_share": "sharing_switch",
    "is_webinar": "webinars",
    "capacity": "capacity",
}
SHOWN_FOR = "shown_for"  # the provider whose options the page has
LOOK = "look"  # asks for the options of the chosen provider, and saves nothing
IN_WORDS = {**USES, "capacity": gettext_lazy("it has a limit of people")}
FOLLOWS = {
    "hx-post": "",
    "hx-trigger": "change",
    "hx-target": "#room-options",
    "hx-swap": "outerHTML",
    "hx-vals": json.dumps({LOOK: "1"}),
}


class RoomOptionsForm(forms.ModelForm[Room]):
    """How a room's doors work, and what people may do inside."""

    class Meta:
        model = Room
        fields: tuple[str, ...] = (
            "provider_alias",
            "waiting_room",
            "needs_host",
            "doors_open_minutes",
            "capacity",
            "chat",
            "participants_share",
            "is_webinar",
        )
        widgets = {"waiting_room": forms.RadioSelect}
        labels = {
            "needs_host": gettext_lazy("Starts only when a host is there"),
            "doors_open_minutes": gettext_lazy("Doors open, minutes before the start"),
            "capacity": gettext_lazy("Maximum number of people"),
            "participants_share": gettext_lazy("Participants may share their screen"),
            "is_webinar": gettext_lazy("Webinar: hosts speak, the others watch"),
        }

    passcode = PasscodeField()
    no_passcode = forms.BooleanField(
        label=gettext_lazy("Ask for no passcode any more"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._speak_of_passcode()
        self._lost = self._wishes_lost() if self.is_bound else []
        if self.is_bound:
            self._keep_what_was_not_shown()
        self._offer_providers()
        self._offer_features(features_of(self._chosen_alias()))

    def _speak_of_passcode(self) -> None:
        """Whether there is one; which one, nobody is told."""
        words = _("Asked at the door, but not of hosts and people with a personal link.")
        if self.instance.passcode:
            words = _("A passcode is set. Leave this empty to keep it, or type a new one.")
        else:
            del self.fields["no_passcode"]
        self.fields["passcode"].help_text = f"{words} {SHOWN_ONCE}"

    def _chosen_alias(self) -> str:
        posted = self.data.get(self.add_prefix("provider_alias"), "")
        return posted or self.instance.provider_alias

    @property
    def is_elsewhere(self) -> bool:
        """Whether another provider than the default is chosen: then nobody should miss it."""
        return self._chosen_alias() != default_alias()

    def _wishes_lost(self) -> list[str]:
        """What was set for the provider of the page, and the one chosen there cannot do."""
        shown_for = self.data.get(self.add_prefix(SHOWN_FOR))
        if not shown_for:
            return []
        offered, had = features_of(shown_for), features_of(self._chosen_alias())
        return [
            feature
            for option, feature in NEEDS.items()
            if getattr(offered, feature) and not getattr(had, feature) and self._sets(option)
        ]

    def _sets(self, option: str) -> bool:
        """Whether a person has changed it on the page."""
        field, name = self.fields[option], self.add_prefix(option)
        try:
            value = field.clean(field.widget.value_from_datadict(self.data, self.files, name))
        except forms.ValidationError:
            return True
        return bool(value != getattr(self.instance, option))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self._lost:
            words = _(
                "%(provider)s cannot do what was set here: %(what)s. "
                "Go on without it, or choose another provider."
            )
            what = ", ".join(str(IN_WORDS[feature]) for feature in self._lost)
            said = words % {"provider": provider_name(self._chosen_alias()), "what": what}
            self.add_error("provider_alias", said)
        return data

    def _keep_what_was_not_shown(self) -> None:
        """Another provider was chosen on the page: what it did not offer, nobody switched off."""
        shown_for = self.data.get(self.add_prefix(SHOWN_FOR))
        if not shown_for:
            return
        data = {name: self.data.get(name) for name in self.data}
        features = features_of(shown_for)
        for option, feature in NEEDS.items():
            if not getattr(features, feature):
                data[self.add_prefix(option)] = getattr(self.instance, option)
        self.data = {**data, self.add_prefix(SHOWN_FOR): self._chosen_alias()}

    def _offer_providers(self) -> None:
        current = self.instance.provider_alias
        known = one_of_each_pool(aliases(), chosen=current)
        if known == [current]:
            del self.fields["provider_alias"]
            return
        choices = [(alias, place_name(alias)) for alias in known]
        if current not in known:
            choices.insert(0, (current, _("%(alias)s (no longer there)") % {"alias": current}))
        self.fields["provider_alias"] = forms.ChoiceField(
            label=_("Provider"),
            choices=choices,
            initial=current or default_alias(),
            widget=forms.Select(attrs=FOLLOWS),
        )
        self.fields[SHOWN_FOR] = forms.CharField(
            widget=forms.HiddenInput, required=False, initial=self._chosen_alias()
        )

    def _offer_features(self, features: Features) -> None:
        for option, feature in NEEDS.items():
            if not getattr(features, feature):
                del self.fields[option]
        if "capacity" in self.fields and (most := self._most_people()):
            self.fields["capacity"].help_text = _("At most %(most)d here.") % {"most": most}

    def _most_people(self) -> int | None:
        provider = provider_of(self._chosen_alias())
        return provider.most_people if provider else None

    def clean_capacity(self) -> int | None:
        capacity: int | None = self.cleaned_data["capacity"]
        most = self._most_people()
        if capacity and most and capacity > most:
            raise forms.ValidationError(
                _("This provider's rooms hold %(most)d people at most."), params={"most": most}
            )
        return capacity

    def options(self) -> dict[str, Any]:
        """What is to be saved of the room."""
        cleaned = self.cleaned_data
        plain = {name: cleaned[name] for name in self._meta.fields or () if name in cleaned}
        kept = "" if cleaned.get("no_passcode") else self.instance.passcode
        return {**plain, "passcode": cleaned.get("passcode") or kept}


class RoomForm(RoomOptionsForm):
    """A permanent room: its name, and its options."""

    class Meta(RoomOptionsForm.Meta):
        fields = ("name", *RoomOptionsForm.Meta.fields)

    # What the room was like when the page was made
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["seen"].initial = self.instance.mark
        else:
            del self.fields["seen"]

    def clean_name(self) -> str:
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Please give the room a name."), code="required")
        validate_readable(name)
        return name


def features_of(alias: str) -> Features:
    """What the alias's provider can do; nothing when it is gone."""
    provider = provider_of(alias)
    return provider.features if provider else Features()


def provider_name(alias: str) -> str:
    """A provider as a list of several shows it: with its alias, where that says more."""
    return _named(alias, alias)


def place_name(alias: str) -> str:
    """The same where one is chosen: an account of a pool stands for all of it."""
    return _named(alias, pool_of(alias) or alias)


def _named(alias: str, name: str) -> str:
    provider = provider_of(alias)
    label = _(provider.label) if provider else name
    return label if label.lower() == name.lower() else f"{label} ({name})"
