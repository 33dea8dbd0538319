"""What the wire looks like at one version."""

from timegate.contract.contract import Contract

__all__ = ["Contract"]
