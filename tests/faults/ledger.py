"""Batches of records with a ledger of what was acknowledged, and the checker that compares it with
what is stored, in Jepsen's words: lost, duplicated, torn.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from threading import Timer
from typing import Any

from tests.faults.peer import Gone, Peer, Refused, data_of

BATCH = 3
WINDOW = 6


def records(token: str) -> list[dict[str, Any]]:
    """A batch: each record says which batch it is of, its place and a check sum of both."""
    return [
        {"series": token, "at": "2026-01-01T00:00:00Z", "value": float(place), "host": str(place),
         "unit": _sum(token, place)}
        for place in range(BATCH)
    ]  # fmt: skip


def _sum(token: str, place: int) -> str:
    return f"{zlib.crc32(f'{token}/{place}'.encode()):08x}" * 8


@dataclass(slots=True)
class Verdict:
    acked: int
    stored: int
    lost: int = 0
    duplicated: int = 0
    torn: int = 0

    @property
    def clean(self) -> bool:
        return self.acked > 0 and self.lost == self.duplicated == self.torn == 0

    def __str__(self) -> str:
        return f"acked={self.acked} lost={self.lost} duplicated={self.duplicated} torn={self.torn}"


@dataclass(slots=True)
class Ledger:
    """What was sent and what was acknowledged, over any number of kills."""

    acked: set[str] = field(default_factory=set)
    sent: list[str] = field(default_factory=list)
    #: sent with a key and not acknowledged: to be sent again
    again: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    resent: int = 0

    def next(self) -> str:
        if self.again:
            self.resent += 1
            return self.again.pop()
        # Every other batch has an idempotency key, so that it can be sent again safely.
        self.sent.append(f"{'plain' if len(self.sent) % 2 else 'keyed'}-{len(self.sent)}")
        return self.sent[-1]

    def check(self, rows: Iterable[list[Any]]) -> Verdict:
        """Rows of (series, host, unit)."""
        found: dict[str, Counter[str]] = {}
        verdict = Verdict(len(self.acked), 0)
        for token, place, unit in rows:
            verdict.stored += 1
            found.setdefault(token, Counter())[place] += 1
            verdict.torn += unit != _sum(token, int(place))
        verdict.lost = sum(token not in found for token in self.acked)
        verdict.duplicated = sum(max(places.values()) > 1 for places in found.values())
        verdict.torn += sum(len(places) != BATCH for places in found.values())
        return verdict


def put(peer: Peer, token: str) -> int:
    keyed = {"idempotency_key": token} if token.startswith("keyed") else {}
    arguments = {"collection": "points", "records": records(token), **keyed}
    return peer.send("call_write", name="metrics__put", arguments=arguments)


class Stream:
    """A client that keeps a window of puts outstanding and writes down each acknowledgement."""

    def __init__(self, peer: Peer, ledger: Ledger) -> None:
        self._peer, self._ledger = peer, ledger
        self.outstanding: dict[int, str] = {}

    def send(self) -> None:
        token = self._ledger.next()
        try:
            self.outstanding[put(self._peer, token)] = token
        except Gone:
            self._put_off(token)
            raise

    def take(self) -> str | None:
        """The next answer: the code of its refusal, none for an acknowledgement."""
        message = self._peer.receive()
        if "id" not in message:
            return self.take()
        token = self.outstanding.pop(message["id"])
        try:
            data_of(message)
        except Refused as refusal:
            self._ledger.refused[refusal.code] += 1
            self._put_off(token)
            return refusal.code
        self._ledger.acked.add(token)
        return None

    def until_gone(self) -> None:
        """Put until the server is."""
        try:
            while True:
                while len(self.outstanding) < WINDOW:
                    self.send()
                self.take()
        except Gone:
            for token in self.outstanding.values():
                self._put_off(token)

    def drain(self) -> None:
        while self.outstanding:
            self.take()

    def _put_off(self, token: str) -> None:
        if token.startswith("keyed"):
            self._ledger.again.append(token)


def put_until_killed(peer: Peer, ledger: Ledger, rng: Random) -> None:
    """Stream puts; SIGKILL falls at a random moment after the first acknowledgement."""
    stream = Stream(peer, ledger)
    stream.send()
    stream.take()
    fuse = Timer(rng.uniform(0.03, 0.2), peer.process.kill)
    fuse.start()
    stream.until_gone()
    fuse.join()


def finish(peer: Peer, ledger: Ledger) -> None:
    """Send again whatever has a key and no acknowledgement, and some that had both."""
    repeated = [token for token in sorted(ledger.acked) if token.startswith("keyed")][::7]
    ledger.again.extend(repeated)
    stream = Stream(peer, ledger)
    while ledger.again:
        stream.send()
        assert stream.take() is None


def stored(peer: Peer, columns: tuple[str, ...] = ("series", "host", "unit")) -> list[list[Any]]:
    """Every point, read page by page."""
    plan = {"from": "metrics.points", "select": list(columns), "limit": 1_000}
    rows: list[list[Any]] = []
    cursor = None
    while True:
        page = peer.call("query", plan=plan, **({"cursor": cursor} if cursor else {}))
        rows += page["rows"]
        cursor = page.get("cursor")
        if cursor is None:
            assert not page["truncated"], page
            return rows
