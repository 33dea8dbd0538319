"""Arms that combine a schema with more are known by all their keys; what stands in its place is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sentences import shows
from tests.silence.old_client import OLD, refusal, timeline_of
from timegate import Contract, DowngradeError, Gates, UpgradeError, on

PET: dict[str, Any] = {"type": "object", "properties": {"kind": {"type": "string"}}, "required": ["kind"]}
OWN: dict[str, Any] = {"type": "object", "properties": {"sound": {"type": "integer"}}}
COMBINED: dict[str, Any] = {"allOf": [{"$ref": "#/components/schemas/Pet"}, OWN]}
BESIDE: dict[str, Any] = {"allOf": [{"$ref": "#/components/schemas/Pet"}], **OWN}
FLAT: dict[str, Any] = {**PET, "properties": {**PET["properties"], **OWN["properties"]}}
ARMS = {"combined": COMBINED, "beside": BESIDE, "flat": FLAT}

SOUND = on("Cat").renamed("meow", to="sound")
KIND = on("Pet").renamed("sort", to="kind")


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def document(
    arm: dict[str, Any], *, sent: str = "Any", pet: dict[str, Any] = PET, tags: dict[str, str] | None = None
) -> Contract:
    discriminator = {"propertyName": "kind", **({} if tags is None else {"mapping": tags})}
    union = {"oneOf": [ref("Cat"), ref("Dog")], "discriminator": discriminator}
    body = {"required": True, "content": {"application/json": {"schema": ref("Any")}}}
    response = {"description": "A pet.", "content": {"application/json": {"schema": ref(sent)}}}
    return Contract.from_openapi(
        {
            "openapi": "3.1.0",
            "info": {"title": "Pets", "version": "1"},
            "paths": {"/pets": {"post": {"requestBody": body, "responses": {"200": response}}}},
            "components": {"schemas": {"Pet": pet, "Cat": arm, "Dog": arm, "Any": union}},
        }
    )


TAGS = {"cat": "#/components/schemas/Cat", "dog": "#/components/schemas/Dog"}


def converted(gates: Gates, value: dict[str, Any]) -> tuple[Any, Any]:
    """A payload for old clients, and what head gets where they send that."""
    (gate,) = gates.operations(OLD)
    down, up = gate.responses["200"], gate.request
    assert down is not None
    assert up is not None
    older = down({**value})
    return older, up({**older})


class TestTheTagOfADocumentThatSaysNoMoreThanThatItIsAText:
    @pytest.mark.parametrize("arm", ARMS)
    @pytest.mark.parametrize("tags", [TAGS, {"cat": "Cat", "dog": "Dog"}])
    def test_tells_the_arms_apart(self, arm: str, tags: dict[str, str]) -> None:
        gates = timeline_of(SOUND).compile(document(ARMS[arm], tags=tags))
        assert converted(gates, {"kind": "cat", "sound": 1}) == (
            {"kind": "cat", "meow": 1},
            {"kind": "cat", "sound": 1},
        )
        assert converted(gates, {"kind": "dog", "sound": 1}) == (({"kind": "dog", "sound": 1},) * 2)

    def test_is_the_name_of_the_arm_where_no_mapping_says_otherwise(self) -> None:
        gates = timeline_of(SOUND).compile(document(COMBINED))
        assert converted(gates, {"kind": "Cat", "sound": 1})[0] == {"kind": "Cat", "meow": 1}
        assert converted(gates, {"kind": "Dog", "sound": 1})[0] == {"kind": "Dog", "sound": 1}

    def test_does_so_where_it_is_renamed_in_the_schema_that_the_arms_combine(self) -> None:
        gates = timeline_of(SOUND, KIND).compile(document(COMBINED, tags=TAGS))
        for tag, key in (("cat", "meow"), ("dog", "sound")):
            sent = {"kind": tag, "sound": 1}
            assert converted(gates, sent) == ({"sort": tag, key: 1}, sent)
        (gate,) = gates.operations(OLD)
        assert gate.request is not None
        assert gate.request({"sort": "cat", "sound": 1}) == {"kind": "cat"}
        with pytest.raises(UpgradeError):
            gate.request({"kind": "cat", "meow": 1})
        shown = gates.contract(OLD)["components"]["schemas"]["Any"]["discriminator"]
        assert shown == {"propertyName": "sort", "mapping": TAGS}

    def test_that_is_missing_is_never_guessed(self) -> None:
        optional: dict[str, Any] = {"type": "object", "properties": PET["properties"]}
        gates = timeline_of(SOUND).compile(document(COMBINED, pet=optional, tags=TAGS))
        (gate,) = gates.operations(OLD)
        assert gate.responses["200"] is not None
        with pytest.raises(DowngradeError, match="several arms of the union fit"):
            gate.responses["200"]({"sound": 1})


class TestASchemaThatNamesWhatMayStandInItsPlace:
    """OpenAPI's other way to write a union: a discriminator of a schema that lists no arms."""

    @staticmethod
    def contract(**mapping: str) -> Contract:
        named = {"mapping": {tag: f"#/components/schemas/{name}" for tag, name in mapping.items()}} if mapping else {}
        pet = {**PET, "discriminator": {"propertyName": "kind", **named}}
        return document(COMBINED, sent="Pet", pet=pet, tags=TAGS)

    @shows(
        "in an OpenAPI document, what a schema without `oneOf` admits in its place by a `discriminator` of "
        "its own; `Contract.opaque` lists such a place;",
    )
    @pytest.mark.parametrize("mapping", [{}, {"cat": "Cat"}])
    def test_is_listed_and_refused_where_that_changes(self, mapping: dict[str, str]) -> None:
        contract = self.contract(**mapping)
        assert contract.opaque == ("200 of POST /pets",)
        told = refusal(contract, lambda: SOUND)
        assert "200 of POST /pets: Cat changes and is reached through the discriminator of Pet" in told
        assert "oneOf" in told

    def test_is_converted_where_the_schema_itself_changes(self) -> None:
        gates = timeline_of(KIND).compile(self.contract())
        sent = {"kind": "cat", "sound": 1}
        assert converted(gates, sent) == ({"sort": "cat", "sound": 1}, sent)
        shown = gates.contract(OLD)["components"]["schemas"]["Pet"]["discriminator"]
        assert shown["propertyName"] == "sort"

    def test_is_no_such_place_where_an_arm_combines_it(self) -> None:
        pet = {**PET, "discriminator": {"propertyName": "kind"}}
        contract = document(COMBINED, pet=pet, tags=TAGS)
        assert contract.opaque == ()
        gates = timeline_of(SOUND).compile(contract)
        assert converted(gates, {"kind": "cat", "sound": 1})[0] == {"kind": "cat", "meow": 1}


