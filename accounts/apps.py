from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        from accounts import checks  # noqa: F401, PLC0415  (registers the system checks)

        # The administration's words for django-allauth's parts.
        apps.get_app_config("account").verbose_name = _("Addresses of people")
        apps.get_app_config("usersessions").verbose_name = _("Where people are signed in")
