from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    name = "meetings"
    verbose_name = _("Meetings")

    def ready(self) -> None:
        from meetings import checks  # noqa: F401, PLC0415  (registers the system checks)
        from meetings.builtin_room import doors  # noqa: F401, PLC0415  (hears of changed doors)
        from meetings.services import accounts, pacing  # noqa: PLC0415  (need the models)

        accounts.start()
        pacing.start()
