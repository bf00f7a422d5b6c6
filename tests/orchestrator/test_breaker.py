from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.breaker import Breaker
from registry.limits import BREAKER_FAILURES, BREAKER_SECONDS


def opened(at: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(BREAKER_FAILURES):
        breaker.failed(at)
    return breaker


def test_failures_in_a_row_open_it() -> None:
    breaker = opened()
    assert breaker.state(1.0) == "open"
    assert not breaker.admit(1.0)
    assert breaker.wait_ms(1.0) == round((BREAKER_SECONDS - 1) * 1000)


def test_a_success_in_between_keeps_it_closed() -> None:
    breaker = Breaker()
    for _ in range(BREAKER_FAILURES - 1):
        breaker.failed(0.0)
    breaker.succeeded()
    breaker.failed(0.0)
    assert breaker.state(0.0) == "closed"


def test_after_a_rest_exactly_one_probe_passes() -> None:
    breaker = opened()
    later = BREAKER_SECONDS + 0.1
    assert [breaker.admit(later) for _ in range(3)] == [True, False, False]


def test_a_good_probe_closes_it_and_a_bad_one_opens_it_again() -> None:
    later = BREAKER_SECONDS + 0.1
    good, bad = opened(), opened()
    assert good.admit(later) and bad.admit(later)
    good.succeeded()
    bad.failed(later)
    assert good.state(later) == "closed"
    assert bad.state(later + 1) == "open"


def test_a_probe_whose_caller_left_lets_the_next_one_try() -> None:
    breaker = opened()
    assert breaker.admit(BREAKER_SECONDS)
    breaker.abandoned()
    assert breaker.admit(BREAKER_SECONDS)


@given(st.lists(st.sampled_from(["ok", "fail", "leave", "wait"]), max_size=60))
def test_it_never_locks_for_good(steps: list[str]) -> None:
    breaker, now = Breaker(), 0.0
    for step in steps:
        if step == "wait":
            now += BREAKER_SECONDS
        elif breaker.admit(now):
            if step == "ok":
                breaker.succeeded()
            elif step == "fail":
                breaker.failed(now)
            else:
                breaker.abandoned()
    assert breaker.admit(now + BREAKER_SECONDS)
