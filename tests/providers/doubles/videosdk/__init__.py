"""VideoSDK that is not there: its v2 REST interface, its page in the frame, its deliveries."""

from . import pages, rest
from .core import API_KEY, SECRET, Double

__all__ = ["API_KEY", "SECRET", "Double", "pages", "rest"]  # the last two fill the routes
