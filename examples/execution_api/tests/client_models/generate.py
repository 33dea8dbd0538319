"""Writes the models anew: `python -m examples.execution_api.tests.client_models.generate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from datamodel_code_generator import InputFileType, OpenAPIScope, PythonVersion, generate
from datamodel_code_generator.enums import DataModelType
from datamodel_code_generator.format import Formatter
from execution_api.versions.serving import gates

from timegate.typing import is_array, is_object

__all__ = ["FOLDER", "file_of", "models_of"]

FOLDER = Path(__file__).parent
HEADER = '"""What a client of version {version} sends and receives; generated, `make clients` writes it anew."""'


def file_of(version: str) -> Path:
    """Return where the models of a version lie."""
    return FOLDER / f"v{version.replace('-', '_')}.py"


def models_of(version: str) -> str:
    """Generate the models of a version, from its document and nothing else; no model admits a key it does not know.

    Raises:
        ValueError: the generator made nothing.
    """
    made = generate(
        _closed(gates().contract(version)),
        input_file_type=InputFileType.OpenAPI,
        openapi_scopes=[OpenAPIScope.Schemas, OpenAPIScope.Paths],
        output_model_type=DataModelType.PydanticV2BaseModel,
        target_python_version=PythonVersion.PY_311,
        custom_file_header=HEADER.format(version=version),
        # A response without a model of its own is named by its operation: `GetPreviousDagrunResponse200`.
        use_operation_id_as_name=True,
        use_status_code_in_response_name=True,
        use_annotated=True,
        keep_field_defaults_off_branch_roots=True,
        use_double_quotes=True,
        formatters=[Formatter.BUILTIN],
    )
    if not isinstance(made, str):
        raise ValueError(f"no models were generated for {version}")
    return made.rstrip() + "\n"


def _closed(part: Any) -> Any:
    """A copy of a document in which no object with properties may hold another one."""
    if is_array(part):
        return [_closed(inner) for inner in part]
    if not is_object(part):
        return part
    closed = {key: _closed(inner) for key, inner in part.items()}
    if closed.get("type") == "object" and is_object(closed.get("properties")):
        closed["additionalProperties"] = False
    return closed


def main() -> None:
    """Write the models of all versions."""
    for version in gates().timeline.values:
        file_of(version).write_text(models_of(version), encoding="utf-8")


if __name__ == "__main__":
    main()
