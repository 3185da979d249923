"""Providers for services."""

from tests.accounts_at_doubles import at_plugnmeet, at_videosdk, at_xroom
from tests.provider_for_tests import elsewhere
from tests.running_site import running_site

from .reserving import double, other

__all__ = [
    "at_plugnmeet",
    "at_videosdk",
    "at_xroom",
    "double",
    "elsewhere",
    "other",
    "running_site",
]
