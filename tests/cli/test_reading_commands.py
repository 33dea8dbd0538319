"""The commands that tell of versions and change nothing: status, changelog, history, explain, openapi, clients."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from timegate.cli.app import application

SHOP = "tests.cli.shops:app"


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(application, list(arguments), input=given)


def printed(*arguments: str, given: str | None = None) -> str:
    ran = run(*arguments, given=given)
    assert ran.exit_code == 0, ran.output
    return ran.stdout


@pytest.mark.parametrize("name", ["status", "diff", "changelog", "history", "explain", "openapi", "clients"])
def test_a_command_says_what_it_does_and_shows_an_example(name: str) -> None:
    told = " ".join(printed(name, "--help").split())
    assert f" {name} [OPTIONS]" in told
    assert f"timegate {name} " in told.partition("Example: ")[2]


def test_status_shows_every_version(tmp_path: Path) -> None:
    (tmp_path / "2025-01-01.json").touch()
    assert printed("status", SHOP, "--folder", str(tmp_path)).splitlines() == [
        "version     lifecycle                                 contract    changes  operations  converted",
        "2025-09-01  served                                    not frozen        3           2          0",
        "2025-06-01  deprecated 2025-12-01                     not frozen        1           2          1",
        "2025-01-01  deprecated 2025-07-01, sunset 2030-01-01  frozen            0           2          1",
    ]


class TestDiff:
    def test_each_difference_has_its_severity_and_the_changes_follow(self) -> None:
        assert printed("diff", "2025-01-01", "2025-09-01", SHOP).splitlines() == [
            "breaking: POST /articles is at POST /items now",
            "breaking: Item.article is gone, and was required (it was string), in what clients send and "
            "what clients get",
            "additive: Item.note has come (string or null), in what clients send and what clients get",
            "breaking: Item.sku has come and is required (string), in what clients send and what clients get",
            'breaking: Size has new members: "huge", in what clients send and what clients get',
            "2025-09-01 Sizes: Items may be huge.",
            "2025-09-01 Notes: An item has a note.",
            "2025-06-01 Skus: An article number is called SKU.",
        ]

    def test_two_versions_with_one_contract(self) -> None:
        assert printed("diff", "2025-09-01", "2025-09-01", SHOP) == "2025-09-01 and 2025-09-01 have the same contract\n"


class TestChangelog:
    def test_markdown_says_why_and_shows_a_payload(self) -> None:
        assert (
            printed("changelog", SHOP)
            == """\
# API changelog

## 2025-09-01

### Items may be huge.

- Clients of 2025-06-01 know `Size` without `huge`.

Operations: `POST /items`.

`Size` before: `"small"`, and now: `"huge"`.

Declared by `Sizes`.

### An item has a note.

- Clients of 2025-06-01 do not know `note` of `Item`.

Operations: `POST /items`.

`Item` before: `{}`, and now: `{"note": "note"}`.

Declared by `Notes`.

## 2025-06-01

Deprecated from 2025-12-01.

### An article number is called SKU.

- Clients of 2025-01-01 know `article` of `Item`, which is `sku` now.
- Clients of 2025-01-01 know `POST /articles`, which is at `/items` now.

Operations: `POST /items`.

`Item` before: `{"article": "sku"}`, and now: `{"sku": "sku"}`.

Declared by `Skus`.

## 2025-01-01

Deprecated from 2025-07-01. No longer served from 2030-01-01.

The oldest version.
"""
        )

    def test_json_has_the_same(self, tmp_path: Path) -> None:
        file = tmp_path / "changelog.json"
        assert printed("changelog", SHOP, "--format", "json", "-o", str(file)) == f"{file}: 3 versions\n"
        newest, middle, oldest = json.loads(file.read_text())
        assert [newest["version"], newest["older"], oldest["older"]] == ["2025-09-01", "2025-06-01", None]
        assert oldest["sunset"] == "2030-01-01T00:00:00+00:00"
        assert [change["name"] for change in newest["changes"]] == ["Sizes", "Notes"]
        assert middle["changes"] == [
            {
                "name": "Skus",
                "description": "An article number is called SKU.",
                "facts": [
                    "on(Item).renamed('article', to='sku')",
                    "endpoint('/articles', 'POST').moved(to='/items')",
                ],
                "why": [
                    "Clients of 2025-01-01 know `article` of `Item`, which is `sku` now.",
                    "Clients of 2025-01-01 know `POST /articles`, which is at `/items` now.",
                ],
                "operations": ["POST /items"],
                "sample": {"of": "Item", "before": {"article": "sku"}, "after": {"sku": "sku"}},
            }
        ]

    def test_since_leaves_out_what_is_older(self) -> None:
        told = printed("changelog", SHOP, "--since", "2025-06-01")
        assert ("## 2025-09-01" in told, "## 2025-06-01" in told) == (True, False)


class TestHistory:
    def test_a_field_under_any_of_its_names(self) -> None:
        shown = [
            "2025-09-01  sku      string, required",
            "            Skus: An article number is called SKU.",
            "2025-01-01  article  string, required",
        ]
        assert printed("history", "Item.sku", SHOP).splitlines() == shown
        assert printed("history", "Item.article", SHOP).splitlines() == shown

    def test_a_field_that_older_versions_do_not_have(self) -> None:
        assert printed("history", "Item.note", SHOP).splitlines() == [
            "2025-09-01  note  string or null, default null",
            "            Notes: An item has a note.",
            "2025-06-01  -",
        ]

    @pytest.mark.parametrize(
        ("field", "message"),
        [
            ("Item.skus", "no version of Item has a field skus; did you mean Item.sku?"),
            ("Itm.sku", "no version has a model Itm; did you mean Item?"),
        ],
    )
    def test_an_unknown_name_is_told_with_what_was_meant(self, field: str, message: str) -> None:
        ran = run("history", field, SHOP)
        assert (ran.exit_code, ran.stderr) == (2, f"timegate: {message}\n")


class TestExplain:
    def test_a_response_on_its_way_to_an_old_client(self) -> None:
        given = '{"sku": "tea", "size": "huge", "note": "hot"}'
        assert (
            printed("explain", "Item", SHOP, "--to", "2025-01-01", given=given)
            == """\
