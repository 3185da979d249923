"""Requests, and for how long browsers keep what they are given."""

from django.http import HttpRequest

from accounts.models import User

YEAR = 365 * 24 * 60 * 60  # seconds


class Request(HttpRequest):
    """A request of somebody who is signed in."""

    user: User
