"""From which provider to which."""

from typing import Any, Self

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from meetings.providers import aliases
from meetings.services import moving
from meetings.services.switches import off_aliases

from .rooms import provider_name


class MoveForm(forms.Form):
    """Where rooms and meetings are held, and where they should be: one owner's, or everybody's."""

    def __init__(self, *args: Any, owner: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner
        off = off_aliases()
        self.fields["source"] = _choice(
            _("From"), moving.sources(owner), _("Nothing is held there (any more).")
        )
        self.fields["target"] = _choice(
            pgettext("destination", "To"),
            [alias for alias in aliases() if alias not in off],
            _("This provider is not there (any more), or it is switched off."),
        )

    @classmethod
    def asked(cls, query: QueryDict, *, owner: User | None = None) -> Self:
        """As an address asks for it: whole, begun with where from, or not at all."""
        if "target" in query:
            return cls(query, owner=owner)
        source = query.get("source") or next(iter(moving.sources(owner)), "")
        others = (alias for alias in aliases() if alias not in {source, *off_aliases()})
        return cls(owner=owner, initial={"source": source, "target": next(others, None)})

    def plan(self) -> moving.Plan | None:
        """What the move would do; none, and the form says why, when it cannot be."""
        if not self.is_valid():
            return None
        data = self.cleaned_data
        try:
            return moving.count(data["source"], data["target"], owner=self.owner)
        except moving.CannotMove as cannot:
            self.add_error("target", str(cannot))
            return None

    def move(self, *, mark: str, by: User) -> moving.Plan | None:
        """Do what was looked at; none, and the form says why, when it is not so any more."""
        if not self.is_valid():
            return None
        data = self.cleaned_data
        try:
            return moving.move(data["source"], data["target"], mark=mark, by=by, owner=self.owner)
        except (moving.CannotMove, moving.PlanChanged) as error:
            self.add_error(None, str(error))
            return None


def _choice(label: str, offered: list[str], gone: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[(alias, provider_name(alias)) for alias in offered],
        error_messages={"invalid_choice": gone},
    )
