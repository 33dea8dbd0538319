"""Counts the version files of Airflow and of this example: `make figures-airflow` prints them."""

from __future__ import annotations

import ast
import io
import tokenize
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_NO_CODE: Final = (
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
)


def code_lines(text: str) -> int:
    """The lines that hold code: neither blank, nor only a comment, nor of a docstring."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
            first = node.body[0]
            docstrings.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - docstrings)


def counted(files: list[Path]) -> tuple[int, int, int]:
    """Lines of code, functions and ignored complaints of type checkers."""
    texts = [file.read_text(encoding="utf-8") for file in files]
    functions = [node for text in texts for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    return sum(map(code_lines, texts)), len(functions), sum(text.count("type: ignore") for text in texts)


def main() -> None:
    """Print both counts."""
    spec = find_spec("airflow")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    package = Path(next(iter(spec.submodule_search_locations)))
    here = Path(__file__).parent
    own = [*sorted((here / "versions").glob("*.py")), here / "kwargs_formats.py"]
    print(f"{'':30}{'code lines':>12}{'functions':>12}{'ignores':>10}")
    for name, files in {
        "Airflow's versions/, Cadwyn": sorted((package / "api_fastapi/execution_api/versions").glob("*.py")),
        "here, with timegate": own,
        "the SDK's migrator, Cadwyn": [package / "sdk/execution_time/schema/migrator.py"],
        "supervisor.py, with timegate": [here / "supervisor.py"],
    }.items():
        lines, functions, ignores = counted(files)
        print(f"{name:30}{lines:12}{functions:12}{ignores:10}")


if __name__ == "__main__":
    main()
