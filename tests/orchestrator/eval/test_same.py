"""Which rows count as the right ones."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.eval.same import same

Rows = list[list[Any]]


def judged(given: Rows, right: Rows, *, ordered: bool = False) -> str:
    if same(given, right, ordered=ordered, lenient=False):
        return "strict"
    return "lenient" if same(given, right, ordered=ordered, lenient=True) else "wrong"


@pytest.mark.parametrize(
    ("given", "right", "verdict"),
    [
        ([[1]], [[1]], "strict"),
        ([[1]], [[1.0000001]], "strict"),
        ([[1]], [[1.00001]], "wrong"),
        ([["12.50"]], [[12.5]], "strict"),
        ([["9007199254740993"]], [[9007199254740993]], "strict"),
        ([[None]], [[None]], "strict"),
        ([[None]], [[0]], "wrong"),
        ([[True]], [[1]], "strict"),
        ([["a"], ["b"]], [["b"], ["a"]], "strict"),
        ([["a"], ["a"], ["b"]], [["a"], ["b"], ["b"]], "wrong"),
        ([["a", 1], ["b", 2]], [[2, "b"], [1, "a"]], "strict"),
        ([["a", 1], ["b", 2]], [["a", 2], ["b", 1]], "wrong"),
        ([["a", 1], ["b", 2]], [["a"], ["b"]], "lenient"),
        ([["a"], ["b"]], [["a", 1], ["b", 2]], "wrong"),
        ([[1, 1, 2], [1, 2, 1]], [[1, 2], [1, 1]], "lenient"),
        ([["2026-11-01T00:00:00Z"]], [["2026-11-01"]], "strict"),
        ([["2026-11-01T10:00:00Z"]], [["2026-11-01 10:00"]], "strict"),
        ([["2026-11-01T10:00:00.5Z"]], [["2026-11-01 10:00:00"]], "wrong"),
        ([], [], "strict"),
        ([], [["a"]], "wrong"),
    ],
)
def test_rows_are_compared_as_the_contract_says(given: Rows, right: Rows, verdict: str) -> None:
    assert judged(given, right) == verdict


def test_the_order_of_rows_counts_where_the_right_ones_have_one() -> None:
    assert judged([["b"], ["a"]], [["a"], ["b"]], ordered=True) == "wrong"
    assert judged([["a", 2], ["b", 1]], [["a"], ["b"]], ordered=True) == "lenient"


def test_many_columns_that_look_alike_do_not_take_for_ever() -> None:
    given = [[row ^ column for column in range(16)] for row in range(16)]
    right = [[*row[:-2], row[-1], row[-1]] for row in given]
    assert judged(given, right) == "wrong"
