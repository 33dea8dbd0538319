"""Tries one application, in the environment that holds it: ``python -m tests.apps.probe prefect``; prints JSON."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict

from tests.apps.loading import APPS
from tests.apps.trying import in_json, trials_of
from timegate import CompileError


def main(name: str) -> None:
    began = time.monotonic()
    try:
        contract = APPS[name]()
    except CompileError as error:
        print(json.dumps({"refused": [str(fault) for fault in error.faults]}))
        return
    read = time.monotonic()
    components = in_json(contract.wire)
    trials = trials_of(contract, components)
    found = {
        "operations": len(contract.wire.operations),
        "opaque": len(contract.opaque),
        "components": len(components),
        "trials": [asdict(trial) for trial in trials if trial.reason],
        "read": round(read - began, 1),
        "tried": round(time.monotonic() - read, 1),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