RULE: dict[str, Any] = {"type": "object", "properties": {"source": {"type": "string"}}}
NAMES: dict[str, Any] = {"type": "object", "properties": {"names": {"type": "array", "items": {"type": "string"}}}}


def rules(*kinds: str) -> Contract:
    """A union of rules, each of which combines a component of its own with what all of them have."""
    schemas: dict[str, Any] = {"Rule": RULE}
    for kind in kinds:
        tag = {"kind": {"type": "string", "enum": [kind]}}
        schemas[kind] = {**NAMES, "properties": {**tag, **NAMES["properties"]}, "required": ["kind"]}
    union = {"oneOf": [{"allOf": [ref(kind), ref("Rule")]} for kind in kinds]}
    body = {"content": {"application/json": {"schema": {"type": "array", "items": union}}}}
    operation = {"requestBody": {"required": True, **body}, "responses": {"200": {"description": "Rules.", **body}}}
    return Contract.from_openapi(
        {
            "openapi": "3.1.0",
            "info": {"title": "Rules", "version": "1"},
            "paths": {"/rules": {"post": operation}},
            "components": {"schemas": schemas},
        }
    )


class TestArmsThatAreCombinedWhereTheyStand:
    def test_are_told_apart_by_the_tag_of_a_part(self) -> None:
        gates = timeline_of(on("branch").renamed("refs", to="names")).compile(rules("branch", "tag"))
        (gate,) = gates.operations(OLD)
        assert gate.request is not None
        assert gate.responses["200"] is not None
        head = [{"kind": "branch", "names": ["a"], "source": "b"}, {"kind": "tag", "names": ["c"]}]
        older = [{"kind": "branch", "refs": ["a"], "source": "b"}, {"kind": "tag", "names": ["c"]}]
        assert gate.responses["200"]([{**one} for one in head]) == older
        assert gate.request([{**one} for one in older]) == head

    def test_lose_what_their_version_does_not_have(self) -> None:
        gates = timeline_of(on("branch").renamed("refs", to="names")).compile(rules("branch", "tag"))
        (gate,) = gates.operations(OLD)
        assert gate.request is not None
        assert gate.request([{"kind": "branch", "names": ["a"]}]) == [{"kind": "branch"}]
