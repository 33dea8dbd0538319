"""The oracle: a second, slow and simple implementation of every fact, which the tests compare compiled programs with.

It follows the design and shares no code with the compiler. It edits schemas by hand, converts payloads one boundary
after the other and one fact after the other, and copies everything.
"""

from tests.oracle.conversion import Oracle
from tests.oracle.history import History, State, Step, history

__all__ = ["History", "Oracle", "State", "Step", "history"]
