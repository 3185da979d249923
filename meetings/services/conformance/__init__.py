"""Whether a live account does what its provider's adapter promises.

The safe part of the contract: it opens rooms of its own, looks at what comes back, and takes away
what it made, also when it is interrupted. Nothing else at the provider is touched.
"""

from .sheet import Line, Outcome, Sheet
from .steps import PLAN
from .trial import Step, Trial

__all__ = ["PLAN", "Line", "Outcome", "Sheet", "Step", "Trial"]
