"""Promises and tests, compared both ways."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from tests.promises import PROMISES

TESTS = Path(__file__).parent


def claims_in(source: str) -> list[int | None]:
    """Numbers of `pytest.mark.promise(number)` in a module; `None` for one that is not a literal."""
    found: list[int | None] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.promise":
            values = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
            found += [value if isinstance(value, int) else None for value in values or [None]]
    return found


CLAIMS: dict[int | None, set[str]] = defaultdict(set)
for _path in TESTS.rglob("test_*.py"):
    for _number in claims_in(_path.read_text(encoding="utf-8")):
        CLAIMS[_number].add(_path.relative_to(TESTS).as_posix())


@pytest.mark.parametrize("number", [n for n, promise in PROMISES.items() if promise.since])
def test_a_promise_that_holds_is_claimed_by_a_test(number: int) -> None:
    assert CLAIMS[number], f"no test claims P{number}: {PROMISES[number].text}"


def test_no_test_claims_an_unknown_promise() -> None:
    unknown = {
        number: files for number, files in CLAIMS.items() if number not in PROMISES and files
    }
    assert not unknown


def test_promises_are_numbered_from_one_and_say_who_brings_them() -> None:
    assert list(PROMISES) == list(range(1, len(PROMISES) + 1))
    assert all(promise.text.endswith(".") and promise.brought_by for promise in PROMISES.values())


def test_claims_are_found_wherever_a_marker_stands() -> None:
    source = (
        "import pytest\n"
        "pytestmark = pytest.mark.promise(2)\n"
        "@pytest.mark.promise(7)\n"
        "def test_a(): ...\n"
        "@pytest.mark.promise(n)\n"
        "def test_b(): ...\n"
    )
    assert sorted(claims_in(source), key=str) == [2, 7, None]
