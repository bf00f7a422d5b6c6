"""Reliability, coverage, and planners side by side."""

from __future__ import annotations

from orchestrator.eval.calibration import calibration, coverage, oracle
from orchestrator.eval.run import Outcome
from orchestrator.eval.suite import SuiteQuestion


def outcome(likely: float | None, right: bool, status: str = "answered") -> Outcome:
    asked = SuiteQuestion(id="1", db="shop", question="?", answer=[[1]])
    answer = {"status": status, "rows": [], "confidence": likely}
    return Outcome(asked, answer, None, right, right)


def test_the_curve_tells_how_often_each_tenth_was_right() -> None:
    found = calibration([outcome(0.92, True), outcome(0.98, False), outcome(0.31, False)])
    assert found["curve"] == [
        {"answers": 1, "said": 0.31, "right": 0.0},
        {"answers": 2, "said": 0.95, "right": 0.5},
    ]
    assert found["error"] == round((0.31 + 2 * 0.45) / 3, 4)


def test_certainty_has_a_place_on_the_curve() -> None:
    assert calibration([outcome(1.0, True)])["curve"][0]["right"] == 1.0


def test_a_suite_without_answers_has_no_curve() -> None:
    found = calibration([outcome(None, False, "refused")])
    assert found == {"error": None, "curve": []}
    assert coverage([]) is None


def test_coverage_is_of_all_questions_the_surest_first() -> None:
    sure = [outcome(0.9, True)] * 3
    asked = [*sure, outcome(0.8, False), outcome(None, False, "refused")]
    assert coverage(asked) == 0.6
    assert coverage(asked, 0.75) == 0.8


def test_the_oracle_takes_whoever_is_right() -> None:
    first = [outcome(0.9, True), outcome(0.9, False), outcome(0.9, False)]
    second = [outcome(0.9, False), outcome(0.9, True), outcome(0.9, False)]
    assert oracle({"a": first, "b": second})["strict"] == 0.6667
