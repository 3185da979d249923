"""People."""

from typing import Any

from allauth.account.forms import ResetPasswordForm
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.addresses import vouch_for
from accounts.models import User
from accounts.second_factor import take_away, tell_taken_away

from .audited import Audited
from .trail import EmailAddressInline, UserSessionInline

ABOUT: list[Any] = ["email", "name", "language", "time_zone", "zone_confirmed"]
RIGHTS: list[Any] = ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]


@admin.register(User)
class UserAdmin(Audited):
    """No password is typed or shown here: people set theirs by a link in a mail."""

    list_display = ["email", "name", "time_zone", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "language", "date_joined"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    date_hierarchy = "date_joined"
    filter_horizontal = ["groups", "user_permissions"]
    readonly_fields = ["last_login", "date_joined"]
    inlines = [EmailAddressInline, UserSessionInline]
    actions = ["send_password_link", "reset_second_factor", "switch_off", "switch_on"]
    fieldsets = [
        (None, {"fields": ABOUT}),
        (_("Rights"), {"fields": RIGHTS}),
        (_("When"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": ["email", "name", "language", "time_zone"],
                "description": _("They get a mail with a link to set their password."),
            },
        )
    ]

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        return super().get_fieldsets(request, obj) if obj else self.add_fieldsets

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        return self.inlines if obj else []

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Rights are given by those who have them all."""
        mine = super().get_readonly_fields(request, obj)
        return mine if request.user.is_superuser else [*mine, *RIGHTS]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def save_model(
        self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool
    ) -> None:
        obj.email = obj.email.lower()
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            vouch_for(obj)
        if not change:
            self._send_link(request, obj)

    @admin.action(description=_("Send a link to set the password"), permissions=["change"])
    def send_password_link(self, request: HttpRequest, people: QuerySet[User]) -> None:
        sent = sum(self._send_link(request, person) for person in people.filter(is_active=True))
        text = ngettext("%d mail is on its way.", "%d mails are on their way.", sent)
        self.message_user(request, text % sent, messages.SUCCESS)

    @admin.action(
        description=_("Remove the second factor (lost), sign out everywhere"),
        permissions=["change"],
    )
    def reset_second_factor(self, request: HttpRequest, people: QuerySet[User]) -> None:
        for person in _touchable(request, people):
            if take_away(person):
                self._tell_reset(request, person)

    @admin.action(description=_("Switch off (can no longer sign in)"), permissions=["change"])
    def switch_off(self, request: HttpRequest, people: QuerySet[User]) -> None:
        others = _touchable(request, people).exclude(pk=request.user.pk or 0)
        self._tell_changed(request, _switch(others, on=False))

    @admin.action(description=_("Switch on again"), permissions=["change"])
    def switch_on(self, request: HttpRequest, people: QuerySet[User]) -> None:
        self._tell_changed(request, _switch(_touchable(request, people), on=True))

    def _tell_reset(self, request: HttpRequest, person: User) -> None:
        told = tell_taken_away(person)
        done = gettext("The second factor of %(email)s is removed. They are told by mail.")
        untold = gettext("The second factor of %(email)s is removed. The mail failed: tell them.")
        level = messages.SUCCESS if told else messages.WARNING
        self.message_user(request, (done if told else untold) % {"email": person.email}, level)

    def _send_link(self, request: HttpRequest, person: User) -> bool:
        form = ResetPasswordForm({"email": person.email})
        form.full_clean()
        try:
            form.save(request)
        except ImmediateHttpResponse:  # the adapter's page about a mail that failed
            text = gettext("The mail to %(email)s could not be sent. Send it again later.")
            self.message_user(request, text % {"email": person.email}, messages.ERROR)
            return False
        return True

    def _tell_changed(self, request: HttpRequest, count: int) -> None:
        text = ngettext("%d person changed.", "%d people changed.", count)
        self.message_user(request, text % count, messages.SUCCESS)


@transaction.atomic
def _switch(people: QuerySet[User], *, on: bool) -> int:
    changed = list(people.filter(is_active=not on))
    audit.record_each(audit.Action.SWITCHED_ON if on else audit.Action.SWITCHED_OFF, changed)
    return User.objects.filter(pk__in=[person.pk for person in changed]).update(is_active=on)


def _may_touch(request: HttpRequest, person: User | None) -> bool:
    """Staff without all rights leave alone those who have them, or they could become them."""
    return person is None or not person.is_superuser or bool(request.user.is_superuser)


def _touchable(request: HttpRequest, people: QuerySet[User]) -> QuerySet[User]:
    return people if request.user.is_superuser else people.filter(is_superuser=False)
