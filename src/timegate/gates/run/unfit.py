"""Says what of an object does not fit an arm of a union."""

from __future__ import annotations

from typing import Any

from timegate.errors import ArmName, Failure
from timegate.gates.run.arms import Arm
from timegate.gates.run.leaves import Tags
from timegate.gates.run.tag_errors import no_member


def unfit(arm: Arm, value: dict[str, Any], *, is_arm: bool) -> list[Failure]:
    """What of an object does not fit an arm: keys that it lacks, members that enums do not have, keys that are no own.

    Args:
        arm: the arm.
        value: the object.
        is_arm: whether the client's contract has other arms too.
    """
    failures = [
        Failure("the key is required", "missing", "Field required", path=[key])
        for spellings in arm.required
        if spellings.isdisjoint(value)
        for key in spellings & arm.certain
    ]
    failures += [
        not_listed(tags, key)
        for key, tags in arm.tags.items()
        if key in value and not tags.has(value[key], leniently=True) and arm.is_read(key, value)
    ]
    if arm.closed:
        failures += [
            Failure("this version has no such key", *arm.extra, path=[key])
            for key in value
            if key not in arm.known or not arm.is_read(key, value)
        ]
    if is_arm:
        for failure in failures:
            failure.path.append(ArmName(arm.label))
    return failures


def not_listed(tags: Tags, key: str, *, what: str = "member") -> Failure:
    """The failure of a key whose value is none of those that are listed."""
    told = no_member(tags.listed, is_enum=tags.converted)
    return Failure(f"this version has no such {what}", *told, path=[key])
