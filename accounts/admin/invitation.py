"""Invitations."""

from smtplib import SMTPException
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.invitations import send_invitation
from accounts.models import Invitation, User

from .audited import Audited


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("open")), ("accepted", _("accepted")), ("expired", _("expired"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> Any:
        if self.value() == "open":
            return queryset.filter(accepted_at=None, expires_at__gt=timezone.now())
        if self.value() == "expired":
            return queryset.filter(accepted_at=None, expires_at__lte=timezone.now())
        return queryset.exclude(accepted_at=None) if self.value() else queryset


@admin.register(Invitation)
class InvitationAdmin(Audited):
    """Saving one sends the mail. The link stands in that mail only, not here."""

    list_display = ["email", "invited_by", "created_at", "expires_at", "accepted_at"]
    list_filter = [StateFilter, "created_at"]
    list_select_related = ["invited_by"]
    search_fields = ["email", "invited_by__email", "invited_by__name"]
    fields = ["email", "expires_at", "invited_by", "created_at", "accepted_at"]
    actions = ["send_again"]

    def get_fields(self, request: HttpRequest, obj: Invitation | None = None) -> Any:
        return self.fields if obj else ["email", "expires_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Invitation | None = None) -> Any:
        facts = ["invited_by", "created_at", "accepted_at"]
        return [*facts, "email"] if obj else facts

    def save_model(
        self, request: HttpRequest, obj: Invitation, form: ModelForm[Invitation], change: bool
    ) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        obj.email = obj.email.lower()
        obj.invited_by = request.user if isinstance(request.user, User) else None
        super().save_model(request, obj, form, change)
        self._send(request, obj)

    @admin.action(description=_("Send again, with a new link"), permissions=["change"])
    def send_again(self, request: HttpRequest, invitations: QuerySet[Invitation]) -> None:
        for invitation in invitations.filter(accepted_at=None):
            invitation.renew()
            self._send(request, invitation)

    def _send(self, request: HttpRequest, invitation: Invitation) -> None:
        values = {"email": invitation.email}
        try:
            send_invitation(invitation)
        except (OSError, SMTPException):
            text = gettext("The mail to %(email)s could not be sent. Send it again later.")
            self.message_user(request, text % values, messages.ERROR)
        else:
            text = gettext("The invitation to %(email)s is on its way.")
            self.message_user(request, text % values, messages.SUCCESS)
