"""A plugNmeet server that is not there, on loopback."""

from .server import Double

__all__ = ["Double"]
