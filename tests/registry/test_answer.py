"""Answers and receipts say everything once, and leave out what is empty."""

from __future__ import annotations

import orjson
import pytest

from registry.answer import Answer, Choice, Receipt, Source, Status, Understood
from registry.check import Column
from registry.limits import REASONS_MAX
from registry.record import TEXT, Type

COLUMNS = (Column("name", TEXT), Column("amount", Type("decimal", 2), "EUR"))


def test_an_answer_with_everything_is_json() -> None:
    answer = Answer(
        status="answered",
        text="Two.",
        columns=COLUMNS,
        rows=[["a", "1.00"], ["b", None]],
        cursor="c",
        plan={"from": "a.b"},
        understood=(Understood("two", "limit 2"),),
        confidence=0.9,
        planner="rules",
        sources=(Source("a.b", "hot", 2, 0.12345, "2026-11-23T08:00:00Z"),),
        missing=("c.d",),
        choices=(Choice("1", "Users", {"from": "a.b"}),),
        conversation="k",
        ms={"plan": 1.23456},
    )
    wire = orjson.loads(orjson.dumps(answer.to_wire()))
    assert wire["row_count"] == len(wire["rows"]) == 2
    assert wire["columns"] == [
        {"name": "name", "type": "text"},
        {"name": "amount", "type": "decimal", "scale": 2, "unit": "EUR"},
    ]
    assert wire["sources"] == [
        {
            "collection": "a.b",
            "tier": "hot",
            "rows_scanned": 2,
            "ms": 0.123,
            "as_of": "2026-11-23T08:00:00Z",
        }
    ]
    assert wire["understood"] == [{"words": "two", "meaning": "limit 2"}]
    assert wire["choices"] == [{"id": "1", "label": "Users", "plan": {"from": "a.b"}}]
    assert wire["ms"] == {"plan": 1.235}
    assert "reason" not in wire
    assert "suggestions" not in wire


@pytest.mark.parametrize("status", ["answered", "tentative"])
def test_an_empty_answer_still_says_that_there_are_no_rows(status: Status) -> None:
    wire = Answer(status=status, text="None.").to_wire()
    assert (wire["rows"], wire["row_count"], wire["truncated"], wire["partial"]) == (
        [],
        0,
        False,
        False,
    )


@pytest.mark.parametrize("status", ["clarify", "refused"])
def test_what_is_no_answer_has_no_rows_at_all(status: Status) -> None:
    wire = Answer(status=status, text="?", reason="which?", not_understood=("x",)).to_wire()
    assert wire == {
        "status": status,
        "text": "?",
        "reason": "which?",
        "not_understood": ["x"],
        "ms": {},
    }


def test_a_confidence_of_nought_is_said() -> None:
    assert Answer(status="refused", text="", confidence=0.0).to_wire()["confidence"] == 0.0


def test_a_receipt_counts_every_rejection_and_explains_the_first() -> None:
    receipt = Receipt("a.b", accepted=1)
    for line in range(REASONS_MAX + 5):
        receipt.reject(line, "no date")
    wire = receipt.to_wire()
    assert wire["rejected"] == REASONS_MAX + 5
    assert wire["reasons"] == [{"line": n, "reason": "no date"} for n in range(REASONS_MAX)]
    assert "source_sha256" not in wire
    assert "notes" not in wire


def test_receipts_do_not_share_their_reasons() -> None:
    Receipt("a.b").reject(None, "x")
    assert Receipt("a.b").to_wire()["reasons"] == []


def test_a_receipt_names_its_source_and_its_notes() -> None:
    wire = Receipt("a.b", source_sha256="ab", notes=["one sheet"], ms=1.23456).to_wire()
    assert (wire["source_sha256"], wire["notes"], wire["ms"]) == ("ab", ["one sheet"], 1.235)
