"""Makes modules that write the programs of all kinds of schemas."""

from __future__ import annotations

from typing import Any, Final

from timegate.gates.plan.conversion import Conversion
from timegate.gates.plan.enums import plan_enum
from timegate.gates.plan.fuse import fuse
from timegate.gates.plan.left_out import lacking
from timegate.gates.plan.reach import Reach
from timegate.gates.plan.trace import Traces
from timegate.gates.source.enums import write_enum
from timegate.gates.source.module import Module, Purpose, Writers
from timegate.gates.source.objects import write_object
from timegate.gates.source.schemas import write_schema
from timegate.gates.source.writer import Writer
from timegate.wire.marks import forms_in


def _component(module: Module, writer: Writer, name: str, conversion: Conversion) -> None:
    component, enum_plan = module.reach.component(name, conversion.src), plan_enum(module.reach, name, conversion)
    if enum_plan is None:
        module.watched(writer, name, "v", conversion)
    forms = forms_in(component.schema) if conversion.from_client else ()
    if forms:
        types = module.reach.python_types(component.schema, conversion.src)
        with writer.block(f"if {module.form_check(forms, types, None)}(v):"):
            writer.add("return v")
    if enum_plan is not None:
        write_enum(module, writer, component, enum_plan, "v", conversion)
        return
    if "properties" not in component.schema and not module.reach.own(name, conversion):
        module.walk(writer, component.schema, "v", conversion)
        return
    plan = fuse(module.reach, name, conversion, module.traces)
    module.faults += [(name, key, origin) for key, origin in plan.faults]
    module.undecided += [(name, key, origin) for key, origin in plan.undecided]
    module.unknown += [(name, key, origin) for key, origin in plan.unknown]
    module.lacking += [(name, key, origin) for key, origin in lacking(module.reach, name, plan, conversion)]
    write_object(module, writer, component, plan, conversion)


WRITERS: Final = Writers(_component, write_schema)


def new_module(
    reach: Reach, known: dict[Purpose, Any] | None = None, traces: Traces | None = None, *, strict: bool = False
) -> Module:
    """An empty module.

    Args:
        reach: the side and its history.
        known: programs of other modules of the same side by their purpose; the module adds its own.
        traces: what becomes of clients' values, as far as other modules have found it.
        strict: whether a downgrade refuses keys that are spelled otherwise than on the wire.
    """
    known = {} if known is None else known
    return Module(reach, WRITERS, known, traces or Traces(reach), strict=strict)
