"""The structure of the package: the order of imports, private names, the size of files, what runs where."""

import ast
import importlib
import io
import json
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
PACKAGE = SOURCE / "timegate"
FRAMEWORKS = frozenset({"pydantic", "pydantic_core", "starlette", "fastapi"})

# A room imports its own files and the rooms before it, never one after it.
ORDER = (
    "errors",
    "typing",
    "context",
    "lifecycle",
    "changes",
    "version",
    "placeholder",
    "promises",
    "timeline",
    "wire",
    "reading",
    "starlette",
    "history",
    "documents",
    "gates.run",
    "gates.plan",
    "gates.source",
    "gates.check",
    "gates",
    "contract",
    "changelog",
    "frozen",
    "observing",
    "cadwyn",
    "asgi.message",
    "asgi.select",
    "asgi.route",
    "asgi.exchange",
    "asgi.serve",
    "asgi",
    "extend",
    "bulk",
    "cli",
    "testing",
    "__init__",
)

# The frameworks that a room, or one file of it, must not import.
MUST_NOT_IMPORT = {
    "context": FRAMEWORKS,
    "errors": {"starlette", "fastapi"},
    "typing": {"starlette", "fastapi"},
    "changes": {"starlette", "fastapi"},
    "version": {"starlette", "fastapi"},
    "timeline": {"starlette", "fastapi"},
    "gates": {"starlette", "fastapi"},
    "gates.run": FRAMEWORKS,
    "wire": {"starlette", "fastapi"},
    "history": {"starlette", "fastapi"},
    "documents": FRAMEWORKS,
    "starlette": {"fastapi"},
    "asgi": {"pydantic", "fastapi"},
    "frozen": {"starlette", "fastapi"},
}


def python_files(*folders: Path) -> list[Path]:
    """Return the Python files in the folders, without recorded data and hidden folders."""
    files = [file for folder in folders for file in sorted(folder.rglob("*.py"))]
    return [file for file in files if not any(part == "data" or part.startswith(".") for part in file.parts)]


def module_name(file: Path) -> str:
    parts = file.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(tree: ast.AST, *, module: str, is_package: bool = False) -> Iterator[str]:
    """Yield the full name of each module, or name in a module, that the tree imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")
            above = above[: len(above) - node.level + is_package] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def room_of(module: str) -> str:
    """Return the room of `timegate.room.file`: the one with the longest name; `__init__` for the package itself."""
    name = module.removeprefix("timegate").removeprefix(".")
    rooms = [room for room in ORDER if f"{name}.".startswith(f"{room}.")]
    return max(rooms, key=len, default="__init__")


def own_imports() -> dict[str, set[str]]:
    """Return the package's own modules that each of its modules imports, anywhere in the file."""
    files = {module_name(file): file for file in python_files(PACKAGE)}
    found: dict[str, set[str]] = {}
    for module, file in files.items():
        names = imported_modules(source_tree(file), module=module, is_package=file.name == "__init__.py")
        targets = {name if name in files else name.rpartition(".")[0] for name in names}
        found[module] = {target for target in targets if target in files} - {module}
    return found


def circles(imports: dict[str, set[str]]) -> list[str]:
    """Return the modules that import themselves indirectly: those left after removing modules without imports."""
    left = {module: set(targets) for module, targets in imports.items()}
    while done := {module for module, targets in left.items() if not targets}:
        left = {module: targets - done for module, targets in left.items() if module not in done}
    return sorted(left)


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("_")


