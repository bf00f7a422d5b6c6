"""kill -9 of a domain's child process: it comes back, the others never notice, nothing acknowledged is lost."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from random import Random
from threading import Timer

import pytest

from tests.faults.figures import figure, percentiles
from tests.faults.ledger import WINDOW, Ledger, Stream, finish, stored
from tests.faults.peer import Peer, children

pytestmark = pytest.mark.timeout(300)  # a start is seconds of work on a busy machine
SEED = 20261124
RETRYABLE = {"unavailable", "too-busy", "too-slow"}


def child_of(peer: Peer, domain: str) -> int:
    """The process that serves a domain for this orchestrator."""
    (pid,) = (pid for pid, line in children(peer.process.pid).items() if f"serve {domain} " in line)
    return pid


def until_killed(peer: Peer, stream: Stream, pid: int, rng: Random) -> float:
    """Stream puts while the child is killed under them; seconds from the kill until puts are
    acknowledged again. Another domain is read meanwhile."""
    killed: list[float] = []

    def kill() -> None:
        killed.append(time.perf_counter())
        os.kill(pid, signal.SIGKILL)

    fuse = Timer(rng.uniform(0.03, 0.2), kill)
    fuse.start()
    hurt = False
    while True:
        while len(stream.outstanding) < WINDOW:
            stream.send()
        code = stream.take()
        assert code is None or code in RETRYABLE, code
        hurt = hurt or code is not None
        if code is not None:
            stream.drain()
            peer.call("get", collection="user.users", ids=["nobody"])
        elif killed and hurt:
            fuse.join()
            return time.perf_counter() - killed[0]


@pytest.mark.promise(9)
@pytest.mark.parametrize(
    "kills",
    [5, pytest.param(60, marks=[pytest.mark.full, pytest.mark.timeout(1_200)])],
    ids=["quick", "full"],
)
def test_a_killed_domain_comes_back_with_all_it_acknowledged_and_harms_no_other(
    tmp_path: Path, kills: int
) -> None:
    rng, ledger, recovered = Random(SEED), Ledger(), []
    with Peer(tmp_path, "--topology", "processes") as peer:
        peer.ready()
        others = {
            pid for pid, line in children(peer.process.pid).items() if "serve metrics " not in line
        }
        for _ in range(kills):
            stream = Stream(peer, ledger)
            stream.send()
            assert stream.take() is None
            recovered.append(until_killed(peer, stream, child_of(peer, "metrics"), rng))
            stream.drain()
        finish(peer, ledger)
        verdict = ledger.check(stored(peer))
        assert others < set(children(peer.process.pid)), "no other domain was restarted"
        zombies = [line for line in children(peer.process.pid).values() if "<defunct>" in line]
        log = peer.errors()
        assert peer.end() == 0
    figure(
        "F11 kill-domain", seed=SEED, kills=kills, acked=verdict.acked, lost=verdict.lost,
        duplicated=verdict.duplicated, torn=verdict.torn, resent=ledger.resent, zombies=len(zombies),
        refused=sum(ledger.refused.values()), **{"recover_ms p50/p99": percentiles(recovered)},
    )  # fmt: skip
    assert verdict.clean, verdict
    assert not zombies
    assert "Traceback" not in log, log[-3_000:]
