"""Which providers are set up, what each can do, and whether it works."""

from dataclasses import dataclass, field, fields, replace

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.models import ProviderAccount, ProviderHook, Room
from meetings.providers import Account as Configured
from meetings.providers import AnyProvider, Origin, accounts, aliases, get_provider
from meetings.providers.base import Check, Features
from meetings.services import breakers, moving, pacing, switches
from meetings.services.deliveries import hooks

from .common import by, may_change
from .testing import checks_of

ORIGINS = {
    Origin.ENVIRONMENT: gettext_lazy("from the environment"),
    Origin.ADMIN: gettext_lazy("typed in here"),
    Origin.ALWAYS: gettext_lazy("always there"),
}
# Nothing is said of one that answers as it should.
BREAKERS = {
    breakers.OPEN: gettext_lazy("It did not answer lately: meetings begin elsewhere for a moment."),
    breakers.HALF_OPEN: gettext_lazy("It did not answer lately; the next meeting tries it again."),
}

WORDS = {
    "booking": gettext_lazy("holds the room before it starts"),
    "ending": gettext_lazy("ends a meeting for everybody"),
    "live_status": gettext_lazy("says whether a room is open"),
    "ends_when_empty": gettext_lazy("says “ended” when everybody has left; people can return"),
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
class Capability:
    """One feature, and what a test said of it: `passed`, `failed`, or `untried`."""

    name: str
    has: bool
    outcome: str = ""

    @property
    def words(self) -> str:
        return str(WORDS.get(self.name, self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One alias, as the page shows it."""

    alias: str
    label: str = ""
    origin: str = ""
    edit_url: str = ""
    trouble: str = ""
    rooms: int = 0
    is_off: bool = False
    breaker: str = ""
    calls: str = ""  # how many there were, and how many there may be
    ahead: str = ""  # how long before their meetings rooms are opened
    events: str = ""  # what is to be said of how it tells us what happens
    typed_hook: str = field(default="", repr=False)  # an address with a token: not for everybody
    features: list[Capability] = field(default_factory=list)
    checks: list[Check] | None = None

    @property
    def works(self) -> bool:
        return bool(self.checks) and all(check.passed for check in self.checks or [])


def overview(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """The accounts; after a press on "Test", with what came of it. Looking tests nothing."""
    if "switch" in request.POST:
        return _switch(request)
    tested = request.POST.get("alias", "")
    context = {
        **site.each_context(request),
        "title": _("Providers"),
        "opts": Room._meta,
        "accounts": _accounts(tested),
        "tested": tested,
        "may_switch": _may_switch(request),
    }
    return TemplateResponse(request, "admin/meetings/room/providers.html", context)


def _may_switch(request: HttpRequest) -> bool:
    return may_change(request, ProviderAccount._meta)


def _switch(request: HttpRequest) -> HttpResponse:
    """Switch an account off, or on again, and go back to looking."""
    if not _may_switch(request):
        raise PermissionDenied
    alias = request.POST.get("alias", "")
    if request.POST["switch"] == "on":
        switches.switch_on(alias)
        messages.success(request, _("“%s” is switched on.") % alias)
    elif alias in aliases():
        switches.switch_off(alias, by=by(request))
        messages.success(request, _("“%s” is switched off: no meeting begins there.") % alias)
    return redirect("admin:meetings_providers")


def _accounts(tested: str) -> list[Account]:
    """Those that are set up, and those that are not any more though rooms have them."""
    rooms = moving.rooms_held()
    rows = dict(ProviderAccount.objects.values_list("alias", "pk"))
    found, off = accounts(), switches.off_aliases()
    told = ProviderHook.objects.in_bulk(field_name="alias")
    return [
        replace(
            _account(alias, test=alias == tested),
            rooms=rooms.get(alias, 0),
            is_off=alias in off,
            origin=_origin(found.get(alias)),
            edit_url=_page_of(rows.get(alias)),
            events=_how_it_tells(told.get(alias)),
        )
        for alias in dict.fromkeys([*found, *sorted(rooms)])
    ]


def _how_it_tells(hook: ProviderHook | None) -> str:
    if hook is None:
        return ""
    if hook.validated:
        return _("It tells us what happens in its rooms.")
    why = _(hook.error) if hook.error else _("not yet")
    return _("It does not tell us what happens in its rooms: %s") % why


def _origin(configured: Configured | None) -> str:
    return str(ORIGINS[configured.origin]) if configured else ""


def _page_of(row: int | None) -> str:
    return reverse("admin:meetings_provideraccount_change", args=[row]) if row else ""


def _account(alias: str, *, test: bool) -> Account:
    try:
        provider = get_provider(alias)
    except ImproperlyConfigured as error:
        return Account(alias=alias, trouble=str(error))
    checks = checks_of(provider) if test else None
    return Account(
        alias=alias,
        label=_(provider.label),
        features=_capabilities(provider.features, checks),
        checks=checks,
        typed_hook=hooks.address_of(alias) if provider.takes_typed_webhook else "",
        breaker=str(BREAKERS.get(breakers.state_of(alias), "")),
        calls=_calls(provider),
        ahead=_ahead(provider),
    )


def _calls(provider: AnyProvider) -> str:
    used = pacing.used(provider.alias)
    told = _("Calls: %(minute)d in the last minute, %(hour)d in the last hour.") % used
    if not provider.calls_per_second:
        return told if used["hour"] else ""
    limit = {"limit": f"{provider.calls_per_second:g}"}
    left = max(round(provider.calls_per_second * 60) - used["minute"], 0)
    remaining = _("At most %(limit)s a second; %(left)d are left for this minute.")
    return f"{told} {remaining % (limit | {'left': left})}"


def _ahead(provider: AnyProvider) -> str:
    if not provider.opens_ahead:
        return ""
    minutes = round(provider.opens_ahead.total_seconds() / 60)
    return _("Rooms are opened up to %d minutes before their meetings.") % minutes


def _capabilities(features: Features, checks: list[Check] | None) -> list[Capability]:
    named = [(each.name, getattr(features, each.name)) for each in fields(features)]
    return [
        Capability(name=name, has=has, outcome=_outcome(name, checks) if has else "")
        for name, has in named
    ]


def _outcome(feature: str, checks: list[Check] | None) -> str:
    if checks is None:
        return ""
    passed = [check.passed for check in checks if feature in check.features]
    if not passed:
        return "untried"
    return "passed" if all(passed) else "failed"
