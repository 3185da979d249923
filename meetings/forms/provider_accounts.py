"""An account at a provider as a form, made from what its adapter wants to know."""

import re
from collections.abc import Collection
from dataclasses import MISSING, Field, fields
from typing import Any, ClassVar

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from meetings.models import ProviderAccount
from meetings.models.fields import SecretUnreadable
from meetings.providers import AnyProvider, aliases, class_of, made_from
from meetings.providers.errors import ProviderMisconfigured
from meetings.providers.options import kind_of
from meetings.services import accounts

OPTION, REMOVE = "option_", "remove_"  # how the fields for an option begin
LONGEST = 10_000

Values = dict[str, Any]


class AccountForm(forms.ModelForm[ProviderAccount]):
    """What is typed is tried out before it is kept. Secrets go in and never come out."""

    backend: ClassVar[str]
    wanted: ClassVar[tuple[Field[Any], ...]] = ()

    class Meta:
        model = ProviderAccount
        fields = ("alias",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = kept_secrets(self.instance)
        if self.instance.pk:
            self.fields.pop("alias", None)
        for option in self.wanted:
            if option.repr:
                self._show(option)
            else:
                self._tell_whether_set(option)

    def clean_alias(self) -> str:
        alias: str = self.cleaned_data["alias"]
        taken = {each.lower() for each in aliases()}
        if alias.lower() in taken or ProviderAccount.objects.filter(alias__iexact=alias).exists():
            raise forms.ValidationError(_("There is an account of this name already."))
        return alias

    def clean(self) -> Values | None:
        cleaned = super().clean()
        if not self.errors:
            self._try_out()
        return cleaned

    def _show(self, option: Field[Any]) -> None:
        kept = self.instance.options if isinstance(self.instance.options, dict) else {}
        default = None if option.default is MISSING else option.default
        self.fields[OPTION + option.name].initial = kept.get(option.name, default)

    def _tell_whether_set(self, option: Field[Any]) -> None:
        field, is_set = self.fields[OPTION + option.name], option.name in self.kept
        field.required = field.required and not is_set
        state = _("Set. Leave it empty to keep it.") if is_set else _("Not set.")
        field.help_text = f"{field.help_text} {state}".strip()

    def _try_out(self) -> None:
        options, secrets = self._options(), self._secrets()
        alias = self.instance.alias if self.instance.pk else self.cleaned_data["alias"]
        try:
            made_from(accounts.account_of(alias, self.backend, {**options, **secrets}))
        except ProviderMisconfigured as error:
            text = accounts.without(secrets.values(), str(error))
            self.add_error(self._blamed(text), text)
        else:
            self.instance.backend = self.backend
            self.instance.options, self.instance.secret_options = options, secrets

    def _options(self) -> Values:
        """What was chosen. What is as the adapter has it anyway is not kept, so it may change."""
        shown = (option for option in self.wanted if option.repr)
        typed = {option: self.cleaned_data[OPTION + option.name] for option in shown}
        return {
            option.name: value
            for option, value in typed.items()
            if value not in (None, "") and value != option.default
        }

    def _secrets(self) -> dict[str, str]:
        """Those typed now, and those kept from before."""
        found: dict[str, str] = {}
        for option in (option for option in self.wanted if not option.repr):
            kept = "" if self.cleaned_data.get(REMOVE + option.name) else self.kept.get(option.name)
            if value := self.cleaned_data[OPTION + option.name] or kept:
                found[option.name] = value
        return found

    def _blamed(self, text: str) -> str | None:
        """The field that a refusal names, if it names one alone."""
        told = text.partition("”")[2]  # the first quotation is the account's own name
        named = re.findall(r"“(\w+)”", told) or re.findall(r"\w+", told.partition(": ")[2])
        found = [option.name for option in self.wanted if option.name in named]
        return OPTION + found[0] if len(found) == 1 else None


def form_for(
    backend: str, provider: type[AnyProvider], *, kept: Collection[str] = ()
) -> type[AccountForm]:
    """The form for an account there that keeps these secrets, in the language of the moment."""
    wanted = fields(provider.options_class)
    made: Values = {"backend": backend, "wanted": wanted}
    for option in wanted:
        made[OPTION + option.name] = field_for(option)
        if option.name in kept and not is_required(option):
            made[REMOVE + option.name] = forms.BooleanField(
                label=_("Remove: %(option)s") % {"option": label_of(option)}, required=False
            )
    return type("AccountForm", (AccountForm,), made)


def field_for(option: Field[Any]) -> forms.Field:
    """A field of the option's kind. What needs several lines says so (`"lines": True`)."""
    told: Values = {"label": label_of(option), "help_text": help_of(option)}
    kind = kind_of(option)
    if kind is bool:
        return forms.BooleanField(required=False, **told)
    told["required"] = is_required(option)
    if kind in {int, float}:
        return (forms.IntegerField if kind is int else forms.FloatField)(**told)
    return forms.CharField(max_length=LONGEST, widget=widget_for(option), **told)


def widget_for(option: Field[Any]) -> forms.Widget:
    unspoilt = {"autocomplete": "off", "spellcheck": "false"}
    if option.metadata.get("lines"):
        return (Hidden if not option.repr else forms.Textarea)(attrs={**unspoilt, "rows": 6})
    if option.repr:
        return forms.TextInput(attrs={**unspoilt, "class": "vTextField"})
    return forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "vTextField"})


class Hidden(forms.Textarea):
    """Lines that go in and never come out."""

    def format_value(self, value: Any) -> None:
        return None


def label_of(option: Field[Any]) -> str:
    """What its adapter calls it, or else its name in words."""
    label = option.metadata.get("label")
    return _(label) if label else str(capfirst(option.name.replace("_", " ")))


def help_of(option: Field[Any]) -> str:
    text = option.metadata.get("help")
    return _(text) if text else ""


def is_required(option: Field[Any]) -> bool:
    return option.default is MISSING and option.default_factory is MISSING


def option_fields(form: type[AccountForm]) -> tuple[list[str], list[str]]:
    """The names of the form's fields: those that an account cannot be without, and the others."""
    required = [OPTION + option.name for option in form.wanted if is_required(option)]
    named = (name for name in form.base_fields if name.startswith((OPTION, REMOVE)))
    return required, [name for name in named if name not in required]


def kept_secrets(account: ProviderAccount) -> dict[str, str]:
    """Those that are there and can be decrypted."""
    try:
        return account.secret_options
    except SecretUnreadable:
        return {}


def public_options(backend: str) -> frozenset[str]:
    """The options there that may be shown; none when the provider is gone."""
    try:
        wanted = fields(class_of(backend, alias=backend).options_class)
    except ProviderMisconfigured:
        return frozenset()
    return frozenset(option.name for option in wanted if option.repr)
