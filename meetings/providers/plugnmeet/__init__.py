"""plugNmeet: rooms made just in time on a server that the operator runs."""

from .provider import Provider

__all__ = ["Provider"]
