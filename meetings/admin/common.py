"""What several pages of the admin share."""

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from accounts.admin.readonly import ReadOnly
from accounts.models import User
from meetings.http import MemberRequest

TOKEN = re.compile(r"(?:\S*/j/)?([\w-]{16,64})/?")


class History(ReadOnly, admin.ModelAdmin):
    """What happened is looked at, not edited; actions are for those who might change it."""

    secrets: ClassVar[tuple[str, ...]] = ()  # fields whose rows nobody may find piece by piece

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return may_change(request, self.opts)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        if lookup.partition("__")[0] in self.secrets:
            return False
        return super().lookup_allowed(lookup, value, request)


class Trail(ReadOnly, admin.TabularInline):
    """Rows of a history below what they are about."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields


class YesNoFilter(admin.EmptyFieldListFilter):
    """Whether a date is set at all, in words that fit any question."""

    words: ClassVar[tuple[Any, ...]] = (
        gettext_lazy("All"),
        gettext_lazy("No"),
        gettext_lazy("Yes"),
    )

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice, word in zip(super().choices(changelist), self.words, strict=True):
            yield {**choice, "display": word}


class FindsByLink(admin.ModelAdmin):
    """A pasted link, or its whole token, finds where it leads. A part of a token finds nothing."""

    link_lookup: ClassVar[str] = "links__token"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if token := TOKEN.fullmatch(search_term.strip()):
            found = queryset.filter(**{self.link_lookup: token[1]})
            if found.exists():
                return found, False
        return super().get_search_results(request, queryset, search_term)


def may_change(request: HttpRequest, opts: Any) -> bool:
    """Whether this person has the right to change such rows, though no form here does."""
    assert isinstance(request.user, User)  # noqa: S101  (the admin lets nobody else in)
    return request.user.has_perm(f"{opts.app_label}.{get_permission_codename('change', opts)}")


def by(request: HttpRequest) -> User:
    """Who acts."""
    member: MemberRequest = request  # type: ignore[assignment]
    return member.user


def badge(kind: str, text: object) -> SafeString:
    """A word on its own colour: `live`, `ok`, `warn`, `danger` or `quiet`."""
    return format_html('<span class="badge badge--{}">{}</span>', kind, text)
