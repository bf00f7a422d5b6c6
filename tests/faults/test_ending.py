"""SIGTERM and end of input in mid-work: a quick end, nothing acknowledged lost, nothing left behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from threading import Timer

import pytest

from tests.faults.figures import figure, percentiles
from tests.faults.ledger import Ledger, Stream, finish, stored
from tests.faults.peer import Peer, children
from tests.faults.test_two_orchestrators import DOMAIN

pytestmark = pytest.mark.timeout(300)  # a start is seconds of work on a busy machine
SEED = 16
END_SECONDS_MAX = 5.0


def terminate(peer: Peer) -> None:
    peer.process.send_signal(signal.SIGTERM)


def end_input(peer: Peer) -> None:
    assert peer.process.stdin
    peer.process.stdin.close()


def end_in_mid_work(peer: Peer, ledger: Ledger, rng: Random, end: Callable[[Peer], None]) -> float:
    """Stream puts until the server, told to end, has; seconds that took."""
    stream = Stream(peer, ledger)
    stream.send()
    stream.take()
    told: list[float] = []

    def tell() -> None:
        told.append(time.perf_counter())
        end(peer)

    fuse = Timer(rng.uniform(0.02, 0.15), tell)
    fuse.start()
    stream.until_gone()
    fuse.join()
    code = peer.process.wait(60)
    assert code == 0, (code, peer.errors()[-2_000:])
    return time.perf_counter() - told[0]


@pytest.mark.parametrize("end", [terminate, end_input])
@pytest.mark.parametrize(
    "times",
    [2, pytest.param(25, marks=[pytest.mark.full, pytest.mark.timeout(900)])],
    ids=["quick", "full"],
)
def test_a_server_told_to_end_in_mid_work_ends_soon_and_keeps_what_it_acknowledged(
    tmp_path: Path, end: Callable[[Peer], None], times: int
) -> None:
    rng, ledger, took = Random(SEED), Ledger(), []
    for _ in range(times):
        with Peer(tmp_path) as peer:
            took.append(end_in_mid_work(peer.ready(), ledger, rng, end))
            assert "Traceback" not in peer.errors(), peer.errors()[-3_000:]
    with Peer(tmp_path) as peer:
        finish(peer, ledger)
        verdict = ledger.check(stored(peer))
    figure(
        f"F16 {end.__name__}", seed=SEED, times=times, acked=verdict.acked, lost=verdict.lost,
        duplicated=verdict.duplicated, torn=verdict.torn, **{"end_ms p50/p99": percentiles(took)},
    )  # fmt: skip
    assert verdict.clean, verdict
    assert max(took) < END_SECONDS_MAX


@pytest.mark.full
@pytest.mark.parametrize("end", [terminate, end_input])
def test_children_end_with_their_orchestrator_when_it_is_told_to_end(
    tmp_path: Path, end: Callable[[Peer], None]
) -> None:
    with Peer(tmp_path, "--topology", "processes") as peer:
        pids = list(children(peer.ready().process.pid))
        assert len(pids) == 12
        end(peer)
        gone_after_ms = until_gone(peer, pids)
    figure("F16 children", seed=0, end=end.__name__, left=0, ms=gone_after_ms)


def until_gone(peer: Peer, pids: list[int]) -> int:
    """Milliseconds until the orchestrator and then its children are gone."""
    began = time.perf_counter()
    peer.process.wait(20)
    while alive := [pid for pid in pids if running(pid)]:
        assert time.perf_counter() - began < 20, alive
    return round((time.perf_counter() - began) * 1_000)


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


@pytest.mark.parametrize(
    "cycles",
    [3, pytest.param(20, marks=[pytest.mark.full, pytest.mark.timeout(300)])],
    ids=["quick", "full"],
)
def test_starting_and_stopping_a_child_again_and_again_leaves_no_zombie_and_no_descriptor(
    tmp_path: Path, cycles: int
) -> None:
    counts = []
    with Peer(tmp_path, "--topology", "processes") as peer:
        peer.ready()
        peer.call("ask", question="how many users are there?")  # what opens on first need is open
        for _ in range(cycles):
            yaml = DOMAIN.format(name="brief")
            peer.call("admin_write", action="domain_add", arguments={"yaml": yaml})
            peer.write(
                "brief__put", collection="things", records=[{"id": "a", "title": "once more"}]
            )
            peer.write("brief__delete", collection="things", ids=["a"])
            peer.call("admin_write", action="domain_remove", arguments={"name": "brief"})
            counts.append((descriptors(peer.process.pid), len(children(peer.process.pid))))
        pids = list(children(peer.process.pid))
        peer.process.kill()
        gone_after_ms = until_gone(peer, pids)
    figure(
        "F11 start-stop",
        seed=0,
        cycles=cycles,
        fds=f"{counts[0][0]}->{counts[-1][0]}",
        children=counts[-1][1],
        killed_children_gone_ms=gone_after_ms,
    )
    assert counts[-1][0] <= counts[0][0] + 2, counts
    assert {count for _, count in counts} == {12}
