"""What facts mean, step by step and as plainly as can be: the measure for the fused programs.

Written from the words of the design and independent of the compiler. Schemas are edited by hand, payloads are walked
one boundary after the other and one fact after the other, everything is copied, nothing is clever.
"""

from tests.oracle.history import History, State, Step, history
from tests.oracle.journey import Oracle

__all__ = ["History", "Oracle", "State", "Step", "history"]
