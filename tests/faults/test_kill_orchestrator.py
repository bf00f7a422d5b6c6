"""kill -9 of the orchestrator during puts: what was acknowledged is there, once and whole."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import pytest

from tests.faults.figures import figure, percentiles
from tests.faults.ledger import Ledger, Verdict, finish, put_until_killed, stored
from tests.faults.peer import Peer

pytestmark = pytest.mark.timeout(300)  # a start is seconds of work on a busy machine
SEED = 20261123


def kill_and_check(
    data: Path, kills: int, *, mutant: str | None = None
) -> tuple[Verdict, Ledger, list[float]]:
    """Kill it that often, then ask a healthy one what is stored."""
    rng, ledger, recovered = Random(SEED), Ledger(), []
    for _ in range(kills):
        began = time.perf_counter()
        with Peer(data, mutant=mutant) as peer:
            peer.ready()
            recovered.append(time.perf_counter() - began)
            put_until_killed(peer, ledger, rng)
    with Peer(data, mutant=mutant) as peer:
        finish(peer, ledger)
        rows = stored(peer)
        assert peer.end() == 0
    return ledger.check(rows), ledger, recovered


@pytest.mark.promise(1)
@pytest.mark.parametrize(
    "kills",
    [3, pytest.param(60, marks=[pytest.mark.full, pytest.mark.timeout(900)])],
    ids=["quick", "full"],
)
def test_no_acknowledged_put_is_lost_doubled_or_torn_when_the_orchestrator_is_killed(
    tmp_path: Path, kills: int
) -> None:
    verdict, ledger, recovered = kill_and_check(tmp_path, kills)
    figure(
        "F1 kill-orchestrator", seed=SEED, kills=kills, acked=verdict.acked, lost=verdict.lost,
        duplicated=verdict.duplicated, torn=verdict.torn, resent=ledger.resent,
        **{"recover_ms p50/p99": percentiles(recovered)},
    )  # fmt: skip
    assert verdict.clean, verdict
    assert not ledger.refused


@pytest.mark.parametrize(
    ("mutant", "fault"),
    [("ack-before-commit", "lost"), ("forgets-keys", "duplicated")],
)
def test_the_checker_catches_a_server_that(tmp_path: Path, mutant: str, fault: str) -> None:
    verdict, _, _ = kill_and_check(tmp_path, 1, mutant=mutant)
    assert getattr(verdict, fault) > 0, verdict
