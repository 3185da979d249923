"""Histories of meetings: what their organizers read, the audit log is told as well."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import models

from accounts import audit

Change = TypeVar("Change", bound=models.Model)


class HistoryQuerySet(models.QuerySet[Change]):
    def create(self, **fields: Any) -> Change:
        change = super().create(**fields)
        tell_audit([change])
        return change

    def bulk_create(self, objs: Iterable[Change], *args: Any, **options: Any) -> list[Change]:
        made = super().bulk_create(objs, *args, **options)
        tell_audit(made)
        return made


def tell_audit(changes: Iterable[Any]) -> None:
    """Of each change what the history tells, about the same meeting or series."""
    audit.keep(
        audit.entry(audit.Action(each.kind), each.about, user=each.by, values=each.told)
        for each in changes
    )
