"""Errors told to Sentry, or to what speaks its language, where the operator wants that.

What leaves the house says which code failed, and nothing of whom it failed for.
"""

from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import ImproperlyConfigured

from config.logs import discreet

if TYPE_CHECKING:
    from sentry_sdk.types import Event

KEPT_OF_A_REQUEST = {"method", "url"}
KEPT_OF_A_USER = {"id"}


def start(dsn: str, *, site: str, **options: Any) -> None:
    """Tell errors from now on. Raises `ImproperlyConfigured` when that cannot be."""
    try:
        import sentry_sdk  # noqa: PLC0415  (an extra)
        from sentry_sdk.utils import BadDsn  # noqa: PLC0415
    except ImportError as error:
        raise ImproperlyConfigured(
            "SENTRY_DSN is set, but the package for it is not there: install the extra “sentry” "
            "(requirements/production.txt has it), or leave SENTRY_DSN empty."
        ) from error
    try:
        sentry_sdk.init(dsn=dsn, server_name=site, before_send=scrubbed, **DISCREET, **options)
    except BadDsn:  # without a cause: it holds the key
        raise ImproperlyConfigured("SENTRY_DSN is not an address as Sentry gives it.") from None


# The library leaves out who people are unless told otherwise (once `send_default_pii`). Besides:
# neither bodies nor local variables, which hold names, links and keys; no breadcrumbs of queries.
DISCREET: dict[str, Any] = {
    "include_local_variables": False,
    "max_request_body_size": "never",
    "max_breadcrumbs": 0,
    "traces_sample_rate": None,
    "include_source_context": True,
}


def scrubbed(event: "Event", hint: dict[str, Any]) -> "Event":
    """The event without cookies, headers, bodies, people and links that let people in."""
    plain = cast("dict[str, Any]", event)
    plain["request"] = _only(plain.get("request"), KEPT_OF_A_REQUEST)
    plain["user"] = _only(plain.get("user"), KEPT_OF_A_USER)
    for name in ("breadcrumbs", "modules", "extra"):
        plain.pop(name, None)
    return cast("Event", _discreet(plain))


def _only(values: Any, kept: set[str]) -> dict[str, Any]:
    return {name: value for name, value in (values or {}).items() if name in kept}


def _discreet(value: Any) -> Any:
    """All text of it, however deep."""
    if isinstance(value, str):
        return discreet(value)
    if isinstance(value, dict):
        return {name: _discreet(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_discreet(each) for each in value]
    return value
