"""Whether this process can serve pages, part by part: for load balancers and for monitoring."""

from .answer import Answer, State, ask, forget
from .part import Part

__all__ = ["Answer", "Part", "State", "ask", "forget"]
