"""Holds and erasures outlive the process, and a finished erasure no longer knows whom it was about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mcp_servers.system.custody import Custody
from mcp_servers.system.store import SystemStore
from registry.clock import ManualClock
from registry.errors import Denied, NotFound

CLOCK = ManualClock(1_700_000_000_000_000)
WHO = "zzmarkzz-id"


@pytest.fixture
def custody(tmp_path: Path) -> Iterator[Custody]:
    SystemStore(tmp_path, CLOCK).close()
    opened = Custody(tmp_path, CLOCK)
    yield opened
    opened.close()


def test_a_hold_is_kept_once_and_told_to_who_would_erase(tmp_path: Path, custody: Custody) -> None:
    assert custody.hold("t", "subject", WHO, reason="case 7", by="op") is True
    assert custody.hold("t", "subject", WHO, reason="other", by="op") is False
    again = Custody(tmp_path, CLOCK)
    assert [(h["target"], h["reason"]) for h in again.holds("t")] == [(WHO, "case 7")]
    assert again.holds("other") == []
    with pytest.raises(Denied, match="case 7"):
        again.begin("t", WHO, by="op")
    again.begin("other", WHO, by="op")
    again.release("t", "subject", WHO, by="op")
    with pytest.raises(NotFound):
        again.release("t", "subject", WHO, by="op")
    again.begin("t", WHO, by="op")
    again.close()
    assert custody.holders() == ["t"]


def test_an_erasure_is_gone_on_with_until_it_is_finished(custody: Custody) -> None:
    begun = custody.begin("t", WHO, by="op")
    assert (begun.subject, begun.work, begun.receipt) == (WHO, {}, {})
    custody.keep("t", WHO, work={"a": 1}, receipt={"b": 2})
    assert custody.begin("t", WHO, by="op").work == {"a": 1}
    assert [e.subject for e in custody.due()] == [WHO]
    custody.keep("t", WHO, work={}, receipt={"ends_us": CLOCK.now_us() + 1})
    assert custody.due() == []
    later = CLOCK.now_us() + 86_400_000_000
    custody.keep("t", WHO, work={}, receipt={"ends_us": later})
    assert [e.subject for e in custody.due()] == [WHO], "by a clock that was set back since"
    custody.keep("t", WHO, work={}, receipt={"ends_us": CLOCK.now_us()})
    custody.hold("t", "subject", WHO, reason="late", by="op")
    assert custody.due() == [], "a hold stops what has begun"
    with pytest.raises(Denied):
        custody.keep("t", WHO, work={}, receipt={})


def test_a_finished_erasure_names_nobody(tmp_path: Path, custody: Custody) -> None:
    custody.hold("t", "subject", WHO, reason="r", by="op")
    custody.release("t", "subject", WHO, by="op")
    custody.begin("t", WHO, by="op")
    custody.keep("t", WHO, work={"ids": [WHO]}, receipt={})
    custody.finish("t", WHO, {"domains": {}})
    (kept,) = custody.erasures("t")
    assert (kept.subject, kept.work, kept.done_us) == (None, {}, CLOCK.now_us())
    assert custody.scrub() is True
    actions = [entry["action"] for entry in custody.log("t")]
    assert actions == ["hold", "release", "erase"]
    custody.close()
    assert all(WHO.encode() not in p.read_bytes() for p in tmp_path.iterdir())


def test_the_same_person_is_recognised_when_erased_again(custody: Custody) -> None:
    first = custody.begin("t", WHO, by="op")
    custody.finish("t", WHO, {})
    again = custody.begin("t", WHO, by="op")
    assert again.digest == first.digest
    assert [bool(e.done_us) for e in custody.erasures("t")] == [True, False], "receipts are kept"
    assert custody.begin("t", "other", by="op").digest != first.digest
