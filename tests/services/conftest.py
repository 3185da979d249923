"""Providers for services."""

from tests.accounts_at_doubles import at_plugnmeet, at_videosdk, at_xroom
from tests.provider_for_tests import elsewhere
from tests.running_site import running_site

__all__ = ["at_plugnmeet", "at_videosdk", "at_xroom", "elsewhere", "running_site"]
