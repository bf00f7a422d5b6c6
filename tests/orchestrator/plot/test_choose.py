"""Which chart an answer makes, and why some make none."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.plot.chart import SERIES_MAX, Chart
from orchestrator.plot.choose import chart_of

KINDS = {
    "n": "int",
    "avg": "float",
    "money": "decimal",
    "day": "date",
    "at": "time",
    "who_id": "ref",
}


def answer(names: str, rows: list[list[Any]], *, order: str = "", **rest: Any) -> dict[str, Any]:
    """A folded answer: `names` are its columns, those with a bucket as `day:day`."""
    columns, group = [], []
    for said in names.split():
        name, _, bucket = said.partition(":")
        kind = KINDS.get(name, "text")
        columns.append({"name": name, "type": kind, **({"unit": "EUR"} if name == "money" else {})})
        if kind not in ("int", "float", "decimal"):
            group.append({"field": name, "as": name, **({"bucket": bucket} if bucket else {})})
    plan: dict[str, Any] = {"from": "a.b", "group": group, "measures": [{"fn": "count"}]}
    plan |= {"order": [{"by": order}]} if order else {}
    return {"status": "answered", "columns": columns, "rows": rows, "plan": plan, **rest}


def chart(*args: Any, **rest: Any) -> Chart:
    made = chart_of(answer(*args, **rest))
    assert isinstance(made, Chart), made
    return made


def test_categories_make_bars() -> None:
    made = chart("country money", [["Spain", "12.50"], [None, "3.00"]])
    assert (made.kind, made.labels, made.numbers) == ("bars", ("Spain", "–"), (12.5, 3.0))
    assert made.title == "money (EUR) by country"


def test_a_bucket_without_rows_is_a_gap_and_said_so() -> None:
    made = chart("day:day n", [["2026-03-03", 3], ["2026-03-01", 1]])
    assert (made.kind, made.labels) == ("time", ("03-01", "03-02", "03-03"))
    assert made.series[0].values == (1.0, None, 3.0)
    assert made.notes == ("gaps: 1 of 3 days have no rows",)


@pytest.mark.parametrize(
    ("bucket", "first", "last", "labels"),
    [
        (
            "hour",
            "2026-03-01T22:00:00Z",
            "2026-03-02T00:00:00Z",
            ("03-01 22:00", "03-01 23:00", "03-02 00:00"),
        ),
        ("minute", "2026-03-01T22:00:00Z", "2026-03-01T22:01:00Z", ("22:00", "22:01")),
        ("week", "2026-02-23", "2026-03-09", ("02-23", "03-02", "03-09")),
        ("month", "2025-12-01", "2026-02-01", ("2025-12", "2026-01", "2026-02")),
        ("quarter", "2025-10-01", "2026-04-01", ("2025-Q4", "2026-Q1", "2026-Q2")),
        ("year", "2023-01-01", "2025-01-01", ("2023", "2024", "2025")),
        ("day", "2025-12-31", "2026-01-01", ("2025-12-31", "2026-01-01")),
    ],
)
def test_every_bucket_between_the_first_and_the_last_has_its_place(
    bucket: str, first: str, last: str, labels: tuple[str, ...]
) -> None:
    name = "at" if bucket in ("hour", "minute") else "day"
    made = chart(f"{name}:{bucket} n", [[first, 1], [last, 2]])
    assert made.labels == labels
    assert (made.series[0].values[0], made.series[0].values[-1]) == (1.0, 2.0)


def test_two_keys_make_a_series_each() -> None:
    rows = [["2026-03-01", "web", 1], ["2026-03-02", "web", 5], ["2026-03-02", "app", 9]]
    made = chart("day:day device n", rows)
    assert made.kind == "time"
    assert {s.name: s.values for s in made.series} == {"web": (1.0, 5.0), "app": (None, 9.0)}


def test_more_series_than_can_be_told_apart_are_left_out_and_counted() -> None:
    rows = [[f"2026-03-0{day}", f"h{n}", n] for day in (1, 2) for n in range(9)]
    made = chart("day:day host n", rows)
    assert [s.name for s in made.series] == [f"h{n}" for n in range(8, 8 - SERIES_MAX, -1)]
    assert f"the {SERIES_MAX} largest of 9 host" in made.notes


def test_an_id_only_tells_equal_names_apart() -> None:
    made = chart("who who_id n", [["Ana", "u1", 3], ["Bo", "u2", 2], ["Ana", "u3", 1]])
    assert made.labels == ("Ana (u1)", "Bo", "Ana (u3)")


def test_numbers_of_another_unit_or_another_size_are_not_drawn_and_named() -> None:
    made = chart("country n money avg", [["Spain", 900, "1.00", 1.5], ["Peru", 800, "2.00", 2.5]])
    assert (made.measured, made.notes) == ("n", ("not drawn: money, avg",))


def test_the_number_that_orders_the_rows_is_the_one_drawn() -> None:
    made = chart("country n money", [["Spain", 9, "1.00"], ["Peru", 8, "2.00"]], order="money")
    assert made.measured == "money"


def test_a_cut_answer_says_so() -> None:
    made = chart("country n", [["Spain", 9], ["Peru", 8]], truncated=True)
    assert made.notes == ("cut: there are more rows",)


def test_a_list_is_drawn_by_the_number_that_orders_it() -> None:
    columns = [
        {"name": n, "type": k} for n, k in (("id", "text"), ("title", "text"), ("pages", "int"))
    ]
    listed = {"status": "answered", "columns": columns, "rows": [["1", "A", 9], ["2", "B", 4]]}
    ordered = chart_of(
        {**listed, "plan": {"from": "a.b", "order": [{"by": "pages", "desc": True}]}}
    )
    assert isinstance(ordered, Chart) and ordered.labels == ("A", "B")
    assert chart_of({**listed, "plan": {"from": "a.b"}}) == "the rows hold no number to compare"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"status": "refused"}, "there are no rows"),
        (answer("country n", []), "there are no rows"),
        (answer("country who", [["Spain", "Ana"]]), "the rows hold no number to compare"),
        (answer("country n", [["Spain", None], ["Peru", None]]), "the rows hold no number to compare"),
        (answer("n", [[3]]), "one number needs no drawing"),
        (answer("country n", [["Spain", 3]]), "one row needs no drawing"),
        (answer("country n", [["Spain", 3], ["Spain", 4]]), "several rows have the same country"),
        (
            answer("a b c n", [["1", "1", "1", 1], ["1", "2", "2", 1], ["2", "1", "2", 1], ["2", "2", "1", 1]]),
            "a drawing shows at most two keys, and these rows have 3",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_told_in_one_line(given: dict[str, Any], why: str) -> None:
    assert chart_of(given) == why
