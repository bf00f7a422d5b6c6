"""Two orchestrators on one data folder: no error, no stale read, the same answers in the end."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

import pytest

from tests.faults.figures import figure
from tests.faults.peer import Peer, Refused

pytestmark = pytest.mark.timeout(300)  # a start is seconds of work on a busy machine
SEED = 7
QUESTIONS = (
    "how many users are there?",
    "how many users per country?",
    "what is the average value of points?",
    "how many messages are there?",
)
DOMAIN = """\
domain: {name}
description: Things that a test counts.
collections:
  things:
    description: A thing.
    fields:
      title: {{type: text, description: What it is called.}}
"""


class Traffic:
    """One client's share of the load against one orchestrator."""

    def __init__(self, peer: Peer, name: str) -> None:
        self.peer, self.name = peer, name
        self.rng = Random(f"{SEED}{name}")
        self.done: Counter[str] = Counter()
        self.failures: list[str] = []

    def run(self, until: float) -> None:
        steps = (
            self.put,
            self.put,
            self.update,
            self.get,
            self.get,
            self.ask,
            self.query,
            self.add,
        )
        while time.monotonic() < until and not self.failures:
            step = self.rng.choice(steps)
            try:
                step()
            except Refused as refusal:
                self.failures.append(f"{self.name} {step.__name__}: {refusal}")
            self.done[step.__name__] += 1

    def put(self) -> None:
        number = self.done["put"]
        point = {
            "series": "load",
            "at": "2026-03-01T12:00:00Z",
            "value": float(number),
            "host": self.name,
        }
        self.peer.write("metrics__put", collection="points", records=[point] * 5)

    def update(self) -> None:
        """Both write the same users; what each then reads is its own write or a later one."""
        id = f"u{self.rng.randrange(20)}"
        user = {
            "id": id,
            "name": f"{self.name} {self.done['update']}",
            "country": self.rng.choice("ABC"),
        }
        (written,) = self.peer.write("user__put", collection="users", records=[user])["written"]
        (read,) = self.peer.call("get", collection="user.users", ids=[id])["records"]
        if read["version"] < written["version"]:
            self.failures.append(
                f"{self.name}: read version {read['version']} after writing {written}"
            )

    def get(self) -> None:
        self.peer.call("get", collection="user.users", ids=[f"u{self.rng.randrange(20)}"])

    def ask(self) -> None:
        answer = self.peer.call("ask", question=self.rng.choice(QUESTIONS))
        if answer["status"] not in ("answered", "tentative"):
            self.failures.append(f"{self.name}: {answer['text']}")

    def query(self) -> None:
        self.peer.call("query", plan={"from": "metrics.points", "measures": [{"fn": "count"}]})

    def add(self) -> None:
        """A new domain now and then: it answers at once where it was made."""
        if self.done["add"] % 10:
            return
        name = f"new_{self.name}{self.done['add']}"
        self.peer.call(
            "admin_write", action="domain_add", arguments={"yaml": DOMAIN.format(name=name)}
        )
        self.peer.write(f"{name}__put", collection="things", records=[{"title": "first"}])


def read_your_writes(a: Peer, b: Peer, rounds: int) -> int:
    """A writes, then B reads at once, in turns; how many reads were stale."""
    stale = 0
    for number in range(rounds):
        writer, reader = (a, b) if number % 2 else (b, a)
        thread = {"id": "same", "subject": f"number {number}", "customer": "u1",
                  "opened_at": "2026-01-01T00:00:00Z"}  # fmt: skip
        writer.write("chat__put", collection="conversations", records=[thread])
        for _ in range(2):  # the second read makes it resident
            (read,) = reader.call("get", collection="chat.conversations", ids=["same"])["records"]
            stale += read["subject"] != thread["subject"]
    return stale


def state(peer: Peer) -> list[Any]:
    """What is stored as this orchestrator tells it, without times."""
    answers = [peer.call("ask", question=question) for question in QUESTIONS]
    plan = {"from": "user.users", "select": ["id", "name", "country"], "limit": 100,
            "order": [{"by": "id"}]}  # fmt: skip
    users = peer.call("query", plan=plan)["rows"]
    domains = sorted(d["domain"] for d in peer.call("describe")["domains"])
    return [[a["rows"] for a in answers], users, domains]


@pytest.mark.promise(5)
@pytest.mark.parametrize(
    ("seconds", "rounds"),
    [(5, 60), pytest.param(60, 1_000, marks=[pytest.mark.full, pytest.mark.timeout(300)])],
    ids=["quick", "full"],
)
def test_two_orchestrators_on_one_folder_agree(tmp_path: Path, seconds: int, rounds: int) -> None:
    with Peer(tmp_path) as a, Peer(tmp_path) as b:
        traffics = [Traffic(a.ready(), "a"), Traffic(b.ready(), "b")]
        until = time.monotonic() + seconds
        threads = [Thread(target=traffic.run, args=[until]) for traffic in traffics]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        failures = [failure for traffic in traffics for failure in traffic.failures]
        assert not failures, failures
        stale = read_your_writes(a, b, rounds)
        expected = sum(traffic.done["put"] for traffic in traffics) * 5
        (counted,) = a.call(
            "query", plan={"from": "metrics.points", "measures": [{"fn": "count"}]}
        )["rows"]
        wait_for_domains(a, b)
        told = state(a), state(b)
        logs = a.errors() + b.errors()
        assert a.end() == b.end() == 0
    done = sum((traffic.done for traffic in traffics), Counter())
    figure(
        "F17 two-orchestrators", seed=SEED, seconds=seconds, calls=done.total(), errors=len(failures),
        stale=stale, reads=rounds * 2, agree=told[0] == told[1],
    )  # fmt: skip
    assert counted == [expected]
    assert stale == 0
    assert told[0] == told[1]
    assert "Traceback" not in logs, logs[-3_000:]


def test_a_cache_that_ignores_other_processes_is_noticed(tmp_path: Path) -> None:
    with Peer(tmp_path, mutant="stale-cache") as a, Peer(tmp_path, mutant="stale-cache") as b:
        assert read_your_writes(a.ready(), b.ready(), 6) > 0


def wait_for_domains(a: Peer, b: Peer) -> None:
    """A domain that the other made is taken up within seconds."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        listed = [{d["domain"] for d in peer.call("describe")["domains"]} for peer in (a, b)]
        if listed[0] == listed[1]:
            return
    raise AssertionError(listed[0] ^ listed[1])
