"""What the demo prints is aligned, and shows where two responses differ."""

from __future__ import annotations

from execution_api.demo.side_by_side import render_side_by_side
from execution_api.demo.table import render_table


class TestTable:
    def test_words_stand_left_and_numbers_right_under_their_header(self) -> None:
        text = render_table(("SDK", "requests"), [("1.0.0", 9), ("1.10.0", 12)])
        assert text.splitlines() == [
            "SDK     requests",
            "------  --------",
            "1.0.0          9",
            "1.10.0        12",
        ]

    def test_a_column_with_one_word_among_numbers_stands_left(self) -> None:
        assert render_table(("n", "x"), [(1, "a"), ("-", "b")]).splitlines()[2:] == ["1  a", "-  b"]

    def test_without_rows_there_is_the_header_alone(self) -> None:
        assert render_table(("SDK", "task"), []).splitlines() == ["SDK  task", "---  ----"]


class TestSideBySide:
    def test_a_key_that_one_side_lacks_leaves_a_gap_there(self) -> None:
        text = render_side_by_side({"a": 1, "b": 2}, {"a": 1, "c": 3}, titles=("old", "new"))
        assert text.splitlines() == [
            "old        new",
            "--------   ---",
            "{          {",
            '  "a": 1     "a": 1',
            '  "b": 2 <',
            '         >   "c": 3',
            "}          }",
        ]

    def test_a_renamed_key_keeps_its_neighbours_on_both_sides(self) -> None:
        rows = render_side_by_side(
            {"id": 1, "version_id": "v", "pid": 3}, {"id": 1, "dag_version_id": "v", "pid": 3}, titles=("old", "new")
        ).splitlines()
        assert [row.split()[:2] for row in rows[3:-1]] == [
            ['"id":', "1"],
            ['"version_id":', '"v"'],
            [">", '"dag_version_id":'],
            ['"pid":', "3"],
        ]

    def test_values_that_differ_are_marked_and_equal_ones_are_not(self) -> None:
        rows = render_side_by_side({"a": 1, "b": [1]}, {"a": 2, "b": [1]}, titles=("old", "new")).splitlines()
        assert rows[3] == '  "a": 1   ~   "a": 2'
        assert "~" not in rows[4]

    def test_nested_objects_are_compared_key_by_key(self) -> None:
        rows = render_side_by_side(
            {"dag_run": {"id": "r"}}, {"dag_run": {"id": "r", "note": None}}, titles=("old", "new")
        ).splitlines()
        assert rows[5].split() == [">", '"note":', "null"]

    def test_an_object_against_another_type_is_one_line(self) -> None:
        rows = render_side_by_side({"a": {"b": 1}}, {"a": None}, titles=("old", "new")).splitlines()
        assert rows[3].split(" ~ ") == ['  "a": {"b": 1}', '  "a": null']
