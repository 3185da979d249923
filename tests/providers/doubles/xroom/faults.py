"""Faults on chosen calls."""

import itertools
from typing import Any

from .. import base
from ..base import Call, Fault, Reply
from .values import method_of


def on(name: str, fault: Fault, times: int = 1) -> Fault:
    """This fault for the first calls of one name, and the truth for all others."""
    left = itertools.count(times, -1)

    def sometimes(double: base.Double, call: Call, reply: Reply) -> Reply | None:
        if method_of(call) != name or next(left) <= 0:
            return reply
        return fault(double, call, reply)

    return sometimes


def refusing(text: Any, status: int = 200) -> Fault:
    """The effect has happened, and they say that it has not."""
    told = {"isError": True, "errMsg": text, "data": None}
    return lambda double, call, reply: Reply(told, status=status)


def telling(data: Any) -> Fault:
    return lambda double, call, reply: Reply({"isError": False, "errMsg": None, "data": data})
