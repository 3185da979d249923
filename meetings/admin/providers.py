"""Which providers are set up, what each can do, and whether it works."""

from dataclasses import dataclass, field, fields

from django.contrib.admin import AdminSite
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.models import Room
from meetings.providers import AnyProvider, aliases, get_provider
from meetings.providers.base import Check, Features
from meetings.providers.errors import ProviderError

WORDS = {
    "booking": gettext_lazy("holds the room before it starts"),
    "ending": gettext_lazy("ends a meeting for everybody"),
    "live_status": gettext_lazy("says whether a room is open"),
    "ends_when_empty": gettext_lazy("lets people back into a room that everybody has left"),
    "roster": gettext_lazy("says who is inside"),
    "removing": gettext_lazy("removes a person"),
    "muting": gettext_lazy("mutes a person"),
    "locking": gettext_lazy("locks a room"),
    "chat_switch": gettext_lazy("can leave out the chat"),
    "sharing_switch": gettext_lazy("can keep screen sharing to hosts"),
    "capacity": gettext_lazy("keeps to a number of people"),
    "webhooks": gettext_lazy("tells us what happens in a room"),
    "registers_webhook": gettext_lazy("is told by a call where to send what happens"),
    "passcode": gettext_lazy("sets a passcode"),
    "waiting_room": gettext_lazy("has a waiting room of its own"),
    "webinars": gettext_lazy("holds webinars"),
    "recording": gettext_lazy("keeps recordings"),
    "recording_control": gettext_lazy("starts and stops recording"),
    "listing": gettext_lazy("lists its open rooms"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One alias, as the page shows it."""

    alias: str
    label: str = ""
    trouble: str = ""
    rooms: int = 0
    features: list[tuple[str, bool]] = field(default_factory=list)
    checks: list[Check] | None = None

    @property
    def works(self) -> bool:
        return bool(self.checks) and all(check.passed for check in self.checks or [])


def overview(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """The accounts; after a press on "Test", with what came of it. Looking tests nothing."""
    tested = request.POST.get("alias", "") if request.method == "POST" else ""
    context = {
        **site.each_context(request),
        "title": _("Providers"),
        "opts": Room._meta,
        "accounts": _accounts(tested),
        "tested": tested,
    }
    return TemplateResponse(request, "admin/meetings/room/providers.html", context)


def _accounts(tested: str) -> list[Account]:
    """Those that are set up, and those that are not any more though rooms have them."""
    used = Room.objects.order_by().values_list("provider_alias").annotate(Count("pk"))
    rooms: dict[str, int] = dict(used)
    known = dict.fromkeys([*aliases(), *sorted(rooms)])
    return [_account(alias, rooms.get(alias, 0), test=alias == tested) for alias in known]


def _account(alias: str, rooms: int, *, test: bool) -> Account:
    try:
        provider = get_provider(alias)
    except ImproperlyConfigured as error:
        return Account(alias=alias, trouble=str(error), rooms=rooms)
    return Account(
        alias=alias,
        label=_(provider.label),
        rooms=rooms,
        features=_in_words(provider.features),
        checks=_checks(provider) if test else None,
    )


def _in_words(features: Features) -> list[tuple[str, bool]]:
    named = [(each.name, getattr(features, each.name)) for each in fields(features)]
    return [(str(WORDS.get(name, name)), has) for name, has in named]


def _checks(provider: AnyProvider) -> list[Check]:
    try:
        return provider.ping()
    except ProviderError as error:
        return [Check(name=_("Answer"), passed=False, message=str(error))]
