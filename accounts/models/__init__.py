"""The person: who signs in, and where and in which language they are; and who may become one."""

from . import same_address  # noqa: F401  (registers `email__address`)
from .audit import AuditDoor, AuditEntry
from .invitation import Invitation
from .user import User

__all__ = ["AuditDoor", "AuditEntry", "Invitation", "User"]
