"""The subjects of facts: ``on`` models, an ``enum``, an ``endpoint``. Their methods are the vocabulary."""

from timegate.changes.subjects.endpoints import Endpoint, endpoint
from timegate.changes.subjects.members import Members, enum
from timegate.changes.subjects.models import Models, on, sibling

__all__ = ["Endpoint", "Members", "Models", "endpoint", "enum", "on", "sibling"]
