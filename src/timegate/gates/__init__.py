"""Payload programs: what turns an old client's JSON into head's, and back."""

from timegate.gates.gates import Gates

__all__ = ["Gates"]
