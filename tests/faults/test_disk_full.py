"""The disk fills up under a running server: a refusal that says so, nothing half stored, reads go on, and it
recovers without a restart.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.figures import figure
from tests.faults.ledger import Ledger, Stream, stored
from tests.faults.peer import Peer, Refused

LIMIT = 256 << 10


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    with Peer(tmp_path) as peer:
        yield peer.ready()


def fill_disk(peer: Peer) -> None:
    """No file of the server may grow past the limit any more."""
    resource.prlimit(peer.process.pid, resource.RLIMIT_FSIZE, (LIMIT, resource.RLIM_INFINITY))


def free_disk(peer: Peer) -> None:
    nothing = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(peer.process.pid, resource.RLIMIT_FSIZE, nothing)


def refusal(peer: Peer, tool: str, **arguments: object) -> Refused:
    with pytest.raises(Refused) as caught:
        peer.call(tool, **arguments)
    return caught.value


def test_puts_on_a_full_disk_are_refused_whole_and_go_on_when_there_is_room_again(
    peer: Peer, tmp_path: Path
) -> None:
    ledger = Ledger()
    stream = Stream(peer, ledger)
    fill_disk(peer)
    codes = []
    while codes.count("storage-full") < 5:
        stream.send()
        if (code := stream.take()) is not None:
            codes.append(code)
        assert len(ledger.sent) < 3_000, "the disk never filled up"
    assert set(codes) == {"storage-full"}
    before = ledger.check(stored(peer))
    assert before.clean and before.stored == before.acked * 3, before
    ledger.again.clear()
    ledger.again.append("plain-after")
    free_disk(peer)
    stream.send()
    assert stream.take() is None, "it takes puts again, without a restart"
    after = ledger.check(stored(peer))
    log = peer.errors()
    assert peer.end() == 0
    with Peer(tmp_path) as restarted:
        assert ledger.check(stored(restarted)) == after
    figure(
        "F6 disk-full", seed=0, refused=len(codes), acked=after.acked, lost=after.lost,
        duplicated=after.duplicated, torn=after.torn,
    )  # fmt: skip
    assert after.clean and after.acked == before.acked + 1
    assert "Traceback" not in log, log[-3_000:]


def test_a_load_on_a_full_disk_says_so_and_its_repeat_stores_the_rest(peer: Peer) -> None:
    rows = "".join(f"s,2026-01-01T00:00:00Z,{number},host{number}\n" for number in range(20_000))
    arguments = {"text": "series,at,value,host\n" + rows, "into": "metrics.points"}
    fill_disk(peer)
    refused = refusal(peer, "ingest", **arguments)
    assert refused.code == "storage-full", refused
    assert "Free" in refused.message
    free_disk(peer)
    peer.call("ingest", **arguments)
    plan = {"from": "metrics.points", "measures": [{"fn": "count"}]}
    assert peer.call("query", plan=plan)["rows"] == [[20_000]]
    assert "Traceback" not in peer.errors(), peer.errors()[-3_000:]


def test_a_domain_cannot_be_added_on_a_full_disk_and_can_afterwards(peer: Peer) -> None:
    yaml = "domain: brief\ndescription: Some.\ncollections:\n  things:\n    description: One.\n    fields:\n"
    yaml += "".join(f"      f{n}: {{type: text, description: {'x' * 500}}}\n" for n in range(300))
    resource.prlimit(peer.process.pid, resource.RLIMIT_FSIZE, (4_096, resource.RLIM_INFINITY))
    arguments = {"action": "domain_add", "arguments": {"yaml": yaml}}
    assert refusal(peer, "admin_write", **arguments).code == "storage-full"
    free_disk(peer)
    peer.call("admin_write", **arguments)
    assert peer.write("brief__put", collection="things", records=[{"f1": "x"}])["accepted"] == 1
    assert "Traceback" not in peer.errors(), peer.errors()[-3_000:]