2025-09-01 Notes: An item has a note.
    {
      "sku": "tea",
      "size": "huge"
  -   "note": "hot"
    }
2025-09-01 Sizes: Items may be huge.
    {
      "sku": "tea",
  -   "size": "huge"
  +   "size": "small"
    }
2025-06-01 Skus: An article number is called SKU.
    {
  -   "sku": "tea",
  +   "article": "tea",
      "size": "small"
    }
"""
        )

    def test_an_operation_s_request(self, tmp_path: Path) -> None:
        file = tmp_path / "old.json"
        file.write_text('{"article": "tea"}')
        told = printed("explain", "POST /items", SHOP, "--from", "2025-01-01", "--file", str(file))
        assert told.splitlines()[0] == "2025-06-01 Skus: An article number is called SKU."

    def test_what_no_change_affects(self) -> None:
        assert printed("explain", "GET /health", SHOP, "--to", "2025-01-01", given="{}") == "no change affects it\n"

    def test_colours_are_for_terminals(self) -> None:
        ran = CliRunner().invoke(
            application, ["explain", "Item", SHOP, "--to", "2025-01-01"], input='{"sku": "tea"}', color=True
        )
        assert '\x1b[31m  -   "sku": "tea"\x1b[0m' in ran.stdout
        assert '\x1b[32m  +   "article": "tea"\x1b[0m' in ran.stdout

    @pytest.mark.parametrize(
        ("arguments", "given", "message"),
        [
            (["Item"], "{}", "say which way"),
            (["Item", "--to", "2025-01-01"], "{", "stdin holds no JSON"),
            (["Item", "--to", "2025-01-01"], "[" * 100_000, "stdin holds no JSON"),
            (["Itm", "--to", "2025-01-01"], "{}", "nothing that leaves the server is a Itm"),
            (["Item", "--from", "2025-01-01"], '{"size": "giant"}', "at /size"),
        ],
    )
    def test_what_cannot_be_explained_is_told_without_a_traceback(
        self, arguments: list[str], given: str, message: str
    ) -> None:
        ran = run("explain", arguments[0], SHOP, *arguments[1:], given=given)
        assert ran.exit_code == 2
        assert message in " ".join(ran.stderr.replace("│", "").split())
        assert "Traceback" not in ran.output

    def test_a_file_that_is_no_text_is_told_without_a_traceback(self, tmp_path: Path) -> None:
        (tmp_path / "item.json").write_bytes(b"\xff\xfe")
        ran = run("explain", "Item", SHOP, "--to", "2025-01-01", "--file", str(tmp_path / "item.json"))
        assert ran.exit_code == 2
        assert "holds no JSON" in " ".join(ran.stderr.replace("│", "").split())
        assert "Traceback" not in ran.output


class TestOpenapi:
    def test_the_document_is_the_one_that_is_served(self, tmp_path: Path) -> None:
        document = json.loads(printed("openapi", "2025-01-01", SHOP))
        assert document["info"] == {"title": "Shop", "version": "2025-01-01"}
        assert list(document["paths"]) == ["/articles", "/health"]
        file = tmp_path / "old.json"
        assert printed("openapi", "2025-03-01", SHOP, "--output", str(file)) == f"{file}: the contract of 2025-03-01\n"
        assert json.loads(file.read_text()) == document


class TestClients:
    def test_models_of_python_are_those_of_the_version(self, tmp_path: Path) -> None:
        file = tmp_path / "client" / "models.py"
        told = printed("clients", "2025-01-01", SHOP, "--language", "python", "--output", str(file))
        assert told == f"{file}: a client of 2025-01-01, in python\n"
        program = "import models; print(models.Item(article='tea').model_dump(mode='json'))"
        ran = subprocess.run(
            [sys.executable, "-c", program], cwd=file.parent, capture_output=True, text=True, check=True, timeout=60
        )
        assert ran.stdout == "{'article': 'tea', 'size': 'small'}\n"

    def test_a_generator_that_is_missing_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        file = tmp_path / "client.ts"
        ran = run("clients", "2025-01-01", SHOP, "--language", "typescript", "--output", str(file))
        assert (ran.exit_code, ran.stderr) == (2, "timegate: npx is missing: install Node.js (https://nodejs.org)\n")
        assert not file.exists()
