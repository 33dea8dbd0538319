"""The facts that the remedies of faults write, as a maintainer pastes them into the change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from timegate import Contract, on
from timegate.changes.base import Fact
from timegate.errors import Fault
from timegate.wire.wire import SIDES

_FACT: Final = re.compile(r"""on\((?:"[^"]*"|'[^']*'|[^()'"])*\)\.\w+\((?:"[^"]*"|'[^']*'|[^()'"])*\)""")
"""A fact about a model, as code."""


def names_in(contract: Contract) -> Mapping[str, Any]:
    """What a version file of an application imports: `on`, and every class of its contract and its bases by name."""
    models = [one.model for side in SIDES for one in contract.wire.components(side).values() if one.model is not None]
    bases = [base for model in models for base in getattr(model, "__mro__", ())]
    return {**{getattr(model, "__name__", ""): model for model in (*bases, *models)}, "on": on}


def pasted(faults: Iterable[Fault], names: Mapping[str, Any]) -> Iterator[Fact]:
    """The facts in the remedies of faults; none of a remedy that is no code as it stands."""
    for text in dict.fromkeys(text for fault in faults for text in _FACT.findall(fault.remedy)):
        try:
            # Only the package's own messages come here.
            yield eval(text, dict(names))
        except (SyntaxError, NameError):
            continue
