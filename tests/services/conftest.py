"""Providers for services."""

from tests.accounts_at_doubles import at_plugnmeet, at_videosdk, at_xroom
from tests.provider_for_tests import elsewhere

__all__ = ["at_plugnmeet", "at_videosdk", "at_xroom", "elsewhere"]
