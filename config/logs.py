"""Logs that may be kept and shown.

What is said carries the ids of what it is about (request, task, user, session …). It leaves out
the secrets that addresses carry, mail addresses, and callers' addresses unless these are wanted.
"""

import logging
import re
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

_SLASH = r"(?:/|%2F)"
_BEFORE_A_SECRET = (  # regular expressions
    "j",
    "feeds",
    "admit",
    "my-data",
    "account/demo",
    "account/invitation",
    "account/sign-in",
    "account/password/reset/key",
    "account/confirm-email",
    r"hooks/[\w-]+",
)
_PLACES = "|".join(place.replace("/", _SLASH) for place in _BEFORE_A_SECRET)
_SECRET = re.compile(
    # A path's next part after one of these places, also where the path is itself a parameter.
    rf"({_SLASH}(?:{_PLACES}){_SLASH})(?:(?!%2F)[^/?&#\s\"'])+"
    # The first-run page's code, and the link that somebody pasted.
    r"|([?&](?:code|link)=)[^&#\s\"']+",
    re.IGNORECASE,
)


# A run of such signs is begun at its first one only: a path of thousands would else take seconds.
_MAIL_ADDRESS = re.compile(r"(?<![\w.%+-])[\w.%+-]+@(?=[\w-]+(?:\.[\w-]+)+)")


def without_secrets(text: str) -> str:
    return _SECRET.sub(r"\1\2…", text)


def discreet(text: str) -> str:
    """Without secrets, and without the part of mail addresses that names somebody."""
    return _MAIL_ADDRESS.sub("…@", without_secrets(text))


def bind(**ids: object) -> None:
    """Have all that is logged for this request or task carry these ids: ids alone, no names."""
    if structlog.contextvars.get_contextvars():  # outside of both nobody would take them back
        structlog.contextvars.bind_contextvars(**ids)


def reference() -> str:
    """What people can tell an operator about the request that they see the answer of."""
    return str(structlog.contextvars.get_contextvars().get("request", ""))


class _ByFormatter(logging.Formatter):
    """Common to both forms: whether the addresses of callers are told."""

    def __init__(self, *args: Any, addresses: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.addresses = addresses

    def seen(self, record: logging.LogRecord) -> logging.LogRecord:
        """The record as it may be told: uvicorn names the caller in front of each request."""
        if self.addresses or record.name != "uvicorn.access" or not isinstance(record.args, tuple):
            return record
        told = logging.makeLogRecord(record.__dict__)
        told.args = ("-", *record.args[1:])
        return told


class DiscreetFormatter(_ByFormatter):
    """For people: message, ids, arguments and traceback alike."""

    def format(self, record: logging.LogRecord) -> str:
        return discreet(super().format(self.seen(record)))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  (logging's)
        ids = structlog.contextvars.get_contextvars()
        said = super().formatMessage(record)
        return said + "".join(f" {name}={value}" for name, value in ids.items())


class JsonFormatter(_ByFormatter):
    """For machines: one JSON object a line."""

    def __init__(self, *args: Any, addresses: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, addresses=addresses, **kwargs)
        self.writer = structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                discreet_values,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
        )

    def format(self, record: logging.LogRecord) -> str:
        return self.writer.format(self.seen(record))


def discreet_values(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Before they are written: a secret that ends at a quotation mark would take that along."""
    return {
        name: discreet(value) if isinstance(value, str) else value for name, value in event.items()
    }


def logging_to_console(*, form: str, level: str, addresses: bool) -> dict[str, Any]:
    """Django's LOGGING: one console for everything, uvicorn and the worker included."""
    by_the_console = {"handlers": [], "propagate": True}  # instead of handlers of their own
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "console": {
                "()": "config.logs.DiscreetFormatter",
                "fmt": "{asctime} {levelname} {name}: {message}",
                "style": "{",
                "addresses": addresses,
            },
            "json": {"()": "config.logs.JsonFormatter", "addresses": addresses},
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": form}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            **dict.fromkeys(
                ["django", "django.server", "uvicorn", "uvicorn.access"], by_the_console
            ),
            # The worker names each tick, every minute; what goes wrong is a warning or worse. It
            # has a handler of its own here, or huey would add one.
            "huey": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        },
    }