def own_names(tree: ast.AST) -> Iterator[str]:
    """Yield the names that the tree itself defines: functions, classes, variables, attributes of `self`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if isinstance(node.value, ast.Name) and node.value.id == "self":
                yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            yield node.value  # __slots__


def private_uses(tree: ast.AST, *, own: frozenset[str]) -> Iterator[str]:
    """Yield each use of a framework's private name.

    Args:
        tree: the module to look at.
        own: the names that the package defines itself; any other underscore name counts as a framework's, because
            the text does not show whose attribute it is.
    """
    bound: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            base = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                name = f"{base}.{alias.name}" if base else alias.name
                if name.partition(".")[0] in FRAMEWORKS and not getattr(node, "level", 0):
                    bound[alias.asname or name.rpartition(".")[2 if base else 0] or name] = name
                    if any(is_private(part) for part in name.split(".")):
                        yield f"imports {name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr) and node.attr not in own:
            yield f"uses .{node.attr}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            path = node.value.split(".")
            if path[0] in FRAMEWORKS and all(map(str.isidentifier, path)) and any(map(is_private, path)):
                yield f"names {node.value}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"getattr", "hasattr"}:
            match node.args:
                case [_, ast.Constant(value=str(name)), *_] if is_private(name):
                    yield f"uses .{name}"
                case _:
                    pass
        elif isinstance(node, ast.ClassDef):
            for base in (bound[name.id] for name in node.bases if isinstance(name, ast.Name) and name.id in bound):
                inherited = dir(getattr(importlib.import_module(base.rpartition(".")[0]), base.rpartition(".")[2]))
                yield from (f"overrides .{name}" for name in own_names(node) if is_private(name) and name in inherited)


def source_tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


class TestImports:
    def test_compiling_types_without_an_app_imports_no_http_framework(self) -> None:
        program = (
            "import sys; from pydantic import create_model; from timegate import Contract, Timeline, Version;"
            "Timeline(Version('2025-01-01')).compile(Contract.of_types(create_model('A', a=(int, 0))));"
            "print(sorted({'fastapi', 'starlette'} & sys.modules.keys()))"
        )
        ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert ran.stdout == "[]\n"

    def test_importing_timegate_imports_no_http_framework(self) -> None:
        program = "import json, sys, timegate; print(json.dumps(sorted(sys.modules)))"
        run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        loaded = {name.partition(".")[0] for name in json.loads(run.stdout)}
        assert "timegate" in loaded
        assert loaded & {"starlette", "fastapi", "httpx", "uvicorn"} == set()

    def test_declaring_changes_does_not_load_the_compiler(self) -> None:
        program = """
import json, sys
from pydantic import BaseModel
from timegate import Timeline, Version, VersionChange, on

class Item(BaseModel):
    name: str

class Named(VersionChange):
    "`title` is now called `name`."
    changes = (on(Item).renamed("title", to="name"),)

Timeline(Version("2025-09-23", Named), Version("2025-04-11")).resolve("2025-06-01")
print(json.dumps(sorted(sys.modules)))
"""
        run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        loaded = {".".join(name.split(".")[:2]) for name in json.loads(run.stdout)}
        assert "timegate.changes" in loaded
        assert loaded & {"timegate.contract", "timegate.gates", "timegate.asgi"} == set()

    @pytest.mark.parametrize("name", ["Contract", "Gates"])
    @pytest.mark.parametrize(
        "statement",
        ["from timegate import {0}", "import timegate; {0} = timegate.{0}", "from timegate import *"],
        ids=["from", "attribute", "star"],
    )
    def test_a_lazily_loaded_name_is_the_class_itself(self, name: str, statement: str) -> None:
        program = f"""
