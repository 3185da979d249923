"""Where we and the providers disagree, found and repaired.

What is not ours is never touched: a room or a reservation counts only when its name is stored on a
row of ours. No transaction is open while a provider is asked.
"""

from .comparing import Comparison, aliases_in_use, compare, run
from .ledger import forget_old
from .mending import repair
from .sight import Difference

__all__ = ["Comparison", "Difference", "aliases_in_use", "compare", "forget_old", "repair", "run"]
