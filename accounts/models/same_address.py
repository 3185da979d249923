"""Whose mail address it is: letter by letter, where only A and a are the same."""

from typing import Any

from django.db import models


@models.EmailField.register_lookup
class SameAddress(models.Lookup[Any]):
    """`email__address=…`, for all that is somebody's because an address is theirs.

    PostgreSQL's `iexact` also takes an i without its dot for an i: the owner of a domain that is
    written so would be who has the same name at another one.
    """

    lookup_name = "address"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        plain = ' COLLATE "C"' if connection.vendor == "postgresql" else ""  # SQLite's always is
        words = f"LOWER({left}{plain}) = LOWER({right}{plain})"
        return words, (*left_values, *right_values)
