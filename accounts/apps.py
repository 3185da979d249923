from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        # They register the system checks, and what happens when people sign in and secure that.
        from accounts import audited, checks, second_factor  # noqa: F401, PLC0415

        # The administration's words for django-allauth's parts.
        apps.get_app_config("account").verbose_name = _("Addresses of people")
        apps.get_app_config("mfa").verbose_name = _("Second factors of people")
        apps.get_app_config("socialaccount").verbose_name = _("Sign-ins elsewhere")
        apps.get_app_config("usersessions").verbose_name = _("Where people are signed in")
