"""The decorators by which TypeSpec tells what changed, on each kind of target that has them, and the facts here."""

from __future__ import annotations

from typing import Final

_MODELS = "`on(M).introduced(seen_as=…)` in a union; else the fields and endpoints that hold it are the facts"
_GROUP = "a group of operations: `endpoint(…).{}` for each"
_SCALAR = "a name for a type: nothing on the wire"

PAIRS: Final[tuple[tuple[str, str, str], ...]] = (
    ("@added", "model", _MODELS),
    ("@added", "model property", "`on(M).added('a', default=…)`"),
    ("@added", "operation", "`endpoint(…).added()`"),
    ("@added", "interface, namespace", _GROUP.format("added()")),
    ("@added", "enum", "the fields that hold it are the facts"),
    ("@added", "enum member", "`enum(E).grew(…, seen_as=…)`; of a literal `on(M).literal('a').grew(…)`"),
    ("@added", "union", "`on(M).retyped('a', was=…, …)` for each field that holds it"),
    ("@added", "union variant", "`on(M).introduced(seen_as=…)`"),
    ("@added", "scalar", _SCALAR),
    ("@added", "parameter", "`endpoint(…).query('q').added(default=…)`, and `.header`, `.cookie`"),
    ("@removed", "model", "the fields and endpoints that held it are the facts"),
    ("@removed", "model property", "`on(M).removed('a', was=T, backfill=…)`"),
    ("@removed", "operation", "`endpoint(…).removed()`"),
    ("@removed", "interface, namespace", _GROUP.format("removed()")),
    ("@removed", "enum", "the fields that held it are the facts"),
    ("@removed", "enum member", "`enum(E).shrank(…, read_as=…)`; of a literal `on(M).literal('a').shrank(…)`"),
    ("@removed", "union", "`on(M).retyped('a', was=…, …)` for each field that held it"),
    ("@removed", "union variant", "`on(M).retired(was=Old, read_as=f)` with M another variant"),
    ("@removed", "scalar", _SCALAR),
    ("@removed", "parameter", "`endpoint(…).query('q').removed(was=T)`, and `.header`, `.cookie`"),
    ("@renamedFrom", "model, enum, union", "`on(M).was_named('Old')`"),
    ("@renamedFrom", "model property", "`on(M).renamed('old', to='new')`"),
    ("@renamedFrom", "operation", "`endpoint(…).documented(was={'operationId': …})`; its path: `.moved(to=…)`"),
    ("@renamedFrom", "interface, namespace", "`endpoint(…).documented(was={'tags': …})`"),
    ("@renamedFrom", "enum member", "`enum(E).renamed('old', to='new')`; of a literal `on(M).literal('a').renamed(…)`"),
    ("@renamedFrom", "union variant", "`on(M).was_named('Old')`; its tag: `on(M).literal('kind').renamed(…)`"),
    ("@renamedFrom", "scalar", _SCALAR),
    ("@renamedFrom", "parameter", "`endpoint(…).query('old').renamed(to='new')`, and `.header`, `.cookie`, `.path`"),
    ("@madeOptional", "model property", "`on(M).became_optional('a', missing_was=…)`"),
    ("@madeOptional", "parameter", "nothing breaks: old clients send it"),
    ("@madeRequired", "model property", "`on(M).became_required('a', default=…)`"),
    ("@madeRequired", "parameter", "`endpoint(…).query('q').became_required(default=…)`, and `.header`, `.cookie`"),
    (
        "@typeChangedFrom",
        "model property",
        "`on(M).retyped('a', was=T, to_head=f, to_old=g)`, or one that says more",
    ),
    ("@typeChangedFrom", "parameter", "`endpoint(…).query('q').retyped(was=T, to_head=f)`, and the others"),
    (
        "@returnTypeChangedFrom",
        "operation",
        "`endpoint(…).rewritten(response=g, was=Old)`, `.enveloped('items')`, or a fact about the response's model",
    ),
)
"""Decorator, target and what is said here."""
