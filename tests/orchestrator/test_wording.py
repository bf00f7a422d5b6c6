from __future__ import annotations

import pytest

from orchestrator.wording import sentence, value
from registry.check import Column
from registry.record import BOOL, FLOAT, INT, TEXT

COUNT = Column("count", INT)
NAME = Column("name", TEXT)


def test_a_single_value_is_said() -> None:
    assert sentence("Number of users", (COUNT,), [[1234]], cut=False) == "Number of users: 1,234."


def test_several_rows_are_counted_and_the_first_is_said() -> None:
    text = sentence("Users by name", (NAME, COUNT), [["Ada", 3], ["Bob", 1]], cut=False)
    assert text == "Users by name: 2 rows; first name Ada, count 3."


def test_a_cut_answer_says_so() -> None:
    assert "more than 1" not in sentence(None, (COUNT,), [[1]], cut=True)
    assert "more than 2 rows" in sentence(None, (COUNT,), [[1], [2]], cut=True)


def test_nothing_found_is_said_plainly() -> None:
    assert sentence("Users", (NAME,), [], cut=False) == "Users: nothing found."


@pytest.mark.parametrize(
    ("column", "cell", "text"),
    [
        (Column("d", FLOAT, "ms"), 12.5, "12.5 ms"),
        (Column("d", FLOAT), 1234.567, "1,234.57"),
        (Column("d", FLOAT), 0.000123, "0.000123"),
        (Column("d", FLOAT), 0.0, "0"),
        (Column("b", BOOL), True, "yes"),
        (NAME, None, "none"),
        (Column("t", TEXT, "EUR"), "x", "x"),
    ],
)
def test_values_read_as_a_person_would_say_them(column: Column, cell: object, text: str) -> None:
    assert value(column, cell) == text
