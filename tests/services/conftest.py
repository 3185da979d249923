"""Providers for services."""

from tests.provider_for_tests import elsewhere

__all__ = ["elsewhere"]
