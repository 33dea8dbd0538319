"""Random models, timelines and payloads, for the tests of properties that hold for all of them."""

from tests.strategies.models import World, worlds
from tests.strategies.payloads import Payloads
from tests.strategies.timelines import Case, cases

__all__ = ["Case", "Payloads", "World", "cases", "worlds"]
