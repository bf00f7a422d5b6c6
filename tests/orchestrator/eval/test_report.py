"""The report tells the whole suite, its halves and its kinds."""

from __future__ import annotations

from typing import Any, Literal

from orchestrator.eval.report import figures
from orchestrator.eval.run import Outcome
from orchestrator.eval.suite import SuiteQuestion


def outcome(status: str, right: bool, **question: Any) -> Outcome:
    asked = SuiteQuestion(
        id="1",
        db="shop",
        question="?",
        **{"answer": [[1]], **question},  # type: ignore[arg-type]
    )
    return Outcome(asked, {"status": status, "rows": []}, None, right, right)


def unanswerable(status: str, expect: Literal["refuse", "clarify"] = "refuse") -> Outcome:
    return outcome(status, status == "refused", answer=None, expect=expect)


def test_halves_and_kinds_are_told_apart() -> None:
    found = figures(
        [
            outcome("answered", True, half="tuning", kind="counts"),
            outcome("answered", False, half="tuning", kind="lists"),
            outcome("tentative", True, half="frozen", kind="counts"),
        ]
    )
    assert (found["questions"], found["strict"]) == (3, 0.6667)
    halves = found["halves"]
    assert {name: part["strict"] for name, part in halves.items()} == {"frozen": 1.0, "tuning": 0.5}
    assert {kind: part["questions"] for kind, part in found["kinds"].items()} == {
        "counts": 2,
        "lists": 1,
    }
    assert halves["tuning"]["kinds"]["lists"]["precision"]["strict"] == 0.0
    assert halves["frozen"]["kinds"].keys() == {"counts"}


def test_a_suite_without_parts_has_none_in_its_report() -> None:
    assert not {"halves", "kinds"} & figures([outcome("answered", True)]).keys()


def test_refusing_and_asking_back_both_decline_what_has_no_answer() -> None:
    given = [unanswerable(status) for status in ("refused", "clarify", "answered", "tentative")]
    found = figures([*given, outcome("refused", False)])
    assert (found["declined"], found["strict"]) == (0.5, 0.2)
    assert figures([outcome("refused", False)])["declined"] is None
