"""Forms of the administration whose changes stand in the audit log, with before and after."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import audit
from accounts.audit import Action


class Audited(admin.ModelAdmin):
    """What is typed in here is told to the audit log; actions tell what they do themselves."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        deed = Action.CHANGED if change else Action.CREATED
        audit.record(deed, form.instance, values=audit.typed_into(form))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        audit.record(Action.DELETED, obj)
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        audit.record_each(Action.DELETED, queryset)
        super().delete_queryset(request, queryset)


admin.site.unregister(Group)


@admin.register(Group)
class AuditedGroupAdmin(Audited, GroupAdmin):
    pass