import sys, timegate
assert "{name}" in dir(timegate)
assert "timegate.gates.gates" not in sys.modules
{statement.format(name)}
from timegate.contract import Contract as C
from timegate.gates.gates import Gates as G
assert {name} is {name[0]} is timegate.{name}
"""
        run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr

    @pytest.mark.parametrize("name", ["Gate", "contracts"])
    def test_a_missing_name_is_an_attribute_error(self, name: str) -> None:
        with pytest.raises(AttributeError, match=f"module 'timegate' has no attribute '{name}'"):
            getattr(importlib.import_module("timegate"), name)

    def test_every_public_name_exists(self) -> None:
        timegate = importlib.import_module("timegate")
        declared = {"VersionChange", "Version", "Timeline", "Internal", "on", "enum", "endpoint", "sibling"}
        used = {"Contract", "Gates", "current_version", "JsonValue", "TimegateError"}
        assert {name for name in declared | used if not hasattr(timegate, name)} == set()
        assert declared | used <= set(timegate.__all__)

    def test_a_room_imports_no_room_after_it(self) -> None:
        wrong = {
            f"{module} imports {target}"
            for module, targets in own_imports().items()
            for target in targets
            if ORDER.index(room_of(target)) > ORDER.index(room_of(module))
        }
        assert wrong == set()

    def test_every_file_is_in_a_listed_room(self) -> None:
        assert {room_of(module_name(file)) for file in python_files(PACKAGE)} == set(ORDER)

    def test_no_file_imports_itself_indirectly(self) -> None:
        assert circles(own_imports()) == []

    def test_a_circle_is_found(self) -> None:
        assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["a", "b", "c"]

    @pytest.mark.parametrize("place", MUST_NOT_IMPORT)
    def test_a_room_imports_only_its_own_frameworks(self, place: str) -> None:
        found: list[str] = []
        for file in python_files(PACKAGE):
            module = module_name(file)
            if f"{module}.".startswith(f"timegate.{place}."):
                names = imported_modules(source_tree(file), module=module, is_package=file.name == "__init__.py")
                found += [
                    f"{module} imports {name}" for name in names if name.partition(".")[0] in MUST_NOT_IMPORT[place]
                ]
        assert found == []

    def test_fastapi_is_never_imported(self) -> None:
        importing = {
            room_of(module_name(file))
            for file in python_files(PACKAGE)
            for name in imported_modules(source_tree(file), module=module_name(file))
            if name.partition(".")[0] == "fastapi"
        }
        assert importing == set()

    def test_what_is_looked_up_of_fastapi_stands_in_its_public_modules(self) -> None:
        looked_up = {
            node.value
            for file in python_files(PACKAGE)
            for node in ast.walk(source_tree(file))
            if isinstance(node, ast.Constant) and re.fullmatch(r"fastapi(\.\w+)+", str(node.value))
        }
        assert looked_up == {"fastapi.applications", "fastapi.exceptions", "fastapi.routing"}

    def test_only_the_command_line_imports_typer(self) -> None:
        importing = {
            room_of(module_name(file))
            for file in python_files(PACKAGE)
            for name in imported_modules(source_tree(file), module=module_name(file))
            if name.partition(".")[0] == "typer"
        }
        assert importing == {"cli"}

    def test_no_private_name_of_a_framework_is_used(self) -> None:
        trees = {file: source_tree(file) for file in python_files(PACKAGE)}
        own = frozenset(name for tree in trees.values() for name in own_names(tree))
        found = [f"{module_name(file)} {use}" for file, tree in trees.items() for use in private_uses(tree, own=own)]
        assert found == []

    @pytest.mark.parametrize(
        ("source", "use"),
        [
            ("import fastapi._compat", "imports fastapi._compat"),
            ("from pydantic._internal import _fields", "imports pydantic._internal._fields"),
            ("from starlette.routing import _x as x", "imports starlette.routing._x"),
            ("def f(app): return app.router._routes", "uses ._routes"),
            ("def f(app): return getattr(app, '_routes', None)", "uses ._routes"),
            ("import_module('pydantic._internal._fields')", "names pydantic._internal._fields"),
            (
                "from pydantic.json_schema import GenerateJsonSchema as Base\n"
                "class Custom(Base):\n    def _build_definitions_remapping(self): ...",
                "overrides ._build_definitions_remapping",
            ),
        ],
    )
    def test_a_private_name_is_found(self, source: str, use: str) -> None:
        assert use in list(private_uses(ast.parse(source), own=frozenset()))

    def test_public_names_and_own_names_are_not_found(self) -> None:
        tree = ast.parse("import fastapi\nfastapi.__version__\nself._programs\nnot_a_module = '_x'")
        assert list(private_uses(tree, own=frozenset({"_programs"}))) == []


class TestFiles:
    def test_no_file_is_longer_than_400_lines(self) -> None:
        lengths = {
            str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines())
            for file in python_files(SOURCE, *ROOT.glob("examples/*/src"))
        }
        assert lengths
        assert {name: length for name, length in lengths.items() if length > 400} == {}

    def test_every_file_is_named_by_its_concept(self) -> None:
        nameless = {"utils", "util", "helpers", "helper", "common", "misc"}
        files = python_files(SOURCE, ROOT / "examples", ROOT / "tests")
        assert [str(file) for file in files if nameless & set(file.relative_to(ROOT).with_suffix("").parts)] == []

    def test_no_checker_is_silenced(self) -> None:
        silenced: list[str] = []
        for file in python_files(SOURCE, ROOT / "examples", ROOT / "tests"):
            text = file.read_text(encoding="utf-8")
            for token in tokenize.generate_tokens(io.StringIO(text).readline):
                if token.type == tokenize.COMMENT and re.search(r"type:\s*ignore|pyright:|noqa|pragma:", token.string):
                    silenced.append(f"{file.relative_to(ROOT)}:{token.start[0]}: {token.string}")
            names = imported_modules(ast.parse(text), module="")
            silenced += [f"{file.relative_to(ROOT)}: {name}" for name in names if name.endswith("typing.cast")]
        assert silenced == []


class TestMatrix:
    def test_what_runs_on_older_releases_does_not_use_their_test_client(self) -> None:
        """It leaves streams open that newer releases of anyio warn of; `tests.asgi.calling` sends requests there."""
        wired = re.findall(r"^WIRED := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[0].split()
        folders = [ROOT / one for one in wired]
        files = [*python_files(*(one for one in folders if one.is_dir())), *(one for one in folders if one.is_file())]
        assert len(files) > 100
        written = [file for file in files if re.search(r"(starlette|fastapi)\.testclient", file.read_text("utf-8"))]
        assert [str(file.relative_to(ROOT)) for file in written] == []
