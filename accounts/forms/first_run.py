"""The first admin."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from accounts import first_run
from accounts.models import User

from .fields import PASSWORD_HELP, GuessedZoneField, NameField


class FirstRunForm(forms.ModelForm[User]):
    """Name, address and password of the person who will run this site."""

    code = forms.CharField(
        label=_("Setup code"),
        max_length=100,
        help_text=_("Printed when the server started. “manage.py first_run_link” shows it again."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    name = NameField()
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=PASSWORD_HELP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    time_zone = GuessedZoneField()

    class Meta:
        model = User
        fields = ["email", "name"]
        widgets = {"email": forms.EmailInput(attrs={"autocomplete": "email"})}

    field_order = ["code", "name", "email", "password"]

    def clean_code(self) -> str:
        if not first_run.matches(self.cleaned_data["code"]):
            raise forms.ValidationError(_("This is not the code."))
        return str(self.cleaned_data["code"])

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any] | None:
        values = super().clean()
        if self.cleaned_data.get("password"):
            self._check_password(self.cleaned_data["password"])
        return values

    def _check_password(self, password: str) -> None:
        try:
            validate_password(password, User(email=self.cleaned_data.get("email", "")))
        except forms.ValidationError as error:
            self.add_error("password", error)
