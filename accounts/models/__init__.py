"""The person: who signs in, and where and in which language they are; and who may become one."""

from .invitation import Invitation
from .user import User

__all__ = ["Invitation", "User"]
