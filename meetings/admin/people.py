"""People: handing over what they have, and erasing them, after a look at what that changes."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.user import UserAdmin
from accounts.models import User
from meetings.services.keeping import erasing
from meetings.services.keeping.erasing import LastAdministrator, Report

from . import handing_over

admin.site.unregister(User)


@admin.register(User)
class PersonAdmin(UserAdmin):
    actions = [*UserAdmin.actions, "hand_over", "erase"]

    @admin.action(description=_("Hand over …"), permissions=["change"])
    def hand_over(self, request: HttpRequest, people: QuerySet[User]) -> HttpResponse | None:
        """Show what goes and ask to whom; do it when that was seen."""
        mine = people if request.user.is_superuser else people.filter(is_superuser=False)
        return handing_over.page(self, request, mine)

    @admin.action(description=_("Erase …"), permissions=["delete"])
    def erase(self, request: HttpRequest, people: QuerySet[User]) -> HttpResponse | None:
        """Show what would change; do it when that was seen."""
        chosen = list(_others(request, people))
        if "sure" not in request.POST:
            return self._look(request, chosen)
        for person in chosen:
            self._tell(request, person, erasing.erase(person.email))
        return None

    def _look(self, request: HttpRequest, chosen: list[User]) -> HttpResponse | None:
        try:
            reports = [erasing.foresee(person.email) for person in chosen]
        except LastAdministrator:
            text = gettext("The last administrator cannot be erased.")
            self.message_user(request, text, messages.ERROR)
            return None
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": gettext("Erase people"),
            "opts": self.model._meta,
            "chosen": [*zip(chosen, reports, strict=True)],
        }
        return TemplateResponse(request, "admin/accounts/user/erase.html", context)

    def _tell(self, request: HttpRequest, person: User, report: Report) -> None:
        text = gettext("Person %(pk)d is erased: %(n)d rows changed.")
        if report.waits:
            text = gettext("Person %(pk)d is erased as soon as their guests have been told.")
        self.message_user(request, text % {"pk": person.pk, "n": report.total}, messages.SUCCESS)


def _others(request: HttpRequest, people: QuerySet[User]) -> QuerySet[User]:
    """Nobody erases themselves here; and those with all rights only those who have them, too."""
    others = people.exclude(pk=request.user.pk or 0)
    return others if request.user.is_superuser else others.filter(is_superuser=False)
