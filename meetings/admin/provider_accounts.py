"""Accounts at providers, typed in here. Their secrets go in and never come out."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.audited import Audited
from meetings.forms.provider_accounts import (
    AccountForm,
    form_for,
    kept_secrets,
    option_fields,
    public_options,
)
from meetings.models import ProviderAccount
from meetings.providers import AnyProvider, class_of, made_from, shipped
from meetings.providers.errors import ProviderMisconfigured
from meetings.services import accounts

from .common import badge
from .testing import checks_of, in_words

SAVE_AND_TEST = "_saveandtest"
PICKED = "backend"


@admin.register(ProviderAccount)
class ProviderAccountAdmin(Audited):
    """First the provider is picked; then its own form is filled in."""

    list_display = ["alias", "provider", "state", "updated_at"]
    list_filter = ["backend", "created_at"]
    search_fields = ["alias"]
    delete_confirmation_template = "admin/meetings/provideraccount/delete.html"
    hidden: ClassVar[tuple[str, ...]] = ("secrets", "options")

    # What is shown

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProviderAccount]:
        """Without the secrets: one that nobody can decrypt must break no page."""
        return super().get_queryset(request).defer("secrets")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        if lookup.partition("__")[0] in self.hidden:
            return False
        return super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("provider"), ordering="backend")
    def provider(self, account: ProviderAccount) -> str:
        try:
            return gettext(class_of(account.backend, alias=account.alias).label)
        except ProviderMisconfigured:
            return account.backend

    @admin.display(description=_("state"))
    def state(self, account: ProviderAccount) -> SafeString:
        if not accounts.counts(account):
            text = _("Does not count: the environment has an account of this name")
            return badge("warn", text)
        if trouble := accounts.trouble_of(account):
            return badge("danger", trouble)
        return badge("ok", _("Set up"))

    @admin.display(description=_("options"))
    def options_shown(self, account: ProviderAccount) -> str:
        """For those who may only look: what is not secret, and which secrets are there."""
        public = public_options(account.backend)
        shown = {name: each for name, each in account.options.items() if name in public}
        hidden = dict.fromkeys(sorted({*account.options, *kept_secrets(account)} - {*shown}), "…")
        return ", ".join(f"{name}: {value}" for name, value in {**shown, **hidden}.items())

    # The form

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        picked, trouble = request.GET.get(PICKED, "").strip(), ""
        try:
            if picked:
                class_of(picked, alias=picked)
                return super().add_view(request, form_url, extra_context)
        except ProviderMisconfigured:
            trouble = gettext("There is no provider “%(name)s” here.") % {"name": picked}
        return self._choose(request, picked, trouble)

    def _choose(self, request: HttpRequest, picked: str, trouble: str) -> HttpResponse:
        labels = {name: gettext(each.label) for name, each in shipped().items()}
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Add provider account"),
            "opts": self.opts,
            "choices": [(f"?{urlencode({PICKED: name})}", labels[name]) for name in labels],
            "picked": picked,
            "trouble": trouble,
        }
        return TemplateResponse(request, "admin/meetings/provideraccount/choose.html", context)

    def get_form(
        self,
        request: HttpRequest,
        obj: ProviderAccount | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> type[AccountForm]:
        backend = obj.backend if obj else request.GET.get(PICKED, "").strip()
        try:
            provider = class_of(backend, alias=obj.alias if obj else backend)
            return form_for(backend, provider, kept=kept_secrets(obj) if obj else ())
        except ProviderMisconfigured:
            return AccountForm  # its provider is gone: there is nothing to fill in

    def get_fieldsets(self, request: HttpRequest, obj: ProviderAccount | None = None) -> Any:
        if obj and not self.has_change_permission(request, obj):
            return [(None, {"fields": ["alias", "provider", "state", "options_shown"]})]
        required, others = option_fields(self.get_form(request, obj))
        first = ["alias", "provider", "state", *required] if obj else ["alias", *required]
        more = [(_("More"), {"fields": others, "classes": ["collapse"]})] if others else []
        return [(None, {"fields": first}), *more]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["alias", "provider", "state", "options_shown"] if obj else []

    # Save and test

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The test comes after the transaction: nothing is locked while a provider is called."""
        answer = super().changeform_view(request, *args, **kwargs)
        if account := getattr(request, "to_be_tested", None):
            self._test(request, account)
        return answer

    def response_add(
        self, request: HttpRequest, obj: ProviderAccount, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._then_test(request, obj) or super().response_add(
            request, obj, post_url_continue
        )

    def response_change(self, request: HttpRequest, obj: ProviderAccount) -> HttpResponse:
        return self._then_test(request, obj) or super().response_change(request, obj)

    def _then_test(self, request: HttpRequest, account: ProviderAccount) -> HttpResponse | None:
        if SAVE_AND_TEST not in request.POST:
            return None
        request.to_be_tested = account  # type: ignore[attr-defined]
        return redirect(reverse("admin:meetings_provideraccount_change", args=[account.pk]))

    def _test(self, request: HttpRequest, account: ProviderAccount) -> None:
        self.message_user(request, gettext("“%s” is saved.") % account, messages.SUCCESS)
        for check in checks_of(_made(account)):
            level = messages.SUCCESS if check.passed else messages.ERROR
            self.message_user(request, in_words(check), level)

    # Taking it away

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Accounts are taken away one by one, each with a look at who uses it."""
        found: dict[str, Any] = super().get_actions(request)
        found.pop("delete_selected", None)
        return found

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Nobody's meeting is cut off from its host: while sessions run there, it stays."""
        deleted, number, permissions, protected = super().get_deleted_objects(objs, request)
        running = [_running(account) for account in objs]
        return deleted, number, permissions, [*protected, *filter(None, running)]

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        account = self.get_object(request, object_id)
        users = {"rooms": accounts.users_of(account).rooms if account else 0}
        return super().delete_view(request, object_id, {**(extra_context or {}), **users})

    def delete_model(self, request: HttpRequest, obj: ProviderAccount) -> None:
        accounts.remove(obj)


def _made(account: ProviderAccount) -> AnyProvider:
    return made_from(accounts.account_of(account.alias, account.backend, account.all_options))


def _running(account: ProviderAccount) -> str:
    number = accounts.users_of(account).sessions
    if not number:
        return ""
    text = ngettext(
        "%d session runs there now. End it first, or wait.",
        "%d sessions run there now. End them first, or wait.",
        number,
    )
    return text % number
