"""Test an app as its old clients see it: the types of what the fixtures of the pytest plugin return."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from timegate.testing.client import OldClient, OldClients
    from timegate.testing.exchange import Exchange, steady
    from timegate.testing.laws import BrokenLaw, broken_laws
    from timegate.testing.snapshots import ExchangeSnapshots
else:
    # pytest loads the plugin in every run, and what these import only where a fixture is used.
    _MODULES = {
        "BrokenLaw": "timegate.testing.laws",
        "Exchange": "timegate.testing.exchange",
        "ExchangeSnapshots": "timegate.testing.snapshots",
        "OldClient": "timegate.testing.client",
        "OldClients": "timegate.testing.client",
        "broken_laws": "timegate.testing.laws",
        "steady": "timegate.testing.exchange",
    }

    def __getattr__(name):
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_MODULES[name]), name)

    def __dir__():
        return sorted({*globals(), *__all__})


__all__ = ["BrokenLaw", "Exchange", "ExchangeSnapshots", "OldClient", "OldClients", "broken_laws", "steady"]
