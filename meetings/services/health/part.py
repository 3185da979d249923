"""One part that pages depend on, and what was found about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """Its words say nothing that a stranger may not read: no address, no name, no secret."""

    name: str
    fine: bool
    words: str
    # Whether pages fail without it. Without the others they are served, and somebody should look:
    # a dead worker must not have a load balancer take every web server away.
    needed: bool = True
